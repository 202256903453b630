"""Pictures in the matter of a page, given to the readers of text and tables in pictures."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urldefrag

from evidence.model import ImageText, Table
from evidence.reading import addresses
from evidence.reading.image_text import Picture, recognise
from evidence.reading.matter import Matter
from evidence.reading.page import Body, PageInput
from evidence.reading.tables import from_picture
from evidence.reading.tree import Node

MOST = 12
"""Pictures read on one page; more are named in a note, never passed over in silence."""
_WIDE, _HIGH = 200, 80
"""Pixels; a smaller picture holds no text worth a reading."""


def choose(page: PageInput, matter: Matter) -> tuple[tuple[Picture, ...], tuple[str, ...]]:
    """Return the pictures to be read, and notes on those that are not: bytes missing, or too many."""
    bodies = {urldefrag(body.url)[0]: body for body in page.bodies}
    found: dict[str, Picture] = {}
    missing = 0
    for node in matter.pictures:
        if node.box is not None and (node.box[2] < _WIDE or node.box[3] < _HIGH):
            continue
        body = _body(page, node, bodies)
        if body is None:
            missing += 1
        else:
            found.setdefault(
                body.sha256, Picture(sha256=body.sha256, url=body.url, box=node.box, data=body.data, in_main=True)
            )
    notes = [f"正文中有 {missing} 张图片未取得内容，未作文字识别"] if missing else []
    if len(found) > MOST:
        notes.append(f"正文中有 {len(found)} 张图片，只识别了前 {MOST} 张")
    return tuple(found.values())[:MOST], tuple(notes)


def read(pictures: Sequence[Picture]) -> tuple[tuple[ImageText, ...], tuple[Table, ...]]:
    """Return the texts of the pictures, and the tables found in them."""
    if not pictures:
        return (), ()
    tables = tuple(table for picture in pictures for table in from_picture(picture.data))
    return recognise(pictures), tables


def _body(page: PageInput, node: Node, bodies: dict[str, Body]) -> Body | None:
    for source in (node.get("current-src"), node.get("src")):
        body = bodies.get(urldefrag(addresses.joined(page.url, source))[0]) if source else None
        if body is not None:
            return body
    return None
