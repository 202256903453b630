"""WV-2: five in a hundred of a week's visits, each failure borne out, and no missing day makes a hit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.indicators.signs_factory import COLUMNS, probe_day, probed
from tests.evidence.judging_factory import Scene, changed, subject

NAME = "site_unreachable"


@pytest.mark.parametrize(("failed", "state"), [(0, "clear"), (8, "clear"), (9, "hit"), (25, "hit")])
def test_five_in_a_hundred_is_the_limit(failed: int, state: str) -> None:
    """175 visits in a week: nine failures are 5.1 %, eight 4.6."""
    assert probed(probe_day(2, failed=failed)).state(NAME) == state


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"visits": 19}, "不足20次"), ({"controlled": False}, "对照")],
)
def test_what_the_clause_asks_for_and_is_not_there_leaves_it_open(fields: dict[str, Any], said: str) -> None:
    found = probed(probe_day(2, failed=12, **fields)).finding(NAME)
    assert found.state == "undecided"
    assert any(said in one for one in found.missing)


@pytest.mark.parametrize("fields", [{"shared": 12}, {"ours": 12}])
def test_a_platform_s_incident_and_our_own_network_accuse_nobody(fields: dict[str, Any]) -> None:
    assert probed(probe_day(2, **fields)).state(NAME) == "undecided"


def test_a_guard_s_answers_are_answers() -> None:
    found = probed(probe_day(2, guarded=25)).finding(NAME)
    assert found.state == "clear"
    assert any("防护系统" in said for said in found.for_the_unit)


def test_a_week_has_seven_days() -> None:
    six = Scene(subject=subject(COLUMNS), visits=tuple(probe_day(n, failed=10) for n in range(1, 7)))
    assert six.state(NAME) == "undecided"
    assert any("只有6天" in one for one in six.finding(NAME).missing)


def test_the_day_of_t_is_not_over_and_older_days_are_past() -> None:
    assert probed(probe_day(0, failed=25), probe_day(8, failed=25)).state(NAME) == "clear"


def test_a_site_that_nobody_probed_has_no_such_finding() -> None:
    assert NAME not in {one.indicator for one in Scene(subject=subject(COLUMNS)).judged().findings}


def test_days_of_attempts_are_no_column() -> None:
    assert "availability" not in {fact.label for fact in probed().judged().facts}


def test_an_incomplete_record_of_a_day_counts_for_nothing() -> None:
    scene = probed(probe_day(2, failed=25))
    assert replace(scene, visits=tuple(changed(one, complete=False) for one in scene.visits)).state(NAME) == "undecided"


@given(st.lists(st.integers(min_value=0, max_value=25), min_size=7, max_size=7), st.integers(min_value=0, max_value=6))
def test_leaving_a_day_out_never_makes_a_hit(failures: list[int], out: int) -> None:
    days = [probe_day(n + 1, failed=failed) for n, failed in enumerate(failures)]
    whole = Scene(subject=subject(COLUMNS), visits=tuple(days))
    fewer = replace(whole, visits=tuple(one for n, one in enumerate(days) if n != out))
    if whole.state(NAME) != "hit":
        assert fewer.state(NAME) != "hit"
