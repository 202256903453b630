"""How alike two pieces of picture look (SSIM): 1000 per mille is equal, 0 nothing in common.

Wang, Bovik, Sheikh, Simoncelli: Image quality assessment: from error visibility to structural similarity, 2004; uniform
windows of WINDOW pixels on the luminance.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

WINDOW = 7
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2

Plane = npt.NDArray[np.float64]


def ssim(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> int:
    """Return the mean structural similarity of two RGB pieces of the same shape, per mille, never below 0.

    A piece smaller than the window is compared as one window.
    """
    left, right = _luminance(one), _luminance(other)
    window = min(WINDOW, *left.shape)
    mean_l, mean_r = _mean(left, window), _mean(right, window)
    var_l = _mean(left * left, window) - mean_l**2
    var_r = _mean(right * right, window) - mean_r**2
    cov = _mean(left * right, window) - mean_l * mean_r
    alike = ((2 * mean_l * mean_r + _C1) * (2 * cov + _C2)) / ((mean_l**2 + mean_r**2 + _C1) * (var_l + var_r + _C2))
    return max(0, round(1000 * float(alike.mean())))


def _luminance(pixels: npt.NDArray[np.uint8]) -> Plane:
    return np.asarray(pixels[..., :3].astype(np.float64) @ np.array([0.299, 0.587, 0.114]))


def _mean(plane: Plane, window: int) -> Plane:
    """Return the mean over every window that lies in the plane as a whole."""
    total = np.pad(plane, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    summed = total[window:, window:] - total[:-window, window:] - total[window:, :-window] + total[:-window, :-window]
    return np.asarray(summed / (window * window))
