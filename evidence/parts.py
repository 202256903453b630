"""Parts of a column that a flow captures beside its own page: opened articles, tabs, further pages, a query's answer,
and the document that an opened interpretation is about.

A part's label is its column's with /article-1, /tab-2, /page-2, /search-1 or /document-1 behind it.

>>> part_of("zwgk/zcwj/article-3"), label("zwgk/zcwj", "tab", 2)
(Part(column='zwgk/zcwj', kind='article', n=3), 'zwgk/zcwj/tab-2')
>>> part_of("zwgk/zcwj")
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, cast

PartKind = Literal["article", "tab", "page", "search", "document"]
_LABEL = re.compile(r"(?P<column>.+)/(?P<kind>article|tab|page|search|document)-(?P<n>[1-9]\d{0,2})")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a column."""

    column: str
    """Label of the column."""
    kind: PartKind
    n: int
    """For an article and its document, the place of the item in the list, from 1."""


def part_of(label: str) -> Part | None:
    """Return which part of which column a label names; None where it names none."""
    match = _LABEL.fullmatch(label)
    return Part(match["column"], cast(PartKind, match["kind"]), int(match["n"])) if match else None


def label(column: str, kind: PartKind, n: int) -> str:
    """Return the label of a part."""
    return f"{column}/{kind}-{n}"


def is_part(label: str, columns: Collection[str]) -> bool:
    """Tell whether a label names a part of one of `columns`."""
    part = part_of(label)
    return part is not None and part.column in columns
