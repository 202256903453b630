"""Turns what a row shows into a dated reading: completes a missing year, and says how.

A year that is only guessed is guessed as late as it can be, so that no column looks older than it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from evidence.model import DateKind, DateReading
from evidence.reading import dates
from evidence.reading.dates import Found
from evidence.reading.rows import Row


def resolve(rows: Sequence[Row], *, at: datetime | None) -> tuple[DateReading | None, ...]:
    """Return the date of each row, None where the row has none or it cannot be completed.

    `at` is when the page was looked at; without it nothing is resolved against a present day.
    """
    today = dates.on(at) if at is not None else None
    first = _in_order(rows, [_alone(row, at) for row in rows])
    return tuple(
        reading if reading is not None or row.found is None else _by_neighbours(n, row.found, row, first, today)
        for n, (row, reading) in enumerate(zip(rows, first, strict=True))
    )


def _in_order(rows: Sequence[Row], read: list[DateReading | None]) -> list[DateReading | None]:
    """Make dates with years of two digits certain, where they fall down the page as year-month-day and not otherwise."""
    short = [n for n, row in enumerate(rows) if row.found is not None and row.found.form == "short_year"]
    days = [one.date for n in short if (one := read[n]) is not None]
    turned = [(day.day, day.month, day.year % 100) for day in days]
    falling = all(a >= b for a, b in zip(days, days[1:], strict=False))
    other = all(a >= b for a, b in zip(turned, turned[1:], strict=False))
    if len(days) < 3 or not falling or other or len(set(days)) < 3:
        return read
    return [
        replace(one, certain=one.kind != "future", how="年份两位，各条由新到旧，据以确定")
        if n in short and one is not None
        else one
        for n, one in enumerate(read)
    ]


def relative(found: Found, at: datetime | None) -> date | None:
    """Return the day of a relative date such as 3天前, in Asia/Shanghai."""
    if at is None:
        return None
    if found.weekday is not None:
        monday = dates.on(at) - timedelta(days=dates.on(at).weekday() + 7)
        return monday + timedelta(days=min(found.weekday, 6))
    return dates.on(at - found.ago) if found.ago is not None else None


def _alone(row: Row, at: datetime | None) -> DateReading | None:
    found, today = row.found, dates.on(at) if at is not None else None
    if found is None:
        return None
    if found.form == "relative":
        day = relative(found, at)
        sure = found.weekday != 7
        how = "由采集时刻推算" if sure else "只写到周，按上周最后一天计"
        return None if day is None else _reading(row, "relative", day, certain=sure, how=how)
    if found.form == "month" and found.day is not None:
        day = (
            min(found.day, today)
            if today is not None and (found.day.year, found.day.month) == (today.year, today.month)
            else found.day
        )
        return _reading(row, _kind(day, today, row), day, certain=False, how="只写到月，按当月最后一天计")
    if found.form == "short_year" and found.day is not None:
        return _reading(row, _kind(found.day, today, row), found.day, certain=False, how="年份只写两位")
    if found.form == "full" and found.day is not None:
        return _reading(row, _kind(found.day, today, row), found.day, certain=True, how="")
    if found.month_day is not None and row.year is not None and (day := _day(row.year, found.month_day)) is not None:
        return _reading(row, _kind(day, today, row), day, certain=True, how=f"年份取自所在的小标题“{row.year}年”")
    if found.month_day is None or row.link is None:
        return None
    address = row.link.get("href")
    carried = dates.in_address(address)
    if carried is not None and (carried.month, carried.day) == found.month_day:
        return _reading(row, _kind(carried, today, row), carried, certain=True, how="年份取自链接地址中的同一日期")
    month = dates.month_in_address(address)
    if carried is None and month is not None and month[1] == found.month_day[0]:
        day = _day(month[0], found.month_day)
        if day is not None:
            return _reading(row, _kind(day, today, row), day, certain=True, how="年份取自链接地址中的同一月份")
    return None


def _by_neighbours(
    n: int, found: Found, row: Row, known: Sequence[DateReading | None], today: date | None
) -> DateReading | None:
    """Complete a month and day between rows that are dated in falling order, else as the latest possible day."""
    if found.month_day is None:
        return None
    newer = next((one for one in reversed(known[:n]) if one is not None), None)
    older = next((one for one in known[n + 1 :] if one is not None), None)
    if newer is not None and older is not None and older.date <= newer.date:
        fits = [
            day
            for year in range(older.date.year, newer.date.year + 1)
            if (day := _day(year, found.month_day)) and older.date <= day <= newer.date
        ]
        if len(fits) == 1:
            return _reading(row, _kind(fits[0], today, row), fits[0], certain=True, how="年份由前后两条的日期确定")
    if today is None:
        return None
    latest = dates.year_of(found.month_day, not_after=today)
    if latest is None:
        return None
    return _reading(row, "displayed", latest, certain=False, how="未标年份，按不晚于采集日的最近一年计")


def _kind(day: date, today: date | None, row: Row) -> DateKind:
    if today is not None and day > today:
        return "future"
    return "document" if row.written else "displayed"


def _reading(row: Row, kind: DateKind, day: date, *, certain: bool, how: str) -> DateReading:
    text = row.found.text if row.found is not None else ""
    box = row.dated.box if row.dated is not None else None
    return DateReading(kind=kind, date=day, text=text, certain=certain and kind != "future", how=how, box=box)


def _day(year: int, month_day: tuple[int, int]) -> date | None:
    try:
        return date(year, *month_day)
    except ValueError:
        return None
