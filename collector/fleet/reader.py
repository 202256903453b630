"""The trade of a reading worker: reads records in processes of its own, and hands the readings over.

What it keeps of pictures (their text by OCR) is scratch, and saves the time of reading the same picture twice.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import tempfile
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import procrastinate

from collector import environment
from collector.fleet.database import Database
from collector.fleet.handovers import Handovers
from collector.fleet.lots import lot_of
from collector.fleet.orders import READING
from collector.fleet.reading import queue_of
from collector.fleet_settings import FleetSettings
from collector.workspace import Workspace
from evidence import canonical, plain
from evidence.derived import Derived
from evidence.errors import EvidenceError
from evidence.model import Record
from evidence.reading.wordlists import WordLists
from evidence.readings import read_one

log = logging.getLogger(__name__)


class Reader:
    """Readings for coordinators that have the same reader, word lists and OCR engine."""

    kind = "reading"

    def __init__(self, workspace: Workspace, database: Database, name: str, *, jobs: int) -> None:
        """Raises ReadingError for word lists that cannot be read."""
        self.jobs = jobs
        self.vantage = environment.vantage(workspace.settings.egress)
        self._name = name
        self._settings = workspace.settings.fleet
        self._store = workspace.store_path
        self._words = workspace.house().words()
        self._queue = queue_of(self._words)
        self._handovers = Handovers(database)
        self._pool: ProcessPoolExecutor | None = None

    @property
    def queues(self) -> list[str]:
        """The queue of all who read alike."""
        return [self._queue]

    @asynccontextmanager
    async def at_hand(self) -> AsyncIterator[None]:
        """Have a scratch folder, and processes that read."""
        with tempfile.TemporaryDirectory(prefix="quzheng-reading-") as scratch:
            self._scratch = Path(scratch)
            try:
                yield
            finally:
                self._let_go()

    async def tend(self) -> None:
        """Nothing is due."""

    def declare(self, app: procrastinate.App) -> None:
        """Tell the queue what this worker can do."""

        @app.task(name=READING)
        async def reading(key: str, record: str, session: str) -> None:
            body = {"key": key, "reading": await self._read(record)}
            self._handovers.give("reading", f"{session}/{key}", run=session, order="", body=body, worker=self._name)

    async def _read(self, record: str) -> dict[str, Any] | None:
        """Return the reading's JSON; None for a page that cannot be read, or that kills its process."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.jobs, mp_context=multiprocessing.get_context("spawn"))
        loop, pool = asyncio.get_running_loop(), self._pool
        try:
            return await loop.run_in_executor(
                pool, _reading, self._settings, self._store, self._scratch, self._words, record
            )
        except BrokenProcessPool:
            log.warning("a reading process died over a record: it is read by the coordinator")
            if self._pool is pool:
                self._let_go()
            return None
        except (EvidenceError, OSError):
            # the storage, the disk: the coordinator may do better, and waits for an answer
            log.warning("a record cannot be read here", exc_info=True)
            return None

    def _let_go(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def _reading(
    settings: FleetSettings, store: Path, scratch: Path, words: WordLists, record: str
) -> dict[str, Any] | None:
    """Read one record; in a process of its own."""
    opened = Record.load(canonical.decode(record.encode("utf-8")))
    found = read_one(opened, lot_of(settings, store), Derived(scratch), words)
    return plain.dump(found) if found is not None else None
