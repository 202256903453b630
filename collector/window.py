"""The window a visit looks through: one browser context, its page, and everything heard from it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Dialog, Page
from playwright.async_api import Error as PlaywrightError

from collector import memory
from collector.bodies import Bounds
from collector.clock import Clock
from collector.lookout import Lookout
from collector.passport import NONE, Passport
from collector.persona import Persona
from collector.redactor import Redactor
from collector.traffic import Answering, Traffic
from collector.workspace import Limits

LOG_LINES = 500
"""Console lines kept of one page; hostile pages write without end."""


FILLING = "quzheng-session"
_FILL = """{ const kept = %s[location.origin];
if (kept && !sessionStorage.length) for (const [name, value] of Object.entries(kept)) sessionStorage.setItem(name, value); }"""
"""Fills the session storage of an origin whose own is empty."""


@dataclass(kw_only=True)  # no slots: playwright hangs its wrappers on the owner of a handler
class Window:
    """One context with one page. After a crash or a page that hangs it is thrown away and opened anew."""

    context: BrowserContext
    page: Page
    session: CDPSession
    traffic: Traffic
    frame_id: str
    """The browser's id of the main frame."""
    lookout: Lookout
    """The run's watch over its own path."""
    viewport: tuple[int, int]
    """Width and height in CSS pixels."""
    borrowed: bool = False
    """Whether the context is a person's: it stays open, and so do its other pages."""
    filling: str | None = None
    """The browser's id of the script that puts session storage back."""
    log: list[dict[str, str]] = field(default_factory=list)
    crash: asyncio.Event = field(default_factory=asyncio.Event)
    downloads: list[str] = field(default_factory=list)
    """Addresses that turned into downloads."""
    loaded: asyncio.Event = field(default_factory=asyncio.Event)
    """News that some document has loaded; a hint only."""
    main_loads: int = 0
    """Main documents committed so far: a page that sends itself elsewhere raises it."""
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    """News that another main document was committed; whoever waits for it clears it before."""

    @classmethod
    async def open(
        cls,
        browser: Browser,
        *,
        persona: Persona,
        clock: Clock,
        limits: Limits,
        redactor: Redactor,
        cookies: Sequence[Any] = (),
        lookout: Lookout | None = None,
        any_certificate: bool = False,
        borrowed: bool = False,
        answering: Answering | None = None,
        passport: Passport = NONE,
    ) -> Window:
        """Return a new window, listening, on an empty page; raises playwright's Error where the browser has gone.

        `any_certificate`: pages whose certificate is bad are shown all the same; never where a password is typed.
        `borrowed`: a page of its own in the context that a person has open, with that person's log-ins. `answering` decides
        every request in place of the network, which the window is then cut off from. `passport`: how the other side knows us.
        """
        theirs = browser.contexts[:1] if borrowed else []
        context = (
            theirs[0] if theirs else await _context(browser, persona, passport, any_certificate, answering is not None)
        )
        if cookies:
            await context.add_cookies(list(cookies))
        page = await context.new_page()
        page.set_default_timeout(limits.navigation_seconds * 1000)
        session = await context.new_cdp_session(page)
        if theirs:
            await persona.shape(page, session)
            await session.send("Emulation.setLocaleOverride", {"locale": "zh-CN"})
            await session.send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Shanghai"})
        traffic = Traffic(
            session,
            clock=clock,
            redactor=redactor,
            bounds=Bounds(bytes=limits.body_bytes, seconds=max(1.0, limits.navigation_seconds / 2)),
            resident=partial(memory.of_browser, browser),
            answering=answering,
            relayed=passport.relayed,
        )
        tree = await session.send("Page.getFrameTree")
        window = cls(
            context=context,
            page=page,
            session=session,
            traffic=traffic,
            frame_id=tree["frameTree"]["frame"]["id"],
            lookout=lookout or Lookout(),
            viewport=persona.device.viewport,
            borrowed=bool(theirs),
        )
        window._watch()
        await session.send("Page.enable")
        await persona.wear(session)
        await traffic.listen()
        await window._fill_tab(passport)
        return window

    async def cookies(self) -> tuple[Any, ...]:
        """Return the cookies, for the window that takes this one's place; none where the browser no longer answers."""
        try:
            async with asyncio.timeout(2):
                return tuple(await self.context.cookies())
        except (TimeoutError, PlaywrightError):
            return ()

    async def close(self) -> None:
        """Close page and context, even where the page hangs."""
        await self.traffic.close()
        try:
            async with asyncio.timeout(10):
                await (self.page if self.borrowed else self.context).close()
        except (TimeoutError, PlaywrightError):
            self.crash.set()  # the browser has gone, or will be ended with its last context

    @property
    def crashed(self) -> bool:
        """Whether the page's process has died."""
        return self.crash.is_set()

    async def crashes_within(self, seconds: float) -> bool:
        """Wait for the news of a crash: a navigation into one fails a moment earlier."""
        return await _comes_within(self.crash, seconds)

    async def loads_within(self, seconds: float) -> None:
        """Wait for the news that a document has loaded, at most `seconds`; it may be of the document before."""
        await _comes_within(self.loaded, seconds)

    async def moves_within(self, seconds: float) -> bool:
        """Wait for the news that the page has gone elsewhere, at most `seconds`."""
        return await _comes_within(self.moved, seconds)

    def restart(self) -> None:
        """Begin a new page's notes."""
        self.traffic.restart()
        self.log.clear()
        self.downloads.clear()

    def note(self, kind: str, text: str) -> None:
        """Add a line to the page's log."""
        if len(self.log) < LOG_LINES:
            self.log.append({"kind": kind, "text": text[:2000]})

    async def _fill_tab(self, passport: Passport) -> None:
        """Put a kept session's session storage back, before the first page and out of sight of its scripts."""
        if passport.tab:
            source = _FILL % json.dumps(passport.tab)
            made = await self.session.send(
                "Page.addScriptToEvaluateOnNewDocument", {"source": source, "worldName": FILLING}
            )
            self.filling = made["identifier"]

    async def leave_tab_alone(self) -> None:
        """Fill no session storage any more: what a page takes out of it stays out."""
        filling, self.filling = self.filling, None
        if filling:
            await self.session.send("Page.removeScriptToEvaluateOnNewDocument", {"identifier": filling})

    def _watch(self) -> None:
        self.page.on("crash", lambda _: self.crash.set())
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.note("page error", str(error)))
        self.page.on("dialog", self._dialog)
        self.page.on("download", lambda download: self.downloads.append(download.url))
        self.context.on("page", lambda page: self.note("popup", page.url))
        self.session.on("Page.frameNavigated", self._navigated)
        self.session.on("Page.loadEventFired", lambda _: self.loaded.set())

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.note(f"console {message.type}", message.text)

    async def _dialog(self, dialog: Dialog) -> None:
        self.note(f"dialog {dialog.type}", dialog.message)
        try:
            await (dialog.accept() if dialog.type == "beforeunload" else dialog.dismiss())
        except PlaywrightError:
            self.note("dialog", "went away by itself")

    def _navigated(self, event: dict[str, Any]) -> None:
        if "parentId" not in event["frame"]:
            self.main_loads += 1
            self.moved.set()
            self.traffic.last_event = asyncio.get_running_loop().time()


async def _context(
    browser: Browser, persona: Persona, passport: Passport, any_certificate: bool, offline: bool
) -> BrowserContext:
    return await browser.new_context(
        **persona.context,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        service_workers="block",
        accept_downloads=True,
        offline=offline,
        ignore_https_errors=any_certificate,
        **passport.options(),
    )


async def _comes_within(news: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        return False
    return True
