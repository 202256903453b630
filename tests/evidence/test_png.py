"""A record's picture as one PNG: the pixels of its tiles, and nothing of them held at once."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evidence.errors import ExportError
from evidence.holdings import Holdings
from evidence.png import write_png
from tests.evidence import factory
from tests.evidence.bundles import admitted


def png(pixels: np.ndarray) -> bytes:
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def test_tiles_of_noise_are_joined_pixel_for_pixel(tmp_path: Path) -> None:
    holdings = Holdings.open(tmp_path)
    noise = np.random.default_rng(7).integers(0, 256, (700, 61, 3), dtype=np.uint8)
    cuts = (noise[:300], noise[300:301], noise[301:])
    tops = (0, 300, 301)
    tiles = [
        factory.artifact(holdings.store.put(png(cut), "image/png"), "tile", n=n, box=(0, top, 61, len(cut)))
        for n, (cut, top) in enumerate(zip(cuts, tops, strict=True))
    ]
    record = admitted(holdings, "R/shifan/home/1", artifacts=tuple(reversed(tiles)))
    out = BytesIO()
    write_png(record, holdings.store, out)
    with Image.open(out) as image:
        assert np.array_equal(np.asarray(image), noise)


def test_a_narrower_tile_gets_white_on_its_right(tmp_path: Path) -> None:
    holdings = Holdings.open(tmp_path)
    sizes = ((4, 2), (2, 3))
    tiles = [
        factory.artifact(
            holdings.store.put(png(np.zeros((high, wide, 3), np.uint8)), "image/png"), "tile", n=n, box=(0, n * 2, 4, 2)
        )
        for n, (wide, high) in enumerate(sizes)
    ]
    out = BytesIO()
    write_png(admitted(holdings, "R/shifan/home/1", artifacts=tuple(tiles)), holdings.store, out)
    with Image.open(out) as image:
        shown = np.asarray(image)
    assert shown.shape == (5, 4, 3)
    assert (shown[2:, 2:] == 255).all()
    assert (shown[:2] == 0).all()


def test_a_failed_visit_has_no_picture_and_is_told_so(tmp_path: Path) -> None:
    holdings = Holdings.open(tmp_path)
    record = admitted(holdings, "R/shifan/home/1", outcome="unreachable", reason="dns", artifacts=())
    with pytest.raises(ExportError, match="holds no picture: unreachable, dns"):
        write_png(record, holdings.store, BytesIO())
