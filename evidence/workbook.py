"""Writes an XLSX of plain text cells: nothing that was captured or sent in can become a formula.

Every cell is text, also a number; one that begins like a formula is marked as quoted, so that it stays text when the
unit's program saves it again. A workbook is not written twice to the same bytes: digests are of the data, not the file.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import openpyxl
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from evidence import codes as qr
from evidence.files import whole_file

MOST_CHARACTERS = 32_000
"""Of one cell; spreadsheet programs take 32,767."""
CODES = "二维码"
"""Heading of the column that shows the QR codes."""
CODE_POINTS = 60
"""Side of a QR code, 21 mm."""
_PRINTED = 150
"""Characters that go into a line of a page held sideways."""
_LINE_POINTS = 15
_FORMULA = re.compile(r"[\s\ufeff]*[=+\-@\t\r|＝＋－＠]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str = "表",
    above: Sequence[str] = (),
    choices: Mapping[str, Sequence[str]] | None = None,
    widths: Sequence[int] = (),
    codes: Sequence[str | None] = (),
) -> None:
    """Write one sheet to `path`, whole or not at all; `above` are lines over the header.

    `choices` gives the words a column may hold, by its heading, which the program then offers; `widths` are shares of the
    page's width; `codes` says what the QR code of each row says, None for a row without one.
    """
    book = openpyxl.Workbook()
    sheet = book.active or book.create_sheet()
    sheet.title = _name(title)
    for line in above:
        _put(sheet, (line,))
    shown = any(codes)
    _put(sheet, (*header, CODES) if shown else header)
    top = sheet.max_row
    for row in rows:
        _put(sheet, row)
    _dress(sheet, top, len(header) + shown, widths)
    _for_print(sheet, top)
    if shown:
        _show_codes(sheet, top, len(header) + 1, codes)
    for heading, words in (choices or {}).items():
        _offer(sheet, header.index(heading) + 1, top + 1, words)
    with whole_file(path) as out:
        book.save(out)


def _name(title: str) -> str:
    """Return the name of a sheet: 31 characters, without the signs that spreadsheet programs refuse.

    >>> _name("甲/乙:'1'"), _name("")
    ('甲 乙  1', '表')
    """
    said = "".join(c if c.isprintable() and c not in "\\/*?:[]'" else " " for c in plain_text(title))
    return said[:31].strip() or "表"


def _put(sheet: Worksheet, values: Sequence[object]) -> None:
    row = sheet.max_row + 1 if sheet.max_row > 1 or sheet.cell(1, 1).value is not None else 1
    for column, value in enumerate(values, 1):
        _put_text(sheet, row, column, plain_text(value))


def _put_text(sheet: Worksheet, row: int, column: int, said: str) -> None:
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


def _dress(sheet: Worksheet, top: int, width: int, widths: Sequence[int]) -> None:
    for column in range(1, width + 1):
        cell = sheet.cell(top, column)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E7EEF7")
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = (
            _PRINTED * widths[column - 1] / sum(widths) if column <= len(widths) else _fitting(sheet, top, column)
        )
    thin = Side(style="thin", color="7F7F7F")
    for row in sheet.iter_rows(min_row=top, max_col=width):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
    sheet.freeze_panes = sheet.cell(top + 1, 1)


def _fitting(sheet: Worksheet, top: int, column: int) -> int:
    """Return the width of a column whose longest line is that of its first rows; a Chinese character takes two."""
    rows = range(top, min(sheet.max_row, top + 200) + 1)
    longest = max(_across(line) for n in rows for line in str(sheet.cell(n, column).value or "").split("\n"))
    return min(max(longest + 2, 8), 66)


def _across(line: str) -> int:
    return sum(1 if character.isascii() else 2 for character in line)


def _for_print(sheet: Worksheet, top: int) -> None:
    """Print on A4 held sideways, as wide as the table, with its heading and the number on every page."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{top}:{top}"
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


def _show_codes(sheet: Worksheet, top: int, column: int, said: Sequence[str | None]) -> None:
    """Show the code of each row in the last column; a row becomes as high as its code and as its text."""
    sheet.column_dimensions[get_column_letter(column)].width = 13
    for n, text in enumerate(said, top + 1):
        if text is None:
            continue
        picture = Image(io.BytesIO(qr.picture(text)))
        picture.width = picture.height = CODE_POINTS * 4 // 3
        sheet.add_image(picture, f"{get_column_letter(column)}{n}")
        sheet.row_dimensions[n].height = max(CODE_POINTS + 4, _height(sheet, n, column - 1))


def _height(sheet: Worksheet, row: int, columns: int) -> int:
    """Return about how many points high the text of a row is; spreadsheet programs take 409 at most."""
    lines = 1
    for column in range(1, columns + 1):
        room = max(1.0, float(sheet.column_dimensions[get_column_letter(column)].width) - 2)
        text = str(sheet.cell(row, column).value or "")
        lines = max(lines, sum(max(1, math.ceil(_across(line) / room)) for line in text.split("\n")))
    return min(lines * _LINE_POINTS, 409)


def _offer(sheet: Worksheet, column: int, first: int, words: Sequence[str]) -> None:
    offered = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
    letter = get_column_letter(column)
    offered.add(f"{letter}{first}:{letter}{first + 2000}")
    sheet.add_data_validation(offered)
