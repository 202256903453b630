"""Where two full-page pictures differ: rows aligned first, so that a banner that pushes everything down is one change.

Memory is bounded by one tile of each picture and one row digest a line; changed pixels are gathered on a grid of cells.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evidence.comparing.picture import Pixels, TiledPicture
from evidence.comparing.ssim import ssim
from evidence.model import Box

CELL = 8
"""Side of a grid cell in pixels."""
JOINED = 3
"""Cells that lie at most so far apart belong to one region."""
_ALIGNABLE = 12_000
"""Rows beyond which what lies between the equal ends is compared in place: aligning it would take minutes."""
_MOST_CELLS = 4_000
"""Cells that are joined to regions one by one."""
_HASH = 16

_SCORED, _TALLEST = 200, 4_000
"""Regions that get a score, and rows of one that are looked at for it."""
Run = tuple[int, int, int, int]
"""Rows [a, b) of the earlier picture that stand against rows [c, d) of the later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelChanges:
    """The difference of two pictures; boxes are in the later one unless said otherwise."""

    changed: int = 0
    """Pixels that differ, were added or are gone."""
    regions: tuple[Box, ...] = ()
    excused: tuple[Box, ...] = ()
    """Regions inside places known to move or to carry noise."""
    gone: tuple[Box, ...] = ()
    """Of the earlier picture, rows that are no longer there."""
    shifted: bool = False
    """Whether rows had to be aligned."""
    likeness: tuple[int, ...] = ()
    """Of each pair of tiles by difference hash, per mille; 1000 is alike."""
    ssim: tuple[int | None, ...] = ()
    """Of each region, structural similarity per mille, from the same places of both pictures; None where one has no such
    place, or the rows moved."""
    runs: tuple[Run, ...] = ()
    """The rows that differ, from the top; all others stand for each other. For drawing, not part of the JSON."""

    def row_before(self, row: int) -> int:
        """Return the row of the earlier picture that stands for a row of the later, or where it would stand.

        >>> brought = PixelChanges(runs=((10, 10, 10, 30),))
        >>> brought.row_before(5), brought.row_before(20), brought.row_before(35)
        (5, 10, 15)
        """
        n = bisect_right(self.runs, row, key=lambda run: run[2]) - 1
        if n < 0:
            return row
        a, b, c, d = self.runs[n]
        return a + min(row - c, b - a) if row < d else b + row - d

    def plain(self) -> dict[str, Any]:
        """Return the changes as plain JSON."""
        return {
            "changed": self.changed,
            "regions": [list(box) for box in self.regions],
            "excused": [list(box) for box in self.excused],
            "gone": [list(box) for box in self.gone],
            "shifted": self.shifted,
            "likeness": list(self.likeness),
            "ssim": list(self.ssim),
        }


class _Grid:
    """Changed pixels counted in cells of the later picture."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._counts = np.zeros((-(-height // CELL), -(-width // CELL)), dtype=np.uint16)

    def add(self, top: int, differs: NDArray[np.bool_]) -> None:
        """Count the True pixels of a piece whose first row is `top`."""
        rows, columns = np.nonzero(differs)
        np.add.at(self._counts, ((rows + top) // CELL, columns // CELL), 1)

    @property
    def total(self) -> int:
        """How many pixels were counted."""
        return int(self._counts.sum(dtype=np.int64))

    def regions(self) -> Iterator[Box]:
        """Yield boxes around cells that lie close together, from the top; coarser cells where very many differ."""
        cells, side = self._counts > 0, CELL
        while np.count_nonzero(cells) > _MOST_CELLS:
            cells, side = _halved(cells), side * 2
        left = {(row, column) for row, column in zip(*(axis.tolist() for axis in np.nonzero(cells)), strict=True)}
        for start in sorted(left):
            if start in left:
                yield _box(_flood(start, left), side, *self._size)


def _halved(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the grid of cells twice as large; one is set where any of its four parts is."""
    even = np.pad(cells, ((0, cells.shape[0] % 2), (0, cells.shape[1] % 2)))
    merged: NDArray[np.bool_] = even[::2, ::2] | even[1::2, ::2] | even[::2, 1::2] | even[1::2, 1::2]
    return merged


def changes(earlier: TiledPicture, later: TiledPicture, excuses: Iterable[Box] = ()) -> PixelChanges:
    """Return where two pictures differ; regions inside one of the `excuses` are told apart."""
    width = min(earlier.width, later.width)
    runs = list(_runs(earlier.hashes(width), later.hashes(width)))
    grid = _Grid(width, later.height)
    gone: list[Box] = []
    added: list[Box] = []
    for a, b, c, d in runs:
        both = min(b - a, d - c)
        _compare(earlier, later, a, c, both, width, grid)
        if b - a > both:
            gone.append((0, a + both, earlier.width, b - a - both))
        if d - c > both:
            added.append((0, c + both, later.width, d - c - both))
    if later.width != earlier.width:
        wide, side = (later, added) if later.width > earlier.width else (earlier, gone)
        side.append((width, 0, wide.width - width, wide.height))
    regions = [*grid.regions(), *added]
    known = tuple(excuses)
    excused = [box for box in regions if _covered(box, known)]
    shifted = any(b - a != d - c for a, b, c, d in runs)
    kept = tuple(box for box in regions if box not in excused)
    return PixelChanges(
        changed=grid.total + sum(w * h for _, _, w, h in (*gone, *added)),
        regions=kept,
        excused=tuple(excused),
        gone=tuple(gone),
        shifted=shifted,
        likeness=tuple(_likeness(earlier, later)),
        ssim=tuple(None if shifted else _structure(earlier, later, box) for box in kept[:_SCORED]),
        runs=tuple(runs),
    )


def _runs(left: Sequence[int], right: Sequence[int]) -> Iterator[Run]:
    """Yield the runs of rows that differ; where heights are equal and most rows are, rows stand where they stood."""
    if len(left) == len(right):
        differing = [n for n in range(len(left)) if left[n] != right[n]]
        if 2 * len(differing) <= len(left):
            yield from ((first, last, first, last) for first, last in _stretches(differing))
            return
    head = _equal_head(left, right)
    tail = _equal_head(left[head:][::-1], right[head:][::-1])
    middle_left, middle_right = left[head : len(left) - tail], right[head : len(right) - tail]
    if len(middle_left) + len(middle_right) > _ALIGNABLE:
        yield head, head + len(middle_left), head, head + len(middle_right)
        return
    matcher = SequenceMatcher(None, middle_left, middle_right)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            yield head + a, head + b, head + c, head + d


def _stretches(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield runs of consecutive numbers as [first, last).

    >>> list(_stretches([1, 2, 5]))
    [(1, 3), (5, 6)]
    """
    start = previous = None
    for number in numbers:
        if previous is None or start is None or number != previous + 1:
            if start is not None and previous is not None:
                yield start, previous + 1
            start = number
        previous = number
    if start is not None and previous is not None:
        yield start, previous + 1


def _equal_head(left: Sequence[int], right: Sequence[int]) -> int:
    return next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))


def _compare(earlier: TiledPicture, later: TiledPicture, a: int, c: int, count: int, width: int, grid: _Grid) -> None:
    """Compare `count` rows from row `a` of the earlier and row `c` of the later picture."""
    for top, piece in later.rows(c, c + count):
        first = a + top - c
        for start, other in earlier.rows(first, first + len(piece)):
            own = piece[start - first : start - first + len(other)]
            grid.add(top + start - first, (own[:, :width] != other[:, :width]).any(axis=2))


def _flood(start: tuple[int, int], left: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Take the cells that hang together with `start` out of `left` and return them."""
    left.discard(start)
    found, waiting = [start], [start]
    while waiting:
        row, column = waiting.pop()
        for near in (
            (row + down, column + right) for down in range(-JOINED, JOINED + 1) for right in range(-JOINED, JOINED + 1)
        ):
            if near in left:
                left.discard(near)
                found.append(near)
                waiting.append(near)
    return found


def _box(cells: Sequence[tuple[int, int]], side: int, width: int, height: int) -> Box:
    top, left = min(row for row, _ in cells) * side, min(column for _, column in cells) * side
    bottom = min((max(row for row, _ in cells) + 1) * side, height)
    right = min((max(column for _, column in cells) + 1) * side, width)
    return left, top, right - left, bottom - top


def _covered(box: Box, places: Sequence[Box]) -> bool:
    """Tell whether a region lies in the places together, give or take a cell on each side.

    What drifts stands in one place in the earlier record and in another in the later; where these touch, the change is
    one region.
    """
    left, top, width, height = box
    open_cells = np.ones((-(-height // CELL), -(-width // CELL)), dtype=np.bool_)
    for x, y, wide, high in places:
        rows = max(0, -(-(y - CELL - top) // CELL)), max(0, -(-(y + high + CELL - top) // CELL))
        columns = max(0, -(-(x - CELL - left) // CELL)), max(0, -(-(x + wide + CELL - left) // CELL))
        open_cells[rows[0] : rows[1], columns[0] : columns[1]] = False
    return not open_cells.any()


def _structure(earlier: TiledPicture, later: TiledPicture, box: Box) -> int | None:
    """Return how alike the two pictures are at one place; None where the earlier ends before it."""
    left, top, width, height = box
    if left + width > earlier.width or top + height > earlier.height:
        return None
    pieces = [
        np.concatenate([rows[:, left : left + width] for _, rows in picture.rows(top, top + min(height, _TALLEST))])
        for picture in (earlier, later)
    ]
    return ssim(pieces[0], pieces[1])


def _likeness(earlier: TiledPicture, later: TiledPicture) -> Iterator[int]:
    for (_, one), (_, other) in zip(earlier.tiles(), later.tiles(), strict=False):
        distance = int(_hash(one) - _hash(other))
        yield 1000 - distance * 1000 // (_HASH * _HASH)


def _hash(pixels: Pixels) -> imagehash.ImageHash:
    return imagehash.dhash(Image.fromarray(pixels), hash_size=_HASH)
