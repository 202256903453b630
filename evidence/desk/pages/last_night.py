"""Last night at a glance: whether it was complete, how every target stands, what failed, what is old, what falls due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from evidence.desk import nights
from evidence.desk.desk import Desk
from evidence.desk.nights import Report
from evidence.desk.page import Page, TheDesk, TheVisitor
from evidence.desk.standing import Standing
from evidence.span import local_day

page = Page(__name__, right="see", title="昨夜一览", menu=10)

STATES = {
    "hit": ("问", "发现问题"),
    "proposal": ("核", "提请核对"),
    "undecided": ("？", "未能判定"),
    "clear": ("✓", "未见问题"),
    "unknown": ("—", "尚未判定"),
}
"""The sign and the word of each state of a target, the gravest first."""
OLD = 3
"""Whole days since the last whole capture from which a target counts as old."""
LISTED = 60
"""Rows of a list; the night's own report has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A target on the map."""

    target: str
    name: str
    state: str
    findings: int
    """Of the state's kind."""
    age: int | None
    """Whole days since its oldest page was captured whole; None: not told, or never."""
    never: bool


@page.get("/")
def last_night(desk: TheDesk, who: TheVisitor) -> Response:
    """Show the page."""
    report = nights.last_report(desk.house.root)
    pulse = nights.pulse(desk.house.root)
    cells = _cells(desk, report)
    counted = Counter(cell.state for cell in cells)
    now = desk.now()
    return page.show(
        desk,
        who,
        night=report,
        pulse=pulse,
        pulse_said=pulse.said(now) if pulse else "",
        age=_age(report, now),
        cells=cells,
        counted=[(state, *STATES[state], counted[state]) for state in STATES if counted[state]],
        states=STATES,
        old=sum(cell.never or (cell.age or 0) >= OLD for cell in cells),
        OLD=OLD,
        LISTED=LISTED,
        name=desk.roll.name,
        fault=desk.roll.fault,
    )


def _age(report: Report | None, now: datetime) -> int:
    """Return the whole days since the last night ended; -1 where there is none."""
    ended = report.moment("ended") if report else None
    return (local_day(now) - local_day(ended)).days if ended else -1


def _cells(desk: Desk, report: Report | None) -> Sequence[Cell]:
    """Return all targets, those with the gravest state first, then by id: of the list, of judgements, or of the night."""
    standings, subjects = desk.standings.all(), desk.roll.subjects()
    fresh = {row.text("target"): row for row in report.rows("fresh")} if report else {}
    every = dict.fromkeys((*subjects, *standings, *fresh))
    names = {target: subjects[target].name if target in subjects else target for target in every}
    cells = [_cell(target, names, standings.get(target), fresh.get(target)) for target in every if target]
    order = list(STATES)
    return sorted(cells, key=lambda cell: (order.index(cell.state), cell.target))


def _cell(target: str, names: Mapping[str, str], standing: Standing | None, fresh: Report | None) -> Cell:
    state = standing.state if standing else "unknown"
    never = fresh is not None and fresh.moment("last") is None
    return Cell(
        target=target,
        name=names[target],
        state=state,
        findings=standing.count(state) if standing else 0,
        age=fresh.number("days") if fresh is not None and not never else None,
        never=never,
    )
