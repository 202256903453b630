"""WD-4.9: seven days without a way in over IPv6, each of them known for certain; one attempt that comes through clears it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.evidence.indicators.signs_factory import COLUMNS, probe_day, probed
from tests.evidence.judging_factory import RULES, Scene, changed, subject

NAME = "ipv6_unsupported"
NONE: dict[str, Any] = {"aaaa": False}
FAILS: dict[str, Any] = {"aaaa": True, "visits6": 25, "failed6": 25, "controlled6": True}
OPENS: dict[str, Any] = {"aaaa": True, "visits6": 25, "failed6": 0}


def week(*odd: dict[str, Any], usual: dict[str, Any]) -> Scene:
    """Return seven days, the latest of them as in `odd`."""
    every = (*odd, *(usual for _ in range(7 - len(odd))))
    return probed(*(probe_day(n, **fields) for n, fields in enumerate(every, 1)))


@pytest.mark.parametrize("usual", [NONE, FAILS], ids=["no AAAA", "every attempt fails"])
def test_a_week_without_a_way_in_is_a_point(usual: dict[str, Any]) -> None:
    found = week(usual=usual).finding(NAME)
    assert (found.state, found.numbers["tenths"], found.missing) == ("hit", 10, ())
    assert len(found.exhibits) == 7


@pytest.mark.parametrize("usual", [NONE, FAILS], ids=["no AAAA", "every attempt fails"])
def test_one_attempt_that_came_through_clears_it(usual: dict[str, Any]) -> None:
    found = week({**FAILS, "failed6": 24}, usual=usual).finding(NAME)
    assert (found.state, found.numbers["tenths"], found.for_the_unit) == ("clear", 0, ("1次以IPv6打得开",))


def test_a_site_that_opens_over_ipv6_is_clear() -> None:
    assert week(usual=OPENS).state(NAME) == "clear"


@pytest.mark.parametrize(
    ("odd", "usual", "said"),
    [
        ({"aaaa": None}, NONE, "没有可信的AAAA"),
        ({"aaaa": None}, FAILS, "没有可信的AAAA"),
        ({"aaaa": None}, {"aaaa": None}, "未开启IPv6探测"),
        ({"aaaa": True, "visits6": 0}, FAILS, "对照网址打不开或未填写"),
        ({"aaaa": True, "visits6": 0}, {"aaaa": True, "visits6": 0}, "对照网址打不开或未填写"),
        ({**FAILS, "controlled6": False}, FAILS, "没有同一分钟的IPv6对照"),
        (FAILS, NONE, "可能正在调整"),
        (NONE, FAILS, "可能正在调整"),
    ],
    ids=["one day unknown", "one day unknown among failures", "switched off", "one day without a control", "no control",
         "a failure without a control", "records that came", "records that went"],
)  # fmt: skip
def test_what_is_not_known_for_certain_leaves_it_open(odd: dict[str, Any], usual: dict[str, Any], said: str) -> None:
    found = week(odd, usual=usual).finding(NAME)
    assert (found.state, found.numbers["tenths"]) == ("undecided", 0)
    assert any(said in one for one in found.missing)


@pytest.mark.parametrize("usual", [NONE, FAILS], ids=["no AAAA", "every attempt fails"])
@pytest.mark.parametrize("out", range(7))
def test_a_day_left_out_never_makes_a_hit(usual: dict[str, Any], out: int) -> None:
    whole = week(usual=usual)
    found = replace(whole, visits=tuple(one for n, one in enumerate(whole.visits) if n != out)).finding(NAME)
    assert found.state == "undecided"
    assert any("只有6天" in one for one in found.missing)


def test_one_day_twice_is_one_day() -> None:
    six = [probe_day(n, **NONE) for n in range(1, 7)]
    again = probe_day(1, visits=24, **NONE)
    assert Scene(subject=subject(COLUMNS), visits=(*six, again)).state(NAME) == "undecided"


def test_the_day_of_t_and_older_days_count_for_nothing() -> None:
    assert week(usual=NONE).with_(probe_day(0, **OPENS), probe_day(8, **OPENS)).state(NAME) == "hit"


def test_incomplete_days_count_for_nothing() -> None:
    scene = week(usual=NONE)
    assert replace(scene, visits=tuple(changed(one, complete=False) for one in scene.visits)).state(NAME) == "undecided"


def test_a_site_that_nobody_probed_has_no_such_finding() -> None:
    assert NAME not in {one.indicator for one in Scene(subject=subject(COLUMNS)).judged().findings}


def test_ipv6_is_no_matter_of_reachability() -> None:
    assert week(usual=FAILS).state("site_unreachable") == "clear"


def test_it_is_off_until_an_office_switches_it_on() -> None:
    rules = replace(RULES, rules={**RULES.rules, NAME: replace(RULES.of(NAME), on=False)})
    assert NAME not in {one.indicator for one in replace(week(usual=NONE), rules=rules).judged().findings}
