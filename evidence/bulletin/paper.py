"""A sheet of official paper as DOCX: margins, grid, fonts and page numbers of GB/T 9704, as far as we know the standard.

A4 with margins of 37, 35, 28 and 26 mm; 22 lines of 28 characters; title 2号小标宋, body 3号仿宋, headings 黑体 and 楷体;
page numbers 4号 between strokes, odd ones right, even ones left. Each font names another that stands in for it where it
is not installed. What was captured becomes plain text: no character that XML forbids or that steers a reader survives.
"""

from __future__ import annotations

import io
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal

import segno
from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section, _Footer
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

Font = Literal["song", "fangsong", "hei", "kai", "title"]
FONTS: dict[Font, str] = {
    "title": "方正小标宋简体",
    "fangsong": "仿宋_GB2312",
    "kai": "楷体_GB2312",
    "hei": "黑体",
    "song": "宋体",
}
INSTEAD = {
    "方正小标宋简体": "小标宋",
    "仿宋_GB2312": "仿宋",
    "楷体_GB2312": "楷体",
    "黑体": "Noto Sans CJK SC",
    "宋体": "Noto Serif CJK SC",
}
"""Which font stands in for each."""
TOP, BOTTOM, LEFT, RIGHT = Mm(37), Mm(35), Mm(28), Mm(26)
LINES, CHARACTERS = 22, 28
_TYPE_WIDTH, _TYPE_HEIGHT = 156, 225
"""Millimetres of the type area."""
_BODY = Pt(16)
_CELL = Pt(10.5)
_LINE_PITCH = round(_TYPE_HEIGHT / 25.4 * 1440 / LINES)
_CHARACTER_SPACE = round((_TYPE_WIDTH / 25.4 * 72 / CHARACTERS - 16) * 4096)
LONGEST_CELL = 1500
"""Characters of a table's cell on paper; the workbook beside it has all of it."""
EMBEDDED = "urn:quzheng:bulletin:1"
"""Namespace of the data inside a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: text, and below it a QR code where there is something to be scanned."""

    text: str
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Some text of a line; what a person must still fill in is marked."""

    text: str
    blank: bool = False


def clean(text: str) -> str:
    """Return text as paper may hold it: line feeds stay, other control, format and private characters are replaced.

    >>> clean("a\\x00b\\u202ec\\nd\\te")
    'a\ufffdb\ufffdc\\nd e'
    """
    plain = text.replace("\r\n", "\n").replace("\t", " ")
    return "".join("\ufffd" if c != "\n" and unicodedata.category(c).startswith("C") else c for c in plain)


class Paper:
    """A document that grows from top to bottom."""

    def __init__(self, *, title: str, author: str) -> None:
        self._document = Document()
        properties = self._document.core_properties
        properties.title, properties.author, properties.comments = clean(title)[:250], clean(author)[:250], ""
        self._normal()
        self._document.settings.odd_and_even_pages_header_footer = True
        section = self._document.sections[0]
        _upright(section)
        _number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
        _number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)

    def title(self, text: str) -> None:
        """Add a title (2号小标宋), centred."""
        self._line((Words(text=text),), font="title", size=Pt(22), align=WD_ALIGN_PARAGRAPH.CENTER)

    def heading(self, text: str, level: int = 1) -> None:
        """Add a heading: 一、 in 黑体, （一） in 楷体."""
        self._line((Words(text=text),), font="hei" if level == 1 else "kai", indent=2)

    def body(self, words: Sequence[Words], *, indent: int = 2) -> None:
        """Add a paragraph of text, its first line set in by so many characters."""
        self._line(words, indent=indent)

    def right(self, text: str, *, spare: int = 2) -> None:
        """Add a line at the right margin, so many characters before it: signature and date."""
        paragraph = self._line((Words(text=text),), align=WD_ALIGN_PARAGRAPH.RIGHT)
        paragraph.paragraph_format.right_indent = _BODY * spare

    def centred(self, words: Sequence[Words]) -> None:
        """Add a centred line: the number of the document."""
        self._line(words, align=WD_ALIGN_PARAGRAPH.CENTER)

    def space(self) -> None:
        """Add an empty line."""
        self._line(())

    def annex(self, mark: str, title: str, *, sideways: bool = True) -> None:
        """Begin an annex on a new page: its mark flush left in 黑体, its title centred; sideways for wide tables."""
        section = self._document.add_section(WD_SECTION.NEW_PAGE)
        (_sideways if sideways else _upright)(section)
        self._line((Words(text=mark),), font="hei")
        self.title(title)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[Cell]], widths: Sequence[int]) -> None:
        """Add a table with a heading row that repeats on every page; widths are shares of the type area."""
        area = self._area()
        table = self._document.add_table(rows=1, cols=len(header))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for place, text in zip(table.rows[0].cells, header, strict=True):
            _fill(place, Cell(text=text), bold=True)
        _repeat(table)
        for row in rows:
            added = table.add_row()
            _whole(added._tr)
            for place, cell in zip(added.cells, row, strict=True):
                _fill(place, cell)
        _set_widths(table, [Length(area * width // sum(widths)) for width in widths])
        self._line(())

    def embed(self, data: bytes) -> None:
        """Put data into the document that no reader shows and every tool keeps."""
        root = ET.Element(f"{{{EMBEDDED}}}bulletin")
        root.text = data.decode("utf-8")
        blob = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
        package = self._document.part.package
        part = Part(PackURI("/customXml/item2.xml"), "application/xml", blob, package)
        self._document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)

    def save(self, out: BinaryIO) -> None:
        """Write the document."""
        self._fallbacks()
        self._document.save(out)

    def bytes(self) -> bytes:
        """Return the document."""
        out = io.BytesIO()
        self.save(out)
        return out.getvalue()

    def _area(self) -> int:
        section = self._document.sections[-1]
        edges = (section.page_width, section.left_margin, section.right_margin)
        width, left, right = (int(edge or 0) for edge in edges)
        return width - left - right

    def _line(
        self,
        words: Sequence[Words],
        *,
        font: Font = "fangsong",
        size: Length = _BODY,
        align: WD_ALIGN_PARAGRAPH | None = None,
        indent: int = 0,
    ) -> Paragraph:
        paragraph = self._document.add_paragraph()
        if align is not None:
            paragraph.alignment = align
        if indent:
            _indent(paragraph, indent, size)
        if size > _BODY:
            paragraph.paragraph_format.line_spacing = Pt(36)
        for one in words:
            run = paragraph.add_run(clean(one.text))
            _set_font(run, font, size)
            if one.blank:
                _mark(run)
        return paragraph

    def _normal(self) -> None:
        style = self._document.styles["Normal"]
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.attrib.clear()
        for name, font in (("ascii", "Times New Roman"), ("hAnsi", "Times New Roman"), ("eastAsia", FONTS["fangsong"])):
            fonts.set(qn(f"w:{name}"), font)
        style.font.size = _BODY
        layout = style.paragraph_format
        layout.space_before = layout.space_after = Pt(0)
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(_LINE_PITCH / 20)

    def _fallbacks(self) -> None:
        """Name, in the table of fonts, what stands in for each."""
        part = next((one for one in self._document.part.package.iter_parts() if "fontTable" in one.partname), None)
        if part is None:
            return
        added = "".join(
            f'<w:font w:name="{name}"><w:altName w:val="{instead}"/></w:font>' for name, instead in INSTEAD.items()
        )
        part._blob = part.blob.replace(b"</w:fonts>", added.encode() + b"</w:fonts>")


def _upright(section: Section) -> None:
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = TOP, BOTTOM, LEFT, RIGHT
    section.footer_distance = Mm(25)
    _grid(section)


def _sideways(section: Section) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = LEFT, RIGHT, BOTTOM, TOP
    section.footer_distance = Mm(16)
    _grid(section)


def _grid(section: Section) -> None:
    """Give a section the grid of 22 lines and 28 characters; sideways pages keep its pitches."""
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(_LINE_PITCH))
    grid.set(qn("w:charSpace"), str(_CHARACTER_SPACE))
    section._sectPr.append(grid)


def _number(footer: _Footer, align: WD_ALIGN_PARAGRAPH) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment = align
    spare = Pt(14)
    if align == WD_ALIGN_PARAGRAPH.RIGHT:
        paragraph.paragraph_format.right_indent = spare
    else:
        paragraph.paragraph_format.left_indent = spare
    _set_font(paragraph.add_run("— "), "song", Pt(14))
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    run = Run(OxmlElement("w:r"), paragraph)
    run.text = "1"
    _set_font(run, "song", Pt(14))
    field.append(run._r)
    _set_font(paragraph.add_run(" —"), "song", Pt(14))


def _set_font(run: Run, font: Font, size: Length) -> None:
    run.font.size = size
    run.font.name = "Times New Roman"
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONTS[font])


def _mark(run: Run) -> None:
    """Shade what a person must fill in."""
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), "FFF2A8")
    run._r.get_or_add_rPr().append(shade)


def _indent(paragraph: Paragraph, characters: int, size: Length) -> None:
    paragraph.paragraph_format.first_line_indent = Length(size * characters)
    indent = paragraph._p.get_or_add_pPr().find(qn("w:ind"))
    if indent is not None:
        indent.set(qn("w:firstLineChars"), str(characters * 100))


def _fill(place: _Cell, cell: Cell, *, bold: bool = False) -> None:
    text = clean(cell.text)
    said = text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…（全文见电子表格）"
    paragraph = place.paragraphs[0]
    for n, line in enumerate(said.split("\n")):
        paragraph = place.add_paragraph() if n else paragraph
        _close(paragraph)
        run = paragraph.add_run(line)
        _set_font(run, "hei" if bold else "fangsong", _CELL)
    if cell.code:
        paragraph = place.add_paragraph()
        _close(paragraph)
        paragraph.add_run().add_picture(_picture(cell.code), width=Mm(18))


def _close(paragraph: Paragraph) -> None:
    """Set the lines of a cell closer than those of the body; a picture needs room of its own."""
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE


def _picture(code: str) -> io.BytesIO:
    out = io.BytesIO()
    segno.make(code, micro=False, error="m").save(out, kind="png", scale=4, border=2)
    out.seek(0)
    return out


def _repeat(table: Table) -> None:
    properties = table.rows[0]._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    properties.append(OxmlElement("w:tblHeader"))


def _whole(row: object) -> None:
    """Keep a row on one page."""
    row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # type: ignore[attr-defined]


def _set_widths(table: Table, widths: Sequence[Length]) -> None:
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
