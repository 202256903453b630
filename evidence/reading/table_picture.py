"""Tables in a picture, ruled ones first: what stands in each cell by its pixels, what it says by one OCR process for all cells.

Whether a cell is blank is decided by ink alone. The engine may fail on a cell that has ink; then the cell has no text
but is filled, and its column is not blank.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from evidence import digest
from evidence.model import Table
from evidence.reading import rulings, table_aligned, text_lines
from evidence.reading.grid import Cell, Grid, table
from evidence.reading.ink import INK, least_ink, spots
from evidence.reading.lines import Mask, widen
from evidence.reading.mesh import NEAR
from evidence.reading.raster import Refused, decode
from evidence.reading.rulings import RuledCell, RuledTable
from evidence.reading.straight import Straight, straighten

RIPPLE = 0.25
"""Share of the depth of a ruling that its ripples in a JPEG may have."""
RIM = 4
"""Pixels along the sides of a cell in which no character can stand whole: what shows there is of the ruling, or of the
shade beyond it."""
MOST_CELLS = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inked:
    """One cell with what stands in it."""

    cell: RuledCell
    shade: npt.NDArray[np.uint8]
    """The cell without its rulings: how far each pixel is from the ground, 0 to 255."""
    ink: Mask
    """Empty (no True) if the cell is blank."""


def from_picture(data: bytes) -> tuple[Table, ...]:
    """Return the tables in a picture from top to bottom; none where the bytes are no picture that can be read.

    Where nothing is ruled enough to hold cells, tables are looked for by the white between their columns.
    """
    try:
        straight = straighten(decode(data))
    except Refused:
        return ()
    found, lines = rulings.find(straight.picture)
    tables = (
        _table(straight, ruled, cells, digest.sha256(data))
        for ruled in found
        if len(ruled.cells) <= MOST_CELLS and (cells := _inked(straight.picture, ruled, lines))
    )
    return tuple(each for each in tables if each) or table_aligned.find(straight, digest.sha256(data))


def _inked(picture: Image.Image, ruled: RuledTable, lines: Mask) -> list[_Inked]:
    """Return every cell with its ink; nothing where no cell has any (a drawing, not a table)."""
    left, top, right, bottom = ruled.xs[0], ruled.ys[0], ruled.xs[-1], ruled.ys[-1]
    colours = np.asarray(picture.convert("RGB").crop((left, top, right, bottom))).astype(np.int16)
    ruling = widen(lines[top:bottom, left:right], 2)
    least = least_ink(colours)
    cells = []
    for cell in ruled.cells:
        place = np.s_[cell.top - top : cell.bottom - top, cell.left - left : cell.right - left]
        cells.append(_look(cell, colours[place], _along_sides(ruling[place]), least))
    return cells if any(each.ink.any() for each in cells) else []


def _along_sides(ruling: Mask) -> Mask:
    """Keep the rulings along the sides of a cell; a line within it is something that stands in it."""
    side, kept = NEAR + 3, ruling.copy()
    kept[side:-side, side:-side] = False
    return kept


def _look(cell: RuledCell, colours: npt.NDArray[np.int16], ruling: Mask, least: float) -> _Inked:
    """Part ink from ground: what differs from the commonest colour of the cell.

    Close to a ruling, where a JPEG has ripples of it, by more than the ripples.
    """
    inner = ~ruling
    if not inner.any():
        return _Inked(cell=cell, shade=np.zeros(ruling.shape, np.uint8), ink=np.zeros_like(ruling))
    shade = np.abs(colours - _ground(colours[inner])).max(axis=2)
    ripples = RIPPLE * float(np.percentile(shade[ruling], 75)) if ruling.any() else 0.0
    shade[ruling] = 0
    limit = np.where(widen(ruling, NEAR), max(least, ripples), least)
    ink = spots(shade > limit)
    rim = np.ones_like(ink)
    rim[RIM:-RIM, RIM:-RIM] = False
    ink[rim] = False
    return _Inked(cell=cell, shade=shade.clip(0, 255).astype(np.uint8), ink=ink)


def _ground(points: npt.NDArray[np.int16]) -> npt.NDArray[np.float64]:
    """Return the colour of the ground: that of the densest range of brightness, not the median of ground and ink."""
    bright = points.sum(axis=1) // 3
    count = np.convolve(np.bincount(bright, minlength=256), np.ones(9), mode="same")
    near = np.abs(bright - int(np.argmax(count))) <= 4
    return np.asarray(np.median(points[near], axis=0))


def _table(straight: Straight, ruled: RuledTable, cells: list[_Inked], sha256: str) -> Table | None:
    texts = _texts(cells)
    grid = Grid.of(
        [
            Cell(
                row=each.cell.row,
                column=each.cell.column,
                rows=each.cell.rows,
                columns=each.cell.columns,
                text=text,
                filled=bool(each.ink.any()),
            )
            for each, text in zip(cells, texts, strict=True)
        ]
    )
    top, bottom = ruled.ys[0], ruled.ys[-1]
    columns = zip(ruled.xs, ruled.xs[1:], strict=False)
    rows = zip(ruled.ys, ruled.ys[1:], strict=False)
    return table(
        grid,
        source="picture",
        picture=sha256,
        box=straight.back(ruled.xs[0], top, ruled.xs[-1], bottom),
        boxes=tuple(straight.back(left, top, right, bottom) for left, right in columns),
        lines=tuple(straight.back(ruled.xs[0], high, ruled.xs[-1], low) for high, low in rows),
    )


def _texts(cells: list[_Inked]) -> list[str]:
    """Return the text of each cell, its lines joined by line feeds."""
    usual = _usual_height(cells)
    places = [(n, start, end) for n, each in enumerate(cells) for start, end in _text_lines(each.ink, usual)]
    lines = text_lines.read([_cut(cells[n], start, end) for n, start, end in places], usual)
    texts = [""] * len(cells)
    for (n, _, _), line in zip(places, lines, strict=True):
        texts[n] = f"{texts[n]}\n{line}".strip()
    return texts


def _usual_height(cells: list[_Inked]) -> float:
    """Return the usual height of a line of text in pixels: the median over all that is at least six high."""
    heights = [end - start for each in cells for start, end in _bands(each.ink) if end - start >= 6]
    return float(np.median(heights)) if heights else 16.0


def _bands(ink: Mask) -> list[tuple[int, int]]:
    """Return top and bottom of each stretch of rows with ink, over gaps of one row."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], ink.any(axis=1).astype(np.int8), [0]))))
    bands: list[tuple[int, int]] = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if bands and start - bands[-1][1] <= 1:
            bands[-1] = (bands[-1][0], end)
        else:
            bands.append((start, end))
    return bands


def _text_lines(ink: Mask, usual: float) -> list[tuple[int, int]]:
    """Return top and bottom of each line of text: strokes of one character (二, 三) stay together.

    Dust beside text is not a line; where nothing else stands in the cell it is left for the engine to say.
    """
    lines: list[tuple[int, int]] = []
    for start, end in _bands(ink):
        if lines and end - lines[-1][0] <= 1.25 * usual:
            lines[-1] = (lines[-1][0], end)
        else:
            lines.append((start, end))
    amount = [int(ink[start:end].sum()) for start, end in lines]
    dust = [end - start < 0.3 * usual and n < 0.1 * max(amount) for (start, end), n in zip(lines, amount, strict=True)]
    return [line for line, is_dust in zip(lines, dust, strict=True) if not is_dust]


def _cut(each: _Inked, start: int, end: int) -> Image.Image:
    """Return one line of text black on white."""
    across = np.flatnonzero(each.ink[start:end].any(axis=0))
    left, right = max(0, int(across[0]) - 2), int(across[-1]) + 3
    shade = each.shade[max(0, start - 2) : end + 2, left:right]
    deepest = float(np.percentile(shade[shade > INK], 90))
    return Image.fromarray((255 - np.minimum(255, shade * (255.0 / deepest))).astype(np.uint8))
