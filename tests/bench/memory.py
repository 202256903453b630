"""Memory of browser and program: after many captures, and at its peak while one very high page is captured.

After 50 captures of small pages of this machine, and with `--full` after 500 and 2,000 (goal: each within 10 % of the first);
without, after 5 and 50.
The peak of one page of dense text, 50,000 pixels high (goal: below 500 MB), and with `--full` 200,000 (below 1 GB, in 40
seconds). What processes share counts for each its part; the driver, a program between browser and ours, is told apart;
the server of the pages is a process of its own and does not count.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from collector import memory  # noqa: E402
from collector.clock import SystemClock  # noqa: E402
from collector.initialise import initialise  # noqa: E402
from collector.run import capture_url, run  # noqa: E402
from collector.workspace import Workspace  # noqa: E402
from evidence.holdings import Holdings  # noqa: E402
from tests.site.server import Site  # noqa: E402

MEGABYTE = 1 << 20
SERVERS: set[int] = set()
"""Processes below this one that are not the program's."""


def serve(pipe: Connection) -> None:
    """Serve the pages until the pipe ends."""
    with Site() as site:
        pipe.send(site.url)
        with suppress(EOFError):
            pipe.recv()


@contextmanager
def site_apart() -> Iterator[str]:
    """Run the site in a process of its own for the length of the block, and yield its address."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    server = spawn.Process(target=serve, args=(theirs,))
    server.start()
    theirs.close()
    SERVERS.update(children(os.getpid()))
    try:
        yield ours.recv()
    finally:
        ours.close()
        server.join()


class Counter:
    """Is told of each capture; measures at those that are asked for."""

    def __init__(self, marks: tuple[int, ...]) -> None:
        self.marks = marks
        self.captures = 0
        self.held: list[tuple[int, int]] = []

    def step(self, name: str, total: int | None = None) -> None:
        """Steps are of no interest here."""

    def advance(self) -> None:
        """Count one capture."""
        self.captures += 1
        if self.captures in self.marks:
            own = memory.of_process(os.getpid()) or 0
            self.held.append((own, sum(memory.of_process(pid) or 0 for pid in children(os.getpid()))))


def children(pid: int) -> list[int]:
    """Return all processes below one: the driver, the browser and its parts."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue  # it ended meanwhile
    below, found = [pid], []
    while below:
        below = [child for child, parent in parents.items() if parent in below]
        found += below
    return [pid for pid in found if pid not in SERVERS]


class Peak:
    """Samples what this process and all below it hold, on a thread, for the length of the block."""

    def __init__(self) -> None:
        self.whole = self.driver = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            held = {pid: proportional(pid) for pid in (os.getpid(), *children(os.getpid()))}
            if sum(held.values()) > self.whole:
                self.whole = sum(held.values())
                self.driver = sum(size for pid, size in held.items() if is_driver(pid))


def proportional(pid: int) -> int:
    """Return the bytes of one process, of shared pages its part; 0 where it has gone."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in told.splitlines() if line.startswith("Pss:")), 0)


def is_driver(pid: int) -> bool:
    """Tell whether a process is Playwright's driver."""
    try:
        return b"driver/node" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def high(site: str, height: int) -> None:
    """Print time and peak of one page of dense text."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "ws"
        initialise(folder)
        workspace = Workspace.open(folder)
        holdings = Holdings.open(workspace.store_path)
        begun = time.perf_counter()
        with Peak() as peak:
            record = asyncio.run(capture_url(workspace, holdings, f"{site}/tall-text?{height}", clock=SystemClock()))
        seconds = time.perf_counter() - begun
    print(
        f"{height:7,} px of text: {record.capture.outcome}, {seconds:3.0f} s, peak {peak.whole / MEGABYTE:5.0f} MB,"
        f" {(peak.whole - peak.driver) / MEGABYTE:5.0f} MB without the driver"
    )


def main() -> None:
    """Print the measurements, and their ratio."""
    with site_apart() as site:
        for height in (50_000, 200_000) if "--full" in sys.argv else (50_000,):
            high(site, height)
    marks = (50, 500, 2000) if "--full" in sys.argv else (5, 50)
    counter = Counter(marks)
    with site_apart() as site, tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "ws"
        initialise(folder)
        targets = [{"id": f"t{n}", "name": f"t{n}", "url": f"{site}/?{n}"} for n in range(marks[-1])]
        (folder / "targets.yaml").write_text(json.dumps(targets), "utf-8")
        workspace = Workspace.open(folder)
        asyncio.run(run(workspace, Holdings.open(workspace.store_path), clock=SystemClock(), progress=counter))
    for captures, (own, others) in zip(marks, counter.held, strict=True):
        print(f"after {captures:4d} captures: program {own / MEGABYTE:5.0f} MB, browser {others / MEGABYTE:5.0f} MB")
    first, *later = (sum(held) for held in counter.held)
    for captures, held in zip(marks[1:], later, strict=True):
        print(f"growth from {marks[0]} to {captures}: {held / first - 1:+.1%}  (goal within 10 %)")


if __name__ == "__main__":
    main()
