"""Pages a minute of a fleet's workers on this one machine against a local run, and what the queue costs a capture.

The same pages of this machine, each a target of its own; a PostgreSQL server of the bench's own, with its fsyncs. Counted
is from the first capture that is registered to the last, so that starting browsers is left out. With one worker of
one visit at a time against a local run of one visit at a time, what is slower is the queue's (goal: at most 5 %).
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from collector.clock import SystemClock  # noqa: E402
from collector.executor import Job  # noqa: E402
from collector.fleet.crew import Fleet  # noqa: E402
from collector.fleet.database import Database  # noqa: E402
from collector.fleet.handovers import Handovers  # noqa: E402
from collector.fleet.orders import Order, Orders  # noqa: E402
from collector.fleet_settings import FleetSettings  # noqa: E402
from collector.journal import Journal  # noqa: E402
from collector.run import one_page, run  # noqa: E402
from collector.workspace import Workspace  # noqa: E402
from evidence import plain  # noqa: E402
from evidence.admit import admit  # noqa: E402
from evidence.holdings import Holdings  # noqa: E402
from evidence.model import Capture  # noqa: E402
from tests.bench.memory import site_apart  # noqa: E402
from tests.collector.fleet.postgres import Postgres, programs  # noqa: E402
from tests.evidence import factory  # noqa: E402

PAGES = 40
HANDED_OVER = 1_000
MAIN = "from collector.cli import main; main()"


class Marks:
    """Takes the moment of each registered capture."""

    def __init__(self) -> None:
        self.at: list[float] = []

    def step(self, name: str, total: int | None = None) -> None:
        """Steps are of no interest here."""

    def advance(self) -> None:
        """Take the moment."""
        self.at.append(time.perf_counter())

    @property
    def rate(self) -> float:
        """Pages a minute between the first and the last."""
        return (len(self.at) - 1) / (self.at[-1] - self.at[0]) * 60


def office(folder: Path, site: str, jobs: int, fleet: FleetSettings | None, count: int = PAGES) -> Workspace:
    """Return a workspace of so many pages, run here or on a fleet."""
    folder.mkdir()
    settings = {"jobs": jobs, "second_agent": False, "limits": {"per_host": 64}}
    if fleet is not None:
        settings |= {"executor": "fleet", "fleet": plain.dump(fleet)}
    pages = [{"id": f"t{n}", "name": f"t{n}", "url": f"{site}/?{n}"} for n in range(count)]
    for name, body in (("quzheng.yaml", settings), ("targets.yaml", pages)):
        (folder / name).write_text(repr(body).replace("None", "null").replace("False", "false"), "utf-8")
    return Workspace.open(folder)


def rate(workspace: Workspace) -> float:
    """Run it; return pages a minute."""
    marks = Marks()
    asyncio.run(run(workspace, Holdings.open(workspace.store_path), clock=SystemClock(), progress=marks))
    return marks.rate


def on_fleet(workspace: Workspace, workers: int) -> float:
    """Run it with so many workers of one visit each; return pages a minute."""
    command = [sys.executable, "-c", MAIN, "worker", "-w", str(workspace.root), "--jobs", "1"]
    started = [
        subprocess.Popen([*command, "--name", f"w{n}"], cwd=ROOT, start_new_session=True) for n in range(workers)
    ]
    database = Database(workspace.settings.fleet)
    database.set_up()
    try:
        while database.ask("SELECT count(*) FROM quzheng_workers")[0][0] < workers:
            time.sleep(0.1)
        return rate(workspace)
    finally:
        database.close()
        for one in started:
            with suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGTERM)
            one.wait()


async def registering(workspace: Workspace) -> float:
    """Hand over so many captures, then register them; return how many a second."""
    holdings = Holdings.open(workspace.store_path)
    clock = SystemClock()
    due = tuple((f"t{n}", ("home",)) for n in range(HANDED_OVER))
    journal = Journal.begin(holdings.root, "R", "scheduled", due, clock.now())
    database = Database(workspace.settings.fleet)
    async with Fleet(workspace, holdings, journal, clock).at_work() as dispatcher:
        flow = one_page("home", "desktop")
        targets = {target.id: target for target in workspace.targets()}
        jobs = []
        for n in range(HANDED_OVER):
            name = f"t{n}"
            jobs.append(job := Job(target=targets[name], flow=flow, labels=("home",)))
            order = Order.of(job, "R", "scheduled")
            capture = factory.capture(holdings.store, target=factory.target(id=name), key=f"R/{name}/home/1")
            more = {"labels": ["home"], "attempt": 1}
            Orders(database).keep(order, "bench")
            for kind, key, body in (
                ("capture", capture.key, {"capture": plain.dump(capture), **more}),
                ("over", f"{order.id}/1/over", more),
                ("ended", f"{order.id}/ended", {}),
            ):
                Handovers(database).give(kind, key, run="R", order=order.id, body=body, worker="bench")  # type: ignore[arg-type]

        def deliver(job: Job, capture: Capture) -> None:
            journal.outcome(
                admit(capture, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog), job.attempt
            )

        begun = time.perf_counter()
        await dispatcher.work(tuple(jobs), deliver, lambda job: None)
        took = time.perf_counter() - begun
    database.close()
    return HANDED_OVER / took


def best(rates: Sequence[float]) -> str:
    """Return the best of some rates, with the others."""
    return f"{max(rates):5.0f}  ({', '.join(f'{one:.0f}' for one in rates)})"


def main() -> None:
    """Print the table."""
    found = programs()
    if found is None:
        print("no PostgreSQL server here (Debian: postgresql)")
        return
    with tempfile.TemporaryDirectory() as name, site_apart() as site:
        root = Path(name)
        root.chmod(0o755)
        server = Postgres(root / "postgres", found)
        server.start()
        try:
            told: dict[str, list[float]] = {}
            for turn in range(3):
                for jobs in (1, 2):
                    here = rate(office(root / f"local-{jobs}-{turn}", site, jobs, None))
                    told.setdefault(f"local, {jobs} at once", []).append(here)
                for workers in (1, 2, 3):
                    fleet = replace(FleetSettings(), database=server.database(), poll_milliseconds=50)
                    there = on_fleet(office(root / f"fleet-{workers}-{turn}", site, 1, fleet), workers)
                    told.setdefault(f"fleet, {workers} workers", []).append(there)
            fleet = replace(FleetSettings(), database=server.database(), ahead=HANDED_OVER)
            many = office(root / "registrar", site, 1, fleet, HANDED_OVER)
            registered = asyncio.run(registering(many))
        finally:
            server.stop("immediate")
    print(
        f"{PAGES} pages, registered a minute, the best of three turns (all); load of this machine {os.getloadavg()[0]:.1f}"
    )
    for what, rates in told.items():
        print(f"  {what:18s} {best(rates)}")
    ratio = max(told["fleet, 1 workers"]) / max(told["local, 1 at once"])
    print(f"  the queue costs a capture {1 / ratio - 1:+.1%}  (goal 5 %)")
    print(f"  the registrar takes in {registered:.0f} captures a second")


if __name__ == "__main__":
    main()
