"""A page is pictured early and believed only if it sat still: what comes meanwhile is waited for, and pictured anew."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field

import pytest

from collector.flow import Flow
from collector.frames import evaluate
from collector.visit import Visit
from evidence.errors import StoreError
from evidence.model import Blob, Capture
from tests.collector.conftest import Looker, Memory, one_page, target
from tests.site.server import Site

LAST = "关于开展第6次专项检查的通知"


def dom(looker: Looker, taken: Capture) -> str:
    return looker.sink.blobs[taken.of_role("dom")[0].sha256].decode()


def check(taken: Capture, name: str) -> bool | None:
    return next(check.passed for check in taken.checks if check.name == name)


@pytest.mark.parametrize("path", ["/restless/fetches", "/restless/fills"])
def test_what_fills_the_list_a_moment_after_the_page_has_loaded_is_in_the_capture(
    looker: Looker, site: Site, path: str
) -> None:
    taken = looker.capture(site.url + path)
    assert (taken.complete, check(taken, "main stands still")) == (True, True)
    assert LAST in dom(looker, taken)


def test_a_page_that_goes_elsewhere_while_it_is_pictured_is_pictured_where_it_has_come_to(
    looker: Looker, site: Site
) -> None:
    taken = looker.capture(site.url + "/restless/goes")
    assert (taken.final_url, taken.complete) == (site.url + "/restless/there", True)
    assert LAST in dom(looker, taken)


def test_a_page_that_never_falls_quiet_is_taken_as_it_is_and_the_record_says_so(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/restless/polls")
    assert (taken.complete, check(taken, "network quiet")) == (True, False)


def test_no_picture_is_stored_that_no_record_knows(looker: Looker, site: Site) -> None:
    before = set(looker.sink.blobs)
    taken = looker.capture(site.url + "/restless/fetches")
    new = {name for name, data in looker.sink.blobs.items() if data.startswith(b"\x89PNG")} - before
    assert new <= set(taken.cited)


@dataclass
class Slow(Memory):
    """Takes no picture until it may."""

    may: threading.Event = field(default_factory=threading.Event)

    def put(self, data: bytes, media_type: str) -> Blob:
        assert media_type != "image/png" or self.may.wait(20)
        return super().put(data, media_type)


def test_a_page_is_stored_while_the_next_is_opened_and_what_that_brings_is_not_in_it(
    looker: Looker, site: Site
) -> None:
    slow = Slow(looker.sink.blobs)
    flow = Flow("tests.two_pages", labels=("home", "next"))

    @flow.visit
    async def visit(run: Visit) -> None:
        await run.open(site.url + "/?first")
        await run.capture("home")
        await run.open(site.url + "/lazy")
        slow.may.set()
        await run.capture("next")

    home, after = Looker(do=looker.do, keeper=looker.keeper, sink=slow).visit(target(site.url), flow)
    assert [a.url for a in home.of_role("body")] == [site.url + "/?first"]
    assert {a.url for a in after.of_role("body")} == {site.url + "/lazy", site.url + "/pixel.png?lazy"}
    assert home.ended <= after.started


class Full(Memory):
    """A disk without room for pictures."""

    def put(self, data: bytes, media_type: str) -> Blob:
        if media_type == "image/png":
            raise StoreError("no room")
        return super().put(data, media_type)


@pytest.mark.parametrize("breaks", [False, True], ids=["", "and the flow breaks too"])
def test_a_page_that_cannot_be_stored_ends_the_visit_and_is_never_passed_over(
    looker: Looker, site: Site, breaks: bool
) -> None:
    flow = Flow("tests.no_room", labels=("home",))

    @flow.visit
    async def visit(run: Visit) -> None:
        await run.open(site.url)
        await run.capture("home")
        if breaks:
            raise ValueError("the flow's own fault")

    with pytest.raises(StoreError):
        Looker(do=looker.do, keeper=looker.keeper, sink=Full()).visit(target(site.url), flow)


def test_our_world_in_a_page_lasts_as_long_as_its_document(looker: Looker, site: Site) -> None:
    seen: list[object] = []
    flow = Flow("tests.worlds", labels=("home",))

    @flow.visit
    async def visit(run: Visit) -> None:
        window = run.window
        asked = window.session.send
        made: list[str] = []

        async def counted(method: str, params: object = None) -> object:
            made.extend([method] * (method == "Page.createIsolatedWorld"))
            return await asked(method, params)  # type: ignore[arg-type]

        window.session.send = counted  # type: ignore[method-assign, assignment]
        await run.open(site.url + "/home")
        await evaluate(window.session, window.frame_id, "1")
        made.clear()
        seen.append(await evaluate(window.session, window.frame_id, "globalThis.kept = location.pathname"))
        seen.append(await evaluate(window.session, window.frame_id, "globalThis.kept"))
        seen.append(await window.page.evaluate("typeof kept"))
        await window.page.goto(site.url + "/gzip")
        seen.append(await evaluate(window.session, window.frame_id, "[typeof kept, location.pathname]"))
        await asyncio.gather(*(evaluate(window.session, window.frame_id, "1") for _ in range(3)))
        seen.append(len(made))
        await run.capture("home")

    looker.visit(target(site.url), flow)
    assert seen == ["/home", "/home", "undefined", ["undefined", "/gzip"], 1]


def test_a_page_that_hangs_keeps_the_pictures_that_were_taken_before(looker: Looker, site: Site) -> None:
    taken = looker.capture(site.url + "/home")
    assert taken.of_role("tile")
    (hung,) = looker.visit(target(site.url + "/hung-script"), one_page())
    assert (hung.outcome, hung.of_role("tile")) == ("timeout", ())
