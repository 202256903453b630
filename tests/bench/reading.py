"""How long a page takes to read on one core, without pictures: median and slowest over the real site, and how it grows.

Goal: a median of 150 ms. Beside it how much of printed text is misread. Needs ../shared/data beside the checkout; without it only the growth is printed: a page of
dated paragraphs, and one four times as long, which should take four times as long.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from evidence import digest  # noqa: E402
from evidence.reading import read  # noqa: E402
from evidence.reading.image_text import Picture, recognise  # noqa: E402
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


def printed() -> tuple[int, int]:
    """Return characters wrong and characters in all over printed pictures whose text is known: goal, 3 in 100."""
    folder = SITE.parents[1] / "ocr-cnocr"
    expected = json.loads((folder / "expected.json").read_text("utf-8")) if folder.is_dir() else []
    wrong = total = 0
    for one in expected:
        file = folder / one["image"]
        if not file.is_file():
            continue
        data = file.read_bytes()
        (read_,) = recognise([Picture(sha256=digest.sha256(data), url=None, box=None, data=data)])
        want, got = (
            "".join(unicodedata.normalize("NFKC", text).split()) for text in ("".join(one["lines"]), read_.text)
        )
        errors = _distance(want, got)
        print(f"  {one['image']:28} {errors} of {len(want)} characters wrong")
        wrong, total = wrong + errors, total + len(want)
    return wrong, total


def _distance(one: str, other: str) -> int:
    """Return the least number of insertions, deletions and changes between two texts."""
    row = list(range(len(other) + 1))
    for n, a in enumerate(one, 1):
        diagonal, row[0] = row[0], n
        for m, b in enumerate(other, 1):
            diagonal, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, diagonal + (a != b))
    return row[-1]


def main() -> None:
    """Print the measurements."""
    files = sorted(SITE.rglob("*.html"))
    taken = [seconds(page(file.read_text("utf-8", "replace"))) for file in files]
    if taken:
        print(
            f"{len(taken)} pages of a real site: median {statistics.median(taken) * 1000:.0f} ms, slowest"
            f" {max(taken) * 1000:.0f} ms  (goal: a median of 150)"
        )
    wrong, total = printed()
    if total:
        print(f"printed text: {wrong} of {total} characters wrong, {wrong / total:.1%}  (goal: 3 %)")
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
