"""Tables in a file as it was published: XLSX, XLS, CSV, DOCX, PDF, pictures, saved pages. Its kind is told by its bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from evidence.errors import ReadingError, RegisterError
from evidence.model import Table
from evidence.reading import table_sheet
from evidence.reading.pdf import is_pdf
from evidence.reading.raster import is_picture
from evidence.reading.table_html import from_html
from evidence.reading.table_picture import from_picture

MOST_BYTES = 64 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORD = "WordDocument".encode("utf-16-le")
_CHARSETS = ("utf-8-sig", "gb18030")
_Reader = Callable[[bytes, str], tuple[Table, ...]]


def from_file(data: bytes, name: str) -> tuple[Table, ...]:
    """Return the tables of a file in their order; none where it holds none. `name` is for messages.

    Raises ReadingError where the file is too large, locked, damaged, or of a kind that is not read (a DOC of old Word).
    """
    if len(data) > MOST_BYTES:
        raise ReadingError(f"{name}：文件有{len(data)}字节，最多读{MOST_BYTES}字节")
    try:
        return _reader(data, name)(data, name)
    except RegisterError as error:
        raise ReadingError(str(error)) from error


def _reader(data: bytes, name: str) -> _Reader:
    if is_picture(data):
        return lambda data, _: from_picture(data)
    if is_pdf(data):
        return _pdf()
    if data.startswith(_OLE) and _WORD in data:
        raise ReadingError(f"{name}：旧版 Word 文件（.doc）不能读取；请用 WPS、Word 或 LibreOffice 打开后另存为 DOCX")
    if data.startswith(b"PK") and _is_docx(data, name):
        return _docx()
    if data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        return lambda data, name: from_html(_decoded(data, name))
    return table_sheet.from_sheets


def _pdf() -> _Reader:
    from evidence.reading.table_pdf import from_pdf  # 18 MB that no capture needs

    return from_pdf


def _docx() -> _Reader:
    from evidence.reading.table_docx import from_docx

    return from_docx


def _is_docx(data: bytes, name: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return "word/document.xml" in packed.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ReadingError(f"{name}：文件不完整或已损坏（{error}）；请重新下载") from error


def _decoded(data: bytes, name: str) -> str:
    for charset in _CHARSETS:
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            continue
    raise ReadingError(f"{name}：网页的文字既不是 UTF-8 也不是 GB18030，不能读取")
