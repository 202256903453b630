"""A series says when somebody looked, which looks were whole, and splits them at T."""

from __future__ import annotations

from datetime import timedelta

import pytest

from evidence import words
from evidence.model import Outcome
from evidence.series import Series, series_of
from evidence.span import local_day, local_text
from tests.evidence.judging_factory import TODAY, T, Visit, item, news, reading, series, visit

HOUR = timedelta(hours=1)


def of(*visits: Visit) -> Series:
    return series(visits)["c0"]


def test_a_visit_that_ended_after_t_is_later_even_if_it_began_before() -> None:
    before, across = news("c0", at=T - HOUR), news("c0", at=T - timedelta(seconds=1))
    found = of(across, before)
    assert found.rows == (before.row,)
    assert found.later == (across.row,)


def test_the_latest_is_the_last_whole_look_of_a_complete_source() -> None:
    whole = news("c0", at=T - 5 * HOUR)
    rest = (
        news("c0", at=T - 4 * HOUR, complete=False),
        news("c0", at=T - 3 * HOUR, complete=None),
        news("c0", at=T - 2 * HOUR, coverage="partial"),
        news("c0", at=T + HOUR),
    )
    assert of(whole, *rest).latest == whole.row


def test_every_visit_that_gave_no_whole_page_is_a_gap_with_its_reason_and_fault() -> None:
    gaps = of(
        news("c0"),
        visit("c0", T - 3 * HOUR, outcome="unreachable", complete=False, reason="dns", fault="ours"),
        visit("c0", T - 2 * HOUR, reading(), complete=False),
    ).gaps
    assert [(gap.reason, gap.fault) for gap in gaps] == [("dns", "ours"), ("incomplete", "unknown")]


@pytest.mark.parametrize("outcome", ["challenge", "blocked"])
def test_a_page_that_kept_us_out_is_our_gap_and_neither_a_look_nor_a_reading(outcome: Outcome) -> None:
    kept_out = visit("c0", T - HOUR, reading(), outcome=outcome, complete=False, reason="challenge", fault="ours")
    found = of(news("c0", at=T - 5 * HOUR), kept_out)
    assert [(gap.reason, gap.fault) for gap in found.gaps] == [("challenge", "ours")]
    assert found.latest != kept_out.row
    assert found.reading(kept_out.row) is None
    assert words.reason(outcome, "challenge").endswith("（没有自行放行）")


def test_the_longest_gap_is_between_whole_looks_only() -> None:
    found = of(
        news("c0", at=T - 30 * HOUR),
        news("c0", at=T - 20 * HOUR, complete=False),
        news("c0", at=T - 6 * HOUR),
        news("c0", at=T - HOUR),
    )
    assert found.longest_gap == 24 * HOUR


def test_an_item_was_first_seen_at_the_first_look_that_shows_it_whole_or_not() -> None:
    new = item(None, "没有日期的一条")
    first = visit("c0", T - 30 * HOUR, reading(new), complete=False)
    found = of(news("c0", at=T - 50 * HOUR), visit("c0", T - HOUR, reading(new)), first)
    seen, never = found.first_seen([new, item(TODAY, "从未见过")])
    assert seen is not None and never is None
    assert (seen.kind, seen.date, seen.certain) == ("first_seen", local_day(first.row.started), True)
    assert local_text(T - 50 * HOUR) in seen.how


def test_what_was_there_at_the_first_look_may_be_older_and_its_day_says_so() -> None:
    (seen,) = of(visit("c0", T - 9 * HOUR, reading(item(None, "甲")))).first_seen([item(None, "甲")])
    assert seen is not None and not seen.certain
    assert "更早" in seen.how


def test_a_look_that_was_not_whole_proves_no_absence() -> None:
    visits = (visit("c0", T - 20 * HOUR, reading(), complete=False), visit("c0", T - HOUR, reading(item(None, "甲"))))
    (seen,) = of(*visits).first_seen([item(None, "甲")])
    assert seen is not None and not seen.certain


def test_a_failed_visit_has_no_reading_whatever_the_reader_gives() -> None:
    failed = visit("c0", T - HOUR, reading(item(TODAY)), outcome="blocked", complete=False)
    assert of(failed).reading(failed.row) is None


def test_a_record_counts_once_and_rows_of_other_labels_not_at_all() -> None:
    one, other = news("c0"), news("c1")
    found = series_of("shifan", "c0", [one.row, one.row, other.row], at=T, reader=lambda _: None)
    assert found.rows == (one.row,)
