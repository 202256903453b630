"""A period is frozen once; everybody in it ends in exactly one way, and only cases and persons change how."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import human, judgements
from evidence.bulletin import figures, freezing, outcome
from evidence.bulletin.book import Book, events, names, open_book
from evidence.bulletin.frame import UNFILLED
from evidence.bulletin.period import RESULT_WORDS, Result
from evidence.cli import cli
from evidence.errors import PeriodError, RulesError
from evidence.judgements import Judgement
from tests.evidence.bulletin.offices import NOW, Bureau, Inspected, T, bureau
from tests.evidence.judging_factory import NATIONAL

HIT: dict[str, Any] = {"state": "hit"}
CLEAR: dict[str, Any] = {"state": "clear"}
UNDECIDED: dict[str, Any] = {"state": "undecided", "missing": ("缺登录查看",)}
PROPOSAL: dict[str, Any] = {"state": "hit", "effect": "proposal", "clause": "WV-1.1", "indicator": "wording"}


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Bureau]:
    return lambda *inspected: bureau(tmp_path, inspected)


def result(book: Book, id: str) -> Result:
    return outcome.outcome(book, book.member(id)).result


def one(make: Callable[..., Bureau], *findings: dict[str, Any], **fields: Any) -> tuple[Bureau, Book]:
    office = make(Inspected(id="a", findings=findings, **fields), Inspected(id="other"))
    return office, office.freeze()


def test_what_was_frozen_says_who_when_by_which_rules_and_of_which_exports(make: Callable[..., Bureau]) -> None:
    office, book = one(make, HIT)
    assert (book.frozen.by, book.frozen.when, book.period.edition) == ("张三", NOW, NATIONAL.edition)
    (register,) = book.period.registers
    assert (register.name, register.whole, len(register.sha256)) == ("国家", True, 64)
    assert [leaf.key for leaf in office.holdings.ledger.leaves() if leaf.kind == "period"] == ["2021Q1/0001"]


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ((CLEAR,), "passed"),
        ((HIT,), "open"),
        ((UNDECIDED,), "open"),
        ((CLEAR, UNDECIDED), "open"),
        ((CLEAR, PROPOSAL), "open"),
        ((CLEAR, {"state": "hit", "effect": "points", "clause": "WD-4.3"}), "passed"),
        ((CLEAR, {"state": "hit", "effect": "proposal", "clause": "突击更新"}), "passed"),
        ((CLEAR, {"state": "undecided", "effect": "proposal", "clause": "NV-3.1"}), "passed"),
        (({"state": "clear", "effect": "points", "clause": "WD-4.3"},), "open"),
        ((), "open"),
    ],
)
def test_nobody_fails_by_a_finding_alone(
    make: Callable[..., Bureau], findings: tuple[dict[str, Any], ...], expected: Result
) -> None:
    _, book = one(make, *findings)
    assert result(book, "a") == expected


def test_a_confirmed_problem_fails_and_a_withdrawn_one_passes(make: Callable[..., Bureau]) -> None:
    office, _ = one(make, HIT)
    (finding,) = office.findings["a"]
    office.step(finding, "confirmed")
    assert result(open_book(office.holdings, "2021Q1"), "a") == "failed"
    office.step(finding, "withdrawn", now=NOW + timedelta(days=1))
    assert result(open_book(office.holdings, "2021Q1"), "a") == "passed"


def test_what_asks_for_two_persons_fails_nobody_after_one(make: Callable[..., Bureau]) -> None:
    office, _ = one(make, {**HIT, "reviewers": 2})
    (finding,) = office.findings["a"]
    office.step(finding, "confirmed", by=("张三",))
    assert result(open_book(office.holdings, "2021Q1"), "a") == "open"


def test_a_confirmed_proposal_fails_nobody_by_itself(make: Callable[..., Bureau]) -> None:
    office, _ = one(make, CLEAR, {**PROPOSAL, "reviewers": 2})
    office.step(office.findings["a"][1], "confirmed")
    assert result(open_book(office.holdings, "2021Q1"), "a") == "open"


@pytest.mark.parametrize("ruling", ["overturned", "changed"])
def test_a_ruling_for_the_unit_takes_the_failure_back(make: Callable[..., Bureau], ruling: Any) -> None:
    office, _ = one(make, HIT)
    (finding,) = office.findings["a"]
    office.step(finding, "notified", "confirmed", "published", "contested", ruling)
    expected = "passed" if ruling == "overturned" else "open"
    assert result(open_book(office.holdings, "2021Q1"), "a") == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("注销审核中", "exempt"),
        ("临时下线", "exempt"),
        ("合并中", "passed"),
        ("正常运行", "passed"),
        ("（乱写的）", "passed"),
    ],
)
def test_a_filing_exempts_and_nothing_else_does(make: Callable[..., Bureau], state: str, expected: Result) -> None:
    _, book = one(make, CLEAR, registered=state)
    assert result(book, "a") == expected


def test_a_confirmed_problem_of_one_that_is_being_merged_waits_for_a_person(make: Callable[..., Bureau]) -> None:
    office, _ = one(make, HIT, registered="合并中")
    office.step(office.findings["a"][0], "confirmed")
    assert result(open_book(office.holdings, "2021Q1"), "a") == "open"


def test_who_is_closed_is_not_inspected_and_is_counted_as_such(make: Callable[..., Bureau]) -> None:
    _, book = one(make, CLEAR, registered="已注销")
    assert ([member.id for member in book.period.members], book.period.closed) == (["other"], 1)


def test_who_is_registered_and_not_in_our_list_is_undecided_and_not_lost(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a"), Inspected(id="b", listed=False))
    ends = outcome.outcomes(office.freeze())
    assert [(end.member.target, end.result) for end in ends] == [("a", "passed"), (None, "open")]
    assert "对象清单里没有" in ends[1].because


def test_a_row_that_can_be_matched_to_nothing_is_undecided_and_not_lost(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a"))
    broken = office.house.subjects()
    registers = freezing.chosen(_with_loose_row(office), ("国家",))
    book = office.freeze(registers=registers)
    (loose,) = [end for end in outcome.outcomes(book) if end.member.fault]
    assert loose.result == "open" and "标识码" in loose.because and broken


def _with_loose_row(office: Bureau) -> Any:
    from evidence.registers import rows
    from tests.evidence.bulletin.offices import SITE_HEADS
    from tests.evidence.sheets import xlsx

    good = office.inspected[0].row
    bad = ("没有标识码的网站", "错", "http://b.test/", "乙县", "乙县", "部门网站", "正常运行")
    return [rows.read(xlsx(SITE_HEADS, good, bad), "国家.xlsx", name="国家")]


def test_a_period_is_frozen_once(make: Callable[..., Bureau]) -> None:
    office, _ = one(make, HIT)
    with pytest.raises(PeriodError, match="已经冻结过"):
        office.freeze()
    assert len(events(office.holdings, "2021Q1")) == 1


def test_judging_anew_changes_nothing_that_was_frozen(make: Callable[..., Bureau]) -> None:
    office, before = one(make, HIT)
    clear = replace(office.findings["a"][0], state="clear", message="重新判定后未见问题")
    judgements.keep(office.holdings, "a", T, NATIONAL, Judgement(facts=(), findings=(clear,)))
    after = open_book(office.holdings, "2021Q1")
    assert (after.period, after.findings) == (before.period, before.findings)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"at": T + timedelta(hours=1)}, "没有一个对象在"),
        ({"at": NOW + timedelta(days=1)}, "还没有到"),
        ({"since": date(2021, 1, 5), "until": date(2021, 1, 6)}, "早于窗口"),
        ({"until": date(2020, 11, 1)}, "末日"),
        ({"frame": ("省",)}, "没有登记表“省”"),
        ({"frame": ()}, "没有指定抽样框"),
        ({"by": " "}, "由谁冻结"),
        ({"name": "二季度"}, "检查期名称"),
        ({"name": "../q"}, "检查期名称"),
        ({"sample": "1"}, "--seed"),
        ({"sample": "9", "seed": "x"}, "抽不出9个"),
    ],
)
def test_what_cannot_be_frozen_says_why_and_leaves_nothing(
    make: Callable[..., Bureau], fields: dict[str, Any], said: str
) -> None:
    office = make(Inspected(id="a"))
    with pytest.raises(PeriodError, match=said):
        office.freeze(**fields)
    assert names(office.holdings) == ()


def test_rules_not_in_force_at_t_freeze_nothing(make: Callable[..., Bureau]) -> None:
    with pytest.raises(RulesError):
        make(Inspected(id="a")).freeze(at=T - timedelta(days=3000), since=date(2010, 1, 1))


def test_a_sample_of_accounts_can_be_drawn_again_and_leaves_the_sites_whole(make: Callable[..., Bureau]) -> None:
    accounts = [Inspected(id=f"w{n}", kind="account", place=f"县{n % 3}") for n in range(10)]
    book = make(Inspected(id="a"), *accounts).freeze(sample="30%", seed="2021Q1")
    sample = book.period.sample
    assert sample is not None and (sample.frame_size, len(sample.keys)) == (10, 3)
    assert [m.id for m in book.period.members if m.kind == "site"] == ["a"]
    assert {m.id for m in book.period.members if m.kind == "account"} == set(sample.keys)
    assert (book.period.frame_size, book.period.frame_accounts) == (11, 10)


def decide(office: Bureau, as_: Result, **fields: Any) -> Book:
    given: dict[str, Any] = {"by": "张三", "why": "核对材料", "now": NOW + timedelta(hours=1), **fields}
    return freezing.decide(office.holdings, "2021Q1", "a", as_, **given)


def test_persons_decide_what_is_left_and_it_is_entered(make: Callable[..., Bureau]) -> None:
    office, _ = one(make, UNDECIDED)
    book = decide(office, "passed")
    assert result(book, "a") == "passed"
    assert (book.events[-1].by, book.events[-1].reason, book.events[-1].previous) == (
        "张三",
        "核对材料",
        book.frozen.id,
    )
    assert decide(office, "exempt", why="报备下线的文件").decided("a") is not None


@pytest.mark.parametrize(
    ("as_", "fields", "said"),
    [
        ("failed", {}, "有另一人复核"),
        ("failed", {"second": " 张 三 "}, "有另一人复核"),
        ("failed", {"second": "李四"}, "没有人工提交的材料"),
        ("passed", {"why": "  "}, "写明理由"),
        ("passed", {"by": " "}, "由谁认定"),
        ("passed", {"now": NOW - timedelta(days=1)}, "早于上一步"),
    ],
)
def test_what_may_not_be_decided_says_why(
    make: Callable[..., Bureau], as_: Result, fields: dict[str, Any], said: str
) -> None:
    office, _ = one(make, UNDECIDED)
    with pytest.raises(PeriodError, match=said):
        decide(office, as_, **fields)
    assert len(events(office.holdings, "2021Q1")) == 1


def test_a_recording_by_a_person_lets_two_persons_decide(make: Callable[..., Bureau], tmp_path: Path) -> None:
    office, _ = one(make, UNDECIDED)
    (finding,) = office.findings["a"]
    video = tmp_path / "录屏.mp4"
    video.write_bytes(b"video")
    stated = human.Statement(kind="phone-video", by="张三", finding=finding.id)
    target = human.target_of(finding, office.holdings, office.house.subjects)
    human.add(office.holdings, target, None, [video], stated, now=NOW)
    assert result(decide(office, "failed", second="李四"), "a") == "failed"


def test_nobody_is_passed_over_a_confirmed_problem(make: Callable[..., Bureau]) -> None:
    office, _ = one(make, HIT)
    office.step(office.findings["a"][0], "confirmed")
    with pytest.raises(PeriodError, match="先撤销"):
        decide(office, "passed")


def test_what_happened_after_a_decision_reopens_it(make: Callable[..., Bureau]) -> None:
    office, _ = one(make, HIT)
    (finding,) = office.findings["a"]
    decide(office, "passed")
    office.step(finding, "confirmed", now=NOW + timedelta(days=1))
    assert result(open_book(office.holdings, "2021Q1"), "a") == "open"
    decide(office, "failed", second="李四", now=NOW + timedelta(days=2))
    office.step(finding, "withdrawn", now=NOW + timedelta(days=3))
    assert result(open_book(office.holdings, "2021Q1"), "a") == "open"


def test_a_decision_on_nobody_in_the_period_is_refused(make: Callable[..., Bureau]) -> None:
    office, _ = one(make, HIT)
    with pytest.raises(Exception, match="没有对象"):
        freezing.decide(office.holdings, "2021Q1", "nobody", "passed", by="张三", why="x", now=NOW)


FINDING = st.sampled_from([HIT, CLEAR, UNDECIDED, PROPOSAL])
SOMEBODY = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["site", "account"]),
        "place": st.sampled_from(["甲县", "乙县", "市教育局"]),
        "group": st.sampled_from(["门户网站", "部门网站", "政务服务网", ""]),
        "registered": st.sampled_from(["正常运行", "注销审核中", "临时下线", "合并中", "已注销", ""]),
        "findings": st.lists(FINDING, max_size=2).map(tuple),
        "listed": st.booleans(),
        "confirmed": st.booleans(),
        "decided": st.sampled_from([None, "passed", "exempt"]),
    }
)


@settings(max_examples=25, deadline=None)
@given(st.lists(SOMEBODY, min_size=1, max_size=8))
def test_all_who_are_inspected_add_up_to_those_due_in_every_row(people: list[dict[str, Any]]) -> None:
    ways = [{key: person.pop(key) for key in ("confirmed", "decided")} for person in people]
    inspected = [Inspected(id=f"t{n}", **person) for n, person in enumerate(people)]
    with tempfile.TemporaryDirectory() as folder:
        office = bureau(Path(folder), [*inspected, Inspected(id="judged")], sealed=False)
        book = office.freeze()
        running = {member.id for member in book.period.members}
        for one, way in zip(inspected, ways, strict=True):
            hits = [f for f in office.findings.get(one.id, ()) if f.state == "hit"]
            if way["confirmed"] and hits:
                office.step(hits[0], "confirmed")
            elif way["decided"] and one.id in running:
                later = NOW + timedelta(hours=1)
                freezing.decide(office.holdings, "2021Q1", one.id, way["decided"], by="张三", why="核", now=later)
        ends = outcome.outcomes(open_book(office.holdings, "2021Q1"))
    assert len({end.member.id for end in ends}) == len(ends) == len(book.period.members)
    assert all(end.result in RESULT_WORDS and end.because for end in ends)
    for kind in ("site", "account"):
        own = [end for end in ends if end.member.kind == kind]
        total = figures.tally(own)
        for rows in (figures.by_place(own), figures.by_group(own)):
            for name in ("due", "exempt", "passed", "failed", "open"):
                assert sum(getattr(row.tally, name) for row in rows) == getattr(total, name)
            for tally in (total, *(row.tally for row in rows)):
                assert tally.due == tally.exempt + tally.passed + tally.failed + tally.open
                assert tally.checked == tally.passed + tally.failed + tally.open


def said(office: Bureau, *words: str) -> Any:
    from evidence import house

    opener: house.HouseOpener = lambda _: office.house  # noqa: E731
    return CliRunner().invoke(cli, [*words], obj={"opener": opener})


FREEZE = ("--at", "2021-01-04T13:00:00+08:00", "--from", "2020-12-01", "--to", "2021-01-04", "--frame", "国家")


def test_the_commands_freeze_show_decide_and_list(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", findings=(UNDECIDED,)), Inspected(id="b"))
    frozen = said(office, "period", "freeze", "2021Q1", *FREEZE, "--by", "张三")
    assert frozen.exit_code == 0, frozen.output
    assert "政府网站：应检2，免检0，合格1，不合格0，未能判定1，合格率50.00%至100%" in frozen.output
    shown = said(office, "period", "show", "2021Q1")
    assert "未能判定　a" in shown.output and "缺登录查看" in shown.output
    done = said(
        office, "period", "decide", "a", "--period", "2021Q1", "--as", "合格", "--why", "已登录查看", "--by", "李四"
    )
    assert "合格2，不合格0，未能判定0，合格率100%" in done.output
    body = json.loads(said(office, "period", "show", "2021Q1", "--json").output)
    assert [member["result"] for member in body["members"]] == ["passed", "passed"]
    assert "检查期2021Q1" in said(office, "period", "list").output


def test_a_word_that_is_no_result_and_a_period_that_is_not_there_end_with_2(make: Callable[..., Bureau]) -> None:
    office, _ = one(make, HIT)
    wrong = said(office, "period", "decide", "a", "--period", "2021Q1", "--as", "优秀", "--why", "x")
    missing = said(office, "period", "show", "2020Q4")
    assert (wrong.exit_code, missing.exit_code) == (2, 2)
    assert "合格、不合格、免检" in wrong.output and "已冻结的有：2021Q1" in missing.output


def test_a_place_that_nobody_filled_in_is_told_as_such(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="a", place=""))
    (member,) = office.freeze().period.members
    assert member.place in (UNFILLED, "人民政府办公室")
