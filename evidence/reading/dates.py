"""Dates as Chinese government pages write them: found in text, strictly, with what is missing left missing.

>>> [found.day for found in find("发布时间：２０２１年６月２９日 10:22")]
[datetime.date(2021, 6, 29)]
>>> find("二〇二一年六月二十九日")[0].day, find("[06-29]")[0].month_day
(datetime.date(2021, 6, 29), (6, 29))
>>> [find(text)[0].day.isoformat() for text in ("民國110年6月29日", "中華民國一百一十年六月二十九日", "110/06/29", "Jun 29, 2021")]
['2021-06-29', '2021-06-29', '2021-06-29', '2021-06-29']
>>> find("[21-06-29]")[0].form, find("21-06-29")[0].day
('short_year', datetime.date(2021, 6, 29))
>>> find("电话 0851-25782065"), find("2021-02-30"), find("版本 3.21-06-29")
((), (), ())
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

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH_NAME = r"(?P<mon>Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)(?:[a-z]{2,6})?\.?"
ROC = 1911
"""Years of the Republic (民國) begin after this one."""

_PATTERNS = (
    (
        "full",
        re.compile(
            r"(?<![\d.\-/])(?:民[國国]\s*)?(?P<roc>1[0-4]\d)\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号號]?(?!\d)"
        ),
    ),
    ("full", re.compile(r"民[國国]\s*(?P<roc>\d{2})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号號]?(?!\d)")),
    ("full", re.compile(r"(?<![\d.\-/:A-Za-z])(?P<roc>1[01]\d)([-/.])(?P<m>\d{2})\2(?P<d>\d{2})(?![\d\-/.])")),
    (
        "full",
        re.compile(
            r"民[國国](?P<hroc>[〇一二三四五六七八九十百]{2,5})年(?P<hm>[一二三四五六七八九十]{1,2})月(?P<hd>[一二三四五六七八九十]{1,3})日"
        ),
    ),
    ("full", re.compile(rf"(?i)\b{_MONTH_NAME}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})(?!\d)")),
    (
        "full",
        re.compile(rf"(?i)(?<![\d.])(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+{_MONTH_NAME},?[\s-]+(?P<y>\d{{4}})(?!\d)"),
    ),
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
        "short_year",
        re.compile(r"(?<![\d.\-/:年A-Za-z])(?P<yy>\d{2})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?![\d\-/:%.年月])"),
    ),
    ("relative", re.compile(r"(?P<week>上周|上个?星期|上礼拜)(?P<weekday>[一二三四五六日天])?")),
    (
        "relative",
        re.compile(
            r"(?P<word>刚刚|今[天日]|昨[天日]|大前天|前[天日]|半小时前|半个小时前|(?P<n>\d{1,3})\s*(?P<unit>秒钟?|分钟?|个?小时|天|日|周|个?星期)[之以]?前)"
        ),
    ),
)
_TIME = re.compile(r"\s*(?:T|上午|下午)?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?")

Form = Literal["full", "short_year", "month", "month_day", "relative"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One date in a text, as far as the text gives it."""

    form: Form
    text: str
    start: int
    end: int
    """Where it stands in the text, with its time of day if it has one."""
    day: date | None = None
    """For a full date, or one whose year has two digits; for a month its last day."""
    month_day: tuple[int, int] | None = None
    """For one without a year."""
    ago: timedelta | None = None
    """For a relative one: how long before the page was looked at."""
    weekday: int | None = None
    """For one of last week: 0 for Monday to 6; 7 for any, which is as late as Sunday."""


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
    if form == "relative" and groups.get("week"):
        named = "一二三四五六日".find((groups["weekday"] or "").replace("天", "日")) if groups["weekday"] else 7
        return Found(form="relative", weekday=named, **where)  # type: ignore[arg-type]
    if form == "relative":
        return Found(form="relative", ago=_ago(groups), **where)  # type: ignore[arg-type]
    if form == "month_day":
        month_day = (int(groups["m"]), int(groups["d"]))
        possible = _day(2020, *month_day) is not None
        return Found(form="month_day", month_day=month_day, **where) if possible else None  # type: ignore[arg-type]
    day = _han_day(groups) if groups.get("hm") else _day(_year(groups), _month(groups), int(groups["d"]))
    if day is None or not EARLIEST <= day.year <= LATEST:
        return None
    return Found(form="short_year" if form == "short_year" else "full", day=day, **where)  # type: ignore[arg-type]


def month(text: str) -> Found | None:
    """Return the month that a text consists of (2021年6月), as its last day; None for any other text.

    >>> month("2021年6月").day, month("[2021-06]").day, month("2021年6月工作要点")
    (datetime.date(2021, 6, 30), datetime.date(2021, 6, 30), None)
    """
    match = _MONTH.match(text.translate(_WIDE))
    if match is None or not EARLIEST <= int(match["y"]) <= LATEST or not 1 <= int(match["m"] or match["m2"]) <= 12:
        return None
    year, number = int(match["y"]), int(match["m"] or match["m2"])
    last = (date(year + number // 12, number % 12 + 1, 1)) - timedelta(days=1)
    return Found(form="month", text=text, start=0, end=len(text), day=last)


_MONTH = re.compile(r"^[\s\[(【（]*(?P<y>\d{4})\s*(?:年\s*(?P<m>\d{1,2})\s*月|[-/.](?P<m2>\d{2}))[\s\])】）]*$")


def _year(groups: Mapping[str, str | None]) -> int:
    if roc := groups.get("roc"):
        return int(roc) + ROC
    if short := groups.get("yy"):
        return 2000 + int(short)
    return int(groups.get("y") or 0)


def _month(groups: Mapping[str, str | None]) -> int:
    if name := groups.get("mon"):
        return _MONTHS.index(name[:3].lower()) + 1
    return int(groups.get("m") or 0)


def _han_day(groups: Mapping[str, str | None]) -> date | None:
    roc, written = groups.get("hroc"), groups.get("hy")
    year = _han_years(roc) if roc else int("".join(str(_DIGITS[word]) for word in written or ""))
    month, day = _han_number(groups["hm"] or ""), _han_number(groups["hd"] or "")
    return _day(year, month, day) if year and month and day else None


def _han_years(words: str) -> int:
    """Return a year of the Republic written in Chinese as one of ours: 一百一十, 一一〇; 0 for what is no number."""
    hundred, said, rest = words.partition("百")
    if said:
        tail = _han_number(rest.removeprefix("〇")) if rest else 0
        return ROC + 100 * _DIGITS.get(hundred, 0) + tail if tail is not None else 0
    if "十" in words:
        return ROC + (_han_number(words) or -ROC)
    return ROC + int("".join(str(_DIGITS[word]) for word in words))


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
        days = {"昨天": 1, "昨日": 1, "前天": 2, "前日": 2, "大前天": 3}.get(word, 0)
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
