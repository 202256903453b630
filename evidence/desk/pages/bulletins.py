"""The bulletin of a period as it would be drafted now, or as it was issued: each sentence with its figures and findings."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from evidence.bulletin import book, issue
from evidence.bulletin.form import WHY_WORDS, Bulletin, LedgerState
from evidence.bulletin.period import STEP_WORDS
from evidence.desk import waiting
from evidence.desk.desk import Desk
from evidence.desk.page import Page, TheDesk, TheVisitor
from evidence.errors import NotFound
from evidence.span import local_day

page = Page(__name__, right="see", title="通报预览", menu=60)

Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$")]
ROWS = 60
"""Rows of an annex that are shown."""
_UNSIGNED = LedgerState(origin="—", size=0, root="0" * 64, signed=False)


@page.get("/bulletins")
def bulletins(desk: TheDesk, who: TheVisitor) -> Response:
    """List the periods, the last one first."""
    with desk.shelf.opened() as holdings:
        periods = [(name, book.events(holdings, name)) for name in reversed(book.names(holdings))]
    return page.show(desk, who, periods=periods, STEP_WORDS=STEP_WORDS)


@page.get("/bulletins/{period}")
def bulletin(desk: TheDesk, who: TheVisitor, period: Name) -> Response:
    """Show the bulletin of one; a draft is composed in the workroom, and anew only when a step was taken."""
    with desk.shelf.opened() as holdings:
        events = book.events(holdings, period)
        issued = next((one for one in reversed(events) if one.step in ("issued", "corrected")), None)
        known = issue.load(holdings, issued.document) if issued and issued.document else None
    if not events:
        raise NotFound(period)
    if known is None:
        piece = desk.workroom.ask(
            ("bulletin", period, desk.docket.version(), local_day(desk.now())),
            lambda folder: _draft(desk, period, who.name, folder),
            title=f"起草检查期 {period} 的通报",
            back="/bulletins",
            by=who.name,
        )
        if not piece.done:
            return waiting.show(desk, who, piece)
        known = piece.result
    return page.show(
        desk,
        who,
        template="bulletin.html.j2",
        title=f"通报预览 {period}",
        bulletin=known,
        wrong=tuple(issue.unfounded(known)),
        blanks=known.blanks(),
        WHY_WORDS=WHY_WORDS,
        ROWS=ROWS,
    )


def _draft(desk: Desk, period: str, by: str, folder: FilePath) -> Bulletin:
    """Compose a draft; nothing is written, sealed or entered."""
    now = desk.now()
    order = issue.Order(period=period, out=folder, by=by, now=now, dated=local_day(now))
    return issue.compose(issue.gather(desk.house, order), _UNSIGNED, final=False)
