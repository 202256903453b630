"""Takes one capture of the page in a window: settle, look, picture, structure, look again, store, judge."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from playwright.async_api import Error as PlaywrightError

from collector import challenge, completeness, exchange, movement, places, scrollboxes, snapshot, thumbnail, wire
from collector.clock import Clock
from collector.colour import Colours
from collector.frames import Frame, tree
from collector.login import Login
from collector.look import Look, look, stored
from collector.opening import BROWSER_GONE, CRASHED, Opening
from collector.outcome import Trouble, of_error, of_status
from collector.redactor import Redactor, Seam, stored_secrets
from collector.settle import Settled, settle
from collector.window import Window
from collector.wire import Wire
from collector.workspace import Limits
from evidence.model import Artifact, Box, Check, Redaction
from evidence.store import BlobSink

INNER_FRAMES = 12
"""Frames of a page that are looked at; hostile pages have thousands."""
HANGS = Trouble(outcome="timeout", reason="page_hangs")
OWN_SIDE = Trouble(outcome="blocked", reason="own_side", fault="ours")
ASKS_LOGIN = Trouble(outcome="interstitial", reason="log_in")
SESSION_LOST = Trouble(outcome="login_lost", reason="session", fault="ours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one capture brought; the visit adds who, when and where."""

    trouble: Trouble | None
    requested_url: str
    final_url: str | None
    redirects: tuple[str, ...]
    checks: tuple[Check, ...]
    artifacts: tuple[Artifact, ...]
    exchanges: str
    times: str
    redactions: tuple[Redaction, ...]
    ended: datetime
    moving: tuple[Box, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether the page came, and its picture shows a single colour."""
        return self.trouble is None and any(
            c.name == completeness.ONE_COLOUR and c.passed is False for c in self.checks
        )


@dataclass(slots=True, kw_only=True)
class _Page:
    """What was got of the page so far; it stays, if the page then hangs or crashes."""

    artifacts: list[Artifact] = field(default_factory=list)
    frames: tuple[str, ...] = ()
    final_url: str | None = None
    checks: tuple[Check, ...] = ()
    moving: tuple[Box, ...] = ()
    trouble: Trouble | None = None
    secrets_known: bool = False
    colours: Colours = field(default_factory=Colours)


async def take(
    window: Window,
    opening: Opening,
    *,
    redactor: Redactor,
    sink: BlobSink,
    clock: Clock,
    limits: Limits,
    login: Login | None,
) -> Taken:
    """Capture the page as it stands; whatever goes wrong becomes the capture's trouble, never an exception."""
    seam, page = redactor.seam(sink), _Page(trouble=opening.trouble)
    wire.begin(window, opening.url, clock)
    if page.trouble is None:
        work = _take_page(window, opening, page, redactor, seam, clock, limits, login)
        page.trouble = await _within(window, work, page, limits.page_seconds) or page.trouble
    await window.traffic.quiet(1)
    told = await wire.witness(window, opening.url, seam, clock, page.trouble)
    return _close(window, opening.url, page, told, seam, clock, login)


async def _within(window: Window, work: Coroutine[Any, Any, None], page: _Page, seconds: float) -> Trouble | None:
    """Do the work unless the page crashes or hangs first; return what ended it.

    A page hangs that brings nothing new in `seconds`; one of 200,000 pixels may take several times that.
    """
    task, crash = asyncio.ensure_future(work), asyncio.ensure_future(window.crash.wait())
    got = -1
    while not (task.done() or crash.done()) and len(page.artifacts) > got:
        got = len(page.artifacts)
        await asyncio.wait((task, crash), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    ended = task.done()
    for future in (task, crash):
        future.cancel()
    result, _ = await asyncio.gather(task, crash, return_exceptions=True)
    if window.crashed:
        return CRASHED
    if not ended or isinstance(result, TimeoutError):
        return HANGS
    if isinstance(result, PlaywrightError):
        window.note("browser", type(result).__name__)
        return _gone(window)
    if isinstance(result, BaseException):
        raise result
    return None


def _gone(window: Window) -> Trouble:
    browser = window.context.browser
    return BROWSER_GONE if browser is None or not browser.is_connected() else CRASHED


async def _take_page(
    window: Window,
    opening: Opening,
    page: _Page,
    redactor: Redactor,
    seam: Seam,
    clock: Clock,
    limits: Limits,
    login: Login | None,
) -> None:
    passage = challenge.Passage(window, limits)
    settled = await settle(window, limits)
    while await passage.led_on():
        settled = await settle(window, limits)
    frames = await tree(window.session)
    page.final_url = frames[0].url
    await movement.watch(window, frames)
    width, height = await snapshot.page_size(window.session)
    pictured = min(height, limits.page_height)
    # neither needs the other, and the browser waits for its next frame most of that time
    first, _ = await asyncio.gather(
        thumbnail.take(window.session, (width, pictured)), _learn(window, tuple(f.id for f in frames), redactor)
    )
    page.secrets_known = True
    before, inner_before = await look(window), await _inner(window, frames)
    async for tile in snapshot.tiles(window.session, (width, pictured), seam, clock, page.colours):
        page.artifacts.append(tile)
    told = await snapshot.structure(window.session)
    second = asyncio.ensure_future(thumbnail.take(window.session, (width, pictured)))
    try:
        await asyncio.sleep(0)  # it is asked for, and drawn while we store
        page.frames = told.order
        page.artifacts += snapshot.keep(told, redactor, seam, clock)
        where = await places.of_frames(window.session, frames)
        moved = await movement.watched(window, frames, where, first, await second)
    finally:
        second.cancel()
    page.moving = moved.boxes
    after, inner = await look(window), await _inner(window, frames)
    boxes = await scrollboxes.find(window, frames, where, (width, pictured))
    numbers = {identity: n for n, identity in enumerate(page.frames)}
    async for region in scrollboxes.picture(window, boxes, numbers, seam, clock):
        page.artifacts.append(region)
    looks = _Looks(before=before, after=after, inner_before=inner_before, inner=inner)
    seen = _seen(window, opening, page, settled, looks, height, pictured)
    seen = replace(seen, moved=moved, boxes=tuple(boxes))
    page.checks = (*completeness.guard(seen), *passage.checks())
    page.trouble = _trouble(seen, login)


async def _inner(window: Window, frames: tuple[Frame, ...]) -> tuple[Look, ...]:
    seen = [await look(window, frame.id) for frame in frames[1 : 1 + INNER_FRAMES]]
    return tuple(one for one in seen if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looks:
    """The looks at the page and its frames, before and after the pictures were taken."""

    before: Look | None
    after: Look | None
    inner_before: tuple[Look, ...]
    inner: tuple[Look, ...]


def _seen(
    window: Window, opening: Opening, page: _Page, settled: Settled, looks: _Looks, height: int, pictured: int
) -> completeness.Seen:
    documents = window.traffic.documents(window.frame_id)
    document = documents[-1] if documents else None
    since = document.started if document else None
    return completeness.Seen(
        requested_url=opening.url,
        final_url=page.final_url or "",
        document=document,
        exchanges=tuple(e for e in window.traffic.exchanges if since is None or e.started >= since),
        before=looks.before,
        after=looks.after,
        inner=looks.inner,
        inner_before=looks.inner_before,
        settled=settled,
        loaded=opening.loaded or (looks.after is not None and looks.after.state == "complete"),
        height=height,
        cut_at=pictured if pictured < height else None,
        one_colour=page.colours.single,
    )


async def _learn(window: Window, frames: tuple[str, ...], redactor: Redactor) -> None:
    """Learn the secrets of the moment: cookies, web storage, addresses."""
    for cookie in await window.cookies():
        redactor.learn(cookie["value"], "cookie")
    for value in stored_secrets(await stored(window, frames)):
        redactor.learn(value, "storage")


def _trouble(seen: completeness.Seen, login: Login | None) -> Trouble | None:
    signs = completeness.stand_in(seen)
    if "own side" in signs:
        return OWN_SIDE
    status = seen.document.status if seen.document else None
    if challenge.stands(status, seen.after or seen.before, signs):
        return challenge.trouble(status)
    if seen.document is not None and status is not None:
        trouble = of_status(status)
        if trouble:
            return trouble
        if seen.document.error and seen.document.body_state != "too_large":
            return of_error(seen.document.error)
    if "log-in" in signs:
        return SESSION_LOST if login else ASKS_LOGIN
    return None


def _close(
    window: Window, requested: str, page: _Page, told: Wire, seam: Seam, clock: Clock, login: Login | None
) -> Taken:
    """Store what was heard of the network, and put the capture together."""
    exchanges = window.traffic.exchanges
    if login is not None and not page.secrets_known:
        for exchanged in exchanges:
            exchanged.withheld = True  # what the session's web storage holds could not be learned
    kept = exchange.keep(exchanges, page.frames or (window.frame_id,), seam, tls=told.secured, names=told.names)
    ended = clock.now()
    bodies = [snapshot.artifact(blob, "body", n, taken=ended, url=url) for n, (url, blob) in enumerate(kept.bodies)]
    log = _log(window.log, seam, ended)
    documents = window.traffic.documents(window.frame_id)
    redirects = tuple(seam.url(document.url, "redirects") for document in documents[:-1])
    return Taken(
        trouble=page.trouble,
        requested_url=seam.url(requested, "requested url"),
        final_url=seam.url(page.final_url, "final url") if page.final_url else None,
        redirects=redirects,
        checks=tuple(
            Check(name=c.name, scope=c.scope, passed=c.passed, detail=seam.text(c.detail, "checks"))
            for c in (*page.checks, *told.checks)
        ),
        artifacts=(*page.artifacts, *bodies, *told.certificates, *log, *told.greeting),
        exchanges=kept.exchanges.sha256,
        times=kept.times.sha256,
        redactions=seam.removed,
        ended=ended,
        moving=page.moving,
    )


def nothing(seam: Seam, window: Window | None, requested: str, trouble: Trouble, ended: datetime, said: str) -> Taken:
    """Return the capture of a page that was not looked at: the reason, and what was heard meanwhile, bodies withheld.

    `said` is what the script said when it broke; it becomes the log.
    """
    heard = window.traffic.exchanges if window else ()
    for exchanged in heard:
        exchanged.withheld = True
    kept = exchange.keep(heard, (window.frame_id,) if window else (), seam)
    lines = list(window.log) if window else []
    log = _log([*lines, {"kind": "flow", "text": said[-8000:]}] if said else lines, seam, ended)
    if window:
        window.restart()
    return Taken(
        trouble=trouble,
        requested_url=seam.url(requested, "requested url"),
        final_url=None,
        redirects=(),
        checks=(),
        artifacts=log,
        exchanges=kept.exchanges.sha256,
        times=kept.times.sha256,
        redactions=seam.removed,
        ended=ended,
    )


def _log(lines: list[dict[str, str]], seam: Seam, taken: datetime) -> tuple[Artifact, ...]:
    if not lines:
        return ()
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    data = seam.text(text, "log").encode("utf-8", "replace")
    return (snapshot.artifact(seam.put_clean(data, "application/x-ndjson"), "log", 0, taken=taken),)
