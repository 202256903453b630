"""Does the jobs of a run here, on the contexts of one browser; on a fleet each worker does so with what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from collector.clock import Clock
from collector.flow import Flow
from collector.keeper import Keeper, Running
from collector.login.access import Access
from collector.lookout import Lookout
from collector.manners import Gate
from collector.scribe import Circumstances
from collector.targets import Target
from collector.visiting import visit
from collector.workspace import Limits
from evidence.model import Capture, Purpose, Vantage
from evidence.store import BlobSink

OUR_BROWSER = "browser"
"""Reason of a capture that our own browser took with it when it died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One visit that is due."""

    target: Target
    flow: Flow
    labels: tuple[str, ...]
    attempt: int = 1
    past_caches: frozenset[str] = frozenset()
    """Labels that are asked for past the caches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """Visits targets, each in a context of its own."""

    keeper: Keeper
    sink: BlobSink
    clock: Clock
    limits: Limits
    access: Access
    run: str
    purpose: Purpose
    vantage: Vantage
    gate: Gate
    """Minds the manners of the whole run: what a host asked for holds in later passes too."""
    lookout: Lookout
    second_agent: bool = False
    """Whether home pages are asked for with another agent too."""

    async def work(
        self, jobs: tuple[Job, ...], deliver: Callable[[Job, Capture], None], done: Callable[[Job], None]
    ) -> None:
        """Do all jobs; captures are delivered as they come, and a job is told when its visit is over.

        The first failure of our own ends it.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for job in jobs:
                    group.create_task(self._in_turn(job, deliver, done))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from failures

    async def _in_turn(self, job: Job, deliver: Callable[[Job, Capture], None], done: Callable[[Job], None]) -> None:
        async with self.gate.passed(job.target.url):
            captures = await self._visit(job, deliver)
            done(job)
            lost = tuple(c.label for c in captures if c.outcome == "crashed" and c.reason == OUR_BROWSER)
            if lost and job.attempt < self.limits.passes:
                again = replace(job, labels=lost, attempt=job.attempt + 1)
                await self._visit(again, deliver)
                done(again)

    async def _visit(self, job: Job, deliver: Callable[[Job, Capture], None]) -> tuple[Capture, ...]:
        async with self.keeper.lent(len(job.labels)) as running:
            return await self._with(running, job, deliver)

    async def _with(self, running: Running, job: Job, deliver: Callable[[Job, Capture], None]) -> tuple[Capture, ...]:
        circumstances = Circumstances(
            run=self.run,
            environment=await self.keeper.environment_on(running, job.flow.device),
            vantage=self.vantage,
            attempt=job.attempt,
            purpose=self.purpose,
            lookout=self.lookout,
        )
        return await visit(
            job.target,
            job.flow,
            browser=running.browser,
            sink=self.sink,
            clock=self.clock,
            limits=self.limits,
            circumstances=circumstances,
            access=self.access,
            persona=running.persona,
            due=job.labels,
            gate=self.gate,
            borrowed=running.borrowed,
            past_caches=job.past_caches,
            second_agent=self.second_agent,
            deliver=lambda capture: deliver(job, capture),
        )
