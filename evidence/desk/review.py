"""The findings as a reviewer goes through them: which wait for whom, in what order, and one's neighbours."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

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
_ORDER = {stage: n for n, stage in enumerate(STAGES)}
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


_Of = tuple[Finding, Subject | None, tuple[Event, ...]]
"""What a line is made from; the very same things, not only equal ones, give the very same line."""


class Reviews:
    """The list, kept in memory until a judgement, a case or the list of targets changed; then only what moved is made anew."""

    def __init__(self, standings: Standings, roll: Roll, docket: Docket) -> None:
        self._standings, self._roll, self._docket = standings, roll, docket
        self._kept: _List | None = None

    def lines(self) -> tuple[Line, ...]:
        """Return the findings of all last judgements: what waits for a person first, then by target, clause and label."""
        made = _Made(standings=self._standings.all(), subjects=self._roll.subjects(), moves=self._docket.version())
        kept = self._kept
        if kept is None or not made.same(kept.made):
            self._kept = kept = _listed(made, self._docket.chains(), kept.known if kept else {})
        return kept.lines


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What a list was made from."""

    standings: Mapping[str, Standing]
    subjects: Mapping[str, Subject]
    moves: int
    """How far the cases had come."""

    def same(self, other: _Made) -> bool:
        """Tell whether nothing was read anew since: these are the very same things, not only equal ones."""
        return self.moves == other.moves and self.subjects is other.subjects and self.standings is other.standings


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """A list with what it was made from; put in place at once, for threads make lists side by side."""

    made: _Made
    lines: tuple[Line, ...]
    known: Mapping[str, tuple[_Of, Line]]
    """The lines by finding."""


def _listed(made: _Made, chains: Mapping[str, tuple[Event, ...]], before: Mapping[str, tuple[_Of, Line]]) -> _List:
    """Return the list of what stands now; lines of `before` are taken over where all that they were made from is the same."""
    found = {}
    for standing in made.standings.values():
        for finding in standing.findings:
            of = finding, made.subjects.get(finding.target), chains.get(finding.id, ())
            known = before.get(finding.id)
            same = known is not None and all(map(operator.is_, known[0], of))
            found[finding.id] = known if known is not None and same else (of, _line(*of))
    lines = tuple(sorted((line for _, line in found.values()), key=_place))
    return _List(made=made, lines=lines, known=found)


def _place(line: Line) -> tuple[int, str, str, str, str]:
    finding = line.finding
    return _ORDER[line.stage], finding.target, finding.clause, finding.label or "", finding.id


def _line(finding: Finding, subject: Subject | None, events: tuple[Event, ...]) -> Line:
    case = Case(finding=finding, events=events)
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
