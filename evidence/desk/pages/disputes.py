"""Disputes: objections taken in from their file, what was looked up, a ruling by two persons, the sealed answer."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import File, Form, Path, UploadFile
from starlette.responses import Response

from evidence.case_event import WORDS
from evidence.desk import uploads
from evidence.desk.desk import Desk, Visitor
from evidence.desk.page import Page, TheDesk, TheVisitor, see_other
from evidence.desk.proposals import Proposal, Ruling
from evidence.desk.roles import may
from evidence.disputes import form, letter, opening, ruling, sheet
from evidence.disputes.opening import Dispute
from evidence.disputes.sheet import Sheet
from evidence.errors import CaseError, DisputeError, NotFound
from evidence.holdings import Holdings
from evidence.span import local_day

page = Page(__name__, right="see", title="异议", menu=50)

Number = Annotated[str, Path(pattern=r"^D-\d{4}-\d{3,6}$")]
Choice = Annotated[Ruling, Form()]
Reasons = Annotated[str, Form(max_length=form.LONGEST)]
_BODY = uploads.LARGEST + (1 << 20)


@page.get("/disputes")
def disputes(desk: TheDesk, who: TheVisitor) -> Response:
    """List them, the open ones first."""
    return _list(desk, who)


@page.post("/disputes", right="object", body=_BODY)
def enter(
    desk: TheDesk,
    who: TheVisitor,
    written: Annotated[UploadFile, File()],
    files: Annotated[list[UploadFile], File()] = [],  # noqa: B006  the framework copies it
) -> Response:
    """Take in an objection from the form a unit filled in, with what it encloses."""
    try:
        with uploads.taken([written, *files]) as given:
            number = _entered(desk, who, given)
    except NotFound:
        return _list(desk, who, "异议书所写的证据编号不是本单位的任何一个问题：请与来件核对")
    except (DisputeError, CaseError) as error:
        return _list(desk, who, str(error))
    return see_other(f"/disputes/{number}")


@page.get("/disputes/{number}")
def one(desk: TheDesk, who: TheVisitor, number: Number) -> Response:
    """Show one."""
    return _show(desk, who, number)


@page.post("/disputes/{number}/sheet", right="rule", body=_BODY)
def look_up(
    desk: TheDesk,
    who: TheVisitor,
    number: Number,
    look: Annotated[str, Form(max_length=5)] = "",
    bundle: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Look up what the answer rests on; the contested bundle is verified where it was handed in."""
    desk.docket.dispute(number)
    own = _kept(bundle)

    def work(folder: FilePath) -> Sheet:
        file = FilePath(shutil.move(own, folder / "original.zip")) if own else None
        holdings = desk.house.holdings()
        return sheet.of_dispute(
            desk.house, holdings, opening.find(holdings, number), file=file, look=bool(look), now=desk.now()
        )

    piece = desk.workroom.ask(
        ("sheet", number), work, title=f"核对异议 {number}", back=f"/disputes/{number}", by=who.name, again=True
    )
    return see_other(f"/tasks/{piece.id}")


@page.post("/disputes/{number}/propose", right="rule")
def propose(
    desk: TheDesk, who: TheVisitor, number: Number, step: Choice, on: Annotated[str, Form()], why: Reasons = ""
) -> Response:
    """Propose a ruling, which waits for a second person."""
    found = desk.docket.dispute(number)
    with desk.shelf.opened() as holdings:
        known = sheet.kept(holdings, found.contested)
    refused = _why_no_ruling(found, known, on) or ("" if why.strip() else "须写明理由")
    if refused or known is None:
        return _show(desk, who, number, said=refused, why=why, step=step)
    desk.proposals.put(
        Proposal(dispute=found.id, sheet=known.id, step=step, why=why.strip(), by=who.name, when=desk.now())
    )
    return see_other(f"/disputes/{number}")


@page.post("/disputes/{number}/agree", right="rule")
def agree(desk: TheDesk, who: TheVisitor, number: Number, proposal: Annotated[str, Form()]) -> Response:
    """Agree to what another person proposed; now the ruling is entered, under both names."""
    with desk.shelf.opened() as holdings, holdings.ledger.exclusive():
        found = desk.docket.dispute(number)
        made = desk.proposals.find(found.id)
        if (refused := _why_not_agreed(desk, holdings, found, made, proposal)) is not None or made is None:
            return _show(desk, who, number, said=refused or "")
        try:
            ruling.rule(
                desk.house, holdings, found, made.step, why=made.why, by=made.by, second=who.name, now=desk.now()
            )
        except (CaseError, DisputeError) as error:
            return _show(desk, who, number, said=str(error))
        desk.proposals.drop(found.id)
    return see_other(f"/disputes/{number}")


@page.post("/disputes/{number}/refuse", right="rule")
def refuse(desk: TheDesk, who: TheVisitor, number: Number) -> Response:
    """Take a proposal back, or refuse it; another may be made."""
    desk.proposals.drop(desk.docket.dispute(number).id)
    return see_other(f"/disputes/{number}")


@page.post("/disputes/{number}/answer")
def answer(desk: TheDesk, who: TheVisitor, number: Number) -> Response:
    """Ask for the sealed answer of a ruling."""
    found = desk.docket.dispute(number)
    if found.ruling is None:
        raise DisputeError(f"异议{number}还没有裁定")
    piece = desk.workroom.ask(
        ("answer", number),
        lambda folder: ruling.seal(desk.house, found, folder / "answer.zip"),
        title=f"制作异议 {number} 的答复",
        back=f"/disputes/{number}",
        by=who.name,
    )
    return see_other(f"/tasks/{piece.id}")


def _entered(desk: Desk, who: Visitor, given: tuple[uploads.HandedIn, ...]) -> str:
    if not given:
        raise DisputeError("没有选取异议书")
    written, *others = given
    if written.path.stat().st_size > form.LARGEST:
        raise DisputeError(f"异议书超过{form.LARGEST}字节：详细材料请作为附件交来")
    said = form.parse(written.path.read_bytes())
    with desk.shelf.opened() as holdings:
        found = holdings.derived.finding(holdings.derived.full_id(said.finding))
        opened = opening.open_(
            desk.house,
            holdings,
            found,
            said,
            [one.path for one in others],
            by=who.name,
            now=desk.now(),
            written=written.path,
            names={one.path: one.name for one in given},
        )
    return opened.number


def _kept(upload: UploadFile | None) -> FilePath | None:
    """Return where a handed-in bundle lies until the work takes it; None where none was."""
    if upload is None or not upload.filename:
        return None
    with uploads.taken([upload]) as (given,), tempfile.NamedTemporaryFile(prefix="quzheng-", delete=False) as out:
        with given.path.open("rb") as stream:
            shutil.copyfileobj(stream, out)
        return FilePath(out.name)


def _why_no_ruling(found: Dispute, known: Sheet | None, on: str) -> str:
    """Return why no ruling may be proposed; empty where one may. `on` is the sheet that was shown."""
    if found.ruling is not None:
        return f"异议{found.number}已经裁定"
    if known is None:
        return f"异议{found.number}还没有核对：先作核对，再提出裁定"
    return "" if known.id == on else "你打开页面以后又作了一次核对：请看过现在的核对情况再定"


def _why_not_agreed(desk: Desk, holdings: Holdings, found: Dispute, made: Proposal | None, agreed: str) -> str | None:
    """Return why a proposal is not to be agreed to; None where it may be."""
    if made is None or made.id != agreed:
        return "所提裁定已有变化：请看过现在的内容再定"
    known = sheet.kept(holdings, found.contested)
    if known is None or known.id != made.sheet:
        return "提出裁定以后又作了一次核对：请重新提出"
    author = desk.users.find(made.by)
    if author is None or not may(author.role, "rule"):
        return f"提出人{made.by}现在没有裁定的权限：请由有权限的人重新提出"
    return None


def _list(desk: Desk, who: Visitor, said: str = "") -> Response:
    today = local_day(desk.now())
    every = sorted(desk.docket.disputes(), key=lambda one: (one.ruling is not None, one.contested.when))
    return page.show(
        desk,
        who,
        status=400 if said else 200,
        disputes=[(one, desk.roll.name(one.finding.target), one.overdue(today)) for one in every],
        said=said,
        may_enter=who.role is not None and may(who.role, "object"),
        WORDS=WORDS,
        KINDS=uploads.KINDS,
        MEGABYTES=uploads.LARGEST >> 20,
        MOST=uploads.MOST,
    )


def _show(desk: Desk, who: Visitor, number: str, *, said: str = "", why: str = "", step: str = "") -> Response:
    found = desk.docket.dispute(number)
    with desk.shelf.opened() as holdings:
        known = sheet.kept(holdings, found.contested)
    proposal = desk.proposals.find(found.id) if found.ruling is None else None
    return page.show(
        desk,
        who,
        template="dispute.html.j2",
        title=f"异议 {number}",
        status=409 if said else 200,
        dispute=found,
        target=desk.roll.name(found.finding.target),
        late=found.overdue(local_day(desk.now())),
        sheet=known,
        told=letter.told(known, found.finding) if known else "",
        proposal=proposal,
        own=proposal is not None and proposal.by == who.name,
        may_rule=who.role is not None and may(who.role, "rule"),
        RULINGS=letter.RULINGS,
        WORDS=WORDS,
        said=said,
        why=why,
        step=step,
    )
