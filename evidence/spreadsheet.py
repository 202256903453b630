"""Spreadsheets as rows of plain cells: XLSX, XLS, and CSV in the encodings that Chinese offices write.

The kind is told by the first bytes, never by the name. Merged cells carry their value in every cell they cover, so a
unit that is merged over its five accounts stands beside each of them. Formulas are read as the values last shown.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from evidence.errors import RegisterError

Value = str | float | int | bool | date | datetime | time | timedelta | None
"""A cell as the file has it: a number is a number, so that a site code that lost its zeros can be told."""

MOST_BYTES = 64 << 20
MOST_UNPACKED = 512 << 20
"""Bytes a workbook may unpack to; more is a bomb, not a register."""
MOST_COLUMNS = 400

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_KEPT_AS_TEXT = re.compile(r'=\s*"((?:[^"]|"")*)"')
"""How programs keep a number from losing its zeros in a CSV: ="0110000012"."""
_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff（）、]) (?=[\u3400-\u9fff（）、])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet; its rows are of equal width and begin with the file's first row."""

    name: str
    rows: tuple[tuple[Value, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """Ranges whose cells are one: first row, first column, last row, last column, counted from 0."""


def sheets(data: bytes, name: str) -> tuple[Sheet, ...]:
    """Return the sheets of a file's bytes; `name` is for messages and for the one sheet of a CSV.

    Raises RegisterError where it is none of the three, is locked, too large or damaged.
    """
    if len(data) > MOST_BYTES:
        raise RegisterError(f"{name}：文件有{len(data)}字节，最多读{MOST_BYTES}字节；请拆成几个文件")
    if data.startswith((_ZIP, _OLE)):
        return _workbook(data, name)
    if data.lstrip()[:1] == b"<" or data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        raise RegisterError(f"{name}：内容是网页或 XML，不是电子表格；请用 WPS 或 Excel 打开后另存为 XLSX")
    return (Sheet(name=name, rows=_csv(_decoded(data, name), name)),)


def text(value: Value) -> str:
    """Return a cell as one line of text: whole numbers without a point, days as ISO days.

    >>> text(2109000022.0), text(" 示范县　人民政府 "), text('="0110000012"')
    ('2109000022', '示范县人民政府', '0110000012')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    return _line(value) if isinstance(value, str) else str(value)


def is_number(value: Value) -> bool:
    """Tell whether the file holds a number and not text."""
    return isinstance(value, float | int) and not isinstance(value, bool)


def folded(said: str) -> str:
    """Return text with full-width letters, digits and spaces as plain ones, for codes, addresses and headings.

    >>> folded("ｗｗｗ．ａ．ｇｏｖ．ｃｎ　")
    'www.a.gov.cn'
    """
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", said)).strip()


def _line(value: str) -> str:
    kept = _KEPT_AS_TEXT.fullmatch(value.strip())
    plain = kept[1].replace('""', '"') if kept else value
    plain = "".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in plain)
    return _BETWEEN_HAN.sub("", _SPACE.sub(" ", plain).strip())


def _workbook(data: bytes, name: str) -> tuple[Sheet, ...]:
    _not_a_bomb(data, name)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return tuple(_sheet(book.get_sheet_by_name(title), title) for title in book.sheet_names)
    except PasswordError as error:
        raise RegisterError(f"{name}：文件有打开密码；请去掉密码后另存") from error
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise RegisterError(
            f"{name}：不能作为 XLSX 或 XLS 打开（{error}）；请用 WPS 或 Excel 打开后另存为 XLSX"
        ) from error


def _not_a_bomb(data: bytes, name: str) -> None:
    if not data.startswith(_ZIP):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(member.file_size for member in packed.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise RegisterError(f"{name}：文件不完整或已损坏（{error}）；请重新导出") from error
    if size > MOST_UNPACKED:
        raise RegisterError(f"{name}：解开后有{size}字节，最多读{MOST_UNPACKED}字节；不像是报送系统的导出表")


def _sheet(sheet: CalamineSheet, title: str) -> Sheet:
    rows: list[list[Value]] = [list(row[:MOST_COLUMNS]) for row in sheet.to_python(skip_empty_area=False)]
    merged = tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ())
    for span in merged:
        _spread(rows, *span)
    return Sheet(name=title, rows=tuple(map(tuple, rows)), merged=merged)


def _spread(rows: list[list[Value]], top: int, left: int, bottom: int, right: int) -> None:
    """Give every cell of a merged range the value of its first; ranges may reach beyond what is filled."""
    if top >= len(rows) or left >= len(rows[top]):
        return
    for row in rows[top : bottom + 1]:
        for column in range(left, min(right + 1, len(row))):
            row[column] = rows[top][left]


def _decoded(data: bytes, name: str) -> str:
    """Return the text of a CSV: what its mark says, else UTF-8 where it is that, else GB18030 (which holds GBK)."""
    for encoding in ("utf-16",) if data.startswith(_UTF16) else ("utf-8-sig", "gb18030"):
        try:
            found = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in found:
            return found
    raise RegisterError(f"{name}：不是 XLSX、XLS，也不是 UTF-8 或 GBK 的 CSV 文字；请从报送系统重新导出")


def _csv(text: str, name: str) -> tuple[tuple[Value, ...], ...]:
    delimiter = max("\t,;，", key=lambda mark: _separated(text.splitlines()[:40], mark))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise RegisterError(f"{name}：不能作为 CSV 读取（{error}）；请用 WPS 或 Excel 打开后另存为 XLSX") from error
    width = min(max(map(len, rows), default=0), MOST_COLUMNS)
    return tuple(_padded(row, width) for row in rows)


def _separated(lines: Iterable[str], mark: str) -> int:
    """Return in how many columns the widest line falls apart; titles and notes hold hardly any mark."""
    return max((line.count(mark) for line in lines), default=0)


def _padded(row: list[str], width: int) -> tuple[Value, ...]:
    return tuple(cell or None for cell in (*row[:width], *([""] * (width - len(row)))))


def letters(column: int) -> str:
    """Return the name a spreadsheet program gives a column, counted from 0.

    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    return "".join(reversed(list(_letters(column))))


def _letters(column: int) -> Iterator[str]:
    column += 1
    while column:
        column, place = divmod(column - 1, 26)
        yield chr(ord("A") + place)
