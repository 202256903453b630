"""Spans of time as the rules write them: 14d, 2w, 6m, 1y, 24h.

Days, weeks, months and years are calendar units counted back from a day in Asia/Shanghai; only hours are a length.

>>> Span.parse("6m").before(date(2021, 8, 31))
datetime.date(2021, 2, 28)
>>> str(Span.parse("2w")), Span.parse("14d").chinese
('2w', '14天')
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_CHINESE = {"h": "小时", "d": "天", "w": "周", "m": "个月", "y": "年"}
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True, slots=True)
class Span:
    """An amount of one calendar unit, or of hours."""

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Span:
        """Return the span that `text` writes; raises ValueError."""
        found = re.fullmatch(r"([1-9][0-9]{0,3})([hdwmy])", text)
        if not found:
            raise ValueError(f"a span is a number and one of h, d, w, m, y (14d, 6m), got {text!r:.40}")
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    def before(self, day: date) -> date:
        """Return the day that lies this span before `day`; a month that is too short gives its last day."""
        if self.unit == "h":
            raise ValueError(f"{self} is a length of hours and cannot be counted in days")
        if self.unit in "dw":
            return day - timedelta(days=self.amount * _DAYS[self.unit])
        months = self.amount * (12 if self.unit == "y" else 1)
        year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
        return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

    @property
    def length(self) -> timedelta:
        """Return the span as a length; raises ValueError for months and years, which have none."""
        if self.unit in "my":
            raise ValueError(f"{self} has no fixed length; write it in days or hours")
        return timedelta(hours=self.amount) if self.unit == "h" else timedelta(days=self.amount * _DAYS[self.unit])

    @property
    def buckets(self) -> int | None:
        """Days in the other way of counting, 30 to the month and 365 to the year; None where both ways agree."""
        return self.amount * _DAYS[self.unit] if self.unit in "my" else None

    @property
    def chinese(self) -> str:
        """Return the span as people read it."""
        return f"{self.amount}{_CHINESE[self.unit]}"


def longer(one: Span, other: Span, day: date) -> Span:
    """Return the span that reaches farther back from `day`."""
    return one if one.before(day) <= other.before(day) else other


def local_day(moment: datetime) -> date:
    """Return the day a moment falls on in Asia/Shanghai.

    >>> from datetime import UTC
    >>> local_day(datetime(2021, 1, 3, 16, tzinfo=UTC))
    datetime.date(2021, 1, 4)
    """
    return moment.astimezone(SHANGHAI).date()


def local_text(moment: datetime) -> str:
    """Return a moment as people in China read it, to the minute.

    >>> from datetime import UTC
    >>> local_text(datetime(2021, 1, 4, 4, tzinfo=UTC))
    '2021年1月4日12:00'
    """
    local = moment.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"
