"""Tables without enough rulings in a picture: columns told by the white between them, rows by lines of text.

The three-line table, the one ruled only level or only upright, the one not ruled at all. A table is taken only where every
column has exactly one heading over it, of two characters or more (姓　名 is two of one), and most lines fill three columns;
its columns are called blank only where half of the first line are words that head columns: a list of names set in four
has no headings, and its last column may well be empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from evidence.model import Table
from evidence.reading import text_lines
from evidence.reading.grid import Cell, Grid, table
from evidence.reading.ink import least_ink, spots
from evidence.reading.lines import Mask, extreme, level_lines, planes_of, widen
from evidence.reading.straight import Straight

WIDEST = 15
"""Pixels; half the width of what may be a stroke: what is wider is ground."""
DARK = 110
"""Levels of brightness below which a row is light writing on a dark ground."""
PLAIN = 0.35
"""Share of the usual depth of ink from which it is plainly ink, and no ripple of a JPEG."""
WORD = 0.9
"""Heights of a line of text; a wider gap on a line parts two cells."""
GUTTER = 0.6
"""Heights of a line; the least white between two columns over the whole table."""
PARAGRAPH = 2.6
"""Heights of a line; a wider gap between two lines parts two tables."""
COLUMNS, ROWS = 3, 4
"""The fewest of a table, its heading row among them."""
FULL = 0.6
"""Share of the lines that must fill COLUMNS cells or more."""
RULE = 120
"""Pixels from which a thin line is a ruling, and no stroke."""
MOST_ROWS = 400
LOWEST, HIGHEST = 8, 60
"""Pixels of a line of text."""

_HEADS = re.compile(
    r"序号|编号|号码|标识码|名称|单位|部门|机构|地区|区域|姓名|性别|职务|职位|岗位|电话|地址|网址|时间|日期|年度|月份|期限|情况|状态|结果|结论"
    r"|问题|内容|项目|类[别型]|级别|类$|数量|[个件人次总户]数|数$|金额|单价|合计|比例|占比|率$|得分|分值|排名|名次|备注|说明|依据|责任人?|负责人|联系|标准|措施"
)
"""What heads columns in the annexes of public bodies."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pixels:
    """One picture, pixel by pixel."""

    shade: npt.NDArray[np.uint8]
    """How far each is from the ground."""
    ink: Mask
    """What is plainly ink, rulings left out: of this the columns are told."""
    rulings: Mask
    least: float
    """From what shade a pixel may be ink at all."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: top, bottom, and the pieces of ink on it from left to right."""

    top: int
    bottom: int
    pieces: tuple[Span, ...]


def find(straight: Straight, sha256: str) -> tuple[Table, ...]:
    """Return the aligned tables of a straightened picture, from top to bottom."""
    pixels = _pixels(straight.picture)
    lines = _lines(pixels.ink)
    if len(lines) < ROWS:
        return ()
    usual = float(np.median([line.bottom - line.top for line in lines]))
    if not LOWEST <= usual <= HIGHEST:
        return ()
    found = (_table(block, usual, pixels, straight, sha256) for block in _blocks(lines, usual))
    return tuple(each for each in found if each is not None)


def _pixels(picture: Image.Image) -> _Pixels:
    """Part ink from ground: what is darker than its surroundings along the row; on a dark row, what is lighter."""
    colours = np.asarray(picture.convert("RGB"))
    light = np.asarray(colours.min(axis=2))
    width = 2 * WIDEST + 1
    ground = extreme(extreme(light.T, width, np.maximum), width, np.minimum).T
    depth = ground.astype(np.int16) - light
    dark = np.median(light, axis=1) < DARK
    if dark.any():
        high = extreme(extreme(light[dark].T, width, np.minimum), width, np.maximum).T
        depth[dark] = light[dark].astype(np.int16) - high
    depth -= np.int16(np.median(depth))  # the ground is that of the lightest grain
    planes = planes_of(picture)
    rulings = widen(level_lines(planes, RULE) | level_lines([plane.T for plane in planes], RULE).T, 2)
    least = least_ink(colours.astype(np.int16))
    inked = depth[depth > least]
    strong = max(least, PLAIN * float(np.percentile(inked, 90))) if inked.size else least
    return _Pixels(
        shade=depth.clip(0, 255).astype(np.uint8),
        ink=np.asarray(spots(depth > strong) & ~rulings),
        rulings=rulings,
        least=least,
    )


def _lines(ink: Mask) -> list[Line]:
    """Return the lines of text from top to bottom, over the whole width."""
    rows = ink.sum(axis=1) > 1
    edges = np.flatnonzero(np.diff(np.concatenate(([0], rows.astype(np.int8), [0]))))
    bands: list[list[int]] = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if bands and start - bands[-1][1] <= 2:
            bands[-1][1] = end
        else:
            bands.append([start, end])
    tall = [band for band in bands if band[1] - band[0] >= LOWEST]
    if not tall:
        return []
    usual = float(np.median([end - start for start, end in tall]))
    return [Line(start, end, tuple(_pieces(ink[start:end], WORD * usual))) for start, end in tall][:MOST_ROWS]


def _pieces(ink: Mask, gap: float) -> Iterator[Span]:
    """Yield the runs of ink along a line, over gaps that are no wider than `gap`."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (ink.sum(axis=0) > 0).astype(np.int8), [0]))))
    last: list[int] | None = None
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if last is not None and start - last[1] <= gap:
            last[1] = end
            continue
        if last is not None:
            yield last[0], last[1]
        last = [start, end]
    if last is not None:
        yield last[0], last[1]


def _blocks(lines: Sequence[Line], usual: float) -> Iterator[list[Line]]:
    """Yield the runs of lines that may be a table: it begins with a line of COLUMNS pieces, and no wide gap parts it."""
    block: list[Line] = []
    for line in lines:
        apart = bool(block) and line.top - block[-1].bottom > PARAGRAPH * usual
        tall = line.bottom - line.top > 1.8 * usual
        if block and (apart or tall or not _fits(line, block)):
            yield block
            block = []
        if not tall and (block or len(line.pieces) >= COLUMNS):
            block.append(line)
    if block:
        yield block


def _fits(line: Line, block: Sequence[Line]) -> bool:
    """Tell whether a line goes on with a table: it fills several cells, or its piece stays within one column of it."""
    if len(line.pieces) >= COLUMNS - 1:
        return True
    left, right = line.pieces[0]
    return sum(start < right and left < end for start, end in block[0].pieces) <= 1


def _columns(block: Sequence[Line], usual: float) -> list[Span]:
    """Return the columns: what stands under each other, with white between over the whole block."""
    spans = sorted(piece for line in block for piece in line.pieces)
    columns: list[list[int]] = []
    for start, end in spans:
        if columns and start < columns[-1][1] + GUTTER * usual:
            columns[-1][1] = max(columns[-1][1], end)
        else:
            columns.append([start, end])
    return [(start, end) for start, end in columns]


def _table(block: Sequence[Line], usual: float, pixels: _Pixels, straight: Straight, sha256: str) -> Table | None:
    columns = _columns(block, usual)
    full = sum(len(line.pieces) >= COLUMNS for line in block)
    if len(columns) < COLUMNS or len(block) < ROWS or full < FULL * len(block):
        return None
    heading = block[0]
    if len(heading.pieces) != len(columns) or any(end - start < 1.7 * usual for start, end in heading.pieces[1:]):
        return None
    places = [
        (row, column, piece)
        for row, line in enumerate(block)
        for column, (left, right) in enumerate(columns)
        if (piece := _hull([p for p in line.pieces if left <= p[0] and p[1] <= right])) is not None
    ]
    cuts = [_cut(pixels, block[row], piece) for row, _, piece in places]
    texts = text_lines.read(cuts, usual)
    faint = _faint(pixels, block, columns, usual)
    shaded = {n for n, (left, right) in enumerate(columns) if faint[:, left:right].any()}
    said = {(row, column): text for (row, column, _), text in zip(places, texts, strict=True)}
    cells = [
        Cell(row=row, column=column, text=said.get((row, column), ""), filled=(row, column) in said or column in shaded)
        for row in range(len(block))
        for column in range(len(columns))
    ]
    top, bottom = block[0].top, block[-1].bottom
    found = table(
        Grid.of(cells),
        source="picture",
        picture=sha256,
        box=straight.back(columns[0][0], top, columns[-1][1], bottom),
        boxes=tuple(straight.back(left, top, right, bottom) for left, right in columns),
        lines=tuple(straight.back(columns[0][0], line.top, columns[-1][1], line.bottom) for line in block),
    )
    headed = found is not None and 2 * sum(_HEADS.search(text) is not None for text in found.header) >= len(columns)
    return found if found is None or headed else replace(found, blank_columns=())


def _faint(pixels: _Pixels, block: Sequence[Line], columns: Sequence[Span], usual: float) -> Mask:
    """Return all that may be ink below the headings and their ripples: what is darker than the white between the columns."""
    below = np.s_[block[0].bottom + int(0.4 * usual) : block[-1].bottom]
    shade, free = pixels.shade[below], ~pixels.rulings[below]
    gutters = np.zeros(shade.shape[1], dtype=np.bool_)
    for (_, left), (right, _) in zip(columns, columns[1:], strict=False):
        gutters[left + 2 : right - 2] = True
    white = shade[:, gutters][free[:, gutters]]
    grain = float(np.percentile(white, 99.9)) if white.size else 0.0
    return np.asarray(spots(shade > max(pixels.least, grain)) & free)


def _hull(pieces: Sequence[Span]) -> Span | None:
    return (pieces[0][0], pieces[-1][1]) if pieces else None


def _cut(pixels: _Pixels, line: Line, piece: Span) -> Image.Image:
    """Return one cell's text black on white."""
    place = np.s_[max(0, line.top - 2) : line.bottom + 2, max(0, piece[0] - 2) : piece[1] + 3]
    part = pixels.shade[place].astype(np.float64)
    marks = part[pixels.ink[place]]
    deepest = float(np.percentile(marks, 90)) if marks.size else 255.0
    return Image.fromarray((255 - np.minimum(255, part * (255.0 / max(deepest, 1.0)))).astype(np.uint8))
