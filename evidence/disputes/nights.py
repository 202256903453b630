"""What every night around T showed of the labels a finding rests on, and since when each item is known.

Facts only: an item that carries a date before T and was first seen after it may have been late, hidden or dated back; which
of these it was nobody can see from outside, and nothing here says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from evidence.catalog import Row
from evidence.holdings import Holdings
from evidence.look import Look
from evidence.masking.committing import HIDDEN
from evidence.model import Fault, Item, Outcome, Purpose, Record
from evidence.series import Series, series_of
from evidence.shelves import Shelf

AROUND = timedelta(days=15)
"""How long before T the nights are shown one by one; from T on all of them are."""
MOST = 100
"""Items of one label that are listed, newest first, and beyond them only those first seen after T; the number of all is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One visit."""

    record: str
    at: datetime
    purpose: Purpose
    outcome: Outcome
    complete: bool | None
    fault: Fault
    items: int
    newest: date | None
    """Newest date of the list, as read; None where there is none or nothing could be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One item and since when it is known."""

    title: str
    dated: date | None
    first_seen: date
    certain: bool
    """Whether a whole look before that day lacked it."""
    how: str
    after: bool
    """Whether no look up to T showed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The nights around T of one label."""

    label: str
    nights: tuple[Night, ...]
    items: tuple[Seen, ...]
    """Items of these nights, newest first."""
    total: int
    """How many items there are in all."""

    def whole_until(self, at: datetime) -> tuple[Night, ...]:
        """Return the whole looks up to T."""
        return tuple(night for night in self.nights if night.complete is True and night.at <= at)

    def late(self, day: date) -> tuple[Seen, ...]:
        """Return the items dated on or before a day that only looks after T showed."""
        return tuple(one for one in self.items if one.after and one.dated is not None and one.dated <= day)


def around(holdings: Holdings, target: str, labels: Iterable[str], at: datetime) -> tuple[Around, ...]:
    """Return what the nights from 15 days before T to the present showed, by label; raises what reading them raises."""
    shelf = Shelf(holdings, target)
    found = tuple(_around(holdings, target, label, at, shelf) for label in labels)
    shelf.save()
    return found


def _around(holdings: Holdings, target: str, label: str, at: datetime, shelf: Shelf) -> Around:
    series = series_of(target, label, holdings.rows(target, label), at=at, reader=lambda row: shelf.reading(row.record))
    shown = [row for row in (*series.rows, *series.later) if row.started >= at - AROUND and row.purpose != "human"]
    looks = tuple(series.looks(shown))
    items = tuple(_items(series, looks, at, holdings))
    listed = sorted(items, key=lambda one: (one.dated or one.first_seen, one.title), reverse=True)
    return Around(
        label=label,
        nights=tuple(map(_night, looks)),
        items=(*listed[:MOST], *(one for one in listed[MOST:] if one.after)),
        total=len(items),
    )


def _night(look: Look) -> Night:
    row: Row = look.row
    return Night(
        record=row.record,
        at=row.started,
        purpose=row.purpose,
        outcome=row.outcome,
        complete=row.complete,
        fault=row.fault,
        items=len(look.items),
        newest=look.newest(),
    )


def _items(series: Series, looks: Sequence[Look], at: datetime, holdings: Holdings) -> Iterator[Seen]:
    """Yield the items of the looks, each once by title, address and date; titles of pages with personal data are hidden."""
    found: dict[tuple[str, str | None, date | None], Item] = {}
    before: set[tuple[str, str | None, date | None]] = set()
    private = any(holdings.record(look.row.record).capture.flow.private is not None for look in looks)
    for look in looks:
        for item in look.items:
            key = (item.title, item.href, item.date)
            found.setdefault(key, item)
            if look.row.ended <= at:
                before.add(key)
    known = series.first_seen(tuple(found.values()))
    for (key, item), seen in zip(found.items(), known, strict=True):
        if seen is not None:
            yield Seen(
                title=HIDDEN if private else item.title,
                dated=item.date,
                first_seen=seen.date,
                certain=seen.certain,
                how=seen.how,
                after=key not in before,
            )


def labels_of(exhibits: Iterable[Record]) -> tuple[str, ...]:
    """Return the labels that captured exhibits are of, each once, in their order; what people handed in is looked at by people."""
    return tuple(dict.fromkeys(one.capture.label for one in exhibits if one.capture.purpose != "human"))
