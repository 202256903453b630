"""One look at a column: a catalog row with its reading, and what that look alone can and cannot show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from evidence import digest
from evidence.catalog import Row
from evidence.model import Item, Reading
from evidence.span import local_day

NOT_THE_COLUMN = ("error", "redirect")
"""Kinds of page that show nothing of the column they stand for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen at one visit."""

    row: Row
    reading: Reading | None

    @property
    def whole(self) -> bool:
        """Whether absence can be seen in it: complete, from a complete source, read, and the column itself."""
        return self.row.complete is True and self.row.coverage == "complete" and self.shows_column

    @property
    def shows_column(self) -> bool:
        """Whether the page that was read is the column and not an error page or a redirect."""
        return self.reading is not None and self.reading.page_kind not in NOT_THE_COLUMN

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of the column; none where the page is not the column."""
        return self.reading.items if self.reading and self.shows_column else ()

    @property
    def blank(self) -> bool | None:
        """Whether the column holds nothing; None where this look cannot tell."""
        if self.reading is None or not self.shows_column:
            return None
        if self.reading.items:
            return False
        return self.reading.blank if self.whole or self.reading.blank is False else None

    @property
    def day(self) -> date:
        """The day of the look in Asia/Shanghai."""
        return local_day(self.row.started)

    def newest(self, until: date | None = None) -> date | None:
        """Return the newest date this look shows that is not after `until` nor after the look itself.

        None where the reader would not say which is the newest: a tab that is not shown, dates of signing, rows it
        could not date. Single dates may then still clear a column (`in_window`), but never make it old.
        """
        if self.reading is None or self.reading.newest is None:
            return None
        end = min(self.day, until) if until else self.day
        return max((day for day in self._dates() if day <= end), default=None)

    def in_window(self, since: date, until: date) -> Item | date | None:
        """Return an item (or the bare date) that lies from `since` to `until`, the newest first; None if none does.

        An article that is surely dated is a sighting like any other: of an account often only its articles can be seen.
        """
        for item in sorted(self.items, key=lambda item: item.date or date.min, reverse=True):
            if item.date and since <= item.date <= until:
                return item
        if self.reading is None or not self.shows_column:
            return None
        article = self.reading.published
        bare = (self.reading.newest, article.date if article and article.certain else None)
        return max((day for day in bare if day and since <= day <= until), default=None)

    def undatable(self) -> tuple[Item, ...]:
        """Return the items that might be newer than any dated one: undated, of uncertain date, or of a future date.

        A pinned item (置顶) of a future date is passed over: it was put there to stand at the top for ever.
        """
        return tuple(item for item in self.items if not self._usable(item) and not self.is_pinned_ahead(item))

    def is_pinned_ahead(self, item: Item) -> bool:
        """Tell whether the item is pinned and dated after the look."""
        return item.pinned and item.date is not None and item.date > self.day

    @property
    def oldest_first(self) -> bool:
        """Whether the dates rise down the page: the newest item may then stand on a page nobody opened."""
        days = [item.date for item in self.items if item.date and not item.pinned]
        return len(days) > 1 and days[0] < days[-1] and all(a <= b for a, b in zip(days, days[1:], strict=False))

    def stale_since(self, cutoff: date, until: date) -> bool | None:
        """Tell whether this look alone shows that nothing is dated from `cutoff` to `until`; None if it cannot tell."""
        newest = self.newest(until)
        if newest is not None and newest >= cutoff:
            return False
        readable = self.whole and self.reading is not None and self.reading.page_kind == "list"
        if not readable or newest is None or not self.items or self.undatable() or self.oldest_first:
            return None
        return True

    def old_since(self, cutoff: date) -> bool | None:
        """Tell whether every item this look shows is dated before `cutoff`, whatever else the column may hold."""
        days = [item.date for item in self.items if self._usable(item) and item.date is not None]
        if any(day >= cutoff for day in days):
            return False
        whole = self.whole and bool(days) and len(days) == len(self.items) and not self.oldest_first
        return True if whole else None

    def reaches_beyond(self, day: date) -> bool:
        """Tell whether the list, newest first and dated throughout, goes back beyond a day: what is dated then stood in it."""
        days = [item.date for item in self.items if item.date is not None and not item.pinned]
        falling = all(a >= b for a, b in zip(days, days[1:], strict=False))
        return bool(days) and falling and len(days) == len(self.items) and min(days) < day

    @property
    def digest(self) -> str | None:
        """SHA-256 of the canonical reading."""
        return digest.of_value(self.reading.plain()) if self.reading else None

    @property
    def run(self) -> str:
        """The run the look belongs to; two looks of one run are one visit."""
        return self.row.key.partition("/")[0]

    def _dates(self) -> Iterator[date]:
        yield from (item.date for item in self.items if item.date)
        if self.reading and self.shows_column and self.reading.newest:
            yield self.reading.newest

    def _usable(self, item: Item) -> bool:
        if item.date is None or item.date > self.day:
            return False
        return item.dated is None or (item.dated.certain and item.dated.kind != "future")
