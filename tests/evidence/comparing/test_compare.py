"""Two records from the store compared: same, noise or changed."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from evidence import canonical
from evidence.admit import admit
from evidence.comparing import Comparison, compare
from evidence.errors import ReadingError
from evidence.holdings import Holdings
from evidence.model import Record
from tests.evidence.factory import NOON, artifact, capture

LIST = "<ul>" + "".join(
    f'<li><a href="t{n}.html">示范县召开第{n}次工作推进会议</a><span>2020-12-{n:02}</span></li>'
    for n in range(20, 10, -1)
)
NEW = '<li><a href="t30.html">示范县召开年终总结会议部署工作</a><span>2020-12-30</span></li>'


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path)


def picture(*marks: tuple[int, int, int, int]) -> bytes:
    image = Image.new("RGB", (320, 400), "white")
    for mark in marks:
        ImageDraw.Draw(image).rectangle(mark, fill="navy")
    held = io.BytesIO()
    image.save(held, "PNG")
    return held.getvalue()


def record(holdings: Holdings, hour: int, html: str, seen: bytes, **fields: Any) -> Record:
    put = holdings.store.put
    artifacts = (
        artifact(put(seen, "image/png"), "tile", box=(0, 0, 320, 400)),
        artifact(put(html.encode(), "text/html"), "dom", url="http://www.shifan.test/"),
    )
    taken = capture(
        holdings.store,
        key=f"R{hour}/shifan/news/1",
        label="news",
        started=NOON + timedelta(hours=hour),
        **{"artifacts": artifacts, **fields},
    )
    return admit(taken, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


def page(body: str) -> str:
    return f"<html><head><title>部门动态</title></head><body><div class='list'>{body}</div></body></html>"


def compared(holdings: Holdings, a: tuple[str, bytes], b: tuple[str, bytes], **fields: Any) -> Comparison:
    return compare(record(holdings, 0, *a), record(holdings, 1, *b, **fields), holdings=holdings)


def test_equal_digests_are_the_same_and_nothing_is_opened(holdings: Holdings, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (record(holdings, hour, page(LIST), picture()) for hour in (0, 1))

    def refuse(sha256: str) -> bytes:
        raise AssertionError(f"{sha256} was opened")

    monkeypatch.setattr(holdings.store, "read", refuse)
    found = compare(first, second, holdings=holdings)
    assert found.state == "same"
    assert "没有变化" in found.sentence()


def test_a_new_item_is_a_change_with_its_title_and_place(holdings: Holdings) -> None:
    earlier = (page(LIST), picture((10, 10, 100, 20)))
    later = (page(LIST.replace("<ul>", "<ul>" + NEW)), picture((10, 10, 100, 20), (10, 40, 100, 56)))
    found = compared(holdings, earlier, later)
    assert found.state == "changed"
    assert [one["title"] for one in found.plain()["items"]["added"]] == ["示范县召开年终总结会议部署工作"]
    assert found.plain()["pixels"]["regions"]
    assert "新增1条" in found.sentence()


def test_a_clock_that_moved_on_is_noise_where_nothing_else_differs(holdings: Holdings) -> None:
    earlier = (page("<p>今天是2021年1月4日 星期一</p>" + LIST), picture())
    later = (page("<p>今天是2021年1月5日 星期二</p>" + LIST), picture())
    found = compared(holdings, earlier, later)
    assert found.state == "noise"
    assert found.plain()["text"]["noise"][0]["reason"] == "时钟"


def test_a_picture_that_moves_is_noise_in_the_box_it_moves_in(holdings: Holdings) -> None:
    earlier, later = (page(LIST), picture((200, 300, 240, 340))), (page(LIST), picture((210, 300, 250, 340)))
    found = compared(holdings, earlier, later, moving=((190, 290, 80, 80),))
    assert found.state == "noise"
    assert found.plain()["pixels"]["excused"]


def test_a_picture_that_changed_where_nothing_moves_is_a_change(holdings: Holdings) -> None:
    found = compared(holdings, (page(LIST), picture()), (page(LIST), picture((50, 50, 90, 90))))
    assert found.state == "changed"
    assert found.plain()["items"]["added"] == []


def test_a_difference_that_no_visitor_sees_is_noise_and_said(holdings: Holdings) -> None:
    found = compared(holdings, (page(LIST), picture()), (page(LIST + "<p hidden>暗</p>"), picture()))
    assert found.state == "noise"
    assert "页面文件不同，可见内容相同" in found.sentence()


def test_a_visit_that_failed_differs_by_its_outcome_alone(holdings: Holdings) -> None:
    failed = {"outcome": "timeout", "reason": "timeout", "artifacts": ()}
    found = compared(holdings, (page(LIST), picture()), (page(LIST), picture()), **failed)
    assert found.state == "changed"
    assert "timeout" in found.sentence()


def test_a_record_without_a_picture_is_named(holdings: Holdings) -> None:
    dom = artifact(holdings.store.put(page("<p>别的</p>").encode(), "text/html"), "dom", url="http://www.shifan.test/")
    with pytest.raises(ReadingError, match="no picture to compare"):
        compared(holdings, (page(LIST), picture()), (page(LIST), picture()), artifacts=(dom,))


def test_the_answer_has_the_keys_that_checks_read_and_one_canonical_form(holdings: Holdings) -> None:
    body = compared(holdings, (page(LIST), picture()), (page(LIST + NEW), picture((0, 0, 9, 9)))).plain()
    assert {"state", "items", "text", "pixels"} <= set(body)
    assert {"changed", "regions"} <= set(body["pixels"])
    assert canonical.decode(canonical.encode(body)) == body
