"""Quarantine: what a record showed is gone from everywhere, what proves the rest stays, and nothing is judged by its absence."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from click.testing import CliRunner, Result

from evidence import bundling, canonical, casebook, digest, human, judgements, purge
from evidence.admit import admit
from evidence.cli import cli
from evidence.errors import BundleError, NotFound, QuarantineError, StoreError
from evidence.holdings import Holdings
from evidence.house import House
from evidence.judge import Judgement, judge_holdings
from evidence.manifest import Manifest, Purged
from evidence.model import Finding, Record
from evidence.quarantine import Asked, Quarantined, quarantine
from evidence.readings import readings
from evidence.replay import Replay
from evidence.soundness import examine
from evidence.verify import verify
from tests.evidence import bundles, factory
from tests.evidence.bundles import Office
from tests.evidence.dying import Killed
from tests.evidence.judging_factory import (
    RULES,
    Scene,
    T,
    Visit,
    blank_site,
    changed,
    column,
    news,
    stale_account,
    stale_site,
    subject,
    visit,
)
from tests.hostile import agreement

SECRET = "绝密字样甲乙丙"
NOW = factory.NOON + timedelta(days=5)
DESTROY = Asked(by="张三", why="页面有密级标志", destroy=True)


@dataclass(frozen=True)
class Kit:
    """Holdings with one record that shows a secret, beside others."""

    holdings: Holdings
    secret: Record
    other: Record
    out: Path

    def away(self, record: Record | None = None, asked: Asked = DESTROY) -> Quarantined:
        return quarantine(self.holdings, (record or self.secret).id, asked, self.out, now=NOW)

    def again(self) -> Kit:
        """The same store, opened anew."""
        return replace(self, holdings=Holdings.open(self.holdings.root))


def page(title: str, day: date = date(2021, 1, 2)) -> str:
    rows = "".join(f'<li><a href="{n}.html">{title}第{n}号通知公告</a><span>{day}</span></li>' for n in range(8))
    return (
        f"<html><head><meta charset='utf-8'><title>{title}</title></head><body>"
        f"<div class='list'><h2>通知公告</h2><ul>{rows}</ul></div></body></html>"
    )


def captured(holdings: Holdings, key: str, html: str, **fields: Any) -> Record:
    """Admit a capture of a page that can be read from its DOM."""
    taken = factory.capture(holdings.store, key=key, html=html, **fields)
    seen = tuple(artifact for artifact in taken.artifacts if artifact.role != "layout")
    return admit(replace(taken, artifacts=seen), store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    holdings = Holdings.open(tmp_path / "store")
    bundles.planned(holdings, "N1", factory.NOON)
    other = captured(holdings, "N1/shifan/home/1", page("公开信息"))
    night = factory.NOON + timedelta(days=1)
    bundles.planned(holdings, "N2", night)
    picture = factory.PNG + b"secret picture"
    secret = captured(holdings, "N2/shifan/home/1", page(SECRET), started=night, picture=picture)
    return Kit(holdings=holdings, secret=secret, other=other, out=tmp_path / "out")


def own(kit: Kit) -> set[str]:
    """What only the secret record cites of what was seen."""
    return set(kit.secret.capture.cited) - set(kit.other.capture.cited)


def everything(root: Path) -> Iterator[bytes]:
    """The bytes of every file of a store, unpacked."""
    store = Holdings.open(root).store
    for path in (path for path in root.rglob("*") if path.is_file()):
        name = path.parent.name + path.name.removesuffix(".gz")
        yield store.read(name) if digest.is_sha256(name) else path.read_bytes()


def shows(root: Path) -> bool:
    spellings = [SECRET.encode(how) for how in ("utf-8", "gbk", "unicode-escape")]
    return any(one in data for data in everything(root) for one in (*spellings, b"secret picture"))


# What goes, what stays


def test_its_blobs_leave_and_only_digest_place_time_and_who_stay(kit: Kit) -> None:
    done = kit.away()
    assert {one.sha256 for one in done.event.moved} == own(kit)
    assert not any(kit.holdings.store.has(sha256) for sha256 in own(kit))
    assert kit.holdings.record(kit.secret.id) == kit.secret, "the header is what the next record names"
    leaf = kit.holdings.ledger.leaves()[-1]
    assert (leaf.kind, leaf.key) == ("purge", kit.secret.id)
    event = purge.of(kit.holdings, kit.secret.id)
    assert event is not None and (event.by, event.why, event.when) == ("张三", "页面有密级标志", NOW)


def test_what_other_records_cite_stays_and_they_are_named(kit: Kit) -> None:
    done = kit.away()
    shared = {one.sha256: one.records for one in done.event.stays}
    assert set(shared) == {sha256 for sha256 in kit.secret.capture.cited if sha256 in kit.other.capture.cited} - {
        kit.secret.capture.flow.sha256
    }
    assert set(shared.values()) == {(kit.other.id,)}
    assert all(kit.holdings.store.has(sha256) for sha256 in kit.other.capture.cited)
    assert kit.other.id[:12] in done.sentence()
    assert kit.other.id in done.sheet.read_text("utf-8")


def test_what_two_share_goes_with_the_second_of_them(kit: Kit) -> None:
    picture = factory.PNG + b"secret picture"
    twin = captured(kit.holdings, "N3/shifan/home/1", page(SECRET), started=NOW, picture=picture)
    first = kit.away()
    assert not set(own(kit)) & {one.sha256 for one in first.event.moved} - {kit.secret.capture.times}
    assert shows(kit.holdings.root)
    kit.away(twin)
    assert not shows(kit.holdings.root)
    assert examine(kit.holdings).clean


def test_our_own_flow_stays_even_if_only_this_record_used_it(kit: Kit) -> None:
    source = kit.holdings.store.put(b"# another flow\n", "text/x-python").sha256
    flow = replace(kit.secret.capture.flow, sha256=source)
    one = bundles.admitted(kit.holdings, "N3/shifan/home/1", flow=flow, html="x")
    kit.away(one)
    assert kit.holdings.store.has(source)


def test_a_page_that_served_the_bytes_of_a_document_of_the_ledger_takes_none_away(kit: Kit) -> None:
    """A unit may publish a header of a bundle on its site; quarantining that page must not lose the record."""
    served = kit.holdings.store.put(canonical.encode(kit.other.plain()), "application/json")
    artifact = factory.artifact(served, "download")
    hostile = bundles.admitted(kit.holdings, "N3/shifan/home/1", artifacts=(artifact,))
    done = kit.away(hostile)
    assert served.sha256 == kit.other.id and kit.other.id not in {one.sha256 for one in done.event.moved}
    assert kit.holdings.record(kit.other.id) == kit.other
    assert examine(kit.holdings).clean


def test_nothing_made_of_it_is_left_anywhere(kit: Kit) -> None:
    found = judged(kit)
    known = readings([kit.secret, kit.other], kit.holdings)
    assert SECRET in str(known[kit.secret.id])
    kit.holdings.derived.put_replay(
        Replay(record=kit.secret.id, replayer=factory.reading(kit.secret).reader, browser=SECRET)
    )
    assert found.facts and shows(kit.holdings.root)
    kit.away()
    assert not shows(kit.holdings.root)
    assert kit.holdings.derived.replay(kit.secret.id) is None
    assert readings([kit.other], kit.holdings)[kit.other.id] is not None, "that of others is still there"


def test_a_derived_file_that_is_damaged_goes_as_well(kit: Kit) -> None:
    (sha256,) = (one.sha256 for one in kit.secret.capture.of_role("dom"))
    folder = kit.holdings.root / "derived" / "pictures"
    folder.mkdir(parents=True)
    (folder / f"{digest.EMPTY}.json").write_bytes(b'{"sha256":"' + sha256.encode() + b'","text":"' + SECRET.encode())
    kit.away()
    assert not shows(kit.holdings.root)


def test_a_human_exhibit_goes_with_what_was_stated_of_it(kit: Kit, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff secret picture")
    finding = factory.finding(kit.other)
    stated = human.Statement(kind="photo", by="李四", finding=finding.id, indicator=finding.indicator, at=finding.at,
                             note=SECRET)  # fmt: skip
    one = human.add(kit.holdings, kit.other.capture.target, None, [photo], stated, now=NOW)
    kit.away()
    assert len(human.of_finding(kit.holdings, finding)) == 1
    kit.away(one)
    assert human.of_finding(kit.holdings, finding) == ()
    assert not shows(kit.holdings.root)


# Handing over


def test_the_contents_go_encrypted_to_whoever_takes_them_over(kit: Kit) -> None:
    key = pyrage.x25519.Identity.generate()
    blobs = {sha256: kit.holdings.store.read(sha256) for sha256 in own(kit)}
    done = kit.away(asked=replace(DESTROY, destroy=False, recipient=str(key.to_public())))
    assert done.handed is not None and done.handed.stat().st_mode & 0o777 == 0o600
    data = done.handed.read_bytes()
    assert done.event.handed == digest.sha256(data)
    assert SECRET.encode() not in data
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(data, [key]))) as tar:
        got = {entry.name: (tar.extractfile(entry) or io.BytesIO()).read() for entry in tar}
    assert got == blobs
    assert not shows(kit.holdings.root)


def test_the_sheet_names_digests_and_time_and_shows_nothing_of_the_page(kit: Kit) -> None:
    text = kit.away().sheet.read_text("utf-8")
    assert text.startswith("涉嫌涉密内容隔离移交单")
    assert kit.secret.id in text and all(sha256 in text for sha256 in own(kit))
    assert "经办人：张三" in text and "2021年1月5日" in text
    assert SECRET not in text and kit.secret.capture.requested_url not in text


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (replace(DESTROY, by=" "), "经办人"),
        (replace(DESTROY, why=""), "事由"),
        (replace(DESTROY, destroy=False), "去向"),
        (replace(DESTROY, recipient="age1x"), "择一"),
        (replace(DESTROY, destroy=False, recipient="not a key"), "age1"),
    ],
    ids=range(5),
)
def test_where_it_is_not_said_by_whom_why_or_where_to_nothing_is_taken_away(kit: Kit, asked: Asked, why: str) -> None:
    size = kit.holdings.ledger.size
    with pytest.raises(QuarantineError, match=why):
        kit.away(asked=asked)
    assert kit.holdings.ledger.size == size and all(map(kit.holdings.store.has, kit.secret.capture.cited))
    assert list(kit.out.iterdir()) == []


def test_a_blob_that_cannot_be_read_for_handing_over_stops_it_before_anything_is_gone(kit: Kit) -> None:
    path = kit.holdings.store.path(kit.secret.capture.of_role("tile")[0].sha256)
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    key = pyrage.x25519.Identity.generate().to_public()
    with pytest.raises(StoreError):
        kit.away(asked=replace(DESTROY, destroy=False, recipient=str(key)))
    assert not kit.holdings.ledger.purged and list(kit.out.iterdir()) == []


def test_a_damaged_blob_is_deleted_like_any_other(kit: Kit) -> None:
    path = kit.holdings.store.path(kit.secret.capture.of_role("tile")[0].sha256)
    path.chmod(0o644)
    path.write_bytes(b"secret picture, damaged")
    done = kit.away()
    assert None in {one.size for one in done.event.moved} and "已损坏" in done.sheet.read_text("utf-8")
    assert not path.exists() and not shows(kit.holdings.root)


# Killed half-way


def killing(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, after: int = 0) -> None:
    real, calls = getattr(where, name), iter(range(10**6))

    def once(*given: Any, **named: Any) -> Any:
        if next(calls) >= after:
            raise Killed
        return real(*given, **named)

    monkeypatch.setattr(where, name, once)


STEPS: tuple[tuple[str, str, int], ...] = (
    ("evidence.quarantine.handover", "write_encrypted", 0),
    ("evidence.ledger.FileLedger", "append", 0),
    ("evidence.quarantine", "write_whole", 0),
    ("evidence.store.FileStore", "remove", 0),
    ("evidence.store.FileStore", "remove", 2),
    ("evidence.derived.Derived", "forget", 0),
    ("evidence.judgements", "set_aside", 0),
)


@pytest.mark.parametrize(("where", "name", "after"), STEPS, ids=[f"{name}-{after}" for _, name, after in STEPS])
def test_killed_anywhere_it_can_be_run_again(kit: Kit, where: str, name: str, after: int) -> None:
    key = pyrage.x25519.Identity.generate()
    asked = replace(DESTROY, destroy=False, recipient=str(key.to_public()))
    judged(kit)
    with pytest.MonkeyPatch.context() as patch:
        killing(patch, _named(where), name, after)
        with pytest.raises(Killed):
            kit.away(asked=asked)
    again = kit.again()
    if kit.secret.id in again.holdings.ledger.purged:
        assert readings([kit.secret], again.holdings)[kit.secret.id] is None, "shown no more from the event on"
    again.away(asked=asked)
    assert not shows(again.holdings.root)
    assert examine(again.holdings).clean
    sealed = next(kit.out.glob("*.age")).read_bytes()
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(sealed, [key]))) as tar:
        assert set(tar.getnames()) == own(kit), "and what was handed over is whole"
    event = purge.of(again.holdings, kit.secret.id)
    assert event is not None and event.handed == digest.sha256(sealed)


def _named(where: str) -> Any:
    import importlib

    module, _, last = where.rpartition(".")
    return getattr(importlib.import_module(module), last)


def test_done_twice_is_no_change(kit: Kit) -> None:
    judged(kit)
    first = kit.away()
    leaves = kit.holdings.ledger.leaves()
    assert kit.away(asked=Asked(by="李四", why="再来一次")).event == first.event
    assert kit.holdings.ledger.leaves() == leaves


# What the store says of it


def test_the_store_is_clean_and_names_what_left(kit: Kit) -> None:
    kit.away()
    report = examine(kit.again().holdings)
    assert report.clean, report.faults
    (told,) = report.purged
    assert kit.secret.id in told and all(sha256 in told for sha256 in own(kit))
    assert told in report.sentence()


def test_what_is_lost_without_having_been_purged_is_still_a_fault(kit: Kit) -> None:
    kit.away()
    kit.holdings.store.remove(kit.secret.capture.environment)
    assert any("缺少所引用的文件" in fault for fault in examine(kit.holdings).faults)


def test_a_removing_that_was_cut_off_is_a_fault(kit: Kit) -> None:
    kit.away()
    kit.holdings.store.put(page(SECRET).encode(), "text/html")
    (fault,) = examine(kit.holdings).faults
    assert "没有做完" in fault and kit.secret.id[:12] in fault


def test_an_event_that_is_lost_is_a_fault_and_nothing_is_shown_for_that(kit: Kit) -> None:
    kit.away()
    kit.holdings.store.remove(kit.holdings.ledger.leaves()[-1].digest)
    again = kit.again().holdings
    assert not examine(again).clean
    with pytest.raises(NotFound, match="已隔离"):
        again.open_record(kit.secret.id)


def test_the_same_page_captured_again_is_told_and_needs_its_own_quarantine(kit: Kit) -> None:
    kit.away()
    later = captured(kit.holdings, "N3/shifan/home/1", page(SECRET), started=NOW)
    report = examine(kit.holdings)
    assert report.clean and later.id[:12] in report.purged[0]
    assert kit.away().event and kit.holdings.store.has(later.capture.of_role("dom")[0].sha256)
    kit.away(later)
    assert not shows(kit.holdings.root)


def test_the_catalog_made_anew_knows_it_too(kit: Kit) -> None:
    kit.away()
    kit.holdings.reindex()
    marks = {row.record: row.quarantined for row in kit.again().holdings.rows("shifan")}
    assert marks == {kit.secret.id: True, kit.other.id: False}


def test_the_chain_goes_on_through_it(kit: Kit) -> None:
    kit.away()
    after = bundles.admitted(kit.holdings, "N3/shifan/home/1", started=NOW, html="x")
    assert after.previous == kit.secret.id


# Commands


def said(kit: Kit, *words: str) -> Result:
    home = House(store=kit.holdings.root)
    return CliRunner().invoke(cli, words, obj={"opener": lambda _: home})


def test_the_command_says_what_was_done(kit: Kit) -> None:
    words = ("quarantine", kit.secret.id[:12], "--why", "密级标志", "--by", "张三", "-o", str(kit.out))
    refused = said(kit, *words)
    assert refused.exit_code == 2 and "--destroy" in refused.output
    done = said(kit, *words, "--destroy", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert (told["record"], told["file"]) == (kit.secret.id, None) and Path(told["sheet"]).exists()


@pytest.mark.parametrize("command", [("read",), ("compare", "OTHER"), ("export", "--png", "OUT")], ids=lambda c: c[0])
def test_no_command_opens_it(kit: Kit, command: tuple[str, ...], tmp_path: Path) -> None:
    kit.away()
    words = [{"OTHER": kit.other.id, "OUT": str(tmp_path / "x.png")}.get(word, word) for word in command]
    done = said(kit, *words, kit.secret.id)
    assert done.exit_code == 2 and "已隔离" in done.output
    assert kit.secret.id not in said(kit, "read", "--all", "--json").output


def test_an_unknown_record_is_none(kit: Kit) -> None:
    with pytest.raises(NotFound):
        quarantine(kit.holdings, digest.EMPTY, DESTROY, kit.out, now=NOW)


# Judging and findings

WHO = subject([column("home")], url="http://www.shifan.test/")


def judged(kit: Kit) -> Judgement:
    return judge_holdings(kit.holdings, [WHO], at=factory.NOON + timedelta(days=2), rules=RULES)


def test_what_was_said_by_it_is_taken_back_at_once(kit: Kit) -> None:
    judged(kit)
    kit.away()
    last = judgements.last(kit.again().holdings)
    resting = [one for one in last.findings if kit.secret.id in one.exhibits]
    assert resting and {one.state for one in resting} == {"undecided"}
    (fact,) = (one for one in last.facts if one.record == kit.secret.id)
    assert (fact.newest, fact.blank, fact.stale) == (None, None, None)
    assert SECRET not in str(last)


def test_a_finding_by_it_is_explained_and_cannot_be_confirmed(kit: Kit) -> None:
    hit = replace(factory.finding(kit.secret, label="home"), second_look="agrees", message=SECRET)
    kit.holdings.derived.put_finding(hit)
    kit.away()
    shown = said(kit, "findings", "show", hit.id)
    assert shown.exit_code == 0 and "已隔离" in shown.output and SECRET not in shown.output
    assert "有问题" in said(kit, "findings", "confirm", hit.id, "--by", "张三").output


def test_a_case_on_it_goes_on_without_what_it_showed(kit: Kit) -> None:
    hit = replace(factory.finding(kit.secret, label="home"), second_look="agrees", message=SECRET)
    kit.holdings.derived.put_finding(hit)
    rules = casebook.CaseRules()
    casebook.take(kit.holdings, hit, "confirmed", by="张三", now=NOW, rules=rules)
    done = kit.away()
    assert len(done.event.said) == 1
    (case,) = casebook.cases(kit.again().holdings)
    assert (case.state, case.finding.state) == ("confirmed", "undecided")
    assert not shows(kit.holdings.root) and examine(kit.holdings).clean
    now = kit.holdings.derived.finding(hit.id)
    assert (
        casebook.take(kit.holdings, now, "withdrawn", by="张三", now=NOW, rules=rules, reason="隔离").state
        == "withdrawn"
    )


def with_more(more: Visit, whole: Scene | None = None) -> Scene:
    """Five stale columns, and one more visit."""
    base = whole or stale_site()
    return replace(base, visits=(*base.visits, more))


def test_the_scene_is_a_hit_without_a_quarantine() -> None:
    assert stale_site().state("columns_not_updated") == "hit"
    assert blank_site().state("blank_columns") == "hit"
    assert stale_account().state("account_not_updated") == "hit"


AT = {
    "the latest": timedelta(minutes=1),
    "a week before": timedelta(days=7),
    "after T": -timedelta(hours=3),
}


@pytest.mark.parametrize("before", AT.values(), ids=AT)
def test_a_column_with_a_quarantined_look_in_the_window_is_not_said_to_be_stale(before: timedelta) -> None:
    """The very page that nobody may look at any more may have been the update."""
    gone = changed(visit("c0", T - before, None), quarantined=True)
    found = with_more(gone).finding("columns_not_updated")
    assert found.state == "undecided"
    assert any("已隔离" in one for one in found.missing)


def test_one_look_long_before_the_window_takes_nothing_back() -> None:
    gone = changed(visit("c0", T - timedelta(days=200), None), quarantined=True)
    assert with_more(gone).state("columns_not_updated") == "hit"


def test_a_quarantined_look_at_another_column_takes_nothing_back() -> None:
    gone = changed(visit("c9", T - timedelta(days=1), None), quarantined=True)
    assert with_more(gone).state("columns_not_updated") == "hit"


@pytest.mark.parametrize("days", [0, 7, 900])
def test_a_column_with_a_quarantined_look_ever_is_not_said_to_be_blank(days: int) -> None:
    """Blank is what never held anything."""
    gone = changed(visit("c0", T - timedelta(days=days, minutes=90), None), quarantined=True)
    assert with_more(gone, blank_site()).state("blank_columns") == "undecided"


def test_an_account_with_a_quarantined_look_is_not_said_to_be_silent() -> None:
    gone = changed(visit("posts", T - timedelta(days=3), None), quarantined=True)
    assert with_more(gone, stale_account()).state("account_not_updated") == "undecided"


def test_another_look_that_shows_something_new_still_clears() -> None:
    """清白一证即可: what may still be looked at speaks for the unit."""
    gone = changed(visit("c0", T - timedelta(minutes=1), None), quarantined=True)
    fresh = news("c0", 1, T - timedelta(hours=5))
    scene = with_more(fresh, with_more(gone))
    (fact,) = (fact for fact in scene.judged().facts if fact.label == "c0")
    assert fact.stale is False


def test_what_a_quarantined_look_showed_is_not_used_even_if_its_reading_is_at_hand() -> None:
    """Equal pages share one reading: it may still be there for another record."""
    gone = changed(news("c0", 1, T - timedelta(minutes=1)), quarantined=True)
    (fact,) = (fact for fact in with_more(gone).judged().facts if fact.label == "c0")
    assert (fact.newest, fact.stale) == (None, None)


# Bundles


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return bundles.office(tmp_path / "office", nights=3)


def bundled(office: Office, finding: Finding, folder: Path) -> Path:
    office.holdings.derived.put_finding(finding)
    house = House(store=office.holdings.root, signing=lambda: office.signer)
    return bundling.bundle(house, [finding.id], folder / "b.zip").path


def rows(office: Office) -> tuple[str, ...]:
    return tuple(row.record for row in office.holdings.rows("shifan", "home"))


def put_away(office: Office, id: str, folder: Path) -> None:
    quarantine(office.holdings, id, DESTROY, folder / "out", now=NOW)


def test_a_bundle_has_the_header_and_the_leaf_and_still_holds(office: Office, tmp_path: Path) -> None:
    night = rows(office)[1]
    put_away(office, night, tmp_path)
    path = bundled(office, office.dossier.finding, tmp_path)
    verdict, files = verify(path), bundles.members(path)
    assert verdict.holds(), verdict
    assert f"data/headers/{night}.json" in files
    (named,) = Manifest.load(canonical.decode(files["data/manifest.json"])).purged
    assert named.record == night and f"data/ledger/proofs/{named.event}.json" in files
    assert any("已隔离" in said for said in verdict.notices)
    assert agreement.both_hold(path)


def test_an_exhibit_in_quarantine_is_there_as_a_header_and_the_report_shows_digest_and_time(
    office: Office, tmp_path: Path
) -> None:
    *_, earlier, later = rows(office)
    url = "http://www.shifan.test/secret-page.html"
    gone = bundles.admitted(office.holdings, "N5/shifan/jimi/1", label="jimi", requested_url=url, html=page(SECRET),
                            target=factory.target(), final_url=url)  # fmt: skip
    finding = factory.finding(office.holdings.record(later), gone, at=NOW)
    office.holdings.derived.put_finding(finding)
    put_away(office, gone.id, tmp_path)
    path = bundled(office, office.holdings.derived.finding(finding.id), tmp_path)
    files = bundles.members(path)
    assert verify(path).holds() and agreement.both_hold(path)
    assert f"data/headers/{gone.id}.json" in files and f"data/records/{gone.id}.json" not in files
    report = b"".join(data for name, data in files.items() if name.startswith("data/report/")).decode()
    assert gone.id in report and "已隔离的记录" in report
    assert url not in report and SECRET not in report
    assert not any(SECRET.encode() in data for data in files.values())


def test_the_capture_before_an_exhibit_is_the_last_that_may_be_shown(office: Office, tmp_path: Path) -> None:
    *_, before, earlier, _ = rows(office)
    put_away(office, earlier, tmp_path)
    files = bundles.members(bundled(office, office.dossier.finding, tmp_path))
    assert f"data/records/{before}.json" in files and f"data/records/{earlier}.json" not in files


def test_a_finding_all_of_whose_exhibits_are_in_quarantine_has_no_bundle(office: Office, tmp_path: Path) -> None:
    put_away(office, rows(office)[-1], tmp_path)
    with pytest.raises(BundleError):
        bundled(office, office.dossier.finding, tmp_path)


def test_a_dossier_gathered_before_the_quarantine_is_not_bundled(office: Office, tmp_path: Path) -> None:
    put_away(office, rows(office)[-2], tmp_path)
    with pytest.raises(BundleError, match="刚被隔离"):
        office.bundle(tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def failed(path: Path) -> set[str]:
    return {check.name for check in verify(path).checks if check.passed is False}


def test_only_what_the_ledger_says_has_left_may_be_missing(office: Office, tmp_path: Path) -> None:
    """An office that would rather not show an exhibit cannot call it quarantined."""
    path = bundled(office, office.dossier.finding, tmp_path)
    files = bundles.members(path)
    id = rows(office)[-1]
    contents = office.holdings.record(id).capture.cited
    hidden = {
        name.replace("data/records/", "data/headers/") if name == f"data/records/{id}.json" else name: data
        for name, data in files.items()
        if not any(sha256 in name for sha256 in contents) and f"{id}.warc" not in name
    }
    proof = next(name for name in files if name == f"data/ledger/proofs/{id}.json")
    event = digest.sha256(files[proof])

    def claim(event: str) -> Callable[[Manifest], Manifest]:
        return lambda manifest: replace(manifest, purged=(Purged(record=id, event=event),))

    for named in (id, event):
        forged = bundles.resealed(hidden, office.signer, tmp_path / "forged.zip", describe=claim(named))
        assert "ledger inclusion" in failed(forged)
        assert not agreement.both_hold(forged)


def test_a_quarantined_record_with_contents_or_without_a_header_is_refused(office: Office, tmp_path: Path) -> None:
    night = rows(office)[1]
    put_away(office, night, tmp_path)
    files = bundles.members(bundled(office, office.dossier.finding, tmp_path))
    header, record = f"data/headers/{night}.json", f"data/records/{night}.json"
    without = {name: data for name, data in files.items() if name != header}
    for one in (
        without,
        {**without, record: files[header]},
        {**files, header: files[header].replace(b"home", b"hom3")},
    ):
        forged = bundles.resealed(one, office.signer, tmp_path / "forged.zip")
        assert "records" in failed(forged)
        assert not agreement.both_hold(forged)
