"""Where on the page each inner frame stands, whoever's it is."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from collector.frames import Frame
from evidence.model import Box

_MOST = 12


async def of_frames(session: CDPSession, frames: Sequence[Frame]) -> dict[str, Box]:
    """Return the box of each inner frame that is laid out, in CSS pixels of the page, whose first frame is the page."""
    found: dict[str, Box] = {}
    if len(frames) < 2:
        return found
    view = (await session.send("Page.getLayoutMetrics"))["cssVisualViewport"]
    await session.send("DOM.enable")
    try:
        for frame in frames[1 : 1 + _MOST]:
            box = await _box(session, frame)
            if box:
                left, top, width, height = box
                found[frame.id] = (round(left + view["pageX"]), round(top + view["pageY"]), round(width), round(height))
    finally:
        await session.send("DOM.disable")
    return found


async def _box(session: CDPSession, frame: Frame) -> tuple[float, float, float, float] | None:
    """Return left, top, width and height of a frame's inside in the view; None where it is not shown."""
    try:
        owner = await session.send("DOM.getFrameOwner", {"frameId": frame.id})
        model = await session.send("DOM.getBoxModel", {"backendNodeId": owner["backendNodeId"]})
    except PlaywrightError:
        return None
    xs, ys = model["model"]["content"][::2], model["model"]["content"][1::2]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
