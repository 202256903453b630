"""The column ledger (栏目台账) of a target: the version in force, what each column shows now, and the versions before."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from evidence import ledgers
from evidence.desk.page import Page, TheDesk, TheVisitor
from evidence.errors import NotFound

page = Page(__name__, right="see", title="栏目台账")

TargetId = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


@page.get("/targets/{target}/columns")
def columns(desk: TheDesk, who: TheVisitor, target: TargetId) -> Response:
    """Show it."""
    subject, standing = desk.roll.subjects().get(target), desk.standings.all().get(target)
    with desk.shelf.opened() as holdings:
        versions = ledgers.versions(holdings, target)
    held = [one for one in versions if one.accepted <= desk.now()]
    if not versions and subject is None:
        raise NotFound(target)
    ledger = held[-1].ledger if held else subject.ledger if subject else versions[0].ledger
    return page.show(
        desk,
        who,
        title=f"栏目台账 {target}",
        target=target,
        name=subject.name if subject else target,
        ledger=ledger,
        version=held[-1] if held else None,
        versions=tuple(reversed(versions)),
        facts={fact.label: fact for fact in (standing.kept.facts if standing and standing.kept else ())},
        differs=bool(held and subject and subject.ledger.sha256 != held[-1].ledger.sha256),
    )
