"""The targets: a list, and the history of one with timelines and records, any two of which can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Path, Query
from starlette.responses import Response

from evidence.catalog import Row
from evidence.desk import history, review
from evidence.desk.page import Page, TheDesk, TheVisitor
from evidence.desk.paging import leaf, query
from evidence.errors import NotFound

page = Page(__name__, right="see", title="检查对象", menu=30)

TargetId = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
N = Annotated[int, Query(ge=1, le=100_000)]
TRACKS = 60
"""Labels whose timeline is drawn; more have only their records."""


@page.get("/targets")
def targets(desk: TheDesk, who: TheVisitor, n: N = 1) -> Response:
    """List them by id."""
    standings, subjects = desk.standings.all(), desk.roll.subjects()
    every = sorted({*subjects, *standings})
    rows = [(target, subjects.get(target), standings.get(target)) for target in every]
    return page.show(
        desk,
        who,
        leaf=leaf(rows, n),
        query=query,
        states=review.STATES | {"unknown": "尚未判定"},
        fault=desk.roll.fault,
    )


@page.get("/targets/{target}")
def target(
    desk: TheDesk, who: TheVisitor, target: TargetId, label: Annotated[str, Query(max_length=200)] = "", n: N = 1
) -> Response:
    """Show the history of one."""
    standing, subject = desk.standings.all().get(target), desk.roll.subjects().get(target)
    chains = desk.docket.chains()
    with desk.shelf.opened() as holdings:
        rows = holdings.rows(target)
    if not rows and standing is None and subject is None:
        raise NotFound(target)
    every = history.tracks(rows, standing, desk.now())
    own = [row for row in reversed(rows) if label in ("", row.label)]
    findings = standing.findings if standing else ()
    return page.show(
        desk,
        who,
        template="target.html.j2",
        title=f"检查对象 {target}",
        target=target,
        name=subject.name if subject else target,
        subject=subject,
        standing=standing,
        findings=[(one, review.STATES[review.state_of(one)], chains.get(one.id, ())) for one in findings],
        tracks=[one for one in every if label in ("", one.label)][:TRACKS],
        labels=[one.label for one in every],
        label=label,
        leaf=(shown := leaf(own, n)),
        pair=_pair(shown.rows),
        query=query,
        DAYS=history.DAYS,
    )


def _pair(rows: Sequence[Row]) -> tuple[str, str]:
    """Return which two records are chosen at first: the newest pair of one page, the later first; empty where there is none."""
    last: dict[str, str] = {}
    for row in rows:
        if row.quarantined:
            continue
        if row.label in last:
            return last[row.label], row.record
        last[row.label] = row.record
    return "", ""
