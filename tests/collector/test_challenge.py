"""A page that guards the page is given time, then is our block; it never counts against the site."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from collector.challenge import PASSED, stands
from collector.clock import SystemClock
from collector.flow import Flow
from collector.run import capture_url
from evidence.holdings import Holdings
from evidence.model import Capture, Check
from tests.collector.conftest import LIMITS, Looker, target
from tests.collector.test_completeness import look
from tests.collector.test_run import ran, workspace
from tests.collector.test_run import target as written
from tests.site.server import Site


def passed(taken: Capture) -> list[Check]:
    return [check for check in taken.checks if check.name == PASSED]


@pytest.mark.parametrize(
    ("path", "met"),
    [
        ("/412", "412"),
        ("/521", "521、521"),
        ("/202-then-list", "状态码 202"),
        ("/slider-then-list", "完成安全验证"),
        ("/checking", "Just a moment"),
    ],
)
def test_what_lets_us_in_by_itself_ends_in_the_list_and_the_record_names_what_was_passed(
    looker: Looker, site: Site, path: str, met: str
) -> None:
    taken = looker.capture(site.url + path, limits=replace(LIMITS, challenge_seconds=4))
    assert (taken.outcome, taken.complete) == ("captured", True)
    (check,) = passed(taken)
    assert (check.scope, check.passed) == ("page", True)
    assert met in check.detail
    assert taken.redirects == (() if path == "/checking" else (site.url + path,) * (2 if path == "/521" else 1))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/412-stuck", "http_412"),
        ("/202-empty", "challenge"),
        ("/slider-stuck", "challenge"),
        ("/waf-200", "challenge"),
        ("/405", "http_405"),
        ("/503-checking", "http_503"),
        ("/500-waf", "http_500"),
    ],
)
def test_what_does_not_let_us_in_is_a_challenge_and_ours_whatever_its_status(
    looker: Looker, site: Site, path: str, reason: str
) -> None:
    taken = looker.capture(site.url + path)
    assert (taken.outcome, taken.reason, taken.fault, taken.complete) == ("challenge", reason, "ours", False)
    (check,) = passed(taken)
    assert check.passed is False
    assert "仍停在验证页" in check.detail
    assert taken.of_role("tile")


@pytest.mark.parametrize(
    ("path", "reason"), [("/403", "http_403"), ("/405-silent", "http_405"), ("/412-silent", "http_412")]
)
def test_a_refusal_without_a_word_is_a_block_at_once(looker: Looker, site: Site, path: str, reason: str) -> None:
    taken = looker.capture(site.url + path)
    assert (taken.outcome, taken.reason, taken.fault) == ("blocked", reason, "ours")


def test_too_many_requests_ask_for_patience_and_are_no_challenge(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/429-words")
    assert (taken.outcome, taken.reason) == ("blocked", "http_429")


def test_no_page_without_a_challenge_says_that_one_was_passed(looker: Looker, site: Site) -> None:
    for path in ("/", "/moved", "/refresh", "/home"):
        assert passed(looker.capture(site.url + path)) == []


def test_a_challenge_is_tried_once_more_in_a_fresh_context_and_is_then_a_block(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [written("guarded", f"{site.url}/slider-stuck")], challenge_seconds=1)
    report = ran(opened)
    assert [(r.capture.key[-1], r.capture.outcome, r.capture.fault) for r in report.records] == [
        ("1", "challenge", "ours"),
        ("2", "blocked", "ours"),
    ]


def test_one_address_that_stays_guarded_ends_as_blocked(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [], challenge_seconds=0)
    holdings = Holdings.open(opened.store_path)
    record = asyncio.run(capture_url(opened, holdings, f"{site.url}/waf-200", clock=SystemClock()))
    assert (record.capture.outcome, record.capture.reason, record.capture.fault) == ("blocked", "challenge", "ours")


def test_a_block_page_of_our_own_side_is_known_by_its_words_or_by_the_private_address_it_leads_to(
    looker: Looker, site: Site
) -> None:
    worded = looker.capture(site.url + "/own-side")
    led = looker.visit(target("http://www.shifan.gov.cn/"), diverted(site.url + "/plain"))[0]
    assert [(t.outcome, t.reason, t.fault) for t in (worded, led)] == [("blocked", "own_side", "ours")] * 2


def diverted(aim: str) -> Flow:
    """A flow whose network sends every request for a name elsewhere, as gateways do."""
    flow = Flow("tests.diverted")

    @flow.visit
    async def open_and_capture(run):  # type: ignore[no-untyped-def]
        async def divert(route):  # type: ignore[no-untyped-def]
            await route.fulfill(status=302, headers={"Location": aim})

        await run.ready()
        await run.page.route("http://www.shifan.gov.cn/**", divert)
        await run.open(run.target.url)
        await run.capture("home")

    return flow


@pytest.mark.parametrize(
    ("status", "more", "known"),
    [
        (412, {"scripts": 1, "links": 0}, True),
        (521, {"scripts": 2, "links": 3}, True),
        (412, {"scripts": 0, "links": 0, "plain": ("Precondition Failed",)}, False),
        (202, {"plain": (), "links": 0, "drawn": 0}, True),
        (202, {"plain": ("已受理",), "links": 0, "scripts": 1}, False),
        (202, {"plain": (), "links": 0, "drawn": 0, "rows": 6}, False),
        (200, {"plain": (), "links": 0, "drawn": 0, "scripts": 1}, False),
    ],
)
def test_a_challenge_without_words_is_known_by_status_and_script(
    status: int, more: dict[str, object], known: bool
) -> None:
    assert (stands(status, look(**more), {}) is not None) is known


def test_waiting_for_a_challenge_is_bounded_by_the_time_of_the_page(looker: Looker, site: Site) -> None:
    patient = replace(LIMITS, challenge_seconds=60, page_seconds=4)
    taken = looker.capture(site.url + "/slider-stuck", limits=patient)
    assert (taken.outcome, taken.reason) == ("challenge", "challenge")
