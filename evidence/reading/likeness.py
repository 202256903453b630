"""How much of one text another says too: by pairs of characters that follow each other, which survive misread single ones.

>>> shared("2021年第二季度", pairs("关于2021年第二季度的通报")), shared("，。", pairs("甲乙"))
(1000, None)
"""

from __future__ import annotations

import re

_SIGNS = re.compile(r"[\u3400-\u9fff0-9]")


def signs(text: str) -> str:
    """Return the Chinese characters and digits of a text, all else left out."""
    return "".join(_SIGNS.findall(text))


def pairs(text: str) -> frozenset[str]:
    """Return the pairs of signs that stand side by side in a text."""
    known = signs(text)
    return frozenset(known[n : n + 2] for n in range(len(known) - 1))


def shared(text: str, known: frozenset[str]) -> int | None:
    """Return how many of a text's pairs are among `known`, per mille; None for a text without any."""
    own = pairs(text)
    return round(1000 * len(own & known) / len(own)) if own else None
