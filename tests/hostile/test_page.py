"""The page inside the bundle, in a browser, from a file: what it claims to check it finds, and it never says more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from collector import browser as browsers
from evidence.manifest import VERIFIER_PAGE
from tests.conftest import ROOT
from tests.hostile import agreement, corpus, courses, second
from tests.hostile.corpus import CORPUS
from tests.hostile.specimens import Bench

SOURCE = ROOT / "evidence" / "verify_page.html"
ANCHORS = {name for name, one in CORPUS.items() if "anchor" in name and "checkpoint" in one.fails}
"""Damages to another state of the ledger, which the page says that it does not look at."""
CLAIMED = ("zip form", "names", "files", "checkpoint")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return corpus.bench(tmp_path_factory.mktemp("page"))


@pytest.fixture
def bench(whole: Bench, tmp_path: Path) -> Bench:
    return replace(whole, folder=tmp_path)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        found = browsers.find()
        assert isinstance(found, browsers.BrowserBinary)
        browser = playwright.chromium.launch(executable_path=found.path, args=list(found.flags))
        opened = browser.new_page()
        opened.goto(SOURCE.as_uri())
        yield opened
        browser.close()


def told(page: Page, path: Path) -> tuple[dict[str, bool | None], str]:
    """Return what the page says of a bundle, by check, and its last line."""
    page.reload()
    page.set_input_files("#file", path)
    page.wait_for_selector("#said[data-done]")
    return said_of(page)


def said_of(page: Page) -> tuple[dict[str, bool | None], str]:
    meant = {"true": True, "false": False, "null": None}
    said = {
        item.get_attribute("data-name"): item.get_attribute("data-passed")
        for item in page.query_selector_all("li[data-name]")
    }
    return {str(name): meant[str(passed)] for name, passed in said.items()}, page.inner_text("#said")


@pytest.mark.parametrize("rich", [lambda bench: bench, courses.course, courses.answer, second.second])
def test_of_a_whole_bundle_it_says_what_agrees_and_never_that_it_holds(
    bench: Bench, page: Page, rich: courses.Richer
) -> None:
    said, last = told(page, rich(bench).whole)
    assert said == dict.fromkeys(CLAIMED, True)
    assert "成立" not in last and "没有核对" in last


def dropped(page: Page, *paths: Path) -> None:
    """Drag files from the disk over the page and let them fall, as the browser itself does it."""
    session, box = page.context.new_cdp_session(page), page.locator("#drop").bounding_box()
    assert box is not None
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "data": data}
    for kind in ("dragEnter", "dragOver"):
        session.send("Input.dispatchDragEvent", {"type": kind, **at})
    page.wait_for_selector("#drop.over")
    session.send("Input.dispatchDragEvent", {"type": "drop", **at})
    page.wait_for_selector("#said[data-done]")
    session.detach()


def test_a_file_that_is_dropped_is_checked_as_one_that_is_chosen_and_is_named(bench: Bench, page: Page) -> None:
    damaged = CORPUS["other_picture"].make(bench)
    chosen = told(page, damaged)
    page.reload()
    dropped(page, damaged)
    assert said_of(page) == chosen
    assert chosen[1] == "结论：不成立。"
    assert page.inner_text("#name").startswith("文件：forged.zip（")
    assert page.locator("#drop.over").count() == 0


def test_the_last_of_two_files_counts_however_each_came(bench: Bench, page: Page) -> None:
    damaged = CORPUS["other_picture"].make(bench)
    told(page, bench.whole)
    dropped(page, damaged)
    page.wait_for_selector("#said.no")
    dropped(page, bench.whole, damaged)
    page.wait_for_selector("#said.yes")
    assert set(said_of(page)[0].values()) == {True}
    assert page.locator("li[data-name]").count() == len(CLAIMED)


def test_what_is_dropped_and_is_no_file_to_read_is_told_in_chinese(bench: Bench, page: Page) -> None:
    page.reload()
    dropped(page, bench.folder)
    said, last = said_of(page)
    assert said["zip form"] is False and last == "结论：不成立。"
    assert re.search("[\u4e00-\u9fff]", page.inner_text("li[data-name='zip form'] p"))


@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_the_screen_and_shows_no_words_of_the_browsers(bench: Bench, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in (None, bench.whole, CORPUS["other_picture"].make(bench)):
        if path:
            told(page, path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("getComputedStyle(document.getElementById('file')).opacity") == "0", (
            "its words are English"
        )


def test_it_can_be_used_with_the_keyboard_alone(page: Page) -> None:
    page.reload()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "file"
    assert page.evaluate("getComputedStyle(document.getElementById('drop')).outlineStyle") == "solid"


@pytest.mark.parametrize(("n", "name"), list(enumerate(CORPUS)))
def test_it_finds_each_damage_that_it_claims_to_see(bench: Bench, page: Page, n: int, name: str, full: bool) -> None:
    if n % 5 and not full:  # both verifiers are asked about every damage in either ring (test_corpus.py)
        pytest.skip("only with --full")
    path = CORPUS[name].make(bench)
    ours, (said, last) = agreement.first(path), told(page, path)
    claimed = [check for check in CLAIMED if check != "checkpoint" or name not in ANCHORS]
    assert {check: said[check] for check in claimed} == {check: ours[check] for check in claimed}
    assert ("不成立" in last) == (False in said.values())


def test_it_reaches_no_network_and_runs_nothing_of_the_bundle(bench: Bench, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    told(page, corpus.named(bench, f"{bench.name}/data/<img src=x onerror=alert(1)>.txt"))
    assert all(url.startswith("file:") for url in asked)
    assert page.query_selector_all("img, iframe, object") == []
    refused = page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', (error) => String(error))")
    assert "TypeError" in refused
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', SOURCE.read_text("utf-8"))
    assert policy and policy[1].startswith("default-src 'none'") and "connect-src" not in policy[1]


def test_every_bundle_brings_it(bench: Bench) -> None:
    assert bench.files[VERIFIER_PAGE] == SOURCE.read_bytes()
