"""What became of the items of a list between two readings: added, removed, renamed, dated otherwise, moved."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from evidence import plain
from evidence.model import Item

Pair = tuple[Item, Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChanges:
    """The difference of two lists; pairs are (earlier, later)."""

    added: tuple[Item, ...] = ()
    removed: tuple[Item, ...] = ()
    renamed: tuple[Pair, ...] = ()
    """Same address, other title."""
    redated: tuple[Pair, ...] = ()
    """Same title and address, other date."""
    moved: int = 0
    """Unchanged items that stand in another order."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.renamed or self.redated or self.moved)

    def plain(self) -> dict[str, Any]:
        """Return the changes as plain JSON."""
        return {
            "added": [_plain(item) for item in self.added],
            "removed": [_plain(item) for item in self.removed],
            "renamed": [{"href": b.href, "from": a.title, "to": b.title} for a, b in self.renamed],
            "redated": [
                {"title": b.title, "href": b.href, "from": plain.dump(a.date), "to": plain.dump(b.date)}
                for a, b in self.redated
            ],
            "moved": self.moved,
        }


def changes(earlier: Sequence[Item], later: Sequence[Item]) -> ItemChanges:
    """Return what differs between two lists; equal items may occur more than once."""
    same, before, after = _pair(earlier, later, lambda item: (item.title, item.href, item.date))
    redated, before, after = _pair(before, after, lambda item: (item.title, item.href))
    renamed, before, after = _pair(before, after, _address)
    return ItemChanges(
        added=tuple(after),
        removed=tuple(before),
        renamed=tuple(renamed),
        redated=tuple(redated),
        moved=_moved(earlier, same),
    )


def _pair(
    earlier: Sequence[Item], later: Sequence[Item], key: Callable[[Item], Hashable]
) -> tuple[list[Pair], list[Item], list[Item]]:
    """Return the items that agree in `key`, paired in their order, and what is left of both lists; None never agrees."""
    waiting: dict[Hashable, list[Item]] = {}
    for item in reversed(earlier):
        waiting.setdefault(key(item), []).append(item)
    waiting.pop(None, None)
    pairs: list[Pair] = []
    rest: list[Item] = []
    for item in later:
        if found := waiting.get(key(item)):
            pairs.append((found.pop(), item))
        else:
            rest.append(item)
    paired = {id(one) for one, _ in pairs}
    return pairs, [item for item in earlier if id(item) not in paired], rest


def _address(item: Item) -> str | None:
    """Return an address that tells one item from another; a script link tells nothing."""
    return item.href if item.href and not item.href.lower().startswith("javascript:") else None


def _moved(earlier: Sequence[Item], same: Sequence[Pair]) -> int:
    """Count the unchanged items that must be taken out for the others to stand in the earlier order.

    The items left standing are the longest run of rising places, found by patience sorting.
    """
    place = {id(item): n for n, item in enumerate(earlier)}
    tails: list[int] = []
    for one, _ in same:
        at = bisect_left(tails, place[id(one)])
        tails[at : at + 1] = [place[id(one)]]
    return len(same) - len(tails)


def _plain(item: Item) -> dict[str, Any]:
    return {"title": item.title, "href": item.href, "date": plain.dump(item.date), "pinned": item.pinned}
