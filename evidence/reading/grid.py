"""Cells on a grid → one table: title, heading rows, rows, and the columns that have a heading and no value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence.model import BlankColumn, Box, Table, TableSource

_NO_HEADING = re.compile(r"[\d\s.,:/\\%~—–年月日时分第-]*")
"""Numbers, dates and bare signs: a cell of these names no column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell, possibly merged over several rows and columns."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1
    text: str = ""
    filled: bool = False
    """Whether anything stands in it, read or not: a blank cell is one in which nothing stands."""
    heading: bool = False
    """Whether the source itself calls it a heading."""
    linked: bool = False
    """Whether it carries a link: then it is a value, not a heading."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one table, each position covered by at most one."""

    height: int
    width: int
    at: dict[tuple[int, int], Cell]
    """By row and column; a merged cell stands at all its positions."""

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> Grid:
        """Lay out the cells; where two claim a position the first has it."""
        at: dict[tuple[int, int], Cell] = {}
        for cell in cells:
            for row in range(cell.row, cell.row + cell.rows):
                for column in range(cell.column, cell.column + cell.columns):
                    at.setdefault((row, column), cell)
        height = max((row for row, _ in at), default=-1) + 1
        width = max((column for _, column in at), default=-1) + 1
        return cls(height, width, at)

    def line(self, row: int) -> tuple[Cell | None, ...]:
        """Return the cells of one row, a merged one once for each column it covers."""
        return tuple(self.at.get((row, column)) for column in range(self.width))

    def texts(self, row: int) -> tuple[str, ...]:
        """Return the texts of one row, that of a merged cell in each column it covers."""
        return tuple(cell.text if cell else "" for cell in self.line(row))

    def spanning(self, row: int) -> bool:
        """Tell whether one cell fills the whole row: a title, a section or a note, which is of no column."""
        line = self.line(row)
        return self.width > 1 and line[0] is not None and all(cell is line[0] for cell in line)


def table(
    grid: Grid,
    *,
    source: TableSource,
    picture: str | None = None,
    box: Box | None = None,
    caption: str | None = None,
    boxes: Sequence[Box] = (),
    lines: Sequence[Box] = (),
) -> Table | None:
    """Return the table on a grid, None where nothing is left below a title.

    `boxes` are the places of its columns, `lines` those of all lines of the grid.
    """
    top, titles = _below_titles(grid)
    if top >= grid.height:
        return None
    depth = _heading_rows(grid, top)
    return Table(
        source=source,
        header=grid.texts(top),
        rows=tuple(grid.texts(row) for row in range(top + 1, grid.height)),
        blank_columns=tuple(_blank_columns(grid, top, depth, boxes)),
        picture=picture,
        box=box,
        caption=caption or " ".join(titles) or None,
        header_rows=depth,
        column_boxes=tuple(boxes),
        row_boxes=tuple(lines[top:]),
        empty_shares=tuple(_empty_shares(grid, top + depth)),
    )


def _below_titles(grid: Grid) -> tuple[int, list[str]]:
    top, titles = 0, []
    while top < grid.height and grid.spanning(top):
        titles.append(grid.at[top, 0].text)
        top += 1
    return top, list(dict.fromkeys(title for title in titles if title))


def _heading_rows(grid: Grid, top: int) -> int:
    """Return how many rows the headings take: as many as the tallest of the first row, if they stand under each other.

    A first row whose cells are of different heights is a heading in several levels (环比 over 增长量 and 增长率). Where
    the source marks headings, a further row of nothing but headings belongs to them as well.
    """
    first = [cell for cell in grid.line(top) if cell]
    depth = max((cell.row + cell.rows - top for cell in first), default=1)
    lowest = min((cell.row + cell.rows - top for cell in first), default=1)
    merged = any(cell.columns > 1 for cell in first if cell.row + cell.rows - top < depth)
    depth = depth if lowest < depth and merged and _named(grid, top + 1, top + depth) else lowest
    while top + depth < grid.height - 1 and all(cell and cell.heading for cell in grid.line(top + depth)):
        depth += 1
    return max(1, depth)


def _named(grid: Grid, start: int, end: int) -> bool:
    """Tell whether every position of some rows, the last not being of the table's end, names something."""
    cells = [cell for row in range(start, end) for cell in grid.line(row)]
    return end < grid.height and all(
        cell and cell.filled and not _NO_HEADING.fullmatch(cell.text or "?") for cell in cells
    )


def _blank_columns(grid: Grid, top: int, depth: int, boxes: Sequence[Box]) -> Iterator[BlankColumn]:
    """Yield the columns with a heading of their own and nothing below it.

    A position that no cell covers is a hole, of which nothing can be said. Where rulings were found in a picture
    (`boxes`), a cell that reaches over several columns may be two whose ruling was missed, or one column cut by a
    stroke of a character: nothing is said of its columns either.
    """
    body = [row for row in range(top + depth, grid.height) if not grid.spanning(row)]
    for column in range(grid.width if body else 0):
        heading = _heading(grid, top, depth, column)
        cells = [grid.at.get((row, column)) for row in body]
        certain = all(cell and (cell.columns == 1 or not boxes) for cell in cells)
        if heading is not None and certain and not any(cell.filled for cell in cells if cell):
            yield BlankColumn(index=column, heading=heading, box=boxes[column] if boxes else None)


def _empty_shares(grid: Grid, start: int) -> Iterator[int]:
    """Yield for each column how many of the cells that cover it below the headings hold nothing, per mille."""
    body = [row for row in range(start, grid.height) if not grid.spanning(row)]
    for column in range(grid.width if body else 0):
        cells = [cell for row in body if (cell := grid.at.get((row, column)))]
        empty = sum(not cell.filled for cell in cells)
        yield round(1000 * empty / len(cells)) if cells else 0


def _heading(grid: Grid, top: int, depth: int, column: int) -> str | None:
    """Return the heading over a column, levels joined; None where there is none, or only a value."""
    cells = dict.fromkeys(cell for row in range(top, top + depth) if (cell := grid.at.get((row, column))))
    filled = [cell for cell in cells if cell.filled]
    lowest = grid.at.get((top + depth - 1, column))
    if not filled or any(cell.linked and not cell.heading for cell in filled) or not lowest or lowest.columns > 1:
        return None
    heading = " ".join(cell.text for cell in filled if cell.text)
    named = any(cell.heading for cell in filled) or not heading or not _NO_HEADING.fullmatch(heading)
    return heading if named else None
