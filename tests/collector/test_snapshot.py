"""The picture covers the page exactly, and what is stored is what was served."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.snapshot import tile_boxes
from collector.workspace import Limits
from tests.collector.conftest import Looker
from tests.site import pages
from tests.site.server import Site


@given(width=st.integers(1, 5000), height=st.integers(1, 200_000))
def test_tiles_cover_a_page_of_any_height_once_and_without_a_gap(width: int, height: int) -> None:
    boxes = list(tile_boxes(width, height))
    assert [box[1] for box in boxes[1:]] == [box[1] + box[3] for box in boxes[:-1]]
    assert sum(box[3] for box in boxes) == height
    assert all(0 < box[3] <= 8000 and (box[0], box[2]) == (0, width) for box in boxes)


def test_a_page_up_to_8000_pixels_is_cut_into_bands_of_1000_and_a_very_high_one_into_25() -> None:
    assert {box[3] for box in tile_boxes(1280, 8000)} == {1000}
    assert len(list(tile_boxes(1280, 200_000))) == 25


def test_a_page_higher_than_the_limit_is_cut_and_the_record_says_so(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/tall", limits=Limits(page_height=3000, navigation_seconds=5, page_seconds=30))
    assert sum(tile.box[3] for tile in taken.of_role("tile") if tile.box) == 3000
    (check,) = [check for check in taken.checks if check.name == "whole height"]
    assert (check.scope, check.passed) == ("page", False)
    assert {"3000", "16385"} <= set(re.findall(r"\d+", check.detail))


def test_a_page_without_any_height_breaks_nothing(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/no-height")
    assert taken.outcome == "captured"
    assert taken.complete is False


def test_a_page_wider_than_the_window_is_pictured_to_its_scroll_width(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/wide")
    assert {tile.box[2] for tile in taken.of_role("tile") if tile.box} >= {3008}


def test_a_page_that_is_filled_after_its_first_scroll_is_scrolled_again(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/late-list")
    assert '<p id="late">滚动后出现</p>' in looker.sink.blobs[taken.of_role("dom")[0].sha256].decode()
    assert taken.complete is True


def test_pictures_and_text_that_come_late_are_there(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/lazy")
    assert any(a.url and a.url.endswith("?lazy") for a in taken.of_role("body"))
    assert '<p id="late">滚动后出现</p>' in looker.sink.blobs[taken.of_role("dom")[0].sha256].decode()


SERVED = {
    "/gbk-right": pages.GBK,
    "/gbk-wrong": pages.GBK,
    "/gbk-none": pages.GBK,
    "/utf16": pages.UTF16,
    "/big5": pages.BIG5,
    "/bom": b"\xef\xbb\xbf" + pages.page(pages.LIST).encode(),
    "/gzip": pages.page(pages.LIST).encode(),
    "/pixel.png": pages.PIXEL,
}


@pytest.mark.parametrize("path", SERVED)
def test_the_stored_body_is_the_served_one_byte_for_byte(looker: Looker, site: Site, path: str) -> None:
    taken = looker.capture(site.url + path)
    bodies = {artifact.url: looker.sink.blobs[artifact.sha256] for artifact in taken.of_role("body")}
    assert bodies[site.url + path] == SERVED[path]


def test_the_dom_has_every_frame_under_the_layouts_number(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/frameset")
    doms = {a.frame: (a.url, looker.sink.blobs[a.sha256].decode()) for a in taken.of_role("dom")}
    layout = json.loads(looker.sink.blobs[taken.of_role("layout")[0].sha256])
    assert {n: url for n, (url, _) in doms.items()} == {d["n"]: d["url"] for d in layout["documents"]}
    assert any("第3次专项检查" in html for _, html in doms.values())


def test_the_dom_has_open_shadow_roots_as_declarative_templates(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/shadow")
    html = looker.sink.blobs[taken.of_role("dom")[0].sha256].decode()
    assert html.startswith("<!DOCTYPE html>\n<html>")
    assert '<template shadowrootmode="open"><b>影子内容</b></template>' in html


def test_an_unchanged_page_gives_the_same_exchanges_dom_layout_and_pictures(looker: Looker, site: Site) -> None:
    first, second = looker.capture(site.url + "/frameset"), looker.capture(site.url + "/frameset")
    assert first.exchanges == second.exchanges
    for role in ("tile", "dom", "layout", "body"):
        assert [a.sha256 for a in first.of_role(role)] == [a.sha256 for a in second.of_role(role)]


def test_requests_and_their_times_are_listed_by_the_same_numbers(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/other-host-fails")
    listed = json.loads(looker.sink.blobs[taken.exchanges])["exchanges"]
    times = json.loads(looker.sink.blobs[taken.times])["times"]
    assert [line["n"] for line in listed] == [line["n"] for line in times] == list(range(len(listed)))
    by_url = {line["url"]: line for line in listed}
    assert by_url["http://other.invalid/x.js"]["status"] is None
    assert by_url["http://other.invalid/x.js"]["error"] == "net::ERR_NAME_NOT_RESOLVED"
    page = by_url[site.url + "/other-host-fails"]
    assert (page["status"], page["body_state"], page["frame"]) == (200, "kept", 0)
    assert page["remote_address"] == site.url.removeprefix("http://")
    assert "date" not in [name.lower() for name, _ in page["response_headers"]]
    assert times[page["n"]]["date"]


def test_the_browser_does_not_call_itself_headless(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/persona")
    seen = next(looker.sink.blobs[a.sha256] for a in taken.of_role("body") if a.url == site.url + "/persona").decode()
    assert "Headless" not in seen
    assert 'sec-ch-ua: "' in seen
    assert "Chrome/" in seen


def test_console_dialogs_and_popups_are_in_the_log(looker: Looker, site: Site) -> None:
    for path, words in (("/dialogs", "欢迎"), ("/popup", "popup"), ("/other-host-fails", "console error")):
        (log,) = looker.capture(site.url + path).of_role("log")
        assert words in looker.sink.blobs[log.sha256].decode()


def test_every_blob_a_capture_cites_is_in_the_store(looker: Looker, site: Site) -> None:
    for path in ("/", "/500", "/hang", "/closed"):
        taken = looker.capture(site.url + path)
        assert set(taken.cited) <= set(looker.sink.blobs)
