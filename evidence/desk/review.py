"""The findings as a reviewer goes through them: which wait for whom, in what order, and one's neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from evidence.case_event import WORDS, Event
from evidence.casebook import Case
from evidence.columns import Subject
from evidence.desk.docket import Docket
from evidence.desk.roll import Roll
from evidence.desk.standing import Standing, Standings
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


class Reviews:
    """The list, kept in memory until a judgement, a case or the list of targets changed."""

    def __init__(self, standings: Standings, roll: Roll, docket: Docket) -> None:
        self._standings, self._roll, self._docket = standings, roll, docket
        self._kept: tuple[_Made, tuple[Line, ...]] | None = None

    def lines(self) -> tuple[Line, ...]:
        """Return the findings of all last judgements: what waits for a person first, then by target, clause and label."""
        made = _Made(
            standings=tuple(self._standings.all().values()),
            subjects=self._roll.subjects(),
            moves=self._docket.version(),
        )
        if self._kept is None or not made.same(self._kept[0]):
            self._kept = made, _lines(made, self._docket.chains())
        return self._kept[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What a list was made from."""

    standings: tuple[Standing, ...]
    subjects: Mapping[str, Subject]
    moves: int
    """How far the cases had come."""

    def same(self, other: _Made) -> bool:
        """Tell whether nothing was read anew since: these are the very same things, not only equal ones."""
        return (
            self.moves == other.moves
            and self.subjects is other.subjects
            and len(self.standings) == len(other.standings)
            and all(one is before for one, before in zip(self.standings, other.standings, strict=True))
        )


def _lines(made: _Made, chains: Mapping[str, tuple[Event, ...]]) -> tuple[Line, ...]:
    found = [
        _line(finding, made.subjects.get(finding.target), Case(finding=finding, events=chains.get(finding.id, ())))
        for standing in made.standings
        for finding in standing.findings
    ]
    order = get_args(Stage)
    return tuple(
        sorted(
            found,
            key=lambda one: (
                order.index(one.stage), one.finding.target, one.finding.clause, one.finding.label or "", one.finding.id,
            ),
        )
    )  # fmt: skip


def _line(finding: Finding, subject: Subject | None, case: Case) -> Line:
    return Line(
        finding=finding,
        state=state_of(finding),
        stage=stage_of(case),
        said=said_of(case),
        target=subject.name if subject else finding.target,
        unit=(subject.unit if subject else None) or "",
    )


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
