"""What workers hand over, and the registrar takes: in the order in which it was handed over, each key once.

A worker that was given up and comes back hands over again what another has handed over meanwhile: the first stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from collector.fleet.database import Database
from evidence import canonical

Kind = Literal["check", "capture", "over", "ended", "reading"]
MOST = 100
"""Handovers that are taken at once."""
_WAITING = (
    "SELECT n, key, order_id, kind, body, worker FROM quzheng_handovers"
    " WHERE run = %s AND NOT settled ORDER BY n LIMIT %s"
)
_CHECKED = (
    "SELECT n, key, order_id, kind, body, worker FROM quzheng_handovers"
    " WHERE run = %s AND kind = 'check' AND settled ORDER BY n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One thing handed over."""

    n: int
    key: str
    order: str
    kind: Kind
    body: Mapping[str, Any]
    worker: str


class Handovers:
    """The handovers in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, kind: Kind, key: str, *, run: str, order: str, body: Mapping[str, Any], worker: str) -> None:
        """Hand over; on the database's disk when this returns."""
        self._database.ask(
            "INSERT INTO quzheng_handovers (key, run, order_id, kind, body, worker)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING",
            [key, run, order, kind, canonical.encode(body).decode("utf-8"), worker],
        )

    def waiting(self, run: str) -> tuple[Handover, ...]:
        """Return what of a run waits to be registered, in order, at most so many."""
        return _read(self._database.ask(_WAITING, [run, MOST]))

    def checked(self, run: str) -> tuple[Handover, ...]:
        """Return the workers' looks at their machines that were registered for a run, in order."""
        return _read(self._database.ask(_CHECKED, [run]))

    def settle(self, numbers: Iterable[int]) -> None:
        """Take note that these were registered."""
        self._database.ask("UPDATE quzheng_handovers SET settled = true WHERE n = ANY(%s)", [list(numbers)])

    def forget(self, run: str) -> None:
        """Drop what was handed over for a run, or for readings, that is over."""
        self._database.ask("DELETE FROM quzheng_handovers WHERE run = %s", [run])

    def reopen(self, run: str) -> None:
        """Have all of a run's orders that have not ended registered once more: nobody knows where the last registrar stopped."""
        self._database.ask(
            "UPDATE quzheng_handovers SET settled = false WHERE run = %s AND settled AND kind <> 'check'"
            " AND order_id IN (SELECT id FROM quzheng_orders WHERE run = %s AND NOT ended)",
            [run, run],
        )


def _read(rows: Iterable[Sequence[Any]]) -> tuple[Handover, ...]:
    return tuple(
        Handover(n=n, key=key, order=order, kind=kind, body=canonical.decode(body.encode("utf-8")), worker=worker)
        for n, key, order, kind, body, worker in rows
    )
