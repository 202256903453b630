"""Bulletin preview, column ledger and search: what they show, and that they change nothing."""

from __future__ import annotations

import html
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence import ledgers
from evidence.columns import ColumnLedger
from evidence.desk import titles
from evidence.desk.titles import Titles
from evidence.ledgers import Version
from evidence.reading.reader import this_reader
from tests.evidence import bundles, factory, judging_factory
from tests.evidence.bulletin.offices import NOW, Bureau, Inspected, bureau
from tests.evidence.desk.desks import Browser, Clock, opened
from tests.evidence.desk.review_scene import tenant

HIT: dict[str, Any] = {"state": "hit", "against": ("①部门动态，最新2020-11-18",)}


@pytest.fixture
def office(tmp_path: Path) -> Bureau:
    everybody = [Inspected(id="bad", findings=(HIT,)), Inspected(id="good"), Inspected(id="fine")]
    return bureau(tmp_path, everybody, sealed=False)


@pytest.fixture
def browser(office: Bureau) -> Iterator[Browser]:
    clock = Clock()
    clock.at = NOW + timedelta(days=40)
    with opened(office.folder, clock, tenant=tenant(office.house, office.folder)) as browse:
        made = browse()
        made.log_in("inspector")
        yield made


def whole(browser: Browser, path: str) -> str:
    """Return a page when what it waits for is done."""
    for _ in range(400):
        answer = browser.get(path)
        assert answer.status_code == 200, answer.text
        if 'http-equiv="refresh"' not in answer.text:
            return str(answer.text)
        time.sleep(0.02)
    raise AssertionError(f"{path} does not end waiting")


def test_a_draft_is_shown_with_figures_and_findings_and_changes_nothing(office: Bureau, browser: Browser) -> None:
    office.freeze()
    (finding,) = office.findings["bad"]
    office.step(finding, "notified", "silent", "confirmed")
    before = office.holdings.ledger.size
    page = whole(browser, "/bulletins/2021Q1")
    assert "草稿，未印发" in page
    assert f'href="/findings/{finding.id}?state=all"' in page
    assert "政府网站合格率</bdi>：66.67%，即 2／3" in page, "a rate without its figures"
    assert "待填" in page
    kinds = {leaf.kind for leaf in office.holdings.ledger.leaves(before)}
    assert kinds <= {"access"}
    assert "2021Q1" in browser.get("/bulletins").text
    assert browser.get("/bulletins/2020Q1").status_code == 404


def test_a_draft_is_composed_anew_when_a_case_moved_and_not_before(office: Bureau, browser: Browser) -> None:
    office.freeze()
    (finding,) = office.findings["bad"]
    office.step(finding, "notified", "silent", "confirmed")
    first = whole(browser, "/bulletins/2021Q1")
    assert whole(browser, "/bulletins/2021Q1") == first
    office.step(finding, "withdrawn", now=NOW + timedelta(days=31))
    assert f"/findings/{finding.id}" not in whole(browser, "/bulletins/2021Q1")


def test_the_column_ledger_in_force_is_shown_and_what_the_file_says_otherwise(office: Bureau, browser: Browser) -> None:
    column = judging_factory.column("zwgk", name="<b>政务公开</b>")
    first = ColumnLedger(target="bad", columns=(column,))
    at = NOW - timedelta(days=9)
    ledgers.accept(office.holdings, Version(ledger=first, accepted=at, by="张三"))
    later = replace(first, columns=(column, judging_factory.column("tzgg", name="通知公告")))
    ledgers.accept(
        office.holdings,
        Version(
            ledger=later, accepted=NOW + timedelta(days=99), by="李四", confirmed_by="甲县", confirmed_on=NOW.date()
        ),
    )
    page = browser.get("/targets/bad/columns").text
    assert "&lt;b&gt;政务公开&lt;/b&gt;" in page
    assert "通知公告" not in page.split("各版本")[0], "a version is in force before its time"
    assert "文件已改，与现行版本不同" in page
    assert "尚无单位确认" in page
    assert page.count("现行</span>") == 1
    assert browser.get("/targets/nobody/columns").status_code == 404


def test_search_takes_text_as_text(office: Bureau, browser: Browser) -> None:
    record = bundles.admitted(office.holdings, "N2/bad/news/1", label="news", target=factory.target(id="bad"))
    words = "关于[A-Z]*（试行）100%的<i>通知</i>"
    key = "ab" * 32
    office.holdings.derived.put_reading(key, judging_factory.reading(judging_factory.item(NOW.date(), words)))
    office.holdings.derived.put_index("bad", this_reader().sha256, {record.id: key})
    browser.desk.titles.take_in()
    for wanted, hit in (
        ("[A-Z]*", True),
        ("[a-z]*", True),
        ("A.Z", False),
        ("100%", True),
        (".*", False),
        ("<i>通", True),
    ):
        page = browser.get("/search", params={"q": wanted}).text
        assert (html.escape(words) in page or words in html.unescape(page)) is hit, wanted
        assert "<i>" not in page
    assert "至少 2 个字" in browser.get("/search?q=通").text
    assert browser.get("/search", params={"q": "字" * 500}).status_code == 400
    assert "有6个应更新栏目" in browser.get("/search?q=个应更新").text
    assert "/targets/good" in browser.get("/search?q=网站good").text


def test_titles_have_bounds_and_say_so(office: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    record = bundles.admitted(office.holdings, "N2/bad/news/1", label="news", target=factory.target(id="bad"))
    many = [judging_factory.item(NOW.date(), f"第{n}条信息") for n in range(20)]
    office.holdings.derived.put_reading("ab" * 32, judging_factory.reading(*many))
    office.holdings.derived.put_index("bad", this_reader().sha256, {record.id: "ab" * 32})
    made = Titles(lambda: office.holdings, office.house.store)
    made.take_in()
    assert len(made.find("条信息", 7)) == 7
    assert [one.title for one in made.find("第19条", 7)] == ["第19条信息"]
    monkeypatch.setattr(titles, "MOST", 10)
    small = Titles(lambda: office.holdings, office.house.store)
    small.take_in()
    assert (small.find("条信息", 7), small.full, small.waiting) == ((), True, 0)
