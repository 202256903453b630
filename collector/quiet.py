"""When nothing is asked: silent days and hours (静默), maintenance that was filed (报备), days off.

A calendar that does not tell whether a day is worked takes nothing away: the day counts as worked, and the plan says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from collector.errors import WorkspaceError
from collector.nightly_settings import NightlySettings
from collector.nightly_settings import Quiet as Written
from evidence.span import SHANGHAI, local_day
from evidence.workdays import Calendar, shipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """One such time; exactly one of the pairs is set."""

    why: str
    host: str = ""
    target: str = ""
    instants: tuple[datetime, datetime] | None = None
    hours: tuple[time, time] | None = None
    """Of every day; over midnight where the second is earlier."""

    def concerns(self, target: str, host: str) -> bool:
        """Tell whether it keeps us from a target on a host."""
        if self.target and self.target != target:
            return False
        return not self.host or host == self.host or host.endswith(f".{self.host}")

    def overlaps(self, begin: datetime, end: datetime) -> bool:
        """Tell whether any of it lies in [begin, end)."""
        return any(first < end and begin < last for first, last in self._spans(begin, end))

    def _spans(self, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        if self.instants:
            yield self.instants
        if self.hours:
            first, last = self.hours
            day = local_day(begin) - timedelta(days=1)
            while day <= local_day(end):
                over = day + timedelta(days=1) if last <= first else day
                yield at(day, first), at(over, last)
                day += timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hush:
    """All of them, and the calendar of working days."""

    quiet: tuple[Quiet, ...] = ()
    calendar: Calendar | None = None
    """None: days off are as others."""

    def reason(self, target: str, host: str, begin: datetime, end: datetime) -> str | None:
        """Return why a target is not asked in [begin, end); None where it may be."""
        return next((one.why for one in self.quiet if one.concerns(target, host) and one.overlaps(begin, end)), None)

    def is_off(self, day: date) -> bool:
        """Tell whether a day is known to be off."""
        return self.calendar is not None and self.calendar.is_working(day) is False

    def is_unknown(self, day: date) -> bool:
        """Tell whether no notice says if a day is worked."""
        return self.calendar is not None and self.calendar.is_working(day) is None


def of(settings: NightlySettings) -> Hush:
    """Return what the settings say; raises WorkspaceError naming the entry."""
    silent = (_quiet("silent", n, one, "静默") for n, one in enumerate(settings.silent))
    filed = (_quiet("maintenance", n, one, "报备维护") for n, one in enumerate(settings.maintenance))
    return Hush(quiet=(*silent, *filed), calendar=shipped() if settings.days_off else None)


def window(settings: NightlySettings, day: date) -> tuple[datetime, datetime]:
    """Return when pages may be asked for on a day; past midnight where its end is earlier. Raises WorkspaceError."""
    first, last = (at(day, hour(*one)) for one in (("from", settings.from_), ("to", settings.to)))
    return first, last if last > first else last + timedelta(days=1)


def hour(name: str, text: str) -> time:
    """Return an hour such as 08:30; raises WorkspaceError naming the setting."""
    try:
        found = time.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise WorkspaceError(f'nightly.{name}: expected an hour such as "08:30", in quotes, got {text!r:.40}')
    return found


def instant(name: str, text: str) -> datetime:
    """Return an instant with its offset; raises WorkspaceError naming the setting."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise WorkspaceError(
            f'nightly.{name}: expected an instant such as "2021-06-29T10:00:00+08:00", in quotes, got {text!r:.40}'
        )
    return found


def at(day: date, moment: time) -> datetime:
    """Return the moment of a day in Asia/Shanghai."""
    return datetime.combine(day, moment, SHANGHAI)


def _quiet(kind: str, n: int, written: Written, called: str) -> Quiet:
    name = f"{kind}.{n}"
    why = f"{called}：{written.why}"
    ends = (written.from_, written.to)
    if kind == "maintenance" and not (written.host or written.target):
        raise WorkspaceError(f"nightly.{name}: expected a host or a target, got neither")
    if all(_is_day(one) for one in ends):
        first, last = (one if isinstance(one, date) else date.fromisoformat(one) for one in ends)
        pair = at(first, time()), at(last + timedelta(days=1), time())
        return _instants(name, written, why, pair)
    if all(isinstance(one, str) and "-" in one for one in ends):
        first_at, last_at = (instant(name, str(one)) for one in ends)
        return _instants(name, written, why, (first_at, last_at))
    hours = hour(name, str(written.from_)), hour(name, str(written.to))
    return Quiet(why=why, host=written.host, target=written.target, hours=hours)


def _instants(name: str, written: Written, why: str, pair: tuple[datetime, datetime]) -> Quiet:
    if pair[1] <= pair[0]:
        raise WorkspaceError(f"nightly.{name}: ends at {written.to}, before it begins at {written.from_}")
    return Quiet(why=why, host=written.host, target=written.target, instants=pair)


def _is_day(written: str | date) -> bool:
    if isinstance(written, date):
        return True
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True
