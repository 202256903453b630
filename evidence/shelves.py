"""The readings of one target: which record shows which page is kept beside them, and each page is loaded once.

Nights on which nothing changed show the page of the night before, so ninety records may need twenty readings; and a record
itself need not be opened to know which.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from evidence.errors import NotFound, StoreError
from evidence.holdings import Stacks
from evidence.model import Reading, Record
from evidence.reading.reader import this_reader
from evidence.readings import has_page, readings, shared_key

log = logging.getLogger(__name__)


class Shelf:
    """What is known of one target's pages, for the length of one judgement."""

    def __init__(self, holdings: Stacks, target: str) -> None:
        self._holdings = holdings
        self._target = target
        self._keys = holdings.derived.index(target, this_reader(holdings.words).sha256)
        """By record: the key of its reading; empty for one without a page."""
        self._kept = len(self._keys)
        self._loaded: dict[str, Reading | None] = {}

    def reading(self, record: str) -> Reading | None:
        """Return the reading of a record; None for one without a page, or that cannot be read."""
        key = self._key(record)
        if not key:
            return None
        if key not in self._loaded:
            self._loaded[key] = self._holdings.derived.reading(key) or self._read(record)
        return self._loaded[key]

    def unread(self, records: Iterable[str]) -> Iterator[Record]:
        """Yield those of some records whose page was not read yet."""
        for id in records:
            key = self._key(id)
            if key and not self._holdings.derived.has_reading(key) and (record := self.record(id)) is not None:
                yield record

    def save(self) -> None:
        """Keep which record shows which page; losing it costs time only."""
        if len(self._keys) != self._kept:
            self._holdings.derived.put_index(self._target, this_reader(self._holdings.words).sha256, self._keys)
            self._kept = len(self._keys)

    def _key(self, id: str) -> str:
        if id in self._holdings.purged:
            return ""
        if id not in self._keys:
            record = self.record(id)
            if record is None:
                return ""
            self._keys[id] = shared_key(record, self._holdings) if has_page(record) else ""
        return self._keys[id]

    def _read(self, id: str) -> Reading | None:
        record = self.record(id)
        return readings([record], self._holdings).get(id) if record is not None else None

    def record(self, id: str) -> Record | None:
        """Return a record; a damaged one leaves its column undecided and takes nothing with it."""
        try:
            return self._holdings.record(id)
        except (NotFound, StoreError) as error:
            log.warning("record %s cannot be opened and is judged as unreadable: %s", id, error)
            return None
