"""One sitting of a page: watched, pictured in tiles, its structure taken, and looked at before and after.

What the sitting brought waits in memory until it is known whether the page sat still; only then it is stored, so that
no picture lies in the store that no record knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from collector import layers, movement, places, shots, snapshot, thumbnail
from collector.clock import Clock
from collector.colour import Colours
from collector.frames import Frame, tree
from collector.layers import Layers
from collector.look import Look, look
from collector.movement import Movement
from collector.redactor import Redactor, Seam
from collector.shots import Shoot
from collector.snapshot import Structure, Tile
from collector.window import Window
from evidence.model import Artifact, Box

INNER_FRAMES = 12
"""Frames of a page that are looked at; hostile pages have thousands."""
LOW = 8000
"""Height of a page, in CSS pixels, whose tiles wait in memory together; those of a higher one are stored one by one."""


@dataclass(slots=True, kw_only=True)
class Sitting:
    """What was got so far; it stays, if the page then hangs or crashes."""

    frames: tuple[Frame, ...] = ()
    height: int = 1
    """Of the page, in CSS pixels."""
    size: tuple[int, int] = (1, 1)
    """Width and height of what is pictured."""
    before: Look | None = None
    inner_before: tuple[Look, ...] = ()
    after: Look | None = None
    inner: tuple[Look, ...] = ()
    """The looks at the page and its frames, before and after the pictures were taken."""
    colours: Colours = field(default_factory=Colours)
    tiles: list[Tile] = field(default_factory=list)
    """Not stored yet."""
    stored: list[Artifact] = field(default_factory=list)
    structure: Structure | None = None
    where: dict[str, Box] = field(default_factory=dict)
    """Where on the page each inner frame stands."""
    moved: Movement = field(default_factory=lambda: Movement(watched=False))
    painted: Layers | None = None
    """The layers of a page with large tiles: whether the browser had room to paint them all."""

    @property
    def progress(self) -> int:
        """Grows with all that is got."""
        return len(self.tiles) + len(self.stored) + (self.structure is not None) + (self.before is not None)

    @property
    def order(self) -> tuple[str, ...]:
        """The browser's frame ids in the order in which we number frames."""
        return self.structure.order if self.structure else ()

    def keep(self, redactor: Redactor, seam: Seam) -> Iterator[Artifact]:
        """Store what waits, and yield all there is: the tiles, then layout and DOM."""
        yield from self.stored
        for tile in self.tiles:
            yield tile.keep(seam)
        if self.structure:
            yield from self.structure.keep(redactor, seam)


async def begin(window: Window, sitting: Sitting, page_height: int) -> None:
    """Begin to watch the page, and measure it; at most `page_height` pixels of it are to be pictured."""
    sitting.frames = await tree(window.session)
    (width, sitting.height), _ = await asyncio.gather(
        snapshot.page_size(window.session), movement.watch(window, sitting.frames)
    )
    sitting.size = width, min(sitting.height, page_height)


async def picture(window: Window, sitting: Sitting, clock: Clock, seam: Seam, *, since: float | None) -> bool:
    """Picture the page, and tell whether the sitting came to its end.

    It breaks off where anything is heard of the network after the loop's time `since`, and does not even begin with a
    page that is higher than `LOW`; None: it goes on in any case.
    """
    session, low = window.session, sitting.size[1] <= LOW
    if since is not None and not low:
        return False
    async with layers.watched(window, sitting.size) as sitting.painted:
        shoot, band = _way(sitting.painted)
        first, looks = await asyncio.gather(
            thumbnail.take(session, sitting.size, shoot, band), _looks(window, sitting.frames)
        )
        sitting.before, sitting.inner_before = looks
        async for tile in snapshot.tiles(session, sitting.size, clock, shoot):
            sitting.colours.see(tile.png, tile.box[2] * tile.box[3])
            if low:
                sitting.tiles.append(tile)
            else:
                sitting.stored.append(await asyncio.to_thread(tile.keep, seam))
            if since is not None and window.traffic.last_event > since:
                return False
    # the browser waits for its next frame most of the time that a thumbnail takes
    second, sitting.structure, looks, sitting.where = await asyncio.gather(
        thumbnail.take(session, sitting.size, shoot, band),
        snapshot.structure(session, clock),
        _looks(window, sitting.frames),
        places.of_frames(session, sitting.frames),
    )
    sitting.after, sitting.inner = looks
    sitting.moved = await movement.watched(window, sitting.frames, sitting.where, first, second)
    return True


def _way(painted: Layers | None) -> tuple[Shoot, int]:
    """Return how places of the page are pictured, and the height of a band of its thumbnails."""
    if painted is not None and painted.much:
        return painted.png, thumbnail.LOW_BAND
    return shots.png, thumbnail.BAND


async def _looks(window: Window, frames: tuple[Frame, ...]) -> tuple[Look | None, tuple[Look, ...]]:
    """Look at the page, and at its inner frames."""
    page = await look(window)
    inner = [await look(window, frame.id) for frame in frames[1 : 1 + INNER_FRAMES]]
    return page, tuple(one for one in inner if one)
