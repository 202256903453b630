"""What another process changed stands on the next page, however much the desk keeps in memory; and nothing is read twice.

The other process is another opening of the same store: the two share nothing but its files.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence import casebook, judgements, quarantine, ruleset
from evidence.casebook import CaseRules
from evidence.derived import Derived
from evidence.desk.desk import Desk
from evidence.desk.keeping_up import KeepingUp
from evidence.disputes import opening
from evidence.disputes.form import Form
from evidence.errors import NotFound, StoreError
from evidence.holdings import Holdings
from evidence.house import House
from evidence.judgements import Judgement
from evidence.model import Finding, Record
from evidence.quarantine import Asked
from evidence.store import FileStore
from tests.evidence import bundles, factory, judging_factory
from tests.evidence.desk.desks import Browser, Clock, house, opened

NOW = Clock().at
RULES = CaseRules(notify_first=False)
TARGETS = ("a", "b")


class Office:
    """Two targets with three findings each, a desk, and another process that changes things."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.other = Holdings.open(root / "store")
        self.records: dict[str, Record] = {}
        self.findings: dict[str, tuple[Finding, ...]] = {}
        for target in TARGETS:
            who = factory.target(id=target)
            self.records[target] = bundles.admitted(self.other, f"N1/{target}/home/1", target=who)
            self.judge(target)
        self.house: House = house(root, subjects=lambda: tuple(map(_subject, TARGETS)), cases=RULES)
        self.desk = Desk.of(self.house, Clock())

    def judge(self, target: str, **fields: Any) -> None:
        """Judge a target, anew where it was."""
        made = tuple(
            factory.finding(
                self.records[target], target=target, label=f"c{n}", effect="veto", second_look="agrees",
                **{"message": f"{target}的第{n}项", **fields},
            )
            for n in range(3)
        )  # fmt: skip
        self.findings[target] = made
        judgements.keep(self.other, target, factory.NOON, ruleset.load(), Judgement(facts=(), findings=made))

    def take(self, finding: Finding, step: Any, **fields: Any) -> None:
        given = {"by": "别人", "now": NOW, "rules": RULES, "reason": "情况属实", **fields}
        casebook.take(self.other, finding, step, **given)

    def publish(self, finding: Finding) -> None:
        self.take(finding, "confirmed")
        self.take(finding, "published")

    def object(self, finding: Finding, **fields: Any) -> None:
        said = Form(finding=finding.id, unit="示范市人民政府办公室", statement="已经更新")
        opening.open_(self.house, self.other, finding, said, (), **{"by": "收件人", "now": NOW, **fields})

    def said(self) -> list[str]:
        """What the list says of each finding, in its order."""
        return [f"{line.finding.message}：{line.said}" for line in self.desk.reviews.lines()]


def _subject(id: str) -> Any:
    return judging_factory.subject(id=id, name=f"示范{id}")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def settled(office: Office) -> Path:
    """Let some time pass since anything was put among the findings, as far as the desk can tell, and have it look."""
    folder = office.root / "store" / "derived" / "findings"
    os.utime(folder, (1_600_000_000, 1_600_000_000))
    office.desk.reviews.lines()
    return folder


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count which findings are opened from now on, and which blobs."""
    ids: list[str] = []
    finding, read = Derived.finding, FileStore.read
    monkeypatch.setattr(Derived, "finding", lambda self, id: (ids.append(id), finding(self, id))[1])
    monkeypatch.setattr(FileStore, "read", lambda self, id: (ids.append(id), read(self, id))[1])
    return ids


def test_a_target_judged_anew_is_seen(office: Office) -> None:
    assert len(office.said()) == 6
    office.judge("a", at=factory.NOON + timedelta(days=1), message="另一时点")
    assert office.said()[:3] == ["另一时点：尚未处理"] * 3
    assert len(office.said()) == 6


def test_a_first_judgement_is_seen_and_one_that_went_is_gone(office: Office) -> None:
    office.said()
    office.records["c"] = bundles.admitted(office.other, "N1/c/home/1", target=factory.target(id="c"))
    office.judge("c")
    assert list(office.desk.standings.all()) == ["a", "b", "c"]
    (office.root / "store" / "derived" / "judgements" / "a.json").unlink()
    assert list(office.desk.standings.all()) == ["b", "c"]


def _long_ago(office: Office) -> None:
    settled(office)


def _in_one_tick_of_the_disk(office: Office) -> None:
    office.desk.reviews.lines()


@pytest.mark.parametrize("before", [_long_ago, _in_one_tick_of_the_disk])
def test_a_finding_that_was_put_anew_is_seen_though_its_targets_judgement_stays(
    office: Office, before: Callable[[Office], None]
) -> None:
    """As a quarantine does, and a second judging that says otherwise of the same question."""
    before(office)
    folder = office.root / "store" / "derived" / "findings"
    was = folder.stat()
    office.other.derived.put_finding(replace(office.findings["b"][1], state="clear", message="更正"))
    if before is _in_one_tick_of_the_disk:
        os.utime(folder, ns=(was.st_mtime_ns, was.st_mtime_ns))
    assert "更正：尚未处理" in office.said()
    assert office.desk.standings.all()["b"].count("clear") == 1


def test_a_judgement_that_cannot_be_read_is_unknown_until_it_can(office: Office) -> None:
    lost = office.root / "store" / "derived" / "findings" / f"{office.findings['a'][0].id}.json"
    kept = lost.read_bytes()
    settled(office)
    lost.unlink()
    assert office.desk.standings.all()["a"].state == "unknown"
    settled(office)
    lost.write_bytes(kept)
    assert office.desk.standings.all()["a"].state == "hit"


def test_while_nothing_changes_nothing_is_read_and_the_very_same_is_given(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.publish(office.findings["a"][0])
    office.object(office.findings["a"][0])
    settled(office)
    first = office.desk.standings.all(), office.desk.reviews.lines(), *office.desk.docket.cases()
    disputes = office.desk.docket.disputes()
    read = reads(monkeypatch)
    again = office.desk.standings.all(), office.desk.reviews.lines(), *office.desk.docket.cases()
    assert all(one is other for one, other in zip(first, again, strict=True))
    assert office.desk.docket.disputes() == disputes
    assert read == []


def test_one_target_judged_anew_has_no_other_read(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(office)
    kept = {line.finding.id: line for line in office.desk.reviews.lines()}
    office.judge("a", at=factory.NOON + timedelta(days=1))
    read = reads(monkeypatch)
    lines = office.desk.reviews.lines()
    assert sorted(read) == sorted(one.id for one in office.findings["a"])
    assert all(line is kept[line.finding.id] for line in lines if line.finding.target == "b")


def test_a_step_of_another_is_seen_everywhere_and_no_other_case_is_read(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = office.findings["a"][:2]
    office.publish(other)
    office.said(), office.desk.docket.cases()
    kept = {line.finding.id: line for line in office.desk.reviews.lines()}
    office.take(one, "confirmed")
    read = reads(monkeypatch)
    assert [(case.finding.id, case.state) for case in office.desk.docket.cases()] == [
        (other.id, "published"),
        (one.id, "confirmed"),
    ]
    assert office.desk.docket.chains()[one.id][-1].step == "confirmed"
    assert "a的第0项：已确认" in office.said()
    assert [line.finding.id for line in office.desk.reviews.lines() if line is not kept[line.finding.id]] == [one.id]
    event = office.desk.docket.chains()[one.id][-1]
    assert set(read) <= {event.id, event.said}
    office.take(other, "overdue")
    assert [case.state for case in office.desk.docket.cases()] == ["overdue", "confirmed"]


def test_disputes_of_another_are_seen_with_their_numbers_and_no_earlier_one_is_read(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = office.findings["a"][0], office.findings["b"][0]
    for finding in (first, second):
        office.publish(finding)
    assert office.desk.docket.disputes() == ()
    office.object(second)
    assert [one.number for one in office.desk.docket.disputes()] == ["D-2021-001"]
    with pytest.raises(NotFound):
        office.desk.docket.dispute("D-2021-002")
    office.object(first, now=NOW + timedelta(days=1))
    earlier = office.desk.docket.dispute("D-2021-001")
    read = reads(monkeypatch)
    assert office.desk.docket.dispute("D-2021-002").finding.id == first.id
    assert office.desk.docket.dispute("D-2021-001") is earlier
    assert earlier.objection.record.id not in read
    office.take(second, "upheld", second="另一人", now=NOW + timedelta(days=2))
    office.object(second, now=NOW + timedelta(days=3))
    ruling = office.desk.docket.dispute("D-2021-001").ruling
    assert ruling is not None
    assert ruling.step == "upheld"
    assert office.desk.docket.disputes() == tuple(opening.disputes(Holdings.open(office.root / "store")))
    assert [one.number for one in office.desk.docket.disputes()] == ["D-2021-001", "D-2021-002", "D-2021-003"]


def test_a_step_entered_once_more_under_another_key_counts_no_dispute_twice(office: Office) -> None:
    """As ledgers of the first days are brought up to date."""
    finding = office.findings["a"][0]
    office.publish(finding)
    office.object(finding)
    (dispute,) = office.desk.docket.disputes()
    office.other.ledger.append("case", dispute.contested.old_key, dispute.contested.id)
    assert office.desk.docket.disputes() == (dispute,)
    assert len(office.desk.docket.cases()) == 1


def test_no_case_keeps_what_a_quarantine_takes_even_if_a_page_came_between(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = office.findings["a"][0]
    office.publish(finding)
    office.object(finding)
    office.desk.docket.cases(), office.desk.docket.disputes()
    asked = Asked(by="李四", why="疑似涉密", destroy=True)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(quarantine, "_remove", killed)  # the event stands in the ledger, nothing is removed yet
        quarantine.quarantine(office.other, office.records["a"].id, asked, tmp_path / "out", now=NOW)
    office.desk.docket.cases(), office.desk.docket.disputes(), office.said()
    quarantine.quarantine(office.other, office.records["a"].id, asked, tmp_path / "out", now=NOW)
    (case,), (dispute,) = office.desk.docket.cases(), office.desk.docket.disputes()
    assert {case.finding.state, dispute.finding.state} == {"undecided"}
    assert not any("a的第" in said for said in office.said())


def test_records_of_another_are_found_at_once(office: Office) -> None:
    with office.desk.shelf.opened() as holdings:
        assert len(holdings.rows("a")) == 1
    made = bundles.admitted(office.other, "N2/a/home/1", target=factory.target(id="a"), html="更新后")
    assert office.desk.shelf.record(made.id) == made
    with office.desk.shelf.opened() as holdings:
        assert [row.record for row in holdings.rows("a")] == [office.records["a"].id, made.id]


def test_a_night_of_another_is_taken_in_without_opening_its_records(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(office)
    for n in range(2, 5):
        bundles.admitted(office.other, f"N{n}/a/home/1", target=factory.target(id="a"), html=str(n))
    read = reads(monkeypatch)
    with office.desk.shelf.opened() as holdings:
        assert len(holdings.rows("a")) == 4
    assert read == []


class TestKeepingUp:
    """Beside the pages, and never instead of them."""

    @pytest.fixture
    def started(self, office: Office) -> Iterator[tuple[Office, KeepingUp]]:
        keeping = KeepingUp(office.desk, every=0.02)
        yield office, keeping
        keeping.stop()  # which a thread left running would hold up

    def test_the_first_page_after_a_start_reads_nothing(
        self, started: tuple[Office, KeepingUp], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        office, keeping = started
        office.publish(office.findings["a"][0])
        office.object(office.findings["a"][0])
        settled(office)
        keeping.start()
        read = reads(monkeypatch)
        office.said(), office.desk.docket.cases(), office.desk.docket.disputes()
        assert read == []

    def test_what_is_new_is_taken_in_before_a_page_asks(
        self, started: tuple[Office, KeepingUp], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        office, keeping = started
        keeping.start()
        office.judge("a", at=factory.NOON + timedelta(days=1))
        awaited(lambda: office.findings["a"][0] in office.desk.standings._all["a"].findings)
        assert office.findings["a"][0] in office.desk.standings._all["a"].findings

    def test_what_cannot_be_read_is_told_once_and_what_mends_is_taken_in(
        self, started: tuple[Office, KeepingUp], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        office, keeping = started
        looks = []

        def broken() -> Any:
            looks.append(1)
            raise StoreError("案卷读不出")

        monkeypatch.setattr(office.desk.docket, "cases", broken)
        with caplog.at_level(logging.ERROR):
            keeping.start()
            awaited(lambda: len(looks) > 3)
        assert [one.message for one in caplog.records if "taken in" in one.message] == [
            "what is new cannot be taken in; pages that show it will say so"
        ]

    def test_a_desk_starts_with_a_damaged_case_and_the_others_are_shown(self, office: Office) -> None:
        office.take(office.findings["a"][0], "confirmed")
        (event,) = office.desk.docket.chains()[office.findings["a"][0].id]
        path = next((office.root / "store" / "blobs" / event.id[:2]).glob(f"{event.id[2:]}*"))
        path.unlink()
        with opened(office.root, Clock(), tenant=office.house) as browse:
            browser: Browser = browse()
            browser.log_in("inspector")
            assert browser.get("/targets").status_code == 200
            assert browser.get("/cases").status_code >= 400

    def test_a_desk_does_not_start_over_a_store_that_cannot_be_opened(self, office: Office) -> None:
        leaves = office.root / "store" / "ledger" / "leaves"
        leaves.write_bytes(b"{}\n" + leaves.read_bytes())
        with pytest.raises(Exception, match="no leaf"), opened(office.root, Clock(), tenant=office.house):
            pass


def awaited(done: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    until = time.monotonic() + 10
    while not done():
        assert time.monotonic() < until, "it was not done in ten seconds"
        time.sleep(0.02)
