"""A browser that runs elsewhere: on another machine (ws://, cdp://), or one that a person has open (cdp://).

It is used where no browser can run here, or where only a person's browser gets in: 国密, UKey, a log-in by telephone.
It is never ended by us, and what we cannot know of it (its program's digest, its fonts) is left open in the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, Playwright
from playwright.async_api import Error as PlaywrightError

from collector import memory
from collector.errors import BrowserError

_SECONDS = 15
"""That it is given to answer."""
_SCHEMES = ("ws", "wss", "cdp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Where the browser listens."""

    kind: Literal["ws", "cdp"]
    """A browser server of Playwright's, or a Chromium with --remote-debugging-port."""
    endpoint: str
    """What Playwright connects to; it may hold a token, and is written down nowhere."""
    place: str
    """Scheme, host and port, as records and messages name it."""

    async def connect(self, playwright: Playwright) -> Browser:
        """Return the browser; raises BrowserError where none answers, or one that we cannot speak with."""
        reach = playwright.chromium.connect_over_cdp if self.kind == "cdp" else playwright.chromium.connect
        try:
            browser = await reach(self.endpoint, timeout=_SECONDS * 1000)
        except PlaywrightError as error:
            said = error.message.splitlines()[0].replace(self.endpoint, self.place)[:300]
            raise BrowserError(f"no browser answers at {self.place}: {said}\ntry: {_ADVICE[self.kind]}") from error
        memory.runs_elsewhere(browser)
        return browser


_ADVICE = {
    "ws": "playwright launch-server there, of the same version of Playwright as here",
    "cdp": "start that browser with --remote-debugging-port and see that this machine may reach the port",
}


def at(source: str, address: str) -> Elsewhere:
    """Return the browser at an address such as cdp://10.1.2.3:9222; raises BrowserError where it is none.

    >>> at("QUZHENG_BROWSER", "ws://10.1.2.3:3000/f3a9c07be1d2").place
    'ws://10.1.2.3:3000'
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in _SCHEMES or not host or not port or parts.username or parts.password:
        expected = "ws://host:port/…, wss://host:port/… or cdp://host:port"
        raise BrowserError(f"{source}: expected {expected}, got {parts.scheme or 'no'}://{host or '?'}:{port or '?'}")
    place = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    if parts.scheme == "cdp":
        return Elsewhere(kind="cdp", endpoint=place.replace("cdp://", "http://", 1), place=place)
    return Elsewhere(kind="ws", endpoint=address, place=place)


async def told(browser: Browser) -> dict[str, Any]:
    """Return what a browser elsewhere tells of itself: product, command line, and whether somebody sees its window.

    Only over CDP; what it does not tell is None. The command line is cut at the first value of each flag that may name a
    person's folder.
    """
    try:
        session = await browser.new_browser_cdp_session()
        try:
            product = (await session.send("Browser.getVersion"))["product"]
            line = (await session.send("SystemInfo.getInfo")).get("commandLine", "")
        finally:
            await session.detach()
    except PlaywrightError:
        return {"product": None, "flags": None, "attended": None}
    flags = [word.partition("=")[0] for word in line.split() if word.startswith("--")]
    return {"product": product, "flags": sorted(set(flags)) or None, "attended": not product.startswith("Headless")}
