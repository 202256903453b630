"""WV-3: a home page is accused only by an unbroken series of looks that all show the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.evidence.judging_factory import (
    TODAY,
    Scene,
    T,
    Visit,
    changed,
    column,
    home_days,
    item,
    reading,
    subject,
    visit,
)

NAME = "home_not_updated"
OLD = (item(date(2020, 11, 1)), item(None, "领导信箱"))


def scene(visits: tuple[Visit, ...] = ()) -> Scene:
    return Scene(subject=subject([column("c0")]), visits=visits or home_days())


def test_sixteen_daily_looks_that_show_the_same_items_are_a_hit() -> None:
    found = scene().finding(NAME)
    assert found.state == "hit"
    assert found.numbers["visits"] == 15  # the last look before the window, and one each day of it
    assert len(found.exhibits) == 2
    assert found.second_look == "agrees"


def test_one_dated_item_of_the_window_clears_at_once() -> None:
    fresh = visit("home", read=reading(item(TODAY - timedelta(days=3)), page_kind="home"))
    assert scene((fresh,)).state(NAME) == "clear"


def test_a_new_undated_item_in_the_window_clears() -> None:
    days = list(home_days())
    days[9] = replace(days[9], reading=reading(*OLD, item(None, "新的一条"), page_kind="home"))
    assert scene(tuple(days)).state(NAME) == "clear"


def without(*places: int) -> Callable[[], Scene]:
    return lambda: scene(tuple(one for n, one in enumerate(home_days()) if n not in places))


def with_day(place: int, **fields: object) -> Callable[[], Scene]:
    return lambda: scene(tuple(changed(one, **fields) if n == place else one for n, one in enumerate(home_days())))


def read_otherwise(place: int, **fields: object) -> Callable[[], Scene]:
    odd = reading(*OLD, **{"page_kind": "home", **fields})
    return lambda: scene(tuple(replace(one, reading=odd) if n == place else one for n, one in enumerate(home_days())))


KNOCKED_OUT: dict[str, Callable[[], Scene]] = {
    "one look": without(*range(15)),
    "a week of looks": without(*range(8)),
    "two nights missing in a row": without(7, 8),
    "two nights not whole in a row": lambda: scene(
        tuple(changed(one, complete=False) if n in (7, 8) else one for n, one in enumerate(home_days()))
    ),
    "the last two nights missing": without(14, 15),
    "the last page cannot be read": lambda: scene((*home_days()[:-1], replace(home_days()[-1], reading=None))),
    "an error page among them": read_otherwise(7, page_kind="error"),
    "no items were read": lambda: scene(
        tuple(replace(one, reading=reading(page_kind="home", blank=None)) for one in home_days())
    ),
    "a partial source": lambda: scene(tuple(changed(one, coverage="partial") for one in home_days())),
    "nothing": lambda: Scene(subject=subject([column("c0")])),
    "something new right after T": lambda: scene().with_(
        visit("home", T + timedelta(hours=2), reading(*OLD, item(None, "新的一条"), page_kind="home"))
    ),
}


@pytest.mark.parametrize("why", KNOCKED_OUT)
def test_without_an_unbroken_series_the_answer_is_undecided(why: str) -> None:
    found = KNOCKED_OUT[why]().finding(NAME)
    assert found.state == "undecided", found.message
    assert found.missing


def test_one_missing_night_does_not_break_the_series() -> None:
    assert without(7)().state(NAME) == "hit"


def test_an_incomplete_look_that_shows_something_new_clears_too() -> None:
    seen = visit("home", T - timedelta(days=4), reading(*OLD, item(None, "新的一条"), page_kind="home"), complete=False)
    assert scene().with_(seen).state(NAME) == "clear"


def test_a_home_page_the_ledger_exempts_is_clear() -> None:
    exempt = column("home", None, None, duty=False, exemption="导航页")
    assert Scene(subject=subject([exempt]), visits=home_days()).state(NAME) == "clear"
