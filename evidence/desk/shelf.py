"""The holdings as the desk reads them: one thread at a time, and always as far as the ledger has come.

The ledger and the catalog hold in memory what they have read and may be changed by no two threads at once; other
processes (the night, a command) go on writing meanwhile, and what they add is taken in when a page next asks.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from evidence.errors import NotFound
from evidence.holdings import Holdings, Stacks
from evidence.house import House
from evidence.ledger import each_leaf
from evidence.model import Record


class Shelf:
    """The holdings behind a lock; opened when first asked for."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._turn = threading.RLock()
        self._holdings: Holdings | None = None
        self._taken_in = 0
        self._records: set[str] = set()

    @contextmanager
    def opened(self) -> Iterator[Holdings]:
        """Give the holdings for the length of the block, nobody else meanwhile; raises what opening them raises."""
        with self._turn:
            if self._holdings is None:
                self._holdings = self._house.holdings()
            holdings = self._holdings
            if (size := holdings.ledger.size) != self._taken_in:
                holdings.catalog.repair(holdings.store, holdings.ledger)
                self._records.update(leaf.digest for leaf in each_leaf(holdings.ledger, "record", self._taken_in))
                self._taken_in = size
            yield holdings

    def record(self, id: str) -> Record:
        """Return a record of the ledger by its whole id; raises NotFound where it is none, or is in quarantine."""
        with self.opened() as holdings:
            if id not in self._records or id in holdings.ledger.purged:
                raise NotFound("没有这条记录，或其内容已移出存储")
            return holdings.record(id)

    def stacks(self) -> Stacks:
        """Return the same without the ledger, for work beside the pages: it holds nobody up, and opens at once."""
        with self.opened() as holdings:
            return Stacks.of(holdings.root, holdings.words, holdings.purged)

    def anchor(self, kind: str, key: str, digest: str) -> None:
        """Add a leaf to the ledger, once; raises LedgerError."""
        with self.opened() as holdings:
            holdings.ledger.append(kind, key, digest)
