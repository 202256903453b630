"""A Merkle tree in which every key has one place of its own: so a root has one entry a key, and none can be shown twice.

The place of a key is given by the bits of its SHA-256, from the root down. A proof has one hash for each level passed, and
tells nothing of other keys: where there is none below a place, a hash stands that looks like any other (it is made with all
entries, which only those know who have them all).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from evidence import merkle

LEAST = 32
"""Levels that each entry lies below the root at least: where the next key lies would otherwise be seen from a path's length."""
MOST = 256


class Keyed:
    """The tree over some entries, given as leaf hashes by key."""

    def __init__(self, hashed: Mapping[str, bytes]) -> None:
        placed = sorted((_place(key), one) for key, one in hashed.items())
        self._places = [place for place, _ in placed]
        self._hashed = [one for _, one in placed]
        self._secret = hashlib.sha256(b"\x03" + b"".join(sorted(self._hashed))).digest()

    @property
    def root(self) -> bytes:
        """The hash at the top."""
        return self._node(0, len(self._places), 0, 0)

    def path(self, key: str) -> tuple[bytes, ...]:
        """Return the hashes beside the way from a key's entry up; raises KeyError where the key has none."""
        place, low, high = _place(key), 0, len(self._places)
        prefix, depth, beside = 0, 0, []
        while high - low > 1 or depth < LEAST:
            middle = self._middle(low, high, depth, prefix)
            right = _bit(place, depth)
            halves = (low, middle), (middle, high)
            beside.append(self._node(*halves[1 - right], depth + 1, prefix << 1 | 1 - right))
            low, high = halves[right]
            prefix, depth = prefix << 1 | right, depth + 1
        if self._places[low:high] != [place]:
            raise KeyError(key)
        return tuple(reversed(beside))

    def _node(self, low: int, high: int, depth: int, prefix: int) -> bytes:
        """Return the hash over the entries [low, high), all of whose places begin with the `depth` bits of `prefix`."""
        if low == high:
            bits = f"{prefix:0{depth}b}" if depth else ""
            return hashlib.sha256(b"\x02" + self._secret + bits.encode()).digest()
        if high - low == 1 and depth >= LEAST:
            return self._hashed[low]
        middle = self._middle(low, high, depth, prefix)
        left = self._node(low, middle, depth + 1, prefix << 1)
        return merkle.node_hash(left, self._node(middle, high, depth + 1, prefix << 1 | 1))

    def _middle(self, low: int, high: int, depth: int, prefix: int) -> int:
        """Return where the entries begin whose next bit is 1."""
        return bisect_left(self._places, (prefix << 1 | 1) << (MOST - 1 - depth), low, high)


def root_of_path(key: str, hashed: bytes, path: Sequence[bytes]) -> bytes | None:
    """Return the root that `path` leads to from a key's entry; None where it cannot be a path."""
    if not LEAST <= len(path) <= MOST:
        return None
    place = _place(key)
    for depth, step in zip(reversed(range(len(path))), path, strict=True):
        hashed = merkle.node_hash(step, hashed) if _bit(place, depth) else merkle.node_hash(hashed, step)
    return hashed


def _place(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest(), "big")


def _bit(place: int, depth: int) -> int:
    return place >> (MOST - 1 - depth) & 1
