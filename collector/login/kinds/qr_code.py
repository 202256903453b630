"""A QR code that a person scans with a telephone: it is shown on the terminal and as a file until the marker is seen."""

from __future__ import annotations

import asyncio

from collector.errors import LoginError
from collector.login.attempt import Attempt, Moments
from collector.login.kind import Kind

kind = Kind(__name__, needs=("qr",))

SCANS = 10
"""Of the page's time that somebody has in all to scan it: five minutes where pages are given 30 seconds."""
RENEWALS = 10
PAUSE = 0.2


@kind.enter
async def enter(attempt: Attempt) -> None:
    """Show the code, and each new one that takes its place, until the marker is seen."""
    await attempt.somebody()
    await attempt.open()
    if await attempt.is_let_in():
        return
    attempt.begin()
    shown, renewed = False, 0
    for _ in Moments(attempt.seconds * SCANS):
        if await attempt.is_inside():
            return
        if attempt.login.expired and await attempt.find(attempt.login.expired):
            if renewed == RENEWALS:
                break
            await _renew(attempt, attempt.login.expired)
            shown, renewed = False, renewed + 1
        elif not shown and await attempt.find(attempt.login.qr):
            attempt.show("请用手机扫描二维码登录", await attempt.picture(attempt.login.qr))
            shown = True
        await asyncio.sleep(PAUSE)
    raise LoginError("not_scanned", "二维码没有在规定时间内扫描并确认")


async def _renew(attempt: Attempt, expired: str) -> None:
    """Ask the page for a new code; where it does so without loading anew, wait until it no longer calls the old one expired."""
    if attempt.login.renew:
        await attempt.click(attempt.login.renew)
        await attempt.gone(expired)
    else:
        await attempt.open()
