"""What playwright codegen records becomes a flow: its steps work inside a visit, and what was typed as a secret stays out."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from collector import recording
from collector.errors import FlowError
from collector.flow import discover
from collector.standin import Answer, Asked, Case, StandIn
from evidence.model import Capture
from tests.collector.conftest import Looker, target

HEAD = """import asyncio
import re
from playwright.async_api import Playwright, async_playwright, expect


async def run(playwright: Playwright) -> None:
    browser = await playwright.chromium.launch(headless=False)
    context = await browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    page = await context.new_page()
"""
FOOT = """    await page.close()

    # ---------------------
    await context.storage_state(path="state.json")
    await context.close()
    await browser.close()


async def main() -> None:
    async with async_playwright() as playwright:
        await run(playwright)


asyncio.run(main())
"""
"""As the generator of the installed Playwright writes them (PythonLanguageGenerator, python-async)."""
BROWSER = shutil.which("chromium-headless-shell") or shutil.which("chromium")
HOME = """<!doctype html><meta charset="utf-8"><title>示范县政府网</title><h1>示范县人民政府</h1>
<form action="/search"><label>检索词 <input name="q"></label><button>检索</button></form>
<p><a href="/new" target="_blank">政务公开平台</a></p><p><a href="/file.csv" download>下载名录</a></p>
<label>口令 <input type="password" name="p"></label>"""
FOUND = """<!doctype html><meta charset="utf-8"><title>检索结果</title><ul><li><a href="/1">{}</a></li></ul>"""

stand_in = StandIn(__name__, cases=(Case(path="/", expects={}),))


@stand_in.site
class Portal:
    def __init__(self, today: object) -> None:
        pass

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/search":
            return Answer(body=FOUND.format(f"关于{asked.query.get('q')}的通知"))
        if asked.path == "/new":
            return Answer(body="<!doctype html><meta charset='utf-8'><title>平台</title><h2>政务公开平台首页</h2>")
        if asked.path == "/file.csv":
            return Answer(
                body="序号,名称\n1,示范\n", media_type="text/csv", headers={"Content-Disposition": "attachment"}
            )
        return Answer(body=HOME)


@pytest.fixture(scope="module")
def portal() -> Iterator[str]:
    from datetime import date

    with stand_in.running(date(2026, 3, 2)) as base:
        yield base


def recorded(*steps: str) -> str:
    return HEAD + "".join(f"    {line}\n" for step in steps for line in step.splitlines()) + FOOT


def flow_of(*steps: str) -> recording.Recorded:
    return recording.flow_of(recorded(*steps), "taken")


def visited(looker: Looker, source: str, base: str, folder: Path) -> Capture:
    (folder / "taken.py").write_text(source, "utf-8")
    flow = discover(folder).choose(target(base + "/", flow="taken"))
    (home,) = looker.visit(target(base + "/"), flow)
    return home


def text(looker: Looker, taken: Capture) -> str:
    assert taken.outcome == "captured", looker.sink.blobs[taken.of_role("log")[0].sha256].decode()
    return looker.sink.blobs[taken.of_role("dom")[0].sha256].decode()


def test_recorded_steps_work_inside_a_visit(looker: Looker, portal: str, tmp_path: Path) -> None:
    made = flow_of(
        f'await page.goto("{portal}/")',
        'await page.get_by_role("textbox", name="检索词").click()',
        'await page.get_by_role("textbox", name="检索词").fill("医保")',
        'await page.get_by_role("button", name="检索").click()',
        'await expect(page.get_by_role("list")).to_contain_text(re.compile("医保"))',
    )
    assert "关于医保的通知" in text(looker, visited(looker, made.source, portal, tmp_path))
    assert "playwright.chromium" not in made.source
    assert "context" not in made.source
    assert f"await visit.open('{portal}/')" in made.source
    assert made.notes == ("第 4 步填了文字，请看其中有没有不该写在这里的内容",)


def test_a_window_that_opened_is_followed_in_the_same_one(looker: Looker, portal: str, tmp_path: Path) -> None:
    made = flow_of(
        f'await page.goto("{portal}/")',
        'async with page.expect_popup() as page1_info:\n    await page.get_by_role("link", name="政务公开平台").click()\n'
        "page1 = await page1_info.value",
        'await page1.get_by_role("heading", name="政务公开平台首页").click()',
    )
    home = visited(looker, made.source, portal, tmp_path)
    assert "政务公开平台首页" in text(looker, home)
    assert home.final_url == f"{portal}/new"
    assert "新窗口" in made.notes[0]


def test_a_file_that_was_downloaded_is_kept_with_the_capture(looker: Looker, portal: str, tmp_path: Path) -> None:
    made = flow_of(
        f'await page.goto("{portal}/")',
        'async with page.expect_download() as download_info:\n    await page.get_by_role("link", name="下载名录").click()\n'
        "download = await download_info.value",
    )
    home = visited(looker, made.source, portal, tmp_path)
    (kept,) = home.of_role("download")
    assert looker.sink.blobs[kept.sha256] == "序号,名称\n1,示范\n".encode()


@pytest.mark.parametrize(
    "place",
    [
        'get_by_role("textbox", name="密码")',
        'get_by_label("登录口令")',
        'get_by_placeholder("请输入短信验证码")',
        'locator("#passwd")',
        'locator("input[type=\\"password\\"]")',
        'locator("input[name=\\"UserPwd\\"]")',
        'get_by_test_id("otp-code")',
        'locator("iframe").content_frame.locator("#token")',
    ],
)
def test_what_was_typed_as_a_secret_is_not_written_down(place: str) -> None:
    made = flow_of('await page.goto("http://a.test/")', f'await page.{place}.fill("Zx9-geheim")')
    assert "Zx9-geheim" not in made.source + "".join(made.notes)
    assert "login" in made.source
    assert "登录" in made.notes[0] or "口令" in made.notes[0]


def test_a_secret_inside_a_step_that_waits_for_a_window_is_not_written_down_either() -> None:
    step = 'async with page.expect_popup() as page1_info:\n    await page.get_by_label("密码").fill("Zx9-geheim")'
    assert "Zx9-geheim" not in flow_of('await page.goto("http://a.test/")', step).source


def test_a_recording_without_a_step_opens_the_target_and_captures(looker: Looker, portal: str, tmp_path: Path) -> None:
    made = recording.flow_of(recorded(), "taken")
    assert "示范县人民政府" in text(looker, visited(looker, made.source, portal, tmp_path))


@pytest.mark.parametrize("program", ["def run(playwright):\n    pass\n", "print(1)\n", "async def run(\n", ""])
def test_what_is_no_recording_is_refused_with_how_to_make_one(program: str) -> None:
    with pytest.raises(FlowError, match="--target python-async"):
        recording.flow_of(program, "taken")


def test_without_a_display_it_says_how_to_record_elsewhere() -> None:
    with pytest.raises(FlowError, match="--from"):
        recording.record("http://a.test/", environ={"PATH": os.environ["PATH"]}, platform="linux")


def test_a_browser_that_shows_no_window_is_not_taken_for_one(tmp_path: Path) -> None:
    environ = {"PATH": str(tmp_path), "DISPLAY": ":0", "QUZHENG_BROWSER": "chromium-headless-shell"}
    with pytest.raises(FlowError, match="apt-get install chromium"):
        recording.window_browser(environ, "linux")
    (tmp_path / "chromium").write_text("#!/bin/sh\n")
    (tmp_path / "chromium").chmod(0o755)
    assert recording.window_browser(environ, "linux") == str(tmp_path / "chromium")
    assert recording.window_browser({"PATH": str(tmp_path)}, "darwin") == str(tmp_path / "chromium")


@pytest.mark.skipif(BROWSER is None, reason="no browser on the PATH")
def test_the_recorder_itself_writes_what_is_taken_over(looker: Looker, portal: str, tmp_path: Path) -> None:
    """The real codegen, with real clicks and keys in its own browser; only its window is left out."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nexec {BROWSER} --remote-debugging-port={port} "$@"\n')
    browser.chmod(0o755)
    out = tmp_path / "recorded.py"
    command, settings = recording.codegen(f"{portal}/", out, str(browser))
    hidden = {"PWTEST_CLI_HEADLESS": "1", "PWTEST_CLI_IS_UNDER_TEST": "1"}
    with subprocess.Popen(
        command, env={**os.environ, **settings, **hidden}, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as recorder:
        try:
            asyncio.run(_act(port, out))
        finally:
            recorder.communicate(b"exit", timeout=20)
    made = recording.flow_of(out.read_text("utf-8"), "taken")
    assert "geheim" not in made.source
    (tmp_path / "flows").mkdir()
    assert "关于医保的通知" in text(looker, visited(looker, made.source, portal, tmp_path / "flows"))


async def _act(port: int, out: Path) -> None:
    """Do what a person would do in the recorder's window, until the recorder has written it down."""
    async with async_playwright() as playwright:
        end = time.monotonic() + 20
        while True:
            try:
                browser = await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
                page = next(p for c in browser.contexts for p in c.pages if p.url.startswith("http://127.0.0.1"))
                break
            except Exception:
                assert time.monotonic() < end, "the recorder's browser did not come up"
                await asyncio.sleep(0.1)
        await page.get_by_label("口令").fill("geheim")
        await page.get_by_label("检索词").fill("医保")
        await page.get_by_role("button", name="检索").click()
        while "检索" not in (written := out.read_text("utf-8")) or "button" not in written:
            assert time.monotonic() < end, written
            await asyncio.sleep(0.1)
