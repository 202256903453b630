"""A browser on another machine, or one that a person has open, is used as it is, named in the record, and never ended."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable, get_driver_env
from playwright.async_api import async_playwright

from collector import browser as browsers
from collector import doctor, elsewhere, memory, offline
from collector.clock import SystemClock
from collector.errors import BrowserError, WorkspaceError
from collector.run import run
from collector.workspace import Workspace
from evidence import canonical
from evidence.holdings import Holdings
from evidence.model import Record
from tests.site.server import Site

PROGRAM = browsers.find()
SECRET = "profile-of-zhang-san"


@contextmanager
def opened(folder: Path) -> Iterator[str]:
    """Have a browser open that listens for others, as a person may; gives its address."""
    assert isinstance(PROGRAM, browsers.BrowserBinary) and PROGRAM.path
    profile = folder / SECRET
    words = [PROGRAM.path, *PROGRAM.flags, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, start_new_session=True, **quiet) as process:
        told = profile / "DevToolsActivePort"
        end = time.monotonic() + 20
        while not (told.exists() and "\n" in told.read_text()) and time.monotonic() < end:
            assert process.poll() is None
        try:
            yield f"cdp://127.0.0.1:{told.read_text().splitlines()[0]}"
            assert process.poll() is None, "the browser of somebody else was ended"
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # the launcher and all its browser's processes


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run a browser server of Playwright's, as another machine may; gives its address."""
    assert isinstance(PROGRAM, browsers.BrowserBinary) and PROGRAM.path
    settings = folder / "server.json"
    settings.write_text(json.dumps({"executablePath": str(PROGRAM.path), "args": list(PROGRAM.flags), "port": 0}))
    words = [*compute_driver_executable(), "launch-server", "--browser", "chromium", "--config", str(settings)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=get_driver_env(), text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def captured(folder: Path, url: str, browser: str, **more: object) -> tuple[Record, dict[str, object], Holdings]:
    """Capture a page by a run of a workspace that names the browser; return record and environment."""
    folder.mkdir()
    settings = {"browser": browser, "limits": {"navigation_seconds": 5, "settle_seconds": 1}, **more}
    (folder / "quzheng.yaml").write_text(json.dumps(settings))
    (folder / "targets.yaml").write_text(json.dumps([{"id": "t", "name": "t", "url": url}]))
    workspace = Workspace.open(folder)
    holdings = Holdings.open(workspace.store_path)
    (record,) = asyncio.run(run(workspace, holdings, clock=SystemClock())).records
    environment = canonical.decode(holdings.store.read(record.capture.environment))
    return record, environment["browser"], holdings


def test_a_browser_that_a_person_has_open_captures_whole_pages_and_the_record_says_whose_it_was(
    tmp_path: Path, site: Site
) -> None:
    with opened(tmp_path) as address:
        record, told, holdings = captured(tmp_path / "w", site.url + "/", address, attended_by="张三")
    assert (record.capture.outcome, record.capture.complete) == ("captured", True)
    assert (told["elsewhere"], told["attended"], told["attended_by"]) == (address, True, "张三")
    assert told["sha256"] is None
    assert "--remote-debugging-port" in told["flags"]  # type: ignore[operator]
    stored = [holdings.store.read(path.parent.name + path.name.removesuffix(".gz")) for path in blobs(holdings)]
    assert not any(SECRET.encode() in data for data in stored)


def blobs(holdings: Holdings) -> list[Path]:
    return list(holdings.store.blobs.glob("*/*"))


def test_a_browser_that_nobody_sees_is_not_called_attended(tmp_path: Path, site: Site) -> None:
    with opened(tmp_path) as address:
        _, told, _ = captured(tmp_path / "w", site.url + "/", address)
    assert (told["attended"], told["attended_by"]) == (False, None)
    assert str(told["program"]).startswith("HeadlessChrome/")
    assert "Headless" not in str(told["user_agent"])


@pytest.mark.parametrize(("context", "sees"), [("theirs", True), ("own", False)])
def test_the_log_ins_of_the_person_are_used_only_where_the_office_says_so(
    tmp_path: Path, site: Site, context: str, sees: bool
) -> None:
    async def log_in(address: str) -> None:
        async with async_playwright() as playwright:
            person = await playwright.chromium.connect_over_cdp(address.replace("cdp", "http", 1))
            cookie = {"name": "SESSION", "value": site.session, "url": site.url}
            await person.contexts[0].add_cookies([cookie])  # type: ignore[list-item]
            await (await person.contexts[0].new_page()).goto(site.url + "/plain")

    async def left_open(address: str) -> list[str]:
        async with async_playwright() as playwright:
            person = await playwright.chromium.connect_over_cdp(address.replace("cdp", "http", 1))
            return sorted(page.url for page in person.contexts[0].pages)

    with opened(tmp_path) as address:
        asyncio.run(log_in(address))
        before = asyncio.run(left_open(address))
        record, _, holdings = captured(tmp_path / "w", site.url + "/inside", address, context=context)
        assert asyncio.run(left_open(address)) == before
    dom = holdings.store.read(record.capture.of_role("dom")[0].sha256).decode()
    assert ("欢迎您" in dom) is sees
    cleanliness = canonical.decode(holdings.store.read(record.capture.cleanliness or ""))
    answers = {one["name"]: one["passed"] for one in cleanliness["checks"]}
    assert answers["fresh profile"] is not sees


def test_a_browser_server_on_another_machine_captures_whole_pages_and_its_token_is_written_nowhere(
    tmp_path: Path, site: Site
) -> None:
    with serving(tmp_path) as address:
        record, told, holdings = captured(tmp_path / "w", site.url + "/", address)
        captured(tmp_path / "again", site.url + "/", address)  # it serves on
    token = address.rpartition("/")[2]
    assert (record.capture.outcome, record.capture.complete) == ("captured", True)
    assert told["elsewhere"] == address.removesuffix("/" + token)
    assert len(token) > 20
    assert not any(
        token.encode() in path.read_bytes() for path in (tmp_path / "w" / "store").rglob("*") if path.is_file()
    )


@pytest.mark.parametrize("scheme", ["cdp", "ws"])
def test_where_no_browser_answers_the_place_is_named_with_what_to_do(scheme: str) -> None:
    async def connect(address: str) -> None:
        async with browsers.start(browsers.find(address)):
            raise AssertionError("nobody listens there")

    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"{scheme}://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(BrowserError, match=rf"no browser answers at {re.escape(address)}(?s:.)*try: ") as caught:
            asyncio.run(connect(f"{address}/token-f3a9c07be1d2" if scheme == "ws" else address))
    assert "f3a9c07be1d2" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1", "cdp://127.0.0.1", "ws://:9", "cdp://me:secret@host:1", "cdp://[::1:9", "ws://h:x"],
)
def test_what_is_no_address_of_a_browser_is_told_without_its_secrets(address: str) -> None:
    with pytest.raises(BrowserError, match="setting `browser`: expected ws://") as caught:
        browsers.find(address)
    assert "secret" not in str(caught.value)


def test_a_saved_file_is_never_shown_by_a_browser_elsewhere() -> None:
    async def show() -> None:
        async with offline.room("cdp://127.0.0.1:9"):
            raise AssertionError("shown elsewhere")

    with pytest.raises(BrowserError, match="a browser of this machine"):
        asyncio.run(show())


def test_the_doctor_asks_the_browser_that_the_workspace_names(tmp_path: Path) -> None:
    (tmp_path / "quzheng.yaml").write_text('{"browser": "cdp://127.0.0.1:9"}')
    (answer,) = [one for one in doctor.examine(tmp_path) if one.name == "browser"]
    assert not answer.well
    assert "cdp://127.0.0.1:9" in answer.detail
    with opened(tmp_path) as address:
        (tmp_path / "quzheng.yaml").write_text(json.dumps({"browser": address}))
        (answer,) = [one for one in doctor.examine(tmp_path) if one.name == "browser"]
    assert answer.well
    assert address in answer.detail


def test_the_memory_of_a_browser_elsewhere_is_not_read_from_processes_here(tmp_path: Path) -> None:
    async def held(address: str) -> int | None:
        async with browsers.start(browsers.find(address)) as browser:
            return await memory.of_browser(browser)

    with opened(tmp_path) as address:
        assert asyncio.run(held(address)) is None


def test_the_setting_for_the_context_is_one_of_two(tmp_path: Path) -> None:
    (tmp_path / "quzheng.yaml").write_text("store: store\ncontext: mine\n")
    with pytest.raises(WorkspaceError, match=r"quzheng.yaml:2: context: expected own, theirs, got 'mine'"):
        Workspace.open(tmp_path)


def test_ipv6_addresses_of_browsers_keep_their_brackets() -> None:
    assert elsewhere.at("x", "cdp://[::1]:9222").endpoint == "http://[::1]:9222"
