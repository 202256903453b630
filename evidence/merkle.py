"""The Merkle tree of RFC 6962 (and RFC 9162, 2.1): roots, inclusion and consistency proofs, and their checking.

Leaf hash = SHA-256(0x00 || leaf), node hash = SHA-256(0x01 || left || right), the root of nothing = SHA-256("").
The tree keeps the hash of every complete subtree, so an append costs two hashes on average and a proof O(log² n).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of one leaf's bytes."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing list of leaf hashes with all its complete subtrees."""

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, hashed: bytes) -> None:
        """Add one leaf hash at the end."""
        level = 0
        while True:
            if level == len(self._levels):
                self._levels.append([])
            nodes = self._levels[level]
            nodes.append(hashed)
            if len(nodes) % 2:
                return
            hashed, level = node_hash(nodes[-2], nodes[-1]), level + 1

    def root(self, size: int) -> bytes:
        """Return the root over the first `size` leaves; raises ValueError if there are not so many."""
        self._demand(0 <= size <= len(self), f"a tree of {len(self)} leaves has no root of {size}")
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Return the audit path of leaf `index` in the tree of the first `size` leaves (RFC 9162, 2.1.3.1)."""
        self._demand(0 <= index < size <= len(self), f"leaf {index} is not in a tree of {size} of {len(self)} leaves")
        return tuple(self._path(index, 0, size))

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the proof that the first `old` of `new` leaves are unchanged (RFC 9162, 2.1.4.1)."""
        self._demand(0 < old <= new <= len(self), f"no consistency from {old} to {new} in {len(self)} leaves")
        return tuple(self._subproof(old, 0, new, whole=True))

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        middle = start + _split(end - start)
        if index < middle:
            return [*self._path(index, start, middle), self._range(middle, end)]
        return [*self._path(index, middle, end), self._range(start, middle)]

    def _subproof(self, old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        if old == end:
            return [] if whole else [self._range(start, end)]
        middle = start + _split(end - start)
        if old <= middle:
            return [*self._subproof(old, start, middle, whole=whole), self._range(middle, end)]
        return [*self._subproof(old, middle, end, whole=False), self._range(start, middle)]

    def _range(self, start: int, end: int) -> bytes:
        """Return the hash over leaves [start, end), where start is a multiple of the power of two not below its width."""
        width = end - start
        if width & (width - 1) == 0:
            return self._levels[width.bit_length() - 1][start // width]
        middle = start + _split(width)
        return node_hash(self._range(start, middle), self._range(middle, end))

    @staticmethod
    def _demand(holds: bool, fault: str) -> None:
        if not holds:
            raise ValueError(fault)


def root_of_inclusion(hashed: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that `path` leads to from a leaf hash (RFC 9162, 2.1.3.2); None if the path cannot be one."""
    if not 0 <= index < size:
        return None
    node, last = index, size - 1
    for step in path:
        if last == 0:
            return None
        if node % 2 or node == last:
            hashed = node_hash(step, hashed)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            hashed = node_hash(hashed, step)
        node, last = node >> 1, last >> 1
    return hashed if last == 0 else None


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Tell whether `path` proves that the tree of `new` leaves begins with that of `old` (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    node, last = old - 1, new - 1
    while node % 2:
        node, last = node >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, step)
        node, last = node >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def _split(width: int) -> int:
    """Return the largest power of two below `width`."""
    return 1 << (width - 1).bit_length() - 1
