"""Captured words inside our own sentences: shortened, on one line, nothing in them that steers a terminal or a reader.

>>> title("关于\\u202e开展\\x1b[2J检查的通知")
'《关于�开展�[2J检查的通知》'
"""

from __future__ import annotations

import unicodedata

_LONGEST = 40


def plainly(text: str, longest: int = _LONGEST) -> str:
    """Return text without control, format and private characters, white space folded, cut to `longest` characters."""
    folded = " ".join(text.split())
    cut = folded if len(folded) <= longest else folded[: longest - 1] + "…"
    return "".join("�" if unicodedata.category(character).startswith("C") else character for character in cut)


def title(text: str) -> str:
    """Return a captured title as it is quoted in a sentence."""
    return f"《{plainly(text)}》"
