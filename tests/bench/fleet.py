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
from collector.fleet.database import Database  # noqa: E402
from collector.fleet_settings import FleetSettings  # noqa: E402
from collector.run import run  # noqa: E402
from collector.workspace import Workspace  # noqa: E402
from evidence import plain  # noqa: E402
from evidence.holdings import Holdings  # noqa: E402
from tests.bench.memory import site_apart  # noqa: E402
from tests.collector.fleet.postgres import Postgres, programs  # noqa: E402

PAGES = 40
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


def office(folder: Path, site: str, jobs: int, fleet: FleetSettings | None) -> Workspace:
    """Return a workspace of so many pages, run here or on a fleet."""
    folder.mkdir()
    settings = {"jobs": jobs, "second_agent": False, "limits": {"per_host": 64}}
    if fleet is not None:
        settings |= {"executor": "fleet", "fleet": plain.dump(fleet)}
    pages = [{"id": f"t{n}", "name": f"t{n}", "url": f"{site}/?{n}"} for n in range(PAGES)]
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
        finally:
            server.stop("immediate")
    print(
        f"{PAGES} pages, registered a minute, the best of three turns (all); load of this machine {os.getloadavg()[0]:.1f}"
    )
    for what, rates in told.items():
        print(f"  {what:18s} {best(rates)}")
    ratio = max(told["fleet, 1 workers"]) / max(told["local, 1 at once"])
    print(f"  the queue costs a capture {1 / ratio - 1:+.1%}  (goal 5 %)")


if __name__ == "__main__":
    main()
