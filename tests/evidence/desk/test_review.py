"""Reviewing findings: who decides what, in what order, and that no two people overwrite each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from evidence import casebook, judgements, ruleset
from evidence.derived import Derived
from evidence.desk.roles import Role
from evidence.holdings import Holdings
from evidence.judgements import Judgement
from evidence.model import Finding
from tests.evidence import bundles, factory
from tests.evidence.desk.desks import NAMES, Browser, Clock, house, opened

SIX = ("hit", "hit", "hit", "undecided", "clear", "hit")


class Office:
    """A target with six findings, the last of which needs two persons, at a desk."""

    def __init__(self, root: Path, browse: Any, findings: tuple[Finding, ...]) -> None:
        self.root, self.browse, self.findings = root, browse, findings

    def enter(self, role: Role) -> Browser:
        browser: Browser = self.browse()
        assert browser.log_in(role).status_code == 303
        return browser

    def steps(self, finding: Finding) -> list[tuple[str, str]]:
        case = casebook.case_of(Holdings.open(self.root / "store"), finding)
        return [(event.step, event.by) for event in case.events]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    holdings = Holdings.open(tmp_path / "store")
    record = bundles.admitted(holdings, "N1/shifan/home/1")
    made = tuple(
        factory.finding(
            record, state=state, label=f"c{n}", message=f"第{n}项", second_look="agrees", reviewers=2 if n == 5 else 0,
            missing=("一次完整的采集",) if state == "undecided" else (), effect="veto",
        )
        for n, state in enumerate(SIX)
    )  # fmt: skip
    judgements.keep(holdings, "shifan", factory.NOON, ruleset.load(), Judgement(facts=(), findings=made))
    with opened(tmp_path, Clock(), tenant=house(tmp_path)) as browse:
        yield Office(tmp_path, browse, made)


def seen(browser: Browser, finding: Finding) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', browser.get(f"/findings/{finding.id}").text)
    assert found
    return found[1]


def decided(browser: Browser, finding: Finding, step: str, **fields: str) -> Any:
    given = {"seen": fields.pop("seen", "") or seen(browser, finding), "reason": "", **fields}
    return browser.post(f"/findings/{finding.id}/{step}?state=hit", given)


def alert(answer: Any) -> str:
    found = re.search(r'role="alert">([^<]*)', answer.text)
    return found[1] if found else ""


def test_the_list_holds_what_is_asked_for_and_what_waits_stands_first(office: Office) -> None:
    inspector = office.enter("inspector")
    assert inspector.get("/findings").text.count('class="hit"') == 4
    assert "第3项" in inspector.get("/findings?state=undecided").text
    assert "没有符合的问题" in inspector.get("/findings?unit=别处").text
    decided(inspector, office.findings[0], "confirm")
    said = re.findall("第([0-5])项", inspector.get("/findings").text)
    assert said[-1] == "0", "what was dealt with is still among the first"
    assert len(re.findall("第[0-5]项", inspector.get("/findings?stage=begun").text)) == 1


def test_confirming_leads_to_the_next_and_stands_under_the_name_of_the_log_in(office: Office) -> None:
    inspector = office.enter("inspector")
    first = office.findings[0]
    rows = re.findall(r'class="says"><a href="(/findings/[0-9a-f]{64})', inspector.get("/findings").text)
    after = rows[rows.index(f"/findings/{first.id}") + 1]
    answer = decided(inspector, first, "confirm")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{after}?state=hit&done={first.id}"
    assert "已确认" in inspector.get(answer.headers["location"]).text
    assert office.steps(first) == [("confirmed", NAMES["inspector"])]


def test_withdrawing_without_a_reason_is_refused_in_the_casebooks_words(office: Office) -> None:
    inspector = office.enter("inspector")
    answer = decided(inspector, office.findings[0], "withdraw")
    assert (answer.status_code, "须写明理由" in alert(answer)) == (409, True)
    assert office.steps(office.findings[0]) == []
    assert decided(inspector, office.findings[0], "withdraw", reason="栏目已报备下线").status_code == 303
    assert office.steps(office.findings[0]) == [("withdrawn", NAMES["inspector"])]


def test_what_is_no_problem_is_confirmed_by_nobody_and_what_was_written_stays(office: Office) -> None:
    inspector = office.enter("inspector")
    answer = decided(inspector, office.findings[3], "confirm", reason="看过了")
    assert "判定结果不是“有问题”" in alert(answer)
    assert "看过了" in answer.text
    assert office.steps(office.findings[3]) == []


def test_the_second_person_is_a_reviewer_and_comes_second(office: Office) -> None:
    inspector, reviewer, leader = (office.enter(role) for role in ("inspector", "reviewer", "leader"))
    grave = office.findings[5]
    assert "还没有检查员确认" in alert(decided(reviewer, grave, "second/confirm"))
    decided(inspector, grave, "confirm")
    assert decided(inspector, grave, "second/confirm").status_code == 403
    assert "已经确认过" in alert(decided(inspector, grave, "confirm"))
    assert "/confirm" not in leader.get(f"/findings/{grave.id}").text
    assert decided(reviewer, grave, "second/confirm").status_code == 303
    assert office.steps(grave) == [("confirmed", NAMES["inspector"]), ("confirmed", NAMES["reviewer"])]
    assert "其后由复核员办理" in alert(decided(inspector, grave, "withdraw", reason="反悔"))
    assert len(office.steps(grave)) == 2


def test_nobody_decides_on_what_he_has_not_seen(office: Office) -> None:
    """One withdrew while the other's page stood open: the confirmation is refused and says what happened."""
    one, other = office.enter("inspector"), office.enter("inspector")
    finding = office.findings[0]
    before = seen(other, finding)
    decided(one, finding, "withdraw", reason="单位已更新")
    answer = decided(other, finding, "confirm", seen=before)
    assert (answer.status_code, "已撤销" in alert(answer)) == (409, True)
    assert office.steps(finding) == [("withdrawn", NAMES["inspector"])]


def test_a_finding_that_was_judged_otherwise_meanwhile_is_not_confirmed_unseen(office: Office) -> None:
    inspector = office.enter("inspector")
    finding = office.findings[0]
    before = seen(inspector, finding)
    judgements.set_aside(Holdings.open(office.root / "store"), finding.exhibits[0])
    answer = decided(inspector, finding, "confirm", seen=before)
    assert (answer.status_code, "已有变化" in alert(answer)) == (409, True)


def test_of_two_at_the_same_moment_one_decides(office: Office) -> None:
    finding = office.findings[0]
    both = [office.enter("inspector") for _ in range(2)]
    marks = [seen(browser, finding) for browser in both]
    asked = (("confirm", ""), ("withdraw", "不成立"))
    with ThreadPoolExecutor(2) as pool:
        given = zip(both, marks, asked, strict=True)
        work = [
            pool.submit(decided, one, finding, step, seen=mark, reason=reason) for one, mark, (step, reason) in given
        ]
        answers = sorted(each.result().status_code for each in work)
    assert answers == [303, 409]
    assert len(office.steps(finding)) == 1


def test_no_page_reads_findings_that_it_does_not_show(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """With thousands of them, a page that opened each would take seconds."""
    inspector = office.enter("inspector")
    inspector.get("/findings")
    decided(inspector, office.findings[1], "confirm")
    inspector.get("/cases")
    opened_ids: list[str] = []
    read = Derived.finding

    def counted(self: Derived, id: str) -> Finding:
        opened_ids.append(id)
        return read(self, id)

    monkeypatch.setattr(Derived, "finding", counted)
    for path in ("/", "/findings?state=all", "/targets", "/targets/shifan", "/cases", "/disputes", "/search?q=第1"):
        assert inspector.get(path).status_code == 200
        assert opened_ids == [], path
    inspector.get(f"/findings/{office.findings[0].id}")
    assert set(opened_ids) <= {one.id for one in office.findings}, "of its target only"


def test_a_role_without_a_part_in_it_has_no_button(office: Office) -> None:
    leader = office.enter("leader")
    text = leader.get(f"/findings/{office.findings[0].id}").text
    assert "<textarea" not in text
    assert leader.post(f"/findings/{office.findings[0].id}/confirm", {"seen": "x"}).status_code == 403
