"""Keeps one browser running; one that died, that has grown or that has worked long is replaced by a new one.

A browser that is to go is given to nobody any more, and is closed when the last visit that uses it has ended: no capture
is lost by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import TracebackType

from playwright.async_api import Browser
from playwright.async_api import Error as PlaywrightError

from collector import browser as browsers
from collector import environment, memory, persona
from collector.browser import BrowserSource
from collector.device import Device
from collector.elsewhere import Elsewhere
from collector.persona import Persona
from evidence import canonical
from evidence.store import BlobSink


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A running browser, how it names itself, and the digest of its environment's blob."""

    browser: Browser
    persona: Persona
    environment: str
    borrowed: bool = False
    """Whether pages are opened in the context of the person whose browser it is."""


@dataclass(slots=True, kw_only=True)
class _Kept:
    """A browser with what it has done and who uses it."""

    running: Running
    stack: AsyncExitStack
    users: int = 0
    captures: int = 0


class Keeper:
    """Use as an async context manager; `running` gives a browser that is alive, `lent` keeps it so for a visit.

    A browser is replaced after so many captures, between two visits, or when its processes hold more than `resident` bytes.
    """

    def __init__(
        self,
        source: BrowserSource,
        sink: BlobSink,
        *,
        captures: int | None = None,
        resident: int | None = None,
        borrowed: bool = False,
        attended_by: str | None = None,
    ) -> None:
        """A browser elsewhere is reached anew where the connection is lost, and never replaced: it is not ours."""
        ours = not isinstance(source, Elsewhere)
        self._source = source
        self._sink = sink
        self._captures = captures if ours else None
        self._resident = resident if ours else None
        self._borrowed = borrowed and not ours
        self._attended_by = None if ours else attended_by
        self._lock = asyncio.Lock()
        self._kept: _Kept | None = None
        self._going: list[_Kept] = []

    async def __aenter__(self) -> Keeper:
        await self.running()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with AsyncExitStack() as every:
            for kept in (*self._going, *([self._kept] if self._kept else [])):
                every.push_async_callback(kept.stack.aclose)

    async def running(self) -> Running:
        """Return the browser, started anew where it has died; raises BrowserError where it does not start."""
        return (await self._alive()).running

    async def environment_on(self, running: Running, device: Device) -> str:
        """Return the digest of the environment of captures made on a device; its blob is in the sink then."""
        if device == running.persona.device:
            return running.environment
        return await self._described(running.browser, running.persona.on(device))

    async def _described(self, browser: Browser, worn: Persona) -> str:
        described = await environment.describe(browser, self._source, worn, self._attended_by)
        return self._sink.put(canonical.encode(described), "application/json").sha256

    @asynccontextmanager
    async def lent(self, captures: int) -> AsyncIterator[Running]:
        """Lend the browser for a visit that brings so many captures; it is not replaced meanwhile.

        Raises BrowserError where none starts.
        """
        kept = await self._alive()
        kept.users += 1
        try:
            yield kept.running
        finally:
            kept.users -= 1
            kept.captures += captures
            await self._look_after(kept)

    async def _alive(self) -> _Kept:
        async with self._lock:
            if self._kept and not self._kept.running.browser.is_connected():
                await self._let_go(self._kept)
            if self._kept is None:
                self._kept = await self._start()
            return self._kept

    async def _look_after(self, kept: _Kept) -> None:
        """Let a browser go that has done its share, and close it when nobody uses it any more."""
        async with self._lock:
            if kept is self._kept and await self._is_spent(kept):
                await self._let_go(kept)
            elif kept in self._going and not kept.users:
                self._going.remove(kept)
                await kept.stack.aclose()

    async def _let_go(self, kept: _Kept) -> None:
        self._kept = None
        if kept.users:
            self._going.append(kept)
        else:
            await kept.stack.aclose()

    async def _is_spent(self, kept: _Kept) -> bool:
        if self._captures is not None and kept.captures >= self._captures:
            return True
        if self._resident is None:
            return False
        try:
            held = await memory.resident(kept.running.browser)
        except PlaywrightError:
            return False  # it has died meanwhile; the next visit sees that
        return held is not None and held > self._resident

    async def _start(self) -> _Kept:
        async with AsyncExitStack() as stack:
            browser = await stack.enter_async_context(browsers.start(self._source))
            worn = await persona.of(browser)
            environs = await self._described(browser, worn)
            running = Running(browser=browser, persona=worn, environment=environs, borrowed=self._borrowed)
            return _Kept(running=running, stack=stack.pop_all())
