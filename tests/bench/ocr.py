"""Pages with a picture of text read in a minute, and how often the engine is asked on the second night for pictures that stayed.

Pages of a heading and one scanned-looking notice of 14 lines, each another picture; on the second night the text beside the
picture has changed (so the page is read anew) and the picture has not. On one core, the engine in processes of its own.
Goal: no call of the engine on the second night. `--pages N`, 12.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from evidence.admit import admit  # noqa: E402
from evidence.holdings import Holdings  # noqa: E402
from evidence.model import Record  # noqa: E402
from evidence.reading import tesseract  # noqa: E402
from evidence.readings import readings  # noqa: E402
from tests.evidence import factory  # noqa: E402
from tests.evidence.reading.pages import CRUMB, FOOT  # noqa: E402

URL = "http://www.shifan.test/"
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


def notice(number: int) -> bytes:
    """Return the picture of a notice, like no other's."""
    picture = Image.new("L", (900, 720), 255)
    draw, font = ImageDraw.Draw(picture), ImageFont.truetype(FONT, 30, index=2)
    for line in range(14):
        draw.text((30, 20 + line * 48), f"关于开展第{number}次政府网站检查工作的通知第{line}条内容", 0, font)
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


def page(holdings: Holdings, number: int, night: int) -> Record:
    """Admit a page of one night: its picture is the same each night, the line beside it is not."""
    text = f"<h1>通知公告</h1><p>本页浏览第{night * 1000 + number}次</p><img src='n{number}.png' width=900 height=720>"
    html = f"<html><body>{CRUMB}<div class='m'>{text}</div>{FOOT}</body></html>"
    taken = factory.capture(holdings.store)
    document = holdings.store.put(html.encode(), "text/html")
    picture = holdings.store.put(notice(number), "image/png")
    seen = factory.exchanges(
        factory.exchange(0, document, url=URL),
        factory.exchange(1, picture, url=f"{URL}n{number}.png", resource_type="Image"),
    )
    parts = [one for one in taken.artifacts if one.role == "tile"]
    parts += [factory.artifact(document, "dom", url=URL), factory.artifact(document, "body", url=URL)]
    parts.append(factory.artifact(picture, "body", n=1, url=f"{URL}n{number}.png"))
    taken = factory.capture(
        holdings.store,
        key=f"N{night}/shifan/c{number}/1",
        label=f"c{number}",
        started=factory.NOON + timedelta(days=night),
        artifacts=tuple(parts),
        exchanges=holdings.store.put(seen, "application/json").sha256,
    )
    return admit(taken, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


@contextmanager
def counted() -> Iterator[list[int]]:
    """Count the calls of the engine for the length of the block."""
    calls: list[int] = []
    run: Callable[..., Any] = tesseract._run

    def counting(*words: Any, **named: Any) -> Any:
        calls.append(1)
        return run(*words, **named)

    with mock.patch.object(tesseract, "_run", counting):
        yield calls


def main() -> None:
    """Print the two nights."""
    count = int(sys.argv[sys.argv.index("--pages") + 1]) if "--pages" in sys.argv else 12
    with tempfile.TemporaryDirectory() as folder:
        holdings = Holdings.open(Path(folder))
        for night in range(2):
            records = [page(holdings, n, night) for n in range(count)]
            begun = time.perf_counter()
            with counted() as calls:
                found = readings(records, holdings)
            seconds = time.perf_counter() - begun
            told = sum(len(one.images[0].text) for one in found.values() if one and one.images)
            print(f"night {night + 1}: {count} pages in {seconds:.1f} s, {count / seconds * 60:.0f} a minute, "
                  f"{told} characters, {len(calls)} calls of the engine")  # fmt: skip
    print("goal: no call on the second night")


if __name__ == "__main__":
    main()
