"""What a page looks like and is made of at one moment: pixels in tiles, the DOM of every frame, the layout."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from playwright.async_api import CDPSession

from collector import layout, shots
from collector.clock import Clock
from collector.frames import DOM, evaluate, tree
from collector.redactor import Redactor, Seam
from collector.shots import Shoot
from evidence.model import Artifact, Blob, Box, Role

PNG = "image/png"
BAND = 1000
"""Pixels of a tile's height; those of a page above 8,000 are several times as high."""


def tile_boxes(width: int, height: int) -> Iterator[Box]:
    """Yield the boxes that cover a page exactly, from the top.

    Up to 8,000 px a page is cut into bands of 1,000, so that a clock in the header changes one of them; higher ones into
    bands of up to 8,000, since every clip repaints the page.

    >>> list(tile_boxes(1280, 2400))
    [(0, 0, 1280, 1000), (0, 1000, 1280, 1000), (0, 2000, 1280, 400)]
    """
    step = BAND * max(1, min(8, -(-height // 8000)))
    for top in range(0, height, step):
        yield (0, top, width, min(step, height - top))


async def page_size(session: CDPSession) -> tuple[int, int]:
    """Return width and height of the page in CSS pixels, each at least 1."""
    content = (await session.send("Page.getLayoutMetrics"))["cssContentSize"]
    return max(1, round(content["width"])), max(1, round(content["height"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One band of the page as the browser pictured it, not stored yet."""

    n: int
    box: Box
    png: bytes = field(repr=False)
    taken: datetime

    def keep(self, seam: Seam) -> Artifact:
        """Store the picture; pixels pass the seam as they are."""
        return artifact(seam.put_clean(self.png, PNG), "tile", self.n, taken=self.taken, box=self.box)


async def tiles(
    session: CDPSession, size: tuple[int, int], clock: Clock, shoot: Shoot = shots.png
) -> AsyncIterator[Tile]:
    """Picture a page of the given size, tile by tile.

    One after the other: of pictures asked for at once the browser gives one's pixels for another's. Before each high tile
    the page's garbage is collected, as the browser may do at any time: painting it takes four times its pixels. And ours:
    what brought the tile before hangs together in circles.
    """
    for n, box in enumerate(tile_boxes(*size)):
        if box[3] > BAND:
            await session.send("HeapProfiler.collectGarbage")
            gc.collect(0)
        png = await shoot(session, box)
        yield Tile(n=n, box=box, png=png, taken=clock.now())
        del png


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What the browser told of a page's make-up, with nothing removed and nothing stored yet."""

    layout: bytes
    order: tuple[str, ...]
    """The browser's frame ids in the order in which we number frames: that of the layout snapshot's documents; those it
    does not know stand behind them."""
    urls: dict[str, str]
    doms: dict[str, str | None]
    taken: datetime

    def keep(self, redactor: Redactor, seam: Seam) -> tuple[Artifact, ...]:
        """Store layout and DOM, secrets removed."""
        for html in self.doms.values():
            redactor.learn_html(html or "")
        kept = [artifact(seam.put(self.layout, "application/json", "layout"), "layout", 0, taken=self.taken)]
        for frame, identity in enumerate(self.order):
            html = self.doms[identity]
            if html is None:
                continue
            where = f"DOM of frame {frame}"
            blob = seam.put_clean(seam.html(html, where).encode("utf-8", "replace"), "text/html; charset=utf-8")
            url = seam.url(self.urls.get(identity, ""), where)
            kept.append(artifact(blob, "dom", len(kept) - 1, taken=self.taken, frame=frame, url=url))
        return tuple(kept)


async def structure(session: CDPSession, clock: Clock) -> Structure:
    """Ask the browser for layout and DOM."""
    snapshot, numbered = await layout.take_with_frames(session)
    urls = {frame.id: frame.url for frame in await tree(session)}
    order = (*numbered, *(frame for frame in urls if frame not in numbered))
    doms = {identity: await evaluate(session, identity, DOM) for identity in order}
    return Structure(layout=snapshot, order=order, urls=urls, doms=doms, taken=clock.now())


def artifact(
    blob: Blob,
    role: Role,
    n: int,
    *,
    taken: datetime,
    frame: int = 0,
    url: str | None = None,
    box: Box | None = None,
) -> Artifact:
    """Return the artifact that a stored blob is."""
    return Artifact(
        role=role,
        n=n,
        frame=frame,
        url=url,
        box=box,
        taken=taken,
        media_type=blob.media_type,
        size=blob.size,
        sha256=blob.sha256,
        sm3=blob.sm3,
    )
