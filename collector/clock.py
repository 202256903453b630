"""The clock captures are dated by (law 10).

No option and no environment variable sets it. The simulated clock exists only by constructor, for tests, and every
record it touches says so for ever.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from evidence.model import ClockRef


class Clock(Protocol):
    """Tells the time, and what kind of clock told it."""

    ref: ClockRef

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC, to the millisecond."""
        ...


class SystemClock:
    """The clock of this machine."""

    ref = ClockRef(source="system")

    def now(self) -> datetime:
        """Return the present moment."""
        return _to_millisecond(datetime.now(UTC))


class SimulatedClock:
    """A clock that starts at a moment of our choosing and then runs with the machine's monotonic clock."""

    ref = ClockRef(source="simulated")

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError(f"the start of a simulated clock needs an offset, got {start}")
        self._start = start.astimezone(UTC)
        self._begun = time.monotonic()

    def now(self) -> datetime:
        """Return the simulated moment."""
        return _to_millisecond(self._start + timedelta(seconds=time.monotonic() - self._begun))


def _to_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
