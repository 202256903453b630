"""Hostile picture bytes to pixels: opened within bounds, flattened on white, or refused with a state.

A picture comes from the page that is inspected, so it may be a decompression bomb, half a file, or something that only
calls itself a picture. Only formats a browser shows are opened; none of them runs a foreign program (as EPS would).
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import numpy as np
import numpy.typing as npt
from PIL import Image

from evidence.model import ImageState

Gray = npt.NDArray[np.uint8]
"""Height by width, 0 black to 255 white."""

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "MPO", "ICO")
LARGEST = 60_000_000
"""Pixels. A full-page scan at 600 dpi has 35 million."""
SMALLEST = 12
"""Side in pixels below which no character can be read."""

_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    OverflowError,
    IndexError,
    KeyError,
    TypeError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class Refused(Exception):
    """The bytes are no picture we look into; `state` says why."""

    def __init__(self, state: ImageState) -> None:
        self.state = state
        super().__init__(f"picture not read: {state}")


def is_picture(data: bytes) -> bool:
    """Tell whether bytes begin as a picture of a kind we look into, whole or not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS):
                return True
    except Image.DecompressionBombError:
        return True
    except _BROKEN:
        return False


def decode(data: bytes) -> Image.Image:
    """Return the first frame of the picture in RGB, transparent parts white; raises Refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                _check_size(picture.size)
                return _flatten(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise Refused("too_large") from fault
    except _BROKEN as fault:
        raise Refused("unreadable") from fault


def gray(picture: Image.Image) -> Gray:
    """Return the luminance of an RGB picture."""
    return np.asarray(picture.convert("L"))


def _check_size(size: tuple[int, int]) -> None:
    if min(size) < SMALLEST:
        raise Refused("too_small")
    if size[0] * size[1] > LARGEST or max(size) > 60_000:
        raise Refused("too_large")


def _flatten(picture: Image.Image) -> Image.Image:
    picture.seek(0)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        ground = Image.new("RGB", layered.size, "white")
        ground.paste(layered, mask=layered.getchannel("A"))
        return ground
    if picture.mode in ("I;16", "I", "F"):
        deep = np.asarray(picture, dtype=np.float64)
        top = max(float(deep.max(initial=0.0)), 255.0)
        return Image.fromarray((deep.clip(0, top) * (255.0 / top)).astype(np.uint8)).convert("RGB")
    return picture.convert("RGB")
