"""Spans are counted in calendar units, and months that are too short give their last day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.span import Span, longer

days = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31))
spans = st.builds(Span, st.integers(1, 400), st.sampled_from("dwmy")).filter(lambda s: s.unit != "y" or s.amount < 50)


@pytest.mark.parametrize(
    ("text", "day", "before"),
    [
        ("14d", date(2021, 1, 4), date(2020, 12, 21)),
        ("2w", date(2021, 1, 4), date(2020, 12, 21)),
        ("6m", date(2021, 8, 31), date(2021, 2, 28)),
        ("6m", date(2020, 8, 31), date(2020, 2, 29)),
        ("1y", date(2020, 2, 29), date(2019, 2, 28)),
        ("1m", date(2021, 1, 31), date(2020, 12, 31)),
    ],
)
def test_a_span_before_a_day(text: str, day: date, before: date) -> None:
    assert Span.parse(text).before(day) == before


@pytest.mark.parametrize("text", ["", "14", "d", "0d", "-1d", "14 d", "14D", "1.5m", "99999d", "14dd", "十天"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a span is"):
        Span.parse(text)


@settings(deadline=None)
@given(span=spans, day=days)
def test_a_span_always_goes_back_and_reads_back(span: Span, day: date) -> None:
    assert span.before(day) < day
    assert Span.parse(str(span)) == span


@settings(deadline=None)
@given(span=spans, day=days)
def test_a_later_day_never_gives_an_earlier_one(span: Span, day: date) -> None:
    assert span.before(day) <= span.before(day + timedelta(days=1))


@settings(deadline=None)
@given(one=spans, other=spans, day=days)
def test_the_longer_of_two_reaches_farther_back(one: Span, other: Span, day: date) -> None:
    assert longer(one, other, day).before(day) == min(one.before(day), other.before(day))


@pytest.mark.parametrize("text", ["6m", "1y"])
def test_months_have_no_length(text: str) -> None:
    with pytest.raises(ValueError, match="no fixed length"):
        _ = Span.parse(text).length


def test_hours_cannot_be_counted_in_days() -> None:
    with pytest.raises(ValueError, match="cannot be counted in days"):
        Span.parse("24h").before(date(2021, 1, 4))
