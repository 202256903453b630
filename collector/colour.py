"""Whether pictures show a single colour: a page that was not painted, or one that shows nothing."""

from __future__ import annotations

import io

from PIL import Image

PIXELS_A_BYTE = 20
"""A PNG of one colour packs more pixels than this into a byte; one that does not is not even opened."""
LARGEST = 80_000_000
"""Pixels of a picture that is opened; a page that was not painted is no larger."""


class Colours:
    """Sees the tiles of one page as they are taken."""

    def __init__(self) -> None:
        self._one: object = None
        self._more = False

    @property
    def single(self) -> bool | None:
        """Whether everything seen has one and the same colour; None where nothing was seen."""
        return False if self._more else None if self._one is None else True

    def see(self, png: bytes, pixels: int) -> None:
        """Take a look at a tile of so many pixels; after the second colour nothing more is looked at."""
        if self._more:
            return
        if pixels > LARGEST or (len(png) - 2000) * PIXELS_A_BYTE > pixels:
            self._more = True
            return
        with Image.open(io.BytesIO(png)) as picture:
            found = picture.convert("RGB").getcolors(1)
        self._more = found is None or self._one not in (None, found[0][1])
        self._one = found[0][1] if found else None
