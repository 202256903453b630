"""The pages of the desk in a real browser: a finding's whole way by keyboard and form, what means harm, eyes and widths."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from evidence import verify
from evidence.desk import app as desk_app
from evidence.desk.desk import Desk
from evidence.desk.roles import Role
from evidence.disputes import form
from evidence.model import ImageText
from evidence.readings import shared_key
from tests.evidence import disputed
from tests.evidence.desk import desks
from tests.evidence.desk.harm import CORPUS
from tests.evidence.desk.review_scene import tenant
from tests.evidence.disputed import Scene

PROGRAM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
WIDTHS = (1280, 390)
SERIOUS = ("serious", "critical")
HARM = "，".join(CORPUS)
WRONG = ("error", "warning")


@dataclass(frozen=True, slots=True)
class Open:
    url: str
    desk: Desk
    scene: Scene
    browser: Browser

    def context(self, role: Role, width: int = 1280, **more: Any) -> BrowserContext:
        """Return a browser window in which a user of a role is logged in."""
        context = self.browser.new_context(viewport={"width": width, "height": 900}, **more)
        token = self.desk.sessions.begin(desks.NAMES[role], self.desk.now())
        context.add_cookies([{"name": "quzheng", "value": token, "url": self.url}])
        return context


def poisoned(scene: Scene) -> None:
    """Put the corpus into what was read of every exhibit: page title, items, text in pictures, notes."""
    holdings = scene.holdings
    for id in scene.finding.exhibits:
        record = holdings.record(id)
        key = shared_key(record, holdings)
        reading = holdings.derived.reading(key)
        assert reading is not None
        tile = record.capture.of_role("tile")[0].sha256
        image = ImageText(sha256=tile, url=HARM, box=None, text=HARM, confidence=900, engine=HARM[:60])
        items = tuple(replace(reading.items[0], title=text, href=text) for text in CORPUS)
        changed = replace(reading, title=HARM, images=(image,), notes=(HARM,), items=(*items, *reading.items))
        holdings.derived.put_reading(key, changed)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    if PROGRAM is None:
        pytest.skip("no Chromium here")
    root = tmp_path_factory.mktemp("office")
    scene = disputed.scene(root, published=False, confirmed=False)
    poisoned(scene)
    clock = desks.Clock()
    clock.at = disputed.OPENED
    app = desk_app.create(tenant(scene.house, root), clock, desks.cheap())
    desks.add_users(app.state.desk)
    with desks.served(app) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM)
        yield Open(url, app.state.desk, scene, browser)
        browser.close()


def listened(page: Page) -> list[str]:
    """What the browser complains of, what opens a dialog, and every request that leaves the desk."""
    heard: list[str] = []
    page.on("console", lambda one: heard.append(f"{one.text} {one.location['url']}") if one.type in WRONG else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda one: None if one.url.startswith("http://127.0.0.1") else heard.append(one.url))
    return heard


def settled(page: Page, address: str) -> None:
    """Open an address and wait until what was asked for is there, and no page that waits for it."""
    page.goto(address)
    expect(page.locator("meta[http-equiv=refresh]")).to_have_count(0)


def enter_objection(page: Page, opened: Open, folder: Path) -> str:
    """Take in an objection through the form and return the address of its page."""
    file = folder / "objection-zh.txt"
    file.write_text(form.filled(opened.scene.form(statement=HARM.replace("\0", ""))), "utf-8")
    enclosed = folder / "发布日志<img src=x onerror=alert(1)>.txt"
    enclosed.write_text("2020-12-25 发布1条\n", "utf-8")
    page.goto(opened.url + "/disputes")
    page.set_input_files("#written", file)
    page.set_input_files("#files", enclosed)
    page.get_by_role("button", name="收下").click()
    page.wait_for_url("**/disputes/D-*")
    return page.url


def publish(opened: Open) -> None:
    """Publish the finding as the leader, without JavaScript; no file is chosen."""
    with opened.context("leader", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{opened.url}/findings/{opened.scene.finding.id}")
        page.locator("#published summary").click()
        page.fill("#due-published", "2021-09-01")
        page.get_by_role("button", name="记为已通报").click()
        expect(page.get_by_role("heading", name="办理：已通报")).to_be_visible()


def everywhere(opened: Open) -> list[str]:
    """The pages that show what was captured or handed in."""
    finding, exhibits = opened.scene.finding, opened.scene.finding.exhibits
    return [
        "/findings", f"/findings/{finding.id}", "/targets", "/targets/shifan", "/targets/shifan?label=c0",
        "/targets/shifan/columns", f"/records/{exhibits[0]}", f"/records/{exhibits[1]}/against/{exhibits[0]}",
        "/cases", "/disputes", "/bulletins", "/search?q=script", "/search?q=不更新",
    ]  # fmt: skip


def test_a_finding_goes_its_whole_way(opened: Open, tmp_path: Path) -> None:
    """Reviewed by keyboard, objected to from the unit's file, ruled on by two, answered; and the answer verifies."""
    finding = opened.scene.finding
    with opened.context("inspector") as context:
        page = context.new_page()
        heard = listened(page)
        page.goto(opened.url + "/findings")
        page.keyboard.press("j")
        page.wait_for_url(f"**/findings/{finding.id}**")
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_have_attribute("open", "")
        page.keyboard.press("w")
        page.keyboard.type("c 写在理由里的字母不是按键")
        page.keyboard.press("Escape")
        page.keyboard.press("c")
        expect(page.get_by_role("button", name="确认", exact=True)).to_be_focused()
        assert opened.desk.docket.chains().get(finding.id, ()) == (), "one key alone decides nothing"
        page.keyboard.press("Enter")
        page.wait_for_url("**done=**")
        expect(page.get_by_role("heading", name="办理：已确认")).to_be_visible()
        publish(opened)
        dispute = enter_objection(page, opened, tmp_path)
        assert heard == []
    with opened.context("reviewer", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(dispute)
        page.set_input_files("#bundle", opened.scene.bundle)
        page.locator("#sheet ~ form input[name=look]").uncheck()
        page.get_by_role("button", name="作核对").click()
        page.wait_for_url(dispute)
        page.locator("input[value=upheld]").check()
        page.fill("#why", "检查时点之前各次查看都没有这条信息。")
        page.get_by_role("button", name="提出裁定").click()
        expect(page.get_by_text("待另一人复核")).to_be_visible()
        expect(page.get_by_role("button", name="同意裁定")).to_have_count(0)
    with opened.context("leader") as context:
        page = context.new_page()
        page.goto(dispute)
        page.get_by_role("button", name="同意裁定").click()
        page.get_by_role("button", name="制作并下载答复").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="下载证据包").click()
        answer = tmp_path / "answer.zip"
        download.value.save_as(answer)
    verdict = verify.verify(answer, trust=opened.scene.certificate)
    assert verdict.holds(), [check for check in verdict.checks if check.passed is False]
    steps = [(event.step, event.by, event.second) for event in opened.desk.docket.chains()[finding.id]]
    assert steps[:2] == [("confirmed", desks.NAMES["inspector"], ""), ("published", desks.NAMES["leader"], "")]
    assert steps[-1] == ("upheld", desks.NAMES["reviewer"], desks.NAMES["leader"])


def test_what_means_harm_does_nothing_and_is_seen(opened: Open) -> None:
    """Whatever a page says, a picture shows or a unit writes: it is text, for the eye and for nothing else."""
    seen = set()
    with opened.context("inspector") as context:
        page = context.new_page()
        heard = listened(page)
        for path in everywhere(opened):
            settled(page, opened.url + path)
            for details in page.locator("details").all():
                details.evaluate("one => { one.open = true }")
            alive = page.evaluate(
                """() => [window.taken, document.querySelectorAll('[onerror],[onload],[onfocus],[hx-trigger],[srcdoc]').length,
                  document.querySelectorAll('a[href^="javascript" i], base, meta[name=evil], svg script').length,
                  document.querySelectorAll('script:not([src])').length, location.pathname]"""
            )
            assert alive[:4] == [None, 0, 0, 0], path
            text = page.locator("main").inner_text()
            seen |= {one for one in CORPUS if one.split("\u202e")[0][:24] in text}
        assert heard == []
    assert seen == set(CORPUS), "some of it stands on no page: then this test looks at nothing"


def test_the_pages_have_no_serious_fault_and_are_not_too_wide(opened: Open, full: bool) -> None:
    """Widths of all pages; faults of the three that hold most, at the width of a telephone: of all, at both, with --full."""
    faults: list[object] = []
    with opened.context("inspector") as context:
        page = context.new_page()
        for path in everywhere(opened):
            settled(page, opened.url + path)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                if full or (width == min(WIDTHS) and path.startswith(("/findings/", "/targets/shifan?", "/disputes"))):
                    violations = Axe().run(page).response["violations"]
                    faults += [(path, width, one["id"]) for one in violations if one["impact"] in SERIOUS]
                over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                faults += [(path, width, f"{over} px too wide")] if over > 0 else []
            assert page.locator("h1").count() == 1, path
    assert faults == []


def test_a_captured_page_stands_in_a_fenced_frame(opened: Open) -> None:
    with opened.context("inspector") as context:
        page = context.new_page()
        heard = listened(page)
        page.goto(f"{opened.url}/records/{opened.scene.finding.exhibits[0]}")
        page.locator("details", has=page.locator("iframe")).first.evaluate("one => { one.open = true }")
        frame = page.locator("iframe").first
        frame.scroll_into_view_if_needed()
        assert frame.get_attribute("sandbox") == ""
        expect(page.frame_locator("iframe").first.get_by_role("heading", name="部门动态")).to_be_visible()
        assert heard == []


def test_two_records_are_compared_from_the_list_without_javascript(opened: Open) -> None:
    with opened.context("inspector", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(opened.url + "/targets/shifan?label=c0")
        page.get_by_role("button", name="比较选定的两次").click()
        page.get_by_role("heading", name="比较两条记录").wait_for()
        assert page.url.count("/against/") == 1
