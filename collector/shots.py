"""Asking the browser for a picture of a place of the page: the one way everything here is pictured."""

from __future__ import annotations

import asyncio
import base64
from typing import Protocol

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from evidence.model import Box

BUSY = "Unable to capture screenshot"
"""What the browser says once in thousands of pictures, when it was about to draw; asked again it draws."""
_PAUSE = 0.2


class Shoot(Protocol):
    """Pictures a place of the page; as `png` does, or until it is sure of it."""

    async def __call__(self, session: CDPSession, box: Box, *, scale: float = 1) -> bytes:
        """Return the PNG of a place."""
        ...


async def png(session: CDPSession, box: Box, *, scale: float = 1, beyond: bool = True) -> bytes:
    """Return the PNG of a place of the page; `beyond` the window's view, which for a place in it leaves the view as it is.

    Raises playwright's Error where the browser cannot, asked twice.
    """
    left, top, width, height = box
    words = {
        "format": "png",
        "captureBeyondViewport": beyond,
        "optimizeForSpeed": True,
        "clip": {"x": left, "y": top, "width": width, "height": height, "scale": scale},
    }
    try:
        reply = await session.send("Page.captureScreenshot", words)
    except PlaywrightError as error:
        if BUSY not in str(error):
            raise
        await asyncio.sleep(_PAUSE)
        reply = await session.send("Page.captureScreenshot", words)
    return base64.b64decode(reply.pop("data"))
