"""Bytes a night of pages that did not change: captured, read and signed for on two nights, all files of the store counted.

First the number that matters: the median over pages on which only a clock, a counter and a carousel went on. Then pages of
40 requests on which nothing changed (goal: 10 KB a night all told), then what each further request costs (goal: 60
bytes), from pages of 10, 40 and 140. The first night is not counted; then what grew is printed by kind.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from collector.clock import SystemClock  # noqa: E402
from collector.initialise import initialise  # noqa: E402
from collector.run import run  # noqa: E402
from collector.workspace import Workspace  # noqa: E402
from evidence import checkpoints, counting  # noqa: E402
from evidence.census import Census  # noqa: E402
from evidence.holdings import Holdings  # noqa: E402
from evidence.readings import readings  # noqa: E402
from evidence.shelves import Shelf  # noqa: E402
from tests.site.folder import serve  # noqa: E402

PAGES = 8
"""Of each kind: what a run costs by itself is shared among them."""
STILL = "<p class=n>本站自开通以来的访问情况见年度报告。</p>"
MOVING = """<p class=n>今天是 <span id=clock></span>，您是第 <span id=count></span> 位访问者</p>
<div style="width:600px;height:120px;overflow:hidden;position:relative"><div id=reel style="position:absolute;display:flex">
<img src=/slide/0.png width=600 height=120><img src=/slide/1.png width=600 height=120><img src=/slide/2.png width=600
 height=120></div></div><script src=/count.js></script><script>
const tick = () => clock.textContent = new Date().toLocaleString("zh-CN");
tick(); setInterval(tick, 1000); count.textContent = visits;
let at = visits % 3; const turn = () => reel.style.left = -600 * (at = (at + 1) % 3) + "px"; turn(); setInterval(turn, 900);
</script>"""


def picture(width: int, height: int, seed: int) -> bytes:
    """Return a PNG of one colour, another for each seed."""
    row = b"\0" + bytes((seed * 37 % 256, seed * 91 % 256, seed * 53 % 256)) * width
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))]
    parts += [(b"IDAT", zlib.compress(row * height)), (b"IEND", b"")]
    chunks = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def page(n: int, pictures: int, beside: str) -> str:
    """Return a list page that asks for so many pictures."""
    rows = "".join(
        f"<li><a href=/{n}/{i}.html>示范市第{n}类第{i}号通知公告</a><span>2021-0{1 + i % 6}-1{i % 9}</span></li>"
        for i in range(20)
    )
    shown = "".join(f"<img src=/i/{n}-{i}.png width=24 height=24>" for i in range(pictures))
    return (
        f"<!doctype html><meta charset=utf-8><title>通知公告{n}</title><h1>通知公告</h1>{beside}"
        f"<ul class=list>{rows}</ul><div>{shown}</div>"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """What the second night added, in bytes."""

    every: int
    """All files of the store."""
    records: int
    census: Census
    before: dict[str, int]
    """Stored bytes by kind after the first night."""


def night(space: Workspace, holdings: Holdings) -> None:
    """Capture, read and sign as a nightly run does."""
    report = asyncio.run(run(space, holdings, clock=SystemClock(), jobs=2))
    readings(report.records, holdings)
    for target in space.targets():
        shelf = Shelf(holdings, target.id)
        for record in report.records:
            if record.capture.target.id == target.id:
                shelf.reading(record.id)
        shelf.save()
    if office := space.house().signing():
        checkpoints.sign(holdings, office)


def grown(pictures: int, beside: str, turn: Callable[[Path, int], None]) -> Grown:
    """Return what a second night adds over pages of so many pictures."""
    with tempfile.TemporaryDirectory() as name:
        site, folder = Path(name) / "site", Path(name) / "ws"
        write_site(site, pictures, beside)
        turn(site, 1001)
        with serve(site) as address:
            initialise(folder)
            columns = [{"label": f"c{n}", "name": f"c{n}", "url": f"{address}/{n}.html"} for n in range(1, PAGES)]
            target = {"id": "page", "name": "page", "url": f"{address}/0.html", "columns": columns}
            (folder / "targets.yaml").write_text(json.dumps([target], ensure_ascii=False), "utf-8")
            space = Workspace.open(folder)
            holdings = Holdings.open(space.store_path)
            night(space, holdings)
            size, first = everything(space.store_path), counting.take(holdings)
            turn(site, 1742)
            night(space, holdings)
            second = counting.take(holdings)
        return Grown(
            every=everything(space.store_path) - size,
            records=second.records - first.records,
            census=second,
            before={pile.name: pile.stored for pile in first.roles},
        )


def write_site(site: Path, pictures: int, beside: str) -> None:
    """Write the pages and their pictures."""
    for folder in ("i", "slide"):
        (site / folder).mkdir(parents=True)
    for n in range(PAGES):
        (site / f"{n}.html").write_text(page(n, pictures, beside), "utf-8")
        for i in range(pictures):
            (site / f"i/{n}-{i}.png").write_bytes(picture(24, 24, n * 1000 + i))
    for i in range(3):
        (site / f"slide/{i}.png").write_bytes(picture(600, 120, 7 + i))
    (site / "favicon.ico").write_bytes(picture(16, 16, 3))


def everything(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def show(grown: Grown) -> None:
    """Print what grew, by kind, a page."""
    for pile in grown.census.roles:
        if more := pile.stored - grown.before.get(pile.name, 0):
            print(f"    {pile.name:14} {more / PAGES:9.0f} bytes a page")


def still(site: Path, count: int) -> None:
    """Change nothing."""


def moved(site: Path, count: int) -> None:
    """Let the counter go on."""
    (site / "count.js").write_text(f"const visits = {count};\n", "utf-8")


def main() -> None:
    """Print the table."""
    moving = grown(34, MOVING, moved)
    cost = moving.census.moving
    print(f"clock, counter, carousel: median {cost.median} bytes a page and night ({cost.pages} pages), "
          f"all told {moving.every / PAGES:.0f}")  # fmt: skip
    show(moving)
    each = {}
    for requests in (10, 40, 140):
        same = grown(requests - 2, STILL, still)
        each[requests] = same.every / PAGES
        goal = "  (goal 10,000)" if requests == 40 else ""
        cost = same.census.unchanged
        print(f"unchanged, {requests} requests: all told {each[requests]:.0f} bytes a page and night{goal}, median "
              f"{cost.median} ({cost.pages} pages byte for byte the same), {same.records} records")  # fmt: skip
        show(same)
    print(f"each further request: {(each[140] - each[40]) / 100:.0f} bytes  (goal 60)")


if __name__ == "__main__":
    main()
