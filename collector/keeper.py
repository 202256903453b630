"""Keeps one browser running; one that died is replaced by a new one of the same kind."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType

from playwright.async_api import Browser

from collector import browser as browsers
from collector import environment, persona
from collector.browser import BrowserBinary
from collector.persona import Persona
from evidence import canonical
from evidence.store import BlobSink


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A running browser, how it names itself, and the digest of its environment's blob."""

    browser: Browser
    persona: Persona
    environment: str


class Keeper:
    """Use as an async context manager; `running` gives a browser that is alive."""

    def __init__(self, binary: BrowserBinary, sink: BlobSink) -> None:
        self._binary = binary
        self._sink = sink
        self._lock = asyncio.Lock()
        self._stack = AsyncExitStack()
        self._running: Running | None = None

    async def __aenter__(self) -> Keeper:
        await self.running()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def running(self) -> Running:
        """Return the browser, started anew where it has died; raises BrowserError where it does not start."""
        async with self._lock:
            if self._running is None or not self._running.browser.is_connected():
                await self._stack.aclose()
                self._running = await self._start()
            return self._running

    async def _start(self) -> Running:
        browser = await self._stack.enter_async_context(browsers.start(self._binary))
        worn = await persona.of(browser)
        described = canonical.encode(environment.describe(browser, self._binary, worn))
        blob = self._sink.put(described, "application/json")
        return Running(browser=browser, persona=worn, environment=blob.sha256)
