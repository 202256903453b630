"""What became of the tables of a page, cell by cell: tables matched by their headings, rows by what stands first in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from evidence.comparing.masks import mask
from evidence.model import Table
from evidence.reading.tree import fold

MOST = 500
"""Cells told one by one; the count tells the rest."""
_LONGEST = 5_000
"""Rows beyond which only equal places are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell that differs."""

    table: int
    """Number of the later table on its page, from 0."""
    row: int
    """Of the later table, below its headings."""
    column: str
    """The heading, or the number of one without."""
    earlier: str
    later: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChanges:
    """The difference of the tables of two readings."""

    cells: tuple[Cell, ...] = ()
    count: int = 0
    """Of all cells that differ."""
    rows_added: int = 0
    rows_removed: int = 0
    tables_added: int = 0
    tables_removed: int = 0

    def __bool__(self) -> bool:
        return bool(self.count or self.rows_added or self.rows_removed or self.tables_added or self.tables_removed)

    def plain(self) -> dict[str, Any]:
        """Return the changes as plain JSON."""
        told = [
            {"table": one.table, "row": one.row, "column": one.column, "from": one.earlier, "to": one.later}
            for one in self.cells
        ]
        return {
            "cells": told,
            "count": self.count,
            "rows_added": self.rows_added,
            "rows_removed": self.rows_removed,
            "tables_added": self.tables_added,
            "tables_removed": self.tables_removed,
        }


def changes(earlier: Sequence[Table], later: Sequence[Table]) -> TableChanges:
    """Return what differs between the tables of two readings."""
    left = list(range(len(earlier)))
    cells: list[Cell] = []
    count = added = removed = new = 0
    for n, table in enumerate(later):
        match = next((m for m in left if _heads(earlier[m]) == _heads(table)), None)
        if match is None:
            new += 1
            continue
        left.remove(match)
        for cell in _differing(earlier[match], table, n):
            count += 1
            if len(cells) < MOST:
                cells.append(cell)
        more, fewer = _rows(earlier[match], table)
        added, removed = added + more, removed + fewer
    return TableChanges(
        cells=tuple(cells),
        count=count,
        rows_added=added,
        rows_removed=removed,
        tables_added=new,
        tables_removed=len(left),
    )


def _heads(table: Table) -> tuple[str, ...]:
    return tuple(map(fold, table.header))


def _pairs(earlier: Table, later: Table) -> Iterator[tuple[int, int]]:
    """Yield the rows that stand for each other: aligned by their first cells, in place where a stretch is as long in both."""
    if max(len(earlier.rows), len(later.rows)) > _LONGEST:
        yield from ((n, n) for n in range(min(len(earlier.rows), len(later.rows))))
        return
    keys = [["\0".join(map(fold, row[:2])) for row in table.rows] for table in (earlier, later)]
    for kind, a, b, c, d in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        if kind == "equal" or (kind == "replace" and b - a == d - c):
            yield from zip(range(a, b), range(c, d), strict=True)


def _differing(earlier: Table, later: Table, n: int) -> Iterator[Cell]:
    for a, b in _pairs(earlier, later):
        for column, (one, other) in enumerate(zip(earlier.rows[a], later.rows[b], strict=False)):
            if mask(fold(one))[0] != mask(fold(other))[0]:
                heading = later.header[column] if column < len(later.header) else ""
                yield Cell(table=n, row=b, column=heading or f"第{column + 1}列", earlier=one, later=other)


def _rows(earlier: Table, later: Table) -> tuple[int, int]:
    """Return how many rows came and went."""
    paired = sum(1 for _ in _pairs(earlier, later))
    return len(later.rows) - paired, len(earlier.rows) - paired
