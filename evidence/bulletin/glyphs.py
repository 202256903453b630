"""Fonts and characters on paper: the fonts of GB/T 9704 with what stands in for each, and text as a document may hold it."""

from __future__ import annotations

import unicodedata
from typing import Literal

from docx.oxml.ns import qn
from docx.shared import Length
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


def clean(text: str) -> str:
    """Return text as paper may hold it: line feeds stay, other control, format and private characters are replaced.

    >>> clean("a\\x00b\\u202ec\\nd\\te")
    'a\ufffdb\ufffdc\\nd e'
    """
    plain = text.replace("\r\n", "\n").replace("\t", " ")
    return "".join("\ufffd" if c != "\n" and unicodedata.category(c).startswith("C") else c for c in plain)


def set_font(run: Run, font: Font, size: Length) -> None:
    """Give a run a font of official documents for its Chinese characters, and a size."""
    run.font.size = size
    run.font.name = "Times New Roman"
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONTS[font])
