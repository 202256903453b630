"""One record: its pictures with the marks of its reading, what was read, and the captured page itself in a fenced frame."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from evidence import dossier, human
from evidence.desk import exhibits
from evidence.desk.page import Page, TheDesk, TheVisitor, see_other
from evidence.desk.pages.captured import MOST, PICTURES
from evidence.desk.rendering import static
from evidence.errors import NotFound
from evidence.model import Artifact
from evidence.readings import kept
from evidence.report.exhibit import view

page = Page(__name__, right="see", title="记录")

RecordId = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
FRAMES = 20
"""Pages of frames that are offered."""


@page.get("/records/{record}")
def record(desk: TheDesk, who: TheVisitor, record: RecordId) -> Response:
    """Show it."""
    found = desk.shelf.record(record)
    with desk.shelf.opened() as holdings:
        shown = [found, *([before] if (before := dossier.earlier_of(found, holdings)) else [])]
        exhibit = dossier.exhibit(record, holdings, kept(shown, holdings))
        stated = human.statement_of(found, holdings) if found.capture.purpose == "human" else None
    seen = view(1, exhibit, {}, exhibits.pictures(shown), "")
    return page.show(
        desk,
        who,
        view=replace(seen, steps=()),
        record=found,
        before=exhibit.earlier,
        pages=[one for one in found.capture.artifacts if _opens(one)][:FRAMES],
        stated=stated,
        pictured={one.sha256 for one in found.capture.artifacts if one.media_type in PICTURES},
    )


@page.get("/records/{record}/thumbnail")
def thumbnail(desk: TheDesk, record: RecordId) -> Response:
    """Return a small picture of its page; of a record without one (a unit's file, what a person saw) a sign that says so."""
    found = desk.shelf.record(record)
    with desk.shelf.opened() as holdings:
        store = holdings.store  # blobs never change: no need to hold the shelf while one is read
    try:
        return Response(desk.thumbnails.of(found, store), media_type="image/jpeg")
    except NotFound:
        return see_other(static("no-picture.svg"))


def _opens(artifact: Artifact) -> bool:
    return artifact.role in ("dom", "human") and artifact.media_type.startswith("text/") and artifact.size <= MOST
