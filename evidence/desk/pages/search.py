"""Search over targets, findings and the titles of items: a plain piece of text, the first hits of each kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated, TypeVar

from fastapi import Query
from starlette.responses import Response

from evidence.desk import review
from evidence.desk.page import Page, TheDesk, TheVisitor
from evidence.desk.titles import LONGEST, fold
from evidence.model import Finding

page = Page(__name__, right="see", title="查找", menu=70)

MOST = 50
"""Hits of a kind."""
LEAST = 2
"""Characters: one is in everything."""
Hit = TypeVar("Hit")


@page.get("/search")
def search(desk: TheDesk, who: TheVisitor, q: Annotated[str, Query(max_length=LONGEST)] = "") -> Response:
    """Show what was found."""
    desk.titles.refresh()
    wanted = fold(q)
    enough = len(wanted) >= LEAST
    return page.show(
        desk,
        who,
        q=q,
        asked=bool(wanted),
        enough=enough,
        targets=_first(_targets(desk, wanted)) if enough else (),
        findings=_first(_findings(desk, wanted)) if enough else (),
        titles=desk.titles.find(wanted, MOST) if enough else (),
        name=desk.roll.name,
        states=review.STATES,
        state_of=review.state_of,
        waiting=desk.titles.waiting,
        full=desk.titles.full,
        MOST=MOST,
        LEAST=LEAST,
        LONGEST=LONGEST,
    )


def _first(found: Iterable[Hit]) -> tuple[Hit, ...]:
    return tuple(islice(found, MOST))


def _targets(desk: TheDesk, wanted: str) -> Iterator[tuple[str, str, str]]:
    subjects = desk.roll.subjects()
    for id in dict.fromkeys((*subjects, *desk.standings.all())):
        one = subjects.get(id)
        said = (id, one.name, one.unit or "", one.site_code or "", one.url) if one else (id,)
        if any(wanted in fold(text) for text in said):
            yield id, one.name if one else id, (one.unit if one else None) or ""


def _findings(desk: TheDesk, wanted: str) -> Iterator[Finding]:
    for standing in desk.standings.all().values():
        for finding in standing.findings:
            if finding.id.startswith(wanted) or wanted in finding.message.casefold():
                yield finding
