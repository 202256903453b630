"""Human exhibits: hashed when handed in, told apart from what we saw, shown beside the finding, counted by nothing."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evidence import human, judgements, store, tries
from evidence.bundle import write_bundle
from evidence.cli import cli
from evidence.dossier import gather
from evidence.errors import AdmitError
from evidence.explain import explain
from evidence.holdings import Holdings
from evidence.human import Statement
from evidence.judge import judge_holdings
from evidence.model import Finding, Record
from evidence.tries import Try
from evidence.verify import verify
from tests.evidence import bundles, factory
from tests.evidence.judging_factory import RULES, column, subject

NOW = factory.NOON + timedelta(days=3)


@pytest.fixture
def office(tmp_path: Path) -> bundles.Office:
    made = bundles.office(tmp_path / "office")
    made.holdings.derived.put_finding(made.dossier.finding)
    return made


def photo(folder: Path, name: str = "手机 截图.png", data: bytes = factory.PNG) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def add(office: bundles.Office, *paths: Path, **said: Any) -> Record:
    found = office.dossier.finding
    statement = Statement(
        **{"kind": "photo", "by": "李四", "finding": found.id, "indicator": found.indicator, "at": found.at, **said}
    )
    return human.add(office.holdings, office.dossier.subject, found.label, paths, statement, now=NOW)


def test_what_is_handed_in_is_a_record_of_purpose_human_with_the_bytes_as_they_came(
    office: bundles.Office, tmp_path: Path
) -> None:
    record = add(office, photo(tmp_path), device="华为 P60", second="王五", checklist=(("飞行模式", "否"),))
    assert (record.capture.purpose, record.capture.coverage, record.capture.complete) == ("human", "partial", None)
    (artifact,) = record.capture.artifacts
    assert (artifact.role, artifact.media_type) == ("human", "image/png")
    assert office.holdings.store.read(artifact.sha256) == factory.PNG
    said = human.statement_of(record, office.holdings)
    assert (said.by, said.device, said.second, said.checklist) == ("李四", "华为 P60", "王五", (("飞行模式", "否"),))
    assert said.files[0].name == "手机 截图.png"
    assert office.holdings.ledger.find("record", record.capture.key)


def test_the_same_again_is_the_same_record(office: bundles.Office, tmp_path: Path) -> None:
    path = photo(tmp_path)
    assert add(office, path) == add(office, path)


def test_a_browser_capture_is_never_chained_or_compared_with_it(office: bundles.Office, tmp_path: Path) -> None:
    add(office, photo(tmp_path))
    later = bundles.admitted(office.holdings, "N3/shifan/home/1", started=NOW)
    assert later.previous
    assert office.holdings.record(later.previous).capture.purpose != "human"


def test_a_large_file_is_hashed_in_pieces_and_never_held_whole(
    office: bundles.Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "CHUNK", 1000)
    data = bytes(range(256)) * 100
    record = add(office, photo(tmp_path, "录屏.mp4", data), kind="phone-video")
    (artifact,) = record.capture.artifacts
    assert (artifact.size, artifact.media_type) == (len(data), "video/mp4")
    assert office.holdings.store.read(artifact.sha256) == data
    assert list((office.holdings.store.blobs / "incoming").iterdir()) == []
    assert office.holdings.store.check().clean


def test_a_name_does_not_make_a_picture(office: bundles.Office, tmp_path: Path) -> None:
    (artifact,) = add(office, photo(tmp_path, "x.png", b"<script>alert(1)</script>")).capture.artifacts
    assert artifact.media_type == "application/octet-stream"


@pytest.mark.parametrize(
    ("said", "word"),
    [({"by": " "}, "--by"), ({"begun": NOW, "ended": NOW - timedelta(minutes=1)}, "before it begins")],
)
def test_a_statement_that_cannot_be_is_refused_and_nothing_kept(
    office: bundles.Office, tmp_path: Path, said: dict[str, Any], word: str
) -> None:
    before = office.holdings.ledger.size
    with pytest.raises(AdmitError, match=word):
        add(office, photo(tmp_path), **said)
    assert office.holdings.ledger.size == before


def test_it_stands_beside_its_finding_and_beside_no_other(office: bundles.Office, tmp_path: Path) -> None:
    found = office.dossier.finding
    add(office, photo(tmp_path))
    (one,) = human.of_finding(office.holdings, found)
    told = explain(found, None, (one,))
    assert "李四提取" in told
    assert "手机 截图.png" in told
    assert human.of_finding(office.holdings, replace(found, id="0" * 64, indicator="other")) == ()
    assert len(human.of_finding(office.holdings, replace(found, id="0" * 64))) == 1, "the same T judged again"
    assert human.of_finding(office.holdings, replace(found, id="0" * 64, at=found.at + timedelta(days=1))) == ()


def bundled(office: bundles.Office, out: Path) -> Path:
    dossier = gather(
        office.dossier.finding,
        subject=office.dossier.subject,
        holdings=office.holdings,
        readings={e.record.id: e.reading for e in office.dossier.exhibits if e.reading},
    )
    return write_bundle([dossier], holdings=office.holdings, signer=office.signer, out=out).path


def test_a_bundle_carries_it_shows_it_and_verifies(office: bundles.Office, tmp_path: Path) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    record = add(office, photo(tmp_path), photo(tmp_path, "录屏.mp4", b"film"), device=hostile)
    path = bundled(office, tmp_path / "a.zip")
    verdict = verify(path, trust=office.certificate)
    assert verdict.holds(), [check for check in verdict.checks if check.passed is False]
    with zipfile.ZipFile(path) as opened:
        files = {name.partition("/")[2]: opened.read(name) for name in opened.namelist()}
    assert f"data/records/{record.id}.json" in files
    assert files[f"data/artifacts/{record.capture.artifacts[0].sha256}.png"] == factory.PNG
    assert files[f"data/artifacts/{record.capture.artifacts[1].sha256}.bin"] == b"film"
    report = files["data/report/index.html"].decode()
    assert "人工提取的材料" in report
    assert "李四" in report
    assert hostile not in report
    events = json.loads(files["data/custody.json"])["events"]
    assert [event["who"] for event in events if event["what"] == "handed in"] == ["李四"]


def test_a_bundle_whose_human_exhibit_was_changed_does_not_hold(office: bundles.Office, tmp_path: Path) -> None:
    record = add(office, photo(tmp_path, "录屏.mp4", b"film"))
    files = bundles.members(bundled(office, tmp_path / "a.zip"))
    files[f"data/artifacts/{record.capture.artifacts[0].sha256}.bin"] = b"flim"
    forged = bundles.resealed(bundles.payload(files), office.signer, tmp_path / "b.zip")
    assert not verify(forged).holds()


def test_no_series_and_no_finding_counts_it(tmp_path: Path) -> None:
    held = Holdings.open(tmp_path)
    bundles.admitted(held, "N1/shifan/home/1")
    who = subject([column("c0")])
    at = factory.NOON + timedelta(hours=2)

    def judged() -> list[Finding]:
        return [replace(f, exhibits=()) for f in judge_holdings(held, [who], at=at, rules=RULES).findings]

    before = judged()
    said = Statement(kind="photo", by="李四")
    human.add(held, factory.target(), None, [photo(tmp_path)], said, now=factory.NOON + timedelta(hours=1))
    assert judged() == before


WECHAT = {"kind": "account", "platform": "wechat", "site_code": None, "url": "account:wechat/gh_1"}
IN_VAIN = ("menu=absent", "message=unanswered@2020-12-20", "comment=absent", "hotline=absent")


def try_out(holdings: Holdings, folder: Path, *written: str, at: datetime = factory.NOON, **said: Any) -> Record:
    """Hand in a recording of tries that ended at `at`."""
    statement = Statement(
        **{
            "kind": "phone-video", "by": "李四", "second": "王五", "device": "华为 P60", "app": "微信 8.0.50",
            "begun": at - timedelta(minutes=5), "ended": at, "tries": tuple(map(tries.parse, written)), **said,
        }
    )  # fmt: skip
    path = photo(folder, f"录屏{at:%H%M}.mp4", b"film" + str(at).encode())
    target = factory.target(kind="account", site_code=None, url="account:wechat/gh_1")
    return human.add(holdings, target, None, [path], statement, now=at + timedelta(minutes=1))


def interaction(holdings: Holdings, at: datetime) -> Finding:
    found = judge_holdings(holdings, [subject(**WECHAT)], at=at, rules=RULES).findings
    (one,) = [each for each in found if each.indicator == "account_interaction_missing"]
    return one


def test_what_was_stated_before_there_were_tries_keeps_its_bytes(office: bundles.Office, tmp_path: Path) -> None:
    environment = office.holdings.store.read(add(office, photo(tmp_path)).capture.environment)
    assert b"tries" not in environment


def test_tries_are_kept_with_the_statement_and_weighed_when_it_is_judged_again(tmp_path: Path) -> None:
    held = Holdings.open(tmp_path / "store")
    at = factory.NOON + timedelta(hours=1)
    assert interaction(held, at).state == "undecided"
    record = try_out(held, tmp_path, *IN_VAIN)
    assert [one.said for one in human.statement_of(record, held).tries][2] == "评论没有"
    found = interaction(Holdings.open(held.root), at)
    assert (found.state, found.exhibits, found.second_look) == ("hit", (record.id,), "missing")
    assert interaction(held, factory.NOON - timedelta(hours=1)).state == "undecided", "it is later than T"
    assert interaction(held, at + timedelta(days=2)).state == "undecided", "it is too old"
    try_out(held, tmp_path, "comment=works", at=factory.NOON + timedelta(minutes=30), second=None)
    assert interaction(held, at).state == "clear"


def test_a_finding_shows_the_recording_it_rests_on_whenever_that_was_handed_in(tmp_path: Path) -> None:
    held = Holdings.open(tmp_path / "store")
    record = try_out(held, tmp_path, *IN_VAIN)
    found = interaction(held, factory.NOON + timedelta(hours=1))
    (one,) = human.of_finding(held, found)
    assert one.record.id == record.id
    assert "所试：菜单没有、私信未回应（2020-12-20发出）" in explain(found, None, (one,))
    assert judgements.second_looks_due(held) == {}, "no machine looks again at what a person saw"


def test_a_recording_that_cannot_be_opened_takes_nothing_with_it_and_leaves_it_open(tmp_path: Path) -> None:
    held = Holdings.open(tmp_path / "store")
    lost = try_out(held, tmp_path, "comment=works", at=factory.NOON - timedelta(hours=2))
    try_out(held, tmp_path, *IN_VAIN)
    path = held.store.blobs / lost.capture.environment[:2] / lost.capture.environment[2:]
    (found,) = [one for one in path.parent.iterdir() if one.name.startswith(path.name)]
    found.unlink()
    again = interaction(Holdings.open(held.root), factory.NOON + timedelta(hours=1))
    assert again.state == "undecided"
    assert "打不开" in "".join(again.missing)


def test_a_bundle_of_a_finding_that_rests_on_a_recording_verifies_and_shows_what_was_tried(tmp_path: Path) -> None:
    office = bundles.office(tmp_path / "office")
    try_out(office.holdings, tmp_path, *IN_VAIN)
    found = interaction(office.holdings, factory.NOON + timedelta(hours=1))
    target = office.holdings.record(found.exhibits[0]).capture.target
    dossier = gather(found, subject=target, holdings=office.holdings)
    path = write_bundle([dossier], holdings=office.holdings, signer=office.signer, out=tmp_path / "a.zip").path
    assert verify(path, trust=office.certificate).holds()
    with zipfile.ZipFile(path) as opened:
        (report,) = [opened.read(name).decode() for name in opened.namelist() if name.endswith("index.html")]
    assert "所试及结果" in report
    assert "12345没有" in report


@pytest.mark.parametrize(
    ("target", "said", "word"),
    [
        ({}, {}, "只用于新媒体账号"),
        ({"kind": "account"}, {"kind": "letter"}, "录屏或照片"),
        ({"kind": "account"}, {"ended": NOW + timedelta(hours=1)}, "在此刻之后"),
        ({"kind": "account"}, {"tries": (Try("menu", "dead", "甲"), Try("menu", "works", "甲"))}, "两种结果"),
    ],
)
def test_tries_that_cannot_be_are_refused_and_nothing_kept(
    tmp_path: Path, target: dict[str, Any], said: dict[str, Any], word: str
) -> None:
    held = Holdings.open(tmp_path / "store")
    statement = Statement(**{"kind": "photo", "by": "李四", "tries": (Try("comment", "absent"),), **said})
    with pytest.raises(AdmitError, match=word):
        human.add(held, factory.target(**target), None, [photo(tmp_path)], statement, now=NOW)
    assert held.ledger.size == 0


def quzheng(office: bundles.Office, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "-w", str(office.holdings.root.parent)], obj=None)


def test_the_command_admits_files_and_findings_show_lists_them(office: bundles.Office, tmp_path: Path) -> None:
    found = office.dossier.finding.id
    said = quzheng(
        office,
        *("exhibit", "add", found[:12], str(photo(tmp_path)), "--kind", "photo", "--by", "李四"),
        *("--from", "2021-01-05T09:00+08:00", "--to", "2021-01-05T09:01+08:00", "--checklist", "飞行模式=否", "--json"),
    )
    assert said.exit_code == 0, said.output
    record = json.loads(said.output)["record"]
    shown = json.loads(quzheng(office, "findings", "show", found, "--json").output)
    assert [(one["record"], one["by"], one["begun"]) for one in shown["human"]] == [
        (record, "李四", datetime(2021, 1, 5, 1, tzinfo=UTC).isoformat(timespec="milliseconds"))
    ]
    assert "李四提取" in quzheng(office, "findings", "show", found).output


def test_an_unknown_finding_or_a_point_without_an_answer_is_a_usage_error(
    office: bundles.Office, tmp_path: Path
) -> None:
    path = str(photo(tmp_path))
    assert quzheng(office, "exhibit", "add", "ffff", path, "--kind", "photo").exit_code == 2
    known = office.dossier.finding.id
    assert quzheng(office, "exhibit", "add", known, path, "--kind", "photo", "--checklist", "飞行模式").exit_code == 2


def test_the_command_takes_tries_of_an_account_and_refuses_them_in_chinese(
    office: bundles.Office, tmp_path: Path
) -> None:
    try_out(office.holdings, tmp_path, "comment=works", at=factory.NOON - timedelta(days=20))
    found = interaction(office.holdings, factory.NOON).id
    add_ = ("exhibit", "add", found[:12], str(photo(tmp_path)), "--kind", "photo", "--by", "李四")
    wrong = quzheng(office, *add_, "--tried", "menu:办事大厅=坏了")
    assert (wrong.exit_code, "不认识" in wrong.output) == (2, True)
    said = quzheng(office, *add_, "--tried", "menu:办事大厅=dead", "--tried", "评论=没有")
    assert said.exit_code == 0, said.output
    assert "所试：菜单“办事大厅”无效" in said.output
    shown = json.loads(quzheng(office, "findings", "show", found, "--json").output)
    assert [one["what"] for one in shown["human"][-1]["tries"]] == ["menu", "comment"]
