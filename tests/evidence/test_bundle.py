"""Bundles: repeatable, checked by tools that are not ours, and refused where they would say too much."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidence import bag, canonical, digest, zipform
from evidence.anchors import ALONE
from evidence.bundle import write_bundle
from evidence.dossier import gather
from evidence.errors import BundleError
from evidence.holdings import Holdings
from evidence.verify import verify
from tests.evidence import bundles, factory
from tests.evidence.bundles import Office, admitted

NOON = factory.NOON


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return bundles.office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(template: Office, tmp_path: Path) -> Office:
    """An office of one's own, that a test may add to."""
    shutil.copytree(template.holdings.root, tmp_path / "store")
    return replace(template, holdings=Holdings.open(tmp_path / "store"))


@pytest.fixture
def unpacked(office: Office, tmp_path: Path) -> Path:
    result = office.bundle(tmp_path / "b.zip")
    with zipfile.ZipFile(result.path) as opened:
        opened.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked" / result.name


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)


def test_a_bundle_holds(office: Office, tmp_path: Path) -> None:
    result = office.bundle(tmp_path / "b.zip")
    verdict = verify(result.path)
    assert verdict.holds(), verdict
    assert (result.sealed, result.path) == (True, tmp_path / "b.zip")
    assert verdict.notices == (ALONE,), "nobody else signed, and there is no time-stamp"


def test_the_same_inputs_give_the_same_bytes_but_for_the_seal(office: Office, tmp_path: Path) -> None:
    first = bundles.members(office.bundle(tmp_path / "a.zip").path)
    second = bundles.members(office.bundle(tmp_path / "b.zip").path)
    assert list(first) == list(second)
    assert {path for path in first if first[path] != second[path]} <= {bag.SIGNATURE, bag.SEAL_LIST}


def test_a_bundle_made_later_proves_by_the_same_checkpoint(office: Office, tmp_path: Path) -> None:
    """The earliest signed state that has the records says most."""
    first = bundles.members(office.bundle(tmp_path / "a.zip").path)
    admitted(office.holdings, "N3/other/home/1", target=factory.target(id="other"))
    office.holdings.ledger.checkpoint(office.signer)
    second = bundles.members(office.bundle(tmp_path / "b.zip").path)
    assert first["data/ledger/checkpoint"] == second["data/ledger/checkpoint"]


def test_a_bundle_is_entered_in_the_ledger(office: Office, tmp_path: Path) -> None:
    result = office.bundle(tmp_path / "b.zip")
    leaf = office.holdings.ledger.find("bundle", result.name)
    assert leaf is not None
    assert leaf.digest == digest.sha256(bundles.members(result.path)["data/manifest.json"])


def test_a_folder_gets_a_file_with_the_bundles_name(office: Office, tmp_path: Path) -> None:
    result = office.bundle(tmp_path)
    assert result.path == tmp_path / f"{result.name}.zip"


def test_without_a_signer_the_name_says_so_and_it_does_not_hold(office: Office, tmp_path: Path) -> None:
    result = office.bundle(tmp_path / "b.zip", signer=None)
    assert (result.sealed, result.path.name) == (False, "b.UNSEALED.zip")
    assert not (tmp_path / "b.zip").exists()
    verdict = verify(result.path)
    assert not verdict.holds()
    assert {check.name for check in verdict.checks if check.passed is False} == {"checkpoint", "signature"}


def test_bagit_agrees(unpacked: Path) -> None:
    assert run(unpacked, f"{sys.executable} -m bagit --validate .").returncode == 0
    (unpacked / "data" / "custody.json").write_text("{}")
    assert run(unpacked, f"{sys.executable} -m bagit --validate .").returncode != 0


def test_the_commands_in_the_instructions_work(unpacked: Path) -> None:
    text = (unpacked / "data" / "verify-zh.txt").read_text("utf-8-sig")
    commands = re.findall(r"^    ((?:sha256sum|openssl) .*)$", text, re.MULTILINE)
    assert len(commands) == 5
    for command in commands:
        done = run(unpacked, command)
        assert done.returncode == 0, (command, done.stderr)
    (unpacked / bag.TAG_MANIFEST).write_bytes((unpacked / bag.TAG_MANIFEST).read_bytes() + b"\n")
    assert sum(run(unpacked, command).returncode != 0 for command in commands) == 1


def test_the_instructions_show_on_old_windows(unpacked: Path) -> None:
    data = (unpacked / "data" / "verify-zh.txt").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert "certutil -hashfile" in data.decode("utf-8-sig")


def test_warcio_agrees_with_the_network_of_each_record(unpacked: Path) -> None:
    files = sorted((unpacked / "data" / "warc").iterdir())
    assert len(files) == 2
    warcio = shutil.which("warcio", path=str(Path(sys.executable).parent))
    assert warcio is not None
    for file in files:
        assert subprocess.run([warcio, "check", str(file)], check=False).returncode == 0
    with files[0].open("rb") as stream:
        kinds = [record.rec_type for record in ArchiveIterator(stream)]
    assert kinds == ["warcinfo", "response", "request", "resource", "resource", "resource"]


def test_unzip_and_python_read_the_zip_without_complaint(office: Office, tmp_path: Path) -> None:
    result = office.bundle(tmp_path / "b.zip")
    with zipfile.ZipFile(result.path) as opened:
        assert opened.testzip() is None
        assert {info.date_time for info in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_everything_lies_in_one_folder_with_names_for_every_system(office: Office, tmp_path: Path) -> None:
    result = office.bundle(tmp_path / "b.zip")
    with zipfile.ZipFile(result.path) as opened:
        names = opened.namelist()
    assert all(name.startswith(f"{result.name}/") and bag.is_path(name) for name in names)
    assert len({name.lower() for name in names}) == len(names)


def test_captured_pages_and_scripts_are_not_stored_under_names_that_run(unpacked: Path) -> None:
    assert {path.suffix for path in (unpacked / "data" / "artifacts").iterdir()} == {".png", ".txt", ".json"}


def test_blobs_that_records_share_are_there_once(unpacked: Path) -> None:
    digests = [path.name.partition(".")[0] for path in (unpacked / "data" / "artifacts").iterdir()]
    assert len(digests) == len(set(digests))


def test_the_series_has_the_headings_of_all_records_of_the_label(unpacked: Path) -> None:
    body = canonical.decode((unpacked / "data" / "series" / "shifan" / "home.json").read_bytes())
    assert [row["key"] for row in body["rows"]] == ["N1/shifan/home/1", "N2/shifan/home/1"]


def test_a_label_that_is_no_file_name_still_bundles(tmp_path: Path) -> None:
    office = bundles.office(tmp_path, label="通知/..\n公告")
    result = office.bundle(tmp_path / "b.zip", sources={"../规则.py": b"x", "con.py": b"y"})
    assert verify(result.path).holds()


def test_a_bundle_names_no_other_target(office: Office, tmp_path: Path) -> None:
    for path, data in bundles.members(office.bundle(tmp_path / "b.zip").path).items():
        assert "别处".encode() not in data, path


def test_findings_of_different_units_do_not_go_in_one_bundle(office: Office, tmp_path: Path) -> None:
    record = next(record for record in office.holdings.records() if record.capture.target.id == "other")
    other = gather(factory.finding(record), subject=record.capture.target, holdings=office.holdings)
    with pytest.raises(BundleError, match="different units"):
        write_bundle([office.dossier, other], holdings=office.holdings, signer=office.signer, out=tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_several_findings_of_one_unit_share_a_bundle(office: Office, tmp_path: Path) -> None:
    record = admitted(office.holdings, "N2/second/home/1", target=factory.target(id="second"))
    second = gather(factory.finding(record), subject=record.capture.target, holdings=office.holdings)
    result = write_bundle(
        [office.dossier, second], holdings=office.holdings, signer=office.signer, out=tmp_path / "b.zip"
    )
    files = bundles.members(result.path)
    assert verify(result.path).holds()
    assert len([path for path in files if path.endswith("index.html")]) == 2


def test_no_finding_is_no_bundle(office: Office, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no finding"):
        write_bundle([], holdings=office.holdings, signer=office.signer, out=tmp_path / "b.zip")


def test_a_finding_without_exhibits_proves_nothing(office: Office, tmp_path: Path) -> None:
    bare = replace(office.dossier, exhibits=(), finding=replace(office.dossier.finding, exhibits=()))
    with pytest.raises(BundleError, match="no exhibit"):
        write_bundle([bare], holdings=office.holdings, signer=office.signer, out=tmp_path / "b.zip")


def test_a_dossier_with_other_records_than_its_finding_cites_is_refused(office: Office, tmp_path: Path) -> None:
    wrong = replace(office.dossier, finding=replace(office.dossier.finding, exhibits=(digest.EMPTY,)))
    with pytest.raises(BundleError, match="does not hold the records"):
        write_bundle([wrong], holdings=office.holdings, signer=office.signer, out=tmp_path / "b.zip")


def test_exhibits_of_another_target_are_refused(office: Office, tmp_path: Path) -> None:
    wrong = replace(office.dossier, subject=factory.target(id="second"))
    with pytest.raises(BundleError, match="exhibits of"):
        write_bundle([wrong], holdings=office.holdings, signer=office.signer, out=tmp_path / "b.zip")


def test_a_record_that_never_was_admitted_is_refused(office: Office, tmp_path: Path) -> None:
    stray = replace(office.dossier.exhibits[0], record=replace(office.dossier.exhibits[0].record, previous=None))
    finding = replace(office.dossier.finding, exhibits=(stray.record.id,))
    wrong = replace(office.dossier, finding=finding, exhibits=(stray,))
    with pytest.raises(BundleError, match="not in the ledger"):
        write_bundle([wrong], holdings=office.holdings, signer=office.signer, out=tmp_path / "b.zip")


def test_above_the_limits_of_the_form_nothing_is_written(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("MAX_MEMBERS", 5), ("MAX_FILE", 4000)):
        with monkeypatch.context() as patch:
            patch.setattr(zipform, name, value)
            with pytest.raises(BundleError, match="fewer findings"):
                office.bundle(tmp_path / "out" / "b.zip")
        assert list((tmp_path / "out").iterdir()) == []


def test_a_demonstration_is_marked_for_ever(tmp_path: Path) -> None:
    office = bundles.office(tmp_path, purpose="demonstration")
    verdict = verify(office.bundle(tmp_path / "b.zip").path)
    assert verdict.holds()
    assert any("演示" in notice for notice in verdict.notices)


def test_a_simulated_clock_is_marked_for_ever(tmp_path: Path) -> None:
    office = bundles.office(tmp_path, clock=factory.ClockRef(source="simulated"))
    verdict = verify(office.bundle(tmp_path / "b.zip").path)
    assert verdict.holds()
    assert any("模拟时钟" in notice for notice in verdict.notices)


def test_no_temporary_file_is_left(office: Office, tmp_path: Path) -> None:
    office.bundle(tmp_path / "out" / "b.zip")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b.zip"]


def test_the_earlier_look_passes_over_failed_visits(tmp_path: Path) -> None:
    office = bundles.office(tmp_path)
    later = office.dossier.exhibits[0].record
    admitted(office.holdings, "N3/shifan/home/1", outcome="timeout", checks=(), started=NOON + timedelta(days=2))
    newest = admitted(office.holdings, "N4/shifan/home/1", started=NOON + timedelta(days=3))
    dossier = gather(factory.finding(newest), subject=newest.capture.target, holdings=office.holdings)
    assert dossier.exhibits[0].earlier == later
    assert len(dossier.exhibits[0].rows) == 4
