"""Pages a minute: a bare Playwright loop against `quzheng run`, over the same pages, in one run; and where the time goes.

The bare loop opens a context a page, goes there and takes one full-page picture. `quzheng run` scrolls, waits for
stillness, checks completeness, takes tiles, DOM, layout and exact bodies, and keeps them durably. Over the mirrored
real site where it is there, served by a process of its own. Goal: a ratio of 0.75 or more.

Wall is the time from a part's begin to its end; CPU is that of this process meanwhile, which also answers the browser's
events: the rest is the browser's, the driver's, or waiting.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from collector import browser, capturing, opening, scribe, snapshot  # noqa: E402
from collector.clock import SystemClock  # noqa: E402
from collector.initialise import initialise  # noqa: E402
from collector.run import run  # noqa: E402
from collector.workspace import Workspace  # noqa: E402
from evidence.holdings import Holdings  # noqa: E402
from tests.site.folder import serve  # noqa: E402

MIRROR = ROOT.parent / "shared/data/gov-daozhen-hrss"
PARTS = (
    ("go and load", opening, "go"),
    ("settle: scroll, decode, quiet", capturing, "settle"),
    ("looks", capturing, "look"),
    ("size and tiles", capturing, "_take_page"),
    ("layout and DOM", snapshot, "structure"),
    ("bodies and lists", capturing, "_close"),
    ("record admitted", scribe.Scribe, "write"),
)
"""Name, place and function of each part; of `_take_page` the other parts inside it are taken off."""
INSIDE = ("settle: scroll, decode, quiet", "looks", "layout and DOM")


@dataclass
class Watch:
    """Seconds of wall and CPU of each part."""

    spent: dict[str, list[float]] = field(default_factory=dict)

    def over(self, name: str, place: Any, function: str) -> None:
        """Measure a function from now on."""
        measured = getattr(place, function)
        spent = self.spent.setdefault(name, [0.0, 0.0])

        @contextmanager
        def timed() -> Iterator[None]:
            wall, cpu = time.perf_counter(), time.process_time()
            yield
            spent[0] += time.perf_counter() - wall
            spent[1] += time.process_time() - cpu

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
        whole = self.spent["size and tiles"]
        for name in INSIDE:
            whole[0] -= self.spent[name][0]
            whole[1] -= self.spent[name][1]
        print(f"{'':32}   wall    CPU   ms a page")
        for name, (wall, cpu) in self.spent.items():
            print(f"  {name:30} {wall / count * 1000:6.0f} {cpu / count * 1000:6.0f}")


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


def whole(targets: list[dict[str, Any]], jobs: int) -> tuple[float, int]:
    """Seconds and number of captures of `quzheng run`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "ws"
        initialise(folder)
        (folder / "targets.yaml").write_text(json.dumps(targets, ensure_ascii=False), "utf-8")
        workspace = Workspace.open(folder)
        holdings = Holdings.open(workspace.store_path)
        begun = time.perf_counter()
        report = asyncio.run(run(workspace, holdings, clock=SystemClock(), jobs=jobs))
        return time.perf_counter() - begun, sum(r.capture.outcome == "captured" for r in report.last)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder from a process of its own, which takes no time from ours."""
    words = [sys.executable, __file__, "--serve", str(folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        address = process.stdout.readline().strip() if process.stdout else ""
        try:
            yield address
        finally:
            process.communicate("")


def measured(measure: Callable[[], tuple[float, int]]) -> tuple[float, int]:
    """Return what `measure` gives, and print where its time went."""
    watch = Watch()
    for name, place, function in PARTS:
        watch.over(name, place, function)
    seconds, count = measure()
    watch.show(count)
    return seconds, count


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] == ["--serve"]:
        with serve(Path(sys.argv[2])) as address:
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
        print(f"load of this machine     {os.getloadavg()[0]:6.1f}")
        alone = asyncio.run(bare(urls))
        print(f"bare loop                {len(urls) / alone * 60:6.0f} pages a minute")
        seconds, count = measured(lambda: whole([target], jobs=1))
        rate, ratio = count / seconds * 60, alone / seconds
        print(f"quzheng run              {rate:6.0f} pages a minute   ratio {ratio:.2f}  (goal 0.75)")


if __name__ == "__main__":
    main()
