"""Tables in spreadsheets: XLSX, XLS and CSV. Each sheet is one table, below its title lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from evidence import spreadsheet
from evidence.model import Table
from evidence.reading.grid import Cell, Grid, table
from evidence.spreadsheet import Sheet

MOST_CELLS = 500_000


def from_sheets(data: bytes, name: str) -> tuple[Table, ...]:
    """Return the tables of a spreadsheet, the sheet's name as caption where there are several; raises RegisterError."""
    source = "xlsx" if data.startswith(b"PK") else "xls" if data.startswith(b"\xd0\xcf") else "csv"
    sheets = [sheet for sheet in spreadsheet.sheets(data, name) if sheet.rows]
    found = []
    for sheet in sheets:
        read = table(Grid.of(list(_cells(_trimmed(sheet)))), source=source)  # type: ignore[arg-type]
        if read and len(sheets) > 1 and not read.caption:
            read = replace(read, caption=sheet.name)
        found += [read] if read and (read.rows or any(read.header)) else []
    return tuple(found)


def _trimmed(sheet: Sheet) -> Sheet:
    """Leave out the empty lines and columns at the end, which programs keep for their looks."""
    rows = list(sheet.rows[: MOST_CELLS // max(1, len(sheet.rows[0]))])
    while rows and not any(map(spreadsheet.text, rows[-1])):
        rows.pop()
    width = max((n + 1 for row in rows for n, value in enumerate(row) if spreadsheet.text(value)), default=0)
    return replace(sheet, rows=tuple(row[:width] for row in rows))


def _cells(sheet: Sheet) -> Iterator[Cell]:
    height, width = len(sheet.rows), len(sheet.rows[0]) if sheet.rows else 0
    covered: set[tuple[int, int]] = set()
    spans = {(top, left): (bottom, right) for top, left, bottom, right in sheet.merged}
    for row, values in enumerate(sheet.rows):
        for column, value in enumerate(values):
            if (row, column) in covered:
                continue
            bottom, right = spans.get((row, column), (row, column))
            bottom, right = min(bottom, height - 1), min(right, width - 1)
            covered |= {(y, x) for y in range(row, bottom + 1) for x in range(column, right + 1)}
            said = spreadsheet.text(value)
            yield Cell(
                row=row, column=column, rows=bottom - row + 1, columns=right - column + 1, text=said, filled=bool(said)
            )
