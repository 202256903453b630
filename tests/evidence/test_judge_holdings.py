"""Judging what an office holds: read, judged, kept, in the ledger; and nothing is kept twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence import bundling, digest
from evidence import judge as judging
from evidence.admit import admit
from evidence.digest import EMPTY
from evidence.errors import LedgerError, RulesError, StoreError
from evidence.explain import explain
from evidence.holdings import Holdings, Stacks
from evidence.house import House
from evidence.judge import Judgement, judge_holdings
from evidence.ledger import FileLedger, Leaf
from evidence.look import Look
from evidence.model import ClockRef, Finding, FlowRef
from tests.evidence import bundles
from tests.evidence.factory import NOON, artifact, capture
from tests.evidence.judging_factory import RULES, column, subject

T = NOON + timedelta(hours=1)
WHO = subject([column(f"c{n}") for n in range(5)], url="http://www.shifan.test/")


def page(newest: date) -> str:
    days = [newest - timedelta(days=3 * n) for n in range(8)]
    rows = "".join(
        f'<li><a href="t{day:%Y%m%d}.html">示范县召开第{n}次工作推进会议部署重点任务</a><span>{day}</span></li>'
        for n, day in enumerate(days)
    )
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>部门动态</title></head><body>"
        f"<div class='position'>当前位置：<a href='/'>首页</a> &gt; 部门动态</div>"
        f"<div class='list'><h2>部门动态</h2><ul>{rows}</ul></div></body></html>"
    )


def look(holdings: Holdings, label: str, newest: date, *, run: str = "R1", **fields: Any) -> None:
    html = artifact(
        holdings.store.put(page(newest).encode(), "text/html"), "dom", url=f"http://www.shifan.test/{label}/"
    )
    taken = capture(holdings.store, key=f"{run}/shifan/{label}/1", label=label, **{"artifacts": (html,), **fields})
    admit(taken, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    held = Holdings.open(tmp_path)
    for label in ("home", *(f"c{n}" for n in range(5))):
        look(held, label, date(2021, 1, 2) if label == "home" else date(2020, 11, 2))
    return held


def judged(holdings: Holdings, **fields: Any) -> Judgement:
    return judge_holdings(holdings, [WHO], **{"at": T, "rules": RULES, **fields})


def finding(judgement: Judgement, clause: str) -> Finding:
    (found,) = [one for one in judgement.findings if one.clause == clause]
    return found


def test_five_stale_columns_in_the_store_are_a_hit_with_their_records_as_exhibits(holdings: Holdings) -> None:
    found = finding(judged(holdings), "WV-4.1")
    assert found.state == "hit"
    assert {holdings.record(id).capture.label for id in found.exhibits} == {f"c{n}" for n in range(5)}
    assert len(found.readings) == 1, "five equal pages share one reading"


def test_judging_again_gives_the_same_findings_and_adds_nothing_to_the_ledger(holdings: Holdings) -> None:
    first = judged(holdings)
    size = holdings.ledger.size
    assert judged(Holdings.open(holdings.root)) == first
    assert holdings.ledger.size == size


def test_every_finding_is_kept_and_stands_in_the_ledger(holdings: Holdings) -> None:
    found = judged(holdings).findings
    assert {one.id for one in holdings.derived.findings()} == {one.id for one in found}
    keys = [leaf.key for leaf in holdings.ledger.leaves() if leaf.kind == "finding"]
    assert sorted(key.partition("/")[0] for key in keys) == sorted(one.id for one in found)


def test_the_last_judgement_is_found_again_with_its_facts(holdings: Holdings) -> None:
    said = judged(holdings)
    again = judging.last(Holdings.open(holdings.root))
    assert again.facts == said.facts
    assert [one.id for one in again.findings] == [one.id for one in said.findings]


def test_a_later_judgement_takes_the_place_of_the_earlier_one_and_loses_no_finding(holdings: Holdings) -> None:
    first, second = judged(holdings), judged(holdings, at=T + timedelta(days=3))
    assert [one.id for one in judging.last(holdings).findings] == [one.id for one in second.findings]
    assert {one.id for one in first.findings} <= {one.id for one in holdings.derived.findings()}
    assert not [one for one in second.findings if one.state == "hit"]


def test_at_another_hour_of_the_same_day_the_ledger_takes_the_other_answer_too(holdings: Holdings) -> None:
    assert finding(judged(holdings), "WV-4.1").state == "hit"
    assert finding(judged(holdings, at=T + timedelta(hours=10)), "WV-4.1").state == "hit"


def test_a_subject_without_a_record_is_undecided_and_says_so(holdings: Holdings) -> None:
    stranger = replace(WHO, id="fremd", ledger=replace(WHO.ledger, target="fremd"))
    said = judge_holdings(holdings, [stranger], at=T, rules=RULES)
    assert {one.state for one in said.findings} == {"undecided"}
    assert all(one.missing for one in said.findings)


def test_a_record_of_a_simulated_clock_marks_the_finding_for_ever(tmp_path: Path) -> None:
    held = Holdings.open(tmp_path)
    for n in range(5):
        look(held, f"c{n}", date(2020, 11, 2), clock=ClockRef(source="simulated"))
    found = finding(judged(held), "WV-4.1")
    assert found.numbers["clock"] == "simulated"
    assert found.message.startswith("【模拟时钟】")


def test_one_damaged_page_makes_one_column_unknown_and_loses_nothing_else(holdings: Holdings) -> None:
    broken = artifact(holdings.store.put(b"{", "application/json"), "layout")
    look(holdings, "c0", date(2020, 11, 2), run="R2", started=NOON + timedelta(minutes=5), artifacts=(broken,))
    found = finding(judged(holdings), "WV-4.1")
    assert found.state == "undecided"
    assert any("未能判读" in one for one in found.missing)
    assert found.numbers["count"] == 4


def test_a_damaged_record_in_the_store_makes_one_column_unknown_and_loses_nothing_else(
    holdings: Holdings, caplog: pytest.LogCaptureFixture
) -> None:
    (row,) = holdings.rows("shifan", "c0")
    for path in holdings.store.blobs.glob(f"{row.record[:2]}/{row.record[2:]}*"):
        path.chmod(0o644)
        path.write_bytes(b"{}")
    found = finding(judged(holdings), "WV-4.1")
    assert found.state == "undecided"
    assert found.numbers["count"] == 4
    assert "is judged as unreadable" in caplog.text


def test_a_second_run_over_the_same_pages_agrees(holdings: Holdings) -> None:
    for n in range(5):
        look(holdings, f"c{n}", date(2020, 11, 2), run="R2", started=NOON + timedelta(minutes=20))
    assert finding(judged(holdings), "WV-4.1").second_look == "agrees"


def test_a_damaged_file_of_the_last_judgement_is_named_with_the_remedy(holdings: Holdings) -> None:
    judged(holdings)
    (path,) = (holdings.root / "derived" / "judgements").glob("*.json")
    path.write_bytes(b"{}")
    with pytest.raises(StoreError, match="quzheng judge"):
        judging.last(holdings)


def test_a_finding_is_explained_in_chinese_with_clause_number_and_what_speaks_for_the_unit(holdings: Holdings) -> None:
    text = explain(finding(judged(holdings), "WV-4.1"), RULES)
    for part in (
        "国办秘函〔2019〕19号 WV-4.1",
        "发现问题",
        "超过（含）5个",
        "栏目c0（动态要闻，一级）：最新2020-11-02，距查看日63天，期限14天",
        "对单位有利的事实",
        "尚无第二次查看",
        "按日历月：5个；按每月30天：5个",
    ):
        assert part in text


def test_an_explanation_without_its_rule_set_cites_the_digest_and_never_another_clause(holdings: Holdings) -> None:
    found = finding(judged(holdings), "WV-4.1")
    other = replace(RULES, edition="other")
    assert explain(found, other) == explain(found)
    assert f"规则集摘要{RULES.sha256[:12]}" in explain(found)


@pytest.mark.parametrize(
    ("scripted", "verified", "reviewers"), [(True, None, 1), (True, date(2020, 12, 1), 0), (False, None, 0)]
)
def test_a_hit_on_a_flow_that_nobody_tried_for_real_needs_a_person_and_says_so(
    tmp_path: Path, scripted: bool, verified: date | None, reviewers: int
) -> None:
    held = Holdings.open(tmp_path)
    flow = FlowRef(name="own", sha256=EMPTY, verified=verified, scripted=scripted)
    held.store.put(b"", "text/x-python")
    for label in ("home", *(f"c{n}" for n in range(5))):
        look(held, label, date(2021, 1, 2) if label == "home" else date(2020, 11, 2), flow=flow)
    found = finding(judged(held), "WV-4.1")
    assert (found.state, found.reviewers) == ("hit", reviewers)
    assert ("由未经实测的流程（own）采集，须人工复核" in found.message) == bool(reviewers)
    assert finding(judged(held), "WV-4.2").reviewers == 0  # what accuses nobody needs nobody


def test_records_from_before_flows_said_what_they_are_count_as_they_did(holdings: Holdings) -> None:
    assert judged(holdings).findings
    assert all("unverified_flows" not in one.numbers for one in judged(holdings).findings)


def test_several_processes_judge_as_one_does(holdings: Holdings, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [subject([column("c0")], id=f"other{n}", url="http://www.shifan.test/") for n in range(3)]
    alone = judge_holdings(holdings, [WHO, *others], at=T, rules=RULES, jobs=1)
    monkeypatch.setattr(judging, "_MANY", 2)
    monkeypatch.setattr(judging, "_CHUNK", 2)
    assert judge_holdings(holdings, [WHO, *others], at=T, rules=RULES, jobs=2) == alone


def test_several_processes_read_what_nobody_read_yet(holdings: Holdings, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [subject([column("c0")], id=f"other{n}", url="http://www.shifan.test/") for n in range(3)]
    monkeypatch.setattr(judging, "_MANY", 2)
    monkeypatch.setattr(judging, "_CHUNK", 2)
    said = judge_holdings(holdings, [WHO, *others], at=T, rules=RULES, jobs=2)
    assert (
        finding(replace(said, findings=tuple(f for f in said.findings if f.target == WHO.id)), "WV-4.1").state == "hit"
    )
    assert said == judge_holdings(holdings, [WHO, *others], at=T, rules=RULES, jobs=1)


def test_reading_and_judging_need_no_ledger(holdings: Holdings) -> None:
    """A process that judges does not take in a million leaves for it; whoever started it did."""
    (holdings.root / "ledger" / "leaves").write_bytes(b"not a leaf\n")
    stacks = Stacks.of(holdings.root, holdings.words, frozenset())
    rows = stacks.rows("shifan")
    assert {stacks.record(row.record).capture.label for row in rows} == {"home", *(f"c{n}" for n in range(5))}
    with pytest.raises(LedgerError):
        Holdings.open(holdings.root)


def test_the_ledger_is_walked_as_often_for_many_targets_as_for_one(
    holdings: Holdings, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked: list[int] = []
    leaves = FileLedger.leaves

    def counted(self: FileLedger, start: int = 0) -> tuple[Leaf, ...]:
        walked.append(start)
        return leaves(self, start)

    monkeypatch.setattr(FileLedger, "leaves", counted)
    judged(holdings)
    once = len(walked)
    others = [subject([column("c0")], id=f"other{n}", url="http://www.shifan.test/") for n in range(20)]
    judge_holdings(holdings, [WHO, *others], at=T, rules=RULES)
    assert len(walked) == 2 * once


def test_judging_again_leaves_every_file_as_it_stands(holdings: Holdings) -> None:
    judged(holdings)
    files = [path for path in holdings.root.rglob("*.json") if path.is_file()]
    before = {path: path.stat().st_ino for path in files}
    judged(holdings)
    assert {path: path.stat().st_ino for path in files} == before


def test_a_reading_is_digested_once_however_many_findings_cite_it(
    holdings: Holdings, monkeypatch: pytest.MonkeyPatch
) -> None:
    digested: list[str] = []
    monkeypatch.setattr(Look, "digest", property(lambda look: digested.append(look.row.record) or EMPTY))
    assert sum(len(one.exhibits) for one in judged(holdings).findings) > len(digested)
    assert len(set(digested)) == len(digested)


def test_an_indicator_that_cannot_be_used_is_said_before_anything_is_read(holdings: Holdings, tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text("x = 1\n", "utf-8")
    with pytest.raises(RulesError, match="odd.py"):
        judge_holdings(holdings, [WHO], at=T, rules=RULES, indicators_dir=tmp_path)


def test_a_judged_finding_is_proved_in_its_bundle(holdings: Holdings, tmp_path: Path) -> None:
    """What was entered when it was judged is what the bundle proves: that it was said then, and not made up since."""
    found = judge_holdings(holdings, [WHO], at=T, rules=RULES).findings
    finding = next(one for one in found if one.exhibits)
    path = bundling.bundle(House(store=holdings.root), [finding.id], tmp_path / "b.zip").path
    said = digest.of_value(finding.plain())
    assert f"data/ledger/proofs/{said}.json" in bundles.members(path)
