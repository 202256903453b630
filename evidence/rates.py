"""Printed rates against the numbers they should follow from, in a table.

>>> from evidence.model import Table
>>> head = ("地区", "检查数", "合格数", "合格率")
>>> rows = (("甲", "134", "126", "94.3%"), ("乙", "50", "45", "90%"), ("丙", "40", "40", "100%"), ("丁", "30", "27", "90.0%"))
>>> [(one.name, one.printed, one.expected) for one in unfounded(Table(source="html", header=head, rows=rows, blank_columns=()))]
[('甲', '94.3', '94.0')]
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from evidence.model import Table

_RATE = re.compile(r"率|占比|比例|百分比")
_PERCENT = re.compile(r"^(\d{1,3}(?:\.\d{1,4})?)\s*[%％]?$")
_COUNT = re.compile(r"^(\d{1,7})(?:个|家|项|条|件|人)?$")
_AGREEING = 3
"""Rows that must agree before one that does not is a fault, and at least two thirds of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfounded:
    """One printed rate that its row's numbers do not give."""

    row: int
    name: str
    """What stands first in its row."""
    part_heading: str
    part: int
    whole_heading: str
    whole: int
    printed: str
    expected: str


def unfounded(table: Table) -> Iterator[Unfounded]:
    """Yield the rates of a table that do not follow from two columns of counts that give nearly all its other rates."""
    for rate in (n for n, heading in enumerate(table.header) if _RATE.search(heading)):
        pair = _pair(table, rate)
        if pair is None:
            continue
        part, whole = pair
        for n, row in enumerate(table.rows):
            told = _told(row, part, whole, rate)
            if told is not None and not _agrees(*told):
                yield Unfounded(
                    row=n,
                    name=row[0],
                    part_heading=table.header[part],
                    part=told[0],
                    whole_heading=table.header[whole],
                    whole=told[1],
                    printed=told[2],
                    expected=_expected(*told),
                )


def _pair(table: Table, rate: int) -> tuple[int, int] | None:
    """Return the two columns, part and whole, whose ratio most rows print; None where there are none."""
    columns = [n for n in range(len(table.header)) if n != rate]
    best: tuple[int, tuple[int, int]] | None = None
    for part in columns:
        for whole in columns:
            told = [_told(row, part, whole, rate) for row in table.rows] if part != whole else []
            known = [one for one in told if one is not None]
            agreeing = sum(_agrees(*one) for one in known)
            if agreeing >= _AGREEING and 3 * agreeing >= 2 * len(known) and (best is None or agreeing > best[0]):
                best = (agreeing, (part, whole))
    return best[1] if best else None


def _told(row: Sequence[str], part: int, whole: int, rate: int) -> tuple[int, int, str] | None:
    """Return part, whole and printed rate of a row; None where one of them is no number, or the whole is nothing."""
    if max(part, whole, rate) >= len(row):
        return None
    words = [unicodedata.normalize("NFKC", row[n]).replace(",", "").strip() for n in (part, whole, rate)]
    counts, percent = [_COUNT.match(word) for word in words[:2]], _PERCENT.match(words[2])
    if counts[0] is None or counts[1] is None or percent is None or int(counts[1][1]) == 0:
        return None
    return int(counts[0][1]), int(counts[1][1]), percent[1]


def _agrees(part: int, whole: int, printed: str) -> bool:
    """Tell whether a printed rate is the ratio, rounded or cut off where it is printed to."""
    digits = len(printed.partition(".")[2])
    step = Decimal(1).scaleb(-digits)
    return abs(Decimal(100) * part / whole - Decimal(printed)) < step


def _expected(part: int, whole: int, printed: str) -> str:
    digits = len(printed.partition(".")[2])
    return str((Decimal(100) * part / whole).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))
