"""Manners: so many visits at once, so many to one host, so long between two pages, and a pause where a host asks for one.

A visit that waits for its host gives its place to the others meanwhile, and gets the next one that comes free.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from collector.exchange import Exchange
from collector.hosts import host_of

ASKING = (429, 503)
"""Statuses that may come with Retry-After."""

Seconds = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class _Host:
    """What one host has of us, and what it asked for; moments are those of the gate's own clock."""

    visits: asyncio.Semaphore
    next_page: float = 0.0
    """When the next page may be loaded."""
    paused_until: float = 0.0


class Gate:
    """Lets at most `jobs` visits work, at most `per_host` on one host, a page of a host every `per_host_seconds`.

    A host's pause is honoured up to `longest_pause` seconds. `now` and `sleep` are the event loop's.
    """

    def __init__(
        self,
        *,
        jobs: int,
        per_host: int,
        per_host_seconds: float = 0,
        longest_pause: float = 0,
        now: Seconds | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._places = _Places(jobs)
        self._per_host = per_host
        self._apart = per_host_seconds
        self._longest = longest_pause
        self._now = now or asyncio.get_running_loop().time
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def passed(self, url: str) -> AsyncIterator[None]:
        """Hold a place for the length of the block; a visit that waits for its host takes no place from others."""
        host = self._host(url)
        async with host.visits:
            await self._wait(lambda: host.paused_until)
            await self._places.take()
            try:
                yield
            finally:
                self._places.give()

    async def page(self, url: str) -> float:
        """Wait until a page of this host may be loaded; return the seconds waited. The caller holds a place."""
        host, begun = self._host(url), self._now()
        mine = max(begun, host.next_page)
        host.next_page = mine + self._apart
        if max(mine, host.paused_until) <= begun:
            return 0.0
        self._places.give()
        try:
            await self._wait(lambda: max(mine, host.paused_until))
        finally:
            await self._places.take(back=True)
        return self._now() - begun

    def pause(self, url: str, seconds: float) -> float:
        """Load nothing more of this host for `seconds`, or the longest pause; return the seconds honoured."""
        host, honoured = self._host(url), min(seconds, self._longest)
        host.paused_until = max(host.paused_until, self._now() + honoured)
        return honoured

    async def _wait(self, until: Callable[[], float]) -> None:
        """Wait until a moment that may move on meanwhile."""
        while (left := until() - self._now()) > 0:
            await self._sleep(left)

    def _host(self, url: str) -> _Host:
        name = host_of(url)
        if name not in self._hosts:
            self._hosts[name] = _Host(asyncio.Semaphore(self._per_host))
        return self._hosts[name]


@dataclass(slots=True)
class _Places:
    """Places for visits; who comes back to one goes before who is new."""

    free: int
    back: deque[asyncio.Future[None]] = field(default_factory=deque)
    new: deque[asyncio.Future[None]] = field(default_factory=deque)

    async def take(self, *, back: bool = False) -> None:
        """Wait for a place; a visit that comes back has work to finish, and is not put behind the whole night."""
        if self.free:
            self.free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self.back if back else self.new).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give()
            raise

    def give(self) -> None:
        """Hand the place to whoever waits."""
        for waiting in (self.back, self.new):
            while waiting:
                turn = waiting.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self.free += 1


def pause_asked(answer: Exchange, now: datetime) -> float | None:
    """Return the seconds for which an answer asks us to stay away; None where it does not."""
    if answer.status not in ASKING:
        return None
    return seconds_asked(answer.header("retry-after") or "", answer.header("date"), now)


def seconds_asked(told: str, dated: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After field names; None where it names none.

    A moment is counted from the answer's own Date, since the server's clock may be wrong; from `now` where it has none.
    """
    told = told.strip()
    if told.isascii() and told.isdigit():
        return float(min(int(told[:9]), 10**8))
    moment = _date(told)
    return None if moment is None else max(0.0, (moment - (_date(dated or "") or now)).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else None
