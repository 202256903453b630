"""Who does the visits of a run: one browser of this machine, or the workers of a fleet; with the cleanliness record round them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from collector import browser as browsers
from collector import environment, proxies
from collector.cleanliness import Cleanliness
from collector.clock import Clock
from collector.errors import FleetError
from collector.executor import Executor, Job
from collector.journal import Journal
from collector.keeper import Keeper
from collector.login.access import Access
from collector.lookout import Lookout
from collector.manners import Gate
from collector.workspace import Workspace
from evidence import aftercheck
from evidence.holdings import Holdings
from evidence.model import Capture
from evidence.store import Store


class Works(Protocol):
    """Does jobs."""

    async def work(
        self, jobs: tuple[Job, ...], deliver: Callable[[Job, Capture], None], done: Callable[[Job], None]
    ) -> None:
        """Do all jobs; captures are delivered as they come, and a job is told when its visit is over."""
        ...


class Crew(Protocol):
    """Is at work for the length of a run."""

    def at_work(self) -> AbstractAsyncContextManager[Works]:
        """Make the cleanliness record before the run, give what does its jobs, and make the one after it."""
        ...

    @property
    def concerns(self) -> tuple[str, ...]:
        """What of the cleanliness record did not pass, one sentence each."""
        ...


def crew_of(
    workspace: Workspace, holdings: Holdings, journal: Journal, clock: Clock, jobs: int | None, access: Access | None
) -> Crew:
    """Return the crew that the workspace asks for; raises FleetError where what it needs is not installed."""
    if workspace.settings.executor == "fleet":
        try:
            from collector.fleet.crew import Fleet  # an extra: nothing else may need what it imports
        except ModuleNotFoundError as error:
            raise FleetError(f"没有安装 {error.name}：多机协同需要 pip install 'quzheng[fleet]'") from error
        return Fleet(workspace, holdings, journal, clock)
    return Local(workspace, holdings, journal, clock, jobs, access)


class Local:
    """One browser of this machine."""

    def __init__(
        self,
        workspace: Workspace,
        holdings: Holdings,
        journal: Journal,
        clock: Clock,
        jobs: int | None = None,
        access: Access | None = None,
    ) -> None:
        self._workspace = workspace
        self._holdings = holdings
        self._journal = journal
        self._clock = clock
        self._jobs = jobs
        self._access = access
        self._cleanliness = cleanliness_of(workspace, holdings.store)

    @property
    def concerns(self) -> tuple[str, ...]:
        """What of the cleanliness record did not pass, one sentence each."""
        return self._cleanliness.concerns

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Executor]:
        """Start the browser; raises BrowserError where none starts."""
        holdings, journal, cleanliness = self._holdings, self._journal, self._cleanliness
        async with keeper_of(self._workspace, holdings.store) as keeper:
            environs = (await keeper.running()).environment
            before = await asyncio.to_thread(cleanliness.before, environs)
            journal.cleanliness("before", before)
            aftercheck.begin(holdings, journal.run, before)
            yield self._executor(keeper)
            begun = aftercheck.cut_off(holdings, journal.run)
            after = await asyncio.to_thread(cleanliness.after, environs, journal.run, begun)
            journal.cleanliness("after", after)
            aftercheck.end(holdings, journal.run, before, after)

    def _executor(self, keeper: Keeper) -> Executor:
        settings = self._workspace.settings
        limits = settings.limits
        gate = Gate(
            jobs=self._jobs or settings.jobs,
            per_host=limits.per_host,
            per_host_seconds=limits.per_host_seconds,
            longest_pause=limits.retry_after_most,
        )
        return Executor(
            keeper=keeper,
            sink=self._holdings.store,
            clock=self._clock,
            limits=limits,
            access=self._access or Access.of(self._workspace),
            run=self._journal.run,
            purpose=self._journal.purpose,
            vantage=environment.vantage(settings.egress),
            gate=gate,
            lookout=self._cleanliness.lookout,
            second_agent=settings.second_agent,
        )


def keeper_of(workspace: Workspace, store: Store) -> Keeper:
    """Return what keeps the browser that the workspace names running; raises BrowserError where there is none."""
    settings = workspace.settings
    return Keeper(
        browsers.find(settings.browser),
        store,
        captures=settings.limits.browser_captures,
        resident=settings.limits.browser_bytes,
        borrowed=settings.context == "theirs",
        attended_by=settings.attended_by,
    )


def cleanliness_of(workspace: Workspace, store: Store, worker: str | None = None) -> Cleanliness:
    """Return the cleanliness of a run by the workspace's browser, or of a worker's part in one; not looked at yet."""
    told = tuple(proxy.told for proxy in proxies.found(os.environ))
    return Cleanliness(
        Lookout(workspace.settings.egress, told),
        workspace=workspace.root,
        holdings=workspace.store_path,
        store=store,
        environ=os.environ,
        borrowed=workspace.settings.context == "theirs",
        time_sources=workspace.settings.time_source,
        worker=worker,
    )
