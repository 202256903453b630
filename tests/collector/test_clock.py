"""The capture clock: honest, aware, and marked where it is simulated (law 10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from collector.clock import SimulatedClock, SystemClock


def test_the_system_clock_is_aware_and_exact_to_the_millisecond() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=5)
    assert SystemClock().ref.source == "system"


def test_a_simulated_clock_starts_where_it_is_told_runs_on_and_says_what_it_is() -> None:
    start = datetime(2021, 1, 4, 12, tzinfo=timezone(timedelta(hours=8)))
    clock = SimulatedClock(start)
    first, second = clock.now(), clock.now()
    assert start <= first <= second < start + timedelta(seconds=5)
    assert first.tzinfo is UTC
    assert clock.ref.source == "simulated"


def test_a_simulated_clock_needs_an_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        SimulatedClock(datetime(2021, 1, 4, 12))
