"""The access log, for the auditor: who looked at what, when and from where; and whether it hangs together."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from evidence.desk import access_log as logs
from evidence.desk.access_log import Excerpt
from evidence.desk.desk import folder
from evidence.desk.page import Page, TheDesk, TheVisitor

page = Page(__name__, right="log", title="访问日志", menu=700)

SHOWN = 200
"""Lines of one page, the latest first."""
_NOTHING = Excerpt(lines=(), count=0, users=())


@page.get("/access-log")
def access_log(
    desk: TheDesk,
    who: TheVisitor,
    day: Annotated[str, Query(max_length=10)] = "",
    user: Annotated[str, Query(max_length=100)] = "",
    before: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Show a day, the last one where none is named, of all or of one user; `before` is the number of lines left out."""
    days = logs.days_of(folder(desk.house))
    chosen = day or (days[-1] if days else "")
    found = logs.excerpt(folder(desk.house), chosen, user, skip=before, most=SHOWN) if chosen else _NOTHING
    return page.show(
        desk,
        who,
        days=list(reversed(days)),
        day=chosen,
        user=user,
        found=found,
        older=before + SHOWN if found.count > before + SHOWN else None,
        newer=max(0, before - SHOWN) if before else None,
    )


@page.get("/access-log/check")
def check(desk: TheDesk, who: TheVisitor) -> Response:
    """Reckon the whole log anew, and hold it against the ledger."""
    with desk.shelf.opened() as holdings:
        leaves = holdings.ledger.leaves()
    found = tuple(logs.faults(folder(desk.house), leaves))
    days = logs.days_of(folder(desk.house))
    return page.show(desk, who, template="access_log_check.html.j2", title="访问日志核对", faults=found, days=days)
