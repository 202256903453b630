"""Lines that hold each other: a ruling runs from crossing line to crossing line, a stroke of a character does not."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from evidence.reading.lines import LONG, Mask, Plane, runs_of

Segments = npt.NDArray[np.int64]
"""One row a segment: first along, last along (past it), first across, last across (past it)."""

NEAR = 5
"""Pixels within which lines are one line (double borders)."""
TOUCH = 3
"""Pixels within which lines meet."""
CLEAR = 3
"""Pixels beside a line at which its ground is looked at."""
MOST_LINES = 600


def segments(lines: Mask) -> Segments:
    """Return the connected pieces of level lines as rectangles."""
    rows, starts, ends = (each.tolist() for each in runs_of(lines))
    owner = list(range(len(rows)))

    def top(n: int) -> int:
        while owner[n] != n:
            owner[n] = owner[owner[n]]
            n = owner[n]
        return n

    above = begin = 0
    for n, row in enumerate(rows):
        if n == 0 or row != rows[n - 1]:
            above, begin = (begin, n) if n and row == rows[n - 1] + 1 else (n, n)
        for m in range(above, begin):
            if starts[m] <= ends[n] and starts[n] <= ends[m]:
                owner[top(m)] = top(n)
    boxes: dict[int, list[int]] = {}
    for n, row in enumerate(rows):
        box = boxes.setdefault(top(n), [starts[n], ends[n], row, row + 1])
        boxes[top(n)] = [min(box[0], starts[n]), max(box[1], ends[n]), min(box[2], row), max(box[3], row + 1)]
    return np.array(sorted(boxes.values(), key=lambda box: box[0] - box[1])[: 4 * MOST_LINES]).reshape(-1, 4)


def meshes(level: Segments, upright: Segments, plane: Plane) -> Iterator[tuple[Segments, Segments]]:
    """Yield the groups of lines that cross: one group a table."""
    level, upright = _held(level, upright, plane)
    meets = _meets(level, upright)
    left = set(np.flatnonzero(meets.any(axis=1)).tolist())
    while left:
        rows = {left.pop()}
        while True:
            columns: Mask = np.asarray(meets[sorted(rows)].any(axis=0))
            grown = set(np.flatnonzero(meets[:, columns].any(axis=1)).tolist())
            if grown == rows:
                break
            rows = grown
        left -= rows
        if len(rows) >= 2 and columns.sum() >= 2:
            yield level[sorted(rows)], upright[columns]


def _held(level: Segments, upright: Segments, plane: Plane) -> tuple[Segments, Segments]:
    """Drop what is not held at both ends by a crossing line, until nothing more falls.

    A ruling runs from line to line; a stroke, a dash, an underline ends in the open. A long piece of a broken ruling
    may have one end in the open.
    """
    while True:
        kept_level = _held_ends(level, upright, plane)
        kept_upright = _held_ends(upright, level[kept_level], plane.T)
        if kept_level.all() and kept_upright.all():
            return level, upright
        level, upright = level[kept_level], upright[kept_upright]


def _held_ends(lines: Segments, crossing: Segments, plane: Plane) -> Mask:
    kept = np.zeros(len(lines), dtype=np.bool_)
    middle = (crossing[:, 2] + crossing[:, 3]) // 2
    for n, (start, end, low, high) in enumerate(lines.tolist()):
        passing = middle[(crossing[:, 0] < high + TOUCH) & (low - TOUCH < crossing[:, 1])]
        band = plane[max(0, low - 1) : high + 1]
        sides = (plane[max(0, low - CLEAR), start:end], plane[min(len(plane) - 1, high + CLEAR - 1), start:end])
        grounds = [float(np.median(side)) for side in sides]
        shade = _shade(band[:, start:end], sum(grounds) / 2)
        ends = [_reaches(band, tip, passing, shade, grounds) for tip in (start, end - 1)]
        kept[n] = all(ends) or (
            end - start >= LONG and bool((np.abs(passing - (start + end) // 2) < end - start).any())
        )
    return kept


def _shade(band: Plane, ground: float) -> float:
    """Return how dark (or, on a shade, how light) the line in a band is; it may lean by a pixel or two."""
    dark, light = float(np.median(band.min(axis=0))), float(np.median(band.max(axis=0)))
    return dark if abs(dark - ground) >= abs(light - ground) else light


def _reaches(band: Plane, tip: int, passing: npt.NDArray[np.int64], shade: float, grounds: list[float]) -> bool:
    """Tell whether a line reaches a crossing one without a gap half as pale as the ground.

    Such a gap lies between a character and a ruling, be it ever so blurred. A line between two shades (a heading's and
    the body's) has no one ground, and no character lies there.
    """
    near = passing[np.abs(passing - tip) <= NEAR + TOUCH]
    if not near.size:
        return False
    crossing = int(near[np.argmin(np.abs(near - tip))])
    steps = [shade - ground for ground in grounds]
    if steps[0] * steps[1] <= 0:
        return True
    ground = grounds[0] if abs(steps[0]) < abs(steps[1]) else grounds[1]
    between = band[:, min(tip, crossing) : max(tip, crossing) + 1]
    between = (between.min(axis=0) if shade < ground else between.max(axis=0)).astype(np.float64)
    return bool(((between - ground) * math.copysign(1, shade - ground) >= 0.5 * abs(shade - ground)).all())


def _meets(level: Segments, upright: Segments) -> Mask:
    return np.asarray(
        (level[:, None, 0] - TOUCH < upright[None, :, 3])
        & (upright[None, :, 2] < level[:, None, 1] + TOUCH)
        & (upright[None, :, 0] - TOUCH < level[:, None, 3])
        & (level[:, None, 2] < upright[None, :, 1] + TOUCH)
    )
