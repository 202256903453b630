"""How like a page shown once more is to the page that was recorded: its picture in cells, its text in lines, per mille.

A picture is compared at a quarter of its size, as captures watch for movement: cells of 16 × 16 CSS pixels whose colours
are the same, give or take what no eye sees, are equal. What was recorded as moving is left out, for it never comes twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from evidence.comparing.picture import Pixels
from evidence.model import Box

PART = 4
"""Pixels each way that are averaged."""
CELL = 16
"""Pixels each way that are judged together."""
_UNLIKE = 12
"""Steps of 255 by which the average of a channel must differ."""
_ALIGNABLE = 4_000
"""Lines beyond which order no longer counts: aligning hostile text would take minutes."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Cells of a picture that are equal, of those that count."""

    equal: int = 0
    counted: int = 0

    def __add__(self, other: Likeness) -> Likeness:
        return Likeness(equal=self.equal + other.equal, counted=self.counted + other.counted)

    @property
    def share(self) -> int | None:
        """Per mille, rounded down; None where nothing counts."""
        return self.equal * 1000 // self.counted if self.counted else None


def tile_alike(recorded: Pixels, replayed: Pixels, place: Box, shown: int, moving: Iterable[Box]) -> Likeness:
    """Return the likeness of one tile at its `place` on the page; from row `shown` on the page replayed had ended."""
    differs = _differs(recorded, replayed)
    differs[max(0, -(-(shown - place[1]) // CELL)) :] = True
    counts = ~_covered(differs.shape, place, moving)
    return Likeness(equal=int(np.count_nonzero(counts & ~differs)), counted=int(np.count_nonzero(counts)))


def untouched(place: Box, moving: Iterable[Box]) -> Likeness:
    """Return the likeness of a tile that came again byte for byte."""
    shape = (-(-place[3] // CELL), -(-place[2] // CELL))
    count = int(np.count_nonzero(~_covered(shape, place, moving)))
    return Likeness(equal=count, counted=count)


def surplus(width: int, height: int) -> Likeness:
    """Return the likeness of what only the page replayed has: none."""
    return Likeness(equal=0, counted=-(-width // CELL) * -(-max(0, height) // CELL))


def text_alike(recorded: Sequence[str], replayed: Sequence[str]) -> int:
    """Return the share of characters that stand in lines both have, in the same order.

    >>> text_alike(["通知公告", "一"], ["通知公告", "二"])
    800
    """
    whole = sum(map(len, (*recorded, *replayed)))
    if list(recorded) == list(replayed) or not whole:
        return 1000
    if len(recorded) + len(replayed) > _ALIGNABLE:
        both = Counter(recorded) & Counter(replayed)
        common = sum(len(line) * count for line, count in both.items())
    else:
        blocks = SequenceMatcher(None, recorded, replayed, autojunk=False).get_matching_blocks()
        common = sum(len(line) for a, _, size in blocks for line in recorded[a : a + size])
    return 2000 * common // whole


def _differs(one: Pixels, other: Pixels) -> Mask:
    """Return the cells that differ; what only one of the pictures has differs wholly."""
    height, width = max(one.shape[0], other.shape[0]), max(one.shape[1], other.shape[1])
    differs = np.ones((-(-height // CELL), -(-width // CELL)), dtype=np.bool_)
    rows, columns = min(one.shape[0], other.shape[0]), min(one.shape[1], other.shape[1])
    small, large = _reduced(one[:rows, :columns]), _reduced(other[:rows, :columns])
    parts = (np.abs(small - large) > _UNLIKE).any(axis=2)
    side = CELL // PART
    down, across = -(-rows // CELL), -(-columns // CELL)
    parts = np.pad(parts, ((0, down * side - parts.shape[0]), (0, across * side - parts.shape[1])))
    differs[:down, :across] = parts.reshape(down, side, across, side).any(axis=(1, 3))
    return differs


def _reduced(pixels: Pixels) -> NDArray[np.int16]:
    """Return the picture at a quarter of its size, each pixel the average of those it stands for."""
    rows, columns = pixels.shape[:2]
    even = np.pad(pixels, ((0, -rows % PART), (0, -columns % PART), (0, 0)), mode="edge")
    cells = even.reshape(even.shape[0] // PART, PART, even.shape[1] // PART, PART, 3)
    averages: NDArray[np.int16] = cells.sum(axis=(1, 3), dtype=np.int16) // (PART * PART)
    return averages


def _covered(shape: tuple[int, ...], place: Box, boxes: Iterable[Box]) -> Mask:
    """Return the cells of a tile that lie, even in part, in one of the boxes of the page."""
    covered = np.zeros(shape, dtype=np.bool_)
    for left, top, width, height in boxes:
        x, y = left - place[0], top - place[1]
        rows = slice(max(0, y // CELL), max(0, -(-(y + height) // CELL)))
        covered[rows, max(0, x // CELL) : max(0, -(-(x + width) // CELL))] = True
    return covered
