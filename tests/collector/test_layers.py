"""Layers of a page: what they need for one tile, and when it may be said that all were painted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import chain, count, repeat
from typing import Any, cast

import pytest

from collector import layers
from collector.layers import Layers
from evidence.model import Box

TILE = (1280, 8000)
SESSION = cast(Any, None)


def layer(width: float, height: float, *, drawn: bool = True) -> dict[str, Any]:
    return {"width": width, "height": height, "drawsContent": drawn}


def told(*some: dict[str, Any], room: int = 1 << 30) -> Layers:
    found = Layers(tile=TILE, room=room)
    found.hear({"layers": list(some)})
    return found


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The pictures that the browser gives, the next one first."""
    left: list[bytes] = []

    async def png(session: object, box: Box, *, scale: float = 1) -> bytes:
        return left.pop(0)

    monkeypatch.setattr("collector.shots.png", png)
    return left


def fill(left: list[bytes], some: Iterator[bytes]) -> list[bytes]:
    left[:] = [next(some) for _ in range(20)]
    return left


def test_a_layer_counts_with_what_of_it_a_tile_can_show() -> None:
    assert told(layer(1280, 64_000)).needed == 1280 * 8000 * 4
    assert told(layer(99_999, 10.4)).needed == 1280 * 10 * 4
    assert told(layer(1280, 800, drawn=False)).needed == 0


def test_the_worst_moment_counts() -> None:
    found = told(*[layer(1280, 8000)] * 3)
    found.hear({"layers": [layer(1, 1)]})
    found.hear({})  # the page is being rebuilt
    assert found.needed == 3 * 1280 * 8000 * 4


@pytest.mark.parametrize(("layers", "much"), [(1, False), (2, False), (3, True)])
def test_a_place_is_pictured_twice_only_where_there_is_much_to_paint(layers: int, much: bool) -> None:
    assert told(*[layer(1280, 8000)] * layers).much is much


def test_a_carousel_on_a_long_page_is_not_much() -> None:
    page, slides = layer(1280, 20_000), [layer(1280, 400)] * 12
    assert told(page, *slides).much is False


@pytest.mark.parametrize(
    ("found", "fit", "said"),
    [
        (told(layer(1280, 8000)), True, "图层至多需要39 MB，浏览器可用1024 MB"),
        (told(layer(1280, 8000), room=40 << 20), True, "图层至多需要39 MB，浏览器可用40 MB"),
        (
            told(layer(1280, 8000), room=39 << 20),
            False,
            "图层至多需要39 MB，浏览器可用39 MB，画面可能缺少图层",
        ),
        (Layers(tile=TILE, room=1), None, "浏览器没有说明图层"),
    ],
)
def test_whether_all_found_room_is_known_or_not(found: Layers, fit: bool | None, said: str) -> None:
    assert (found.fit, found.said) == (fit, said)


def test_a_picture_that_comes_twice_in_a_row_is_the_one(pictures: list[bytes]) -> None:
    fill(pictures, chain([b"half", b"more"], repeat(b"whole")))
    found = told(*[layer(1280, 8000)] * 3)
    assert asyncio.run(found.png(SESSION, (0, 0, 1280, 8000))) == b"whole"
    assert found.fit is True


def test_of_pictures_that_are_never_the_same_nobody_says_that_they_show_all(pictures: list[bytes]) -> None:
    fill(pictures, (b"%d" % n for n in count()))
    found = told(*[layer(1280, 8000)] * 3)
    assert asyncio.run(found.png(SESSION, (0, 0, 1280, 8000))) == b"%d" % (layers._TRIES - 1)
    assert found.fit is None
    assert "无法确认" in found.said
