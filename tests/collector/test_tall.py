"""A page of any height is pictured whole: every row once, at its place, read back from the pixels of the tiles."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.async_api import CDPSession

from collector import shots, thumbnail
from collector.workspace import Limits
from evidence.model import Capture
from tests.collector.conftest import Looker
from tests.site import tall
from tests.site.server import Site

LIMITS = Limits(navigation_seconds=20, page_seconds=60)
GREEN, RED = 0x00FF00, 0xFF0000


def column(looker: Looker, taken: Capture, left: int = 4) -> NDArray[np.int64]:
    """Return the colour at a place of every line of pixels of the page, from top to bottom, as one number each.

    Tiles that do not follow each other without a gap are not put together.
    """
    found, reached = [], 0
    for tile in taken.of_role("tile"):
        assert tile.box is not None
        with Image.open(io.BytesIO(looker.sink.blobs[tile.sha256])) as picture:
            assert (picture.size, tile.box[:2]) == (tile.box[2:], (0, reached))
            found.append(np.asarray(picture.crop((left, 0, left + 1, picture.height)).convert("RGB"), np.int64)[:, 0])
        reached += tile.box[3]
    return np.concatenate(found) @ np.array([1 << 16, 1 << 8, 1])


@pytest.mark.parametrize(
    "height", [15_999, 16_383, 16_384, 16_385, 77_000, pytest.param(200_000, marks=pytest.mark.full)]
)
def test_every_line_of_dense_text_is_in_the_tiles_once_and_at_its_place(
    looker: Looker, site: Site, height: int
) -> None:
    taken = looker.capture(f"{site.url}/tall-text?{height}", limits=LIMITS)
    assert (taken.outcome, taken.complete, taken.moving) == ("captured", True, ())
    assert np.array_equal(column(looker, taken), np.arange(height) // tall.ROW)


def test_a_header_sticks_once_and_a_section_as_high_as_the_window_is_not_blown_up(looker: Looker, site: Site) -> None:
    taken = looker.capture(f"{site.url}/tall-rich?17001", limits=LIMITS)
    seen = column(looker, taken)
    assert np.array_equal(seen[:840], [GREEN] * tall.HEADER + [RED] * 800)
    assert np.array_equal(seen[840:], np.arange(17_001) // tall.ROW)
    late = {f"{site.url}/pixel.png?row{n}" for n in range(0, 851, tall.LAZY)}
    assert late <= {body.url for body in taken.of_role("body")}


def test_a_page_that_is_high_and_wide_is_pictured_to_its_width_and_its_height(looker: Looker, site: Site) -> None:
    taken = looker.capture(f"{site.url}/tall-wide?9001", limits=LIMITS)
    assert {tile.box[2] for tile in taken.of_role("tile") if tile.box} == {3000}
    assert np.array_equal(column(looker, taken), np.arange(9001) // tall.ROW)


def painted(taken: Capture) -> list[bool | None]:
    return [check.passed for check in taken.checks if check.name == "all layers painted"]


def test_the_largest_tile_shows_more_layers_than_a_browser_that_is_told_nothing_has_room_for(
    looker: Looker, site: Site
) -> None:
    pixels = looker.do(_in_a_tab(looker, f"{site.url}/tall-layered?8000", _largest_tile))
    for n in range(tall.LAYERS):
        assert np.array_equal(pixels[:, tall.stripe(n) + 4], [(n, 0x80, 0xFF)] * 8000), n


async def _largest_tile(session: CDPSession) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(await shots.png(session, (0, 0, 1280, 8000)))) as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.mark.full
def test_a_high_page_in_many_layers_is_pictured_with_all_of_them(looker: Looker, site: Site) -> None:
    taken = looker.capture(f"{site.url}/tall-layered?57000", limits=LIMITS)
    assert (taken.complete, painted(taken)) == (True, [True])
    assert np.array_equal(column(looker, taken), np.arange(57_000) // tall.ROW)
    for n in range(tall.LAYERS):
        assert set(column(looker, taken, tall.stripe(n) + 4)) == {(n << 16) + 0x80FF}, n


def test_where_not_all_layers_may_have_found_room_nothing_is_complete(
    looker: Looker, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.layers.ROOM", 100 << 20)
    taken = looker.capture(f"{site.url}/tall-layered?8100", limits=LIMITS)
    assert (taken.outcome, taken.complete, painted(taken)) == ("captured", False, [False])


def test_nobody_asks_for_the_layers_of_a_page_that_is_not_large(looker: Looker, site: Site) -> None:
    assert painted(looker.capture(f"{site.url}/tall-text?8000", limits=LIMITS)) == []


def test_the_thumbnail_of_a_page_in_several_bands_shows_every_row_at_its_place(looker: Looker, site: Site) -> None:
    height = thumbnail.BAND + 6_000
    pixels = looker.do(_in_a_tab(looker, f"{site.url}/tall-text?{height}", partial(_thumbnail, height=height)))
    rows = pixels[:, 1].astype(int) @ np.array([1 << 16, 1 << 8, 1])
    assert np.array_equal(rows, np.arange(height // thumbnail.PART) * thumbnail.PART // tall.ROW)


async def _thumbnail(session: CDPSession, height: int) -> NDArray[np.uint8]:
    return np.concatenate([thumbnail._pixels(band) for band in await thumbnail.take(session, (1280, height))])


async def _in_a_tab(
    looker: Looker, url: str, work: Callable[[CDPSession], Awaitable[NDArray[np.uint8]]]
) -> NDArray[np.uint8]:
    browser = (await looker.keeper.running()).browser
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        page = await context.new_page()
        await page.goto(url)
        return await work(await context.new_cdp_session(page))
    finally:
        await context.close()
