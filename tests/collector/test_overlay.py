"""What lies over a list is pictured as it is, then the list once more without it; nothing is hidden by us."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image

from evidence.model import Capture, Check
from tests.collector.conftest import Looker, one_page, target
from tests.site.covering import PAGES
from tests.site.server import Site

RED = (204, 0, 0)


def check(taken: Capture, name: str) -> Check:
    (found,) = [check for check in taken.checks if check.name == name]
    return found


def colours(looker: Looker, taken: Capture, role: str) -> set[tuple[int, ...]]:
    """The colours in the middle of the first rows of the list."""
    found = set()
    for artifact in taken.artifacts:
        if artifact.role == role and artifact.box:
            picture = Image.open(io.BytesIO(looker.sink.blobs[artifact.sha256])).convert("RGB")
            left, top, width, height = artifact.box
            found |= {picture.getpixel((600 - left, y - top)) for y in range(top, top + height) if 70 < y < 180}
    return found


def noted(looker: Looker, taken: Capture) -> dict[str, object]:
    (log,) = taken.of_role("log")
    lines = [json.loads(line) for line in looker.sink.blobs[log.sha256].splitlines()]
    return json.loads(next(line["text"] for line in lines if line["kind"] == "over the list" and "{" in line["text"]))


@pytest.mark.parametrize(
    ("path", "button"),
    [
        ("/over/notice", "关 闭"),
        ("/over/cross", "×"),
        ("/over/image-button", "btn-close"),
        ("/over/script-link", "我知道了"),
        ("/over/dialog", "关闭"),
        ("/over/late", "×"),
        ("/over/wandering-closed", "×"),
        ("/over/advert-frame", "×"),
        ("/over/opens", "关闭"),
    ],
)
def test_a_box_over_the_list_is_closed_by_its_own_button_and_both_pictures_are_kept(
    looker: Looker, site: Site, path: str, button: str
) -> None:
    taken = looker.capture(site.url + path)
    assert taken.complete is True
    assert RED in colours(looker, taken, "tile")
    assert RED not in colours(looker, taken, "region")
    said = check(taken, "nothing covers the list")
    assert (said.scope, said.passed) == ("page", True)
    assert f"已用其自带的“{button}”关闭，另行成像" in said.detail
    told = noted(looker, taken)
    assert (told["how"], told["button"]) == ("closed", button)
    first, count = told["pictures"]  # type: ignore[misc]
    assert [a.n for a in taken.of_role("region")][first : first + count] == list(range(first, first + count))


def test_a_notice_over_a_notice_is_closed_too(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/over/two")
    assert check(taken, "nothing covers the list").passed is True
    assert colours(looker, taken, "region") == {(255, 255, 255)}


def test_a_box_that_wanders_is_waited_for_until_it_is_elsewhere(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/over/wandering")
    assert noted(looker, taken)["how"] == "gone"
    assert RED not in colours(looker, taken, "region")
    assert taken.complete is True


@pytest.mark.parametrize("path", ["/over/steady", "/over/advert-link", "/over/form", "/over/password"])
def test_what_has_no_button_of_its_own_stays_and_the_record_says_so(looker: Looker, site: Site, path: str) -> None:
    asked = len(site.asked)
    taken = looker.capture(site.url + path)
    said = check(taken, "nothing covers the list")
    assert said.passed is False
    assert "未能移开" in said.detail
    assert taken.of_role("region") == ()
    assert not [path for path, _ in site.asked[asked:] if path.startswith("/plain")]


def test_a_box_that_comes_back_leaves_the_list_covered(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/over/comes-back")
    said = check(taken, "nothing covers the list")
    assert said.passed is False
    assert "再被遮住" in said.detail or "未能移开" in said.detail


def test_a_button_that_leads_away_costs_only_the_second_picture(looker: Looker, site: Site) -> None:
    columns = [{"label": "next", "name": "下一栏", "url": "/"}]
    taken, following = looker.visit(target(site.url + "/over/leaves", columns=columns), one_page())
    assert noted(looker, taken)["how"] == "left"
    assert (taken.outcome, taken.final_url) == ("captured", site.url + "/over/leaves")
    assert "第3次专项检查" in looker.sink.blobs[taken.of_role("dom")[0].sha256].decode()
    assert "离开了本页" in check(taken, "nothing covers the list").detail
    assert (following.outcome, following.complete) == ("captured", True)


def test_a_page_without_a_list_that_is_covered_says_so(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/over/no-list")
    said = check(taken, "nothing covers the list")
    assert "遮住页面主要区域" in said.detail
    assert noted(looker, taken)["how"] == "closed"
    assert RED not in colours(looker, taken, "region")


@pytest.mark.parametrize("path", [path for path in PAGES if path.startswith("/clear/")])
def test_what_hides_nothing_is_left_alone(looker: Looker, site: Site, path: str) -> None:
    taken = looker.capture(site.url + path)
    said = check(taken, "nothing covers the list")
    assert (said.passed, said.detail) == (True, "没有遮挡列表的内容")
    assert taken.of_role("region") == ()
    assert taken.complete is True
