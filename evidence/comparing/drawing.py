"""Draws a comparison: the earlier page, the later page and their difference side by side, or the difference alone, each
row at its own place.

It is a picture made for people from the tiles, which stay as they are. It is written strip by strip, so a page of any
height costs no more memory than a strip and a tile of each picture; what is too high is made smaller, and what would
then be too small to read is cut to a strip, which the sentence says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from evidence.comparing.picture import Pixels, TiledPicture
from evidence.comparing.pixels import PixelChanges
from evidence.errors import ExportError
from evidence.model import Box, Record
from evidence.png import write_strips
from evidence.store import Store

HIGHEST = 16_000
"""Rows a drawing may have."""
WIDEST = 2_000
"""Columns each of its three parts may have."""
GAP = 16
"""Columns between the parts."""
CHANGED = (214, 39, 40)
"""Red: what nothing explains."""
NOISE = (31, 119, 220)
"""Blue: what is known to move or was masked."""
NO_PAGE, BETWEEN = (225, 225, 225), (90, 90, 90)
_LEGIBLE = 2
"""Pixels of the page each way that one of the drawing may stand for, for the sake of height alone."""
_BEFORE = 200
"""Rows that are shown above the first difference, where a strip is cut out."""
_STRIP = 256
"""Rows that are drawn at once."""
_FRAME = 3
_PALE = 4
"""Equal parts keep one part in so many of their darkness."""

Mask = NDArray[np.bool_]
Colour = tuple[int, int, int]
Framed = tuple[Box, Colour]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How much of the pages a drawing shows, and how large."""

    step: int
    """Pixels of the page each way that one of the drawing stands for."""
    first: int
    """Row of the pages it begins with."""
    last: int
    """Row of the pages before which it ends."""
    rows: int
    """Of the higher page."""
    alone: bool = False
    """Whether it shows the difference only."""

    def look_at(self, changes: PixelChanges) -> int:
        """Return where the first difference stands, per mille of the drawing's height."""
        return 1000 * max(0, _first_difference(changes) - self.first) // max(1, self.last - self.first)

    def sentence(self) -> str:
        """Return in Chinese what the drawing shows and what it leaves out.

        >>> Drawing(step=2, first=0, last=20_000, rows=20_000).sentence()
        '左为前次，中为后次，右为差异；红色为变化，蓝色为无关变化；已缩小为1/2。'
        """
        smaller = f"；已缩小为1/{self.step}" if self.step > 1 else ""
        cut = (
            f"；页面高{self.rows}像素，只画出第{self.first + 1}至{self.last}行"
            if self.last - self.first < self.rows
            else ""
        )
        sides = "浅色为后次画面，只在前次有的不在图上" if self.alone else "左为前次，中为后次，右为差异"
        return f"{sides}；红色为变化，蓝色为无关变化{smaller}{cut}。"


def draw(
    earlier: Record,
    later: Record,
    changes: PixelChanges,
    store: Store,
    out: BinaryIO,
    *,
    explained: bool = False,
    alone: bool = False,
) -> Drawing:
    """Write the drawing of two records, whose pictures differ by `changes`, as PNG to `out`.

    With `explained` an epoch explains all that differs, and nothing is painted as a change; with `alone` the two pages
    are left out beside their difference.
    Raises ExportError where a record has no picture, ReadingError for a tile that is none.
    """
    for record in (earlier, later):
        if not record.capture.of_role("tile"):
            raise ExportError(f"the record {record.id[:12]} holds no picture to draw: {record.capture.outcome}")
    before, after, beside = (
        TiledPicture(record.capture.of_role("tile"), store.read) for record in (earlier, later, earlier)
    )
    width, rows = max(before.width, after.width), max(before.height, after.height)
    drawing = replace(_fit(width, rows, changes), alone=alone)
    part, height = -(-width // drawing.step), -(-(drawing.last - drawing.first) // drawing.step)
    colour = NOISE if explained else CHANGED
    sheets = _Sheets(before=before, after=after, beside=beside, changes=changes, width=width, colour=colour)
    write_strips(sheets.strips(drawing), part if alone else 3 * part + 2 * GAP, height, out)
    return drawing


def _fit(width: int, rows: int, changes: PixelChanges) -> Drawing:
    """Return how to show pages of a size: as large as may be, else smaller, else a strip that holds the first difference."""
    narrow = -(-width // WIDEST)
    step = max(narrow, min(-(-rows // HIGHEST), max(narrow, _LEGIBLE)))
    shown = min(rows, HIGHEST * step)
    first = max(0, min(rows - shown, _first_difference(changes) - _BEFORE))
    return Drawing(step=step, first=first, last=first + shown, rows=rows)


def _first_difference(changes: PixelChanges) -> int:
    """Return the row of the first change, or else of the first noise; 0 where nothing differs."""
    found = [*changes.regions, *changes.gone] or changes.excused
    return min((top for _, top, _, _ in found), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheets:
    """Two pages and their difference, from which strips are cut."""

    before: TiledPicture
    after: TiledPicture
    beside: TiledPicture
    """The earlier page once more, read where its rows stand against the later: each picture holds but one tile."""
    changes: PixelChanges
    width: int
    colour: Colour
    """Of what neither movement nor a mask explains."""

    def strips(self, drawing: Drawing) -> Iterator[Pixels]:
        """Yield the drawing strip by strip."""
        step, framed = drawing.step, self._framed()
        for top in range(drawing.first, drawing.last, _STRIP * step):
            bottom = min(drawing.last, top + _STRIP * step)
            if drawing.alone:
                yield self._difference(_reduced(self._page(self.after, top, bottom), step), top, bottom, step)
                continue
            sides = [
                _reduced(pixels, step)
                for pixels in (self._page(self.before, top, bottom), self._page(self.after, top, bottom))
            ]
            sides.append(self._difference(sides[1], top, bottom, step))
            for side, frames in zip(sides, framed, strict=True):
                for box, colour in frames:
                    _frame(side, box, colour, top, step)
            between = np.full((len(sides[0]), GAP, 3), BETWEEN, np.uint8)
            yield np.concatenate([sides[0], between, sides[1], between, sides[2]], axis=1)

    def _framed(self) -> tuple[Sequence[Framed], Sequence[Framed], Sequence[Framed]]:
        """Return what is framed on the earlier page, on the later, and on the difference; changes over noise."""
        noise, changed = self.changes.excused, self.changes.regions
        earlier = [(box, NOISE) for box in self._counterparts(noise)]
        earlier += [(box, self.colour) for box in (*self._counterparts(changed), *self.changes.gone)]
        later = [*((box, NOISE) for box in noise), *((box, self.colour) for box in changed)]
        return earlier, later, ()

    def _counterparts(self, boxes: Sequence[Box]) -> Iterator[Box]:
        """Yield where the earlier page has what stands in boxes of the later; what was brought stands nowhere."""
        for left, top, width, height in boxes:
            first, last = self.changes.row_before(top), self.changes.row_before(top + height)
            if first < last and left < self.before.width:
                yield left, first, min(width, self.before.width - left), last - first

    def _page(self, picture: TiledPicture, top: int, bottom: int) -> Pixels:
        """Return rows of a page, grey where there is no page."""
        shown = np.full((bottom - top, self.width, 3), NO_PAGE, np.uint8)
        for first, pixels in picture.rows(top, bottom):
            shown[first - top : first - top + len(pixels), : picture.width] = pixels
        return shown

    def _difference(self, later: Pixels, top: int, bottom: int, step: int) -> Pixels:
        """Return the later page pale, with every pixel in colour that differs, by whether anything explains it."""
        pale = (255 - (255 - later) // _PALE).astype(np.uint8)
        differs, known = self._differs(top, bottom), np.zeros((bottom - top, self.width), np.bool_)
        for left, box_top, width, height in self.changes.excused:
            known[max(0, box_top - top) : max(0, box_top + height - top), left : left + width] = True
        pale[_any(differs & known, step)] = NOISE
        pale[_any(differs & ~known, step)] = self.colour
        return pale

    def _differs(self, top: int, bottom: int) -> Mask:
        """Return which pixels of some rows of the later page differ from what stood there, or stood nowhere."""
        differs = np.zeros((bottom - top, self.width), np.bool_)
        common, shown = min(self.before.width, self.after.width), max(0, min(bottom, self.after.height) - top)
        for a, b, c, d in self.changes.runs:
            both = c + min(b - a, d - c)
            first, last = max(c, top), min(both, bottom)
            if first < last:
                own = self._page(self.after, first, last)[:, :common]
                other = self._page(self.beside, a + first - c, a + last - c)[:, :common]
                differs[first - top : last - top, :common] = (own != other).any(axis=2)
            differs[max(0, both - top) : max(0, d - top), : self.after.width] = True
        if self.after.width > common:
            differs[:shown, common : self.after.width] = True
        return differs


def _reduced(pixels: Pixels, step: int) -> Pixels:
    """Return pixels with each square of `step` averaged."""
    if step == 1:
        return pixels
    rows, columns, channels = pixels.shape
    even = np.pad(pixels, ((0, -rows % step), (0, -columns % step), (0, 0)), mode="edge")
    squares = even.reshape(even.shape[0] // step, step, even.shape[1] // step, step, channels)
    averages: Pixels = (squares.sum(axis=(1, 3), dtype=np.uint32) // (step * step)).astype(np.uint8)
    return averages


def _any(mask: Mask, step: int) -> Mask:
    """Return a mask with each square of `step` set where any of it is."""
    rows, columns = mask.shape
    even = np.pad(mask, ((0, -rows % step), (0, -columns % step)))
    squares = even.reshape(even.shape[0] // step, step, even.shape[1] // step, step)
    return np.asarray(squares.any(axis=(1, 3)))


def _frame(side: Pixels, box: Box, colour: Colour, top: int, step: int) -> None:
    """Paint that part of a frame round a box which lies in a strip whose first row is `top`."""
    left, first = box[0] // step - _FRAME, (box[1] - top) // step - _FRAME
    right, last = -(-(box[0] + box[2]) // step) + _FRAME, -(-(box[1] + box[3] - top) // step) + _FRAME
    if last <= 0 or first >= len(side):
        return
    across, down = _span(left, right), _span(first, last)
    for edge in (first, last - _FRAME):
        side[_span(edge, edge + _FRAME), across] = colour
    for edge in (left, min(right, side.shape[1]) - _FRAME):
        side[down, _span(edge, edge + _FRAME)] = colour


def _span(start: int, stop: int) -> slice:
    return slice(max(0, start), max(0, stop))
