"""Dataclasses and JSON: what is read back is what was written, and nothing of another shape is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import plain
from evidence.errors import ShapeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    class_: Literal["news", "notice"]
    boxes: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    taken: datetime
    day: date | None
    rows: tuple[Row, ...]
    numbers: Mapping[str, int]
    done: bool | None = None


MOMENTS = st.datetimes(timezones=st.just(UTC)).map(lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000))
ROWS = st.builds(
    Row, class_=st.sampled_from(["news", "notice"]), boxes=st.lists(st.tuples(st.integers(), st.integers())).map(tuple)
)
PAGES = st.builds(
    Page,
    taken=MOMENTS,
    day=st.none() | st.dates(),
    rows=st.lists(ROWS, max_size=3).map(tuple),
    numbers=st.dictionaries(st.text(max_size=3), st.integers(), max_size=3),
    done=st.none() | st.booleans(),
)
GOOD: dict[str, Any] = {"taken": "2021-01-04T04:00:00.000+00:00", "day": None, "rows": [], "numbers": {}}


@given(PAGES)
def test_what_is_dumped_loads_to_itself(page: Page) -> None:
    assert plain.load(Page, plain.dump(page)) == page


def test_a_field_named_like_a_keyword_loses_its_underscore() -> None:
    assert plain.dump(Row(class_="news")) == {"class": "news", "boxes": []}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"taken": "2021-01-04T04:00:00"}, "taken"),
        ({"taken": 5}, "taken"),
        ({"day": "04.01.2021"}, "day"),
        ({"rows": [{"class": "other"}]}, "rows.0.class"),
        ({"rows": [{"class": "news", "boxes": [[1]]}]}, "rows.0.boxes.0"),
        ({"rows": [{"class": "news"}, {"class": "news", "boxes": [[1, 2], [3, "4"]]}]}, "rows.1.boxes.1.1"),
        ({"rows": "news"}, "rows"),
        ({"numbers": {"a": True}}, "numbers.a"),
        ({"numbers": []}, "numbers"),
        ({"done": 1}, "done"),
        ({"extra": 1}, "extra"),
    ],
)
def test_another_shape_is_refused_with_its_place(change: dict[str, Any], where: str) -> None:
    with pytest.raises(ShapeError, match=f"^{where}: "):
        plain.load(Page, {**GOOD, **change})


def test_a_place_above_is_told_before_the_place_within() -> None:
    with pytest.raises(ShapeError, match="^pages.2.rows.0.class: "):
        plain.load(Page, {**GOOD, "rows": [{"class": "other"}]}, ("pages", 2))


def test_a_missing_value_is_named() -> None:
    with pytest.raises(ShapeError, match="^day: expected a value"):
        plain.load(Page, {key: value for key, value in GOOD.items() if key != "day"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    name: str
    scripted: bool = field(default=False, metadata={plain.ADDED: True})


def test_a_field_that_was_added_later_leaves_what_was_written_before_as_it_was() -> None:
    old = plain.dump(Before(name="栏目"))
    assert plain.dump(plain.load(After, old)) == old
    assert plain.dump(After(name="栏目", scripted=True)) == {"name": "栏目", "scripted": True}
    assert plain.load(After, {"name": "栏目", "scripted": True}).scripted is True
