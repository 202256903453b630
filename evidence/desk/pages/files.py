"""The desk's own style, script and their licences; their addresses change with their contents."""

from __future__ import annotations

from pathlib import PurePosixPath

from starlette.responses import Response

from evidence.desk.page import Page
from evidence.desk.rendering import MEDIA_TYPES, static_files
from evidence.errors import NotFound

page = Page(__name__, right=None, title="")


@page.get("/static/{digest}/{name}", logged=False)
async def file(digest: str, name: str) -> Response:
    """Return a file, which browsers may keep for ever."""
    found = static_files().get(name)
    if found is None or found[0][:16] != digest:
        raise NotFound(name)
    media_type = MEDIA_TYPES[PurePosixPath(name).suffix]
    return Response(found[1], media_type=media_type, headers={"Cache-Control": "public, max-age=31536000, immutable"})
