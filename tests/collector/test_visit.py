"""Every label that is due gives exactly one capture, whatever the flow, the page or the browser does."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

from collector.errors import FlowError
from collector.flow import Flow
from collector.manners import Gate
from collector.visit import Visit
from collector.workspace import Limits
from evidence import canonical
from evidence.model import Record
from tests.collector.conftest import Looker, target
from tests.site.server import Site

COLUMNS = [{"label": "a", "name": "甲", "url": "/gzip"}, {"label": "b", "name": "乙", "url": "/bom"}]


def flow_of(script) -> Flow:  # type: ignore[no-untyped-def]
    flow = Flow("tests.scripted")
    flow.visit(script)
    return flow


def test_a_flow_that_breaks_keeps_what_it_has_and_says_why_the_rest_is_missing(looker: Looker, site: Site) -> None:
    async def script(visit: Visit) -> None:
        await visit.open(visit.address("home"))
        await visit.capture("home")
        async with visit.step("打开列表"):
            raise ValueError("列表变了")

    home, a, b = looker.visit(target(site.url, columns=COLUMNS), flow_of(script))
    assert (home.outcome, home.complete) == ("captured", True)
    assert {(c.label, c.outcome, c.reason, c.fault) for c in (a, b)} == {
        (label, "flow_failed", "valueerror", "ours") for label in "ab"
    }
    log = looker.sink.blobs[a.of_role("log")[0].sha256].decode()
    assert "列表变了" in log
    assert "打开列表" in log


def test_a_flow_that_wants_to_end_the_program_ends_only_itself(looker: Looker, site: Site) -> None:
    async def script(visit: Visit) -> None:
        sys.exit(3)

    (home,) = looker.visit(target(site.url), flow_of(script))
    assert (home.outcome, home.reason) == ("flow_failed", "systemexit")


def test_a_flow_that_forgets_a_label_leaves_a_record_of_that(looker: Looker, site: Site) -> None:
    async def script(visit: Visit) -> None:
        await visit.open(visit.address("home"))
        await visit.capture("home")

    home, a, b = looker.visit(target(site.url, columns=COLUMNS), flow_of(script))
    assert [(c.outcome, c.reason) for c in (home, a, b)] == [("captured", None)] + [("flow_failed", "not_captured")] * 2


def test_a_label_cannot_be_captured_twice_in_one_visit(looker: Looker, site: Site) -> None:
    async def script(visit: Visit) -> None:
        for _ in range(2):
            await visit.open(visit.address("home"))
            await visit.capture("home")

    home, a, b = looker.visit(target(site.url, columns=COLUMNS), flow_of(script))
    assert (home.outcome, a.reason, b.reason) == ("captured", "flowerror", "flowerror")


def test_a_page_that_cannot_be_opened_is_told_by_its_own_capture_and_the_next_one_goes_on(
    looker: Looker, site: Site
) -> None:
    async def script(visit: Visit) -> None:
        for label, path in (("home", "/closed"), ("a", "/"), ("b", "/hang")):
            await visit.open(visit.target.url + path)
            await visit.capture(label)

    captures = looker.visit(target(site.url, columns=COLUMNS), flow_of(script))
    assert [c.outcome for c in captures] == ["unreachable", "captured", "timeout"]


def test_a_page_whose_process_crashes_is_a_capture_and_the_visit_goes_on(looker: Looker, site: Site) -> None:
    async def script(visit: Visit) -> None:
        await visit.open(visit.address("home"))
        await visit.open("chrome://crash")
        await visit.capture("home")
        await visit.open(visit.address("a"))
        await visit.capture("a")

    home, a = looker.visit(target(site.url, columns=COLUMNS[:1]), flow_of(script))
    assert (home.outcome, home.reason) == ("crashed", "renderer")
    assert (a.outcome, a.complete) == ("captured", True)


def test_recorded_playwright_steps_work_on_the_page(looker: Looker, site: Site) -> None:
    async def script(visit: Visit) -> None:
        await visit.page.goto(f"{visit.target.url}/form")
        await visit.page.get_by_role("link", name="附件").wait_for()
        await visit.capture("home")

    (home,) = looker.visit(target(site.url), flow_of(script))
    assert (home.outcome, home.final_url) == ("captured", f"{site.url}/form")


def test_a_step_that_finds_nothing_is_a_failed_flow_and_an_address_that_is_dead_is_not(
    looker: Looker, site: Site
) -> None:
    async def click(visit: Visit) -> None:
        await visit.page.goto(visit.target.url)
        await visit.page.click("#nix", timeout=200)

    async def go(visit: Visit) -> None:
        await visit.page.goto(f"{visit.target.url}/closed")

    (first,) = looker.visit(target(site.url), flow_of(click))
    (second,) = looker.visit(target(site.url), flow_of(go))
    assert (first.outcome, first.reason) == ("flow_failed", "step_timeout")
    assert (second.outcome, second.reason) == ("unreachable", "closed")


def test_a_link_that_turns_into_a_file_leaves_the_page_whole(looker: Looker, site: Site) -> None:
    async def script(visit: Visit) -> None:
        await visit.open(visit.target.url)
        await visit.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<a id=x href=/download>导出</a>')")
        await visit.download("#x")
        await visit.capture("home")

    (home,) = looker.visit(target(f"{site.url}/home"), flow_of(script))
    assert (home.outcome, home.complete, home.redirects) == ("captured", True, ())
    assert len(home.of_role("download")) == 1


def test_a_download_is_kept_with_the_next_capture(looker: Looker, site: Site) -> None:
    async def script(visit: Visit) -> None:
        await visit.open(f"{visit.target.url}/form")
        await visit.download("#file")
        await visit.capture("home")

    (home,) = looker.visit(target(site.url), flow_of(script))
    (file,) = home.of_role("download")
    assert looker.sink.blobs[file.sha256] == b"PK-file"


def test_a_script_can_read_the_page_to_decide_where_to_go(looker: Looker, site: Site) -> None:
    read = []

    async def script(visit: Visit) -> None:
        await visit.open(visit.target.url)
        read.append(await visit.read())
        await visit.capture("home")

    looker.visit(target(site.url), flow_of(script))
    assert [str(item.date) for item in read[0].items] == [f"2021-0{n}-15" for n in range(1, 7)]


def test_a_flow_that_never_ends_is_ended(looker: Looker, site: Site) -> None:
    async def script(visit: Visit) -> None:
        await asyncio.Event().wait()

    limits = Limits(navigation_seconds=1, page_seconds=1)
    (home,) = looker.visit(target(site.url), flow_of(script), limits=limits)
    assert (home.outcome, home.reason) == ("flow_failed", "flow_timeout")


def test_text_that_is_no_text_is_kept_as_far_as_it_goes(looker: Looker, site: Site) -> None:
    taken = looker.capture(f"{site.url}/surrogate")
    assert (taken.outcome, taken.complete) == ("captured", True)
    assert canonical.encode(Record(capture=taken, previous=None).plain())
    assert json.loads(looker.sink.blobs[taken.exchanges])["exchanges"]


def test_an_answer_larger_than_the_limit_is_let_through_and_listed(looker: Looker, site: Site) -> None:
    limits = Limits(navigation_seconds=2, page_seconds=5, body_bytes=200)
    taken = looker.capture(site.url, limits=limits)
    (line,) = (
        line
        for line in json.loads(looker.sink.blobs[taken.exchanges])["exchanges"]
        if line["resource_type"] == "Document"
    )
    assert (line["body"], line["body_state"]) == (None, "too_large")
    assert (taken.outcome, taken.complete) == ("captured", False)


def test_no_more_visits_than_allowed_are_on_one_host_at_once() -> None:
    inside, most = {"a": 0, "b": 0}, {"a": 0, "b": 0}

    async def visit(gate: Gate, host: str) -> None:
        async with gate.passed(f"http://{host}/"):
            inside[host] += 1
            most[host] = max(most[host], inside[host])
            for _ in range(5):
                await asyncio.sleep(0)
            inside[host] -= 1

    async def together() -> None:
        gate = Gate(jobs=8, per_host=2)
        await asyncio.gather(*(visit(gate, host) for host in "ababababab"))

    asyncio.run(together())
    assert most == {"a": 2, "b": 2}


def test_a_partial_source_must_say_why() -> None:
    with pytest.raises(FlowError, match="because"):
        Flow("tests.partial", coverage="partial")


def test_a_strangers_view_of_an_account_is_never_complete_unless_declared() -> None:
    account = target("http://a.example/", kind="account")
    assert Flow("tests.x").coverage_of(account) == "partial"
    assert Flow("tests.x", coverage="complete").coverage_of(account) == "complete"
    assert Flow("tests.x").coverage_of(target("http://a.example/")) == "complete"
