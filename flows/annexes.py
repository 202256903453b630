"""Fetching the annexes (附件) of the page that is open: for flows to use, itself no flow.

A blank column of an annexed table is found only in the file; and an annex that is gone the day after was there.
"""

from __future__ import annotations

from playwright.async_api import Error as PlaywrightError

from collector.errors import FlowError
from collector.frames import evaluate
from collector.visit import Visit
from evidence.model import Annex
from evidence.reading.matter import FILE

_PLACE = "(all, href) => all.findIndex(link => link.href === href && link.host === location.host)"
_SAVE = "(link, save) => save ? link.setAttribute('download', '') : link.removeAttribute('download')"
"""Makes a link save what it leads to, so that a file that is not there does not lead the page away."""


_HINT = r"""[...document.links].some(a => a.host === location.host
    && (/^\s*附\s*[件表]/.test(a.textContent) || /FILE/i.test(a.href)))""".replace("FILE", FILE.pattern)
"""What is cheap to ask of every page, so that only those with files are read on the way."""
_SECONDS = 3


async def fetch_named(visit: Visit) -> int:
    """Download what the page names as annexes, as many as the workspace allows; a page without files costs nothing."""
    try:
        named = await evaluate(visit.window.session, visit.window.frame_id, _HINT, seconds=_SECONDS)
    except (TimeoutError, PlaywrightError):
        return 0  # the page lets no script run: its capture tells what is wrong with it
    return await fetch(visit, visit.limits.annexes) if named and visit.limits.annexes else 0


async def fetch(visit: Visit, most: int = 10) -> int:
    """Download the files that the page names as annexes, `most` of them, to go with the next capture; return how many.

    One that does not come, is too large or lies on another host is noted in that capture's log, and the others are
    fetched.
    """
    linked = [annex for annex in (await visit.read()).annexes if annex.href]
    if len(linked) > most:
        visit.window.note("annex", f"共 {len(linked)} 个附件，只取前 {most} 个")
    return sum([await _fetched(visit, annex) for annex in linked[:most]])


async def _fetched(visit: Visit, annex: Annex) -> bool:
    named = f"{annex.label} {annex.title}"
    links = visit.page.locator("a[href]")
    place = await links.evaluate_all(_PLACE, annex.href)
    if place < 0:
        visit.window.note("annex", f"{named}：在其他主机上，没有取")
        return False
    link = links.nth(place)
    await link.evaluate(_SAVE, True)
    try:
        await visit.download(link)
    except (PlaywrightError, FlowError) as error:
        visit.window.note("annex", f"{named}：没有取到（{str(error).splitlines()[0][:80]}）")
        return False
    finally:
        await link.evaluate(_SAVE, False)
    return True
