"""Pixels of level lines: thin valleys in the brightness, long and without a break, darker or lighter than both sides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

Mask = npt.NDArray[np.bool_]
Plane = npt.NDArray[np.uint8]

THICKEST = 6
"""Pixels; anything thicker is an area, not a line."""
FAINTEST = 9
"""Levels (of 255) by which a line differs from both its sides."""
DEEP = 0.4
"""Share of the usual depth of the long lines that a short one must have: blurred text makes shallow ones."""
LIGHT = 24
"""Pixels; the least length of an unbroken light line on a shade."""
SHADED, STEP = 60, 24
"""Pixels and levels; the least length and height of the straight side of a shade, which rules as a line does."""
GRAIN, PIECE, BREAK = 2, 8, 8
"""Pixels: a gap that is grain, the least piece of a line, and a break between two pieces of it."""
SOLID = 0.8
"""Share of a line that must be there."""
LONG = 120
"""Pixels from which a line with one end in the open is a piece of a broken ruling."""


def level_lines(planes: list[Plane], least: int) -> Mask:
    """Return the pixels of level lines: dark ones that may be broken, and light ones on shades without a break."""
    found = np.zeros(planes[0].shape, dtype=np.bool_)
    for plane in planes:
        valleys, depth = _valleys(plane), _threshold(plane)
        rulings = _unbroken(valleys > depth, LONG)
        if rulings.any():
            depth = max(depth, DEEP * float(np.median(valleys[rulings])))
        found |= rulings
        found |= _unbroken(valleys > depth, least)
        found |= long_runs(_valleys(255 - plane) > max(depth, 2 * FAINTEST), LIGHT)
        found |= long_runs(_steps(plane) > max(STEP, depth), SHADED)
    return found


def planes_of(picture: Image.Image) -> list[Plane]:
    """Return the luminance, and the single colours where there are any: a red line on green has no luminance step."""
    colours = np.asarray(picture.convert("RGB"))
    planes = [np.asarray(picture.convert("L"))]
    spread = colours.max(axis=2).astype(np.int16) - colours.min(axis=2)
    if (spread > 40).mean() > 0.002:
        planes += [np.ascontiguousarray(colours[:, :, n]) for n in range(3)]
    return planes


def thin(planes: list[Plane]) -> Mask:
    """Return every pixel that lies in a thin level valley of any plane, stroke or line."""
    return np.logical_or.reduce(np.stack([_valleys(plane) > _threshold(plane) for plane in planes]))  # type: ignore[no-any-return]


def long_runs(mask: Mask, least: int) -> Mask:
    """Keep the runs of at least `least` pixels along a row."""
    kept = np.zeros_like(mask)
    rows, starts, ends = runs_of(mask)
    for n in np.flatnonzero(ends - starts >= least).tolist():
        kept[rows[n], starts[n] : ends[n]] = True
    return kept


def runs_of(mask: Mask) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return row, start and end (past it) of every run of True, row by row."""
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).view(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    return rows, starts, np.nonzero(edges == -1)[1]


def widen(mask: Mask, by: int) -> Mask:
    """Return the mask with every point grown by so many pixels to all sides."""
    grown = extreme(mask.view(np.uint8), 2 * by + 1, np.maximum)
    return np.asarray(extreme(grown.T, 2 * by + 1, np.maximum).T.astype(np.bool_))


def extreme(plane: Plane, width: int, choose: np.ufunc) -> Plane:
    """Return the running maximum or minimum over `width` (odd) rows, centred, by doubling."""
    half = width // 2
    tall = np.pad(plane, ((half, half), (0, 0)), mode="edge")
    done = 1
    while done < width:
        step = min(done, width - done)
        tall = choose(tall[:-step], tall[step:])
        done += step
    return np.asarray(tall)


def _valleys(plane: Plane) -> npt.NDArray[np.int16]:
    """Return by how much each pixel is darker than what lies above and below it within THICKEST."""
    width = 2 * ((THICKEST + 1) // 2) + 1
    closed = extreme(extreme(plane, width, np.maximum), width, np.minimum)
    return closed.astype(np.int16) - plane


def _steps(plane: Plane) -> npt.NDArray[np.int16]:
    """Return by how much the pixels above and below each differ."""
    tall = np.pad(plane.astype(np.int16), ((1, 1), (0, 0)), mode="edge")
    return np.asarray(np.abs(tall[2:] - tall[:-2]))


def _threshold(plane: Plane) -> float:
    """Return the depth a line must have: above the faintest, and above the grain of a scan."""
    grain = 1.05 * float(np.median(np.abs(np.diff(plane[::3].astype(np.int16), axis=1)))) if plane.shape[1] > 1 else 0.0
    return max(FAINTEST, 4 * grain)


def _unbroken(thin: Mask, least: int) -> Mask:
    """Keep the lines of at least `least` pixels: grain is bridged, then breaks between pieces longer than strokes."""
    pieces = _bridged(thin, GRAIN, PIECE)
    return _bridged(pieces, BREAK, least)


def _bridged(mask: Mask, gap: int, least: int) -> Mask:
    """Close the gaps in each row, and keep what then is long enough and was SOLID before."""
    kept = np.zeros_like(mask)
    rows, starts, ends = runs_of(mask)
    if not len(rows):
        return kept
    breaks, pieces = starts[1:] - ends[:-1], ends - starts
    small = (breaks <= gap) & (3 * breaks <= np.minimum(pieces[1:], pieces[:-1]) + 2)
    joined = (rows[1:] == rows[:-1]) & small
    first = np.flatnonzero(np.concatenate(([True], ~joined)))
    last = np.append(first[1:] - 1, len(rows) - 1)
    there = np.add.reduceat(pieces, first)
    length = ends[last] - starts[first]
    for n in np.flatnonzero((length >= least) & (there >= SOLID * length)).tolist():
        kept[rows[first[n]], starts[first[n]] : ends[last[n]]] = True
    return kept
