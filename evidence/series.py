"""The records of one target and label in a window, split at T: those at or before it may accuse, later ones only clear.

A series never says what a page shows; it says when somebody looked, which looks were whole, and gives each look's
reading when asked (law 6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from evidence.catalog import Row
from evidence.look import Look
from evidence.model import DateReading, Fault, Item, Reading
from evidence.span import Span, local_day, local_text

Reader = Callable[[Row], Reading | None]
"""Gives the reading of a row's record; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A visit that gave no complete capture, and why."""

    record: str
    at: datetime
    reason: str
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """All looks at one label of a target that a judgement of T may use."""

    target: str
    label: str
    at: datetime
    """T, the reference time."""
    rows: tuple[Row, ...]
    """Ended at or before T, oldest first."""
    later: tuple[Row, ...]
    """Ended after T; may clear, never accuse."""
    reader: Reader = field(repr=False, compare=False)

    @property
    def complete(self) -> tuple[Row, ...]:
        """The rows at or before T whose document and main region were whole, from a complete source."""
        return tuple(row for row in self.rows if _is_whole(row))

    @property
    def latest(self) -> Row | None:
        """The last complete row at or before T: what is said of T holds as of it (T′)."""
        return next((row for row in reversed(self.rows) if _is_whole(row)), None)

    @property
    def of_sightings(self) -> Series:
        """The series for what is seen and not missed: there a whole look at a part of a source counts like any other."""
        rows, later = (tuple(replace(row, coverage="complete") for row in some) for some in (self.rows, self.later))
        return replace(self, rows=rows, later=later)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The visits at or before T that gave no complete capture."""
        return tuple(
            Gap(record=row.record, at=row.started, reason=row.reason or _why(row), fault=row.fault)
            for row in self.rows
            if row.complete is not True
        )

    @property
    def longest_gap(self) -> timedelta:
        """The longest time between two complete captures that follow each other; zero where there are fewer than two."""
        moments = [row.started for row in self.complete]
        return max((b - a for a, b in zip(moments, moments[1:], strict=False)), default=timedelta(0))

    def reading(self, row: Row) -> Reading | None:
        """Return what was read from the row's record; None where nothing was captured, or it cannot be read or shown."""
        return self.reader(row) if row.outcome == "captured" and not row.quarantined else None

    def look(self, row: Row) -> Look:
        """Return the row together with its reading."""
        return Look(row=row, reading=self.reading(row))

    def looks(self, rows: Iterable[Row], *, newest_first: bool = False) -> Iterator[Look]:
        """Yield the looks of some rows, one reading at a time."""
        for row in sorted(rows, key=_order, reverse=newest_first):
            yield self.look(row)

    def first_seen(self, items: Sequence[Item]) -> tuple[DateReading | None, ...]:
        """Return for each item the day it was first seen, whole looks and others alike; None for one never seen.

        The day is certain where a whole look before it lacked the item: then it came between the two, and is not older
        than the look without it. Otherwise it may have been there for long, and the day only says since when we know it.
        """
        first: dict[tuple[str, str | None], tuple[datetime, datetime | None]] = {}
        lacking: datetime | None = None
        for look in self.looks((*self.rows, *self.later)):
            for item in look.items:
                first.setdefault((item.title, item.href), (look.row.started, lacking))
            lacking = look.row.started if look.whole else lacking
        found = (first.get((item.title, item.href)) for item in items)
        return tuple(_sighting(item, *seen) if seen else None for item, seen in zip(items, found, strict=True))


def series_of(target: str, label: str, rows: Iterable[Row], *, at: datetime, reader: Reader) -> Series:
    """Return the series of a target's label from catalog rows in any order; a record counts once.

    A capture that began before T and ended after it may have seen what came after T, so it is a later one.
    """
    own = {row.record: row for row in rows if (row.target, row.label) == (target, label)}
    ordered = sorted(own.values(), key=_order)
    return Series(
        target=target,
        label=label,
        at=at,
        rows=tuple(row for row in ordered if row.ended <= at),
        later=tuple(row for row in ordered if row.ended > at),
        reader=reader,
    )


def sighted(series: Iterable[Series], *, at: datetime, age: Span) -> bool:
    """Tell whether a whole look close to T shows what a target holds: a part of it is enough to show that it is there."""
    return any(
        look.shows_column and look.items
        for own in series
        for look in own.looks(row for row in own.rows if row.complete is True and at - row.started <= age.length)
    )


def _sighting(item: Item, seen: datetime, lacking: datetime | None) -> DateReading:
    since = f"{local_text(lacking)}的完整采集中还没有" if lacking else "有记录以来一直有，实际发布时间更早"
    return DateReading(
        kind="first_seen", date=local_day(seen), text="", certain=lacking is not None, how=since, box=item.box
    )


def _is_whole(row: Row) -> bool:
    return row.complete is True and row.coverage == "complete"


def _order(row: Row) -> tuple[datetime, str]:
    return row.started, row.record


def _why(row: Row) -> str:
    if row.outcome != "captured":
        return row.outcome
    return "incomplete" if row.complete is not True else "partial source"
