"""Waits until a page has become quiet, and scrolls through it once so that what loads late is there.

A page may be pictured after a brief calm, if it is then seen to have stayed quiet all the while: that costs no waiting,
and proves more than quiet beforehand. Where anything came meanwhile, it is waited for and pictured anew.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from collector.frames import evaluate
from collector.outcome import SCRIPTED
from collector.window import Window
from collector.workspace import Limits

QUIET_SECONDS = 0.15
"""Nothing asked for and nothing answered for so long is quiet."""
CALM_SECONDS = 0.03
"""After so long without either a first try at the pictures begins."""
STEP_SECONDS = 0.02
ASKED_AGAIN_SECONDS = 0.1
"""After so long a page is asked whether it has loaded, even where no news of it came."""
LONGEST_REFRESH = 5
"""Seconds of a meta refresh that we wait for; a longer one belongs to a page that renews itself."""

_REFRESH = """(() => {
    const meta = document.querySelector('meta[http-equiv="refresh" i]');
    const found = meta && /^\\s*(\\d+)[\\d.]*\\s*[;,]?\\s*(?:url\\s*=\\s*['"]?([^'"]*))?/i.exec(meta.content || "");
    if (!found || !found[2]) return null;
    try {
        const aim = new URL(found[2], document.baseURI).href;
        return aim === location.href ? null : parseInt(found[1], 10);
    } catch { return null; }
})()"""

_DECODED = """Promise.all([
    document.fonts.ready,
    ...[...document.images].filter((i) => i.src).map((i) => i.decode().catch(() => null)),
]).then(() => true)"""

_SCROLL = """(async (most) => {
    const root = document.scrollingElement || document.documentElement;
    const step = Math.max(200, Math.floor(innerHeight * 0.9));
    const frame = () => new Promise((done) => { requestAnimationFrame(() => done()); setTimeout(done, 50); });
    let y = 0, steps = 0;
    while (y + innerHeight < root.scrollHeight && y < most && steps < 400) {
        y += step; steps += 1;
        scrollTo({top: y, behavior: "instant"});
        await frame();
    }
    const reached = y + innerHeight >= root.scrollHeight;
    if (steps || scrollY) {
        scrollTo({top: 0, behavior: "instant"});
        await frame();
    }
    return {reached, extent: [root.scrollHeight, document.getElementsByTagName("*").length]};
})(%d)"""

_EXTENT = """[(document.scrollingElement || document.documentElement).scrollHeight,
    document.getElementsByTagName("*").length]"""
_FILLING = ("Image", "Font", "Media", "Stylesheet", "Ping", "CSPViolationReport")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How a page came to rest."""

    quiet: bool
    """Whether the network fell quiet in time."""
    decoded: bool
    """Whether fonts and pictures were decoded in time."""
    bottom: bool
    """Whether scrolling came to the end of the page."""
    fed: int = 0
    """Answers that may have brought content, when the scroll began."""
    extent: tuple[int, ...] | None = None
    """Height and number of elements of the page when the scroll had ended; None where it had gone meanwhile."""


async def settle(window: Window, limits: Limits, seconds: float = QUIET_SECONDS) -> Settled:
    """Bring the page to rest within the limits, until it was quiet for `seconds`.

    Raises TimeoutError where it lets no script run.
    """
    await _follow(window, limits)
    scrolled = await _scroll(window, limits)
    return await settle_again(window, limits, scrolled, seconds)


async def settle_again(window: Window, limits: Limits, settled: Settled, seconds: float = QUIET_SECONDS) -> Settled:
    """Bring a page to rest that has been scrolled before; it is scrolled once more only where it has changed since."""
    await _quiet(window, limits.settle_seconds, seconds)
    if await _changed(window, settled):
        settled = await _scroll(window, limits)
        await _quiet(window, limits.settle_seconds, seconds)
    decoded = await _decoded(window, limits.settle_seconds)
    quiet = await _quiet(window, limits.settle_seconds, seconds)
    return replace(settled, quiet=quiet, decoded=decoded)


async def undisturbed(window: Window, settled: Settled, since: float) -> bool:
    """Tell whether nothing was asked for, answered or added from the loop's time `since` on, until the page is quiet."""
    if window.traffic.last_event > since or window.traffic.pending():
        return False
    await _quiet(window, QUIET_SECONDS, QUIET_SECONDS)
    return window.traffic.last_event <= since and not await _changed(window, settled)


async def _changed(window: Window, settled: Settled) -> bool:
    """Tell whether the page was fed since it was scrolled, or has another height or number of elements."""
    return _fed(window) != settled.fed or await _extent(window) != settled.extent


async def _extent(window: Window) -> tuple[int, ...] | None:
    told: list[int] | None = await evaluate(window.session, window.frame_id, _EXTENT)
    return tuple(told) if told else None


async def _scroll(window: Window, limits: Limits) -> Settled:
    """Scroll through the page at once, while it comes to rest; where it is fed or changes meanwhile, that is done again."""
    fed = _fed(window)
    done: dict[str, Any] | None = await evaluate(
        window.session, window.frame_id, _SCROLL % limits.page_height, seconds=max(20, limits.page_seconds / 3)
    )
    extent = tuple(done["extent"]) if done else None
    return Settled(quiet=False, decoded=False, bottom=bool(done and done["reached"]), fed=fed, extent=extent)


def _fed(window: Window) -> int:
    """Return how many answers have come that may have brought content; pictures and fonts only fill their places."""
    return sum(e.ended is not None and e.resource_type not in _FILLING for e in window.traffic.exchanges)


async def _quiet(window: Window, most: float, seconds: float) -> bool:
    """Wait until the page was quiet for `seconds`, for `most` in all; requests that hang hold up no page for ever."""
    clock = asyncio.get_running_loop().time
    end = clock() + most
    while clock() < end:
        left = window.traffic.last_event + seconds - clock()
        if left <= 0 and not window.traffic.pending():
            return True
        await asyncio.sleep(left if 0 < left < STEP_SECONDS else STEP_SECONDS)
    return False


async def _follow(window: Window, limits: Limits) -> None:
    """Wait while the page is about to send itself elsewhere: by a meta refresh, or by a firewall's script."""
    for _ in range(5):
        loads = window.main_loads
        documents = window.traffic.documents(window.frame_id)
        scripted = bool(documents) and documents[-1].status in SCRIPTED
        delay = await evaluate(window.session, window.frame_id, _REFRESH)
        if delay is None and not scripted:
            return
        if delay is not None and delay > LONGEST_REFRESH:
            return
        if not await _moves_on(window, loads, (delay or 0) + limits.settle_seconds):
            return
        await wait_loaded(window, limits.navigation_seconds)


async def _moves_on(window: Window, loads: int, seconds: float) -> bool:
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    while clock() < end:
        if window.main_loads > loads:
            return True
        await asyncio.sleep(STEP_SECONDS)
    return False


async def wait_loaded(window: Window, seconds: float) -> bool:
    """Wait for the load event, at most `seconds`; False where the document broke off or the event never came."""
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    while clock() < end and not window.crashed:
        window.loaded.clear()  # before the page is asked, so that news that comes meanwhile is not lost
        documents = window.traffic.documents(window.frame_id)
        if documents and documents[-1].error and documents[-1].ended:
            return False
        state = await evaluate(window.session, window.frame_id, "document.readyState", seconds=max(1, end - clock()))
        if state == "complete":
            return True
        await window.loads_within(min(ASKED_AGAIN_SECONDS, max(STEP_SECONDS, end - clock())))
    return False


async def _decoded(window: Window, seconds: float) -> bool:
    try:
        return await evaluate(window.session, window.frame_id, _DECODED, seconds=seconds) is True
    except TimeoutError:
        return False
