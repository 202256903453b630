"""The titles of items that pages show, to be searched: of each page those of its last reading, kept in memory.

Built beside the work, target by target, from readings that are there; a target is taken in anew when its index of readings
changes. What is asked for is a plain piece of text, found as such: nothing that somebody types is ever a pattern.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence.catalog import FileCatalog, Row
from evidence.derived import Derived
from evidence.errors import EvidenceError
from evidence.holdings import Stacks

log = logging.getLogger(__name__)

MOST_ITEMS = 300
"""Titles of one page."""
LONGEST = 200
"""Characters of a title that are searched."""
MOST = 40_000_000
"""Characters of all titles; what would go beyond is not taken in, and the search says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A title that was found."""

    target: str
    label: str
    record: str
    title: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    label: str
    record: str
    text: str
    """All titles, folded, a line each: one search over it finds any of them."""
    titles: tuple[tuple[str, str], ...]
    """Title and day."""


class Titles:
    """The titles by target."""

    def __init__(self, stacks: Callable[[], Stacks], store: Path) -> None:
        self._stacks = stacks
        self._folder = store / "derived" / "indexes"
        self._turn = threading.Lock()
        self._pages: dict[str, tuple[int, tuple[_Page, ...]]] = {}
        self._size = 0
        self.waiting = 0
        """Targets that are still to be taken in."""
        self.full = False
        """Whether some were left out for want of room."""

    def refresh(self) -> None:
        """Begin to take in what changed, unless that is under way."""
        if not self._turn.locked() and self._changed():
            threading.Thread(target=self.take_in, name="titles", daemon=True).start()

    def take_in(self) -> None:
        """Take in what changed, and return when it is done."""
        with self._turn:
            changed = self._changed()
            self.waiting = len(changed)
            if not changed:
                return
            try:
                holdings = self._stacks()
            except EvidenceError:
                log.exception("titles cannot be taken in")
                return
            for target, stamp in changed.items():
                self._take(holdings, target, stamp)
                self.waiting -= 1

    def find(self, wanted: str, most: int) -> tuple[Title, ...]:
        """Return the first titles in which a piece of text stands, whatever the case of its letters."""
        found: list[Title] = []
        folded = fold(wanted)
        if not folded:
            return ()
        for target, (_, pages) in list(self._pages.items()):
            for page in pages:
                if folded in page.text:
                    found.extend(_hits(target, page, folded))
                if len(found) >= most:
                    return tuple(found[:most])
        return tuple(found)

    def _changed(self) -> Mapping[str, int]:
        there = {}
        for path in sorted(self._folder.glob("*.json")):
            stamp = path.stat().st_mtime_ns
            if self._pages.get(path.stem, (0,))[0] != stamp:
                there[path.stem] = stamp
        return there

    def _take(self, holdings: Stacks, target: str, stamp: int) -> None:
        try:
            pages = tuple(_pages(holdings.catalog, holdings.derived, holdings.purged, target))
        except (EvidenceError, OSError, ValueError):
            log.exception("the titles of %s cannot be taken in", target)
            pages = ()
        before = self._pages.get(target, (0, ()))[1]
        size = self._size - sum(len(page.text) for page in before) + sum(len(page.text) for page in pages)
        if size > MOST:
            self.full, pages = True, ()
            size = self._size - sum(len(page.text) for page in before)
        self._size = size
        self._pages[target] = stamp, pages


def fold(text: str) -> str:
    """Return text as it is compared: white space and case folded, on one line, bounded.

    >>> fold("  ABC\\n通知 ")
    'abc 通知'
    """
    return " ".join(text[:LONGEST].split()).casefold()


def _pages(catalog: FileCatalog, derived: Derived, purged: frozenset[str], target: str) -> Iterator[_Page]:
    keys = derived.keys(target)
    last: dict[str, Row] = {}
    for row in catalog.series(target):
        if keys.get(row.record) and row.record not in purged:
            last[row.label] = row
    for label, row in last.items():
        reading = derived.reading(keys[row.record])
        if reading is not None and reading.items:
            items = reading.items[:MOST_ITEMS]
            yield _page(label, row.record, [(one.title[:LONGEST], str(one.date or "")) for one in items])


def _page(label: str, record: str, titles: Sequence[tuple[str, str]]) -> _Page:
    text = "\n".join(fold(title) for title, _ in titles)
    return _Page(label=label, record=record, text=text, titles=tuple(titles))


def _hits(target: str, page: _Page, folded: str) -> Iterator[Title]:
    for (title, day), line in zip(page.titles, page.text.split("\n"), strict=True):
        if folded in line:
            yield Title(target=target, label=page.label, record=page.record, title=title, date=day)
