"""Prints a page of our own as PDF: from a file, with scripts off, and a browser that finds no network.

What is printed quotes pages that may be hostile. So three things keep it from the world: its own policy, a context that is
offline and whose every request but for files beside it is stopped, and a browser that resolves no name.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Route

from collector import browser
from collector.elsewhere import Elsewhere
from collector.errors import BrowserError
from evidence.house import Printer

SECONDS = 600
"""For one document of some hundred pictures."""
_FOOT = '<div style="width: 100%; text-align: center; font: 14px serif">— <span class="pageNumber"></span> —</div>'


def printer(setting: str | None) -> Printer | None:
    """Return what prints with the browser of a setting; None where this machine has none: then nothing is printed, which
    the bulletin says."""
    try:
        found = browser.find(setting)
    except BrowserError:
        return None
    return None if isinstance(found, Elsewhere) else lambda path: to_pdf(path, setting)


def to_pdf(path: Path, setting: str | None = None) -> bytes:
    """Return an HTML file as A4 in PDF, a page number at each foot and a bookmark for each heading.

    Raises BrowserError where no browser of this machine starts, or it does not print.
    """
    return asyncio.run(_print(path, setting))


async def _print(path: Path, setting: str | None) -> bytes:
    binary = browser.find(setting)
    if isinstance(binary, Elsewhere):
        raise BrowserError(
            f"a browser of this machine prints, got {binary.place}\ntry: unset QUZHENG_BROWSER and `browser:`"
        )
    async with browser.start(replace(binary, flags=(*binary.flags, *browser.NO_NETWORK))) as running:
        context = await running.new_context(
            java_script_enabled=False, accept_downloads=False, service_workers="block", offline=True
        )
        context.set_default_timeout(SECONDS * 1000)
        folder = path.parent.resolve()

        async def beside(route: Route) -> None:
            asked = urlsplit(route.request.url)
            own = asked.scheme == "file" and Path(unquote(asked.path)).parent == folder
            await (route.continue_() if own else route.abort())

        await context.route("**/*", beside)
        page = await context.new_page()
        try:
            await page.goto((folder / path.name).as_uri(), wait_until="load")
            return await page.pdf(
                prefer_css_page_size=True,
                print_background=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=_FOOT,
                outline=True,
                tagged=True,
            )
        except PlaywrightError as error:
            raise BrowserError(f"the browser did not print {path.name}: {error.message.splitlines()[0]}") from error
