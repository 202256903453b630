"""The findings as a reviewer goes through them: which wait for whom, in what order, and one's neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from evidence.case_event import WORDS
from evidence.casebook import Case
from evidence.desk.desk import Desk
from evidence.model import Finding

Stage = Literal["first", "second", "begun", "ended"]
STAGES: Mapping[Stage, str] = {"first": "待确认", "second": "待复核", "begun": "已确认", "ended": "已撤销或终结"}
STATES = {"hit": "发现问题", "proposal": "提请核对", "undecided": "未能判定", "clear": "未见问题"}
_ENDED = ("withdrawn", "overturned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One finding of the list."""

    finding: Finding
    state: str
    """One of STATES."""
    stage: Stage
    said: str
    """What became of it, in words."""
    target: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the list is to hold; empty: all."""

    state: str = "hit"
    stage: str = ""
    indicator: str = ""
    unit: str = ""
    """A unit's whole name, or a target's id."""

    def fits(self, line: Line) -> bool:
        """Tell whether a finding is asked for."""
        return (
            self.state in ("", "all", line.state)
            and self.stage in ("", line.stage)
            and self.indicator in ("", line.finding.indicator)
            and self.unit in ("", line.unit, line.finding.target)
        )

    def plain(self) -> dict[str, str]:
        """Return it as the fields of an address."""
        return {"state": self.state, "stage": self.stage, "indicator": self.indicator, "unit": self.unit}


def lines(desk: Desk) -> tuple[Line, ...]:
    """Return the findings of all last judgements: what waits for a person first, then by target, clause and label."""
    standings, subjects, chains = desk.standings.all(), desk.roll.subjects(), desk.docket.chains()
    found = []
    for standing in standings.values():
        for finding in standing.findings:
            subject = subjects.get(finding.target)
            case = Case(finding=finding, events=chains.get(finding.id, ()))
            found.append(
                Line(
                    finding=finding,
                    state=state_of(finding),
                    stage=stage_of(case),
                    said=said_of(case),
                    target=subject.name if subject else finding.target,
                    unit=(subject.unit if subject else None) or "",
                )
            )
    order = get_args(Stage)
    return tuple(
        sorted(
            found,
            key=lambda one: (
                order.index(one.stage), one.finding.target, one.finding.clause, one.finding.label or "", one.finding.id,
            ),
        )
    )  # fmt: skip


def neighbours(rows: Sequence[Line], finding: str) -> tuple[int, str | None, str | None]:
    """Return the place of a finding in a list, from 1, and the ids before and after it; place 0 where it is not in it."""
    ids = [row.finding.id for row in rows]
    if finding not in ids:
        return 0, None, ids[0] if ids else None
    n = ids.index(finding)
    return n + 1, ids[n - 1] if n else None, ids[n + 1] if n + 1 < len(ids) else None


def state_of(finding: Finding) -> str:
    """Return a finding's state as people tell states apart: one of STATES."""
    return "proposal" if finding.state == "hit" and finding.effect == "proposal" else finding.state


def stage_of(case: Case) -> Stage:
    """Return for whom a case waits."""
    if case.state in _ENDED:
        return "ended"
    if case.confirmed or case.last("published"):
        return "begun"
    return "second" if case.reviewers else "first"


def said_of(case: Case) -> str:
    """Return what became of a finding in words."""
    if case.state is None:
        return "尚未处理"
    if case.state == "confirmed" and not case.confirmed:
        return f"待第{len(case.reviewers) + 1}人复核"
    return WORDS[case.state]
