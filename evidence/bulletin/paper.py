"""A sheet of official paper as DOCX: margins, grid, fonts and page numbers of GB/T 9704, as far as we know the standard.

A4 with margins of 37, 35, 28 and 26 mm; 22 lines of 28 characters; title 2号小标宋, body 3号仿宋, headings 黑体 and 楷体;
page numbers 4号 between strokes, odd ones right, even ones left. Each font names another that stands in for it where it
is not installed. What was captured becomes plain text: no character that XML forbids or that steers a reader survives.
"""

from __future__ import annotations

import io
import math
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section, _Footer
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from evidence.bulletin import cells
from evidence.bulletin.cells import Cell
from evidence.bulletin.glyphs import FONTS, INSTEAD, Font, clean, set_font

TOP, BOTTOM, LEFT, RIGHT = Mm(37), Mm(35), Mm(28), Mm(26)
LINES, CHARACTERS = 22, 28
_TYPE_WIDTH, _TYPE_HEIGHT = 156, 225
"""Millimetres of the type area."""
_BODY = Pt(16)
_LINE_PITCH = round(_TYPE_HEIGHT / 25.4 * 1440 / LINES)
_CHARACTER_SPACE = math.floor((_TYPE_WIDTH / 25.4 * 72 / CHARACTERS - 16) * 20)
"""Twentieths of a point between characters of 3号, so that 28 go into a line. A grid of characters would say the same in
Word, but LibreOffice gives a character that is wider than its cell two of them."""
EMBEDDED = "urn:quzheng:bulletin:1"
"""Namespace of the data inside a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Some text of a line; what a person must still fill in is marked."""

    text: str
    blank: bool = False


class Paper:
    """A document that grows from top to bottom."""

    def __init__(self, *, title: str, author: str) -> None:
        self._document = Document()
        self._after_table: Paragraph | None = None
        """The line that a document must have after a table, while nothing follows it."""
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
        _break_in_the_line_before(self._document.paragraphs[-1])
        self._after_table = None
        (_sideways if sideways else _upright)(section)
        self._line((Words(text=mark),), font="hei")
        self.title(title)
        self._document.paragraphs[-1].paragraph_format.space_after = Pt(8)

    def table(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        widths: Sequence[int],
        *,
        least: Length | None = None,
    ) -> None:
        """Add a table with a heading row that repeats on every page; widths are shares of the type area, `least` is the
        least height of a row."""
        self._part_from_table()
        cells.table(self._document, header, rows, widths, area=self._area(), height=self._height(), least=least)
        self._after_table = self._document.add_paragraph()
        cells.shrink(self._after_table)

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

    def _height(self) -> int:
        section = self._document.sections[-1]
        height, top, bottom = (
            int(edge or 0) for edge in (section.page_height, section.top_margin, section.bottom_margin)
        )
        return height - top - bottom

    def _line(
        self,
        words: Sequence[Words],
        *,
        font: Font = "fangsong",
        size: Length = _BODY,
        align: WD_ALIGN_PARAGRAPH | None = None,
        indent: int = 0,
    ) -> Paragraph:
        self._part_from_table()
        paragraph = self._document.add_paragraph()
        if align is not None:
            paragraph.alignment = align
        if indent:
            _indent(paragraph, indent, size)
        if size > _BODY:
            paragraph.paragraph_format.line_spacing = Pt(36)
        for one in words:
            run = paragraph.add_run(clean(one.text))
            set_font(run, font, size)
            if size == _BODY:
                _tighten(run)
            if one.blank:
                _mark(run)
        return paragraph

    def _part_from_table(self) -> None:
        """Leave room below a table that something follows; one that ends its section must not push a line onto a new page."""
        if self._after_table is not None:
            self._after_table.paragraph_format.line_spacing = cells.SIZE
            self._after_table = None

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


def _break_in_the_line_before(added: Paragraph) -> None:
    """Let the last line of a section carry its end: a line of its own stands on a page of its own where that is full."""
    before, end = added._p.getprevious(), added._p.pPr
    if before is not None and before.tag == qn("w:p") and end is not None and end.sectPr is not None:
        before.get_or_add_pPr().append(end.sectPr)
        added._p.getparent().remove(added._p)


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
    """Give a section the grid of 22 lines; sideways pages keep its pitch."""
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(_LINE_PITCH))
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
    set_font(paragraph.add_run("— "), "song", Pt(14))
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    run = Run(OxmlElement("w:r"), paragraph)
    run.text = "1"
    set_font(run, "song", Pt(14))
    field.append(run._r)
    set_font(paragraph.add_run(" —"), "song", Pt(14))


def _tighten(run: Run) -> None:
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(_CHARACTER_SPACE))
    run._r.get_or_add_rPr().insert_element_before(spacing, "w:sz", "w:shd")


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
