"""Memory of browser and program after 50 captures and after 500 (goal: within 10 %), over small pages of this machine.

Without `--full` a tenth of it: after 5 captures and after 50.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from collector import memory  # noqa: E402
from collector.clock import SystemClock  # noqa: E402
from collector.initialise import initialise  # noqa: E402
from collector.run import run  # noqa: E402
from collector.workspace import Workspace  # noqa: E402
from evidence.holdings import Holdings  # noqa: E402
from tests.site.server import Site  # noqa: E402

MEGABYTE = 1 << 20


class Counter:
    """Is told of each capture; measures at the two that are asked for."""

    def __init__(self, marks: tuple[int, int]) -> None:
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
    return found


def main() -> None:
    """Print the two measurements and their ratio."""
    marks = (50, 500) if "--full" in sys.argv else (5, 50)
    counter = Counter(marks)
    with Site() as site, tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "ws"
        initialise(folder)
        targets = [{"id": f"t{n}", "name": f"t{n}", "url": f"{site.url}/?{n}"} for n in range(marks[1])]
        (folder / "targets.yaml").write_text(json.dumps(targets), "utf-8")
        workspace = Workspace.open(folder)
        asyncio.run(run(workspace, Holdings.open(workspace.store_path), clock=SystemClock(), progress=counter))
    for captures, (own, others) in zip(marks, counter.held, strict=True):
        print(f"after {captures:4d} captures: program {own / MEGABYTE:5.0f} MB, browser {others / MEGABYTE:5.0f} MB")
    first, last = (own + others for own, others in counter.held)
    print(f"growth {last / first - 1:+.1%}  (goal within 10 %)")


if __name__ == "__main__":
    main()
