"""A home page is asked for with another agent too; what differs is told with the capture, and nobody is accused by it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import cloaking
from collector.workspace import Limits
from evidence.holdings import Holdings
from evidence.model import Check, Record
from tests.collector.test_run import ran, target, workspace
from tests.site.server import Site


def captured(folder: Path, site: Site, path: str, **more: object) -> tuple[Record, Holdings]:
    opened = workspace(
        folder, [target("t", site.url + path, **more)], passes=1, settle_seconds=5, navigation_seconds=10
    )
    (record,) = ran(opened).records
    return record, Holdings.open(opened.store_path)


def check(record: Record) -> Check | None:
    return next((check for check in record.capture.checks if check.name == cloaking.CHECK), None)


@pytest.mark.parametrize(
    ("path", "passed", "words"),
    [
        ("/", True, "所得一致"),
        ("/cloaked", False, "“365足球官方网站”"),
        ("/cloaked/titled", False, "浏览器以该名义所见也不同：标题不同"),
        ("/cloaked/refused", None, "该名义被拒（状态码403）"),
        ("/cloaked/gone", None, "该名义被拒（状态码404）"),
    ],
)
def test_what_a_search_engine_is_shown_is_compared(
    tmp_path: Path, site: Site, path: str, passed: bool | None, words: str
) -> None:
    record, holdings = captured(tmp_path, site, path)
    found = check(record)
    assert found is not None
    assert (found.scope, found.passed) == ("page", passed)
    assert words in found.detail
    assert record.capture.complete is True
    logs = {artifact.n: artifact for artifact in record.capture.of_role("log")}
    assert logs[cloaking.PLAIN].media_type == "text/html"
    assert (cloaking.LOOKED in logs) is (path != "/")
    if path == "/cloaked":
        assert "开户送彩金" in holdings.store.read(logs[cloaking.PLAIN].sha256).decode()


def test_the_agent_that_is_named_is_the_one_that_was_sent(tmp_path: Path, site: Site) -> None:
    asked = len(site.asked)
    captured(tmp_path, site, "/cloaked")
    agents = [headers["User-Agent"] for path, headers in site.asked[asked:] if path == "/cloaked"]  # type: ignore[index]
    assert [agent == cloaking.AGENT for agent in agents] == [False, True, True]
    hints = [headers.get("sec-ch-ua") for path, headers in site.asked[asked:] if path == "/cloaked"]  # type: ignore[attr-defined]
    assert hints[2] is None or "Headless" not in hints[2]


@pytest.mark.parametrize("more", [{"kind": "account"}, {"path": "/500"}, {"path": "/hang"}])
def test_accounts_and_pages_that_did_not_come_are_not_asked_twice(
    tmp_path: Path, site: Site, more: dict[str, str]
) -> None:
    path = more.pop("path", "/")
    record, _ = captured(tmp_path, site, path, **more)
    assert check(record) is None


def test_an_office_may_leave_it(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [target("t", site.url)])
    (tmp_path / "quzheng.yaml").write_text('{"second_agent": false, "limits": {"navigation_seconds": 2}}')
    (record,) = ran(opened.open(tmp_path)).records
    assert check(record) is None


@pytest.mark.parametrize("path", ["/endless", "/hostile/bomb", "/loop", "/reset"])
def test_a_hostile_answer_is_bounded_and_leaves_the_question_open(site: Site, path: str) -> None:
    answer = asyncio.run(cloaking._asked(site.url + path, Limits(navigation_seconds=1, body_bytes=1 << 20), False))
    assert answer.fault is not None


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_whole_for_equal_texts_and_the_same_both_ways(one: str, other: str) -> None:
    assert cloaking.likeness(one, one) == 1000
    assert 0 <= cloaking.likeness(one, other) <= 1000
