"""Working days (工作日) by the State Council's yearly notices; what no notice tells is not known, and never guessed.

The day on which a time limit begins is not counted (民事诉讼法第85条).

>>> calendar = shipped()
>>> calendar.after(date(2021, 9, 17), 3), calendar.after(date(2020, 9, 29), 3)
(datetime.date(2021, 9, 23), datetime.date(2020, 10, 10))
>>> calendar.is_working(date(2035, 5, 4)) is None
True
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from evidence import digest
from evidence.errors import RulesError

SHIPPED = Path(__file__).parent / "calendars" / "cn.yaml"
_DAY = timedelta(days=1)
_SATURDAY = 5
_LATE = (12, 25)
"""From this day of a December on, the next year's notice may reach back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Which days are worked, as far as notices tell."""

    edition: str
    sha256: str
    """Of its file; findings that count working days cite it."""
    documents: Mapping[int, str]
    """The notices, by year."""
    off: frozenset[date]
    work: frozenset[date]

    def is_working(self, day: date) -> bool | None:
        """Tell whether a day is worked; None where no notice tells."""
        if day in self.off:
            return False
        if day in self.work:
            return True
        late = (day.month, day.day) >= _LATE
        if day.year not in self.documents or (late and day.year + 1 not in self.documents):
            return None
        return day.weekday() < _SATURDAY

    def is_holiday(self, day: date) -> bool:
        """Tell whether a day is off by a notice, and not merely a Saturday or Sunday."""
        return day in self.off

    def after(self, day: date, count: int) -> date | None:
        """Return the `count`th working day after a day (itself not counted); None where that cannot be known."""
        while count > 0:
            day += _DAY
            working = self.is_working(day)
            if working is None:
                return None
            count -= working
        return day

    def between(self, first: date, last: date) -> int | None:
        """Return the number of working days after `first` up to and with `last`; None where that cannot be known."""
        days = [self.is_working(first + n * _DAY) for n in range(1, (last - first).days + 1)]
        return None if None in days else sum(day is True for day in days)

    def strip(self, first: date, last: date) -> tuple[int, int] | None:
        """Return how many days from `first` to `last` are worked and how many are off by a notice; None where unknown."""
        days = [first + n * _DAY for n in range((last - first).days + 1)]
        worked = [self.is_working(day) for day in days]
        return None if None in worked else (sum(day is True for day in worked), sum(map(self.is_holiday, days)))


def festival(first: date, last: date) -> str:
    """Say how much of a window was off by a notice; empty where nothing was, or no notice tells. No clause excepts such days.

    >>> festival(date(2021, 2, 5), date(2021, 2, 18)), festival(date(2021, 3, 1), date(2021, 3, 12))
    ('期限内有法定节假日7天、工作日6天', '')
    """
    found = shipped().strip(first, last)
    return f"期限内有法定节假日{found[1]}天、工作日{found[0]}天" if found is not None and found[1] else ""


def read(path: Path) -> Calendar:
    """Return the calendar in a YAML file; raises RulesError naming file and year."""
    try:
        data = path.read_bytes()
        body = YAML(typ="safe", pure=True).load(data.decode("utf-8"))
        years = {int(year): told for year, told in body["years"].items()}
        off, work = set(), set()
        for year, told in years.items():
            off |= {day for written in told["off"] for day in _range(str(written), year, path)}
            work |= {_day(str(written), year, path) for written in told["work"]}
    except (OSError, UnicodeDecodeError, YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise RulesError(f"calendar {path}: {type(error).__name__}: {error}") from error
    return Calendar(
        edition=str(body["edition"]),
        sha256=digest.sha256(data),
        documents={year: str(told["document"]) for year, told in years.items()},
        off=frozenset(off),
        work=frozenset(work),
    )


@functools.cache
def shipped() -> Calendar:
    """Return the calendar that comes with this version."""
    return read(SHIPPED)


def _range(written: str, year: int, path: Path) -> list[date]:
    first, last = (_day(part, year, path) for part in written.split(" "))
    if not timedelta() <= last - first <= timedelta(days=15):
        raise RulesError(f"calendar {path}: year {year}: {written!r} is no range of at most 15 days")
    return [first + n * _DAY for n in range((last - first).days + 1)]


def _day(written: Any, year: int, path: Path) -> date:
    text = str(written)
    try:
        return date.fromisoformat(text if len(text) == 10 else f"{year}-{text}")
    except ValueError as error:
        raise RulesError(f"calendar {path}: year {year}: {text!r} is no day\nexpected MM-DD or YYYY-MM-DD") from error
