"""Whether one picture is the other one made grey, as sites are on days of mourning (哀悼日).

It is proved pixel by pixel: every pixel of the grey picture, not only those that differ, must have the lightness of
the coloured one (the weights of the CSS filter `grayscale`) and at most a fifth of its colour. So a change of the page
under the grey is found, and a page of which a part alone turned grey is no greyed page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from evidence.comparing.picture import Pixels, TiledPicture
from evidence.model import Box

_WEIGHTS = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
_STEPS = 4
"""Of 255, by which lightness may be off through rounding."""
_LEFT = 0.2
"""Share of the colour that a filter of 80 % and more leaves."""
_VIVID, _VIVID_PER_MILLE = 30, 5
"""How far from grey a pixel is called coloured, and how many must be for greying to mean the page."""
_STRIP = 512
_MARGIN = 2
"""Pixels round a known place: boxes are rounded."""

Mask = NDArray[np.bool_]


def is_greyed(coloured: TiledPicture, grey: TiledPicture, excuses: Iterable[Box]) -> bool:
    """Tell whether `grey` is `coloured` without its colour, places in `excuses` aside."""
    if (coloured.width, coloured.height) != (grey.width, grey.height):
        return False
    known, vivid = tuple(excuses), 0
    for top, own, other in strips(coloured, grey):
        light = (own @ _WEIGHTS)[..., None]
        colour, left = own - light, other - light
        least, most = np.minimum(0, _LEFT * colour) - _STEPS, np.maximum(0, _LEFT * colour) + _STEPS
        explained = ((least <= left) & (left <= most)).all(axis=2)
        if not (explained | within(known, top, *own.shape[:2], margin=_MARGIN)).all():
            return False
        vivid += int(np.count_nonzero(np.abs(colour).max(axis=2) > _VIVID))
    return 1000 * vivid >= _VIVID_PER_MILLE * coloured.width * coloured.height


def strips(one: TiledPicture, other: TiledPicture) -> Iterator[tuple[int, Pixels, Pixels]]:
    """Yield the rows both pictures have, in strips, each with its first row."""
    for start, own in one.rows(0, min(one.height, other.height)):
        for first, others in other.rows(start, start + len(own)):
            for top in range(first, first + len(others), _STRIP):
                bottom = min(top + _STRIP, first + len(others))
                yield top, own[top - start : bottom - start], others[top - first : bottom - first]


def within(boxes: Sequence[Box], top: int, rows: int, columns: int, *, margin: int) -> Mask:
    """Return which pixels of a strip, whose first row is `top`, lie in one of the boxes or close to it."""
    inside = np.zeros((rows, columns), np.bool_)
    for left, first, width, height in boxes:
        down = slice(max(0, first - margin - top), max(0, first + height + margin - top))
        inside[down, max(0, left - margin) : max(0, left + width + margin)] = True
    return inside
