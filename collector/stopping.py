"""Ends a night when the system asks for it (SIGTERM, SIGINT): soon and by itself, else hard, which loses nothing either.

What was admitted is on the disk, and what was not is done when the night is taken up again; so a hard end is no harm.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Coroutine
from types import FrameType, TracebackType
from typing import Any, TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
GRACE = 25.0
"""Seconds to come to an end by itself; orchestrators kill after 30."""
HARD = 5
"""Exit code of a hard end: the night is incomplete."""


class Stopped(KeyboardInterrupt):
    """The system asked for the end; passes every handler of errors, and event loops too, as only its base class does."""


class Stopper:
    """Listens for the two signals as long as the block lasts; only in the main thread."""

    def __init__(self, grace: float = GRACE) -> None:
        self.asked = threading.Event()
        self._grace = grace
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]] | None = None
        self._before: dict[signal.Signals, Any] = {}
        self._last: threading.Timer | None = None

    def __enter__(self) -> Stopper:
        self._before = {one: signal.signal(one, self._told) for one in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one, handler in self._before.items():
            signal.signal(one, handler)
        if self._last is not None:
            self._last.cancel()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run asynchronous work to its end; raises Stopped where the system asked for the end meanwhile."""
        try:
            return asyncio.run(self._watched(work))
        except asyncio.CancelledError:
            if self.asked.is_set():
                raise Stopped from None
            raise

    def wait(self, seconds: float) -> None:
        """Wait; raises Stopped where the system asks for the end meanwhile, or did."""
        if not self.asked.is_set():
            threading.Event().wait(max(0.0, seconds))
        if self.asked.is_set():
            raise Stopped

    async def _watched(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(work)
        self._running = asyncio.get_running_loop(), task
        if self.asked.is_set():
            task.cancel()
        try:
            return await task
        finally:
            self._running = None

    def _told(self, number: int, frame: FrameType | None) -> None:
        """Cancel what runs, or break off what is under way; at a second signal nothing new happens."""
        if self.asked.is_set():
            return
        self.asked.set()
        log.warning("%s: the night ends here and can be taken up again", signal.Signals(number).name)
        self._last = threading.Timer(self._grace, _end_hard)
        self._last.daemon = True
        self._last.start()
        if self._running is None:
            raise Stopped
        loop, task = self._running
        loop.call_soon_threadsafe(task.cancel)


def _end_hard() -> None:
    """End this process and those it started for reading and judging, which do not notice by themselves."""
    for child in multiprocessing.active_children():
        child.kill()
    os._exit(HARD)
