"""The coordinator of a run on a fleet: orders visits of the workers, and registers what they hand over.

A run that is taken up again, by this machine or another, finds its orders in the database: what is in the queue or under
way goes on, what was lost is ordered anew, and what was handed over is registered, each key once.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import procrastinate

from collector.choosing import flow_for
from collector.clock import Clock
from collector.errors import FleetError, RegistrarHeld
from collector.executor import Job
from collector.fleet import terms
from collector.fleet.database import Database, queue
from collector.fleet.handovers import Handover, Handovers
from collector.fleet.lease import Fence, Lease
from collector.fleet.lots import JSON, bring, kinds_of, lot_of
from collector.fleet.orders import CAPTURE, Order, Orders
from collector.fleet.roster import TRIES, Hand, Roster
from collector.flow import discover
from collector.journal import Journal
from collector.workspace import Workspace
from evidence import aftercheck, plain
from evidence.files import write_whole
from evidence.holdings import Holdings
from evidence.model import Capture
from evidence.vantages import apart

log = logging.getLogger(__name__)


Deliver = Callable[[Job, Capture], None]
Done = Callable[[Job], None]


class Fleet:
    """The workers, as the crew of a run."""

    def __init__(self, workspace: Workspace, holdings: Holdings, journal: Journal, clock: Clock) -> None:
        self._workspace = workspace
        self._holdings = holdings
        self._journal = journal
        self._clock = clock
        self._concerns: dict[str, None] = {}

    @property
    def concerns(self) -> tuple[str, ...]:
        """What of the workers' cleanliness records did not pass, one sentence each."""
        return tuple(self._concerns)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Dispatcher]:
        """Take the registrar's lease; raises RegistrarHeld where another machine has it, FleetError for the database."""
        settings = self._workspace.settings.fleet
        database = Database(settings)
        try:
            database.set_up()
            Roster(database).check_clock()
            lease = Lease(database, Fence(self._holdings.ledger), settings.lease_seconds)
            await _taken(lease, settings.lease_seconds)
            try:
                async with queue(settings).open_async() as app:
                    dispatcher = Dispatcher(
                        app, database, lease, self._workspace, self._holdings, self._journal, self._concerns
                    )
                    dispatcher.begin()
                    yield dispatcher
                    await dispatcher.close()
            finally:
                lease.give_back()
        finally:
            database.close()


async def _taken(lease: Lease, seconds: int) -> None:
    """Take the lease; one whose holder died is free after its time."""
    until = time.monotonic() + seconds + 1
    while True:
        try:
            return lease.take()
        except RegistrarHeld:
            if time.monotonic() >= until:
                raise
            await asyncio.sleep(0.5)


class Dispatcher:
    """Orders visits and registers what comes of them, as long as it holds the lease."""

    def __init__(
        self,
        app: procrastinate.App,
        database: Database,
        lease: Lease,
        workspace: Workspace,
        holdings: Holdings,
        journal: Journal,
        concerns: dict[str, None],
    ) -> None:
        self._app = app
        self._lease = lease
        self._workspace = workspace
        self._settings = workspace.settings.fleet
        self._holdings = holdings
        self._journal = journal
        self._concerns = concerns
        self._orders = Orders(database)
        self._handovers = Handovers(database)
        self._roster = Roster(database)
        self._lot = lot_of(self._settings, workspace.store_path)
        self._catalogue = discover(workspace.flows_dir)
        self._queue = terms.queue_name(workspace, self._catalogue)
        self._open: dict[str, Job] = {}
        self._tries: Counter[str] = Counter()
        self._sessions: dict[str, str] = {}
        """Workers that checked their machine before the run and not yet after it, each with the record made before."""
        self._elsewhere: set[str] = set()
        """Queues of single vantages on which something was ordered."""
        self._deliver: Deliver
        self._done: Done
        """What becomes of captures and ended visits; what comes after the last pass goes the same way."""
        self._heard = time.monotonic()

    def begin(self) -> None:
        """Open the run to the workers."""
        self._roster.open(self._journal.run)
        self._handovers.reopen(self._journal.run)
        for one in self._handovers.checked(self._journal.run):
            self._note(one)

    async def work(self, jobs: tuple[Job, ...], deliver: Deliver, done: Done) -> None:
        """Do all jobs; raises FleetError where no worker gives a sign, RegistrarHeld where another machine took over."""
        run = self._journal.run
        waiting = deque(jobs)
        self._open = {}
        self._deliver, self._done = deliver, done
        self._heard = time.monotonic()
        while waiting or self._open:
            while waiting and len(self._open) < self._settings.ahead:
                await self._order(waiting.popleft())
            self._lease.renew()
            live = self._orders.live(run)
            if self._register():
                self._heard = time.monotonic()
                continue
            for id in [one for one in self._open if one not in live]:
                await self._order_again(id)
            self._let_all_look()
            self._mind_the_silence()
            await asyncio.sleep(self._settings.poll_milliseconds / 1000)

    async def close(self) -> None:
        """Have the workers look at their machines once more, and enter what they saw; one that has gone has not looked."""
        run, alive = self._journal.run, self._alive()
        present = sum(worker in alive for worker in self._sessions)
        begun = aftercheck.cut_off(self._holdings, run) + 1 - present if self._sessions else 0
        self._roster.close(run, max(0, begun))
        until = time.monotonic() + self._settings.stalled_seconds
        while any(worker in self._alive() for worker in self._sessions) and time.monotonic() < until:
            self._lease.renew()
            if not self._register():
                await asyncio.sleep(self._settings.poll_milliseconds / 1000)

    async def _order(self, job: Job) -> None:
        order = self._unused(Order.of(job, self._journal.run, self._journal.purpose, self._mark(job)))
        where = self._queue_for(job)
        self._orders.keep(order, where)
        self._open[order.id] = job
        if order.id not in self._orders.live(order.run):
            await self._defer(order.id, order.host, where)

    def _unused(self, order: Order) -> Order:
        """Return the order under an id of which nothing was registered to its end: one that was given up is another one."""
        ids = (order.id, *(f"{order.id}/again-{n}" for n in range(1, TRIES + 1)))
        return replace(order, id=next((id for id in ids if not self._orders.ended(id)), ids[-1]))

    async def _order_again(self, id: str) -> None:
        """Order once more what no worker brought to its end; after so many tries it is given up, as far as it came.

        What was registered of it is written down; what was not misses its record, and is declared lost with the run.
        """
        job = self._open[id]
        self._tries[id] += 1
        if self._tries[id] >= TRIES:
            log.error("visit %s was ordered %d times and brought to no end: given up", id, TRIES)
            self._done(job)
            self._orders.end(id)
            del self._open[id]
            return
        log.warning("visit %s came to no end: ordered once more", id)
        await self._defer(id, Order.of(job, self._journal.run, self._journal.purpose).host, self._queue)

    async def _defer(self, id: str, host: str, where: str) -> None:
        place = sum(map(ord, id)) % self._workspace.settings.limits.per_host
        task = self._app.configure_task(CAPTURE, queue=where, lock=f"host:{host}:{place}")
        await task.defer_async(order=id, run=self._journal.run)

    def _queue_for(self, job: Job) -> str:
        """Return the queue of all; for a look that is to be a second one, that of another vantage, where one is at work."""
        if self._journal.purpose not in ("second_look", "recheck"):
            return self._queue
        rows = [row for label in job.labels for row in self._holdings.rows(job.target.id, label)[-1:]]
        first = [self._holdings.record(row.record).capture.vantage for row in rows]
        others = [hand for hand in self._fit() if first and all(apart(hand.vantage, one) for one in first)]
        if not others:
            return self._queue
        where = terms.elsewhere(self._queue, terms.vantage_id(others[0].vantage))
        self._elsewhere.add(where)
        return where

    def _let_all_look(self) -> None:
        """Give to all what was ordered of a vantage where nobody works any more: a look from here is better than none."""
        there = {terms.elsewhere(self._queue, terms.vantage_id(hand.vantage)) for hand in self._fit()}
        for where in self._elsewhere - there:
            self._orders.move(where, self._queue)
        self._elsewhere &= there

    def _register(self) -> bool:
        """Register what waits; tell whether there was any."""
        found = self._handovers.waiting(self._journal.run)
        for one in found:
            self._lease.renew()
            self._bring(one)
            with self._lease.passed():
                self._take(one)
            self._handovers.settle([one.n])
        return bool(found)

    def _bring(self, one: Handover) -> None:
        if one.kind == "check":
            bring(self._lot, dict.fromkeys(one.body["blobs"], JSON), self._holdings.store)
        elif one.kind == "capture":
            bring(self._lot, kinds_of(_capture(one)), self._holdings.store)

    def _take(self, one: Handover) -> None:
        match one.kind:
            case "check":
                self._take_check(one)
            case "capture":
                self._deliver(self._job(one), _capture(one))
            case "over":
                self._done(self._job(one))
            case "ended":
                self._orders.end(one.order)
                self._open.pop(one.order, None)

    def _take_check(self, one: Handover) -> None:
        """Enter a worker's look at its machine, before the run or after it."""
        moment, sha256, before = one.body["moment"], one.body["sha256"], one.body["before"]
        self._journal.cleanliness(moment, sha256)
        if moment == "before":
            aftercheck.begin(self._holdings, self._journal.run, before)
        else:
            aftercheck.end(self._holdings, self._journal.run, before, sha256)
        self._note(one)

    def _note(self, one: Handover) -> None:
        """Take note of a worker's look at its machine: it takes part in the run from the one before to the one after."""
        self._concerns |= dict.fromkeys(f"{one.worker}：{concern}" for concern in one.body["concerns"])
        if one.body["moment"] == "before":
            self._sessions[one.worker] = one.body["before"]
        else:
            self._sessions.pop(one.worker, None)

    def _job(self, one: Handover) -> Job:
        """Return the job a handover is of: the ordered one, or its second try for what a dying browser took with it."""
        job = self._open.get(one.order) or self._ordered(one.order)
        return replace(job, labels=tuple(one.body["labels"]), attempt=one.body["attempt"])

    def _ordered(self, id: str) -> Job:
        order = self._orders.find(id)
        if order is None:
            raise FleetError(f"移交的结果属于不存在的任务 {id}：请勿删改协同数据库")
        return order.job(flow_for(order.target, self._catalogue))

    def _mark(self, job: Job) -> str:
        """Return what proves a shared count of failed log-ins; empty for flows that log in nowhere."""
        if job.flow.login is None:
            return ""
        path = self._workspace.fleet_mark_path
        if not path.exists():
            write_whole(path, secrets.token_hex(16).encode("ascii"), mode=0o600)
        return path.read_text("ascii")

    def _fit(self) -> tuple[Hand, ...]:
        """Return the workers that are there and visit as is ordered."""
        alive = self._alive()
        return tuple(one for one in self._roster.hands() if one.queue == self._queue and one.name in alive)

    def _alive(self) -> frozenset[str]:
        hands = self._roster.hands()
        return frozenset(one.name for one in hands if one.seconds < self._settings.stalled_seconds)

    def _mind_the_silence(self) -> None:
        """Raise FleetError where nothing was handed over for long, and no worker is there that could."""
        silent = time.monotonic() - self._heard
        if silent < self._settings.patience_seconds:
            return
        if self._fit():
            return
        hands = [one for one in self._roster.hands() if one.kind == "capture"]
        others = f"；有 {len(hands)} 台在册，但版本、流程或限额与协调机不同，或已失联" if hands else ""
        raise FleetError(
            f"{int(silent)} 秒没有任何采集工作机应答{others}：请启动 quzheng worker --kind capture，再次运行即接续"
        )


def _capture(one: Handover) -> Capture:
    return plain.load(Capture, one.body["capture"])
