"""Whether two pictures are alike but for boxes beside the matter (相关新闻 …) that grew or shrank.

What stands below such a box is pushed down or up by it; so both pictures are looked at with their boxes blank and of one
height. Rows of a box are left out only where nothing stands to its left and right, and what else differs still differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from evidence.comparing import pixels
from evidence.comparing.picture import Pixels, TiledPicture
from evidence.comparing.side import Side
from evidence.model import Box

_BLANK = 255
Pair = tuple[Box, Box]
"""The place of one box on the earlier page and on the later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """What is done to one picture: places painted blank, and the rows left out, from the top."""

    blank: tuple[Box, ...]
    cuts: tuple[tuple[int, int], ...]

    def row(self, row: int) -> int:
        """Return where a row of the page stands once the cuts are made; one that is cut out, where they begin."""
        return row - sum(max(0, min(row, last) - first) for first, last in self.cuts)

    def box(self, box: Box) -> Box:
        """Return where a box stands once the cuts are made."""
        left, top, width, height = box
        first = self.row(top)
        return left, first, width, self.row(top + height) - first


class _Levelled(TiledPicture):
    """A picture with some places blank and some rows left out."""

    def __init__(self, side: Side, level: _Level) -> None:
        super().__init__(side.record.capture.of_role("tile"), side.store.read)
        self._level = level
        self._uncut = tuple(self._tops)
        self._tops = [level.row(top) for top in self._uncut]
        self.height = level.row(self.height)

    def _tile(self, n: int) -> Pixels:
        if self._held is None or self._held[0] != n:
            self._held = (n, self._levelled(super()._tile(n), self._uncut[n]))
        return self._held[1]

    def _levelled(self, whole: Pixels, top: int) -> Pixels:
        shown, kept = whole.copy(), np.ones(len(whole), dtype=np.bool_)
        for left, first, width, height in self._level.blank:
            shown[max(0, first - top) : max(0, first + height - top), left : left + width] = _BLANK
        for first, last in self._level.cuts:
            kept[max(0, first - top) : max(0, last - top)] = False
        return shown[kept]


def alike(earlier: Side, later: Side, pairs: Sequence[Pair], moving: Sequence[Iterable[Box]]) -> bool:
    """Tell whether the pictures are alike but for the boxes of `pairs`, and for what is known to move on each page.

    Raises ReadingError for a tile that is none.
    """
    cuts: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for pair in pairs:
        heights = pair[0][3], pair[1][3]
        n = 0 if heights[0] > heights[1] else 1
        (left, top, width, height), side = pair[n], (earlier, later)[n]
        first, last = top + min(heights), top + height
        if first < last and not _nothing_beside(side.picture(), first, last, left, left + width):
            return False
        cuts[n].append((first, last))
    levels = [_Level(blank=tuple(pair[n] for pair in pairs), cuts=tuple(sorted(cuts[n]))) for n in range(2)]
    excuses = [level.box(box) for level, boxes in zip(levels, moving, strict=True) for box in (*level.blank, *boxes)]
    seen = pixels.changes(_Levelled(earlier, levels[0]), _Levelled(later, levels[1]), excuses)
    return not (seen.regions or seen.gone)


def _nothing_beside(picture: TiledPicture, first: int, last: int, left: int, right: int) -> bool:
    """Tell whether rows show nothing outside some columns: each is there as the row above them, which stays."""
    if last > picture.height:
        return False
    above: Pixels | None = None
    for _, rows in picture.rows(first - 1, last):
        outside = np.concatenate([rows[:, :left], rows[:, right:]], axis=1)
        above = outside[:1] if above is None else above
        if (outside != above).any():
            return False
    return True
