"""Points for classes of columns: all of a class must be old, a class that nobody listed is open, and no column counts twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence.model import DateReading
from tests.evidence.judging_factory import Scene, Visit, changed, column, news, reading, subject, visit

POINTS = {"news_points": "news", "policy_points": "policy", "interpretation_points": "interpretation"}


def site(class_: str, *days: int, level: int = 1, **ledger: object) -> Scene:
    """Return a site with columns of a class whose newest items are so many days old."""
    labels = [f"c{n}" for n in range(len(days))]
    visits = tuple(one for label, old in zip(labels, days, strict=True) for one in _looks(label, class_, old))
    return Scene(subject=subject([column(label, class_, level, **ledger) for label in labels]), visits=visits)  # type: ignore[arg-type]


def _looks(label: str, class_: str, old: int) -> tuple[Visit, ...]:
    """Return the look at a column, for policy with the articles that tell what its dates are."""
    look = news(label, old)
    if class_ != "policy" or look.reading is None:
        return (look,)
    dated = [
        DateReading(kind="displayed", date=one.date, text="", certain=True) for one in look.reading.items if one.date
    ]
    return (
        look,
        *(
            visit(f"{label}/article-{n}", look.row.started, reading(page_kind="article", published=one, blank=False))
            for n, one in enumerate(dated, 1)
        ),
    )


def golden(name: str) -> Scene:
    return site(POINTS[name], 400, 500)


@pytest.mark.parametrize("name", POINTS)
def test_a_class_of_which_every_column_is_old_costs_five_points(name: str) -> None:
    found = golden(name).finding(name)
    assert (found.state, found.numbers["tenths"]) == ("hit", 50)


@pytest.mark.parametrize("name", POINTS)
def test_one_fresh_column_clears_its_class(name: str) -> None:
    found = site(POINTS[name], 400, 3).finding(name)
    assert (found.state, found.numbers["tenths"]) == ("clear", 0)


@pytest.mark.parametrize("name", POINTS)
def test_a_class_that_the_ledger_does_not_list_is_open(name: str) -> None:
    assert site("other", 400).state(name) == "undecided"


@pytest.mark.parametrize("name", POINTS)
def test_a_column_that_cannot_be_told_keeps_its_class_open(name: str) -> None:
    dimmed = [changed(one, complete=False) if one.row.label == "c1" else one for one in golden(name).visits]
    assert replace(golden(name), visits=tuple(dimmed)).state(name) == "undecided"


@pytest.mark.parametrize("name", ["policy_points", "interpretation_points"])
def test_columns_below_the_first_level_are_not_asked_about(name: str) -> None:
    assert site(POINTS[name], 400, level=2).state(name) == "undecided"


@pytest.mark.parametrize("name", POINTS)
def test_a_column_without_a_duty_costs_nothing(name: str) -> None:
    assert site(POINTS[name], 400, duty=False, exemption="static").state(name) != "hit"


def other() -> Scene:
    """Return a site with a blank column, an old and a fresh one, none of a class with points of its own."""
    columns = [column("blank", "topic", 2), column("old", "notice", 1), column("new", "notice", 1)]
    every = (visit("blank", read=reading()), news("old", 400), news("new", 3))
    return Scene(subject=subject(columns), visits=every)


def test_other_columns_cost_two_points_blank_and_one_old_each_once() -> None:
    found = other().finding("other_columns_points")
    assert (found.state, found.numbers["tenths"], found.numbers["blank"]) == ("hit", 30, 1)


def test_other_columns_cost_four_points_at_most() -> None:
    labels = [f"b{n}" for n in range(5)]
    every = tuple(visit(label, read=reading()) for label in labels)
    scene = Scene(subject=subject([column(label, "topic", 2) for label in labels]), visits=every)
    assert scene.finding("other_columns_points").numbers["tenths"] == 40


@pytest.mark.parametrize("class_", ["news", "policy", "interpretation"])
def test_classes_with_points_of_their_own_cost_nothing_here(class_: str) -> None:
    assert site(class_, 400).state("other_columns_points") != "hit"


@pytest.mark.parametrize("fields", [{"complete": False}, {"coverage": "partial"}])
def test_a_look_that_is_not_whole_costs_nothing(fields: dict[str, object]) -> None:
    scene = other()
    dimmed = tuple(changed(one, **fields) for one in scene.visits)
    assert replace(scene, visits=dimmed).state("other_columns_points") != "hit"
