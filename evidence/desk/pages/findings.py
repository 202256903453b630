"""Findings to review: a list, and one finding with its pictures, to be confirmed or withdrawn by keyboard or by form.

What follows, from the letter to the unit to the look after its report, is taken on the same page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import Depends, File, Form, Path, Query, UploadFile
from starlette.responses import Response

from evidence import casebook, judgements
from evidence.case_event import WORDS, Step
from evidence.casebook import Case
from evidence.desk import course, deciding, exhibits, review, uploads
from evidence.desk.course import Sent, Written
from evidence.desk.deciding import Decision
from evidence.desk.desk import Desk, Visitor
from evidence.desk.page import Page, TheDesk, TheVisitor, see_other
from evidence.desk.paging import leaf, query
from evidence.desk.review import Asked
from evidence.desk.roles import may
from evidence.disputes import letter, sheet
from evidence.disputes.sheet import Sheet
from evidence.errors import CaseError, DisputeError
from evidence.holdings import Holdings
from evidence.model import Finding
from evidence.span import local_day

page = Page(__name__, right="see", title="问题复核", menu=20)

LONGEST = 4000
"""Characters of a reason."""
LAID_OUT = 12
"""Exhibits that are shown whole; the others by a link."""

FindingId = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
Word = Annotated[str, Query(max_length=200)]
Reason = Annotated[str, Form(max_length=LONGEST)]
Seen = Annotated[str, Form(max_length=40)]
Due = Annotated[str, Form(max_length=40)]
Files = Annotated[list[UploadFile], File()]
_BODY = uploads.LARGEST + (1 << 20)


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


@page.post("/findings/{finding}/steps/{step}", right="correspond", body=_BODY)
def enter(
    desk: TheDesk,
    who: TheVisitor,
    finding: FindingId,
    step: Annotated[Sent, Path()],
    seen: Seen,
    asked: TheAsked,
    reason: Reason = "",
    due: Due = "",
    on: Annotated[str, Form(max_length=64)] = "",
    files: Files = [],  # noqa: B006  the framework copies it
) -> Response:
    """Enter what went out to the unit, what came back, or that nothing did."""
    return _taken(desk, who, finding, asked, Written(step=step, seen=seen, reason=reason, due=due, on=on), files)


@page.post("/findings/{finding}/publish", right="publish", body=_BODY)
def publish(
    desk: TheDesk,
    who: TheVisitor,
    finding: FindingId,
    seen: Seen,
    asked: TheAsked,
    reason: Reason = "",
    due: Due = "",
    files: Files = [],  # noqa: B006  the framework copies it
) -> Response:
    """Enter that it was published."""
    return _taken(desk, who, finding, asked, Written(step="published", seen=seen, reason=reason, due=due), files)


@page.post("/findings/{finding}/recheck", right="correspond")
def recheck(
    desk: TheDesk, who: TheVisitor, finding: FindingId, look: Annotated[str, Form(max_length=5)] = ""
) -> Response:
    """Look up what the pages show after the unit's report; the step `rechecked` then rests on it."""
    with desk.shelf.opened() as holdings:
        case = casebook.case_of(holdings, holdings.derived.finding(finding))
    if case.state != "rectified":
        raise CaseError(f"问题{finding[:12]}目前不是“{WORDS['rectified']}”，不作回头看")

    def work(folder: FilePath) -> Sheet:
        holdings = desk.house.holdings()
        found = casebook.case_of(holdings, holdings.derived.finding(finding))
        return sheet.of_recheck(desk.house, holdings, found, look=bool(look), now=desk.now())

    piece = desk.workroom.ask(
        ("recheck", finding),
        work,
        title=f"回头看 {finding[:12]}",
        back=f"/findings/{finding}?state=all",
        by=who.name,
        again=True,
    )
    return see_other(f"/tasks/{piece.id}")


def _taken(desk: Desk, who: Visitor, finding: str, asked: Asked, written: Written, files: list[UploadFile]) -> Response:
    try:
        with uploads.taken(files, command="quzheng case step") as given:
            course.take(desk, who, finding, written, given)
    except (CaseError, DisputeError) as error:
        again = "\n所选的文件没有留下，须重新选取。" if any(one.filename for one in files) else ""
        return _show(desk, who, finding, asked, said=f"{error}{again}", written=written, status=409)
    return see_other(f"/findings/{finding}{query(asked.plain(), done=finding)}")


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
    written: Written | None = None,
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
        following = _following(desk, holdings, who, case, current)
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
        **following,
        asked=query(asked.plain()),
        place=place,
        count=len(rows),
        before=before,
        after=after,
        done=_done(desk, who, done),
        said=said,
        written=reason,
        draft=written,
        WORDS=WORDS,
        LAID_OUT=LAID_OUT,
    )


_STEPS: tuple[Decision, ...] = ("confirmed", "withdrawn")


def _way(who: Visitor, finding: str) -> str:
    """Return where this visitor's decisions go; empty for a role that decides nothing."""
    if who.role is not None and may(who.role, "confirm"):
        return f"/findings/{finding}"
    return f"/findings/{finding}/second" if who.role is not None and may(who.role, "second") else ""


def _following(desk: Desk, holdings: Holdings, who: Visitor, case: Case, current: Finding | None) -> dict[str, Any]:
    """Return what a page shows of the steps that follow: their forms, and why others may not be taken.

    Once a case is published or withdrawn, confirming and withdrawing are among those others and have no form of their own.
    """
    own, over = course.forms_of(who), case.last("withdrawn", "published") is not None
    way = _way(who, case.finding.id)
    told_of: tuple[Step, ...] = (*(_STEPS if way and over else ()), *own)
    whys = {step: course.why_not(desk, holdings, who, case, step, current) for step in told_of}
    looked = course.rechecked(holdings, case)
    return {
        "way": "" if over else way,
        "forms": {step: form for step, form in own.items() if whys[step] is None},
        "closed": _closed(whys),
        "takes": bool(own),
        "looked": looked,
        "told": letter.told(looked, case.finding) if looked else "",
        "may_recheck": case.state == "rectified" and who.role is not None and may(who.role, "correspond"),
        "answer_days": desk.house.cases.answer_days,
        "today": local_day(desk.now()),
        "KINDS": uploads.KINDS,
        "MEGABYTES": uploads.LARGEST >> 20,
    }


def _closed(later: Mapping[Step, str | None]) -> Mapping[str, tuple[Step, ...]]:
    """Return the steps that may not be taken, by the reason: most have the same, that others come first."""
    whys = dict.fromkeys(why for why in later.values() if why)
    return {why: tuple(step for step, said in later.items() if said == why) for why in whys}


def _done(desk: Desk, who: Visitor, finding: str) -> dict[str, Any] | None:
    """Return what this visitor just did to another finding, where he did."""
    events = desk.docket.chains().get(finding, ())
    if not events or not casebook.same_person(events[-1].by, who.name):
        return None
    return {"id": finding, "step": WORDS[events[-1].step]}
