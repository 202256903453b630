"""Finds the columns of a table by their headings: in any row, in any order, in one level or two.

Registries differ in words and order, and put a title, a date and a unit above the headings. A heading is known by a
list of words (synonyms); where it stands in two levels (主办单位 over 名称 and 联系人) both are read together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evidence.spreadsheet import Value, folded, text

DEEPEST = 30
"""Rows from the top in which headings are looked for."""

Synonyms = Mapping[str, Sequence[str]]
"""Field to the headings it goes by."""

_BRACKETS = re.compile(r"[（(【\[][^）)】\]]*[）)】\]]")
_MARKS = re.compile(r"[\s*＊:：、/_\-—.·]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """Where each field stands."""

    columns: Mapping[str, int]
    """Field to column, from 0."""
    first: int
    """Index of the first row below the headings."""
    unknown: tuple[str, ...]
    """Headings that are none of ours; said, so that nobody thinks they were read."""

    def value(self, row: Sequence[Value], field: str) -> Value:
        """Return the cell of a field, None where the table has no such column."""
        column = self.columns.get(field)
        return row[column] if column is not None and column < len(row) else None

    def said(self, row: Sequence[Value], field: str) -> str:
        """Return the cell of a field as text, empty where there is none."""
        return text(self.value(row, field))


def find(rows: Sequence[Sequence[Value]], synonyms: Synonyms, *, needs: Sequence[frozenset[str]]) -> Headings | None:
    """Return the headings of a table; None where no row near the top names the fields of any set in `needs`.

    The row, or pair of rows, that names most fields wins; of equals the first, and one row before two.
    """
    words = {plainly(word): field for field, known in synonyms.items() for word in known}
    candidates = [found for found in _candidates(rows, words) if any(need <= set(found.columns) for need in needs)]
    return max(candidates, key=lambda found: len(found.columns), default=None)


def plainly(heading: str) -> str:
    """Return a heading without spaces, marks and what stands in brackets.

    >>> plainly("*网站标识码（10位）"), plainly("平 台 ＩＤ：")
    ('网站标识码', '平台id')
    """
    said = folded(heading)
    return _MARKS.sub("", _BRACKETS.sub("", said) or said).lower()


def _candidates(rows: Sequence[Sequence[Value]], words: Mapping[str, str]) -> Iterator[Headings]:
    for n, row in enumerate(rows[:DEEPEST]):
        names = [plainly(text(value)) for value in row]
        yield _headings([(name, words.get(name)) for name in names], n + 1)
        if n + 1 < len(rows):
            below = [plainly(text(value)) for value in rows[n + 1]]
            yield _headings(list(_two_levels(names, below, words)), n + 2)


def _headings(found: Sequence[tuple[str, str | None]], first: int) -> Headings:
    """Return the headings of columns given as what is written there and the field it means; the first of a field counts."""
    columns: dict[str, int] = {}
    for n, (_, field) in enumerate(found):
        if field:
            columns.setdefault(field, n)
    unknown = dict.fromkeys(said for said, field in found if said and not field)
    return Headings(columns=columns, first=first, unknown=tuple(unknown))


def _two_levels(
    upper: Sequence[str], lower: Sequence[str], words: Mapping[str, str]
) -> Iterator[tuple[str, str | None]]:
    """Yield what two levels of headings say together; an upper one reaches over the blanks to its right.

    The lower alone counts below a mere group (网站基本信息), and where nothing stands right above it.
    """
    above = ""
    for own, below in zip(upper, lower, strict=False):
        above = own or above
        both = above if not below or above == below else above + below
        if both in words or own in words:
            yield both, words.get(both)
        else:
            yield both, words.get(below)
