"""A picture of a single colour is taken once more in a fresh context, and then recorded as what it is."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from collector.colour import LARGEST, Colours
from evidence.model import Capture
from tests.collector.conftest import Looker
from tests.site.server import Site

RGB = tuple[int, int, int]


def png(*rows: RGB, width: int = 300, mode: str = "RGB") -> bytes:
    picture = Image.new("RGB", (width, len(rows)))
    for n, colour in enumerate(rows):
        picture.paste(colour, (0, n, width, n + 1))
    written = io.BytesIO()
    picture.convert(mode).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize(
    ("tiles", "single"),
    [
        ([], None),
        ([png((255, 255, 255))], True),
        ([png((9, 9, 9)), png((9, 9, 9), (9, 9, 9), mode="RGBA")], True),
        ([png((9, 9, 9)), png((9, 9, 8))], False),
        ([png((255, 255, 255), (255, 255, 254)), png((255, 255, 255))], False),
        ([png((9, 9, 9), (8, 8, 8)), b"no picture: it is not even opened"], False),
    ],
)
def test_one_pixel_of_another_colour_is_a_picture(tiles: list[bytes], single: bool | None) -> None:
    seen = Colours()
    for tile in tiles:
        seen.see(tile, 300)
    assert seen.single is single


def test_what_packs_badly_or_is_huge_is_not_opened() -> None:
    for data, pixels in ((b"x" * 100_000, 1000), (b"x", LARGEST + 1)):
        seen = Colours()
        seen.see(data, pixels)
        assert seen.single is False


def asked(site: Site, path: str) -> int:
    return sum(one == path for one, _ in site.asked)


def check(taken: Capture) -> bool | None:
    return {c.name: c.passed for c in taken.checks}["not one colour"]


def test_a_page_that_stays_white_is_opened_twice_and_supports_no_finding(looker: Looker, site: Site) -> None:
    path = f"/white?{id(looker)}"
    taken = looker.capture(site.url + path)
    assert (taken.outcome, check(taken), taken.complete) == ("captured", False, False)
    assert asked(site, path) == 2
    (log,) = taken.of_role("log")
    assert "fresh context" in looker.sink.blobs[log.sha256].decode()


def test_a_page_that_was_white_once_is_taken_as_it_shows_itself_then(looker: Looker, site: Site) -> None:
    taken = looker.capture(f"{site.url}/white-once?{id(looker)}")
    assert (taken.outcome, check(taken), taken.complete) == ("captured", True, True)


def test_a_page_that_shows_something_is_opened_once(looker: Looker, site: Site) -> None:
    path = f"/?{id(looker)}"
    assert check(looker.capture(site.url + path)) is True
    assert asked(site, path) == 1
