"""Real pages, saved and served from this machine, are captured whole: no broken band, every picture in its place.

The pages are not part of this project; they lie beside it, in ../shared/data. Other hosts are out of reach, as they often
are for inspectors.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from collector import browser as browsers
from collector.clock import SystemClock
from collector.keeper import Keeper
from collector.login.access import Access
from collector.scribe import Circumstances
from collector.secrets import Secrets
from collector.visiting import visit
from collector.workspace import Limits
from evidence.model import Box, Capture, Vantage
from tests.collector.conftest import Memory, one_page, target
from tests.site.folder import serve

PAGES = {
    "mirror home": ("gov-daozhen-hrss/site", "index.html"),
    "mirror news": ("gov-daozhen-hrss/site", "gzdt/ldhd/index.html"),
    "mirror notices": ("gov-daozhen-hrss/site", "gzdt/tzgg/index.html"),
    "mirror documents": ("gov-daozhen-hrss/site", "zwgk/bmwj/index.html"),
    "mirror blank": ("gov-daozhen-hrss/site", "zwgk/ghjh/index.html"),
    "gov.cn": ("gov-home-www.gov.cn", "中国政府网_中央人民政府门户网站.html"),
    "clone 1": ("gov-article-clones/jchgz.gov.cn", "index.html"),
    "clone 2": ("gov-article-clones/gjbcac.gov.cn", "index.html"),
    "clone 3": ("gov-article-clones/hjhbjft.gov.cn", "index.html"),
    "wsjkw 1": ("gov-shanghai-wsjkw-wechat/wsjkw.sh.gov.cn", "0aaa908f3881c81f7d673bad8dbc65fc.html"),
    "wsjkw 2": ("gov-shanghai-wsjkw-wechat/wsjkw.sh.gov.cn", "3f946e5330262e86e31a86b0eca7961c.html"),
    "WeChat 1": ("gov-shanghai-wsjkw-wechat/mp.weixin.qq.com", "01b850aedca868fad0a42a1a167ca3df.html"),
    "WeChat 2": ("gov-shanghai-wsjkw-wechat/mp.weixin.qq.com", "4c69250a1d891e55963ccf05f8e3dd6b.html"),
    "nfra": ("gov-nfra-rendered", "page_source_debug.html"),
}
NO_OTHER_HOST = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
LIMITS = Limits(navigation_seconds=15, settle_seconds=2, page_seconds=60)


@dataclass(frozen=True)
class Seen:
    captures: dict[str, Capture]
    blobs: dict[str, bytes]

    def layout(self, name: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.blobs[self.captures[name].of_role("layout")[0].sha256])
        return found

    def picture(self, name: str) -> NDArray[np.uint8]:
        """The whole page, put together from its tiles."""
        tiles = [Image.open(io.BytesIO(self.blobs[a.sha256])) for a in self.captures[name].of_role("tile")]
        return np.concatenate([np.asarray(tile.convert("RGB")) for tile in tiles])


@pytest.fixture(scope="module")
def seen(shared_data: Path) -> Iterator[Seen]:
    sink = Memory()
    with ExitStack() as stack:
        served = {folder: stack.enter_context(serve(shared_data / folder)) for folder, _ in PAGES.values()}
        urls = {name: f"{served[folder]}/{quote(file)}" for name, (folder, file) in PAGES.items()}
        captures = asyncio.run(_captured(urls, sink))
    if shown := os.environ.get("QUZHENG_SHOWN"):  # for people who want to look at them
        for name, capture in captures.items():
            pixels = Seen({name: capture}, sink.blobs).picture(name)
            Image.fromarray(pixels).save(Path(shown) / f"{name.replace(' ', '-')}.png")
    yield Seen(captures, sink.blobs)


async def _captured(urls: dict[str, str], sink: Memory) -> dict[str, Capture]:
    binary = browsers.find()
    assert isinstance(binary, browsers.BrowserBinary)
    found = {}
    async with Keeper(replace(binary, flags=(*binary.flags, NO_OTHER_HOST)), sink) as keeper:
        running = await keeper.running()
        for name, url in urls.items():
            (found[name],) = await visit(
                target(url),
                one_page(),
                browser=running.browser,
                persona=running.persona,
                sink=sink,
                clock=SystemClock(),
                limits=LIMITS,
                circumstances=Circumstances(
                    run="RUN",
                    environment=running.environment,
                    vantage=Vantage(egress="direct", address=None, resolver=None),
                ),
                access=Access(secrets=Secrets(variables={}, folder=None)),
            )
    return found


def boxes_of_text(layout: dict[str, object]) -> list[Box]:
    document = layout["documents"][0]  # type: ignore[index]
    return [tuple(box) for box in document["textBoxes"]["bounds"]]


def pictures_of(layout: dict[str, object]) -> Iterator[tuple[str, Box]]:
    """Address and place of every <img> of the page that is laid out."""
    strings, document = layout["strings"], layout["documents"][0]  # type: ignore[index]
    sources = document["nodes"]["currentSourceURL"]
    addresses = {node: strings[value] for node, value in zip(sources["index"], sources["value"], strict=True)}
    for node, bounds in zip(document["layout"]["nodeIndex"], document["layout"]["bounds"], strict=True):
        if node in addresses and strings[document["nodes"]["nodeName"][node]] == "IMG":
            yield addresses[node], tuple(bounds)


def is_plain(pixels: NDArray[np.uint8]) -> bool:
    return bool((pixels == pixels[:1, :1]).all())


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_captured_complete(seen: Seen, name: str) -> None:
    taken = seen.captures[name]
    assert (taken.outcome, taken.reason) == ("captured", None)
    assert [c for c in taken.checks if c.scope != "page" and c.passed is not True] == []
    assert taken.complete is True


@pytest.mark.parametrize("name", PAGES)
def test_the_pictures_cover_the_document_and_what_scrolls_inside_it(seen: Seen, name: str) -> None:
    taken = seen.captures[name]
    width, height = seen.layout(name)["documents"][0]["size"]  # type: ignore[index]
    tiles = [tile.box for tile in taken.of_role("tile") if tile.box]
    assert [box[1] for box in tiles] == [sum(box[3] for box in tiles[:n]) for n in range(len(tiles))]
    assert sum(box[3] for box in tiles) >= height
    assert all(box[2] >= width for box in tiles)
    assert next(c for c in taken.checks if c.name == "all content shown").passed is not False


@pytest.mark.parametrize("name", PAGES)
def test_no_band_is_empty_where_the_page_has_text(seen: Seen, name: str) -> None:
    texts = boxes_of_text(seen.layout(name))
    for tile in seen.captures[name].of_role("tile"):
        assert tile.box is not None
        top, height = tile.box[1], tile.box[3]
        inside = [b for b in texts if b[1] >= top and b[1] + b[3] <= top + height and b[0] >= 0 and b[2] > 4]
        picture = np.asarray(Image.open(io.BytesIO(seen.blobs[tile.sha256])).convert("RGB"))
        assert len(inside) < 3 or not is_plain(picture), (top, len(inside))


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_that_can_be_decoded_is_in_its_place(seen: Seen, name: str) -> None:
    taken, whole = seen.captures[name], seen.picture(name)
    bodies = {body.url: seen.blobs[body.sha256] for body in taken.of_role("body")}
    missing = []
    for url, (left, top, width, height) in pictures_of(seen.layout(name)):
        place = whole[max(0, top) : top + height, max(0, left) : left + width]
        if url not in bodies or place.size == 0 or min(width, height) < 8 or not _is_drawn(bodies[url]):
            continue
        if is_plain(place):
            missing.append((url, left, top, width, height))
    assert missing == []


def _is_drawn(data: bytes) -> bool:
    """Tell whether a picture can be decoded, and shows more than one colour once it lies on white."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            pixels = image.convert("RGBA")
    except OSError:
        return False
    white = Image.new("RGBA", pixels.size, "white")
    white.alpha_composite(pixels)
    return not is_plain(np.asarray(white.convert("RGB")))


def test_there_are_twelve_and_some_have_pictures(seen: Seen) -> None:
    assert len(seen.captures) >= 12
    assert sum(1 for name in PAGES for _ in pictures_of(seen.layout(name))) > 20
