"""What is ink in a picture and what is ground, grain and dust."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evidence.reading.lines import Mask

INK = 16
"""Levels (of 255, in the colour where it shows most) from the ground of its cell at which a pixel is ink."""
COARSEST = 60
"""The most that grain may raise that limit; in a coarser picture every cell counts as filled."""
SPOT = 9
SPECKLE = 3
"""A place has ink if more than SPECKLE ink pixels lie in one square of SPOT; less is dust, or the grain of a scan."""


def least_ink(colours: npt.NDArray[np.int16]) -> float:
    """Return from what difference a pixel is ink: over the grain of the scan, which is the same in all cells.

    Never from one cell's own spread: a cell full of bold text would pass for a coarse blank one.
    """
    grain = 1.05 * float(np.median(np.abs(np.diff(colours[:, :, 1], axis=1))))
    return max(INK, min(COARSEST, 5 * grain))


def spots(points: Mask) -> Mask:
    """Keep the points that stand together, as the points of a character do."""
    half = SPOT // 2
    total = np.pad(points.astype(np.int32), ((half + 1, half), (half + 1, half))).cumsum(0).cumsum(1)
    near = total[SPOT:, SPOT:] - total[:-SPOT, SPOT:] - total[SPOT:, :-SPOT] + total[:-SPOT, :-SPOT]
    return np.asarray(points & (near > SPECKLE))
