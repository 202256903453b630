"""Dates as Chinese government pages write them: found in text, strictly, with what is missing left missing.

>>> [found.day for found in find("发布时间：２０２１年６月２９日 10:22")]
[datetime.date(2021, 6, 29)]
>>> find("二〇二一年六月二十九日")[0].day, find("[06-29]")[0].month_day
(datetime.date(2021, 6, 29), (6, 29))
>>> find("电话 0851-25782065"), find("2021-02-30")
((), ())
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
EARLIEST = 1990
"""Pages of government sites are not older; a lower year is no publication date."""
LATEST = 2099

_WIDE = str.maketrans(
    "０１２３４５６７８９／．－—–‐−：〇○Ｏ零",
    "0123456789/.-----:〇〇〇〇",
)
_DIGITS = {word: n for n, word in enumerate("〇一二三四五六七八九")}
_HAN = "[〇一二三四五六七八九]"

_PATTERNS = (
    ("full", re.compile(r"(?<![\d.\-/])(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]?(?!\d)")),
    ("full", re.compile(r"(?<![\d.\-/])(?P<y>\d{4})\s?([-/.])\s?(?P<m>\d{1,2})\s?\2\s?(?P<d>\d{1,2})(?![\d\-/]|\.\d)")),
    (
        "full",
        re.compile(
            rf"(?P<hy>{_HAN}{{4}})年(?P<hm>[一二三四五六七八九十]{{1,2}})月(?P<hd>[一二三四五六七八九十]{{1,3}})日"
        ),
    ),
    ("month_day", re.compile(r"(?<![\d年.\-/])(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]")),
    (
        "month_day",
        re.compile(r"(?<![\d.\-/年A-Za-z])(?<!\d:)(?P<m>\d{2})\s?([-/.])\s?(?P<d>\d{2})(?![\d\-/:%年A-Za-z]|\.\d)"),
    ),
    (
        "relative",
        re.compile(
            r"(?P<word>刚刚|今天|昨天|前天|半小时前|半个小时前|(?P<n>\d{1,3})\s*(?P<unit>秒钟?|分钟?|个?小时|天|日|周|个?星期)[之以]?前)"
        ),
    ),
)
_TIME = re.compile(r"\s*(?:T|上午|下午)?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?")

Form = Literal["full", "month_day", "relative"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One date in a text, as far as the text gives it."""

    form: Form
    text: str
    start: int
    end: int
    """Where it stands in the text, with its time of day if it has one."""
    day: date | None = None
    """For a full date."""
    month_day: tuple[int, int] | None = None
    """For one without a year."""
    ago: timedelta | None = None
    """For a relative one: how long before the page was looked at."""


def find(text: str) -> tuple[Found, ...]:
    """Return the dates in `text` in their order, none overlapping; what is no possible day is not found."""
    plain = text.translate(_WIDE)
    taken: list[Found] = []
    for form, pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            if any(match.start() < other.end and other.start < match.end() for other in taken):
                continue
            found = _read(form, match, text, plain)
            if found is not None:
                taken.append(found)
    return tuple(sorted(taken, key=lambda found: found.start))


def on(moment: datetime) -> date:
    """Return the day of an aware moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def year_of(month_day: tuple[int, int], *, not_after: date) -> date | None:
    """Return the latest day with that month and day that is not after a day; None for an impossible one.

    >>> year_of((12, 28), not_after=date(2021, 7, 1)), year_of((2, 29), not_after=date(2022, 1, 1))
    (datetime.date(2020, 12, 28), datetime.date(2020, 2, 29))
    """
    candidates = (_day(not_after.year - back, *month_day) for back in range(9))
    return next((day for day in candidates if day is not None and day <= not_after), None)


def _read(form: str, match: re.Match[str], text: str, plain: str) -> Found | None:
    end = match.end()
    clock = _TIME.match(plain, end)
    end = clock.end() if clock else end
    where = {"text": text[match.start() : end], "start": match.start(), "end": end}
    groups = match.groupdict()
    if form == "relative":
        return Found(form="relative", ago=_ago(groups), **where)  # type: ignore[arg-type]
    if form == "month_day":
        month_day = (int(groups["m"]), int(groups["d"]))
        possible = _day(2020, *month_day) is not None
        return Found(form="month_day", month_day=month_day, **where) if possible else None  # type: ignore[arg-type]
    day = _han_day(groups) if groups.get("hy") else _day(int(groups["y"]), int(groups["m"]), int(groups["d"]))
    if day is None or not EARLIEST <= day.year <= LATEST:
        return None
    return Found(form="full", day=day, **where)  # type: ignore[arg-type]


def _han_day(groups: dict[str, str]) -> date | None:
    year = int("".join(str(_DIGITS[word]) for word in groups["hy"]))
    month, day = _han_number(groups["hm"]), _han_number(groups["hd"])
    return _day(year, month, day) if month and day else None


def _han_number(words: str) -> int | None:
    """Return a number below 40 written in Chinese: 六, 十二, 二十九; None for what is no number."""
    tens, ten, ones = words.partition("十")
    if not ten:
        return _DIGITS.get(words)
    if (tens and tens not in _DIGITS) or (ones and ones not in _DIGITS):
        return None
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def _ago(groups: Mapping[str, str | None]) -> timedelta:
    word, number = groups["word"] or "", groups["n"]
    if number is None:
        days = {"昨天": 1, "前天": 2}.get(word, 0)
        return timedelta(days=days) if days or "半" not in word else timedelta(minutes=30)
    unit, count = groups["unit"] or "", int(number)
    if unit.startswith("秒"):
        return timedelta(seconds=count)
    if unit.startswith("分"):
        return timedelta(minutes=count)
    if "小时" in unit:
        return timedelta(hours=count)
    return timedelta(weeks=count) if unit == "周" or "星期" in unit else timedelta(days=count)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_IN_ADDRESS = (
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})[-/_]?(?P<m>[01]\d)[-/_]?(?P<d>[0-3]\d)(?!\d)"),
    re.compile(r"(?<!\d)t(?P<y>(?:19|20)\d{2})(?P<m>[01]\d)(?P<d>[0-3]\d)_"),
    re.compile(r"/(?P<y>(?:19|20)\d{2})[-/](?P<m>1?\d)[-/](?P<d>[1-3]?\d)(?=[-/_.])"),
)
_MONTH_IN_ADDRESS = re.compile(r"/(?P<y>(?:19|20)\d{2})[-/_]?(?P<m>0[1-9]|1[0-2]|[1-9])(?=/)")


def in_address(address: str) -> date | None:
    """Return the day an address carries, as most content systems write it when they publish (or migrate) a page.

    >>> in_address("../201705/t20170520_20909.html"), in_address("/2020-02/19/c_1125597921.htm")
    (datetime.date(2017, 5, 20), datetime.date(2020, 2, 19))
    """
    for pattern in _IN_ADDRESS:
        for match in pattern.finditer(address):
            day = _day(int(match["y"]), int(match["m"]), int(match["d"]))
            if day is not None and EARLIEST <= day.year <= LATEST:
                return day
    return None


def month_in_address(address: str) -> tuple[int, int] | None:
    """Return year and month of an address that carries these only.

    >>> month_in_address("/gzdt/202006/art_1.html")
    (2020, 6)
    """
    match = _MONTH_IN_ADDRESS.search(address)
    return (int(match["y"]), int(match["m"])) if match else None
