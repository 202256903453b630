"""One capture as a sheet: its tiles stacked without a seam, and the places to point at, laid over and never painted on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from evidence.model import Artifact, Box, Capture, Reading

Href = Callable[[str], str]
"""From the SHA-256 of an artifact to its relative link inside the bundle."""

MarkKind = Literal["newest", "blank", "picture", "sign", "main", "moving"]

MARKS: dict[MarkKind, str] = {
    "newest": "最新一条",
    "blank": "空白处",
    "picture": "有空白列的图片",
    "sign": "问题所在",
    "main": "主要区域",
    "moving": "活动画面（不参与比对）",
}

POINTED: tuple[MarkKind, ...] = ("newest", "blank", "picture", "sign")
"""The marks a finding is about."""

LEAST = 24
"""CSS pixels; an empty list has no height, yet its place must be seen."""

ROOM = 4
"""CSS pixels between a few words and the frame around them, so that it does not cross them."""

PRINTED_WHOLE = 4
"""A sheet of up to so many tiles is printed whole; of a longer one only its head and the tiles with a mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place on the page, in CSS pixels, within the sheet."""

    kind: MarkKind
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One picture of the stack."""

    href: str
    sha256: str
    top: int
    """Where it begins on the page."""
    width: int
    height: int
    left: int = 0
    gap: int = 0
    """CSS pixels between the end of the tile above and this one that no tile shows; 0 where the stack is whole."""
    marks: tuple[Mark, ...] = ()
    """The marks that touch it; each tile has its own overlay, so that paper may leave tiles out."""
    printed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The whole page as it was seen; no tiles where there was nothing to see."""

    width: int
    height: int
    tiles: tuple[Tile, ...]
    marks: tuple[Mark, ...]
    loose: tuple[Tile, ...]
    """Pictures that have a place of their own: boxes that scroll inside the page, and tiles that say no place."""

    @property
    def kinds(self) -> tuple[tuple[MarkKind, str], ...]:
        """The kinds of marks on it with their words, for the legend."""
        return tuple((kind, said) for kind, said in MARKS.items() if any(mark.kind == kind for mark in self.marks))

    @property
    def look_at(self) -> int:
        """Top of the first place that matters, in per mille of the height."""
        tops = [mark.box[1] for mark in self.marks if mark.kind in POINTED]
        return min(tops) * 1000 // self.height if tops else 0


def lay_out(capture: Capture, reading: Reading | None, href: Href, indicator: str) -> Sheet:
    """Return the sheet of a capture, with what its reading points at, and the signs that the finding of `indicator` is about.

    Signs of other indicators are left out: nobody has looked at them yet.
    """
    placed = _placed(capture)
    width = max((box[0] + box[2] for box, _ in placed), default=0)
    height = max((box[1] + box[3] for box, _ in placed), default=0)
    found = (*_marks(capture, reading), *_signs(reading, indicator))
    marks = tuple(_within(iter(found), width, height))
    shown = {artifact.sha256 for _, artifact in placed}
    others = (a for role in ("tile", "region") for a in capture.of_role(role) if a.sha256 not in shown)
    return Sheet(
        width=width,
        height=height,
        tiles=tuple(_stack(placed, marks, href)),
        marks=marks,
        loose=tuple(_loose(artifact, href) for artifact in others),
    )


def _placed(capture: Capture) -> list[tuple[Box, Artifact]]:
    """Return the tiles that have a place, from top to bottom."""
    found = [(box, artifact) for artifact in capture.of_role("tile") if (box := _area(artifact.box))]
    return sorted(found, key=lambda pair: (pair[0][1], pair[0][0]))


def _area(box: Box | None) -> Box | None:
    """Return a box that can be on a page; None for one without area or above or left of it."""
    return box if box and min(box[:2]) >= 0 and min(box[2:]) > 0 else None


def _stack(placed: list[tuple[Box, Artifact]], marks: tuple[Mark, ...], href: Href) -> Iterator[Tile]:
    end = 0
    for n, ((_, top, width, height), artifact) in enumerate(placed):
        touching = tuple(m for m in marks if m.box[1] < top + height and top < m.box[1] + m.box[3])
        pointed = any(mark.kind in POINTED for mark in touching)
        yield Tile(
            href=href(artifact.sha256),
            sha256=artifact.sha256,
            top=top,
            width=width,
            height=height,
            gap=max(0, top - end),
            marks=touching,
            printed=n == 0 or pointed or len(placed) <= PRINTED_WHOLE,
        )
        end = max(end, top + height)


def _loose(artifact: Artifact, href: Href) -> Tile:
    left, top, width, height = _area(artifact.box) or (0, 0, 0, 0)
    return Tile(href=href(artifact.sha256), sha256=artifact.sha256, top=top, left=left, width=width, height=height)


def _marks(capture: Capture, reading: Reading | None) -> Iterator[Mark]:
    for box in capture.moving:
        yield Mark(kind="moving", box=box)
    if reading is None:
        return
    if reading.main_box:
        left, top, width, height = reading.main_box
        if reading.blank:
            yield Mark(kind="blank", box=(left, top, max(width, LEAST), max(height, LEAST)))
        else:
            yield Mark(kind="main", box=reading.main_box)
    for item in reading.items:
        if item.box and item.date is not None and item.date == reading.newest:
            yield Mark(kind="newest", box=item.box)
    for table in reading.tables:
        for column in table.blank_columns:
            if column.box and table.picture is None:
                yield Mark(kind="blank", box=column.box)
    pictured = {table.picture for table in reading.tables if table.blank_columns}
    for image in reading.images:
        if image.box and image.sha256 in pictured:
            yield Mark(kind="picture", box=image.box)


def _signs(reading: Reading | None, indicator: str) -> Iterator[Mark]:
    """Yield the places of what an indicator counts on the page, where the reading knows them."""
    if reading is None:
        return
    boxes = {
        "wording": [one.box for one in reading.wording],
        "foreign_links": [one.box for one in reading.bad_links],
    }
    for left, top, width, height in filter(None, boxes.get(indicator, ())):
        yield Mark(kind="sign", box=(left - ROOM, top - ROOM, width + 2 * ROOM, height + 2 * ROOM))


def _within(marks: Iterator[Mark], width: int, height: int) -> Iterator[Mark]:
    """Cut marks to the sheet; one that lies wholly outside it, or comes twice, is none."""
    seen = set()
    for mark in marks:
        left, top = max(0, mark.box[0]), max(0, mark.box[1])
        right, bottom = min(width, mark.box[0] + mark.box[2]), min(height, mark.box[1] + mark.box[3])
        cut = Mark(kind=mark.kind, box=(left, top, right - left, bottom - top))
        if right > left and bottom > top and cut not in seen:
            seen.add(cut)
            yield cut
