"""A scan turned back so that its lines run level, and the way back to the picture as it was."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from evidence.model import Box
from evidence.reading.lines import Mask, long_runs, planes_of, thin

MOST_PIXELS = 16_000_000
"""Larger pictures are halved for finding lines and reading."""
STEEPEST = 2.5
"""Degrees by which a scan may be turned."""


@dataclass(frozen=True, slots=True)
class Straight:
    """A picture turned so that its rulings run level, and the way back to the picture as it was."""

    picture: Image.Image
    degrees: float
    reduced: int
    original: tuple[int, int]

    def back(self, left: int, top: int, right: int, bottom: int) -> Box:
        """Return the box in pixels of the original picture that encloses a rectangle of the straightened one."""
        width, height = (-(-side // self.reduced) for side in self.original)
        turn = math.radians(self.degrees)
        across, down = [], []
        for x, y in ((left, top), (right, top), (left, bottom), (right, bottom)):
            dx, dy = x - self.picture.width / 2, y - self.picture.height / 2
            across.append((width / 2 + dx * math.cos(turn) - dy * math.sin(turn)) * self.reduced)
            down.append((height / 2 + dx * math.sin(turn) + dy * math.cos(turn)) * self.reduced)
        x0, x1 = (min(max(0, round(v)), self.original[0]) for v in (min(across), max(across)))
        y0, y1 = (min(max(0, round(v)), self.original[1]) for v in (min(down), max(down)))
        return (x0, y0, x1 - x0, y1 - y0)


def straighten(picture: Image.Image) -> Straight:
    """Turn a picture by at most STEEPEST degrees so that its long lines run level; halve one that is very large."""
    original, reduced = picture.size, 1
    while picture.width * picture.height > MOST_PIXELS:
        picture, reduced = picture.reduce(2), reduced * 2
    degrees = _slant(thin(planes_of(picture)))
    if abs(degrees) >= 0.03:
        picture = picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=_ground(picture))
    else:
        degrees = 0.0
    return Straight(picture, degrees, reduced, original)


def _ground(picture: Image.Image) -> tuple[int, int, int]:
    small = np.asarray(picture.resize((64, 64)).convert("RGB")).reshape(-1, 3)
    red, green, blue = np.median(small, axis=0).astype(int).tolist()
    return red, green, blue


def _slant(thin: Mask) -> float:
    """Return the turn in degrees (counter-clockwise positive, as PIL turns) that makes the level lines sharpest."""
    ys, xs = np.nonzero(long_runs(thin, 12))
    if len(ys) < 200:
        return 0.0
    step = max(1, len(ys) // 60_000)
    ys, xs = ys[::step].astype(np.float64), xs[::step].astype(np.float64)

    def sharpness(degrees: float) -> float:
        rows = np.round(ys - xs * math.tan(math.radians(degrees))).astype(np.int64)
        return float((np.bincount(rows - rows.min()).astype(np.float64) ** 2).sum())

    best = 0.0
    for span, grain in ((STEEPEST, 0.1), (0.1, 0.02)):
        angles = best + np.arange(-round(span / grain), round(span / grain) + 1) * grain
        best = max(angles.tolist(), key=lambda angle: (sharpness(angle), -abs(angle)))
    return best
