"""Pictures in the matter of a page (images, grounds of boxes, canvases), given to the readers of text and tables in them.

What the engine makes of a picture depends on its bytes alone, so it is asked once for each and the answer kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urldefrag

from evidence.model import ImageText, Table
from evidence.reading import addresses
from evidence.reading.image_text import Picture, recognise
from evidence.reading.likeness import pairs, shared, signs
from evidence.reading.matter import Matter
from evidence.reading.page import Body, PageInput
from evidence.reading.regions import Regions
from evidence.reading.tables import from_picture
from evidence.reading.tree import Node, Tree, fold

MOST = 12
"""Pictures read on one page; more are named in a note, never passed over in silence."""
_WIDE, _HIGH = 200, 80
"""Pixels; a smaller picture holds no text worth a reading."""
_GROUND = re.compile(r"url\([\"']?([^\"')]+)[\"']?\)")
_TOLD, _SURE = 6, 800
"""Characters that a picture is called by, and per mille of confidence, from which the two can be held against each other."""
_UNLIKE = 300
"""Per mille of shared pairs of characters below which picture and page say different things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was made of one picture."""

    text: ImageText
    tables: tuple[Table, ...]


class Shelf(Protocol):
    """Where answers about pictures are kept, by the SHA-256 of their bytes."""

    def picture(self, sha256: str) -> Kept | None:
        """Return what was made of a picture; None where it was not read yet."""

    def put_picture(self, sha256: str, kept: Kept) -> None:
        """Keep what was made of a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One picture to be read, and what the page calls it."""

    picture: Picture
    called: str


def choose(page: PageInput, tree: Tree, regions: Regions, matter: Matter) -> tuple[tuple[Shown, ...], tuple[str, ...]]:
    """Return the pictures to be read, and notes on those that are not: bytes missing, or too many."""
    bodies = {urldefrag(body.url)[0]: body for body in page.bodies}
    found: dict[str, Shown] = {}
    missing = 0
    for node in (*matter.pictures, *_grounds(tree, regions)):
        if node.box is not None and (node.box[2] < _WIDE or node.box[3] < _HIGH):
            continue
        body = _body(page, node, bodies)
        if body is None:
            missing += node.tag == "img"
        else:
            called = fold(node.get("alt") or node.get("title"))
            picture = Picture(sha256=body.sha256, url=body.url, box=node.box, data=body.data, in_main=True)
            found.setdefault(body.sha256, Shown(picture=picture, called=called))
    for one in page.drawn:
        picture = Picture(sha256=one.sha256, url=None, box=one.box, data=one.data, in_main=True)
        found.setdefault(one.sha256, Shown(picture=picture, called=""))
    notes = [f"正文中有 {missing} 张图片未取得内容，未作文字识别"] if missing else []
    if len(found) > MOST:
        notes.append(f"正文中有 {len(found)} 张图片，只识别了前 {MOST} 张")
    return tuple(found.values())[:MOST], tuple(notes)


def read(
    shown: Sequence[Shown], said: str, shelf: Shelf | None = None
) -> tuple[tuple[ImageText, ...], tuple[Table, ...], tuple[str, ...]]:
    """Return the texts of the pictures, the tables found in them, and where a picture says something else than it is called.

    `said` is the page's visible text.
    """
    kept = _made([one.picture for one in shown], shelf)
    there = pairs(said)
    texts = tuple(
        replace(
            kept[one.picture.sha256].text,
            url=one.picture.url,
            box=one.picture.box,
            in_main=one.picture.in_main,
            repeated=shared(kept[one.picture.sha256].text.text, there),
        )
        for one in shown
    )
    tables = tuple(table for one in shown for table in kept[one.picture.sha256].tables)
    return texts, tables, tuple(_disagreements(shown, texts))


def _made(pictures: Sequence[Picture], shelf: Shelf | None) -> dict[str, Kept]:
    """Return what the engines make of each picture: from the shelf, or by reading those that are not there, all at once."""
    known = {one.sha256: kept for one in pictures if shelf and (kept := shelf.picture(one.sha256)) is not None}
    open_ = [one for one in pictures if one.sha256 not in known]
    for picture, text in zip(open_, recognise(open_) if open_ else (), strict=True):
        made = Kept(text=text, tables=from_picture(picture.data))
        known[picture.sha256] = made
        if shelf and text.state in ("read", "empty", "too_small", "too_large", "unreadable"):
            shelf.put_picture(picture.sha256, made)
    return known


def _grounds(tree: Tree, regions: Regions) -> Iterator[Node]:
    """Yield elements without text in the content that show a picture as their ground, and are no ground of the page."""
    width = tree.size[0] if tree.size is not None else 0
    for node in tree.nodes:
        image = node.style.get("background-image", "none") if node.style is not None else "none"
        if image == "none" or node.hidden or node.box is None or regions.part(node) is not None:
            continue
        if _GROUND.search(image) and not tree.texts(node) and node.tag not in ("html", "body") and node.box[2] < width:
            yield node


def _body(page: PageInput, node: Node, bodies: dict[str, Body]) -> Body | None:
    ground = _GROUND.search(node.style.get("background-image", "")) if node.style is not None else None
    for source in (node.get("current-src"), node.get("src"), ground[1] if ground else ""):
        body = bodies.get(urldefrag(addresses.joined(page.url, source))[0]) if source else None
        if body is not None:
            return body
    return None


def _disagreements(shown: Sequence[Shown], texts: Sequence[ImageText]) -> Iterator[str]:
    """Yield where a picture that was surely read shows other words than the page calls it by."""
    for one, text in zip(shown, texts, strict=True):
        if len(signs(one.called)) < _TOLD or text.state != "read" or text.confidence < _SURE:
            continue
        alike = shared(one.called, pairs(text.text))
        if alike is not None and alike < _UNLIKE:
            yield f"图中文字“{fold(text.text)[:20]}”与其替代文字“{one.called[:20]}”不一致"
