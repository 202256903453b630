"""Pieces of long work: waiting for one, and what came of it; bundles are asked for here and fetched here."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.responses import FileResponse, Response

from evidence import bundling
from evidence.bundle import BundleResult
from evidence.desk import waiting
from evidence.desk.page import Page, TheDesk, TheVisitor, see_other
from evidence.desk.workroom import Piece
from evidence.errors import NotFound

page = Page(__name__, right="see", title="证据包")

WorkId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
FindingId = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@page.post("/findings/{finding}/bundle")
def bundle(desk: TheDesk, who: TheVisitor, finding: FindingId) -> Response:
    """Ask for the bundle of a finding, as `quzheng bundle` makes it."""
    with desk.shelf.opened() as holdings:
        found = holdings.derived.finding(finding)
    piece = desk.workroom.ask(
        ("bundle", finding, desk.docket.version()),
        lambda folder: bundling.bundle(desk.house, [finding], folder / "bundle.zip", by=who.name),
        title=f"制作问题 {finding[:12]}（{found.clause}）的证据包",
        back=f"/findings/{finding}",
        by=who.name,
    )
    return see_other(f"/tasks/{piece.id}")


@page.get("/tasks/{work}")
def work(desk: TheDesk, who: TheVisitor, work: WorkId) -> Response:
    """Wait for a piece of work, then show what came of it."""
    piece = _piece(desk, work)
    if not piece.done:
        return waiting.show(desk, who, piece)
    result = None if piece.fault else piece.result
    if not piece.fault and not isinstance(result, BundleResult):
        return see_other(piece.back)
    return page.show(desk, who, piece=piece, result=result)


@page.get("/tasks/{work}/file")
def file(desk: TheDesk, work: WorkId) -> Response:
    """Return the bundle that was made, under its own name."""
    piece = _piece(desk, work)
    result = piece.result
    if not isinstance(result, BundleResult):
        raise NotFound(work)
    name = f"{result.name}.zip" if result.sealed else f"{result.name}.UNSEALED.zip"
    return FileResponse(result.path, media_type="application/zip", filename=name)


def _piece(desk: TheDesk, work: str) -> Piece:
    found = desk.workroom.find(work)
    if found is None:
        raise NotFound(work)
    return found
