"""Old contents leave by rule; what could still be asked for stays, and of what left it is known why it is not there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from collector.footprint import footprint
from evidence import bundling, canonical, casebook, human, judgements, purged, readings, retention
from evidence.casebook import CaseRules
from evidence.cli import cli
from evidence.errors import BundleError, DamagedBlob, RetentionError
from evidence.holdings import Holdings
from evidence.house import House
from evidence.judgements import Judgement
from evidence.model import Finding, Record
from evidence.retention import Purging
from evidence.soundness import examine
from evidence.span import SHANGHAI, Span
from tests.evidence import bundles, factory
from tests.evidence.dying import moments
from tests.evidence.judging_factory import NATIONAL
from tests.evidence.test_store import overwrite

NOW = datetime(2035, 6, 1, 12, tzinfo=SHANGHAI)
"""Long after every file of the test was written."""
OLD, YOUNG = NOW - timedelta(days=1200), NOW - timedelta(days=100)
YEARS = Span.parse("2y")


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path / "store")


def seen(holdings: Holdings, n: int, at: datetime, **fields: Any) -> Record:
    """Admit a capture that shares nothing but its flow, environment, layout and picture with any other."""
    return bundles.admitted(holdings, f"R{n}/shifan/home/1", **{"started": at, "html": f"<p>第{n}次</p>", **fields})


def purge(holdings: Holdings, **fields: Any) -> Purging:
    return retention.purge(holdings, YEARS, by="张三", now=NOW, **fields)


def shown(record: Record) -> frozenset[str]:
    """Return what a record alone has: its DOM, body, exchanges and times."""
    capture = record.capture
    alone = (*capture.of_role("dom"), *capture.of_role("body"))
    return frozenset((*(one.sha256 for one in alone), capture.exchanges, capture.times))


def whole(holdings: Holdings, record: Record) -> bool:
    return all(holdings.store.has(sha256) for sha256 in record.capture.cited)


def three_years(holdings: Holdings) -> list[Record]:
    """Admit five old captures and a young one of one label."""
    return [seen(holdings, n, OLD + timedelta(days=n)) for n in range(5)] + [seen(holdings, 9, YOUNG)]


def test_contents_of_old_captures_leave_and_records_digests_and_reasons_stay(holdings: Holdings) -> None:
    records = three_years(holdings)
    done = purge(holdings)
    gone = [record for record in records if not whole(holdings, record)]
    assert gone == records[:4], "the newest old one stays: the first young one is compared with it"
    assert set(done.list.blobs) == frozenset().union(*map(shown, gone))
    assert done.list.records == tuple(sorted(record.id for record in gone))
    assert holdings.records() == tuple(records)
    assert [row.record for row in holdings.rows("shifan")] == [record.id for record in records]


def test_the_store_is_sound_after_it_and_says_what_left_by_which_rule(holdings: Holdings) -> None:
    three_years(holdings)
    purge(holdings)
    found = examine(holdings)
    assert found.clean, found.faults
    (said,) = found.purged
    assert "张三" in said and "2y" in said and "4 条记录" in said
    assert said in found.sentence()


def test_one_leaf_names_rule_and_count_and_its_blob_the_list(holdings: Holdings) -> None:
    three_years(holdings)
    done = purge(holdings)
    (leaf,) = [leaf for leaf in holdings.ledger.leaves() if leaf.kind == "purge"]
    assert leaf.key.startswith(f"retention/2y/{len(done.list.blobs)}/2035-06-01")
    assert canonical.decode(holdings.store.read(leaf.digest)) == done.list.plain()


def test_a_blob_that_was_lost_and_not_purged_is_still_missing(holdings: Holdings) -> None:
    records = three_years(holdings)
    purge(holdings)
    holdings.store.remove(records[-1].capture.exchanges)
    (fault,) = examine(holdings).faults
    assert records[-1].capture.exchanges in fault


def test_a_younger_record_may_not_lack_what_left_with_an_old_one(holdings: Holdings) -> None:
    """The same bytes were captured again: then they are needed again."""
    records = three_years(holdings)
    purge(holdings)
    again = seen(holdings, 10, YOUNG, html="<p>第0次</p>")
    holdings.store.remove(again.capture.exchanges)
    faults = examine(holdings).faults
    assert len(faults) == 1 and "R10/shifan/home/1" in faults[0]
    assert records[0].capture.exchanges == again.capture.exchanges


def test_without_a_purge_list_that_can_be_read_all_of_it_counts_as_missing(holdings: Holdings) -> None:
    three_years(holdings)
    purge(holdings)
    (leaf,) = [leaf for leaf in holdings.ledger.leaves() if leaf.kind == "purge"]
    holdings.store.remove(leaf.digest)
    found = examine(holdings)
    assert not found.clean and found.purged == ()


def test_a_dry_run_says_the_same_and_changes_nothing(holdings: Holdings, tmp_path: Path) -> None:
    records = three_years(holdings)
    leaves = holdings.ledger.size
    tried = purge(holdings, dry=True)
    assert holdings.ledger.size == leaves and all(whole(holdings, record) for record in records)
    assert tried.list == purge(holdings).list
    assert "试算" in tried.sentence()


def test_a_second_purge_takes_nothing_more_and_enters_nothing(holdings: Holdings) -> None:
    three_years(holdings)
    purge(holdings)
    leaves = holdings.ledger.size
    assert purge(holdings).list.blobs == ()
    assert holdings.ledger.size == leaves


def test_what_a_younger_record_cites_stays(holdings: Holdings) -> None:
    old = seen(holdings, 1, OLD, html="<p>同一页</p>")
    seen(holdings, 2, OLD + timedelta(days=1))
    seen(holdings, 3, YOUNG, html="<p>同一页</p>")
    purge(holdings)
    assert all(holdings.store.has(one.sha256) for one in old.capture.artifacts)
    assert not holdings.store.has(old.capture.times), "when it was seen that day nobody asks any more"


@pytest.mark.parametrize("short", ["1d", "6m", "1y", "366h"])
def test_a_span_shorter_than_a_judgement_looks_back_is_refused(holdings: Holdings, short: str) -> None:
    three_years(holdings)
    with pytest.raises(RetentionError, match="保存期限"):
        retention.purge(holdings, Span.parse(short), by="张三", now=NOW)


def test_nobody_purges_without_a_name(holdings: Holdings) -> None:
    with pytest.raises(RetentionError, match="经办人"):
        retention.purge(holdings, YEARS, by=" ", now=NOW)


def test_a_damaged_record_stops_it_for_nobody_knows_what_that_one_cites(holdings: Holdings) -> None:
    records = three_years(holdings)
    overwrite(holdings.store.path(records[5].id), b"{}")
    with pytest.raises(DamagedBlob):
        purge(holdings)
    assert all(whole(holdings, record) for record in records[:5])


def test_what_was_put_a_moment_ago_is_left_to_the_next_purge(holdings: Holdings) -> None:
    """A capture under way has put its blobs and is not admitted yet: the same page as three years ago."""
    records = three_years(holdings)
    kept = holdings.store.path(records[0].capture.exchanges)
    holdings.store.put(holdings.store.read(records[0].capture.exchanges), "application/json")
    just_now = datetime.fromtimestamp(kept.stat().st_mtime, SHANGHAI) + timedelta(hours=1)
    done = retention.purge(holdings, Span.parse("500d"), by="张三", now=just_now, dry=True)
    assert done.list.blobs == ()


def test_putting_what_is_there_says_so_by_the_time_of_the_file(holdings: Holdings, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"text")
    for put in (
        lambda: holdings.store.put(b"text", "image/png"),
        lambda: holdings.store.put_file(tmp_path / "file", "image/png"),
    ):
        path = holdings.store.path(put().sha256)
        os.utime(path, (1, 1))
        put()
        assert path.stat().st_mtime > 1_000_000


def test_what_a_hostile_page_served_of_our_own_documents_stays(holdings: Holdings) -> None:
    """The page answers with the very bytes of a record: they are the record's."""
    first = seen(holdings, 1, OLD)
    text = canonical.encode(first.plain()).decode()
    seen(holdings, 2, OLD + timedelta(days=1), html=text)
    seen(holdings, 3, OLD + timedelta(days=2))
    seen(holdings, 4, YOUNG)
    purge(holdings)
    assert holdings.record(first.id) == first
    assert examine(holdings).clean


def judged(holdings: Holdings, finding: Finding) -> Finding:
    judgements.keep(holdings, finding.target, finding.at, NATIONAL, Judgement(facts=(), findings=(finding,)))
    return finding


def hit(holdings: Holdings, *records: Record, **fields: Any) -> Finding:
    """Keep a finding on records, of the time of the first."""
    at = records[0].capture.started + timedelta(hours=1)
    made = factory.finding(
        *records, **{"at": at, "as_of": records[0].capture.started, "second_look": "agrees", **fields}
    )
    return judged(holdings, made)


def step(holdings: Holdings, finding: Finding, *steps: str) -> None:
    for n, name in enumerate(steps):
        casebook.take(
            holdings,
            finding,
            name,  # type: ignore[arg-type]
            by=f"经办{n}",
            now=finding.at + timedelta(days=20 * n),
            rules=CaseRules(notify_first=False),
            reason="核对无误",
        )


def later_judgement(holdings: Holdings, record: Record) -> None:
    """Judge the target again, to nothing: the old finding is not the last one any more."""
    judged(holdings, factory.finding(record, at=NOW, as_of=YOUNG, state="clear"))


class TestAnOpenCaseKeepsAllThatMayClear:
    def test_every_record_of_the_target_since_its_window_began(self, holdings: Holdings) -> None:
        before = [seen(holdings, 20 + n, OLD - timedelta(days=400 - n)) for n in range(3)]
        records = three_years(holdings)
        step(holdings, hit(holdings, records[2]), "warned")
        later_judgement(holdings, records[5])
        purge(holdings)
        assert all(whole(holdings, record) for record in records)
        assert not any(whole(holdings, record) for record in before)

    def test_but_not_those_of_another_target(self, holdings: Holdings) -> None:
        records = three_years(holdings)
        other = [
            bundles.admitted(
                holdings, f"O{n}/other/home/1", started=OLD, html=f"别处{n}", target=factory.target(id="other")
            )
            for n in range(3)
        ]
        step(holdings, hit(holdings, records[2]), "warned")
        purge(holdings)
        assert [whole(holdings, record) for record in other] == [False, False, True]

    def test_a_case_that_ended_long_ago_keeps_what_it_cites_and_no_more(self, holdings: Holdings) -> None:
        records = three_years(holdings)
        step(holdings, hit(holdings, records[2]), "confirmed", "published", "rectified")
        later_judgement(holdings, records[5])
        purge(holdings)
        assert [whole(holdings, record) for record in records] == [False, True, True, False, True, True]
        """The exhibit, the capture before it that the report shows beside it, and the newest of the label."""

    def test_a_finding_that_was_judged_anew_since_keeps_the_exhibits_of_the_step(self, holdings: Holdings) -> None:
        records = three_years(holdings)
        finding = hit(holdings, records[1])
        step(holdings, finding, "confirmed", "published", "rectified")
        judged(holdings, replace(finding, exhibits=(records[5].id,)))
        later_judgement(holdings, records[5])
        purge(holdings)
        assert whole(holdings, records[1])


class TestAFindingUnderWay:
    def test_of_the_last_judgement_keeps_its_window(self, holdings: Holdings) -> None:
        records = three_years(holdings)
        hit(holdings, records[2])
        purge(holdings)
        assert all(whole(holdings, record) for record in records)

    def test_that_nobody_took_up_keeps_its_window_until_nobody_can_dispute_it(self, holdings: Holdings) -> None:
        records = three_years(holdings)
        hit(holdings, records[2])
        later_judgement(holdings, records[5])
        soon = records[2].capture.started + timedelta(days=420)
        early = retention.purge(holdings, Span.parse("400d"), by="张三", now=soon, dry=True)
        assert early.list.records == ()
        assert len(purge(holdings).list.records) == 4

    def test_that_clears_accuses_nobody_and_keeps_nothing(self, holdings: Holdings) -> None:
        records = three_years(holdings)
        hit(holdings, records[2], state="clear")
        assert len(purge(holdings).list.records) == 4


def test_what_a_person_handed_in_stays_with_the_exhibits_of_its_finding(holdings: Holdings, tmp_path: Path) -> None:
    records = three_years(holdings)
    finding = hit(holdings, records[1])
    later_judgement(holdings, records[5])
    (tmp_path / "答复.pdf").write_bytes(b"%PDF-1.4 reply")
    said = human.Statement(kind="letter", by="李四", finding=finding.id)
    exhibit = human.add(holdings, factory.target(), None, [tmp_path / "答复.pdf"], said, now=OLD)
    purge(holdings)
    assert whole(holdings, exhibit) and whole(holdings, records[1])
    assert not whole(holdings, records[3])


@pytest.fixture
def office(tmp_path: Path) -> bundles.Office:
    """An office whose finding is of 2021 and rests on the second of two nights."""
    made = bundles.office(tmp_path, nights=3)
    seen(made.holdings, 1, YOUNG)
    return made


class TestABundle:
    def test_keeps_what_it_holds_and_what_may_be_disclosed_with_it(
        self, office: bundles.Office, tmp_path: Path
    ) -> None:
        office.bundle(tmp_path / "b.zip")
        purge(office.holdings)
        own = [record for record in office.holdings.records() if record.capture.target.id == "shifan"]
        assert all(whole(office.holdings, record) for record in own)

    def test_of_an_earlier_version_whose_manifest_is_not_kept_keeps_the_exhibits_of_every_hit(
        self, office: bundles.Office, tmp_path: Path
    ) -> None:
        office.holdings.derived.put_finding(office.dossier.finding)
        office.bundle(tmp_path / "b.zip")
        (leaf,) = [leaf for leaf in office.holdings.ledger.leaves() if leaf.kind == "bundle"]
        office.holdings.store.remove(leaf.digest)
        purge(office.holdings)
        (exhibit,) = office.dossier.finding.exhibits
        assert whole(office.holdings, office.holdings.record(exhibit))

    def test_of_a_purged_record_is_refused_with_rule_day_and_name(self, office: bundles.Office, tmp_path: Path) -> None:
        purge(office.holdings)
        with pytest.raises(BundleError, match="2035年6月1日.*2y"):
            office.bundle(tmp_path / "b.zip")
        assert not (tmp_path / "b.zip").exists()

    def test_is_refused_before_anything_is_read_again(self, office: bundles.Office, tmp_path: Path) -> None:
        finding = office.dossier.finding
        purge(office.holdings)
        office.holdings.derived.put_finding(finding)
        with pytest.raises(BundleError, match="张三"):
            bundling.bundle(House(store=office.holdings.root), [finding.id], tmp_path / "b.zip")


def test_a_page_that_once_held_something_clears_a_blank_column_for_ever(
    holdings: Holdings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four years ago it held items, since then nothing: the record of then is the unit's, however many came after it."""
    records = three_years(holdings)
    read = {record.id: factory.reading(record, blank=True, items=(), newest=None) for record in records}
    read[records[1].id] = factory.reading(records[1])
    monkeypatch.setattr("evidence.shelves.Shelf.reading", lambda self, id: read[id])
    done = purge(holdings)
    assert [whole(holdings, record) for record in records[:5]] == [False, True, False, False, True]
    assert done.kept == {"last": 1, "filled": 1}


def test_what_shows_content_already_stays_once(holdings: Holdings, monkeypatch: pytest.MonkeyPatch) -> None:
    records = three_years(holdings)
    monkeypatch.setattr("evidence.shelves.Shelf.reading", lambda self, id: factory.reading(holdings.record(id)))
    assert purge(holdings).kept == {"last": 1}
    assert [whole(holdings, record) for record in records[:5]] == [False] * 4 + [True]


def test_the_last_look_at_a_label_that_is_visited_no_more_stays(holdings: Holdings) -> None:
    seen(holdings, 1, OLD)
    last = seen(holdings, 2, OLD + timedelta(days=1), outcome="timeout", artifacts=())
    purge(holdings)
    assert whole(holdings, last)


def test_a_purged_page_reads_as_nothing_and_says_why(holdings: Holdings, caplog: pytest.LogCaptureFixture) -> None:
    records = three_years(holdings)
    purge(holdings)
    holdings.store.remove(records[0].capture.of_role("layout")[0].sha256)
    caplog.clear()
    assert readings.readings(records[:1], holdings) == {records[0].id: None}
    assert "not all in the store" in caplog.text and "Traceback" not in caplog.text


@pytest.mark.parametrize("words", [("export", "--warc", "out.warc"), ("compare",)])
def test_commands_that_show_a_purged_record_say_why_they_cannot(
    holdings: Holdings, tmp_path: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    records = three_years(holdings)
    purge(holdings)
    named = [records[0].id] if words[0] == "export" else [records[0].id, records[5].id]
    result = CliRunner().invoke(cli, [*words, "-w", str(tmp_path), *named])
    assert result.exit_code == 2 and "按保存期限 2y 清除" in result.output


def test_what_visits_asked_of_hosts_is_told_of_what_is_still_there(holdings: Holdings) -> None:
    three_years(holdings)
    before = footprint(holdings, longest_pause=0)
    purge(holdings)
    after = footprint(holdings, longest_pause=0)
    assert [(one.host, one.requests) for one in before] == [("www.shifan.test", 6)]
    assert [(one.host, one.requests) for one in after] == [("www.shifan.test", 2)]


def test_the_command_dry_runs_and_prints_json(holdings: Holdings, tmp_path: Path) -> None:
    three_years(holdings)
    said = CliRunner().invoke(cli, ["store", "purge", "-w", str(tmp_path), "--older", "2y", "--dry-run", "--json"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.output)["done"] is False
    assert CliRunner().invoke(cli, ["store", "purge", "-w", str(tmp_path), "--older", "soon"]).exit_code == 2


def test_killed_at_any_moment_it_can_be_run_again_and_takes_all_it_should(
    holdings: Holdings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = three_years(holdings)
    expected = set(purge(holdings, dry=True).list.blobs)
    work: Callable[[], object] = lambda: purge(Holdings.open(tmp_path / "store"))  # noqa: E731
    deaths = 0
    for _ in moments(work, monkeypatch):
        deaths += 1
        found = examine(Holdings.open(tmp_path / "store"))
        assert found.faults == ()
    assert deaths > 5
    opened = Holdings.open(tmp_path / "store")
    assert not any(opened.store.has(sha256) for sha256 in expected)
    assert [whole(opened, record) for record in records] == [False] * 4 + [True] * 2
    assert expected <= purged.digests(opened)
