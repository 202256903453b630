"""The pictures of a capture as strips that fit on paper: tall tiles in pieces, marks laid over, nothing painted on.

Paper shows a smaller copy; what proves is the tile in the bundle, whose digest stands below it.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from evidence.model import Box
from evidence.report.sheet import Sheet, Tile

WIDTH, HEIGHT = 150, 215
"""Millimetres that a strip may take on paper."""
MOST = 24
"""Strips of one capture; what is left over is named."""
_PIXEL = 25.4 / 96
_DOTS = 1240
"""Pixels across of the copy: 210 to the inch."""
_QUALITY = 85


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One piece of a tile."""

    sha256: str
    """Of what is shown: the tile, or its masked copy."""
    top: int
    """Where it begins in the tile, in CSS pixels."""
    width: int
    height: int
    of: int
    """Height of the tile in CSS pixels."""
    marks: tuple[tuple[str, Box], ...] = ()
    """Kind and place within the strip, in CSS pixels."""

    @property
    def name(self) -> str:
        """Name of the file of its copy."""
        return f"{self.sha256[:32]}-{self.top}.jpg"

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of its marks."""
        return frozenset(kind for kind, _ in self.marks)

    @property
    def shown(self) -> int:
        """CSS pixels across on paper."""
        return round(min(WIDTH / _PIXEL, self.width))


def strips(sheet: Sheet) -> tuple[tuple[Strip, ...], int]:
    """Return the strips of a sheet that go on paper, and how many of its pictures are left out."""
    tiles = [tile for tile in (*sheet.tiles, *sheet.loose) if tile.href and tile.width and tile.height]
    found: list[Strip] = []
    left = len(sheet.tiles) + len(sheet.loose) - len(tiles)
    for tile in tiles:
        pieces = tuple(_cut(tile)) if tile.printed else ()
        if pieces and len(found) + len(pieces) <= MOST:
            found += pieces
        else:
            left += 1
    return tuple(found), left


def _cut(tile: Tile) -> Iterator[Strip]:
    most = HEIGHT / _PIXEL * tile.width / min(WIDTH / _PIXEL, tile.width)
    count = math.ceil(tile.height / most)
    edges = [tile.height * n // count for n in range(count + 1)]
    for top, end in zip(edges, edges[1:], strict=False):
        yield Strip(
            sha256=tile.href,
            top=top,
            width=tile.width,
            height=end - top,
            of=tile.height,
            marks=tuple(_marks(tile, top, end)),
        )


def _marks(tile: Tile, top: int, end: int) -> Iterator[tuple[str, Box]]:
    for mark in tile.marks:
        left, above, width, height = mark.box
        first, last = max(above - tile.top, top), min(above + height - tile.top, end)
        if first < last:
            yield mark.kind, (left, first - top, width, last - first)


def copy(png: bytes, strip: Strip) -> bytes:
    """Return the copy of a strip as JPEG; the same tile gives the same bytes. Raises OSError for what is no picture."""
    with Image.open(io.BytesIO(png)) as whole:
        scale = whole.height / strip.of
        first, last = round(strip.top * scale), max(round((strip.top + strip.height) * scale), 1)
        piece = whole.convert("RGB").crop((0, first, whole.width, last))
    if piece.width > _DOTS:
        piece = piece.resize((_DOTS, max(1, piece.height * _DOTS // piece.width)), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    piece.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()
