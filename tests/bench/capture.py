"""Pages a minute: a bare Playwright loop against `quzheng run`, over the same pages, in one run.

The bare loop opens a context a page, goes there and takes one full-page picture. `quzheng run` scrolls, waits for
stillness, checks completeness, takes tiles, DOM, layout and exact bodies, and keeps them durably. Over the mirrored
real site where it is there, else over the demonstration city. Goal: a ratio of 0.75 or more.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from collector import browser  # noqa: E402
from collector.clock import SystemClock  # noqa: E402
from collector.initialise import initialise  # noqa: E402
from collector.run import run  # noqa: E402
from collector.workspace import Workspace  # noqa: E402
from evidence.holdings import Holdings  # noqa: E402
from tests.site.folder import serve  # noqa: E402

MIRROR = ROOT.parent / "shared/data/gov-daozhen-hrss"


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
        return time.perf_counter() - begun, sum(r.capture.outcome == "captured" for r in report.records)


def main() -> None:
    """Print the table."""
    if not MIRROR.is_dir():
        print("the mirrored site (../shared/data) is not here: nothing measured")
        return
    columns = json.loads((MIRROR / "expected_columns.json").read_text("utf-8"))["columns"]
    lists = [Path(c["file"]).parent.as_posix() for c in columns if c["kind"] == "list"]
    with ExitStack() as stack:
        address = stack.enter_context(serve(MIRROR / "site"))
        urls = [f"{address}/index.html", *(f"{address}/{label}/index.html" for label in lists)]
        entries = [{"label": label, "name": label, "url": f"{address}/{label}/index.html"} for label in lists]
        target = {"id": "mirror", "name": "mirror", "url": urls[0], "columns": entries}
        alone = asyncio.run(bare(urls))
        print(f"bare loop                {len(urls) / alone * 60:6.0f} pages a minute")
        seconds, count = whole([target], jobs=1)
        print(
            f"quzheng run              {count / seconds * 60:6.0f} pages a minute   ratio {alone / seconds:.2f}  (goal 0.75)"
        )


if __name__ == "__main__":
    main()
