"""The page at a quarter of its size, taken twice: where the two differ, something moved, whatever made it move."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.async_api import CDPSession

from collector import shots
from collector.shots import Shoot
from evidence.model import Box

PART = 4
"""CSS pixels that one pixel of a thumbnail stands for, each way."""
BAND = 32_000
"""CSS pixels of height a picture: 8,000 of its own, no more than a tile, so that it holds no more memory."""
LOW_BAND = 8_000
"""The same where layers are painted at their full size, however small they are shown."""
_UNLIKE = 12
"""Steps of 255 by which a channel must differ; the same page painted twice differs by none."""
_CELL = 4
"""Pixels of a thumbnail, each way, that are judged together: 16 CSS pixels."""
_STRIP = 4096
"""Rows that are compared at once, so that no temporary is as large as the page."""
_MOST_BOXES = 60
_MOST_RUNS = 240
"""Runs of cells that are joined to rectangles one by one; more are looked at more coarsely."""

Thumbnail = tuple[bytes, ...]
"""The page's bands from the top, each a PNG."""
Pixels = NDArray[np.uint8]
"""Rows, columns, three channels."""
Mask = NDArray[np.bool_]
"""Rows, columns of a thumbnail; True where it changed."""


async def take(session: CDPSession, size: tuple[int, int], shoot: Shoot = shots.png, band: int = BAND) -> Thumbnail:
    """Return the page of `size` CSS pixels at a quarter scale. It is a measurement, not evidence: nothing keeps it."""
    width, height = size
    places = [(0, top, width, min(band, height - top)) for top in range(0, height, band)]
    return tuple([await shoot(session, place, scale=1 / PART) for place in places])


def compared(first: Thumbnail, second: Thumbnail) -> Mask | None:
    """Return where the second of two thumbnails of one size differs from the first; None where it does nowhere.

    Equal pictures are equal byte for byte, and are not even decoded.
    """
    if first == second:
        return None
    bands = [_band(one, other) for one, other in zip(first, second, strict=True)]
    narrow = min(band.shape[1] for band in bands)
    mask = np.concatenate([band[:, :narrow] for band in bands])
    return mask if mask.any() else None


def _band(one: bytes, other: bytes) -> Mask:
    if one == other:
        with _opened(one) as image:
            return np.zeros((image.height, image.width), dtype=np.bool_)
    return changed(_pixels(one), _pixels(other))


def _pixels(png: bytes) -> Pixels:
    with _opened(png) as image:
        return np.asarray(image.convert("RGB"))


def _opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png), formats=("PNG",))


def changed(first: Pixels, second: Pixels) -> Mask:
    """Return where the second differs from the first; what only one of them has differs wholly."""
    height, width = max(first.shape[0], second.shape[0]), max(first.shape[1], second.shape[1])
    mask = np.ones((height, width), dtype=np.bool_)
    rows, columns = min(first.shape[0], second.shape[0]), min(first.shape[1], second.shape[1])
    for top in range(0, rows, _STRIP):
        end = min(rows, top + _STRIP)
        one, other = first[top:end, :columns], second[top:end, :columns]
        mask[top:end, :columns] = (np.maximum(one, other) - np.minimum(one, other) > _UNLIKE).any(axis=2)
    return mask


def cleared(mask: Mask, boxes: Iterable[Box]) -> Mask:
    """Return the mask without what lies in the boxes (CSS pixels), which are rounded outwards."""
    left = mask.copy()
    for box in boxes:
        top, bottom, start, end = _span(box)
        left[top:bottom, start:end] = False
    return left


def share(mask: Mask, box: Box) -> int:
    """Return how much of a box changed, per mille.

    >>> share(np.eye(4, dtype=np.bool_), (0, 0, 16, 16))
    250
    """
    top, bottom, start, end = _span(box)
    part = mask[top:bottom, start:end]
    return int(np.count_nonzero(part)) * 1000 // part.size if part.size else 0


def _span(box: Box) -> tuple[int, int, int, int]:
    left, top, width, height = box
    return (
        max(0, top // PART),
        max(0, -(-(top + height) // PART)),
        max(0, left // PART),
        max(0, -(-(left + width) // PART)),
    )


def boxes_of(mask: Mask) -> tuple[Box, ...]:
    """Return rectangles (CSS pixels) around what changed, at most `_MOST_BOXES`; each reaches at most a cell too far."""
    side = _CELL
    cells = _coarser(mask, side)
    while len(runs := list(_runs(cells))) > _MOST_RUNS:
        cells, side = _coarser(cells, 2), side * 2
    unit = side * PART
    height, width = mask.shape[0] * PART, mask.shape[1] * PART
    boxes = [(left * unit, row * unit, (right - left) * unit, unit) for row, left, right in runs]
    return tuple(_cut(box, width, height) for box in merged(boxes))


def _coarser(mask: Mask, side: int) -> Mask:
    rows, columns = -(-mask.shape[0] // side), -(-mask.shape[1] // side)
    padded = np.pad(mask, ((0, rows * side - mask.shape[0]), (0, columns * side - mask.shape[1])))
    return np.asarray(padded.reshape(rows, side, columns, side).any(axis=(1, 3)))


def _runs(cells: Mask) -> Iterable[tuple[int, int, int]]:
    """Yield row, first column and the column behind the last of every run of set cells."""
    edges = np.diff(np.pad(cells, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    for (row, left), (_, right) in zip(starts.tolist(), ends.tolist(), strict=True):
        yield row, left, right


def _cut(box: Box, width: int, height: int) -> Box:
    left, top = box[0], box[1]
    return left, top, min(box[2], width - left), min(box[3], height - top)


def merged(boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Return the boxes with those that touch joined to one around them, at most `_MOST_BOXES`, from the top.

    >>> merged([(0, 0, 10, 10), (8, 8, 10, 10), (500, 0, 5, 5)])
    ((0, 0, 18, 18), (500, 0, 5, 5))
    """
    gap, found = 0, _joined(boxes, 0)
    while len(found) > _MOST_BOXES:
        gap = max(16, gap * 2)
        found = _joined(found, gap)
    return tuple(sorted(found, key=lambda box: (box[1], box[0])))


def _joined(boxes: Sequence[Box], gap: int) -> list[Box]:
    found: list[Box] = []
    for box in boxes:
        near = [other for other in found if _near(box, other, gap)]
        while near:
            found = [other for other in found if other not in near]
            box = _around((box, *near))
            near = [other for other in found if _near(box, other, gap)]
        found.append(box)
    return found


def _near(one: Box, other: Box, gap: int) -> bool:
    return all(
        one[axis] <= other[axis] + other[axis + 2] + gap and other[axis] <= one[axis] + one[axis + 2] + gap
        for axis in (0, 1)
    )


def _around(boxes: Sequence[Box]) -> Box:
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top
