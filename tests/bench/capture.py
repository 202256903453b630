"""Pages a minute: a bare Playwright loop against `quzheng run`, over the same pages, by turns; and where the time goes.

The bare loop opens a context a page, goes there and takes one full-page picture. `quzheng run` scrolls, waits for
stillness, checks completeness, takes tiles, DOM, layout and exact bodies, and keeps them durably. Over the mirrored
real site where it is there, served by a process of its own. Goal: a ratio of 0.75 or more; the median of the rounds
counts (`--rounds N`, three).

Wall is the time from a part's begin to its end; CPU is that of this process meanwhile, which also answers the browser's
events: the rest is the browser's, the driver's, or waiting. What is marked + is done beside other parts. Second looks,
second passes and the cleanliness records are measured apart.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from collector import browser, capturing, movement, opening, picturing, snapshot, thumbnail  # noqa: E402
from collector.capturing import Caught  # noqa: E402
from collector.cleanliness import Cleanliness  # noqa: E402
from collector.clock import SystemClock  # noqa: E402
from collector.executor import Executor  # noqa: E402
from collector.initialise import initialise  # noqa: E402
from collector.run import RunReport, run  # noqa: E402
from collector.scribe import Scribe  # noqa: E402
from collector.workspace import Workspace  # noqa: E402
from evidence.holdings import Holdings  # noqa: E402
from evidence.model import Purpose  # noqa: E402
from tests.site.folder import serve  # noqa: E402
from tests.site.server import Site  # noqa: E402

MIRROR = ROOT.parent / "shared/data/gov-daozhen-hrss"
TILES = "tiles"
PARTS = (
    ("go and load", opening, "go"),
    ("settle: scroll, decode, calm", capturing, "settle"),
    ("two thumbnails", thumbnail, "take"),
    (TILES, picturing, "picture"),
    ("movement", movement, "watched"),
    ("quiet to the end", capturing, "undisturbed"),
    ("pictured again: not still", capturing, "_rested"),
    ("+ layout and DOM", snapshot, "structure"),
    ("+ stored", Caught, "keep"),
    ("+ record admitted", Scribe, "write"),
)
"""Name, place and function of each part; of the tiles the other parts inside the sitting are taken off."""
INSIDE = ("two thumbnails", "movement")
LATER = 20
"""Pages that fail at first, for the cost of a second pass."""


@dataclass
class Watch:
    """Seconds of wall and CPU of each part, and how often it was done."""

    spent: dict[str, list[float]] = field(default_factory=dict)

    def over(self, name: str, place: Any, function: str) -> None:
        """Measure a function from now on."""
        measured = getattr(place, function)
        spent = self.spent.setdefault(name, [0.0, 0.0, 0.0])

        @contextmanager
        def timed() -> Iterator[None]:
            wall, cpu = time.perf_counter(), time.process_time()
            yield
            spent[0] += time.perf_counter() - wall
            spent[1] += time.process_time() - cpu
            spent[2] += 1

        async def waited(work: Awaitable[Any]) -> Any:
            with timed():
                return await work

        @functools.wraps(measured)
        def wrapped(*words: Any, **named: Any) -> Any:
            if asyncio.iscoroutinefunction(measured):
                return waited(measured(*words, **named))
            with timed():
                return measured(*words, **named)

        setattr(place, function, wrapped)

    def show(self, count: int) -> None:
        """Print the parts, a page."""
        whole = self.spent[TILES]
        for name in INSIDE:
            whole[0] -= self.spent[name][0]
            whole[1] -= self.spent[name][1]
        print(f"{'':32}   wall    CPU ms a page, times in all")
        for name, (wall, cpu, times) in self.spent.items():
            print(f"  {name:30} {wall / count * 1000:6.0f} {cpu / count * 1000:6.0f} {times:18.0f}")


async def bare(urls: list[str]) -> float:
    """Seconds for one picture of each page."""
    begun = time.perf_counter()
    async with browser.start(browser.find()) as running:
        for url in urls:
            context = await running.new_context(viewport={"width": 1280, "height": 800})
            page = await context.new_page()
            await page.goto(url, wait_until="load")
            await page.screenshot(full_page=True)
            await context.close()
    return time.perf_counter() - begun


Targets = list[dict[str, Any]]


@contextmanager
def workspace(targets: Targets) -> Iterator[tuple[Workspace, Holdings]]:
    """Make a workspace for the length of the block."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "ws"
        initialise(folder)
        (folder / "targets.yaml").write_text(json.dumps(targets, ensure_ascii=False), "utf-8")
        made = Workspace.open(folder)
        yield made, Holdings.open(made.store_path)


def timed(space: Workspace, holdings: Holdings, purpose: Purpose = "scheduled") -> tuple[float, RunReport]:
    """Return the seconds that a run takes, and what it brought."""
    begun = time.perf_counter()
    report = asyncio.run(run(space, holdings, clock=SystemClock(), jobs=1, purpose=purpose))
    return time.perf_counter() - begun, report


def captured(report: RunReport) -> int:
    """Return how many pages were captured."""
    return sum(record.capture.outcome == "captured" for record in report.last)


def whole(targets: Targets) -> tuple[float, int]:
    """Seconds and number of captures of `quzheng run`."""
    with workspace(targets) as (space, holdings):
        seconds, report = timed(space, holdings)
        return seconds, captured(report)


@contextmanager
def served(folder: Path, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve a folder from a process of its own, which takes no time from ours."""
    words = [sys.executable, __file__, "--serve", str(folder), host]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        address = process.stdout.readline().strip() if process.stdout else ""
        try:
            yield address
        finally:
            process.communicate("")


def shown_parts(targets: Targets) -> None:
    """Print where the time of a run goes."""
    watch = Watch()
    for name, place, function in PARTS:
        watch.over(name, place, function)
    _, count = whole(targets)
    watch.show(count)


def apart(targets: Targets) -> None:
    """Print what else a night costs: cleanliness records, second looks, second passes."""
    clean = Watch()
    for moment in ("before", "after"):
        clean.over("cleanliness", Cleanliness, moment)
    with workspace(targets) as (space, holdings):
        timed(space, holdings)
        print(f"cleanliness records      {clean.spent['cleanliness'][0] * 1000:6.0f} ms a run")
        seconds, report = timed(space, holdings, "second_look")
        print(f"second look              {captured(report) / seconds * 60:6.0f} pages a minute")
    with Site() as site, workspace([later(site.url)]) as (space, holdings):
        passes: list[float] = []
        work = Executor.work

        async def one(*words: Any) -> None:
            begun = time.perf_counter()
            await work(*words)
            passes.append(time.perf_counter() - begun)

        Executor.work = one  # type: ignore[method-assign]
        _, report = timed(space, holdings)
        Executor.work = work  # type: ignore[method-assign]
        again = len(report.records) - len(report.last)
        print(
            f"second pass              {sum(passes[1:]) / again * 1000:6.0f} ms for each of {again} pages that failed at first"
        )


def later(address: str) -> dict[str, Any]:
    """Return a target whose pages answer when they are asked again."""
    entries = [{"label": f"c{n}", "name": f"c{n}", "url": f"{address}/once-502?{n}"} for n in range(LATER)]
    return {"id": "later", "name": "later", "url": f"{address}/", "columns": entries}


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] == ["--serve"]:
        with serve(Path(sys.argv[2]), sys.argv[3]) as address:
            print(address, flush=True)
            sys.stdin.read()
        return
    if not MIRROR.is_dir():
        print("the mirrored site (../shared/data) is not here: nothing measured")
        return
    columns = json.loads((MIRROR / "expected_columns.json").read_text("utf-8"))["columns"]
    lists = [Path(c["file"]).parent.as_posix() for c in columns if c["kind"] == "list"]
    with served(MIRROR / "site") as address:
        urls = [f"{address}/index.html", *(f"{address}/{label}/index.html" for label in lists)]
        entries = [{"label": label, "name": label, "url": f"{address}/{label}/index.html"} for label in lists]
        target = {"id": "mirror", "name": "mirror", "url": urls[0], "columns": entries}
        rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 3
        ratios = []
        for _ in range(rounds):
            load, alone = os.getloadavg()[0], asyncio.run(bare(urls))
            seconds, count = whole([target])
            ratios.append(alone / seconds)
            print(
                f"bare loop {len(urls) / alone * 60:4.0f} pages a minute   quzheng run {count / seconds * 60:4.0f}"
                f"   ratio {ratios[-1]:.2f}   (load of this machine {load:.1f})"
            )
        print(f"median ratio {statistics.median(ratios):.2f}  (goal 0.75)")
        shown_parts([target])
        apart([target])


if __name__ == "__main__":
    main()
