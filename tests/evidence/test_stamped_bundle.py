"""Bundles with a time-stamp, those that should have one, and the way by file; checkpoints the same."""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from evidence import bag, checkpoints, relay, soundness, timestamp
from evidence.cli import cli
from evidence.errors import BundleError, EvidenceError, FormError, SealError
from evidence.holdings import Holdings
from evidence.seal import Signer
from evidence.timestamp import Authority
from evidence.verify import verify
from tests import authorities
from tests.authorities import NOW
from tests.evidence import bundles, factory
from tests.evidence.bundles import Office, admitted
from tests.evidence.test_seal import issued
from tests.hostile import agreement


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return bundles.office(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> authorities.Authority:
    return authorities.authority(tmp_path_factory.mktemp("tsa") / "a")


@pytest.fixture
def office(template: Office, tmp_path: Path) -> Office:
    shutil.copytree(template.holdings.root, tmp_path / "store")
    return replace(template, holdings=Holdings.open(tmp_path / "store"))


@pytest.fixture
def authority(tsa: authorities.Authority) -> Authority:
    return Authority(ask=tsa.reply, anchors=tsa.folder / "ca.pem")


@pytest.fixture
def trust(office: Office, tsa: authorities.Authority, tmp_path: Path) -> Path:
    path = tmp_path / "trust.pem"
    path.write_bytes(office.certificate.read_bytes() + tsa.root)
    return path


def silent(request: bytes) -> bytes:
    raise SealError("没有答复")


def passed(bundle: Path, trust: Path | None = None) -> dict[str, bool | None]:
    """Return what both verifiers say."""
    return agreement.both(bundle, trust)


def test_a_stamped_bundle_holds_even_for_a_strict_reader(
    office: Office, authority: Authority, trust: Path, tmp_path: Path
) -> None:
    result = office.bundle(tmp_path / "b.zip", authority=authority)
    verdict = verify(result.path, trust=trust)
    assert verdict.holds(strict=True), verdict
    assert (result.sealed, result.lacking) == (True, None)
    assert list(bundles.members(result.path))[-4:] == list(bag.seal_paths(stamped=True))


def test_who_trusts_the_office_alone_leaves_the_authority_open(
    office: Office, authority: Authority, tmp_path: Path
) -> None:
    found = passed(office.bundle(tmp_path / "b.zip", authority=authority).path, office.certificate)
    assert (found["time-stamp"], found["time-stamp trusted"], found["signer trusted"]) == (True, None, True)


def test_where_a_stamp_is_demanded_and_none_is_had_the_bundle_is_unsealed_and_says_why(
    office: Office, authority: Authority, tmp_path: Path
) -> None:
    result = office.bundle(tmp_path / "b.zip", authority=replace(authority, ask=silent))
    assert (result.sealed, result.path.name) == (False, "b.UNSEALED.zip")
    assert "没有答复" in (result.lacking or "")
    assert not (tmp_path / "b.zip").exists()
    assert not any(path.startswith("seal/") for path in bundles.members(result.path))
    assert not verify(result.path).holds()
    assert office.holdings.ledger.find("bundle", result.name) is None


def test_where_none_is_demanded_the_bundle_is_sealed_without_and_says_so(
    office: Office, authority: Authority, tmp_path: Path
) -> None:
    result = office.bundle(tmp_path / "b.zip", authority=replace(authority, ask=silent, required=False))
    assert result.sealed and "没有取得时间戳" in (result.lacking or "")
    assert verify(result.path).holds()


def test_a_reply_that_does_not_hold_seals_nothing(
    office: Office, authority: Authority, tsa: authorities.Authority, tmp_path: Path
) -> None:
    old = tsa.over(b"other")
    result = office.bundle(tmp_path / "b.zip", authority=replace(authority, ask=lambda _: old))
    assert not result.sealed


def test_an_authority_whose_clock_is_behind_the_captures_seals_nothing(
    tmp_path: Path, authority: Authority, tsa: authorities.Authority
) -> None:
    late = NOW + timedelta(minutes=30)
    office = bundles.office(tmp_path, started=late, ended=late + timedelta(minutes=1))
    result = office.bundle(tmp_path / "b.zip", authority=authority)
    assert not result.sealed and "早于" in (result.lacking or "")
    signed = office.bundle(tmp_path / "c.zip").path
    files = bundles.members(signed)
    forged = bundles.zipped(
        bundles.stamped(files, tsa.over(files[bag.SIGNATURE])), bundle_name(signed), tmp_path / "d.zip"
    )
    assert {name for name, answer in passed(forged).items() if answer is False} == {"order of times"}
    assert not verify(forged).holds()


def bundle_name(path: Path) -> str:
    with zipfile.ZipFile(path) as opened:
        return opened.namelist()[0].partition("/")[0]


def test_removing_the_stamp_without_redoing_the_list_is_seen(
    office: Office, authority: Authority, tmp_path: Path
) -> None:
    path = office.bundle(tmp_path / "b.zip", authority=authority).path
    files = {name: data for name, data in bundles.members(path).items() if name != bag.TOKEN}
    bundles.zipped(files, bundle_name(path), tmp_path / "c.zip")
    assert not verify(tmp_path / "c.zip").holds()


@pytest.mark.parametrize("token", [b"", b"<html>", b"\x30\x00", b"\x30" * 5000, b"x" * (timestamp.MAX_RESPONSE + 1)])
def test_what_is_no_stamp_is_false_and_stumbles_nothing(
    office: Office, trust: Path, tmp_path: Path, token: bytes
) -> None:
    path = office.bundle(tmp_path / "b.zip").path
    bundles.zipped(bundles.stamped(bundles.members(path), token), bundle_name(path), tmp_path / "c.zip")
    found = passed(tmp_path / "c.zip", trust)
    assert found["time-stamp"] is False
    assert found["order of times"] is True and found["signer trusted"] is True


def expired(tmp_path: Path, office: Office, tsa: authorities.Authority, stamped: timedelta) -> dict[str, bool | None]:
    """Return the verdict on a bundle whose signer expired ten days ago, stamped that long ago."""
    old = issued("office", None, since=-3000, days=-10)
    files = bundles.members(office.bundle(tmp_path / "b.zip", signer=old).path)
    token = tsa.forged(files[bag.SIGNATURE], at=NOW - stamped)
    path = bundles.zipped(bundles.stamped(files, token), bundle_name(tmp_path / "b.zip"), tmp_path / "c.zip")
    (tmp_path / "both.pem").write_bytes(old.certificate_pem + tsa.root)
    return passed(path, tmp_path / "both.pem")


def test_a_signer_that_expired_since_is_trusted_where_a_trusted_stamp_was_before(
    office: Office, tsa: authorities.Authority, tmp_path: Path
) -> None:
    found = expired(tmp_path, office, tsa, timedelta(days=20))
    assert (found["signer trusted"], found["time-stamp trusted"]) == (True, True)


def test_a_stamp_after_the_end_leaves_the_signer_open(
    office: Office, tsa: authorities.Authority, tmp_path: Path
) -> None:
    assert expired(tmp_path, office, tsa, timedelta(days=5))["signer trusted"] is None


def test_a_stamp_by_anyone_proves_nothing_for_an_expired_signer(office: Office, tmp_path: Path) -> None:
    anyone = authorities.authority(tmp_path / "anyone")
    old = issued("office", None, since=-3000, days=-10)
    files = bundles.members(office.bundle(tmp_path / "b.zip", signer=old).path)
    token = anyone.forged(files[bag.SIGNATURE], at=NOW - timedelta(days=20))
    path = bundles.zipped(bundles.stamped(files, token), bundle_name(tmp_path / "b.zip"), tmp_path / "c.zip")
    (tmp_path / "old.pem").write_bytes(old.certificate_pem)
    assert passed(path, tmp_path / "old.pem")["signer trusted"] is None


def test_the_command_in_the_instructions_checks_the_stamp(
    office: Office, authority: Authority, tsa: authorities.Authority, tmp_path: Path
) -> None:
    result = office.bundle(tmp_path / "b.zip", authority=authority)
    with zipfile.ZipFile(result.path) as opened:
        opened.extractall(tmp_path / "unpacked")
    folder = tmp_path / "unpacked" / result.name
    (folder / "tsa.pem").write_bytes(tsa.root)
    text = (folder / "data" / "verify-zh.txt").read_text("utf-8-sig")
    commands = re.findall(r"^     +(openssl ts .*)$", text, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stderr)


def test_a_request_goes_out_by_file_and_its_response_comes_back_by_file(
    office: Office, tsa: authorities.Authority, trust: Path, tmp_path: Path
) -> None:
    bundle = office.bundle(tmp_path / "b.zip").path
    before = bundle.read_bytes()
    asked = CliRunner().invoke(cli, ["seal", "request", str(bundle), "-o", str(tmp_path / "b.tsq")])
    assert asked.exit_code == 0, asked.output
    (tmp_path / "b.tsr").write_bytes(tsa.reply((tmp_path / "b.tsq").read_bytes()))
    (tmp_path / "tsa.pem").write_bytes(tsa.root)
    given = ["seal", "attach", str(bundle), str(tmp_path / "b.tsr"), "--trust", str(tmp_path / "tsa.pem")]
    done = CliRunner().invoke(cli, given)
    assert done.exit_code == 0, done.output
    assert verify(tmp_path / "b.stamped.zip", trust=trust).holds(strict=True)
    assert bundle.read_bytes() == before


def refused(bundle: Path, response: bytes, trust: bytes | None = None) -> EvidenceError:
    out = bundle.with_name("out.zip")
    with pytest.raises(EvidenceError) as caught:
        relay.attach(bundle, response, out, trust)
    assert not out.exists()
    return caught.value


def test_a_response_that_is_not_for_this_bundle_is_not_taken_in(
    office: Office, tsa: authorities.Authority, tmp_path: Path
) -> None:
    bundle = office.bundle(tmp_path / "b.zip").path
    signature = bundles.members(bundle)[bag.SIGNATURE]
    assert "不是这份内容" in str(refused(bundle, tsa.over(b"other")))
    assert "不能用" in str(refused(bundle, b"<html>"))
    assert "不能用" in str(refused(bundle, authorities.response(b"", 2)))
    assert "早于" in str(refused(bundle, tsa.forged(signature, at=factory.NOON - timedelta(days=1))))
    other = authorities.authority(tmp_path / "other")
    assert "不能用" in str(refused(bundle, other.over(signature), tsa.root))


def test_only_a_bundle_that_holds_and_has_no_stamp_is_given_one(
    office: Office, authority: Authority, tsa: authorities.Authority, tmp_path: Path
) -> None:
    unsealed = office.bundle(tmp_path / "a.zip", signer=None).path
    with pytest.raises(SealError, match="UNSEALED"):
        relay.request(unsealed)
    assert isinstance(refused(unsealed, b""), BundleError)
    stamped = office.bundle(tmp_path / "b.zip", authority=authority).path
    response = tsa.over(bundles.members(stamped)[bag.SIGNATURE])
    assert "already" in str(refused(stamped, response))
    (tmp_path / "no.zip").write_bytes(b"PK")
    with pytest.raises(FormError):
        relay.request(tmp_path / "no.zip")


# Checkpoints


def test_each_signing_asks_for_a_stamp_over_the_checkpoint(
    office: Office, authority: Authority, tsa: authorities.Authority
) -> None:
    signed = checkpoints.sign(office.holdings, office.signer, authority)
    assert signed is not None
    token = (office.holdings.ledger.checkpoints_folder / f"{signed.size}.tsr").read_bytes()
    assert timestamp.check(token, signed.encode()).passed is True
    assert checkpoints.without_stamp(office.holdings.ledger) == ()
    assert soundness.examine(office.holdings, tsa.root).clean


def test_a_checkpoint_that_got_none_is_asked_for_again_at_the_next_signing(
    office: Office, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        first = checkpoints.sign(office.holdings, office.signer, replace(authority, ask=silent))
    assert first is not None
    assert "没有答复" in caplog.text
    assert [path.name for path in checkpoints.without_stamp(office.holdings.ledger)] == [str(first.size)]
    assert soundness.examine(office.holdings).clean
    admitted(office.holdings, "N9/shifan/home/1", started=factory.NOON + timedelta(days=9))
    second = checkpoints.sign(office.holdings, office.signer, authority)
    assert second is not None and second.size > first.size
    assert checkpoints.without_stamp(office.holdings.ledger) == ()


def test_an_authority_that_is_silent_is_asked_once_a_signing(office: Office, authority: Authority) -> None:
    asked: list[bytes] = []

    def count(request: bytes) -> bytes:
        asked.append(request)
        raise SealError("没有答复")

    for n in range(4):
        admitted(office.holdings, f"Q{n}/shifan/home/1", started=factory.NOON + timedelta(days=9 + n))
        checkpoints.sign(office.holdings, office.signer, replace(authority, ask=count))
        assert len(asked) == n + 1


def test_a_disk_that_takes_no_stamp_fails_no_run(
    office: Office, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, "write_whole", full)
    assert checkpoints.sign(office.holdings, office.signer, authority) is not None


def test_a_stamp_stays_good_when_another_signs_the_checkpoint_later(office: Office, authority: Authority) -> None:
    checkpoints.sign(office.holdings, office.signer, authority)
    other: Signer = issued("second", None)
    office.holdings.ledger.checkpoint(other)
    assert soundness.examine(office.holdings).clean


def test_store_check_names_a_stamp_that_is_damaged_of_another_state_or_of_nothing(
    office: Office, authority: Authority, tsa: authorities.Authority, tmp_path: Path
) -> None:
    signed = checkpoints.sign(office.holdings, office.signer, authority)
    assert signed is not None
    path = office.holdings.ledger.checkpoints_folder / f"{signed.size}.tsr"
    good = path.read_bytes()
    other = authorities.authority(tmp_path / "other")
    wrong = (tsa.over(b"other"), good[:-1], b"", b"x" * 300_000, other.over(signed.encode()))
    for data in wrong:
        path.write_bytes(data)
        (fault,) = soundness.examine(office.holdings, tsa.root).faults
        assert str(path) in fault
    path.write_bytes(good)
    (path.with_name("9999.tsr")).write_bytes(good)
    (fault,) = soundness.examine(office.holdings, tsa.root).faults
    assert "9999.tsr" in fault
