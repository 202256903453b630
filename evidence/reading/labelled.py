"""Labels and what stands behind them: 来信时间：…, a table's heading cell and its neighbour, a heading and its text.

All of these are the same thing in document order: words that are a label, then words that are not, up to the next label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from evidence.reading.rows import runs
from evidence.reading.tree import Node, join

_LONGEST = 300
"""Characters of a value that are kept."""
_MOST = 12
"""Pieces of text behind a label that may belong to it."""
_NUMBER = r"(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s*)?"
_OPEN, _SHUT = r"[【\[〖「]?\s*", r"\s*[】\]〗」]?"


def values(texts: Sequence[Node], labels: Mapping[str, str], *, most: int = _MOST) -> dict[str, str]:
    """Return what stands behind each kind of label, first come first kept; `labels` gives the kind by the words.

    Behind a label that stands alone at `most` so many pieces of text belong to it.

    >>> from evidence.reading.tree import Node
    >>> line = Node(tag="#text", value="来信时间：2024-05-01　答复单位：市医保局")
    >>> values([line], {"来信时间": "submitted", "答复单位": "unit"})
    {'submitted': '2024-05-01', 'unit': '市医保局'}
    """
    found: dict[str, str] = {}
    for kind, value in every(texts, labels, most=most):
        found.setdefault(kind, value)
    return found


def every(texts: Sequence[Node], labels: Mapping[str, str], *, most: int = _MOST) -> Iterator[tuple[str, str]]:
    """Yield each kind of label with what stands behind it, as often as the page says it."""
    pattern = _pattern(tuple(sorted(labels, key=len, reverse=True)))
    for words, value in _pairs([join(run) for run in runs(texts)], pattern, most):
        if value:
            yield labels[words], value[:_LONGEST].strip()


@lru_cache(maxsize=8)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Match a label that is all of a piece of text, or stands before a colon in one."""
    names = "|".join(map(re.escape, words))
    return re.compile(
        rf"^{_NUMBER}{_OPEN}(?P<whole>{names}){_SHUT}\s*[:：]?$"
        rf"|(?:^{_NUMBER}|(?<=[\s　;；,，、|｜/]))"
        rf"{_OPEN}(?P<inline>{names}){_SHUT}\s*[:：]\s*"
    )


def _pairs(pieces: Sequence[str], pattern: re.Pattern[str], most: int) -> Iterator[tuple[str, str]]:
    marks = [list(pattern.finditer(piece)) for piece in pieces]
    for n, (piece, found) in enumerate(zip(pieces, marks, strict=True)):
        for m, match in enumerate(found):
            end = found[m + 1].start() if m + 1 < len(found) else len(piece)
            value = piece[match.end() : end].strip()
            if not value and end == len(piece):
                value = _following(pieces[n + 1 : n + 1 + most], marks[n + 1 : n + 1 + most])
            yield match["whole"] or match["inline"], value


def _following(pieces: Sequence[str], marks: Sequence[Sequence[re.Match[str]]]) -> str:
    taken: list[str] = []
    for piece, found in zip(pieces, marks, strict=True):
        if found or sum(map(len, taken)) > _LONGEST:
            break
        taken.append(piece)
    return " ".join(taken)
