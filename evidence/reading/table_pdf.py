"""Tables in a PDF: by their rulings where a page has text, from its picture where it is a scan; continued over pages."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pdfplumber
import pypdfium2  # type: ignore[import-untyped]
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.page import Page
from pdfplumber.table import Table as PdfTable
from pdfplumber.utils.exceptions import PdfminerException

from evidence.model import Table
from evidence.reading.grid import Cell, Grid, table
from evidence.reading.pdf import FEW, MOST_PAGES, RADICALS, pictured, unreadable
from evidence.reading.table_picture import from_picture
from evidence.spreadsheet import text

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of every font that is not as the standard wants it
_NEAR = 3.0
"""Points by which two rulings may differ and be one."""


def from_pdf(data: bytes, name: str) -> tuple[Table, ...]:
    """Return the tables of a PDF in their order, those that go on over pages joined; raises ReadingError."""
    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            pages = document.pages[:MOST_PAGES]
            return tuple(_joined([list(_of_page(page, n, data)) for n, page in enumerate(pages)]))
    except (PdfminerException, PDFPasswordIncorrect, pypdfium2.PdfiumError, ValueError, TypeError, KeyError) as error:
        raise unreadable(name, error) from error


def _of_page(page: Page, n: int, data: bytes) -> Iterator[Table]:
    if len(page.chars) < FEW:
        yield from from_picture(pictured(data, n))
        return
    for found in page.find_tables():
        read = table(Grid.of(list(_cells(page, found))), source="pdf")
        if read and len(read.header) > 1:
            yield read


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
        said = text("".join((page.crop(box, strict=False).extract_text() or "").split("\n")).translate(RADICALS))
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
    rows = more.rows if again else (more.header, *more.rows)
    known = {blank.index for blank in more.blank_columns} if again else _empty(more)
    return replace(
        first,
        rows=(*first.rows, *rows),
        blank_columns=tuple(one for one in first.blank_columns if one.index in known),
        empty_shares=_shares(first, more, again=again),
    )


def _shares(first: Table, more: Table, *, again: bool) -> tuple[int, ...]:
    """Return the shares of empty cells of two parts of a table, weighed by their rows."""
    above, below = len(first.rows) - first.header_rows + 1, len(more.rows) - more.header_rows + 1
    known = more.empty_shares or (0,) * len(more.header)
    if not again:  # what was taken for headings is one more row
        known = tuple(
            (share * below + 1000 * (not cell)) // (below + 1) for share, cell in zip(known, more.header, strict=True)
        )
        below += 1
    joined = zip(first.empty_shares or known, known, strict=True)
    return tuple(round((one * above + other * below) / max(above + below, 1)) for one, other in joined)


def _empty(found: Table) -> set[int]:
    rows = (found.header, *found.rows)
    return {n for n in range(len(found.header)) if not any(row[n] for row in rows)}
