"""Any two records side by side: what differs in items, text, tables and picture; made in the workroom, shown when it is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from fastapi import Path as Id
from starlette.responses import FileResponse, Response

from evidence import dossier
from evidence.comparing import Comparison, drawing
from evidence.comparing import compare as compare_records
from evidence.desk import exhibits, waiting
from evidence.desk.desk import Desk
from evidence.desk.page import Page, TheDesk, TheVisitor, see_other
from evidence.digest import is_sha256
from evidence.errors import ExportError, NotFound, ReadingError
from evidence.holdings import Holdings, Stacks
from evidence.model import Record
from evidence.purged import require
from evidence.readings import kept
from evidence.report.exhibit import view

page = Page(__name__, right="see", title="比较")

RecordId = Annotated[str, Id(pattern="^[0-9a-f]{64}$")]
LISTED = 200
PICTURE = "difference.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What came of a comparison."""

    found: Comparison | None
    """None where one of the two cannot be compared."""
    said: str
    drawn: str = ""
    """What the difference picture shows; empty where there is none."""


@page.get("/compare")
def chosen(earlier: str = "", later: str = "") -> Response:
    """Go to the comparison of two records that were chosen from a list."""
    if not (is_sha256(earlier) and is_sha256(later)):
        return see_other("/targets")
    return see_other(f"/records/{earlier}/against/{later}")


@page.get("/records/{later}/against/{earlier}")
def compare(desk: TheDesk, who: TheVisitor, later: RecordId, earlier: RecordId) -> Response:
    """Show the comparison, or that it is being made."""
    before, after = _in_order(desk.shelf.record(earlier), desk.shelf.record(later))
    piece = desk.workroom.ask(
        ("compare", before.id, after.id),
        lambda folder: _compared(desk, before, after, folder),
        title="比较两条记录",
        back=f"/records/{after.id}",
        by=who.name,
    )
    if not piece.done:
        return waiting.show(desk, who, piece)
    result: Compared = piece.result
    with desk.shelf.opened() as holdings:
        pair = _pair(holdings, before, after)
    return page.show(desk, who, view=pair, compared=result, before=before, after=after, LISTED=LISTED)


@page.get("/records/{later}/against/{earlier}/picture")
def picture(desk: TheDesk, later: RecordId, earlier: RecordId) -> Response:
    """Return the difference picture of a comparison that was made."""
    before, after = _in_order(desk.shelf.record(earlier), desk.shelf.record(later))
    piece = desk.workroom.made(("compare", before.id, after.id))
    if piece is None or not piece.result.drawn:
        raise NotFound(PICTURE)
    return FileResponse(piece.folder / PICTURE, media_type="image/png")


def _in_order(one: Record, other: Record) -> tuple[Record, Record]:
    return (one, other) if one.capture.started <= other.capture.started else (other, one)


def _compared(desk: Desk, before: Record, after: Record, folder: Path) -> Compared:
    """Compare two records beside the shelf: no page waits for it."""
    with desk.shelf.opened() as opened:
        for record in (before, after):
            require(opened, record)
    stacks = desk.shelf.stacks()
    try:
        found = compare_records(before, after, holdings=stacks)
    except ReadingError:
        return Compared(found=None, said="两次中有一次没有可以比较的画面或页面。")
    if any(record.capture.flow.private is not None for record in (before, after)):
        return Compared(found=found, said=found.sentence())
    return Compared(found=found, said=found.sentence(), drawn=_drawn(stacks, before, after, found, folder))


def _drawn(stacks: Stacks, before: Record, after: Record, found: Comparison, folder: Path) -> str:
    if not (found.pixels.regions or found.pixels.gone or found.pixels.excused):
        return ""
    try:
        with (folder / PICTURE).open("wb") as out:
            drawn = drawing.draw(
                before, after, found.pixels, stacks.store, out, explained=found.epoch is not None, alone=True
            )
    except (ExportError, ReadingError):
        return ""
    return drawn.sentence()


def _pair(holdings: Holdings, before: Record, after: Record) -> Any:
    """Return the two as the report shows an exhibit beside the capture before it."""
    read = kept([before, after], holdings)
    exhibit = replace(
        dossier.exhibit(after.id, holdings, read), earlier=before, earlier_reading=read.get(before.id), rows=()
    )
    return view(1, exhibit, {}, exhibits.pictures([before, after]), "")
