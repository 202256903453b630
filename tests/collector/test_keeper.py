"""A browser that has worked long or has grown is replaced between two visits, and no capture is lost by it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from collector import browser as browsers
from collector import memory
from collector.keeper import Keeper
from tests.collector.conftest import Memory
from tests.collector.test_run import ran, target, workspace
from tests.site.server import Site


def test_after_its_captures_a_browser_is_lent_to_nobody_and_closed_when_its_last_visit_ends() -> None:
    async def play() -> None:
        async with Keeper(browsers.find(), Memory(), captures=2) as keeper:
            async with keeper.lent(1) as first:
                async with keeper.lent(2) as second:
                    assert second is first
                assert (await keeper.running()) is not first
                assert first.browser.is_connected()  # its other visit still works
                page = await first.browser.new_page()
                assert await page.evaluate("1 + 1") == 2
            assert not first.browser.is_connected()
            async with keeper.lent(1) as third:
                assert third.browser.is_connected()
            assert (await keeper.running()) is third

    asyncio.run(play())


def test_a_browser_that_holds_too_much_memory_is_replaced() -> None:
    async def play() -> None:
        async with Keeper(browsers.find(), Memory(), resident=10 << 20) as keeper:
            async with keeper.lent(1) as first:
                assert (await memory.resident(first.browser) or 0) > 10 << 20
            assert not first.browser.is_connected()
            assert (await keeper.running()).browser.is_connected()

    asyncio.run(play())


def test_a_browser_that_dies_at_its_replacement_costs_nothing() -> None:
    async def play() -> None:
        async with Keeper(browsers.find(), Memory(), resident=1 << 40) as keeper:
            async with keeper.lent(1) as first:
                await first.browser.close()
            assert (await keeper.running()).browser.is_connected()

    asyncio.run(play())


def test_memory_of_a_process_is_none_where_it_cannot_be_seen(tmp_path: Path) -> None:
    assert (memory.of_process(os.getpid()) or 0) > 1 << 20
    assert memory.of_process(os.getpid(), proc=tmp_path) is None
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "statm").write_text("nonsense")
    assert memory.of_process(7, proc=tmp_path) is None


def test_a_run_that_changes_its_browser_loses_no_capture(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [target(f"t{n}", f"{site.url}/?{n}") for n in range(4)], browser_captures=1)
    report = ran(opened)
    assert [r.capture.outcome for r in report.records] == ["captured"] * 4
    assert {r.capture.key.rpartition("/")[2] for r in report.records} == {"1"}
