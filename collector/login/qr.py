"""Reads the squares of a QR code off its picture, and draws them so that a telephone can scan them from a terminal.

Nothing is decoded: what stands on the page is shown again, square by square.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Modules = NDArray[np.bool_]
"""True for a dark square; height and width are equal, 21 to 177."""

FINDER = 7
"""Squares on a side of the mark in three of the corners."""
QUIET = 2
_DARK = 128


def modules(png: bytes) -> Modules | None:
    """Return the squares of the QR code that fills a picture, its margin aside; None where none is made out."""
    try:
        with Image.open(io.BytesIO(png)) as opened:
            dark = np.asarray(opened.convert("L")) < _DARK
    except OSError:
        return None
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if not rows.size or not columns.size:
        return None
    code = dark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = code.shape
    first = np.flatnonzero(~code[0])
    if not first.size:
        return None
    count = round(FINDER * width / int(first[0]))
    if abs(height - width) > width / 20 or count % 4 != 1 or not 21 <= count <= 177:
        return None
    middles = (np.arange(count) + 0.5) / count
    found: Modules = code[np.ix_((middles * height).astype(int), (middles * width).astype(int))]
    return found if _has_finders(found) else None


def _has_finders(found: Modules) -> bool:
    """Tell whether the marks stand in the three corners."""
    mark = np.ones((FINDER, FINDER), bool)
    mark[1:-1, 1:-1] = False
    mark[2:-2, 2:-2] = True
    corners = (found[:FINDER, :FINDER], found[:FINDER, -FINDER:], found[-FINDER:, :FINDER])
    return all(bool((corner == mark).all()) for corner in corners)


def half_blocks(found: Modules) -> tuple[str, ...]:
    """Return the lines of a code, two rows of squares a line, light on dark: most terminals are dark.

    >>> half_blocks(np.array([[True, False], [False, False]]))[1]
    '██▄███'
    """
    framed = np.pad(found, QUIET, constant_values=False)
    if len(framed) % 2:
        framed = np.pad(framed, ((0, 1), (0, 0)), constant_values=False)
    signs = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    return tuple(
        "".join(signs[bool(upper), bool(lower)] for upper, lower in zip(framed[n], framed[n + 1], strict=True))
        for n in range(0, len(framed), 2)
    )
