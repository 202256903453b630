"""Pages over IPv6: two days in a row, each with the home page open before and after; what is not sure counts for the unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from evidence.explain import explain
from evidence.model import PageTwice
from tests.evidence.indicators.signs_factory import COLUMNS, asked_twice, pages_day, twice
from tests.evidence.judging_factory import RULES, Scene, changed, subject

NAME, DIFFERS = "ipv6_pages", "ipv6_differs"


def site(*of_each_day: Sequence[PageTwice], **fields: Any) -> Scene:
    """Return a site whose pages came to this on the last days, the latest first."""
    return asked_twice(*(pages_day(n, pages, **fields) for n, pages in enumerate(of_each_day)))


def pages(failed: int, opened: int, unsure: int = 0) -> tuple[PageTwice, ...]:
    states = ["failed"] * failed + ["open"] * opened + ["unsure"] * unsure
    return tuple(twice(n, state) for n, state in enumerate(states))


def test_too_few_pages_open_on_two_days() -> None:
    found = site(pages(4, 26), pages(4, 26)).finding(NAME)
    assert (found.state, found.numbers["count"], found.numbers["reached_per_mille"]) == ("hit", 4, 866)
    assert (len(found.against), found.missing, found.effect, found.reviewers) == (4, (), "proposal", 1)
    assert "IPv4打得开，IPv6打不开（HTTP 404）" in found.against[0]
    assert len(found.exhibits) == 3


@pytest.mark.parametrize(
    ("failed", "opened", "unsure", "state"),
    [
        (0, 30, 0, "clear"),
        (3, 27, 0, "clear"),
        (4, 26, 0, "hit"),
        (3, 26, 1, "undecided"),
        (4, 26, 10, "undecided"),
        (10, 10, 10, "hit"),
        (0, 10, 20, "undecided"),
        (19, 0, 0, "undecided"),
        (20, 0, 0, "hit"),
        (0, 19, 0, "undecided"),
        (0, 0, 0, "undecided"),
    ],
)
def test_nine_in_ten_must_open_and_what_is_unsure_counts_for_the_unit(
    failed: int, opened: int, unsure: int, state: str
) -> None:
    every = pages(failed, opened, unsure)
    assert site(every, every).state(NAME) == state


def test_one_day_on_which_a_page_opened_clears_it() -> None:
    assert site(pages(4, 26), pages(0, 30)).state(NAME) == "clear"
    assert site(pages(0, 30), pages(4, 26)).state(NAME) == "clear"


def test_a_page_that_was_asked_on_one_day_only_has_not_failed() -> None:
    other = tuple(replace(one, url=f"{one.url}/b") for one in pages(30, 0))
    found = site(pages(30, 0), other).finding(NAME)
    assert (found.state, found.numbers["count"], found.numbers["open"]) == ("undecided", 0, 60)


UNFIT: dict[str, tuple[Callable[[], Scene], str]] = {
    "one day": (lambda: site(pages(20, 10)), "须连续2天"),
    "a day between": (
        lambda: asked_twice(pages_day(0, pages(20, 10)), pages_day(2, pages(20, 10))),
        "须连续2天",
    ),
    "one day twice": (
        lambda: asked_twice(pages_day(0, pages(20, 10)), changed(pages_day(0, pages(20, 10)), record="cd" * 32)),
        "须连续2天",
    ),
    "shut out": (lambda: site(pages(20, 10), pages(20, 10), held=False), "首页以IPv6未都打开"),
    "nobody tells of records": (lambda: site(pages(20, 10), pages(20, 10), aaaa=None), "没有可信的AAAA"),
    "no records": (lambda: site((), (), aaaa=False), "没有AAAA记录"),
    "no ipv6 of our own": (lambda: site((), (), held=False), "本方没有IPv6"),
    "too old": (lambda: replace(site(pages(20, 10), pages(20, 10)), at=site().at + timedelta(days=2)), "距时点超过"),
}


@pytest.mark.parametrize("name", [NAME, DIFFERS])
@pytest.mark.parametrize(("made", "said"), UNFIT.values(), ids=UNFIT)
def test_what_says_nothing_of_t_leaves_it_open(made: Callable[[], Scene], said: str, name: str) -> None:
    found = made().finding(name)
    assert found.state == "undecided"
    assert any(said in one for one in found.missing)


@pytest.mark.parametrize("name", [NAME, DIFFERS])
@pytest.mark.parametrize("fields", [{"complete": False}, {"coverage": "partial"}, {"label": "other"}])
def test_poor_records_count_for_nothing(name: str, fields: dict[str, Any]) -> None:
    scene = site(pages(20, 10), pages(20, 10))
    found = replace(scene, visits=tuple(changed(one, **fields) for one in scene.visits)).judged().findings
    assert not [one for one in found if one.indicator == name and one.state != "undecided"]


@pytest.mark.parametrize("name", [NAME, DIFFERS])
def test_a_site_whose_pages_nobody_asked_has_no_such_finding(name: str) -> None:
    found = Scene(subject=subject(COLUMNS)).judged().findings
    assert name not in {one.indicator for one in found}


def test_a_sample_says_that_it_is_one() -> None:
    assert "另有70个页面未访问" in site(pages(4, 26), pages(4, 26), left=70).finding(NAME).for_the_unit[0]


def test_the_numbers_are_data() -> None:
    rules = replace(RULES, rules={**RULES.rules, NAME: replace(RULES.of(NAME), share=800, visits=5)})
    every = pages(1, 5)
    assert replace(site(every, every), rules=rules).state(NAME) == "clear"
    every = pages(2, 5)
    assert replace(site(every, every), rules=rules).state(NAME) == "hit"


def unlike(*differs: int | None) -> tuple[PageTwice, ...]:
    """Return thirty pages that open; the first of them differ by so much, the others in nothing."""
    every = (*differs, *(0 for _ in range(30 - len(differs))))
    return tuple(twice(n, differs=one) for n, one in enumerate(every))


def test_three_pages_with_other_words_on_two_days_are_for_a_person_to_look_at() -> None:
    found = site(unlike(900, 900, 900), unlike(900, 900, 900)).finding(DIFFERS)
    assert (found.state, found.effect, found.numbers["count"]) == ("hit", "proposal", 3)
    assert "只见于IPv4：“只在四代的话”；只见于IPv6：“只在六代的话”" in found.against[0]
    assert "90.0%" in explain(found)


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        (unlike(900, 900), unlike(900, 900), "clear"),
        (unlike(199, 199, 199), unlike(199, 199, 199), "clear"),
        (unlike(900, 900, 900), unlike(), "clear"),
        (unlike(), unlike(900, 900, 900), "clear"),
        (unlike(900, 900, 900), unlike(0, 900, 900), "clear"),
        (unlike(900, 900, 900), unlike(None, 900, 900), "undecided"),
        (unlike(*[None] * 21), unlike(*[None] * 21), "undecided"),
        (pages(0, 30), pages(0, 30), "clear"),
    ],
    ids=[
        "two pages",
        "too little",
        "gone again",
        "new today",
        "one cleared",
        "one not compared",
        "few compared",
        "equal",
    ],
)
def test_what_is_no_lasting_difference_of_matter(first: Any, second: Any, state: str) -> None:
    assert site(first, second).state(DIFFERS) == state


def test_the_two_questions_are_apart() -> None:
    assert site(pages(4, 26), pages(4, 26)).state(DIFFERS) == "clear"
    assert site(unlike(900, 900, 900), unlike(900, 900, 900)).state(NAME) == "clear"


def test_pages_over_ipv6_are_no_matter_of_other_indicators() -> None:
    hits = {one.indicator for one in site(pages(20, 10), pages(20, 10)).judged().findings if one.state == "hit"}
    assert hits == {NAME}
