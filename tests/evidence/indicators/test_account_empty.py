"""An empty account is told from a new one by a month of whole looks, and never by a platform's public page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.evidence.judging_factory import Scene, T, changed, column, news, reading, subject, visit

NAME = "account_empty"


def account(*days: int, **fields: object) -> Scene:
    """Return an account whose back office was empty so many days before T."""
    who = subject([column("posts", None, None)], kind="account", platform="wechat")
    visits = [visit("posts", T - timedelta(days=n, hours=1), reading(), **fields) for n in days]
    return Scene(subject=who, visits=tuple(visits))


GOLDEN = account(40, 20, 0)


def test_a_month_of_whole_empty_looks_is_a_proposal() -> None:
    found = GOLDEN.finding(NAME)
    assert (found.state, found.numbers["since"]) == ("hit", "2020-11-25")


@pytest.mark.parametrize("days", [(0,), (20, 0), (40, 20), ()])
def test_a_short_or_old_series_is_open(days: Sequence[int]) -> None:
    assert account(*days).state(NAME) == "undecided"


@pytest.mark.parametrize("fields", [{"coverage": "partial"}, {"complete": False}])
def test_looks_that_are_not_whole_prove_nothing(fields: dict[str, object]) -> None:
    assert account(40, 20, 0, **fields).state(NAME) == "undecided"


def test_one_post_in_any_source_clears_it() -> None:
    assert GOLDEN.with_(news("public", 300, coverage="partial")).state(NAME) == "clear"


def test_a_post_that_any_source_once_showed_clears_it_though_it_shows_none_now() -> None:
    once = news("public", 300, T - timedelta(days=20), coverage="partial")
    now = visit("public", read=reading(page_kind="error", blank=None), coverage="partial", complete=False)
    assert GOLDEN.with_(once, now).state(NAME) == "clear"


def test_what_once_had_content_is_not_empty_from_the_first() -> None:
    first = news("posts", 400, T - timedelta(days=45))
    assert GOLDEN.with_(first).state(NAME) != "hit"


def test_a_look_that_could_not_be_read_keeps_it_open() -> None:
    unread = replace(GOLDEN.visits[1], reading=None)
    assert replace(GOLDEN, visits=(GOLDEN.visits[0], unread, GOLDEN.visits[2])).state(NAME) != "hit"
    assert (
        replace(GOLDEN, visits=(GOLDEN.visits[0], changed(GOLDEN.visits[1], complete=False), GOLDEN.visits[2])).state(
            NAME
        )
        == "hit"
    )
