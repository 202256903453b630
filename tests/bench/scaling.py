"""What a page costs, and what more contexts at once bring: CPU seconds and bytes a page, pages a minute over 1, 2 and 4.

    python tests/bench/scaling.py [--rounds N]

CPU is that of this program, its driver and its browser together. Where the program `shot-scraper` is installed it takes its
pictures of the same pages, by the browser that its `--browser chrome` finds; goal: 1.2 times its pages a minute, while we keep
full evidence where it keeps a picture. Each by turns; the median of the rounds counts (three). Over the mirrored real site.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from collector.clock import SystemClock  # noqa: E402
from collector.run import run  # noqa: E402
from tests.bench.capture import MIRROR, Targets, captured, served, workspace  # noqa: E402

AT_ONCE = (1, 2, 4)
HOSTS = 4


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run came to."""

    pages: int
    seconds: float
    cpu: float
    stored: int
    """Bytes of all files of the store."""

    @property
    def rate(self) -> float:
        """Pages a minute."""
        return self.pages / self.seconds * 60


def spread(addresses: Sequence[str], labels: list[str]) -> Targets:
    """Return the columns as targets of several hosts of this machine: visits to one host are never made at once."""
    found: Targets = []
    for n, own in enumerate(addresses):
        mine = labels[n :: len(addresses)]
        entries = [{"label": label, "name": label, "url": f"{own}/{label}/index.html"} for label in mine]
        found.append({"id": f"m{n}", "name": f"m{n}", "url": f"{own}/index.html", "columns": entries})
    return found


def cpu() -> float:
    """Return the CPU seconds of this process and of all its children that have ended."""
    times = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in times)


def measured(targets: Targets, jobs: int) -> Cost:
    """Return what capturing the targets costs."""
    with workspace(targets) as (space, holdings):
        begun, spent = time.perf_counter(), cpu()
        report = asyncio.run(run(space, holdings, clock=SystemClock(), jobs=jobs))
        seconds = time.perf_counter() - begun
        stored = sum(path.stat().st_size for path in holdings.root.rglob("*") if path.is_file())
        return Cost(pages=captured(report), seconds=seconds, cpu=cpu() - spent, stored=stored)


def shot_scraper(urls: list[str]) -> float | None:
    """Return the pages a minute of `shot-scraper multi`; None where it is not installed, or finds no browser."""
    program = shutil.which("shot-scraper")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shots = [{"url": url, "output": f"{n}.png", "width": 1280} for n, url in enumerate(urls)]
        (folder / "shots.yml").write_text(json.dumps(shots), "utf-8")
        sandbox = ["--browser-arg=--no-sandbox"] if os.geteuid() == 0 else []
        words = [program, "multi", "shots.yml", "--browser", "chrome", "--silent", *sandbox]
        begun = time.perf_counter()
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
        seconds = time.perf_counter() - begun
        if done.returncode or len(list(folder.glob("*.png"))) != len(urls):
            print(f"shot-scraper failed: {done.stderr[-400:]}")
            return None
        return len(urls) / seconds * 60


def main() -> None:
    """Print the table."""
    if not MIRROR.is_dir():
        print("the mirrored site (../shared/data) is not here: nothing measured")
        return
    columns = json.loads((MIRROR / "expected_columns.json").read_text("utf-8"))["columns"]
    labels = [Path(c["file"]).parent.as_posix() for c in columns if c["kind"] == "list"]
    rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 3
    with ExitStack() as servers:
        addresses = [servers.enter_context(served(MIRROR / "site", f"127.0.0.{n + 1}")) for n in range(HOSTS)]
        address = addresses[0]
        urls = [f"{address}/index.html", *(f"{address}/{label}/index.html" for label in labels)]
        against, others, single = [], [], []
        for _ in range(rounds):
            cost = measured(spread(addresses[:1], labels), 1)
            single.append(cost.rate)
            told = f"quzheng run {cost.rate:4.0f} pages a minute, {cost.cpu / cost.pages:.2f} CPU s and {cost.stored / cost.pages / 1e6:.2f} MB a page"
            other = shot_scraper(urls)
            if other is not None:
                others.append(other)
                against.append(cost.rate / other)
                told += f"   shot-scraper {other:4.0f}   ratio {against[-1]:.2f}"
            print(f"{told}   (load {os.getloadavg()[0]:.1f})")
        said = f"{statistics.median(against):.2f}" if against else "not installed"
        print(f"against shot-scraper, median {said}  (goal 1.2)")
        for jobs in AT_ONCE:
            rates = [measured(spread(addresses, labels), jobs).rate for _ in range(rounds)]
            rate = statistics.median(rates)
            beside = f"   shot-scraper's {rate / statistics.median(others):.2f}" if others else ""
            print(
                f"{jobs} at once over {HOSTS} hosts: {rate:4.0f} pages a minute{beside}   (load {os.getloadavg()[0]:.1f})"
            )


if __name__ == "__main__":
    main()
