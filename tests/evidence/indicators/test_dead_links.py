"""WD-4.3: a link of the home page that was dead on two days in a row; whatever is not certain is for a person to try."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.evidence.indicators.signs_factory import COLUMNS, fault, front, link_day, linking
from tests.evidence.judging_factory import RULES, Scene, changed, news, subject, visit

NAME = "dead_links"
DEAD = fault(1)


def days(*dead: Any, **fields: Any) -> tuple[Any, Any]:
    """Return two days on which the same was found."""
    return link_day(0, *dead, **fields), link_day(1, *dead, **fields)


def test_a_link_that_is_dead_on_two_days_is_two_tenths_of_a_point() -> None:
    found = linking(front(1, 2), *days(DEAD)).finding(NAME)
    assert (found.state, found.numbers["count"], found.numbers["tenths"], found.second_look) == ("hit", 1, 2, "agrees")
    assert found.against == ("“链接1”（http://a.test/1）：HTTP 404",)
    assert len(found.exhibits) == 3


@pytest.mark.parametrize(("count", "tenths"), [(2, 4), (5, 10), (6, 10), (60, 10)])
def test_the_deduction_ends_at_one_point(count: int, tenths: int) -> None:
    found = linking(front(*range(count)), *days(*map(fault, range(count)))).finding(NAME)
    assert (found.numbers["count"], found.numbers["tenths"]) == (count, tenths)
    assert len(found.against) == min(count, 40)


CLEAN: dict[str, Scene] = {
    "nothing dead": linking(front(1, 2), *days()),
    "gone from the page since": linking(front(2), *days(DEAD)),
    "mended today": linking(front(1, 2), link_day(0), link_day(1, DEAD)),
    "no visitor sees it now": linking(
        front(1, links=(replace(front(1).reading.links[0], hidden="display:none"),)), *days(DEAD)
    ),  # type: ignore[union-attr]
}
OPEN: dict[str, tuple[Scene, str]] = {
    "dead today only": (linking(front(1, 2), link_day(0, DEAD), link_day(1)), "须人工点开核对"),
    "one day of checks": (linking(front(1, 2), link_day(0, DEAD)), "须人工点开核对"),
    "a day between": (linking(front(1, 2), link_day(0, DEAD), link_day(2, DEAD)), "须人工点开核对"),
    "another link the day before": (linking(front(1, 2), link_day(0, DEAD), link_day(1, fault(2))), "须人工点开核对"),
    "a guard": (linking(front(1, 2), *days(unsure=(fault(1, "http_403"),))), "HTTP 403，须人工点开核对"),
    "too slow": (linking(front(1, 2), *days(unsure=(fault(1, "timeout"),))), "超时，须人工点开核对"),
    "unsure the day before": (linking(front(1, 2), link_day(0, DEAD), link_day(1, unsure=(DEAD,))), "须人工点开核对"),
    "checks too old": (linking(front(1, 2), link_day(2, DEAD), link_day(3, DEAD)), "超过24小时"),
    "home page not seen": (linking(*days(DEAD)), "没有首页的完整访问记录"),
    "home page too old": (linking(changed(front(1), started=front(1).row.started - timedelta(days=3),
                                          ended=front(1).row.ended - timedelta(days=3)), *days(DEAD)), "超过24小时"),
    "home page incomplete": (linking(changed(front(1), complete=False), *days(DEAD)), "没有首页的完整访问记录"),
    "an error page": (linking(front(1, page_kind="error"), *days(DEAD)), "出错或拦截页面"),
    "no links to ask": (linking(front(1), *days(asked=0)), "没有读到可核对的链接"),
    "checks incomplete": (linking(front(1), *(changed(one, complete=False) for one in days(DEAD))), "没有可用的链接核对记录"),
}  # fmt: skip


@pytest.mark.parametrize("case", CLEAN)
def test_what_is_not_dead_is_clear(case: str) -> None:
    found = CLEAN[case].finding(NAME)
    assert (found.state, found.numbers["tenths"], found.missing) == ("clear", 0, ())


@pytest.mark.parametrize("case", OPEN)
def test_what_is_not_certain_is_left_open_and_named(case: str) -> None:
    scene, said = OPEN[case]
    found = scene.finding(NAME)
    assert (found.state, found.numbers["tenths"], found.against) == ("undecided", 0, ())
    assert any(said in one for one in found.missing)


def test_open_questions_beside_dead_links_are_named_and_not_counted() -> None:
    found = linking(front(1, 2), *days(DEAD, unsure=(fault(2, "http_412"),))).finding(NAME)
    assert (found.state, found.numbers["count"], found.numbers["open"], found.numbers["tenths"]) == ("hit", 1, 1, 2)
    assert found.missing == ("“链接2”（http://a.test/2）：HTTP 412，须人工点开核对",)


def test_links_that_were_not_asked_are_told() -> None:
    found = linking(front(1, 2), *days(left=7)).finding(NAME)
    assert found.for_the_unit == ("首页还有7个链接未核对，未计入",)


@pytest.mark.parametrize("out", [0, 1, 2])
def test_a_record_left_out_never_makes_a_hit(out: int) -> None:
    whole = linking(front(1), link_day(0, DEAD), link_day(1, DEAD))
    fewer = replace(whole, visits=tuple(one for n, one in enumerate(whole.visits) if n != out))
    assert NAME not in {one.indicator for one in fewer.judged().findings if one.state == "hit"}


def test_a_site_whose_links_nobody_asked_has_no_such_finding() -> None:
    assert NAME not in {one.indicator for one in linking(front(1)).judged().findings}


def test_a_column_that_an_office_calls_links_is_none_of_it() -> None:
    scene = Scene(subject=subject(COLUMNS), visits=(front(1), visit("links", read=front(1).reading)))
    assert NAME not in {one.indicator for one in scene.judged().findings}


def test_days_of_checks_are_no_column() -> None:
    assert "links" not in {fact.label for fact in linking(front(1), news("c0"), *days(DEAD)).judged().facts}


def test_what_a_link_says_is_made_plain_before_it_is_printed() -> None:
    odd = replace(DEAD, text="点\u202e我\n</td>")
    (said,) = linking(front(1), *days(odd)).finding(NAME).against
    assert "\n" not in said
    assert "\u202e" not in said


def test_it_is_off_until_an_office_switches_it_on() -> None:
    rules = replace(RULES, rules={**RULES.rules, NAME: replace(RULES.of(NAME), on=False)})
    scene = replace(linking(front(1), *days(DEAD)), rules=rules)
    assert NAME not in {one.indicator for one in scene.judged().findings}
