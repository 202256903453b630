"""A full-page picture that lies in tiles, read row by row with one tile in memory at a time."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evidence.errors import ReadingError
from evidence.model import Artifact

Pixels = NDArray[np.uint8]
"""Rows, columns, three channels."""

_MOST_PIXELS = 8_192 * 8_192
"""Of one tile: a hostile PNG may promise far more than it holds."""


class TiledPicture:
    """The tiles of one capture as one picture; rows are those of the page."""

    def __init__(self, tiles: tuple[Artifact, ...], read: Callable[[str], bytes]) -> None:
        self._tiles = tuple(sorted(tiles, key=lambda tile: (tile.box or (0, 0, 0, 0))[1]))
        self._read = read
        self._held: tuple[int, Pixels] | None = None
        self._tops, self.height, self.width = self._measure()

    @property
    def count(self) -> int:
        """How many tiles there are."""
        return len(self._tiles)

    def hashes(self, width: int) -> list[int]:
        """Return a digest of every row, cut to `width` columns."""
        return [hash_ for _, pixels in self.tiles() for hash_ in _row_hashes(pixels[:, :width])]

    def tiles(self) -> Iterator[tuple[int, Pixels]]:
        """Yield the first row and the pixels of each tile, from the top."""
        for n in range(len(self._tiles)):
            yield self._tops[n], self._tile(n)

    def rows(self, start: int, stop: int) -> Iterator[tuple[int, Pixels]]:
        """Yield the rows from `start` to `stop` in pieces that lie in one tile, each with its first row."""
        for n, top in enumerate(self._tops):
            bottom = self._tops[n + 1] if n + 1 < len(self._tops) else self.height
            first, last = max(start, top), min(stop, bottom)
            if first < last:
                yield first, self._tile(n)[first - top : last - top]

    def _measure(self) -> tuple[list[int], int, int]:
        tops, height, width = [], 0, 0
        for n in range(len(self._tiles)):
            pixels = self._size(n)
            tops.append(height)
            height += pixels[1]
            width = max(width, pixels[0])
        return tops, height, width

    def _size(self, n: int) -> tuple[int, int]:
        with _opened(self._read(self._tiles[n].sha256), self._tiles[n].sha256) as image:
            return image.size

    def _tile(self, n: int) -> Pixels:
        if self._held is None or self._held[0] != n:
            with _opened(self._read(self._tiles[n].sha256), self._tiles[n].sha256) as image:
                pixels = _padded(np.asarray(image.convert("RGB")), self.width)
            self._held = (n, pixels)
        return self._held[1]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A picture that closes what it holds."""

    image: Image.Image

    def __enter__(self) -> Image.Image:
        return self.image

    def __exit__(self, *_: object) -> None:
        self.image.close()


def _opened(data: bytes, name: str) -> _Opened:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP"))
            if image.size[0] * image.size[1] > _MOST_PIXELS:
                raise ReadingError(
                    f"tile {name} has {image.size[0]} × {image.size[1]} pixels, more than a tile may have"
                )
            image.load()
    except ReadingError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ReadingError(f"tile {name} is no picture that can be read: {error}") from error
    return _Opened(image)


def _padded(pixels: Pixels, width: int) -> Pixels:
    """Return the pixels with white columns on the right up to `width`."""
    short = width - pixels.shape[1]
    return np.pad(pixels, ((0, 0), (0, short), (0, 0)), constant_values=255) if short > 0 else pixels


def _row_hashes(pixels: Pixels) -> Iterator[int]:
    for row in np.ascontiguousarray(pixels):
        yield int.from_bytes(hashlib.blake2b(row.data, digest_size=8).digest(), "big")
