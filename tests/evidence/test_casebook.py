"""A case goes step by step, each with who, when and why; what does not follow is refused with its reason, and nothing is lost."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import canonical, casebook, judgements
from evidence.case_event import STEPS, Step
from evidence.casebook import Case, CaseRules
from evidence.errors import CaseError, StoreError
from evidence.holdings import Holdings
from evidence.judgements import Judgement
from evidence.model import Finding
from evidence.soundness import examine
from tests.evidence.judging_factory import NATIONAL, stale_site

NOW = datetime(2021, 1, 5, 2, 0, tzinfo=UTC)
"""A Tuesday morning in Asia/Shanghai."""
HIT = replace(stale_site(5).finding("columns_not_updated"), second_look="agrees", reviewers=1)
RULES = CaseRules()


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path / "store")


def take(holdings: Holdings, step: Step, finding: Finding = HIT, **fields: Any) -> Case:
    said: dict[str, Any] = {"by": "张三", "now": NOW, "rules": RULES, "reason": "核对无误", **fields}
    return casebook.take(holdings, finding, step, **said)


def walk(holdings: Holdings, *steps: Step, finding: Finding = HIT) -> Case:
    """Take steps a day apart, each by another person."""
    for n, step in enumerate(steps):
        take(holdings, step, finding, by=f"经办{n}", now=NOW + timedelta(days=10 * n))
    return casebook.case_of(holdings, finding)


WAY: tuple[Step, ...] = ("warned", "notified", "answered", "confirmed", "published", "rectified", "rechecked")


def test_a_case_goes_its_whole_way_and_every_step_says_who_when_and_why(holdings: Holdings) -> None:
    case = walk(holdings, *WAY)
    assert [event.step for event in case.events] == list(WAY)
    assert [event.n for event in case.events] == list(range(1, len(WAY) + 1))
    assert {(event.by, event.reason) for event in case.events} == {(f"经办{n}", "核对无误") for n in range(len(WAY))}


@pytest.mark.parametrize(("days", "over"), [(0, False), (10, False), (11, True)])
def test_a_unit_that_still_has_time_has_not_let_it_run_out(holdings: Holdings, days: int, over: bool) -> None:
    walk(holdings, "notified", "answered", "confirmed")
    published = NOW + timedelta(days=30)
    last = published.date() + timedelta(days=10)
    take(holdings, "published", now=published, due=last)
    if over:
        assert take(holdings, "overdue", now=published + timedelta(days=days)).state == "overdue"
    else:
        with pytest.raises(CaseError, match=f"整改期限到{last}为止，尚未届满"):
            take(holdings, "overdue", now=published + timedelta(days=days))


def test_a_contested_publication_ends_in_a_ruling_with_reasons(holdings: Holdings) -> None:
    case = walk(holdings, "notified", "answered", "confirmed", "published", "contested", "overturned")
    assert case.state == "overturned"
    with pytest.raises(CaseError, match="没有后续步骤"):
        take(holdings, "rectified", now=NOW + timedelta(days=90))


def test_the_events_are_a_chain_in_the_ledger(holdings: Holdings) -> None:
    case = walk(holdings, "notified", "answered")
    leaves = [leaf for leaf in holdings.ledger.leaves() if leaf.kind == "case"]
    assert [leaf.key for leaf in leaves] == [f"{HIT.target}/{HIT.id}/0001", f"{HIT.target}/{HIT.id}/0002"]
    assert (case.events[0].previous, case.events[1].previous) == (None, leaves[0].digest)


def as_entered_earlier(folder: Path, case: casebook.Case, holdings: Holdings) -> Holdings:
    """Return other holdings whose ledger has the case under keys that do not name the target."""
    older = Holdings.open(folder)
    older.store.put(canonical.encode(case.finding.plain()), "application/json")
    for event in case.events:
        older.ledger.append("case", event.old_key, older.store.put(canonical.encode(event.plain()), "x/json").sha256)
    older.ledger.append("heads", str(older.ledger.size), older.ledger.chain.flat_root)
    return older


def test_a_case_entered_before_keys_named_the_target_goes_on_and_is_entered_once_more(
    holdings: Holdings, tmp_path: Path
) -> None:
    older = as_entered_earlier(tmp_path / "older", walk(holdings, "notified", "answered"), holdings)
    assert examine(older).faults == ()
    assert casebook.of_target(older, HIT.target) == ()
    case = take(older, "confirmed", now=NOW + timedelta(days=30))
    assert [event.step for event in case.events] == ["notified", "answered", "confirmed"]
    keys = [leaf.key for leaf in older.ledger.leaves() if leaf.kind == "case"]
    old, new = [f"{HIT.id}/000{n}" for n in (1, 2)], [f"{HIT.target}/{HIT.id}/000{n}" for n in (1, 2, 3)]
    assert keys == [*old, *new]
    casebook.name_targets(older)
    assert [leaf.key for leaf in older.ledger.leaves() if leaf.kind == "case"] == keys, "twice is once"
    assert casebook.of_target(older, HIT.target) == case.events == casebook.case_of(older, HIT).events
    assert len(tuple(casebook.events(older))) == 3


def test_an_event_under_another_targets_key_is_a_fault_of_the_store(holdings: Holdings) -> None:
    (event,) = walk(holdings, "notified").events
    hidden = holdings.store.put(canonical.encode(replace(event, finding="cd" * 32).plain()), "application/json")
    holdings.ledger.append("case", f"innocent/{'cd' * 32}/0001", hidden.sha256)
    (fault,) = examine(holdings).faults
    assert "innocent" in fault
    with pytest.raises(CaseError, match="innocent"):
        tuple(casebook.events(holdings))


def test_a_step_names_the_finding_as_it_stood_and_so_the_entry_of_it_in_the_ledger(holdings: Holdings) -> None:
    judgements.keep(holdings, HIT.target, HIT.at, NATIONAL, Judgement(facts=(), findings=(HIT,)))
    (event,) = take(holdings, "notified").events
    assert holdings.ledger.find("finding", f"{HIT.id}/{event.said}") is not None


def refusal(holdings: Holdings, step: Step, finding: Finding = HIT, **fields: Any) -> str:
    before = holdings.ledger.size
    with pytest.raises(CaseError) as caught:
        take(holdings, step, finding, **fields)
    assert holdings.ledger.size == before
    return str(caught.value)


@pytest.mark.parametrize("step", ["notified", "confirmed"])
@pytest.mark.parametrize("state", ["clear", "undecided"])
def test_what_is_no_hit_is_never_held_against_a_unit(holdings: Holdings, step: Step, state: Any) -> None:
    assert "不是“有问题”" in refusal(holdings, step, replace(HIT, state=state))


@pytest.mark.parametrize("look", ["missing", "disagrees"])
def test_a_second_look_that_does_not_agree_stops_it_and_says_what_to_run(holdings: Holdings, look: Any) -> None:
    assert "run --second-look" in refusal(holdings, "confirmed", replace(HIT, second_look=look))


def test_a_second_look_of_a_later_judgement_counts(holdings: Holdings) -> None:
    first = replace(HIT, second_look="missing")
    assert take(holdings, "confirmed", first, current=lambda _: HIT).state == "confirmed"


def test_what_no_longer_holds_as_judged_anew_is_not_confirmed(holdings: Holdings) -> None:
    later = replace(HIT, id="ff" * 32, state="undecided", message="依据不足，不作认定。")
    assert "重新判定后已不成立" in refusal(holdings, "confirmed", current=lambda _: later)


def test_two_persons_must_confirm_what_asks_for_two(holdings: Holdings) -> None:
    two = replace(HIT, reviewers=2)
    take(holdings, "notified", two)
    take(holdings, "answered", two)
    take(holdings, "confirmed", two, by="张三")
    assert "须由另一人复核" in refusal(holdings, "confirmed", two, by=" 张 三 ")
    assert "须由2人确认，现有1人" in refusal(holdings, "published", two)
    assert take(holdings, "confirmed", two, by="李四").confirmed
    assert take(holdings, "published", two).state == "published"


def test_nothing_is_published_before_the_unit_was_asked(holdings: Holdings) -> None:
    take(holdings, "confirmed")
    assert "先发核实函" in refusal(holdings, "published")
    assert take(holdings, "published", rules=CaseRules(notify_first=False)).state == "published"


def test_nothing_is_published_while_the_unit_may_still_answer(holdings: Holdings) -> None:
    case = take(holdings, "notified")
    assert case.events[0].due == date(2021, 1, 12), "five working days after Tuesday the fifth"
    take(holdings, "confirmed")
    assert "尚未届满" in refusal(holdings, "published", now=NOW + timedelta(days=7))
    assert take(holdings, "published", now=NOW + timedelta(days=8)).state == "published"


def test_silence_is_told_only_after_the_last_day(holdings: Holdings) -> None:
    take(holdings, "notified")
    assert "尚未届满" in refusal(holdings, "silent", now=NOW + timedelta(days=7))
    assert take(holdings, "silent", now=NOW + timedelta(days=8)).state == "silent"


def test_what_was_confirmed_before_the_unit_answered_is_confirmed_anew(holdings: Holdings) -> None:
    take(holdings, "confirmed")
    take(holdings, "notified")
    take(holdings, "answered")
    assert "现有0人" in refusal(holdings, "published")
    take(holdings, "confirmed")
    assert take(holdings, "published").state == "published"


def test_silence_leaves_what_was_confirmed_as_it_is(holdings: Holdings) -> None:
    take(holdings, "confirmed")
    take(holdings, "notified")
    later = NOW + timedelta(days=8)
    take(holdings, "silent", now=later)
    assert take(holdings, "published", now=later).state == "published"


def test_a_year_without_a_calendar_asks_for_the_day(holdings: Holdings) -> None:
    far = NOW.replace(year=2090)
    assert "--due" in refusal(holdings, "notified", now=far)
    assert take(holdings, "notified", now=far, due=date(2090, 2, 1)).events[0].due == date(2090, 2, 1)


@pytest.mark.parametrize("step", ["withdrawn"])
def test_withdrawing_needs_a_reason(holdings: Holdings, step: Step) -> None:
    assert "须写明理由" in refusal(holdings, step, reason="  ")


def test_somebody_must_have_done_it(holdings: Holdings) -> None:
    assert "经办人" in refusal(holdings, "confirmed", by="  ")


def test_a_clock_that_went_back_is_named(holdings: Holdings) -> None:
    take(holdings, "notified")
    assert "校准时钟" in refusal(holdings, "answered", now=NOW - timedelta(hours=1))


def test_an_answer_without_a_word_or_a_paper_is_none(holdings: Holdings) -> None:
    take(holdings, "notified")
    assert "回复材料" in refusal(holdings, "answered", reason="")
    assert take(holdings, "answered", reason="", records=lambda: ("ab" * 32,)).events[-1].records == ("ab" * 32,)


def test_papers_of_a_refused_step_are_not_admitted(holdings: Holdings) -> None:
    admitted: list[str] = []
    refusal(holdings, "published", records=lambda: admitted.append("x") or ())
    assert admitted == []


def test_two_reviewers_at_one_moment_do_not_overwrite_each_other(holdings: Holdings) -> None:
    said: list[str] = []

    def review(step: Step, by: str) -> None:
        try:
            take(Holdings.open(holdings.root), step, by=by)
            said.append(step)
        except CaseError:
            said.append("refused")

    both = [threading.Thread(target=review, args=("withdrawn", f"经办{n}")) for n in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(said) == ["refused", "withdrawn"]
    assert len(casebook.case_of(holdings, HIT).events) == 1


def test_a_damaged_event_is_named_and_not_passed_over(holdings: Holdings) -> None:
    walk(holdings, "notified", "answered")
    (first, _) = [leaf for leaf in holdings.ledger.leaves() if leaf.kind == "case"]
    path = holdings.store.path(first.digest)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(StoreError, match=first.digest[:12]):
        casebook.case_of(Holdings.open(holdings.root), HIT)


def test_cases_of_several_findings_are_kept_apart_and_listed(holdings: Holdings) -> None:
    other = replace(HIT, id="cd" * 32)
    walk(holdings, "notified")
    walk(holdings, "withdrawn", finding=other)
    assert [(one.finding.id, one.state) for one in casebook.cases(holdings)] == [
        (HIT.id, "notified"),
        (other.id, "withdrawn"),
    ]


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(st.sampled_from(STEPS), max_size=9))
def test_whatever_is_tried_nothing_is_published_unconfirmed_or_unasked(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
) -> None:
    held = Holdings.open(tmp_path_factory.mktemp("store"))
    for n, step in enumerate(steps):
        try:
            take(held, step, by=f"经办{n % 2}", now=NOW + timedelta(days=n))
        except CaseError:
            continue
    taken = [event.step for event in casebook.case_of(held, HIT).events]
    if "published" in taken:
        before = taken[: taken.index("published")]
        heard = before[len(before) - before[::-1].index("answered") :] if "answered" in before else before
        assert "confirmed" in heard
        assert "notified" in before
    for ended in ("withdrawn", "overturned"):
        assert ended not in taken[:-1]
