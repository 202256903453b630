"""The page that waits for a piece of work; it asks again by itself, without script too."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from evidence.desk.desk import Desk, Visitor
from evidence.desk.rendering import render
from evidence.desk.workroom import Piece


def show(desk: Desk, who: Visitor, piece: Piece) -> Response:
    """Return the page."""
    values = {"title": "请稍候", "current": "", "piece": piece, "ahead": desk.workroom.ahead(piece)}
    return HTMLResponse(render("waiting.html.j2", desk, who, values))
