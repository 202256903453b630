"""Going to an address, and what came of it before anything was looked at."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from collector.exchange import Exchange
from collector.outcome import Trouble, of_error
from collector.settle import wait_loaded
from collector.window import Window

CRASHED = Trouble(outcome="crashed", reason="renderer")
NO_ANSWER = Trouble(outcome="timeout", reason="timeout")
DOWNLOAD = Trouble(outcome="interstitial", reason="download")
BROWSER_GONE = Trouble(outcome="crashed", reason="browser", fault="ours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One try to open an address."""

    url: str
    trouble: Trouble | None
    """Why there is no page; None where some document came, whatever its status."""
    loaded: bool
    """Whether the load event fired in time."""


async def go(window: Window, url: str, seconds: float) -> Opening:
    """Open `url` in the window, waiting at most `seconds` for its document and its load event together."""
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    trouble = await _goto(window, url, seconds)
    if trouble and any(document.url in window.traffic.unending for document in _documents(window)):
        end = clock() + seconds
        trouble = await _goto(window, url, seconds)  # now it is read in pieces, for as long again
    if trouble:
        return Opening(url=url, trouble=trouble, loaded=False)
    try:
        loaded = await wait_loaded(window, max(1.0, end - clock()))
    except TimeoutError:
        loaded = False
    if window.crashed:
        return Opening(url=url, trouble=CRASHED, loaded=False)
    return Opening(url=url, trouble=None if loaded else _broke_off(window), loaded=loaded)


async def _goto(window: Window, url: str, seconds: float) -> Trouble | None:
    """Navigate until some document has come; return why none did."""
    try:
        await window.page.goto(url, wait_until="commit", timeout=seconds * 1000)
    except PlaywrightTimeout:
        return NO_ANSWER
    except PlaywrightError as error:
        return await _trouble(window, error)
    return None


def _broke_off(window: Window) -> Trouble | None:
    """Return what a document means that came to nothing: the browser would wait for ever to draw it."""
    for document in _documents(window)[-1:]:
        if document.error and document.body is None and document.url not in window.traffic.unending:
            return of_error(document.error)
    return None


def _documents(window: Window) -> tuple[Exchange, ...]:
    return window.traffic.documents(window.frame_id)


async def _trouble(window: Window, error: PlaywrightError) -> Trouble | None:
    """Return what a failed navigation means; None where the page merely sent itself elsewhere meanwhile."""
    message = error.message
    if window.context.browser and not window.context.browser.is_connected():
        return BROWSER_GONE
    if window.crashed or "crashed" in message:
        return CRASHED
    if "interrupted by another navigation" in message:
        return None
    if "Download is starting" in message or window.downloads:
        return DOWNLOAD
    documents = _documents(window)
    if "ERR_ABORTED" in message:
        if await window.crashes_within(0.3):
            return CRASHED
        if documents and documents[-1].status is not None:
            status = documents[-1].status
            return Trouble(outcome="http_error", reason=f"http_{status}", fault="unknown")
    return of_error(message) or Trouble(outcome="flow_failed", reason="navigation", fault="ours")
