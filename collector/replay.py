"""Shows a record's page once more from the store alone, with the network off, and measures how like it is.

Hard case: the page is hostile and nothing of it may reach a network. So every request of the page is held up and answered
from the record or not at all, the context is offline, service workers are blocked, and the browser itself finds no host.
The page's clock is set to the moment of the capture and runs on from there: pages say 今天是, and animations wait for time
to pass. Of a simulated capture the browser's own time is not known, and it is left alone.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Error as PlaywrightError

from collector import layout, movement, opening, shots, snapshot
from collector.clock import SystemClock
from collector.device import DESKTOP, DEVICES
from collector.frames import tree
from collector.keeper import Running
from collector.persona import Persona
from collector.redactor import Redactor
from collector.settle import settle
from collector.traffic import Event
from collector.window import Window
from collector.workspace import Limits
from evidence import canonical, digest
from evidence.answers import Answers, Given
from evidence.comparing import fidelity, text
from evidence.comparing.fidelity import Likeness
from evidence.comparing.picture import Pixels, TiledPicture
from evidence.errors import EvidenceError
from evidence.model import Artifact, Box, Capture, Record
from evidence.reading.page import PageInput
from evidence.reading.tree import grow
from evidence.store import Store

_OWN = ("data:", "blob:", "about:")
"""Addresses that lead to no network."""

_CLOCK = """((shift) => {
    const Real = Date, now = () => Real.now() + shift;
    const Shifted = new Proxy(Real, {
        construct: (_, words, aim) => Reflect.construct(Real, words.length ? words : [now()], aim === Shifted ? Real : aim),
        apply: () => new Real(now()).toString(),
        get: (_, name) => (name === "now" ? now : Real[name]),
    });
    Real.prototype.constructor = Shifted;
    globalThis.Date = Shifted;
})(%d)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What came of showing a record's page once more."""

    likeness: Likeness = field(default_factory=Likeness)
    tiles: tuple[int | None, ...] = ()
    text: int | None = None
    stopped: frozenset[tuple[str, str]] = frozenset()
    """Method and address of requests that the browser itself kept from their answers."""
    reason: str | None = None
    """Why it was not shown to its end; a key of `words.REPLAY_REASONS`."""


class _Unshown(Exception):
    """The page could not be shown; the message is a key of `words.REPLAY_REASONS`."""


async def show(record: Record, store: Store, answers: Answers, running: Running, limits: Limits) -> Showing:
    """Show the record's page in a window of the running browser, and compare; whatever goes wrong is the reason."""
    try:
        return await _show(record, store, answers, running, limits)
    except _Unshown as error:
        return Showing(reason=str(error))
    except TimeoutError:
        return Showing(reason="hangs")
    except EvidenceError:
        return Showing(reason="damaged")
    except PlaywrightError:
        return Showing(reason="crashed" if running.browser.is_connected() else "browser")


async def _show(record: Record, store: Store, answers: Answers, running: Running, limits: Limits) -> Showing:
    window = await Window.open(
        running.browser,
        persona=_persona(record.capture, store) or running.persona,
        clock=SystemClock(),
        limits=limits,
        redactor=Redactor(),
        any_certificate=True,
        answering=lambda event: _decision(event, answers, window.frame_id),
    )
    try:
        work = _compared(window, record.capture, store, answers, limits)
        return await _within(window, work, limits.navigation_seconds + limits.page_seconds)
    finally:
        await window.close()


async def _within(window: Window, work: Coroutine[Any, Any, Showing], seconds: float) -> Showing:
    """Do the work unless the page crashes or hangs first."""
    task, crash = asyncio.ensure_future(work), asyncio.ensure_future(window.crash.wait())
    try:
        await asyncio.wait((task, crash), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if window.crashed or not task.done():
            raise _Unshown("crashed" if window.crashed else "hangs")
        return task.result()
    finally:
        task.cancel()
        crash.cancel()
        await asyncio.gather(task, crash, return_exceptions=True)


async def _compared(window: Window, capture: Capture, store: Store, answers: Answers, limits: Limits) -> Showing:
    await _come_to_rest(window, capture, answers, limits)
    width, height = await snapshot.page_size(window.session)
    height = min(height, limits.page_height)
    tiles = [await _tile(window, tile, store, height, capture.moving) for tile in capture.of_role("tile")]
    recorded_height = max(box[1] + box[3] for tile in capture.of_role("tile") if (box := tile.box))
    lines = _lines(await layout.take(window.session))
    recorded = [line for a in capture.of_role("layout") for line in _lines(store.read(a.sha256))]
    return Showing(
        likeness=sum(tiles, fidelity.surplus(width, height - recorded_height)),
        tiles=tuple(tile.share for tile in tiles),
        text=fidelity.text_alike(recorded, lines),
        stopped=_stopped(window),
    )


async def _come_to_rest(window: Window, capture: Capture, answers: Answers, limits: Limits) -> None:
    """Go where the capture went, and come to rest as it did; where that leads elsewhere, go to the page itself.

    A capture's flow may have clicked its way on from the address it had asked for.
    """
    if capture.clock.source == "system":
        shift = answers.begun.timestamp() - time.time()
        await window.page.add_init_script(_CLOCK % round(shift * 1000))
    starts = [url for url in (capture.requested_url, capture.final_url) if url and answers.has(url)]
    if not starts:
        raise _Unshown("no_document")
    for url in dict.fromkeys(starts):
        opened = await opening.go(window, url, limits.navigation_seconds)
        if opened.trouble:
            raise _Unshown({"crashed": "crashed", "timeout": "hangs"}.get(opened.trouble.outcome, "no_document"))
        await settle(window, limits)
        frames = await tree(window.session)
        if capture.final_url in (None, frames[0].url):
            break
    await movement.watch(window, frames)


async def _tile(window: Window, tile: Artifact, store: Store, shown: int, moving: Sequence[Box]) -> Likeness:
    """Picture the place of one recorded tile and compare; `shown` is the height of the page as it is now."""
    place = tile.box or (0, 0, 1, 1)
    png = await shots.png(window.session, place)
    if digest.sha256(png) == tile.sha256:
        return fidelity.untouched(place, moving)
    (_, recorded), (_, replayed) = (*_pixels(tile, store.read), *_pixels(tile, lambda _: png))
    return fidelity.tile_alike(recorded, replayed, place, shown, moving)


def _pixels(tile: Artifact, read: Callable[[str], bytes]) -> Iterator[tuple[int, Pixels]]:
    return TiledPicture((tile,), read).tiles()


def _lines(snapshot: bytes) -> list[str]:
    """Return the visible text of a layout snapshot, line by line."""
    page = PageInput(url="", status=None, headers={}, frames=(), layout=json.loads(snapshot))
    return [line.text for line in text.lines(grow(page))]


def _stopped(window: Window) -> frozenset[tuple[str, str]]:
    every = window.traffic.exchanges
    came = {(e.method, e.url) for e in every if not e.error}
    return frozenset({(e.method, e.url) for e in every if e.error} - came)


def _decision(event: Event, answers: Answers, main: str) -> tuple[str, Event]:
    """Return how a request is decided: by the record's answer, or in no way at all.

    A document that would take the page's place and is not in the record is answered with 204 No Content, upon which a
    browser stays where it is.
    """
    request = event["request"]
    if request["url"].startswith(_OWN):
        return "Fetch.continueRequest", {}
    found = answers.answer(request["method"], request["url"])
    if isinstance(found, Given):
        return "Fetch.fulfillRequest", {
            "responseCode": found.status,
            "responseHeaders": [{"name": name, "value": value} for name, value in found.headers],
            "body": base64.b64encode(found.body).decode("ascii"),
        }
    if event.get("resourceType") == "Document" and event.get("frameId") == main:
        return "Fetch.fulfillRequest", {"responseCode": 204}
    return "Fetch.failRequest", {"errorReason": "Failed"}


def _persona(capture: Capture, store: Store) -> Persona | None:
    """Return how the capture's browser named itself; None where the record does not say."""
    environment = canonical.decode(store.read(capture.environment))
    told = environment.get("browser") if isinstance(environment, dict) else None
    if not isinstance(told, dict) or "user_agent" not in told or "client_hints" not in told:
        return None
    named = environment.get("device")
    device = DEVICES.get(str(named.get("name"))) if isinstance(named, dict) else None
    return Persona(user_agent=told["user_agent"], hints=told["client_hints"], device=device or DESKTOP)
