"""How long a page takes to read on one core, without pictures: median and slowest over the real site, and how it grows.

Goal: a median of 150 ms. Needs ../shared/data beside the checkout; without it only the growth is printed: a page of
dated paragraphs, and one four times as long, which should take four times as long.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from evidence.reading import read  # noqa: E402
from evidence.reading.page import FrameDom, PageInput  # noqa: E402

SITE = ROOT.parent / "shared" / "data" / "gov-daozhen-hrss" / "site"


def page(html: str, url: str = "http://www.shifan.gov.cn/") -> PageInput:
    """Return a page of one frame without a layout."""
    return PageInput(url=url, status=200, headers={}, frames=(FrameDom(n=0, url=url, html=html),), layout=None)


def seconds(one: PageInput) -> float:
    """Return how long one page takes to read."""
    begun = time.process_time()
    read(one, at=None)
    return time.process_time() - begun


def main() -> None:
    """Print the measurements."""
    files = sorted(SITE.rglob("*.html"))
    taken = [seconds(page(file.read_text("utf-8", "replace"))) for file in files]
    if taken:
        print(
            f"{len(taken)} pages of a real site: median {statistics.median(taken) * 1000:.0f} ms, slowest"
            f" {max(taken) * 1000:.0f} ms  (goal: a median of 150)"
        )
    lengths = (2_000, 8_000)
    short, long = (
        seconds(page("<h1>大事记</h1>" + "".join(f"<p>2021-06-{n % 28 + 1:02} 第{n}次会议</p>" for n in range(length))))
        for length in lengths
    )
    print(
        f"{lengths[0]:,} dated paragraphs {short:.2f} s, {lengths[1]:,} {long:.2f} s: ratio {long / short:.1f}  (goal 4)"
    )


if __name__ == "__main__":
    main()
