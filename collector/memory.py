"""How much memory a browser on this machine holds, and how this program gives back what it no longer holds."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from playwright.async_api import Browser

PROC = Path("/proc")
_OWN: WeakKeyDictionary[Browser, int] = WeakKeyDictionary()
"""The process id of each browser."""
_NOBODY = 0
_MMAP_THRESHOLD, _LARGE = -3, 1 << 20
"""The C library's name for the size from which blocks stand alone, and that size in bytes."""


def give_back_large_blocks() -> bool:
    """Have the C library give large blocks back to the system as soon as they are free; tell whether it does.

    Left alone it raises the size from which it does so with each picture that passes, up to 32 MB, and keeps the gaps
    between them: after a page of 50,000 pixels a seventh of what this program holds.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc's; others have no such habit
    return mallopt is not None and bool(mallopt(_MMAP_THRESHOLD, _LARGE))


async def resident(browser: Browser) -> int | None:
    """Return the bytes that the browser's processes hold; None where they cannot be seen from here.

    Pages that processes share count for each of them, so this is more than what the machine would get back. Raises
    playwright's Error where the browser has gone.
    """
    held = [found for process in await _processes(browser) if (found := of_process(process["id"])) is not None]
    return sum(held) if held else None


async def of_browser(browser: Browser) -> int | None:
    """Return the bytes that the browser's own process holds, where answers and pictures pass; None where unknown.

    Raises playwright's Error where the browser has gone.
    """
    if browser not in _OWN:
        _OWN[browser] = next((p["id"] for p in await _processes(browser) if p["type"] == "browser"), _NOBODY)
    return of_process(_OWN[browser])


def runs_elsewhere(browser: Browser) -> None:
    """Take note that the browser's processes are another machine's: those of its numbers here are somebody else's."""
    _OWN[browser] = _NOBODY


def is_elsewhere(browser: Browser) -> bool:
    """Tell whether the browser's processes cannot be seen from here."""
    return _OWN.get(browser) == _NOBODY


async def _processes(browser: Browser) -> list[dict[str, Any]]:
    session = await browser.new_browser_cdp_session()
    try:
        found: list[dict[str, Any]] = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    finally:
        await session.detach()
    return found


def of_process(pid: int, proc: Path = PROC) -> int | None:
    """Return the resident bytes of one process; None where it has gone, or this system does not tell."""
    try:
        return int((proc / str(pid) / "statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
