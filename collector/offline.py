"""Renders saved pages in one browser that reaches no network: scripts run, nothing leads away from the page.

Two layers keep it offline: every request is paused and only files are let through, and the browser itself resolves no
name. A page whose scripts never end is shown once more with scripts off.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import os
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from playwright.async_api import Browser, BrowserContext, CDPSession, Page
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from collector import browser, charset, frames, layout
from collector.elsewhere import Elsewhere
from collector.errors import BrowserError
from evidence.reading import addresses
from evidence.reading.page import Body, FrameDom, PageInput

log = logging.getLogger(__name__)

SECONDS = 6.0
"""For one page, from opening to snapshot; then its scripts are given up."""
_SETTLE = 0.03
_LEAVING = 0.4
"""That a page which a script wants to leave is given to finish loading."""
_WEB_FILES = frozenset(
    [
        ".html",
        ".htm",
        ".shtml",
        ".css",
        ".js",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".bmp",
        ".webp",
        ".svg",
        ".ico",
        ".woff",
        ".woff2",
        ".ttf",
        ".otf",
        ".eot",
    ]
)
"""What a page may load from outside its own folder: the parts of a mirrored site, not any file of this machine."""
_PICTURES = frozenset([".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"])
_GROUND = re.compile(r'url\("(file:[^"]+)"\)')
"""How a computed style names the picture that is the ground of a box."""
_LARGEST_PICTURE = 20 * 1024 * 1024
_QUIET = """
for (const name of ["alert", "confirm", "prompt", "print", "close"]) window[name] = () => undefined;
window.open = () => null;
"""
_FLAGS = (
    *browser.NO_NETWORK,
    "--allow-file-access-from-files=false",
    "--disable-popup-blocking=false",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A saved page as the browser shows it, with what could not be done as asked."""

    page: PageInput
    notes: tuple[str, ...] = ()


class Room:
    """One browser without a network, and its free tabs."""

    def __init__(self, running: Browser) -> None:
        self._browser = running
        self._free: list[_Tab] = []

    async def render(self, path: Path, *, url: str | None = None) -> Rendered:
        """Show one file and return its page; what the browser can show in no way is taken from its source."""
        try:
            return Rendered(page=await self._show(path, url, scripts=True))
        except (TimeoutError, PlaywrightError) as error:
            log.info("%s: %s; shown again with scripts off", path, _first_line(error))
        try:
            page = await self._show(path, url, scripts=False)
        except (TimeoutError, PlaywrightError) as error:
            log.warning("%s: the browser cannot show it (%s); read from its source", path, _first_line(error))
            return Rendered(page=_from_source(path, url), notes=("浏览器无法显示，按文件源代码读取",))
        return Rendered(page=page, notes=("页面脚本不结束或离开本页，按停用脚本读取",))

    async def _show(self, path: Path, url: str | None, *, scripts: bool) -> PageInput:
        tab = self._free.pop() if scripts and self._free else await _Tab.open(self._browser, scripts=scripts)
        try:
            async with asyncio.timeout(SECONDS):
                page = await tab.show(path, url)
        except BaseException:
            await tab.discard()
            raise
        if scripts:
            self._free.append(tab)
        else:
            await tab.discard()
        return page


@asynccontextmanager
async def room(setting: str | None = None) -> AsyncIterator[Room]:
    """Run one browser without a network for the length of the block; raises BrowserError where it will not start."""
    binary = browser.find(setting)
    if isinstance(binary, Elsewhere):
        raise BrowserError(
            f"saved files are shown by a browser of this machine, got {binary.place}\ntry: unset QUZHENG_BROWSER"
        )
    async with browser.start(replace(binary, flags=(*binary.flags, *_FLAGS))) as running:
        yield Room(running)


class _Tab:
    """A page of the browser that is used for file after file."""

    def __init__(self, context: BrowserContext, page: Page, session: CDPSession, main: str) -> None:
        self._context, self._page, self._session, self._main = context, page, session, main
        self._path = Path()
        self._opened = False
        self._utf8 = False
        self._left = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, running: Browser, *, scripts: bool) -> _Tab:
        """Open a tab whose requests are all held up for a decision."""
        context = await running.new_context(
            viewport={"width": 1280, "height": 900},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=scripts,
            accept_downloads=False,
            service_workers="block",
            offline=True,
        )
        await context.add_init_script(_QUIET)
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        main = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        tab = cls(context, page, session, main)
        session.on("Fetch.requestPaused", tab._paused)
        await session.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})
        return tab

    async def show(self, path: Path, url: str | None) -> PageInput:
        """Load one file, let its scripts run, and return the page."""
        self._path, self._opened = path, False
        self._utf8 = charset.was_recoded(path.read_bytes())
        self._left.clear()
        address = path.as_uri()
        await self._page.goto(address, wait_until="commit", timeout=SECONDS * 1000)
        await self._loaded()
        await asyncio.sleep(_SETTLE)
        snapshot, order = await layout.take_with_frames(self._session)
        read = json.loads(snapshot)
        if urldefrag(read["documents"][0]["url"])[0] != address:
            raise PlaywrightError(f"the page left for {read['documents'][0]['url']:.200}")
        doms = [(n, await frames.evaluate(self._session, frame, frames.DOM)) for n, frame in enumerate(order)]
        known = tuple(
            FrameDom(n=n, url=document["url"], html=html)
            for (n, html), document in zip(doms, read["documents"], strict=True)
            if html is not None
        )
        digests = [hashlib.sha256(path.read_bytes()).hexdigest(), hashlib.sha256(snapshot).hexdigest()]
        return PageInput(
            url=url or address,
            status=None,
            headers={},
            frames=known,
            layout=read,
            bodies=tuple(_pictures(path, url, read)),
            inputs=tuple(digests),
        )

    async def _loaded(self) -> None:
        """Wait until the page has loaded; what is still loading after half the time is read as far as it came.

        Raises PlaywrightError where a script leads away before the page has been parsed: the browser then stops.
        """
        load = asyncio.ensure_future(self._page.wait_for_load_state("load", timeout=SECONDS * 500))
        left = asyncio.ensure_future(self._left.wait())
        try:
            await asyncio.wait((load, left), return_when=asyncio.FIRST_COMPLETED)
            if self._left.is_set():
                await asyncio.wait((load,), timeout=_LEAVING)
                if not load.done():
                    raise PlaywrightError("a script of the page leads away from it before it has loaded")
            with suppress(PlaywrightTimeout):
                await load
        finally:
            left.cancel()
            load.cancel()
            await asyncio.gather(left, load, return_exceptions=True)

    async def discard(self) -> None:
        """Close the tab, even one that no longer answers."""
        with suppress(TimeoutError, PlaywrightError):
            async with asyncio.timeout(2):
                await self._context.close()

    def _paused(self, event: dict[str, object]) -> None:
        task = asyncio.ensure_future(self._decide(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _decide(self, event: dict[str, object]) -> None:
        """Let files through and nothing else.

        A request that would replace the page is answered with 204 No Content, upon which a browser stays where it is.
        """
        request = event["requestId"]
        with suppress(PlaywrightError):
            if self._leaves(event):
                self._left.set()
                await self._session.send("Fetch.fulfillRequest", {"requestId": request, "responseCode": 204})
            elif self._utf8 and event.get("resourceType") == "Document" and event.get("frameId") == self._main:
                await self._session.send("Fetch.fulfillRequest", _as_utf8(str(request), self._path))
            elif self._allowed(event):
                await self._session.send("Fetch.continueRequest", {"requestId": request})
            else:
                await self._session.send("Fetch.failRequest", {"requestId": request, "errorReason": "Aborted"})

    def _leaves(self, event: dict[str, object]) -> bool:
        """Tell whether a request is for a document to stand in place of the file that was opened."""
        if event.get("resourceType") != "Document" or event.get("frameId") != self._main:
            return False
        first, self._opened = not self._opened, True
        return not first

    def _allowed(self, event: dict[str, object]) -> bool:
        request = event["request"]
        address = str(request["url"]) if isinstance(request, dict) else ""
        if address.startswith(("data:", "blob:")):
            return True
        file = _local(address)
        return file is not None and (self._path.parent in file.parents or file.suffix.lower() in _WEB_FILES)


def _from_source(path: Path, url: str | None) -> PageInput:
    """Return a page from the bytes of its file alone."""
    data, address = path.read_bytes(), url or path.as_uri()
    frame = FrameDom(n=0, url=address, html=charset.text(data))
    digests = (hashlib.sha256(data).hexdigest(),)
    return PageInput(url=address, status=None, headers={}, frames=(frame,), layout=None, inputs=digests)


def _as_utf8(request: str, path: Path) -> dict[str, object]:
    headers = [{"name": "Content-Type", "value": "text/html; charset=utf-8"}]
    body = base64.b64encode(path.read_bytes()).decode("ascii")
    return {"requestId": request, "responseCode": 200, "responseHeaders": headers, "body": body}


def _pictures(path: Path, url: str | None, snapshot: dict[str, object]) -> Iterable[Body]:
    """Yield the local pictures that a page shows, under the addresses the page has for them."""
    strings, documents = snapshot["strings"], snapshot["documents"]
    if not isinstance(strings, list) or not isinstance(documents, list):
        return
    rare = documents[0]["nodes"]["currentSourceURL"]["value"]
    grounds = (match[1] for text in strings if (match := _GROUND.match(text)) is not None)
    for address in dict.fromkeys((*(strings[index] for index in rare), *grounds)):
        file = _local(address)
        if file is None or file.suffix.lower() not in _PICTURES or not file.is_file():
            continue
        if file.stat().st_size <= _LARGEST_PICTURE:
            data = file.read_bytes()
            place = addresses.joined(url, os.path.relpath(file, path.parent)) if url else address
            yield Body(url=place, media_type="image/*", sha256=hashlib.sha256(data).hexdigest(), data=data)


def _local(address: str) -> Path | None:
    """Return the file that a file address names on this machine, symbolic links followed; None for any other."""
    parts = urlsplit(address)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    try:
        return Path(unquote(parts.path)).resolve()
    except (OSError, ValueError):
        return None


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
