"""The lists of new-media platforms that no list reader knows: posts without titles, rows without links, JSON.

A feed is known by its build, never by the host it came from: so a stand-in is read like the platform, and a platform
that changes its build gives no feed and therefore no statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from evidence.model import DateReading, Item
from evidence.reading import dates
from evidence.reading.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a platform shows of an account."""

    items: tuple[Item, ...]
    newest: date | None
    """The newest date; None where it cannot be said, as where a later page may hold it."""
    note: str = ""
    fault: str = ""
    """What the platform answered in place of a list: a fault of its own, never a fact about the account."""


def find(tree: Tree, address: str, *, at: datetime | None) -> Feed | None:
    """Return the feed of a page; None where it has none of the builds that are known here."""
    from evidence.reading import albums, posts

    return albums.read(tree, address, at=at) or posts.read(tree, address, at=at)


def newest(items: Sequence[Item]) -> date | None:
    """Return the newest date of some items that is not in the future; a guessed year is guessed late, so it may stand."""
    return max((i.date for i in items if i.date and i.dated and i.dated.kind != "future"), default=None)


def moment(seconds: int, text: str, *, at: datetime | None) -> DateReading | None:
    """Return the day in Asia/Shanghai of a Unix time as platforms give it; None for a time that no page can have."""
    try:
        day = dates.on(datetime.fromtimestamp(seconds, dates.SHANGHAI))
    except (ValueError, OverflowError, OSError):
        return None
    if not dates.EARLIEST <= day.year <= dates.LATEST:
        return None
    ahead = at is not None and day > dates.on(at)
    return DateReading(kind="future" if ahead else "script", date=day, text=text, certain=not ahead)


def dated(title: str, href: str | None, reading: DateReading | None, *, pinned: bool = False) -> Item:
    """Return an item without a place on the page but that of its date."""
    return Item(
        title=title,
        href=href,
        date=reading.date if reading else None,
        pinned=pinned,
        box=reading.box if reading else None,
        dated=reading,
    )
