"""The SM2 signature beside the seal: made by openssl, demanded or not, and open where openssl knows no SM2."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evidence import bag, canonical, digest, relay, seal, verify_alone
from evidence import sm2 as signing
from evidence.errors import EvidenceError, SealError
from evidence.holdings import Holdings
from evidence.manifest import MANIFEST
from evidence.sm2 import Certificate, SecondSigner
from evidence.timestamp import Authority
from evidence.verify import verify
from tests import authorities, sm2
from tests.evidence import bundles
from tests.evidence.bundles import Office
from tests.hostile import agreement
from tests.sm2 import NOW, Key

DATA = b"tag manifest\n"
NAME = "示范市政务公开办"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return sm2.key(tmp_path_factory.mktemp("sm2"))


@pytest.fixture(scope="module")
def certificate(key: Key) -> bytes:
    return key.certified(NAME)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return bundles.office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(template: Office, tmp_path: Path) -> Office:
    shutil.copytree(template.holdings.root, tmp_path / "store")
    return replace(template, holdings=Holdings.open(tmp_path / "store"))


@pytest.fixture
def second(key: Key, certificate: bytes, tmp_path: Path) -> SecondSigner:
    return key.signer(tmp_path, certificate)


def failing(data: bytes, certificate: Certificate) -> bytes:
    raise SealError("没有插 UKey")


def without_sm2(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put an openssl into the path that knows no SM3, and everything else."""
    real = shutil.which("openssl")
    fake = folder / "bin" / "openssl"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\ncase "$*" in *sm3*|*distid*) echo unsupported >&2; exit 1;; esac\nexec {real} "$@"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")


# ---- the signature alone ----


def test_a_signature_is_good_for_its_bytes_its_key_and_nothing_else(
    key: Key, certificate: bytes, tmp_path: Path
) -> None:
    own, made = signing.read_certificate(certificate), key.sign(DATA)
    other = signing.read_certificate(sm2.key(tmp_path).certified(NAME))
    assert signing.check(DATA, made, own).passed is True
    for data, signature, by in (
        (DATA + b"x", made, own),
        (DATA, made, other),
        (DATA, b"", own),
        (DATA, made + b"\0", own),
    ):
        assert signing.check(data, signature, by).passed is False


def test_what_follows_the_longest_of_signatures_is_seen(key: Key, certificate: bytes) -> None:
    """`openssl dgst` would read the first 72 bytes and call them good."""
    made = next(one for one in iter(lambda: key.sign(DATA), b"") if len(one) == 72)
    own = signing.read_certificate(certificate)
    assert signing.check(DATA, made, own).passed is True
    assert signing._verified(DATA, made + b"\0", own.key).passed is True, "where not, this check is no longer needed"
    assert signing.check(DATA, made + b"\0", own).passed is False
    assert verify_alone.is_pair(made) and not verify_alone.is_pair(made + b"\0")


def test_where_openssl_knows_no_sm2_nothing_is_called_bad(
    key: Key, certificate: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, made = signing.read_certificate(certificate), key.sign(DATA)
    without_sm2(tmp_path, monkeypatch)
    assert signing.check(DATA, made, own).passed is None
    assert signing.is_trusted(own, certificate, NOW).passed is None
    with pytest.raises(SealError, match="不能签名"):
        key.sign(DATA)


def test_a_key_file_is_opened_by_its_passphrase_which_is_in_no_argument(
    key: Key, certificate: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = tmp_path / "shut.key"
    command = ["openssl", "pkey", "-in", str(key.file), "-aes256", "-passout", "pass:正确 horse", "-out", str(shut)]
    subprocess.run(command, check=True)
    seen: list[list[str]] = []
    run = seal.openssl

    def watched(arguments: list[str], variables: dict[str, str] | None = None) -> seal.Answer:
        seen.append(arguments)
        return run(arguments, variables)

    monkeypatch.setattr(seal, "openssl", watched)
    made = signing.sign(DATA, shut, "正确 horse")
    assert signing.check(DATA, made, signing.read_certificate(certificate)).passed is True
    for wrong in ("", "wrong"):
        with pytest.raises(SealError, match="口令") as caught:
            signing.sign(DATA, shut, wrong)
        assert "正确 horse" not in str(caught.value)
    assert not any("正确 horse" in one for arguments in seen for one in arguments)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda key: key.certified(NAME, usage=sm2.ENCRYPTS), "加密证书"),
        (lambda key: key.certified(NAME, ends=NOW - timedelta(hours=1)), "有效期"),
        (lambda key: key.certified(NAME, begins=NOW + timedelta(days=1)), "有效期"),
        (lambda key: b"office\n" + key.certified(NAME), "64"),
        (lambda key: b"", "不能用"),
        (lambda key: b"x" * 70_000, "过长"),
    ],
)
def test_a_certificate_that_must_not_sign_signs_nothing(
    key: Key, tmp_path: Path, make: Callable[[Key], bytes], said: str
) -> None:
    with pytest.raises(SealError, match=said):
        key.signer(tmp_path, make(key)).sign(DATA)


def test_a_certificate_of_another_kind_or_without_a_file_signs_nothing(
    key: Key, office: Office, second: SecondSigner, tmp_path: Path
) -> None:
    with pytest.raises(SealError, match="不是 SM2 密钥"):
        key.signer(tmp_path, office.certificate.read_bytes()).sign(DATA)
    with pytest.raises(SealError, match="不能读取"):
        replace(second, file=tmp_path / "absent.pem").sign(DATA)


def test_a_key_usage_that_is_not_given_forbids_nothing(key: Key) -> None:
    assert signing.read_certificate(key.certified(NAME, usage=None)).signs


# ---- bundles ----


def test_a_bundle_signed_twice_says_so_under_its_seal_and_holds_before_both(
    office: Office, second: SecondSigner, certificate: bytes, tmp_path: Path
) -> None:
    result = office.bundle(tmp_path / "b.zip", second=second)
    files = bundles.members(result.path)
    assert (result.sealed, result.lacking) == (True, None)
    assert list(files)[-5:] == list(bag.seal_paths(stamped=False, sm2=True))
    assert canonical.decode(files[MANIFEST])["sm2"] == digest.sha256(certificate)
    trust = tmp_path / "trust.pem"
    trust.write_bytes(office.certificate.read_bytes() + certificate)
    said = agreement.both(result.path, trust)
    assert (said["sm2 signature"], said["sm2 signer trusted"]) == (True, True)
    assert agreement.both_hold(result.path, trust)
    assert agreement.both(result.path, office.certificate)["sm2 signer trusted"] is None, "no SM2 certificate is known"
    assert agreement.both(result.path)["sm2 signer trusted"] is None


def test_of_a_bundle_without_it_nothing_is_asked(office: Office, tmp_path: Path) -> None:
    path = office.bundle(tmp_path / "b.zip").path
    assert not any(name.startswith("sm2") for name in agreement.both(path))
    assert "sm2" not in canonical.decode(bundles.members(path)[MANIFEST])


def test_where_it_is_demanded_and_not_had_the_bundle_is_unsealed_and_says_why(
    office: Office, second: SecondSigner, tmp_path: Path
) -> None:
    result = office.bundle(tmp_path / "b.zip", second=replace(second, make=failing))
    assert (result.sealed, result.path.name) == (False, "b.UNSEALED.zip")
    assert "没有插 UKey" in (result.lacking or "")
    assert not (tmp_path / "b.zip").exists()
    assert not any(path.startswith("seal/") for path in bundles.members(result.path))
    assert not agreement.both_hold(result.path)


def test_a_signature_that_is_not_by_the_certificate_seals_nothing(
    office: Office, second: SecondSigner, tmp_path: Path
) -> None:
    other = sm2.key(tmp_path, "other")
    result = office.bundle(tmp_path / "b.zip", second=replace(second, make=lambda data, _: other.sign(data)))
    assert not result.sealed and "与证书" in (result.lacking or "")


def test_where_it_is_not_demanded_the_bundle_is_sealed_without_and_claims_none(
    office: Office, second: SecondSigner, tmp_path: Path
) -> None:
    result = office.bundle(tmp_path / "b.zip", second=replace(second, make=failing, required=False))
    assert result.sealed and "没有插 UKey" in (result.lacking or "")
    assert agreement.both_hold(result.path)
    assert "sm2" not in canonical.decode(bundles.members(result.path)[MANIFEST])


def test_with_the_seals_own_key_missing_it_signs_nothing(office: Office, second: SecondSigner, tmp_path: Path) -> None:
    result = office.bundle(tmp_path / "b.zip", signer=None, second=second)
    assert not result.sealed
    assert not any(path.startswith("seal/") for path in bundles.members(result.path))


def test_a_time_stamp_comes_beside_it_at_once_or_later_by_file(
    office: Office, second: SecondSigner, certificate: bytes, tmp_path: Path
) -> None:
    tsa, trust = authorities.authority(tmp_path / "tsa"), tmp_path / "trust.pem"
    trust.write_bytes(office.certificate.read_bytes() + certificate + tsa.root)
    authority = Authority(ask=tsa.reply, anchors=tsa.folder / "ca.pem")
    at_once = office.bundle(tmp_path / "a.zip", second=second, authority=authority).path
    later = office.bundle(tmp_path / "b.zip", second=second).path
    relay.attach(later, tsa.reply(relay.request(later)), tmp_path / "c.zip")
    for path in (at_once, tmp_path / "c.zip"):
        assert list(bundles.members(path))[-6:] == list(bag.SEAL_FILES)
        assert verify(path, trust=trust).holds(strict=True)
        assert verify_alone.verify(str(path), trust.read_bytes()).holds(strict=True)


def test_a_certificate_that_began_after_the_stamp_did_not_sign_then(
    office: Office, key: Key, second: SecondSigner, tmp_path: Path
) -> None:
    tsa, trust = authorities.authority(tmp_path / "tsa"), tmp_path / "trust.pem"
    fresh = key.certified(NAME, begins=NOW - timedelta(hours=1))
    trust.write_bytes(office.certificate.read_bytes() + fresh + tsa.root)
    path = office.bundle(tmp_path / "b.zip", second=key.signer(tmp_path, fresh)).path
    response = tsa.forged(bundles.members(path)[bag.SIGNATURE], at=NOW - timedelta(hours=2))
    relay.attach(path, response, tmp_path / "c.zip")
    assert agreement.failed(agreement.both(tmp_path / "c.zip", trust)) == {"sm2 signer trusted"}


def test_before_an_openssl_without_sm2_it_is_an_open_question_to_both(
    office: Office, second: SecondSigner, certificate: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, trust = office.bundle(tmp_path / "b.zip", second=second).path, tmp_path / "trust.pem"
    trust.write_bytes(office.certificate.read_bytes() + certificate)
    without_sm2(tmp_path, monkeypatch)
    said = agreement.both(path, trust)
    assert (said["sm2 signature"], said["sm2 signer trusted"], said["signature"]) == (None, None, True)


def test_the_commands_in_the_instructions_check_it(office: Office, second: SecondSigner, tmp_path: Path) -> None:
    result = office.bundle(tmp_path / "b.zip", second=second)
    with zipfile.ZipFile(result.path) as opened:
        opened.extractall(tmp_path / "unpacked")
    folder = tmp_path / "unpacked" / result.name
    text = (folder / "data" / "verify-zh.txt").read_text("utf-8-sig")
    commands = re.findall(r"^      (openssl .*)$", text, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stderr)


def test_what_is_no_certificate_is_an_error_of_ours(key: Key) -> None:
    for pem in (b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(EvidenceError):
            signing.read_certificate(pem)
