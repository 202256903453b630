"""Hostile text made visible: what cannot be seen, or turns what stands beside it, is written out by its code point.

>>> visible("通知\\u202e公告")
'通知⟦U+202E⟧公告'
>>> visible("一行\\n二行")
'一行\\n二行'
"""

from __future__ import annotations

import unicodedata

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Controls, format characters (bidi, zero width, tags), lone surrogates, private use, line and paragraph separators."""

_BLANK_LETTERS = {0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0}
"""Letters and patterns that show nothing: Hangul fillers and the empty Braille cell."""


class _Visible(dict[int, str | int]):
    """A translation table that learns each character when it is first met."""

    def __missing__(self, code: int) -> str | int:
        unseen = unicodedata.category(chr(code)) in _UNSEEN or code in _BLANK_LETTERS
        self[code] = shown = f"⟦U+{code:04X}⟧" if unseen and chr(code) not in "\n\t" else code
        return shown


_TABLE = _Visible()


def visible(text: str) -> str:
    """Return `text` with every unseen or direction-changing character as ⟦U+XXXX⟧; line feeds and tabs stay."""
    return text.translate(_TABLE)


def clipped(text: str, most: int) -> str:
    """Return at most `most` characters of `text`, saying how many there are where some were left out.

    >>> clipped("政务公开栏目", 4)
    '政务公开……（共6字，此处显示前4字）'
    """
    if len(text) <= most:
        return text
    return f"{text[:most]}……（共{len(text)}字，此处显示前{most}字）"
