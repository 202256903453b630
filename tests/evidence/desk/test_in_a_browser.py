"""The desk in a real browser: no serious fault for those who cannot see or use a mouse, both widths, without JavaScript too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from evidence.desk import app as desk_app
from evidence.desk import catalogue
from evidence.desk.desk import Desk
from evidence.desk.pages import access_log as access_log_page
from evidence.desk.roles import ROLES, Role, may
from evidence.model import Record
from tests.evidence.desk import city, desks
from tests.evidence.desk.test_access_log import entry

PROGRAM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
WIDTHS = (1280, 390)
SERIOUS = ("serious", "critical")


@dataclass(frozen=True, slots=True)
class Open:
    url: str
    desk: Desk
    record: Record
    browser: Browser

    def context(self, role: Role, width: int = 1280, **more: Any) -> BrowserContext:
        """Return a browser window in which a user of a role is logged in."""
        context = self.browser.new_context(viewport={"width": width, "height": 900}, **more)
        token = self.desk.sessions.begin(desks.NAMES[role], self.desk.now())
        context.add_cookies([{"name": "quzheng", "value": token, "url": self.url}])
        return context


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(access_log_page, "SHOWN", 20)
        yield from _opened(tmp_path_factory)


def _opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    if PROGRAM is None:
        pytest.skip("no Chromium here")
    root = tmp_path_factory.mktemp("desk")
    home, record = city.built(root, 12, city.EVIL, "示范省示范市示范县人民政府办公室政务公开工作领导小组办公室网站")
    clock = desks.Clock()
    app = desk_app.create(home, clock, desks.cheap())
    desk: Desk = app.state.desk
    desks.add_users(desk)
    for n in range(25):
        desk.log.write(entry(clock, path=f"/account?n={n}", user=city.EVIL))
    with desks.served(app) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM)
        yield Open(url, desk, record, browser)
        browser.close()


def shown() -> list[tuple[str, Role]]:
    """Each page without a parameter, with a role that may see it."""
    return [
        (one.path, next(role for role in ROLES if one.terms.right is None or may(role, one.terms.right)))
        for page in catalogue.pages()
        for one in page.routes
        if one.method == "GET" and "{" not in one.path and "open" in one.terms.stages
    ]


def listened(page: Page) -> list[str]:
    """What the browser complains of, and every request that leaves the desk."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    return heard


@pytest.mark.parametrize(("path", "role"), shown())
def test_a_page_has_no_serious_fault_and_is_not_too_wide(opened: Open, path: str, role: Role) -> None:
    faults: list[object] = []
    context = opened.context(role)
    page = context.new_page()
    heard = listened(page)
    page.goto(opened.url + path)
    for details in page.locator("details").all()[:1]:
        details.locator("summary").click()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        violations = Axe().run(page).response["violations"]
        faults += [(width, one["id"]) for one in violations if one["impact"] in SERIOUS]
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        faults += [(width, f"{over} px too wide")] if over > 0 else []
    assert faults + heard == []
    assert page.locator("h1").count() == 1
    context.close()


def test_each_page_has_a_title_of_its_own(opened: Open) -> None:
    titles = {}
    for path, role in shown():
        with opened.context(role) as context:
            page = context.new_page()
            page.goto(opened.url + path)
            titles[page.url] = page.title()
    assert len(titles) >= 6
    assert len(set(titles.values())) == len(titles)


def test_the_log_in_goes_without_javascript_and_by_keyboard_alone(opened: Open) -> None:
    for width in WIDTHS:
        context = opened.browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 800})
        page = context.new_page()
        page.goto(opened.url + "/")
        page.locator("#name:focus").wait_for()
        page.keyboard.type(desks.NAMES["leader"])
        page.keyboard.press("Tab")
        page.keyboard.type(desks.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(opened.url + "/")
        assert page.locator("h1").inner_text() == "昨夜一览"
        page.get_by_role("button", name="退出").click()
        page.wait_for_url(opened.url + "/login")
        context.close()


def test_focus_can_be_seen(opened: Open) -> None:
    with opened.context("admin") as context:
        page = context.new_page()
        page.goto(opened.url + "/users")
        for _ in range(12):
            page.keyboard.press("Tab")
            outline = page.evaluate(
                "(() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, parseFloat(s.outlineWidth)] })()"
            )
            assert outline[0] != "none"
            assert outline[1] >= 2


def test_more_of_the_log_comes_with_and_without_javascript(opened: Open) -> None:
    for scripted in (True, False):
        with opened.context("auditor", java_script_enabled=scripted) as context:
            page = context.new_page()
            heard = listened(page)
            page.goto(f"{opened.url}/access-log?user={quote(city.EVIL)}")
            if scripted:
                page.evaluate("window.stays = true")
            page.get_by_role("link", name="更早的").click()
            page.get_by_text("/account?n=0", exact=True).wait_for()
            if scripted:
                assert page.evaluate("window.stays") is True, "the page was loaded anew"
            assert heard == []


def test_a_captured_page_runs_nothing_and_reaches_nothing(opened: Open) -> None:
    dom = next(one for one in opened.record.capture.artifacts if one.role == "dom")
    address = f"{opened.url}/records/{opened.record.id}/pages/{dom.sha256}"
    with opened.context("inspector") as context:
        page = context.new_page()
        failed: list[tuple[str, str | None]] = []
        page.on("requestfailed", lambda request: failed.append((request.url, request.failure)))
        page.goto(opened.url + "/")
        title = page.title()
        page.evaluate(
            "address => { const f = document.createElement('iframe'); f.src = address; document.body.append(f) }",
            address,
        )
        frame = page.frame_locator("iframe")
        frame.get_by_text("公告").wait_for()
        assert page.title() == title
        page.goto(address)
        assert page.evaluate("window.origin") == "null"
        assert set(failed) == {("http://evil.test/x.png", "csp")}
