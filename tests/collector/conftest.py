"""One browser for all tests of a worker, on an event loop of its own; each test visits in a context of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from collector import browser as browsers
from collector.clock import SystemClock
from collector.flow import Flow
from collector.keeper import Keeper
from collector.login.access import Access
from collector.manners import Gate
from collector.redactor import Redactor
from collector.scribe import Circumstances
from collector.secrets import Secrets
from collector.targets import Target, from_written
from collector.visiting import visit
from collector.workspace import Limits
from evidence import digest
from evidence.model import Blob, Capture, Vantage
from tests.site.server import Site

T = TypeVar("T")
LIMITS = Limits(
    navigation_seconds=2, settle_seconds=1, challenge_seconds=1, page_seconds=5, body_bytes=1 << 20, page_height=20_000
)


@dataclass
class Memory:
    """A sink that keeps everything at hand."""

    blobs: dict[str, bytes] = field(default_factory=dict)

    def put(self, data: bytes, media_type: str) -> Blob:
        name = digest.sha256(data)
        self.blobs[name] = data
        return Blob(sha256=name, sm3=digest.sm3(data), size=len(data), media_type=media_type)


@dataclass
class Stored:
    """A sink as a store."""

    sink: Memory

    def read(self, sha256: str) -> bytes:
        return self.sink.blobs[sha256]

    def has(self, sha256: str) -> bool:
        return sha256 in self.sink.blobs


@dataclass
class Looker:
    """Visits addresses with the worker's browser."""

    do: Callable[[Coroutine[Any, Any, Any]], Any]
    keeper: Keeper
    sink: Memory

    def visit(
        self,
        target: Target,
        flow: Flow,
        *,
        limits: Limits = LIMITS,
        secrets: Secrets | None = None,
        access: Access | None = None,
        redactor: Redactor | None = None,
        gate: Gate | None = None,
    ) -> tuple[Capture, ...]:
        return self.do(self._visit(target, flow, limits, access or _access(secrets), redactor, gate))

    def capture(self, url: str, *, limits: Limits = LIMITS) -> Capture:
        (taken,) = self.visit(target(url), one_page(), limits=limits)
        return taken

    async def _visit(
        self,
        target: Target,
        flow: Flow,
        limits: Limits,
        access: Access,
        redactor: Redactor | None,
        gate: Gate | None,
    ) -> tuple[Capture, ...]:
        running = await self.keeper.running()
        return await visit(
            target,
            flow,
            browser=running.browser,
            persona=running.persona,
            sink=self.sink,
            clock=SystemClock(),
            limits=limits,
            circumstances=Circumstances(
                run="RUN",
                environment=await self.keeper.environment_on(running, flow.device),
                vantage=Vantage(egress="direct", address=None, resolver=None),
            ),
            access=access,
            redactor=redactor,
            gate=gate,
        )


def _access(secrets: Secrets | None) -> Access:
    return Access(secrets=secrets or Secrets(variables={}, folder=None))


def target(url: str, **more: Any) -> Target:
    return from_written({"id": "t", "name": "示范", "url": url, **more})


def one_page() -> Flow:
    flow = Flow("tests.one_page")

    @flow.visit
    async def open_and_capture(run):  # type: ignore[no-untyped-def]
        for label in run.due:
            await run.open(run.address(label))
            await run.capture(label)

    return flow


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture(scope="session")
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="session")
def _keeper(_loop: asyncio.AbstractEventLoop) -> Iterator[tuple[Keeper, Memory]]:
    sink = Memory()
    keeper = Keeper(browsers.find(), sink)

    def wait(work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, _loop).result(60)

    wait(keeper.__aenter__())
    yield keeper, sink
    wait(keeper.__aexit__(None, None, None))


@pytest.fixture
def looker(_loop: asyncio.AbstractEventLoop, _keeper: tuple[Keeper, Memory]) -> Looker:
    keeper, sink = _keeper

    def do(work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, _loop).result(300)

    return Looker(do=do, keeper=keeper, sink=sink)
