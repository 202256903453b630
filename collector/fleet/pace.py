"""Manners of the whole fleet: pages of one host so far apart, and its pauses honoured, whichever machine asks."""

from __future__ import annotations

import asyncio

from collector.fleet.database import Database
from collector.hosts import host_of
from collector.manners import Gate


class FleetGate(Gate):
    """A gate whose waits are agreed on with all others; how many visits go to one host at once the queue's locks say."""

    def __init__(self, database: Database, *, jobs: int, per_host_seconds: float, longest_pause: float) -> None:
        super().__init__(jobs=jobs, per_host=jobs, per_host_seconds=per_host_seconds, longest_pause=longest_pause)
        self._database = database

    async def page(self, url: str) -> float:
        """Wait until a page of this host may be loaded by anybody of us; return the seconds waited."""
        waited = 0.0
        if self._apart:
            waited = self._reserved(host_of(url))
            await self._stand_back(waited)
        while (left := self._paused(host_of(url))) > 0:
            await self._stand_back(left)
            waited += left
        return waited

    def pause(self, url: str, seconds: float) -> float:
        """Have nobody load anything more of this host for `seconds`, or the longest pause; return the seconds honoured."""
        honoured = min(seconds, self._longest)
        self._database.ask(
            "INSERT INTO quzheng_pace (host, paused_until) VALUES (%s, now() + make_interval(secs => %s))"
            " ON CONFLICT (host) DO UPDATE SET paused_until = greatest(quzheng_pace.paused_until, excluded.paused_until)",
            [host_of(url), honoured],
        )
        return honoured

    def _reserved(self, host: str) -> float:
        """Take the next moment at which a page of a host may be loaded; return the seconds until then."""
        rows = self._database.ask(
            "INSERT INTO quzheng_pace (host, next_page) VALUES (%s, now() + make_interval(secs => %s))"
            " ON CONFLICT (host) DO UPDATE SET next_page = greatest(quzheng_pace.next_page, now()) + make_interval(secs => %s)"
            " RETURNING greatest(0, extract(epoch FROM next_page - now()) - %s)::float",
            [host, self._apart, self._apart, self._apart],
        )
        return float(rows[0][0])

    def _paused(self, host: str) -> float:
        rows = self._database.ask(
            "SELECT extract(epoch FROM paused_until - now())::float FROM quzheng_pace"
            " WHERE host = %s AND paused_until > now()",
            [host],
        )
        return float(rows[0][0]) if rows else 0.0

    async def _stand_back(self, seconds: float) -> None:
        """Wait, and give the place on this machine to others meanwhile."""
        if seconds <= 0:
            return
        self._places.give()
        try:
            await asyncio.sleep(seconds)
        finally:
            await self._places.take(back=True)
