"""Other windows than "at T": no gap longer than a limit within a period, and something in every working day, week, month.

Both ask for every date in the period: what a list no longer shows makes no gap, it makes the answer open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from evidence.span import Span
from evidence.workdays import Calendar

Per = Literal["working_day", "week", "month"]
PERIODS = {"working_day": "个工作日", "week": "周", "month": "个月"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a column owes: something within `span` before T; within a period, no gap longer; or something in each part of it."""

    span: Span
    since: date | None = None
    until: date | None = None
    """Last day of the period; None: up to the look."""
    per: Per | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it only asks how old the newest item is at T."""
        return self.since is None and self.per is None

    @property
    def chinese(self) -> str:
        """Return the demand as people read it."""
        return f"每{PERIODS[self.per]}" if self.per else self.span.chinese

    def period(self, day: date) -> tuple[date, date]:
        """Return first and last day of the period, as seen on `day`."""
        return self.since or self.span.before(day), min(day, self.until) if self.until else day


def gap(dates: Sequence[date], span: Span, first: date, last: date) -> tuple[date, date] | None:
    """Return the first stretch from `first` to `last` that is longer than `span` and has no date; None where there is none.

    >>> gap([date(2025, 4, 2), date(2025, 5, 20)], Span.parse("14d"), date(2025, 4, 1), date(2025, 6, 1))
    (datetime.date(2025, 4, 2), datetime.date(2025, 5, 20))
    """
    marks = [first, *sorted({day for day in dates if first <= day <= last}), last]
    return next(((a, b) for a, b in zip(marks, marks[1:], strict=False) if span.before(b) > a), None)


def empty(dates: Sequence[date], per: Per, first: date, last: date, calendar: Calendar) -> tuple[date, ...] | None:
    """Return the first days of the whole parts of a period without a date; None where the calendar does not know.

    Only parts that lie in the period as a whole count: a week cut off by its end may still bring something.
    """
    found = []
    for begins, ends in _parts(per, first, last):
        if per == "working_day":
            working = calendar.is_working(begins)
            if working is None:
                return None
            if not working:
                continue
        if not any(begins <= day <= ends for day in dates):
            found.append(begins)
    return tuple(found)


def _parts(per: Per, first: date, last: date) -> Iterator[tuple[date, date]]:
    day = first
    while day <= last:
        if per == "working_day":
            begins = ends = day
        elif per == "week":
            begins = day - timedelta(days=day.weekday())
            ends = begins + timedelta(days=6)
        else:
            begins = day.replace(day=1)
            ends = (begins + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        if begins >= first and ends <= last:
            yield begins, ends
        day = ends + timedelta(days=1)
