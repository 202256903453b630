"""What moves is recorded with its place; only what lies or runs over the list makes a page incomplete."""

from __future__ import annotations

import asyncio
import io

import numpy as np
import pytest
from PIL import Image

from collector import movement
from collector.movement import Movement, Mover
from evidence.model import Box, Capture, Check
from tests.collector.conftest import Looker
from tests.site import inside
from tests.site.inside import GIF
from tests.site.pages import PIXEL
from tests.site.server import Site

ROWS: tuple[Box, ...] = tuple((0, 100 + 20 * n, 800, 20) for n in range(5))


def check(taken: Capture, name: str) -> Check:
    (found,) = [check for check in taken.checks if check.name == name]
    return found


def touches(one: Box, other: Box) -> bool:
    return all(one[a] < other[a] + other[a + 2] and other[a] < one[a] + one[a + 2] for a in (0, 1))


def screen(*painted: Box) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    mask = np.zeros((200, 320), dtype=np.bool_)
    for left, top, width, height in painted:
        mask[top // 4 : (top + height) // 4, left // 4 : (left + width) // 4] = True
    return mask


def test_marquee_clock_carousel_and_animated_picture_beside_the_list_leave_the_page_complete(
    looker: Looker, site: Site
) -> None:
    taken = looker.capture(site.url + "/inside/beside")
    assert taken.complete is True
    said = check(taken, "nothing moves")
    assert (said.scope, said.passed) == ("page", False)
    assert all(word in said.detail for word in ("走马灯1处", "文字变动", "动图1处"))
    for place in ((8, 245, 500, 20), (20, 300, 30, 15), (8, 350, 400, 60), (8, 455, 60, 30)):
        assert any(touches(box, place) for box in taken.moving), place
    assert not any(touches(box, (8, 60, 600, 130)) for box in taken.moving)


def test_a_page_that_stands_still_has_no_moving_boxes(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/")
    assert taken.moving == ()
    assert check(taken, "nothing moves").passed is True


def test_an_animated_icon_beside_each_title_is_recorded_and_does_not_cast_doubt_on_the_list(
    looker: Looker, site: Site
) -> None:
    taken = looker.capture(site.url + "/inside/icon")
    assert taken.moving
    assert taken.complete is True


@pytest.mark.parametrize(
    ("path", "passed"),
    [
        ("/inside/drift-over", False),
        ("/inside/over-list", False),
        ("/inside/rolling", False),
        ("/inside/painted", None),
        ("/inside/drift-beside", True),
    ],
)
def test_what_lies_or_runs_over_the_list_is_told_from_what_passes_beside_it(
    looker: Looker, site: Site, path: str, passed: bool | None
) -> None:
    taken = looker.capture(site.url + path)
    assert (check(taken, "main stands still").passed, taken.complete) == (passed, passed)
    assert taken.moving


def test_an_animation_that_ends_is_brought_to_its_end_and_the_log_says_so_and_an_endless_one_goes_on(
    looker: Looker, site: Site
) -> None:
    taken = looker.capture(site.url + "/inside/fading")
    picture = Image.open(io.BytesIO(looker.sink.blobs[taken.of_role("tile")[0].sha256])).convert("RGB")
    colours = picture.getcolors(1 << 20) or []
    assert sum(count for count, colour in colours if colour == (0, 0, 255)) >= 200 * 100 * 9 // 10
    (log,) = taken.of_role("log")
    assert "1 CSS animations and transitions brought to their end" in looker.sink.blobs[log.sha256].decode()
    assert "动画1处" in check(taken, "nothing moves").detail


def test_a_page_that_left_from_under_the_watch_is_not_said_to_stand_still() -> None:
    assert Movement(watched=False).of_main()[0] is None


def test_a_cover_over_one_row_is_enough() -> None:
    moved = Movement(watched=True, rows=ROWS, movers=(Mover(how="gif", box=(10, 110, 90, 90), covers=True),))
    assert moved.of_main()[0] is False
    assert "动图（10，110，90×90）" in moved.of_main()[1]


def test_a_change_in_one_row_that_nothing_explains_leaves_it_open_and_one_beside_the_rows_does_not() -> None:
    assert Movement(watched=True, rows=ROWS, mask=screen((0, 100, 200, 20))).of_main()[0] is None
    assert Movement(watched=True, rows=ROWS, mask=screen((0, 300, 200, 20))).of_main()[0] is True


def test_a_mover_as_large_as_the_list_explains_nothing_away() -> None:
    whole = Mover(how="animation", box=(0, 100, 800, 100), inside=True)
    icon = Mover(how="gif", box=(0, 100, 200, 20), inside=True)
    mask = screen((0, 100, 200, 20))
    assert Movement(watched=True, rows=ROWS, movers=(whole,), mask=mask).of_main()[0] is False
    assert Movement(watched=True, rows=ROWS, movers=(icon,), mask=mask).of_main()[0] is True


def test_movers_left_of_or_above_the_page_are_cut_to_it() -> None:
    movers = (Mover(how="style", box=(-50, -20, 80, 60)), Mover(how="style", box=(-500, 0, 100, 100)))
    assert Movement(watched=True, movers=movers).boxes == ((0, 0, 30, 40),)


@pytest.mark.parametrize(
    ("picture", "animated"),
    [(GIF, True), (PIXEL, False), (b"", False), (b"GIF89a", False), (b"RIFF\x00\x00\x00\x00WEBPVP8X", False)],
)
def test_an_animated_picture_is_known_by_its_bytes(picture: bytes, animated: bool) -> None:
    assert movement.is_animated(picture) is animated


def test_asyncio_leaves_no_thumbnail_behind_when_the_page_crashes(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/hung-script")
    assert (taken.outcome, taken.moving) == ("timeout", ())
    assert not [task for task in looker.do(_tasks()) if "thumbnail" in str(task.get_coro())]


async def _tasks() -> set[asyncio.Task[object]]:
    return asyncio.all_tasks()


@pytest.mark.parametrize("how", ["scroll", "marquee"])
def test_a_list_that_rolls_does_so_even_where_two_pictures_are_equal_by_chance(how: str) -> None:
    rolling = Mover(how=how, box=(0, 90, 800, 120), holds=True)
    still, why = Movement(watched=True, movers=(rolling,), rows=ROWS).of_main()
    assert still is False
    assert "列表自行滚动" in why


@pytest.mark.parametrize("path", inside.SLOW)
def test_a_carousel_that_waits_longer_than_we_do_is_known_by_its_build(looker: Looker, site: Site, path: str) -> None:
    taken = looker.capture(site.url + path)
    assert "轮播图1处" in check(taken, "nothing moves").detail
    (box,) = taken.moving
    assert box[2] >= 400 and 150 <= box[3] <= 200
    assert taken.complete is True


@pytest.mark.parametrize("path", inside.STILL)
def test_galleries_tabs_and_menus_are_no_carousels(looker: Looker, site: Site, path: str) -> None:
    assert check(looker.capture(site.url + path), "nothing moves").passed is True
