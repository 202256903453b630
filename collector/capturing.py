"""Takes one capture of the page in a window: settle, picture, judge, store."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from playwright.async_api import Error as PlaywrightError

from collector import canvases, challenge, completeness, exchange, overlay, picturing, scrollboxes, snapshot, wire
from collector.clock import Clock
from collector.exchange import Exchange
from collector.login import Login
from collector.look import stored
from collector.opening import BROWSER_GONE, CRASHED, Opening
from collector.outcome import Trouble, of_error, of_status
from collector.picturing import Sitting
from collector.redactor import Redactor, Seam, stored_secrets
from collector.settle import CALM_SECONDS, QUIET_SECONDS, Settled, settle, settle_again, undisturbed
from collector.window import Window
from collector.wire import Wire
from collector.workspace import Limits
from evidence.model import Artifact, Box, Check, Redaction
from evidence.store import BlobSink

MOST_SITTINGS = 3
"""Times that a page at rest is pictured, where it goes elsewhere each time."""
NEWS_SECONDS = 1
"""After a fault of the browser's the news is waited for that the page has gone elsewhere."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """A page caught, and not stored yet. The page that follows in the same window can change nothing of it."""

    page: _Page
    told: Wire
    requested_url: str
    exchanges: tuple[Exchange, ...]
    """Copies: an answer that comes later adds nothing to a capture that has ended."""
    documents: tuple[Exchange, ...]
    log: tuple[dict[str, str], ...]
    frame_id: str
    redactor: Redactor
    seam: Seam
    ended: datetime

    @property
    def trouble(self) -> Trouble | None:
        """Why there is no page; None where there is one."""
        return self.page.trouble

    @property
    def blank(self) -> bool:
        """Whether the page came, and its picture shows a single colour."""
        return self.trouble is None and any(
            c.name == completeness.ONE_COLOUR and c.passed is False for c in self.page.checks
        )

    def keep(self) -> Taken:
        """Store what was got of the page and heard of the network; on the disk when this returns. May run on a thread."""
        page, seam, told = self.page, self.seam, self.told
        for exchanged in self.exchanges:
            if exchanged.body and "json" in exchanged.media_type.lower():
                self.redactor.learn_json(exchanged.body)
        pictured = tuple(page.sitting.keep(self.redactor, seam))
        frames = page.sitting.order or (self.frame_id,)
        kept = exchange.keep(self.exchanges, frames, seam, tls=told.secured, names=told.names)
        bodies = (
            snapshot.artifact(blob, "body", n, taken=self.ended, url=url) for n, (url, blob) in enumerate(kept.bodies)
        )
        return Taken(
            trouble=page.trouble,
            requested_url=seam.url(self.requested_url, "requested url"),
            final_url=seam.url(page.final_url, "final url") if page.final_url else None,
            redirects=tuple(seam.url(document.url, "redirects") for document in self.documents[:-1]),
            checks=tuple(
                Check(name=c.name, scope=c.scope, passed=c.passed, detail=seam.text(c.detail, "checks"))
                for c in (*page.checks, *told.checks)
            ),
            artifacts=(
                *pictured,
                *page.regions,
                *bodies,
                *told.certificates,
                *_log(self.log, seam, self.ended),
                *told.greeting,
            ),
            exchanges=kept.exchanges.sha256,
            times=kept.times.sha256,
            redactions=seam.removed,
            ended=self.ended,
            moving=page.sitting.moved.boxes,
        )


@dataclass(slots=True, kw_only=True)
class _Page:
    """What was got of the page so far; it stays, if the page then hangs or crashes."""

    sitting: Sitting = field(default_factory=Sitting)
    settled: Settled = Settled(quiet=False, decoded=False, bottom=False)
    loads: int = 0
    """Main documents that had come when it had settled."""
    regions: list[Artifact] = field(default_factory=list)
    final_url: str | None = None
    checks: tuple[Check, ...] = ()
    trouble: Trouble | None = None
    secrets_known: bool = False

    @property
    def progress(self) -> int:
        """Changes with all that is got."""
        return (self.settled.extent is not None) + self.sitting.progress + len(self.regions)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """The page that is to be captured, and with what."""

    window: Window
    opening: Opening
    page: _Page
    redactor: Redactor
    seam: Seam
    clock: Clock
    limits: Limits
    passage: challenge.Passage


async def take(
    window: Window,
    opening: Opening,
    *,
    redactor: Redactor,
    sink: BlobSink,
    clock: Clock,
    limits: Limits,
    login: Login | None,
) -> Caught:
    """Capture the page as it stands; whatever goes wrong becomes the capture's trouble, never an exception."""
    seam, page = redactor.seam(sink), _Page(trouble=opening.trouble)
    task = _Task(
        window=window,
        opening=opening,
        page=page,
        redactor=redactor,
        seam=seam,
        clock=clock,
        limits=limits,
        passage=challenge.Passage(window, limits),
    )
    wire.begin(window, opening.url, clock)
    if page.trouble is None:
        page.trouble = await _within(window, _take_page(task, login), page, limits.page_seconds) or page.trouble
    await window.traffic.quiet(1)
    told = await wire.witness(window, opening.url, seam, clock, page.trouble)
    return _caught(task, told, login)


async def _within(window: Window, work: Coroutine[Any, Any, None], page: _Page, seconds: float) -> Trouble | None:
    """Do the work unless the page crashes or hangs first; return what ended it.

    A page hangs that brings nothing new in `seconds`; one of 200,000 pixels may take several times that.
    """
    task, crash = asyncio.ensure_future(work), asyncio.ensure_future(window.crash.wait())
    got = -1
    while not (task.done() or crash.done()) and page.progress != got:
        got = page.progress
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


async def _take_page(task: _Task, login: Login | None) -> None:
    """Picture the page after a brief calm; where it did not sit still, once more when it has come to rest."""
    window, page = task.window, task.page
    seen = await _early(task) or await _rested(task)
    sitting = page.sitting
    boxes = await scrollboxes.find(window, sitting.frames, sitting.where, sitting.size)
    numbers = {identity: n for n, identity in enumerate(sitting.order)}
    async for region in scrollboxes.picture(window, boxes, numbers, task.seam, task.clock):
        page.regions.append(region)
    highest = min(sitting.size[1], task.limits.page_height)
    async for region in canvases.picture(window, len(page.regions), highest, task.seam, task.clock):
        page.regions.append(region)
    uncovered = await overlay.uncover(window, sitting.moved, sitting.after, task.seam, task.clock, len(page.regions))
    page.regions += uncovered.pictures
    seen = replace(seen, boxes=tuple(boxes), uncovered=uncovered)
    page.checks = (*completeness.guard(seen), *task.passage.checks())
    page.trouble = _trouble(seen, login)


async def _early(task: _Task) -> completeness.Seen | None:
    """Picture the page after a brief calm; None where it is too high for that, or did not sit still until it was quiet."""
    window, page = task.window, task.page
    page.settled = settled = await _settle(task, CALM_SECONDS)
    page.loads = window.main_loads
    since = asyncio.get_running_loop().time()
    if not settled.quiet or not await _sit(task, since):
        return None
    seen = _seen(window, task.opening, page)
    still = completeness.still(seen)[0] and await undisturbed(window, settled, since)
    return seen if still else None


async def _rested(task: _Task) -> completeness.Seen:
    """Wait until the page is quiet, within the limits, and picture it as it then is.

    Raises TimeoutError where it goes elsewhere each time.
    """
    window, page = task.window, task.page
    for _ in range(MOST_SITTINGS):
        if window.main_loads != page.loads:
            page.settled = await _settle(task, QUIET_SECONDS)
        elif page.settled.quiet:
            page.settled = await settle_again(window, task.limits, page.settled)
        page.loads = window.main_loads
        if await _sit(task, None):
            return _seen(window, task.opening, page)
    raise TimeoutError


async def _settle(task: _Task, seconds: float) -> Settled:
    """Bring the page to rest, and whatever a page that guards it leads on to."""
    settled = await settle(task.window, task.limits, seconds)
    while await task.passage.led_on():
        settled = await settle(task.window, task.limits, seconds)
    return settled


async def _sit(task: _Task, since: float | None) -> bool:
    """Have the page sit for its picture; tell whether the sitting came to its end (see `picturing.picture`).

    Where the page goes elsewhere meanwhile, the browser never hands out the picture it was asked for, or fails.
    """
    window = task.window
    window.moved.clear()
    sitting, moved = asyncio.ensure_future(_sitting(task, since)), asyncio.ensure_future(window.moved.wait())
    try:
        await asyncio.wait((sitting, moved), return_when=asyncio.FIRST_COMPLETED)
        return sitting.done() and sitting.result()
    except PlaywrightError:
        if window.crashed or not await window.moves_within(NEWS_SECONDS):
            raise
        return False
    finally:
        for future in (sitting, moved):
            future.cancel()
        await asyncio.gather(sitting, moved, return_exceptions=True)


async def _sitting(task: _Task, since: float | None) -> bool:
    window, page = task.window, task.page
    page.sitting = sitting = Sitting()
    await picturing.begin(window, sitting, task.limits.page_height)
    page.final_url = sitting.frames[0].url
    done, _ = await asyncio.gather(
        picturing.picture(window, sitting, task.clock, task.seam, since=since),
        _learn(window, page, task.redactor),
    )
    return done


def _seen(window: Window, opening: Opening, page: _Page) -> completeness.Seen:
    documents = window.traffic.documents(window.frame_id)
    document = documents[-1] if documents else None
    since = document.started if document else None
    sitting = page.sitting
    return completeness.Seen(
        requested_url=opening.url,
        final_url=page.final_url or "",
        document=document,
        exchanges=tuple(e for e in window.traffic.exchanges if since is None or e.started >= since),
        before=sitting.before,
        after=sitting.after,
        inner=sitting.inner,
        inner_before=sitting.inner_before,
        settled=page.settled,
        loaded=opening.loaded or (sitting.after is not None and sitting.after.state == "complete"),
        height=sitting.height,
        cut_at=sitting.size[1] if sitting.size[1] < sitting.height else None,
        one_colour=sitting.colours.single,
        moved=sitting.moved,
        painted=sitting.painted,
    )


async def _learn(window: Window, page: _Page, redactor: Redactor) -> None:
    """Learn the secrets of the moment: cookies, web storage, addresses."""
    for cookie in await window.cookies():
        redactor.learn(cookie["value"], "cookie")
    for value in stored_secrets(await stored(window, tuple(frame.id for frame in page.sitting.frames))):
        redactor.learn(value, "storage")
    page.secrets_known = True


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


def _caught(task: _Task, told: Wire, login: Login | None) -> Caught:
    window = task.window
    exchanges = tuple(copy(heard) for heard in window.traffic.exchanges)
    if login is not None and not task.page.secrets_known:
        for heard in exchanges:
            heard.withheld = True  # what the session's web storage holds could not be learned
    return Caught(
        page=task.page,
        told=told,
        requested_url=task.opening.url,
        exchanges=exchanges,
        documents=window.traffic.documents(window.frame_id),
        log=tuple(window.log),
        frame_id=window.frame_id,
        redactor=task.redactor,
        seam=task.seam,
        ended=task.clock.now(),
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


def _log(lines: Sequence[dict[str, str]], seam: Seam, taken: datetime) -> tuple[Artifact, ...]:
    if not lines:
        return ()
    told = ({**line, "text": seam.prose(line["text"], "log")} for line in lines)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in told)
    data = seam.text(text, "log").encode("utf-8", "replace")
    return (snapshot.artifact(seam.put_clean(data, "application/x-ndjson"), "log", 0, taken=taken),)
