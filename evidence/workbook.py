"""Writes an XLSX of plain text cells: nothing that was captured or sent in can become a formula.

Every cell is text, also a number; one that begins like a formula is marked as quoted, so that it stays text when the
unit's program saves it again. A workbook is not written twice to the same bytes: digests are of the data, not the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from evidence.files import whole_file

MOST_CHARACTERS = 32_000
"""Of one cell; spreadsheet programs take 32,767."""
_FORMULA = re.compile(r"\s*[=+\-@\t\r|]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str = "表",
    above: Sequence[str] = (),
    choices: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write one sheet to `path`, whole or not at all; `above` are lines over the header.

    `choices` gives the words a column may hold, by its heading, which the program then offers.
    """
    book = openpyxl.Workbook()
    sheet = book.active or book.create_sheet()
    sheet.title = re.sub(r"[\\/*?:\[\]]", " ", title)[:31]
    for line in above:
        _put(sheet, (line,))
    _put(sheet, header)
    top = sheet.max_row
    for row in rows:
        _put(sheet, row)
    _dress(sheet, top, len(header))
    for heading, words in (choices or {}).items():
        _offer(sheet, header.index(heading) + 1, top + 1, words)
    with whole_file(path) as out:
        book.save(out)


def _put(sheet: Worksheet, values: Sequence[object]) -> None:
    row = sheet.max_row + 1 if sheet.max_row > 1 or sheet.cell(1, 1).value is not None else 1
    for column, value in enumerate(values, 1):
        said = plain_text(value)
        cell = sheet.cell(row, column)
        cell.value = said
        cell.data_type = "s"
        cell.number_format = "@"
        if _FORMULA.match(said):
            cell.quotePrefix = True


def plain_text(value: object) -> str:
    """Return a value as the text of a cell; what no workbook may hold is replaced, what is too long says so.

    >>> plain_text(None), plain_text("a\\x00b")
    ('', 'a\\ufffdb')
    """
    said = "" if value is None else _UNPRINTABLE.sub("\ufffd", str(value))
    return said if len(said) <= MOST_CHARACTERS else said[:MOST_CHARACTERS] + "…（过长，已截断）"


def _dress(sheet: Worksheet, top: int, width: int) -> None:
    for column in range(1, width + 1):
        cell = sheet.cell(top, column)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E7EEF7")
        longest = max(
            len(str(sheet.cell(n, column).value or "")) for n in range(top, min(sheet.max_row, top + 200) + 1)
        )
        sheet.column_dimensions[get_column_letter(column)].width = min(max(2 * longest, 8), 60)
    for row in sheet.iter_rows(min_row=top):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = sheet.cell(top + 1, 1)


def _offer(sheet: Worksheet, column: int, first: int, words: Sequence[str]) -> None:
    offered = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
    letter = get_column_letter(column)
    offered.add(f"{letter}{first}:{letter}{first + 2000}")
    sheet.add_data_validation(offered)
