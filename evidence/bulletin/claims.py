"""Printed rates in running text against the counts beside them: which follow, which are cut off, which follow from nothing.

The counts are those of the same paragraph, of things that pass and of things that fail alike. What is a limit (不低于90%)
or a change (上升2.32%) is no rate.

>>> text = "对134家网站、381家新媒体进行检查，网站合格率94.3%，新媒体合格率83.5%。8家网站、63家新媒体存在问题。"
>>> [(one.printed, one.verdict, one.expected) for one in claims(text)]
[('94.3', 'wrong', '94.0（126/134）'), ('83.5', 'follows', '83.5（318/381）')]
>>> [(one.printed, one.verdict, one.expected) for one in claims("接收留言149件，办结138件，办结率92.61%。")]
[('92.61', 'cut', '92.62（138/149）')]
>>> [(one.printed, one.verdict, one.expected) for one in claims("登记的政务新媒体有161个，合格率85.09%。")]
[('85.09', 'unstated', '85.09（137/161）')]
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Literal

Verdict = Literal["follows", "cut", "unstated", "wrong"]
VERDICT_WORDS: dict[Verdict, str] = {
    "follows": "与所列数字相符",
    "cut": "截去了尾数，四舍五入应为",
    "unstated": "没有写出分子，只有此数相符：",
    "wrong": "与所列数字不符，最接近的是",
}
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)\s*%")
_COUNT = re.compile(r"(?<![\d.第])(\d{1,7})\s*(?:个|個|家|条|條|件|份|项|項)(?!工作日|月|(?:小)?时|小時)")
_NO_RATE = re.compile(
    r"(?:不低于|不低於|不少于|不高于|高于|低于|超过|达到|以上|≥|>|上升|下降|提高|提升|降低|增长|增加|减少|回升|四舍五入|精确|保留)[了约到至]?\s*$"
)
MOST_COUNTS = 100
"""Of one paragraph that are tried against its rates."""
_NEAR = Decimal(3)
"""Percentage points within which the nearest ratio is worth telling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One printed rate."""

    printed: str
    verdict: Verdict
    expected: str
    """The ratio it is or should be, with its numbers; empty where nothing is near."""
    context: str
    """The words before it."""

    @property
    def told(self) -> str:
        """Return what is to be said of it."""
        return f"{self.context}{self.printed}%：{VERDICT_WORDS[self.verdict]}{self.expected}"


def claims(text: str) -> Iterator[Claim]:
    """Yield every rate that a text prints, paragraph by paragraph."""
    for paragraph in unicodedata.normalize("NFKC", text).splitlines():
        counts = list(dict.fromkeys(int(found[1]) for found in _COUNT.finditer(paragraph)))[:MOST_COUNTS]
        for found in _PERCENT.finditer(paragraph):
            before = paragraph[: found.start()]
            if not _NO_RATE.search(before):
                yield _claim(found[1], counts, before[-16:])


def _claim(printed: str, counts: Sequence[int], context: str) -> Claim:
    ratios = list(_ratios(counts))
    for verdict, rounding in (("follows", ROUND_HALF_UP), ("cut", ROUND_DOWN)):
        for part, whole in ratios:
            if _rounded(part, whole, printed, rounding) == Decimal(printed):
                named: Verdict = "follows" if verdict == "follows" else "cut"
                return Claim(printed=printed, verdict=named, expected=_expected(part, whole, printed), context=context)
    for whole in filter(None, counts):
        part = round(Decimal(printed) * whole / 100)
        if part <= whole and _rounded(part, whole, printed, ROUND_HALF_UP) == Decimal(printed):
            return Claim(printed=printed, verdict="unstated", expected=_expected(part, whole, printed), context=context)
    return Claim(printed=printed, verdict="wrong", expected=_nearest(ratios, printed), context=context)


def _ratios(counts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield every ratio of two counts, and of what is left of one without the other; all of one is 100%."""
    for whole in counts:
        if whole:
            yield whole, whole
            for part in counts:
                if part < whole:
                    yield part, whole
                    yield whole - part, whole


def _rounded(part: int, whole: int, printed: str, rounding: str) -> Decimal:
    step = Decimal(1).scaleb(-len(printed.partition(".")[2]))
    return (Decimal(100) * part / whole).quantize(step, rounding=rounding)


def _expected(part: int, whole: int, printed: str) -> str:
    return f"{_rounded(part, whole, printed, ROUND_HALF_UP)}（{part}/{whole}）"


def _nearest(ratios: Sequence[tuple[int, int]], printed: str) -> str:
    def distance(ratio: tuple[int, int]) -> Decimal:
        return abs(Decimal(100) * ratio[0] / ratio[1] - Decimal(printed))

    best = min((one for one in ratios if one[0] < one[1]), key=distance, default=None)
    return _expected(*best, printed) if best and distance(best) <= _NEAR else ""
