"""A page that guards the page (验证页): it is given time to let us in by itself, and is never helped along.

Some send a script before they let a browser in (412, 521, 202 without content), some show a slider, some say that the
request was turned away, with a 200 or without. What lets us in is recorded as passed; what does not is nobody's page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import takewhile

from collector.exchange import Exchange
from collector.frames import evaluate
from collector.hosts import host_of
from collector.look import Look, look
from collector.outcome import BLOCKING, SCRIPTED, Trouble
from collector.settle import wait_loaded
from collector.signs import FEW_LINKS, Sign, signs
from collector.window import Window
from collector.workspace import Limits
from evidence.model import Check

PASSED = "challenge passed"
"""Name of the check; a page before which no challenge stood does not have it."""
_TURNS = 3
"""Times that a page may send itself elsewhere while it comes to rest, before it is taken as it stands."""
_STEP_SECONDS = 0.1
_SLIGHT = f"document.links.length < {FEW_LINKS}"


def stands(status: int | None, seen: Look | None, said: dict[Sign, str]) -> str | None:
    """Return how a challenge is known, from the last main document's status, the page, and the signs on it; None: none.

    A 429 asks for patience and says so: that is another thing.
    """
    if status == 429:
        return None
    if "challenge" in said:
        return (
            f"写着“{said['challenge']}”"
            if status is None or status < 300
            else f"状态码 {status}，写着“{said['challenge']}”"
        )
    if status not in SCRIPTED or seen is None or seen.rows >= 3:
        return None
    bare = not (seen.plain or seen.links or seen.drawn)
    return f"状态码 {status}，只有脚本" if bare or (status != 202 and seen.scripts and seen.links < FEW_LINKS) else None


def trouble(status: int | None) -> Trouble:
    """Return what a page that keeps us out means: ours, and for the moment until it has been tried again."""
    good = status is None or status < 300
    return Trouble(outcome="challenge", reason="challenge" if good else f"http_{status}", fault="ours")


class Passage:
    """The way through what stands before one page."""

    def __init__(self, window: Window, limits: Limits) -> None:
        self._window = window
        self._limits = limits
        self._clock = asyncio.get_running_loop().time
        self._begun = self._clock()
        self._loads = window.main_loads
        self._turns = 0
        self._met: list[str] = []
        self._stuck = False

    async def led_on(self) -> bool:
        """Wait while a challenge stands, till its time is over; tell whether something else has come, to be brought to rest.

        A page that sent itself elsewhere while it came to rest has led on too.
        """
        if self._window.main_loads == self._loads:
            known = await self._known()
            if known is None:
                return False
            self._met.append(known)
            self._stuck = not await self._let_in(known)
            if self._stuck:
                return False
        elif self._turns >= _TURNS:
            return False
        else:
            self._turns += 1
        await wait_loaded(self._window, self._limits.navigation_seconds)
        self._loads = self._window.main_loads
        return True

    def checks(self) -> Iterator[Check]:
        """Yield what was passed, or was not; nothing where nothing stood before the page."""
        documents = self._window.traffic.documents(self._window.frame_id)
        before = [document.status for document in _same_way(documents) if document.status in {*BLOCKING, *SCRIPTED}]
        if not before and not self._met:
            return
        said = "；".join(dict.fromkeys(self._met)) or "状态码 " + "、".join(map(str, before))
        waited = round(self._clock() - self._begun)
        detail = f"等待{waited}秒，仍停在验证页：{said}" if self._stuck else f"验证页自行放行，此前为：{said}"
        yield Check(name=PASSED, scope="page", passed=not self._stuck, detail=detail)

    async def _known(self) -> str | None:
        """Return how a challenge is known; a page that is plainly none is hardly looked at."""
        status = self._status()
        if status not in SCRIPTED and not await evaluate(self._window.session, self._window.frame_id, _SLIGHT):
            return None
        seen = await look(self._window)
        return stands(status, seen, signs(seen)) if seen else None

    async def _let_in(self, known: str) -> bool:
        """Wait until another document comes or the challenge has gone from this one; a page without scripts stays."""
        seen = await look(self._window)
        moves = seen is None or seen.scripts or seen.frames
        end = self._begun + min(self._limits.challenge_seconds, self._limits.page_seconds / 2)
        while moves and self._clock() < end:
            await asyncio.sleep(_STEP_SECONDS)
            if self._window.main_loads > self._loads or self._window.crashed or await self._known() is None:
                return True
        return False

    def _status(self) -> int | None:
        documents = self._window.traffic.documents(self._window.frame_id)
        return documents[-1].status if documents else None


def _same_way(documents: Sequence[Exchange]) -> Sequence[Exchange]:
    """Return the documents before the last that led to it, all of its host."""
    host = host_of(documents[-1].url) if documents else ""
    return tuple(takewhile(lambda document: host_of(document.url) == host, reversed(documents[:-1])))[::-1]
