"""The life of a worker, whatever its trade: takes work from the queue, gives signs of life, ends when it is asked to.

A worker keeps nothing. One that dies in the middle of a piece of work has lost it: the others see that it gives no sign,
and do it anew. Asked to end (SIGTERM), it finishes what it has begun.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException

from collector.errors import FleetError
from collector.fleet.database import Database, queue
from collector.fleet.roster import TRIES, Roster
from collector.fleet_settings import FleetSettings
from evidence.model import Vantage

log = logging.getLogger(__name__)

GRACE = 25.0
"""Seconds that work under way is given when the worker is asked to end; orchestrators kill after 30."""
SIGNS = 4
"""Signs of life in the time after which a worker counts as gone."""


class Trade(Protocol):
    """What a worker can do."""

    @property
    def kind(self) -> str:
        """Its name on the roster."""
        ...

    @property
    def jobs(self) -> int:
        """Pieces of work at once."""
        ...

    @property
    def vantage(self) -> Vantage:
        """From where it looks."""
        ...

    @property
    def queues(self) -> list[str]:
        """Where its work comes from; the first is that of all who work alike."""
        ...

    def at_hand(self) -> AbstractAsyncContextManager[None]:
        """Have at hand what the work needs."""
        ...

    def declare(self, app: procrastinate.App) -> None:
        """Tell the queue which tasks it does."""
        ...

    async def tend(self) -> None:
        """Do what is due from time to time."""
        ...


class Worker:
    """Works at one trade until it is asked to end."""

    def __init__(self, name: str, trade: Trade, settings: FleetSettings, database: Database) -> None:
        self._name = name
        self._trade = trade
        self._settings = settings
        self._database = database
        self._roster = Roster(database)

    async def run(self) -> None:
        """Work until the system asks for the end; raises FleetError, and what having the trade's means at hand raises."""
        try:
            self._database.set_up()
            self._roster.check_clock()
            await self._live()
        finally:
            self._database.close()

    async def _live(self) -> None:
        stopping = asyncio.Event()
        for signalled in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signalled, stopping.set)
        async with self._trade.at_hand():
            beside = tuple(map(asyncio.create_task, (self._give_signs(), self._tend(), stopping.wait())))
            try:
                await self._serve(beside)
            finally:
                await _cancelled(*beside)
        self._roster.leave(self._name)

    async def _serve(self, ends: tuple[asyncio.Task[Any], ...]) -> None:
        """Take work from the queue until one of `ends` is done; where the database goes away, wait for it.

        The queue stops by itself, without a word, where it loses the database.
        """
        while True:
            app = queue(self._settings)
            self._trade.declare(app)
            self._declare_rescue(app)
            try:
                async with app.open_async():
                    working = asyncio.create_task(self._working(app))
                    await asyncio.wait((working, *ends), return_when=asyncio.FIRST_COMPLETED)
                    if over := next((one for one in ends if one.done()), None):
                        await _cancelled(working)
                        over.result()
                        return
                    working.result()
            except ConnectorException as error:
                if not isinstance(error.__cause__, psycopg.OperationalError):
                    raise FleetError(f"任务队列出错：{error.__cause__ or error}") from error
                log.warning("the queue is away: %s", error.__cause__)
            await asyncio.sleep(1)

    async def _working(self, app: procrastinate.App) -> None:
        seconds = self._settings.stalled_seconds
        await app.run_worker_async(
            queues=self._trade.queues,
            name=self._name,
            concurrency=self._trade.jobs,
            install_signal_handlers=False,
            fetch_job_polling_interval=1.0,
            shutdown_graceful_timeout=GRACE,
            update_heartbeat_interval=seconds / SIGNS,
            stalled_worker_timeout=float(seconds),
            delete_jobs="successful",
        )

    def _declare_rescue(self, app: procrastinate.App) -> None:
        """Have the workers of a queue look from time to time for work of those that died, and do it."""
        seconds, where = self._settings.stalled_seconds, self._trade.queues[0]

        @app.periodic(cron=f"* * * * * */{max(1, min(59, seconds // SIGNS))}")
        @app.task(name="quzheng.rescue", queue=where, queueing_lock=f"rescue:{where}")
        async def rescue(timestamp: int) -> None:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
                if job.attempts < TRIES:
                    log.warning("the worker of job %s (%s) gives no sign: others do it", job.id, job.task_name)
                    await app.job_manager.retry_job(job)
                else:
                    await app.job_manager.finish_job(job, procrastinate.jobs.Status.FAILED, delete_job=False)

    async def _give_signs(self) -> None:
        """Say that this worker is there; raises FleetError where its clock goes astray."""
        trade = self._trade
        while True:
            await asyncio.to_thread(self._roster.sign, self._name, trade.kind, trade.queues[0], trade.vantage)
            await asyncio.to_thread(self._roster.check_clock)
            await asyncio.sleep(min(1.0, self._settings.stalled_seconds / SIGNS))

    async def _tend(self) -> None:
        """Do what the trade has to do from time to time; however long it takes, signs are given meanwhile."""
        while True:
            await self._trade.tend()
            await asyncio.sleep(min(1.0, self._settings.stalled_seconds / SIGNS))


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait until they have ended; what they raise then is told in the log."""
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            log.warning("it ended with %s", outcome)
