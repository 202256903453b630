"""Whether the browser painted all layers of a page: what finds no room is left out of the picture, without a word.

A layer is a part of a page that is painted for itself: a fixed bar, a video, whatever is transformed or about to be. Each
holds its own pixels of the place that is pictured, so one that covers the highest tile (design §5.3) takes 41 MB, and a
browser that is told nothing has room for twelve such. And where there is much to paint, the picture does not always wait
for the last of it: such a place is pictured until two pictures in a row are the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession

from collector import memory, shots, snapshot
from collector.window import Window
from evidence.model import Box

ROOM = 2 << 30
"""Bytes of layers for which our own browser has room."""
FLAG = f"--force-gpu-mem-available-mb={ROOM >> 20}"
"""Tells it so."""
USUAL = 512 << 20
"""The room of a browser that was told nothing."""
_PIXEL = 4
"""Bytes."""
_LARGE = 1280 * 8000
"""Pixels of a page; of one that has no more, nobody asks for the layers."""
_MUCH = 96 << 20
"""Bytes of layers: two over the highest tile, and not three. With six, a busy machine's picture was not whole one time in ten."""
_TRIES = 6
"""Pictures of one place; of one that moves no two are the same."""
_EVENT = "LayerTree.layerTreeDidChange"


@dataclass(kw_only=True)  # no slots: Playwright marks the object whose method it calls
class Layers:
    """The layers of a page, as heard of while it was pictured."""

    tile: tuple[int, int]
    """Width and height of the largest place that is pictured at once."""
    room: int
    """In bytes."""
    needed: int | None = None
    """Bytes at the worst moment, if every layer lay over that place; None where nothing was heard."""
    steady: bool = True
    """Whether of each place two pictures in a row were the same, where that was asked."""

    @property
    def fit(self) -> bool | None:
        """Whether all found room and were painted; None where that is not known."""
        if self.needed is None:
            return None
        if self.needed > self.room:
            return False
        return self.steady or None

    @property
    def much(self) -> bool:
        """Whether there is so much to paint that a picture may not wait for all of it."""
        return self.needed is not None and self.needed > _MUCH

    @property
    def said(self) -> str:
        """What was found, in Chinese."""
        if self.needed is None:
            return "浏览器没有说明图层"
        told = f"图层至多需要{self.needed >> 20} MB，浏览器可用{self.room >> 20} MB"
        if self.needed > self.room:
            return f"{told}，画面可能缺少图层"
        return told if self.steady else f"{told}；连续{_TRIES}次成像均不相同，无法确认图层绘全"

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take in what the browser says of its layers."""
        width, height = self.tile
        drawn = [layer for layer in event.get("layers", ()) if layer["drawsContent"]]
        pixels = sum(min(width, round(one["width"])) * min(height, round(one["height"])) for one in drawn)
        self.needed = max(self.needed or 0, pixels * _PIXEL)

    async def png(self, session: CDPSession, box: Box, *, scale: float = 1) -> bytes:
        """Return the PNG of a place as `shots.png` does, but one that came twice in a row, if any does."""
        latest = await shots.png(session, box, scale=scale)
        for _ in range(_TRIES - 1):
            before, latest = latest, await shots.png(session, box, scale=scale)
            if before == latest:
                return latest
        self.steady = False
        return latest


@asynccontextmanager
async def watched(window: Window, size: tuple[int, int]) -> AsyncIterator[Layers | None]:
    """Listen to what layers a page of `size` is painted in for the length of the block, in which it is pictured.

    Gives None of a page that is not large: its tiles are small, and a hundred layers find room. Raises playwright's Error.
    """
    if size[0] * size[1] <= _LARGE:
        yield None
        return
    browser, session = window.context.browser, window.session
    room = USUAL if browser is None or memory.is_elsewhere(browser) else ROOM
    tile = max((box[2:] for box in snapshot.tile_boxes(*size)), key=lambda one: one[0] * one[1])
    layers = Layers(tile=tile, room=room)
    session.on(_EVENT, layers.hear)
    await session.send("LayerTree.enable")
    await shots.png(session, (0, 0, 1, 1))  # it tells when it paints
    try:
        yield layers
    finally:
        session.remove_listener(_EVENT, layers.hear)
    await session.send("LayerTree.disable")  # not of a page that hangs: it would not answer
