"""A long list in pages, and the links that lead from one to the next with what was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

Row = TypeVar("Row")
ROWS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf(Generic[Row]):
    """One page of a list."""

    rows: tuple[Row, ...]
    n: int
    """From 1."""
    pages: int
    count: int
    """Rows of the whole list."""
    first: int
    """Number of its first row, from 1."""

    @property
    def newer(self) -> int | None:
        """The page before."""
        return self.n - 1 if self.n > 1 else None

    @property
    def older(self) -> int | None:
        """The page after."""
        return self.n + 1 if self.n < self.pages else None


def leaf(rows: Sequence[Row], n: int, most: int = ROWS) -> Leaf[Row]:
    """Return page `n` of a list; the last one where there are not so many.

    >>> leaf("abcde", 9, 2).rows, leaf("", 1).pages
    (('e',), 1)
    """
    pages = max(1, -(-len(rows) // most))
    chosen = min(max(1, n), pages)
    first = (chosen - 1) * most
    return Leaf(rows=tuple(rows[first : first + most]), n=chosen, pages=pages, count=len(rows), first=first + 1)


def query(asked: Mapping[str, object], **changed: object) -> str:
    """Return the query of an address: what was asked for with some of it changed; what is empty is left out.

    >>> query({"state": "hit", "unit": "", "page": 3}, page=4)
    '?state=hit&page=4'
    """
    given = {name: value for name, value in (dict(asked) | changed).items() if value not in ("", None)}
    return "?" + urlencode(given) if given else ""
