"""What became of the items of a list between two readings: added, removed, renamed, dated otherwise, moved.

An address that differs only by a session id or a timestamp is the same address, and said; but where such a parameter
tells the items of one list apart, it is no noise.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from evidence import plain
from evidence.comparing.masks import Noise, bare_address
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
    noise: tuple[Noise, ...] = ()
    """Of unchanged items, the addresses that differ only where a mask hid it."""

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
            "noise": [one.plain() for one in self.noise],
        }


def changes(earlier: Sequence[Item], later: Sequence[Item]) -> ItemChanges:
    """Return what differs between two lists; equal items may occur more than once."""
    masked = _is_masked(earlier) and _is_masked(later)

    def address(item: Item) -> str | None:
        return bare_address(item.href)[0] if masked and item.href else item.href

    same, before, after = _pair(earlier, later, lambda item: (item.title, address(item), item.date))
    redated, before, after = _pair(before, after, lambda item: (item.title, address(item)))
    renamed, before, after = _pair(before, after, lambda item: address(item) if _leads(item) else None)
    return ItemChanges(
        added=tuple(after),
        removed=tuple(before),
        renamed=tuple(renamed),
        redated=tuple(redated),
        moved=_moved(earlier, same),
        noise=tuple(_noise(before, after) for before, after in same if before.href != after.href),
    )


def _is_masked(items: Sequence[Item]) -> bool:
    """Tell whether addresses may be compared without their noise: it must tell no two items of a list apart."""
    whole = {item.href for item in items if item.href}
    return len({bare_address(href)[0] for href in whole}) == len(whole)


def _noise(earlier: Item, later: Item) -> Noise:
    addresses = [item.href or "" for item in (earlier, later)]
    reasons = dict.fromkeys(reason for address in addresses for reason in bare_address(address)[1])
    return Noise(reason="、".join(reasons), earlier=addresses[0], later=addresses[1])


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


def _leads(item: Item) -> bool:
    """Tell whether an address tells one item from another; a script link tells nothing."""
    return bool(item.href) and not str(item.href).lower().startswith("javascript:")


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
