"""Who works, and for which runs: each worker gives a sign of life, each run says whether it is open."""

from __future__ import annotations

import time
from dataclasses import dataclass

from collector.errors import FleetError
from collector.fleet.database import Database
from evidence import canonical, plain
from evidence.model import Vantage

KEPT_DAYS = 30
"""After which what is left of runs that are over is forgotten."""
SKEW = 5.0
"""Seconds by which a machine's clock may differ from the database's."""
TRIES = 3
"""Times that a piece of work is begun which no worker brings to its end."""
_GONE = "DELETE FROM quzheng_workers WHERE seen < now() - make_interval(days => 1)"
_FORGET = (
    "DELETE FROM quzheng_handovers WHERE run IN"
    " (SELECT run FROM quzheng_runs WHERE NOT open AND begun < now() - make_interval(days => %s))",
    "DELETE FROM quzheng_orders WHERE run IN"
    " (SELECT run FROM quzheng_runs WHERE NOT open AND begun < now() - make_interval(days => %s))",
    # readings that came when nobody waited for them any more
    "DELETE FROM quzheng_handovers WHERE kind = 'reading' AND given < now() - make_interval(days => %s)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """A worker as the others see it."""

    name: str
    kind: str
    queue: str
    vantage: Vantage
    seconds: float
    """Since its last sign of life."""


class Roster:
    """Workers and runs in the database; all moments are the database's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sign(self, name: str, kind: str, queue: str, vantage: Vantage) -> None:
        """Give a sign of life."""
        self._database.ask(
            "INSERT INTO quzheng_workers (name, kind, queue, vantage) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, queue = excluded.queue,"
            " vantage = excluded.vantage, seen = now()",
            [name, kind, queue, canonical.encode(plain.dump(vantage)).decode("utf-8")],
        )

    def leave(self, name: str) -> None:
        """Take a worker off the roster."""
        self._database.ask("DELETE FROM quzheng_workers WHERE name = %s", [name])

    def hands(self) -> tuple[Hand, ...]:
        """Return all workers, the last seen first."""
        rows = self._database.ask(
            "SELECT name, kind, queue, vantage, extract(epoch FROM now() - seen)::float FROM quzheng_workers ORDER BY seen DESC"
        )
        return tuple(
            Hand(
                name=name,
                kind=kind,
                queue=queue,
                vantage=plain.load(Vantage, canonical.decode(vantage.encode("utf-8"))),
                seconds=seconds,
            )
            for name, kind, queue, vantage, seconds in rows
        )

    def open(self, run: str) -> None:
        """Take note that a run is under way, and forget what is left of old ones."""
        self._database.ask(
            "INSERT INTO quzheng_runs (run) VALUES (%s) ON CONFLICT (run) DO UPDATE SET open = true", [run]
        )
        self._database.ask(_GONE)
        for forget in _FORGET:
            self._database.ask(forget, [KEPT_DAYS])

    def close(self, run: str, cut_off: int) -> None:
        """Have the workers make their checks after the run; `cut_off` tells how often it was begun before and cut off."""
        self._database.ask("UPDATE quzheng_runs SET open = false, cut_off = %s WHERE run = %s", [cut_off, run])

    def closed(self, run: str) -> int | None:
        """Return how often a run that is over was cut off before; None while it is open."""
        rows = self._database.ask("SELECT cut_off FROM quzheng_runs WHERE run = %s AND NOT open", [run])
        return rows[0][0] if rows else None

    def check_clock(self) -> None:
        """Raise FleetError where this machine's clock is not that of the others, by which evidence is dated."""
        there = float(self._database.ask("SELECT extract(epoch FROM clock_timestamp())::float")[0][0])
        off = time.time() - there
        if abs(off) > SKEW:
            raise FleetError(
                f"本机时钟与协同数据库相差 {off:+.1f} 秒（最多 {SKEW:.0f} 秒）：取证时间以本机为准，请先校时"
            )
