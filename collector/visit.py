"""One visit to a target: the verbs a flow has, and the captures they bring."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from playwright.async_api import Locator, Page

from collector import capturing, cloaking, opening
from collector.capturing import Caught
from collector.clock import Clock
from collector.errors import FlowError, LoginError
from collector.exchange import Exchange
from collector.flow import Flow
from collector.freshness import past_caches
from collector.login.entrance import Entrance
from collector.manners import Gate, pause_asked
from collector.opening import Opening
from collector.outcome import Trouble
from collector.persona import Persona
from collector.present import page_input
from collector.redactor import Redactor
from collector.scribe import Files, Scribe
from collector.snapshot import artifact
from collector.targets import Target
from collector.window import Window
from collector.workspace import Limits
from evidence.columns import HOME
from evidence.model import Artifact, Capture, Reading
from evidence.reading import read

BREAKING = (capturing.HANGS, opening.CRASHED)
"""After these a window is of no use."""
NOT_OPENED = Opening(url="about:blank", trouble=None, loaded=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outfit:
    """What a visit works with."""

    redactor: Redactor
    entrance: Entrance | None
    """The way in, where the flow logs in."""
    clock: Clock
    limits: Limits
    new_window: Callable[[Window | None], Awaitable[Window]]
    """Opens a window, in place of one that broke."""
    gate: Gate | None = None
    """What page loads wait at; None: nobody asks for manners."""
    window_as: Callable[[Persona], Awaitable[Window]] | None = None
    """Opens a window of another name, for the look at a home page with another agent; None: there is no such look."""
    past_caches: frozenset[str] = frozenset()
    """Labels whose addresses get a query that no cache knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRef:
    """What a flow is told of a capture at once: the record is written while the flow goes on."""

    label: str
    trouble: Trouble | None
    """Why there is no page; None where there is one."""


class Visit:
    """What a flow is given. Its `page` is a Playwright page, so that recorded steps can be pasted in.

    Whatever goes wrong on the way to a page is kept until the flow asks for the capture, which then says so.
    """

    def __init__(self, target: Target, flow: Flow, due: tuple[str, ...], scribe: Scribe, outfit: Outfit) -> None:
        self.target = target
        self.flow = flow
        self.due = due
        """The labels this visit must capture, in order."""
        self._scribe = scribe
        self._outfit = outfit
        self._window: Window | None = None
        self._opening = NOT_OPENED
        self._arrived: str | None = None
        """Where the last `open` came to; the flow's own steps may have led on from there."""
        self._files = Files()
        self._steps: list[str] = []
        self._writing: asyncio.Task[None] | None = None
        self.limit: asyncio.Timeout | None = None
        """The end of the visit's time; what is waited for manners does not count."""

    @property
    def page(self) -> Page:
        """The page; another one after a crash, so ask for it again after each `open`."""
        return self.window.page

    @property
    def has_window(self) -> bool:
        """Whether a window was opened yet."""
        return self._window is not None

    @property
    def window(self) -> Window:
        """The window the page is in."""
        if self._window is None:
            raise FlowError(f"flow {self.flow.name}: the visit has no window yet")
        return self._window

    @property
    def now(self) -> datetime:
        """The moment by the run's clock."""
        return self._outfit.clock.now()

    def address(self, label: str) -> str:
        """Return the address of a label: the target's own for the home page, the ledger's for a column.

        Where a second look goes past the caches it has one parameter more.
        """
        url = self._listed(label)
        return past_caches(url, self._outfit.clock.now()) if label in self._outfit.past_caches else url

    def _listed(self, label: str) -> str:
        if label == HOME:
            return self.target.url
        for column in self.target.ledger.columns:
            if column.label == label:
                return column.url
        raise FlowError(f"flow {self.flow.name}: target {self.target.id} has no column {label!r}")

    async def open(self, url: str) -> Opening:
        """Go to `url`. A failure raises nothing: the next capture tells it."""
        waited = await self._mind_manners(url)
        await self.ready()
        if waited:
            self.window.note("manners", f"waited {waited:.0f} s before this host was asked for a page")
        self._opening = await opening.go(self.window, url, self._outfit.limits.navigation_seconds)
        self._heed()
        self._arrived = self.page.url
        return self._opening

    async def capture(self, label: str) -> CaptureRef:
        """Capture the page as `label`; raises FlowError where this visit has captured that label before.

        It is stored and handed on while the flow goes on, at most one at a time.
        """
        await self._written()
        if label in self._scribe.written:
            raise FlowError(f"flow {self.flow.name}: captures {label!r} twice in one visit, expected once")
        started = self._outfit.clock.now()
        if shut := self._shut():
            self.fail(label, shut)
            return CaptureRef(label=label, trouble=shut)
        opened = await self._let_in(self._current())
        repeatable = self.flow.login is None and self.page.url == self._arrived
        caught = await self._take(opened)
        if caught.blank and repeatable:
            caught = await self._take(await self._afresh())
        if caught.trouble in BREAKING:
            self._opening = Opening(url=opened.url, trouble=caught.trouble, loaded=False)
        document = (self.window.traffic.documents(self.window.frame_id) or (None,))[-1]
        self.window.restart()
        if label == HOME and document and caught.trouble is None:
            await self._compare_agents(self.page.url, document)
        self._writing = asyncio.create_task(self._write(label, started, caught, self._files))
        self._files = Files()
        return CaptureRef(label=label, trouble=caught.trouble)

    def _shut(self) -> Trouble | None:
        """Return why nothing may be captured now: a log-in that failed, or that has not come to its end."""
        entrance = self._outfit.entrance
        if entrance and entrance.failed:
            return lost(entrance.failed)
        under_way = entrance is not None and entrance.under_way
        return Trouble(outcome="login_lost", reason="not_finished", fault="ours") if under_way else None

    async def _let_in(self, opened: Opening) -> Opening:
        """Return the opening; where the page asks for a log-in, log in once, and open what the flow had opened again."""
        entrance = self._outfit.entrance
        if entrance is None or opened.trouble or not await entrance.asks(self.window):
            return opened
        if not entrance.may_renew or self.page.url != self._arrived:
            return replace(opened, trouble=capturing.SESSION_LOST)
        self.window.note("log in", "会话在途中失效，重新登录一次")
        try:
            async with self._standing_still():
                await entrance.renew(self)
        except LoginError as error:
            self.window.note("log in", error.said or error.reason)
            return replace(opened, trouble=lost(error))
        again = await self.open(opened.url)
        return replace(again, trouble=capturing.SESSION_LOST) if await entrance.asks(self.window) else again

    async def _compare_agents(self, url: str, document: Exchange) -> None:
        """Ask for the home page with another agent too; what comes of it goes with the capture."""
        outfit = self._outfit
        if outfit.window_as is None or not url.startswith("http"):
            return
        await self._mind_manners(url)
        seam, proxied = outfit.redactor.seam(self._scribe.sink), self.window.lookout.proxied
        compared = await cloaking.compare(
            url, document, outfit.window_as, seam, outfit.clock, outfit.limits, proxied=proxied
        )
        self._files = replace(
            self._files,
            artifacts=(*self._files.artifacts, *compared.artifacts),
            removed=self._files.removed + seam.removed,
            checks=(compared.check,),
        )

    async def _write(self, label: str, started: datetime, caught: Caught, files: Files) -> None:
        taken = await asyncio.to_thread(caught.keep)
        self._scribe.write(label, started, taken, files)

    async def _written(self) -> None:
        """Wait until the capture before is written; raises, each time, what kept it from that."""
        if self._writing is not None:
            await self._writing

    async def _take(self, opened: Opening) -> Caught:
        return await capturing.take(
            self.window,
            opened,
            redactor=self._outfit.redactor,
            sink=self._scribe.sink,
            clock=self._outfit.clock,
            limits=self._outfit.limits,
            login=self.flow.login,
        )

    async def _afresh(self) -> Opening:
        """Open the page once more in a fresh context."""
        self._window = await self._outfit.new_window(self._window)
        again = await self.open(self._opening.url)
        self.window.note("blank", "the page showed a single colour: opened and pictured once more in a fresh context")
        return again

    @property
    def limits(self) -> Limits:
        """What the workspace allows on one page."""
        return self._outfit.limits

    async def read(self) -> Reading:
        """Return the reading of the page as it stands now, so that a script can decide where to go.

        Text in its pictures is left out: reading that takes long, and the stored capture is read for it later.
        """
        page = await page_input(self.window)
        page = replace(page, bodies=tuple(body for body in page.bodies if not body.media_type.startswith("image/")))
        return await asyncio.to_thread(read, page, at=self._outfit.clock.now())

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        """Name a part of the script; the log of the next capture tells it, and where it failed."""
        self.window.note("step", name)
        self._steps.append(name)
        yield
        self._steps.pop()

    async def download(self, place: str | Locator) -> Artifact:
        """Click a selector or locator, and keep the file that comes with the next capture; a file is asked for as politely as a page.

        Raises playwright's Error if none comes, FlowError for one that is too large.
        """
        limits = self._outfit.limits
        await self._mind_manners(self.page.url)
        async with self.page.expect_download(timeout=limits.navigation_seconds * 1000) as coming:
            await (self.page.locator(place) if isinstance(place, str) else place).click()
        arrived = await coming.value
        self.window.traffic.downloaded(arrived.url)
        path = Path(await arrived.path())
        if path.stat().st_size > limits.body_bytes:
            raise FlowError(f"the file behind {place} has {path.stat().st_size} bytes, limit {limits.body_bytes}")
        seam = self._outfit.redactor.seam(self._scribe.sink)
        blob = seam.put(path.read_bytes(), "application/octet-stream", "download")
        await arrived.delete()
        url = seam.url(arrived.url, "download")
        kept = artifact(blob, "download", len(self._files.artifacts), taken=self._outfit.clock.now(), url=url)
        self._files = self._files.and_one(kept, seam.removed)
        return kept

    async def log_in(self) -> None:
        """Log in as the flow declares; no second try after one that failed: a locked account is worse than a lost night.

        Raises LoginError with the reason, SecretMissing, VaultError.
        """
        entrance = self._outfit.entrance
        if entrance is None:
            raise FlowError(f"flow {self.flow.name} declares no log-in\ntry: Flow(__name__, login=Login(...))")
        async with self._standing_still():
            await entrance.enter(self)

    async def keep_session(self) -> None:
        """Keep the session as the flow leaves it, for the next visit."""
        if self._outfit.entrance and not self.window.crashed:
            await self._outfit.entrance.keep(self.window)

    def fail(self, label: str, trouble: Trouble, said: str = "") -> Capture:
        """Write down that `label` could not be captured, without a look at the page; `said` goes into its log."""
        now = self._outfit.clock.now()
        seam = self._outfit.redactor.seam(self._scribe.sink)
        taken = capturing.nothing(seam, self._window, self._address_or_home(label), trouble, now, said)
        return self._scribe.write(label, now, taken)

    async def miss(self, label: str, reason: str, said: str) -> None:
        """Write down that what `label` stands for was not there, as a tab the page lacks; it says nothing against anyone.

        `reason` is a word such as no_tab, `said` a sentence for the log.
        """
        await self._written()
        self.fail(label, Trouble(outcome="flow_failed", reason=reason, fault="ours"), said)

    async def ready(self) -> None:
        """See to it that there is a window that works."""
        if self._window is None or self._window.crashed or self._opening.trouble in BREAKING:
            self._window = await self._outfit.new_window(self._window)
            self._opening = NOT_OPENED

    async def close(self) -> None:
        """Close the window, and wait until the last capture is written; raises what handing it on raises."""
        try:
            if self._window is not None:
                await self._window.close()
        finally:
            await self._written()

    async def _mind_manners(self, url: str) -> float:
        """Wait until the host may be asked for a page, and return the seconds."""
        if self._outfit.gate is None:
            return 0.0
        async with self._standing_still():
            return await self._outfit.gate.page(url)

    @asynccontextmanager
    async def _standing_still(self) -> AsyncIterator[None]:
        """Let the visit's time stand still for the length of the block: what is waited for a host or a person is not its own."""
        limit, now = self.limit, asyncio.get_running_loop().time
        end, begun = limit.when() if limit else None, now()
        if limit is None or end is None:
            yield
            return
        limit.reschedule(None)
        try:
            yield
        finally:
            limit.reschedule(end + now() - begun)

    def _heed(self) -> None:
        """Keep away from a host that asks for it, as long as it says and the workspace allows."""
        gate, documents = self._outfit.gate, self.window.traffic.documents(self.window.frame_id)
        asked = pause_asked(documents[-1], self._outfit.clock.now()) if gate and documents else None
        if gate is not None and asked is not None:
            honoured = gate.pause(documents[-1].url, asked)
            self.window.note(
                "manners", f"Retry-After: {asked:.0f} s; nothing is asked of this host for {honoured:.0f} s"
            )

    def _current(self) -> Opening:
        """Return the last opening; where the script has moved on by itself since, the address it came to."""
        if self.window.crashed:
            return Opening(url=self._opening.url, trouble=opening.CRASHED, loaded=False)
        if self._opening is NOT_OPENED:
            return Opening(url=self.page.url, trouble=None, loaded=True)
        return self._opening

    def _address_or_home(self, label: str) -> str:
        try:
            return self.address(label)
        except FlowError:
            return self.target.url


def lost(error: LoginError) -> Trouble:
    """Return what a log-in that failed means for the pages behind it: never the site's fault."""
    return Trouble(outcome="login_lost", reason=error.reason, fault="ours")
