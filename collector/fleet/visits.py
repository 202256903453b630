"""The trade of a capturing worker: makes the visits it is given, uploads the blobs, hands the captures over.

It looks at its machine before its first visit of a run, and once more when the run is over or when it is asked to end.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import procrastinate

from collector import environment
from collector.choosing import flow_for
from collector.cleanliness import Cleanliness
from collector.clock import SystemClock
from collector.crew import cleanliness_of, keeper_of
from collector.errors import FleetError
from collector.executor import Executor, Job
from collector.fleet import terms
from collector.fleet.database import Database
from collector.fleet.handovers import Handovers
from collector.fleet.lots import lot_of
from collector.fleet.orders import CAPTURE, Order, Orders
from collector.fleet.pace import FleetGate
from collector.fleet.roster import Roster
from collector.flow import discover
from collector.keeper import Keeper
from collector.login.access import Access
from collector.workspace import Workspace
from evidence import canonical, plain
from evidence.model import Capture

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    """This worker's part in one run, from the look at its machine before it to the one after it."""

    cleanliness: Cleanliness
    environment: str
    before: str


class Visits:
    """Visits for runs of coordinators that have the same program, flows and limits."""

    kind = "capture"

    def __init__(
        self, workspace: Workspace, database: Database, name: str, *, jobs: int, address: str | None = None
    ) -> None:
        """`address` is that by which this machine goes out, where it is known; raises FlowError, StoreError."""
        self.jobs = jobs
        self.vantage = replace(environment.vantage(workspace.settings.egress), address=address)
        self._name = name
        self._workspace = workspace
        self._database = database
        self._catalogue = discover(workspace.flows_dir)
        self._orders = Orders(database)
        self._handovers = Handovers(database)
        self._roster = Roster(database)
        self._store = lot_of(workspace.settings.fleet, workspace.store_path)
        self._token = secrets.token_hex(4)
        """Tells this process from others of its name before and after it."""
        self._keeper: Keeper = keeper_of(workspace, self._store)
        self._sessions: dict[str, _Session] = {}
        self._beginning: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def queues(self) -> list[str]:
        """The queue of all who visit alike, and that of those who look from here."""
        shared = terms.queue_name(self._workspace, self._catalogue)
        return [shared, terms.elsewhere(shared, terms.vantage_id(self.vantage))]

    @asynccontextmanager
    async def at_hand(self) -> AsyncIterator[None]:
        """Keep a browser running; raises BrowserError. In the end look once more at the machine, for every run."""
        limits = self._workspace.settings.limits
        self._gate = FleetGate(
            self._database,
            jobs=self.jobs,
            per_host_seconds=limits.per_host_seconds,
            longest_pause=limits.retry_after_most,
        )
        async with self._keeper:
            try:
                yield
            finally:
                for run in tuple(self._sessions):
                    await self._look_again(run, 0)

    async def tend(self) -> None:
        """End this worker's part in runs that are over."""
        for run in tuple(self._sessions):
            cut_off = await asyncio.to_thread(self._roster.closed, run)
            if cut_off is not None and run in self._sessions:
                await self._look_again(run, cut_off)

    def declare(self, app: procrastinate.App) -> None:
        """Tell the queue what this worker can do."""

        @app.task(name=CAPTURE)
        async def capture(order: str, run: str) -> None:
            await self._capture(order)

    async def _capture(self, id: str) -> None:
        """Make one visit; an order that is gone belongs to a run that is over."""
        order = self._orders.find(id)
        if order is None:
            log.info("visit %s is wanted no longer", id)
            return
        job = order.job(flow_for(order.target, self._catalogue))
        self._check_shared(job, order)
        await (await self._executor(order)).work(
            (job,),
            lambda job, capture: self._hand_over(order, job, capture),
            lambda job: self._hand_over_end(order, job),
        )
        self._handovers.give("ended", f"{id}/ended", run=order.run, order=id, body={}, worker=self._name)

    async def _executor(self, order: Order) -> Executor:
        settings = self._workspace.settings
        return Executor(
            keeper=self._keeper,
            sink=self._store,
            clock=SystemClock(),
            limits=settings.limits,
            access=Access.of(self._workspace),
            run=order.run,
            purpose=order.purpose,
            vantage=self.vantage,
            gate=self._gate,
            lookout=(await self._session(order.run)).cleanliness.lookout,
            second_agent=settings.second_agent,
        )

    def _hand_over(self, order: Order, job: Job, capture: Capture) -> None:
        body = {"capture": plain.dump(capture), "labels": list(job.labels), "attempt": job.attempt}
        self._handovers.give("capture", capture.key, run=order.run, order=order.id, body=body, worker=self._name)

    def _hand_over_end(self, order: Order, job: Job) -> None:
        body = {"labels": list(job.labels), "attempt": job.attempt}
        key = f"{order.id}/{job.attempt}/over"
        self._handovers.give("over", key, run=order.run, order=order.id, body=body, worker=self._name)

    def _check_shared(self, job: Job, order: Order) -> None:
        """Raise FleetError for a visit that logs in where failed tries are not counted together with all others."""
        if job.flow.login is None:
            return
        path = self._workspace.fleet_mark_path
        if not path.exists() or path.read_text("ascii") != order.mark:
            raise FleetError(f"{path.parent} 不是与协调机共用的目录：登录失败次数不能合并计算，本机不登录")

    async def _session(self, run: str) -> _Session:
        """Return this worker's part in a run; the first visit begins it with a look at the machine."""
        async with self._beginning[run]:
            if run not in self._sessions:
                cleanliness = cleanliness_of(self._workspace, self._store, f"{self._name}/{self._token}")
                environs = (await self._keeper.running()).environment
                before = await asyncio.to_thread(cleanliness.before, environs)
                self._sessions[run] = _Session(cleanliness=cleanliness, environment=environs, before=before)
                self._hand_over_check(run, "before", before, (before, environs))
            return self._sessions[run]

    async def _look_again(self, run: str, cut_off: int) -> None:
        """End this worker's part in a run with another look at the machine."""
        session = self._sessions[run]
        after = await asyncio.to_thread(session.cleanliness.after, session.environment, run, cut_off)
        names = canonical.decode(self._store.read(after))["path_names"]
        self._hand_over_check(run, "after", after, (after, *([names] if names else [])))
        del self._sessions[run]

    def _hand_over_check(self, run: str, moment: str, sha256: str, blobs: Sequence[str]) -> None:
        session = self._sessions[run]
        body = {
            "moment": moment,
            "sha256": sha256,
            "before": session.before,
            "blobs": list(blobs),
            "concerns": list(session.cleanliness.concerns),
        }
        key = f"{run}/check/{self._name}/{self._token}/{moment}"
        self._handovers.give("check", key, run=run, order="", body=body, worker=self._name)
