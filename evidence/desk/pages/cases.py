"""The cases: where each stands, and what is due when; those with a last day first, then those that moved last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from evidence.case_event import WORDS, Step
from evidence.casebook import Case
from evidence.desk import review
from evidence.desk.page import Page, TheDesk, TheVisitor
from evidence.desk.paging import leaf, query
from evidence.span import local_day

page = Page(__name__, right="see", title="案卷", menu=40)

_WAITS: Mapping[Step, str] = {
    "notified": "等单位回复核实函",
    "contested": "等裁定异议",
    "published": "等单位整改",
    "upheld": "等单位整改",
    "changed": "等单位整改",
    "overdue": "逾期未整改",
    "rectified": "等回头看",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One case of the list."""

    case: Case
    said: str
    waits: str
    due: date | None
    """Of what it waits for; None where nothing has a last day."""
    late: bool
    target: str


@page.get("/cases")
def cases(
    desk: TheDesk,
    who: TheVisitor,
    state: Annotated[str, Query(max_length=40)] = "",
    n: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """List them."""
    today = local_day(desk.now())
    rows = [_line(desk, case, today) for case in desk.docket.cases() if state in ("", case.state)]
    rows.sort(key=lambda one: -one.case.events[-1].when.timestamp())
    rows.sort(key=lambda one: one.due or date.max)  # stable: what has no last day stays in the order of its last step
    return page.show(desk, who, leaf=leaf(rows, n), state=state, words_of=WORDS, query=query)


def _line(desk: TheDesk, case: Case, today: date) -> Line:
    last = case.events[-1]
    due = last.due if last.step in _WAITS else None
    return Line(
        case=case,
        said=review.said_of(case),
        waits=_WAITS.get(last.step, ""),
        due=due,
        late=due is not None and due < today,
        target=desk.roll.name(case.finding.target),
    )
