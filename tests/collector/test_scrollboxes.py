"""What scrolls inside a page is pictured to its end, or the record says that it is not."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image

from collector.scrollboxes import MOST_STEPS
from evidence.model import Capture, Check
from tests.collector.conftest import LIMITS, Looker
from tests.site.inside import colour
from tests.site.server import Site


def check(taken: Capture) -> Check:
    (found,) = [check for check in taken.checks if check.name == "all content shown"]
    return found


def pictures(looker: Looker, taken: Capture) -> list[Image.Image]:
    return [Image.open(io.BytesIO(looker.sink.blobs[a.sha256])).convert("RGB") for a in taken.of_role("region")]


def bands_seen(looker: Looker, taken: Capture) -> list[int]:
    """The numbers of the bands of 30 pixels that stand whole in a picture, in the order of the pictures."""
    numbers = {colour(n): n for n in range(150)}
    seen = []
    for picture in pictures(looker, taken):
        column = [numbers.get(picture.getpixel((picture.width // 2, y))) for y in range(picture.height)]  # type: ignore[call-overload]
        seen += [n for n in dict.fromkeys(column) if n is not None and column.count(n) == 30]
    return list(dict.fromkeys(seen))


def listed(looker: Looker, taken: Capture) -> list[dict[str, object]]:
    (log,) = taken.of_role("log")
    lines = [json.loads(line) for line in looker.sink.blobs[log.sha256].decode().splitlines()]
    return [json.loads(line["text"]) for line in lines if line["kind"] == "region"]


def cuts(looker: Looker, taken: Capture) -> set[int]:
    """Offsets in the content at which one picture ends and the next begins."""
    return {top for box in listed(looker, taken) for _, top in box["at"]}  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/inside/sticky-box", "/inside/frame", "/inside/foreign-frame", "/inside/portal"])
def test_every_row_of_a_list_in_an_inner_box_can_be_read_from_the_regions(
    looker: Looker, site: Site, path: str
) -> None:
    taken = looker.capture(site.url + path)
    count = {"/inside/sticky-box": 100, "/inside/portal": 80}.get(path, 60)
    whole, halved = bands_seen(looker, taken), {top // 30 for top in cuts(looker, taken) if top % 30}
    assert set(range(count)) - set(whole) <= {n for cut in halved for n in (cut - 1, cut, cut + 1)}
    assert (check(taken).scope, check(taken).passed) == ("main", True)
    assert taken.complete is True


def test_a_box_of_3000_pixels_is_covered_without_a_gap_and_its_size_is_listed(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/inside/box")
    regions = taken.of_role("region")
    assert [a.box for a in regions] == [(0, 40, 685, 500)] * 6 or [a.box for a in regions] == [(0, 40, 700, 500)] * 6
    strip = Image.new("RGB", (5, 3000))
    for top, picture in zip((0, 500, 1000, 1500, 2000, 2500), pictures(looker, taken), strict=True):
        strip.paste(picture.crop((300, 0, 305, 500)), (0, top))
    assert [strip.getpixel((2, 30 * n + 15)) for n in range(100)] == [colour(n) for n in range(100)]
    (box,) = listed(looker, taken)
    assert (box["whole"], box["inner"][1]) == (True, 3000)  # type: ignore[index]
    assert "内容" in check(taken).detail and "×3000" in check(taken).detail


def test_a_header_that_sticks_inside_the_box_hides_no_row(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/inside/sticky-box")
    tops = sorted(cuts(looker, taken))
    assert all(later - earlier <= 450 for earlier, later in zip(tops, tops[1:], strict=False))


def test_a_frame_higher_than_its_box_is_pictured_inside_its_border(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/inside/frame")
    assert {a.box for a in taken.of_role("region")} == {(103, 63, 600, 400)}
    assert {a.frame for a in taken.of_role("region")} == {1}


@pytest.mark.parametrize("path", ["/inside/endless-box", "/inside/stubborn-box"])
def test_a_list_whose_box_cannot_be_shown_to_its_end_is_never_whole(looker: Looker, site: Site, path: str) -> None:
    taken = looker.capture(site.url + path)
    assert (check(taken).scope, check(taken).passed, taken.complete) == ("main", False, False)
    assert 1 <= len(taken.of_role("region")) <= MOST_STEPS
    assert "不完整" in check(taken).detail


def test_a_side_box_that_cannot_be_shown_to_its_end_is_recorded_and_blocks_nothing(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/inside/side-box")
    assert (check(taken).scope, check(taken).passed, taken.complete) == ("page", False, True)


def test_the_page_itself_is_pictured_as_it_stood_before_anything_was_scrolled(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/inside/box")
    (tile,) = taken.of_role("tile")
    page = Image.open(io.BytesIO(looker.sink.blobs[tile.sha256])).convert("RGB")
    assert page.size == (1280, 800)
    assert page.getpixel((300, 40 + 15)) == colour(0)


def test_a_sticky_header_is_there_once_and_sections_as_high_as_the_window_are_not_blown_up(
    looker: Looker, site: Site
) -> None:
    taken = looker.capture(site.url + "/inside/screens", limits=LIMITS)
    tiles = [Image.open(io.BytesIO(looker.sink.blobs[a.sha256])).convert("RGB") for a in taken.of_role("tile")]
    column = [tile.getpixel((1200, y)) for tile in tiles for y in range(tile.height)]
    assert column.count((1, 2, 3)) == 40
    assert [column.count((0, n * 40, 99)) for n in range(1, 5)] == [800] * 4
    assert taken.of_role("region") == ()
