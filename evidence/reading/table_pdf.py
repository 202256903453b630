"""Tables in a PDF: by their rulings where a page has text, from its picture where it is a scan; continued over pages."""

from __future__ import annotations

import io
import logging
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pdfplumber
import pypdfium2  # type: ignore[import-untyped]
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.page import Page
from pdfplumber.table import Table as PdfTable
from pdfplumber.utils.exceptions import PdfminerException

from evidence.errors import ReadingError
from evidence.model import Table
from evidence.reading.grid import Cell, Grid, table
from evidence.reading.table_picture import from_picture
from evidence.spreadsheet import text

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of every font that is not as the standard wants it
MOST_PAGES = 200
DPI = 200
_FEW = 20
"""Characters on a page below which it is taken for a scan."""
_RADICALS = {radical: unicodedata.normalize("NFKC", chr(radical)) for radical in range(0x2F00, 0x2FD6)} | str.maketrans(
    "\u2e81\u2e84\u2e88\u2e8a\u2e8c\u2e8d\u2e8e\u2e92\u2e93\u2e9c\u2e9d\u2e9f\u2ea0\u2ea7"
    "\u2ea9\u2eab\u2eac\u2eae\u2eb6\u2ebc\u2ec4\u2ec5\u2ec6\u2ec9\u2eca\u2ecb\u2ecf\u2ed1"
    "\u2ed3\u2ed4\u2ed7\u2ed8\u2ed9\u2eda\u2edb\u2edc\u2edd\u2ee2\u2ee3\u2ee4\u2ee5\u2ee6"
    "\u2ee7\u2ee8\u2ee9\u2eea\u2eec\u2eee\u2ef0\u2ef3",
    "厂乙刀卜小小兀巳幺日月母民牛王目示竹羊肉西见角贝足车邑長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
)
"""Programs that write PDF name many a character's glyph (人, 民) by the radical that looks like it (⼈, ⺠); those of the
Supplement are Unicode's EquivalentUnifiedIdeograph."""
_NEAR = 3.0
"""Points by which two rulings may differ and be one."""


def from_pdf(data: bytes, name: str) -> tuple[Table, ...]:
    """Return the tables of a PDF in their order, those that go on over pages joined; raises ReadingError."""
    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            pages = document.pages[:MOST_PAGES]
            return tuple(_joined([list(_of_page(page, n, data)) for n, page in enumerate(pages)]))
    except (PdfminerException, PDFPasswordIncorrect, pypdfium2.PdfiumError, ValueError, TypeError, KeyError) as error:
        locked = "Password" in f"{type(error).__name__} {error!r}"
        why = "文件有打开密码" if locked else f"不能作为 PDF 打开（{type(error).__name__}）"
        raise ReadingError(f"{name}：{why}；请用阅读器另存后再试") from error


def _of_page(page: Page, n: int, data: bytes) -> Iterator[Table]:
    if len(page.chars) < _FEW:
        yield from from_picture(_pictured(data, n))
        return
    for found in page.find_tables():
        read = table(Grid.of(list(_cells(page, found))), source="pdf")
        if read and len(read.header) > 1:
            yield read


def _pictured(data: bytes, n: int) -> bytes:
    document = pypdfium2.PdfDocument(data)
    try:
        picture = document[n].render(scale=DPI / 72).to_pil()
        out = io.BytesIO()
        picture.convert("RGB").save(out, "PNG")
        return out.getvalue()
    finally:
        document.close()


def _cells(page: Page, found: PdfTable) -> Iterator[Cell]:
    """Lay the cells out by their edges; one that reaches over several edges is merged."""
    boxes = [box for box in found.cells if box[2] - box[0] > _NEAR and box[3] - box[1] > _NEAR]
    across, down = (
        _edges(edge for box in boxes for edge in (box[0], box[2])),
        _edges(edge for box in boxes for edge in (box[1], box[3])),
    )
    drawn = (*page.images, *page.curves)  # seals, signatures, ticks: a cell with one is not blank
    marks = [(mark["x0"], mark["top"], mark["x1"], mark["bottom"]) for mark in drawn]
    for box in boxes:
        left, right = _place(across, box[0]), _place(across, box[2])
        top, bottom = _place(down, box[1]), _place(down, box[3])
        said = text("".join((page.crop(box, strict=False).extract_text() or "").split("\n")).translate(_RADICALS))
        shows = any(_inside(mark, box) for mark in marks)
        yield Cell(row=top, column=left, rows=bottom - top, columns=right - left, text=said, filled=bool(said) or shows)


def _edges(values: Iterator[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found


def _place(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda n: abs(edges[n] - value))


def _inside(mark: tuple[float, ...], box: tuple[float, ...]) -> bool:
    x, y = (mark[0] + mark[2]) / 2, (mark[1] + mark[3]) / 2
    return box[0] < x < box[2] and box[1] < y < box[3]


def _joined(pages: Sequence[Sequence[Table]]) -> Iterator[Table]:
    """Join the first table of a page to the last of the page before, where it is as wide: it goes on."""
    held: Table | None = None
    for tables in pages:
        for n, found in enumerate(tables):
            if held is not None and n == 0 and len(found.header) == len(held.header):
                held = _continued(held, found)
                continue
            if held is not None:
                yield held
            held = found
        if not tables and held is not None:
            yield held
            held = None
    if held is not None:
        yield held


def _continued(first: Table, more: Table) -> Table:
    again = more.header == first.header
    rows = (*first.rows, *(more.rows if again else (more.header, *more.rows)))
    known = {blank.index for blank in more.blank_columns} if again else _empty(more)
    return replace(first, rows=rows, blank_columns=tuple(one for one in first.blank_columns if one.index in known))


def _empty(found: Table) -> set[int]:
    rows = (found.header, *found.rows)
    return {n for n in range(len(found.header)) if not any(row[n] for row in rows)}
