"""Tables on official paper: closer lines than the body, a heading on every page, rows that stay whole where they can.

Hard case: nine columns of a list on one page, one of them with all facts of a finding. A row that cannot go on a page
whole must be let break, else it leaves a blank page before it and runs through the foot of the next.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from evidence import codes
from evidence.bulletin.glyphs import clean, set_font

LONGEST_CELL = 1500
"""Characters of a table's cell on paper; the workbook beside it has all of it."""
SIZE, _SMALL = Pt(10.5), Pt(9)
_MANY = 8
"""Columns from which the smaller size is used."""
_LEADING = 1.4
"""Height of a line over the size of its characters."""
_EDGE, _ABOVE = Mm(1), Mm(0.5)
"""Free space beside a cell's text, and over and under it."""
_CODE = Mm(18)
_MOST_WHOLE = 0.7
"""Share of a page up to which a row is kept together."""
_SHORT = 6
"""Characters up to which all of a column is centred: numbers, marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: text, and below it a QR code where there is something to be scanned."""

    text: str
    code: str | None = None


def table(
    document: Document,
    header: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    widths: Sequence[int],
    *,
    area: int,
    height: int,
    least: Length | None = None,
) -> None:
    """Add a table whose columns have these shares of the type area; `area` and `height` are its size in EMU.

    `least` is the least height of a row, where a person is to write into it.
    """
    made = document.add_table(rows=1, cols=len(header))
    made.style = "Table Grid"
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    _set_edges(made)
    size = _SMALL if len(header) >= _MANY else SIZE
    columns = [Length(area * width // sum(widths)) for width in widths]
    centred = [all(len(row[n].text) <= _SHORT and not row[n].code for row in rows) for n in range(len(header))]
    for place, text in zip(made.rows[0].cells, header, strict=True):
        _fill(place, Cell(text=text), size, heading=True, centred=True)
    _mark_row(made.rows[0]._tr, "w:cantSplit", "w:tblHeader")
    for row in rows:
        added = made.add_row()
        if least is not None:
            added.height, added.height_rule = least, WD_ROW_HEIGHT_RULE.AT_LEAST
        if _height(row, columns, size) <= height * _MOST_WHOLE:
            _mark_row(added._tr, "w:cantSplit")
        for place, cell, middle in zip(added.cells, row, centred, strict=True):
            _fill(place, cell, size, centred=middle)
    _set_widths(made, columns)


def _height(row: Sequence[Cell], columns: Sequence[Length], size: Length) -> int:
    """Return about how high a row becomes, in EMU; a little too much rather than too little."""
    return max(_cell_height(cell, width, size) for cell, width in zip(row, columns, strict=True))


def _cell_height(cell: Cell, width: int, size: Length) -> int:
    room = max(1.0, (width - 2 * _EDGE) / size)
    lines = sum(max(1, math.ceil(_ems(line) / room * 1.1)) for line in _printed(cell.text).split("\n"))
    return int(lines * size * _LEADING + (_CODE if cell.code else 0))


def _ems(text: str) -> float:
    return sum(0.5 if character.isascii() else 1.0 for character in text)


def _printed(text: str) -> str:
    said = clean(text).rstrip("\n")
    return said if len(said) <= LONGEST_CELL else f"{said[:LONGEST_CELL]}…（全文见电子表格）"


def _fill(place: _Cell, cell: Cell, size: Length, *, heading: bool = False, centred: bool = False) -> None:
    paragraph = place.paragraphs[0]
    for n, line in enumerate(_printed(cell.text).split("\n")):
        paragraph = place.add_paragraph() if n else paragraph
        _close(paragraph, size)
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        set_font(paragraph.add_run(line), "hei" if heading else "fangsong", size)
    if cell.code:
        paragraph = place.add_paragraph()
        _close(paragraph, size)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run().add_picture(io.BytesIO(codes.picture(cell.code)), width=_CODE)


def _close(paragraph: Paragraph, size: Length) -> None:
    """Set the lines of a cell closer than those of the body, off its grid; a picture needs room of its own.

    The mark at the end of a paragraph has a size too, and would give every last line the height of the body's.
    """
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    _off_grid(paragraph)
    _size_mark(paragraph, size)


def shrink(paragraph: Paragraph) -> None:
    """Make an empty paragraph so small that it always goes below the table before it."""
    paragraph.paragraph_format.line_spacing = Pt(1)
    _off_grid(paragraph)
    _size_mark(paragraph, Pt(1))


def _off_grid(paragraph: Paragraph) -> None:
    off = OxmlElement("w:snapToGrid")
    off.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().insert_element_before(off, "w:spacing", "w:ind", "w:jc")


def _size_mark(paragraph: Paragraph, size: Length) -> None:
    mark, points = OxmlElement("w:rPr"), OxmlElement("w:sz")
    points.set(qn("w:val"), str(round(size.pt * 2)))
    mark.append(points)
    paragraph._p.get_or_add_pPr().append(mark)


def _mark_row(row: Any, *marks: str) -> None:
    for mark in marks:
        row.get_or_add_trPr().append(OxmlElement(mark))


def _set_edges(made: Table) -> None:
    edges = OxmlElement("w:tblCellMar")
    for side, width in (("w:top", _ABOVE), ("w:left", _EDGE), ("w:bottom", _ABOVE), ("w:right", _EDGE)):
        edge = OxmlElement(side)
        edge.set(qn("w:w"), str(round(width.twips)))
        edge.set(qn("w:type"), "dxa")
        edges.append(edge)
    made._tbl.tblPr.insert_element_before(edges, "w:tblLook", "w:tblCaption")


def _set_widths(made: Table, widths: Sequence[Length]) -> None:
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    for row in made.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
