"""How much memory a browser on this machine holds: the resident pages of all its processes."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.async_api import Browser

PROC = Path("/proc")


async def resident(browser: Browser) -> int | None:
    """Return the bytes that the browser's processes hold; None where they cannot be seen from here.

    Pages that processes share count for each of them, so this is more than what the machine would get back. Raises
    playwright's Error where the browser has gone.
    """
    session = await browser.new_browser_cdp_session()
    try:
        told = await session.send("SystemInfo.getProcessInfo")
    finally:
        await session.detach()
    held = [found for process in told["processInfo"] if (found := of_process(process["id"])) is not None]
    return sum(held) if held else None


def of_process(pid: int, proc: Path = PROC) -> int | None:
    """Return the resident bytes of one process; None where it has gone, or this system does not tell."""
    try:
        return int((proc / str(pid) / "statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
