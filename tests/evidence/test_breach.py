"""Demands over a period: a gap, or an empty day, week or month, shown only by looks that together reach over all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.breach import breach
from evidence.ruleset import Limit
from evidence.series import series_of
from evidence.span import Span
from evidence.windows import empty, gap
from evidence.workdays import shipped
from tests.evidence.judging_factory import RULES, Scene, Visit, column, item, reading, subject, uncertain, visit

T = datetime(2025, 6, 16, 4, 0, tzinfo=UTC)
SINCE, UNTIL = date(2025, 4, 1), date(2025, 6, 15)
COLUMN = column("c", "news", 1)


def rules(**limit: Any) -> Any:
    wanted = {"class_": "news", "limit": "14d", "since": SINCE, "until": UNTIL, **limit}
    return replace(RULES, limits=(Limit(**wanted),))


def look(*days: date, at: datetime = T - timedelta(hours=1), **fields: Any) -> Visit:
    return visit(
        "c", at, reading(*(item(day, f"{day}的第{n}条") for n, day in enumerate(sorted(days, reverse=True)))), **fields
    )


def every(step: int, *, without: range = range(0), since: date = SINCE) -> list[date]:
    return [since + timedelta(days=n) for n in range(0, 76, step) if n not in without] + [since - timedelta(days=3)]


def fact(*visits: Visit, **limit: Any) -> Any:
    scene = Scene(subject=subject([COLUMN]), visits=visits, at=T, rules=rules(**limit))
    return next(one for one in scene.judged().facts if one.label == "c")


def test_a_list_without_a_long_gap_kept_its_demand() -> None:
    assert fact(look(*every(7))).stale is False


def test_a_gap_within_the_period_is_a_breach_although_the_newest_item_is_fresh() -> None:
    found = fact(look(*every(7, without=range(20, 45))))
    assert found.stale is True
    assert found.newest == date(2025, 6, 10)


def test_a_list_that_does_not_reach_back_shows_no_gap() -> None:
    found = fact(look(date(2025, 6, 10), date(2025, 5, 30)))
    assert found.stale is None
    assert "未覆盖" in found.missing[0]


def test_two_looks_reach_back_together() -> None:
    early = look(*every(7)[:5], SINCE - timedelta(days=9), at=datetime(2025, 5, 1, tzinfo=UTC), run="R1")
    late = look(*[day for day in every(7) if day > date(2025, 4, 20)])
    assert fact(early, late).stale is False
    assert fact(late).stale is None


def test_an_item_that_one_look_saw_and_no_other_fills_a_gap() -> None:
    with_gap = look(*every(7, without=range(20, 45)))
    withdrawn = look(*every(7), at=T - timedelta(days=3), run="R1")
    assert fact(with_gap, withdrawn).stale is False


def test_an_item_of_the_gap_that_is_seen_later_leaves_it_open() -> None:
    late = look(*every(7), at=T + timedelta(hours=5), run="R9")
    found = fact(look(*every(7, without=range(20, 45))), late)
    assert found.stale is None
    assert "时点后" in found.missing[0]


def test_an_uncertain_date_leaves_it_open() -> None:
    days = every(7, without=range(20, 45))
    unsure = reading(*(item(day) for day in days), uncertain(date(2025, 5, 2)))
    assert fact(visit("c", T - timedelta(hours=1), unsure)).stale is None


def test_a_period_that_has_not_begun_asks_nothing() -> None:
    assert fact(look(*every(7)), since=date(2026, 1, 1), until=date(2026, 3, 1)).stale is False


@pytest.mark.parametrize(
    ("per", "step", "stale"),
    [("week", 5, False), ("week", 14, True), ("month", 20, False), ("working_day", 1, False), ("working_day", 2, True)],
)
def test_something_in_every_part_of_the_period(per: str, step: int, stale: bool) -> None:
    assert fact(look(*every(step)), per=per).stale is stale


def test_days_off_ask_for_nothing() -> None:
    working = [day for day in every(1) if shipped().is_working(day)]
    assert fact(look(*working, SINCE - timedelta(days=3)), per="working_day").stale is False


def test_a_year_without_a_notice_is_open() -> None:
    assert empty([], "working_day", date(2030, 1, 1), date(2030, 1, 9), shipped()) is None


DAYS = st.lists(st.dates(min_value=date(2025, 3, 1), max_value=date(2025, 7, 1)), max_size=30)


@given(DAYS, st.dates(min_value=date(2025, 3, 1), max_value=date(2025, 7, 1)))
def test_one_more_date_never_makes_a_gap(days: list[date], more: date) -> None:
    span = Span.parse("14d")
    if gap(days, span, SINCE, UNTIL) is None:
        assert gap([*days, more], span, SINCE, UNTIL) is None


@given(
    DAYS,
    st.sampled_from(["working_day", "week", "month"]),
    st.dates(min_value=date(2025, 3, 1), max_value=date(2025, 7, 1)),
)
def test_one_more_date_never_empties_a_part(days: list[date], per: Any, more: date) -> None:
    before, after = (empty(one, per, SINCE, UNTIL, shipped()) for one in (days, [*days, more]))
    assert before is not None and after is not None
    assert set(after) <= set(before)


def test_a_series_without_looks_is_open() -> None:
    none = series_of("shifan", "c", (), at=T, reader=lambda _: None)
    assert breach(none, rules().limits[0].demand, RULES).value is None
