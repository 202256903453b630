"""What registers say against what was seen: changes that were not filed, sites said to run that do not open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from evidence.registers.register import Register
from tests.evidence.judging_factory import Scene, T, changed, gone_site, news, registered_site, sites, visit

DIFFERS, GONE = "site_filing_differs", "site_registered_gone"
MOVED = sites(url="http://www.old.gov.cn/")


@pytest.mark.parametrize(
    ("register", "said"),
    [(MOVED, "www.old.gov.cn"), (sites(name="旧", unit="示范县信息办"), "示范县信息办")],
)
def test_a_domain_or_unit_that_was_not_filed_is_a_proposal_that_quotes_both(register: Register, said: str) -> None:
    found = registered_site(register).finding(DIFFERS)
    assert (found.state, found.reviewers, found.indicator) == ("hit", 1, DIFFERS)
    assert said in found.message
    assert found.exhibits
    assert found.numbers["registers"][0]["record"] == "ab" * 32


def test_what_agrees_is_clear_and_another_page_of_the_same_host_is_no_change() -> None:
    assert registered_site().state(DIFFERS) == "clear"
    assert registered_site(sites(url="http://shifan.gov.cn/index.html")).state(DIFFERS) == "clear"


UNSURE: dict[str, tuple[Scene, str]] = {
    "another register agrees": (registered_site(MOVED, sites("省")), "以哪一个为准"),
    "nobody said when it was fetched": (registered_site(replace(MOVED, fetched=None)), "没有写明"),
    "it was fetched after T": (registered_site(replace(MOVED, fetched=T + timedelta(hours=1))), "时点之后"),
    "it is too old": (registered_site(replace(MOVED, fetched=T - timedelta(days=40))), "距时点超过"),
    "the site was not seen": (replace(registered_site(MOVED), visits=()), "没有看到该网站内容"),
    "it was seen too long ago": (
        registered_site(MOVED).seeing("home", news("home", 1, at=T - timedelta(days=3))),
        "没有看到该网站内容",
    ),
}


@pytest.mark.parametrize("why", UNSURE)
def test_a_difference_that_shows_nothing_for_sure_is_undecided_and_says_why(why: str) -> None:
    scene, said = UNSURE[why]
    found = scene.finding(DIFFERS)
    assert found.state == "undecided"
    assert any(said in one for one in found.missing)


@pytest.mark.parametrize("state", ["变更中", "临时下线", "关停中", "已关停"])
@pytest.mark.parametrize("name", [DIFFERS, GONE])
def test_a_registration_under_way_is_a_state_and_no_finding(state: str, name: str) -> None:
    register = sites(state=state, url="http://www.old.gov.cn/")
    for scene in (registered_site(register), replace(gone_site(), registers=(register,))):
        assert name not in {one.indicator for one in scene.judged().findings}


def test_three_days_by_its_own_fault_are_a_proposal() -> None:
    found = gone_site(3).finding(GONE)
    assert (found.state, found.numbers["days"]) == ("hit", ["2021-01-02", "2021-01-03", "2021-01-04"])
    assert len(found.exhibits) == 3


def test_fewer_days_or_faults_that_may_be_ours_are_undecided() -> None:
    assert gone_site(2).state(GONE) == "undecided"
    assert gone_site(5, fault="unknown").state(GONE) == "undecided"
    assert gone_site(5, fault="ours").state(GONE) == "undecided"
    assert "quzheng" not in gone_site(2).finding(GONE).message


def test_one_visit_that_opened_begins_the_count_anew_and_a_later_one_ends_it() -> None:
    scene = gone_site(4)
    opened = (*scene.visits[:2], changed(scene.visits[2], outcome="captured", fault="unknown"), scene.visits[3])
    assert replace(scene, visits=opened).state(GONE) == "undecided"
    after = visit("home", T + timedelta(hours=2))
    assert GONE not in {one.indicator for one in scene.with_(after).judged().findings}
