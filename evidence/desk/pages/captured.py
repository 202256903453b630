"""What was captured, as it lies in the store: pictures, and pages and texts for a sandboxed frame; by digest, never by path.

It is shown only as part of a record of the ledger that cites it. A page runs nothing and fetches nothing: its own policy
takes script, origin and network from it even when it is opened by itself.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from evidence.desk.page import Page, TheDesk
from evidence.desk.shell import CAPTURED
from evidence.errors import NotFound
from evidence.model import Artifact

page = Page(__name__, right="see", title="")

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Never SVG, which is a page."""
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_TEXTS = ("text/", "application/json", "application/xml", "application/javascript", "image/svg+xml")
MOST = 20 * 1024 * 1024
"""Bytes of a text that a browser is given."""

Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@page.get("/records/{record}/pictures/{digest}")
def picture(desk: TheDesk, record: Digest, digest: Digest) -> Response:
    """Return a picture that a record cites."""
    artifact = _cited(desk, record, digest)
    if artifact.media_type not in PICTURES:
        raise NotFound(digest)
    return _given(desk, digest, artifact.media_type)


@page.get("/records/{record}/pages/{digest}")
def captured_page(desk: TheDesk, record: Digest, digest: Digest) -> Response:
    """Return a page or text that a record cites, for a frame: the DOM as a page, all else as the text it is written in."""
    artifact = _cited(desk, record, digest)
    media_type = artifact.media_type.partition(";")[0].strip().lower()
    if artifact.size > MOST or not media_type.startswith((*_TEXTS, *_PAGES)):
        raise NotFound(digest)
    shown = media_type if artifact.role == "dom" and media_type in _PAGES else "text/plain"
    return _given(desk, digest, f"{shown}; charset=utf-8")


def _cited(desk: TheDesk, record: str, digest: str) -> Artifact:
    found = (one for one in desk.shelf.record(record).capture.artifacts if one.sha256 == digest)
    artifact = next(found, None)
    if artifact is None:
        raise NotFound(digest)
    return artifact


def _given(desk: TheDesk, digest: str, media_type: str) -> Response:
    with desk.shelf.opened() as holdings:
        data = holdings.store.read(digest)
    headers = {"Content-Security-Policy": CAPTURED, "X-Frame-Options": "SAMEORIGIN", "Content-Type": media_type}
    return Response(data, headers=headers)
