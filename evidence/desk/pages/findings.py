"""Findings to review: a list, and one finding with its pictures, to be confirmed or withdrawn by keyboard or by form."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from fastapi import Depends, Form, Path, Query
from starlette.responses import Response

from evidence import casebook, judgements
from evidence.case_event import WORDS
from evidence.casebook import Case
from evidence.desk import deciding, exhibits, review
from evidence.desk.deciding import Decision
from evidence.desk.desk import Desk, Visitor
from evidence.desk.page import Page, TheDesk, TheVisitor, see_other
from evidence.desk.paging import leaf, query
from evidence.desk.review import Asked
from evidence.desk.roles import may
from evidence.errors import CaseError

page = Page(__name__, right="see", title="问题复核", menu=20)

LONGEST = 4000
"""Characters of a reason."""
LAID_OUT = 12
"""Exhibits that are shown whole; the others by a link."""

FindingId = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
Word = Annotated[str, Query(max_length=200)]
Reason = Annotated[str, Form(max_length=LONGEST)]
Seen = Annotated[str, Form(max_length=40)]


async def _asked(state: Word = "hit", stage: Word = "", indicator: Word = "", unit: Word = "") -> Asked:
    return Asked(state=state, stage=stage, indicator=indicator, unit=unit)


TheAsked = Annotated[Asked, Depends(_asked)]


@page.get("/findings")
def findings(
    desk: TheDesk, who: TheVisitor, asked: TheAsked, n: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    """List them."""
    every = desk.reviews.lines()
    rows = [line for line in every if asked.fits(line)]
    return page.show(
        desk,
        who,
        asked=asked,
        leaf=leaf(rows, n),
        query=query,
        states=review.STATES,
        stages=review.STAGES,
        counted=Counter(line.state for line in every),
        indicators=sorted({line.finding.indicator for line in every}),
        units=sorted({line.unit for line in every if line.unit}),
    )


@page.get("/findings/{finding}")
def one(
    desk: TheDesk,
    who: TheVisitor,
    finding: FindingId,
    asked: TheAsked,
    done: Annotated[str, Query(pattern="^([0-9a-f]{64})?$")] = "",
) -> Response:
    """Show one, with what it rests on."""
    return _show(desk, who, finding, asked, done=done)


@page.post("/findings/{finding}/confirm", right="confirm")
def confirm(
    desk: TheDesk, who: TheVisitor, finding: FindingId, seen: Seen, asked: TheAsked, reason: Reason = ""
) -> Response:
    """Confirm it as the first person."""
    return _decided(desk, who, finding, "confirmed", asked, reason=reason, seen=seen, first=True)


@page.post("/findings/{finding}/withdraw", right="confirm")
def withdraw(
    desk: TheDesk, who: TheVisitor, finding: FindingId, seen: Seen, asked: TheAsked, reason: Reason = ""
) -> Response:
    """Withdraw it as the first person."""
    return _decided(desk, who, finding, "withdrawn", asked, reason=reason, seen=seen, first=True)


@page.post("/findings/{finding}/second/confirm", right="second")
def confirm_second(
    desk: TheDesk, who: TheVisitor, finding: FindingId, seen: Seen, asked: TheAsked, reason: Reason = ""
) -> Response:
    """Confirm it as the second person."""
    return _decided(desk, who, finding, "confirmed", asked, reason=reason, seen=seen, first=False)


@page.post("/findings/{finding}/second/withdraw", right="second")
def withdraw_second(
    desk: TheDesk, who: TheVisitor, finding: FindingId, seen: Seen, asked: TheAsked, reason: Reason = ""
) -> Response:
    """Withdraw it as the second person."""
    return _decided(desk, who, finding, "withdrawn", asked, reason=reason, seen=seen, first=False)


def _decided(
    desk: Desk, who: Visitor, finding: str, step: Decision, asked: Asked, *, reason: str, seen: str, first: bool
) -> Response:
    """Take the step and go on to the finding after it; a refusal leaves what was written where it was."""
    rows = [line for line in desk.reviews.lines() if asked.fits(line)]
    _, _, after = review.neighbours(rows, finding)
    try:
        deciding.decide(desk, who, finding, step, reason=reason, seen=seen, first=first)
    except CaseError as error:
        return _show(desk, who, finding, asked, said=str(error), reason=reason, status=409)
    return see_other(f"/findings/{after or finding}{query(asked.plain(), done=finding)}")


def _show(
    desk: Desk,
    who: Visitor,
    finding: str,
    asked: Asked,
    *,
    done: str = "",
    said: str = "",
    reason: str = "",
    status: int = 200,
) -> Response:
    rows = [line for line in desk.reviews.lines() if asked.fits(line)]
    place, before, after = review.neighbours(rows, finding)
    with desk.shelf.opened() as holdings:
        found = holdings.derived.finding(finding)
        case = Case(finding=found, events=desk.docket.chains().get(finding, ()))
        shown = exhibits.of_finding(holdings, found, desk.roll.subjects().get(found.target))
        current = judgements.current(holdings, found)
        refused = {step: deciding.why_not(desk, holdings, who, case, step, current) for step in _STEPS}
    return page.show(
        desk,
        who,
        template="one_finding.html.j2",
        title=f"问题 {finding[:12]}",
        status=status,
        **shown,
        case=case,
        state=review.state_of(found),
        became=review.said_of(case),
        needed=max(1, found.reviewers),
        seen=deciding.mark(case),
        refused=refused,
        way=_way(who, finding),
        asked=query(asked.plain()),
        place=place,
        count=len(rows),
        before=before,
        after=after,
        done=_done(desk, who, done),
        said=said,
        written=reason,
        WORDS=WORDS,
        LAID_OUT=LAID_OUT,
    )


_STEPS: tuple[Decision, ...] = ("confirmed", "withdrawn")


def _way(who: Visitor, finding: str) -> str:
    """Return where this visitor's decisions go; empty for a role that decides nothing."""
    if who.role is not None and may(who.role, "confirm"):
        return f"/findings/{finding}"
    return f"/findings/{finding}/second" if who.role is not None and may(who.role, "second") else ""


def _done(desk: Desk, who: Visitor, finding: str) -> dict[str, Any] | None:
    """Return what this visitor just did to another finding, where he did."""
    events = desk.docket.chains().get(finding, ())
    if not events or not casebook.same_person(events[-1].by, who.name):
        return None
    return {"id": finding, "step": WORDS[events[-1].step]}
