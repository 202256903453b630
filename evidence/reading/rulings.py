"""Rulings in a picture → the cells between them: lines found as thin valleys, straightened, merged cells kept whole.

A ruling is darker (or lighter) than both its sides, thin, and long without a break; strokes of characters are shorter,
or end before they reach a crossing line. Where a ruling is doubtful the cells beside it become one: a heading may then
cover its column and hide that it is blank, but no cell is ever called blank because a line was imagined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from evidence.reading.lines import Mask, level_lines, planes_of
from evidence.reading.mesh import MOST_LINES, NEAR, Segments, meshes, segments

LOWEST = 14
"""Pixels; the least height of a row."""
NARROWEST = 22
"""Pixels; the least width of a column."""
EDGE = 0.85
"""Share of the side of a cell that must be ruled to part it from its neighbour."""
MEET = 4
"""Pixels from the middle of a crossing line within which a ruling begins and ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledCell:
    """One cell between rulings, in grid positions and in pixels of the straightened picture."""

    row: int
    column: int
    rows: int
    columns: int
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledTable:
    """The cells of one ruled table; `xs` and `ys` are the rulings they hang between."""

    cells: tuple[RuledCell, ...]
    xs: tuple[int, ...]
    ys: tuple[int, ...]


def find(picture: Image.Image) -> tuple[tuple[RuledTable, ...], Mask]:
    """Return the ruled tables of a straightened picture from top to bottom, and the pixels of all their lines.

    Among the lines may be a stroke of a character that touches a ruling: only those along the sides of cells count.
    """
    planes = planes_of(picture)
    level = level_lines(planes, NARROWEST)
    upright = level_lines([plane.T for plane in planes], LOWEST)
    lines = np.zeros((picture.height, picture.width), dtype=np.bool_)
    tables = []
    for rows, columns in meshes(segments(level), segments(upright), planes[0]):
        own_level, own_upright = _only(level, rows), _only(upright, columns)
        lines |= own_level
        lines |= own_upright.T
        if found := _table(_positions(columns, NARROWEST - 6), _positions(rows, LOWEST - 2), own_level, own_upright):
            tables.append(found)
    return tuple(sorted(tables, key=lambda table: (table.ys[0], table.xs[0]))), lines


def _only(lines: Mask, segments: Segments) -> Mask:
    kept = np.zeros_like(lines)
    for start, end, low, high in segments.tolist():
        kept[low:high, start:end] = lines[low:high, start:end]
    return kept


def _positions(segments: Segments, least: int) -> list[int]:
    """Return where across the lines lie, the most ruled first choice: none closer than `least` to one more ruled.

    Pieces of one line and double lines within NEAR are one; what lies between is a stroke beside a ruling.
    """
    centres = sorted((((low + high) / 2, end - start) for start, end, low, high in segments.tolist()))
    groups: list[list[tuple[float, int]]] = []
    for centre, length in centres:
        if groups and centre - groups[-1][-1][0] <= NEAR:
            groups[-1].append((centre, length))
        else:
            groups.append([(centre, length)])
    weighed = [
        (sum(n for _, n in group), sum(c * n * n for c, n in group) / sum(n * n for _, n in group)) for group in groups
    ]
    chosen: list[float] = []
    for _, position in sorted(weighed, reverse=True):
        if all(abs(position - other) >= least for other in chosen):
            chosen.append(position)
    return sorted(round(position) for position in chosen)


def _table(xs: list[int], ys: list[int], level: Mask, upright: Mask) -> RuledTable | None:
    """Lay the grid, drop the positions at which nothing is ruled from side to side, and merge what is not parted."""
    while True:
        if len(xs) < 2 or len(ys) < 2 or len(xs) > MOST_LINES or len(ys) > MOST_LINES:
            return None
        across = _edges(level, ys, xs)
        down = _edges(upright, xs, ys)
        kept_y = [y for n, y in enumerate(ys) if across[n].any()]
        kept_x = [x for n, x in enumerate(xs) if down[n].any()]
        if len(kept_y) == len(ys) and len(kept_x) == len(xs):
            break
        xs, ys = kept_x, kept_y
    cells = tuple(_merged(xs, ys, across, down.T))
    if len(xs) < 3 or len(ys) < 3:
        return None
    return RuledTable(cells=cells, xs=tuple(xs), ys=tuple(ys))


def _edges(lines: Mask, positions: list[int], crossings: list[int]) -> Mask:
    """Tell for each line position and each stretch between crossings whether it is ruled there."""
    ruled = np.zeros((len(positions), len(crossings) - 1), dtype=np.bool_)
    for n, position in enumerate(positions):
        near = lines[max(0, position - NEAR) : position + NEAR + 1]
        for m, (start, end) in enumerate(zip(crossings, crossings[1:], strict=False)):
            ruled[n, m] = _ruled(near[:, start:end])
    return ruled


def _ruled(stretch: Mask) -> bool:
    """Tell whether one straight line runs through, from end to end: strokes lie at many heights, and end short of it."""
    tall = np.pad(stretch, ((1, 1), (0, 0)))
    straight = tall[:-2] | tall[1:-1] | tall[2:]
    whole = straight[:, 3:-3].mean(axis=1) >= EDGE if stretch.shape[1] > 8 else straight.any(axis=1)
    return bool((whole & straight[:, :MEET].any(axis=1) & straight[:, -MEET:].any(axis=1)).any())


def _merged(xs: list[int], ys: list[int], across: Mask, down: Mask) -> Iterator[RuledCell]:
    """Yield the cells in reading order; `across[n, m]` is the line over row n, `down[n, m]` the one left of column m."""
    height, width = len(ys) - 1, len(xs) - 1
    outside, group = _outside(across, down), np.full((height, width), -1)
    for row in range(height):
        for column in range(width):
            if group[row, column] < 0 and not outside[row, column]:
                reach = _reach(row, column, across, down)
                rows, columns = [r for r, _ in reach], [c for _, c in reach]
                box = (min(rows), min(columns), max(rows) + 1, max(columns) + 1)
                group[box[0] : box[2], box[1] : box[3]] = 1
                yield RuledCell(
                    row=box[0],
                    column=box[1],
                    rows=box[2] - box[0],
                    columns=box[3] - box[1],
                    left=xs[box[1]],
                    top=ys[box[0]],
                    right=xs[box[3]],
                    bottom=ys[box[2]],
                )


def _outside(across: Mask, down: Mask) -> Mask:
    """Tell which grid positions lie open to the outside: the table has a notch there, not a cell."""
    height, width = down.shape[0], across.shape[1]
    open_ = np.zeros((height, width), dtype=np.bool_)
    rim = [(0, c) for c in range(width) if not across[0, c]]
    rim += [(height - 1, c) for c in range(width) if not across[height, c]]
    rim += [(r, 0) for r in range(height) if not down[r, 0]]
    rim += [(r, width - 1) for r in range(height) if not down[r, width]]
    for row, column in rim:
        if not open_[row, column]:
            for r, c in _reach(row, column, across, down):
                open_[r, c] = True
    return open_


def _reach(row: int, column: int, across: Mask, down: Mask) -> set[tuple[int, int]]:
    """Return the grid positions reached from one without crossing a ruling."""
    height, width = down.shape[0], across.shape[1]
    reached, todo = {(row, column)}, [(row, column)]
    while todo:
        r, c = todo.pop()
        for free, there in (
            (not across[r, c], (r - 1, c)),
            (not across[r + 1, c], (r + 1, c)),
            (not down[r, c], (r, c - 1)),
            (not down[r, c + 1], (r, c + 1)),
        ):
            if free and there not in reached and 0 <= there[0] < height and 0 <= there[1] < width:
                reached.add(there)
                todo.append(there)
    return reached
