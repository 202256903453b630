"""Working days are counted by the notices, make-up days among them; what no notice tells is unknown."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import RulesError
from evidence.workdays import read, shipped

KNOWN = st.dates(min_value=date(2018, 1, 1), max_value=date(2026, 11, 1))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [("2021-09-17", 3, "2021-09-23"), ("2020-09-29", 3, "2020-10-10"), ("2021-02-09", 5, "2021-02-22"),
     ("2021-09-30", 3, "2021-10-11"), ("2021-12-28", 5, "2022-01-05")],
)  # fmt: skip
def test_known_limits_end_on_the_known_day(start: str, count: int, end: str) -> None:
    assert shipped().after(date.fromisoformat(start), count) == date.fromisoformat(end)


def test_every_day_agrees_with_the_notices(shared_data: Path) -> None:
    """holiday-cn lists, year by year, the days that the notices name; the second notice of 2020 moved one make-up day."""
    wrong = []
    for year in range(2018, 2027):
        for day in json.loads((shared_data / "holiday-cn" / f"{year}.json").read_text("utf-8"))["days"]:
            worked = shipped().is_working(date.fromisoformat(day["date"]))
            if worked is not (not day["isOffDay"]):
                wrong.append(day["date"])
    assert wrong == []


@pytest.mark.parametrize("day", [date(2017, 6, 1), date(2027, 1, 4), date(2026, 12, 30)])
def test_what_no_notice_tells_is_unknown(day: date) -> None:
    assert shipped().is_working(day) is None


def test_a_limit_that_runs_into_an_unknown_year_has_no_end() -> None:
    assert shipped().after(date(2026, 12, 20), 10) is None
    assert shipped().between(date(2026, 12, 20), date(2027, 1, 10)) is None


def test_the_two_weeks_before_the_spring_festival_of_2021_hold_six_working_days() -> None:
    assert shipped().strip(date(2021, 2, 5), date(2021, 2, 18)) == (6, 7)


@given(KNOWN, st.integers(min_value=1, max_value=25))
def test_the_end_of_a_limit_is_worked_and_just_so_many_working_days_off(day: date, count: int) -> None:
    end = shipped().after(day, count)
    assert end is not None
    assert shipped().is_working(end) is True
    assert shipped().between(day, end) == count


@given(KNOWN)
def test_a_make_up_day_is_a_saturday_or_sunday_and_no_day_is_both(day: date) -> None:
    calendar = shipped()
    assert not calendar.off & calendar.work
    if day in calendar.work:
        assert day.weekday() >= 5


@pytest.mark.parametrize(
    "text",
    ["edition: x", "edition: x\nyears: {2021: {document: a, off: [13-40 13-41], work: []}}",
     "edition: x\nyears: {2021: {document: a, off: [01-01 12-31], work: []}}", "[1, 2]", "\tx"],
)  # fmt: skip
def test_a_broken_calendar_names_its_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.yaml").write_text(text, "utf-8")
    with pytest.raises(RulesError, match=r"c\.yaml"):
        read(tmp_path / "c.yaml")


def test_a_calendar_without_years_knows_nothing(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("edition: x\nyears: {}", "utf-8")
    assert read(tmp_path / "c.yaml").is_working(date(2021, 1, 4)) is None


def test_days_of_one_year_follow_each_other() -> None:
    days = [date(2021, 1, 1) + timedelta(days=n) for n in range(365)]
    assert sum(shipped().is_working(day) is True for day in days) == 250
