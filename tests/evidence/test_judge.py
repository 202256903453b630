"""Judging is repeatable, keeps facts and findings apart, and only ever loses hits when something is added for the unit."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import canonical, judgements
from evidence.errors import RulesError
from evidence.judge import answer
from evidence.model import Finding, State
from tests.evidence.judging_factory import (
    TODAY,
    Scene,
    T,
    Visit,
    blank_site,
    column,
    item,
    news,
    reading,
    stale_account,
    stale_site,
    subject,
    visit,
)

HITS = {"columns_not_updated": stale_site(5), "blank_columns": blank_site(5), "account_not_updated": stale_account()}
LABEL = {"columns_not_updated": "c0", "blank_columns": "c0", "account_not_updated": "posts"}
minutes = st.integers(min_value=-20 * 24 * 60, max_value=5 * 24 * 60)
ages = st.one_of(st.none(), st.integers(min_value=-3, max_value=40))


@st.composite
def visits(draw: st.DrawFn, label: str) -> Visit:
    """Any visit to the label, near T or far, whole or not, showing anything."""
    days = draw(st.lists(ages, max_size=3))
    items = [item(TODAY - timedelta(days=age) if age is not None else None, f"条目{n}") for n, age in enumerate(days)]
    outcome = draw(st.sampled_from(["captured", "captured", "captured", "timeout"]))
    return visit(
        label,
        T + timedelta(minutes=draw(minutes)),
        draw(st.sampled_from([reading(*items), reading(*items), None])),
        outcome=outcome,
        complete=draw(st.sampled_from([True, True, False, None])) if outcome == "captured" else False,
        coverage=draw(st.sampled_from(["complete", "complete", "partial"])),
        purpose=draw(st.sampled_from(["scheduled", "second_look", "manual"])),
    )


def fresh_at(label: str, at: datetime, age: int, **fields: object) -> Visit:
    return visit(label, at, reading(item(TODAY - timedelta(days=age), "新的一条")), **fields)


@pytest.mark.parametrize("indicator", HITS)
@settings(deadline=None)
@given(data=st.data())
def test_a_record_that_shows_an_item_of_the_window_never_leaves_a_hit(indicator: str, data: st.DataObject) -> None:
    """Before T or after it, whole or not: one sighting of something dated in the two weeks is enough."""
    label, scene = LABEL[indicator], HITS[indicator]
    others = data.draw(st.lists(visits(label), max_size=4))
    age = data.draw(st.integers(min_value=0, max_value=14))
    posted = datetime.combine(TODAY - timedelta(days=age), datetime.min.time(), UTC)
    at = data.draw(st.datetimes(min_value=datetime(2021, 1, 4, 4, 5), max_value=datetime(2021, 1, 20)))
    when = max(posted, at.replace(tzinfo=UTC) - timedelta(days=data.draw(st.integers(0, 14))))
    complete = data.draw(st.sampled_from([True, False, None]))
    seen = fresh_at(label, when, age, complete=complete)
    assert scene.with_(*others, seen).state(indicator) != "hit"


@pytest.mark.parametrize("indicator", HITS)
@settings(deadline=None)
@given(data=st.data())
def test_losing_a_record_makes_a_hit_only_if_the_record_spoke_for_the_unit(indicator: str, data: st.DataObject) -> None:
    """A visit before the last one that shows nothing may be missing or not: no hit comes of its being gone."""
    label, scene = LABEL[indicator], HITS[indicator]
    silent = visit(
        label,
        T - timedelta(minutes=data.draw(st.integers(min_value=61, max_value=20 * 24 * 60))),
        data.draw(st.sampled_from([None, reading(), reading(blank=None)])),
        complete=data.draw(st.sampled_from([True, False, None])),
        coverage=data.draw(st.sampled_from(["complete", "partial"])),
    )
    assert scene.with_(silent).state(indicator) == scene.state(indicator) == "hit"


@pytest.mark.parametrize("indicator", HITS)
@settings(deadline=None)
@given(data=st.data())
def test_a_lost_visit_leaves_no_hit_that_was_not_there(indicator: str, data: st.DataObject) -> None:
    """A visit that turns out to have failed accuses nobody: degrading what accused never makes more of it."""
    label, scene = LABEL[indicator], HITS[indicator]
    others = tuple(data.draw(st.lists(visits(label), max_size=3)))
    failed = data.draw(st.sampled_from(["timeout", "crashed", "challenge", "login_lost"]))
    lost = [replace(v, row=replace(v.row, outcome=failed, complete=False)) for v in scene.visits]
    alone = replace(scene, visits=tuple(lost))
    assert alone.state(indicator) == "undecided"
    accusing = [
        one
        for one in others
        if one.row.complete and one.row.coverage == "complete" and one.row.outcome == "captured" and one.reading
    ]
    if not accusing:
        assert alone.with_(*others).state(indicator) != "hit"


@settings(max_examples=40, deadline=None)
@given(order=st.randoms(use_true_random=False), extra=st.lists(visits("c0"), max_size=4))
def test_the_order_in_which_rows_come_does_not_matter(order: random.Random, extra: list[Visit]) -> None:
    scene = stale_site(5).with_(*extra)
    shuffled = list(scene.visits)
    order.shuffle(shuffled)
    assert replace(scene, visits=tuple(shuffled)).judged() == scene.judged()


@settings(deadline=None)
@given(extra=st.lists(visits("c0"), max_size=4))
def test_whatever_was_seen_the_answer_has_one_form_in_json(extra: list[Visit]) -> None:
    body = answer(stale_site(5).with_(*extra).judged())
    assert canonical.decode(canonical.encode(body)) == body


def test_judging_twice_gives_the_same_ids_and_another_day_others() -> None:
    scene = stale_site(5)
    ids = [finding.id for finding in scene.judged().findings]
    assert ids == [finding.id for finding in scene.judged().findings]
    later = replace(scene, at=T + timedelta(hours=13))
    assert not set(ids) & {finding.id for finding in later.judged().findings}
    assert len(set(ids)) == len(ids)


def test_other_rules_give_other_findings_beside_the_old_ones() -> None:
    scene = stale_site(5)
    stricter = replace(scene.rules, max_evidence_age="12h")
    assert replace(scene, rules=stricter).finding("columns_not_updated").id != scene.finding("columns_not_updated").id


def test_a_finding_survives_its_json() -> None:
    found = stale_site(5).finding("columns_not_updated")
    assert Finding.load(canonical.decode(canonical.encode(found.plain()))) == replace(
        found, numbers=canonical.decode(canonical.encode(found.plain()["numbers"]))
    )


def test_the_answer_has_the_keys_that_checks_read() -> None:
    body = answer(stale_site(5).judged())
    facts = "target label newest age_days blank duty as_of coverage complete stale class level path not_counted limit record"
    findings = (
        "id indicator clause scope target label state missing as_of message numbers exhibits second_look reviewers case"
    )
    assert all(set(facts.split()) <= set(fact) for fact in body["facts"])
    assert all(set(findings.split()) <= set(finding) for finding in body["findings"])
    assert body["facts"][1]["newest"] == "2020-12-05"
    assert body["facts"][1]["duty"] is True


def test_there_is_a_fact_for_the_home_page_every_column_and_every_label_that_was_seen() -> None:
    scene = Scene(subject=subject([column("c0")]), visits=(news("c0"), news("stray", 900)))
    facts = {fact.label: fact for fact in scene.judged().facts}
    assert set(facts) == {"home", "c0", "stray"}
    assert facts["stray"].duty is None
    assert facts["stray"].not_counted == "台账未列更新责任"
    assert facts["home"].missing == ("时点前没有任何访问记录",)


def test_a_fact_says_what_it_is_as_of_and_how_old_the_newest_item_was_then() -> None:
    """A look on the evening before T is judged by its own day."""
    scene = stale_site(1).seeing("c0", news("c0", 30, at=datetime(2021, 1, 3, 15, 59, tzinfo=UTC)))
    (fact,) = [one for one in scene.judged().facts if one.label == "c0"]
    assert fact.as_of == datetime(2021, 1, 3, 15, 59, tzinfo=UTC)
    assert (fact.newest, fact.age_days) == (date(2020, 12, 5), 29)
    assert (fact.coverage, fact.complete) == ("complete", True)


def test_days_are_days_in_shanghai() -> None:
    """16:00 UTC on the third is midnight of the fourth there."""
    scene = stale_site(1).seeing("c0", news("c0", 30, at=datetime(2021, 1, 3, 16, 0, tzinfo=UTC)))
    (fact,) = [one for one in scene.judged().facts if one.label == "c0"]
    assert fact.age_days == 30


def test_a_t_before_the_rules_were_in_force_is_refused() -> None:
    with pytest.raises(RulesError, match="holds from 2019-04-01"):
        replace(stale_site(1), at=datetime(2019, 3, 1, tzinfo=UTC)).judged()


def test_records_of_another_target_are_not_looked_at() -> None:
    stranger = news("c0", 1, target="other")
    scene = stale_site(5)
    assert replace(scene, visits=(*scene.visits, stranger)).state("columns_not_updated") == "hit"


def test_the_share_of_undecided_stands_beside_the_hits() -> None:
    finding = stale_site(5).finding("columns_not_updated")
    states: tuple[State, ...] = ("hit", "clear", "undecided", "undecided")
    findings = [replace(finding, state=state) for state in states]
    assert judgements.tally(findings) == "共 4 项：发现问题 1，未见问题 1，未能判定 2（未能判定占 50.0%）"
