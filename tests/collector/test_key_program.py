"""Keys of other kinds: PKCS #12 files, and programs that sign where the key cannot leave its place."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from collector import sealing
from collector.key_program import signer_by_program
from collector.sealing import SealSettings
from evidence import seal
from evidence.errors import SealError
from evidence.seal import PrivateKey, make_office_key

DATA = b"tag manifest\n"
SIGNING = """
import base64, json, subprocess, sys
asked = json.load(sys.stdin)
open("digest", "wb").write(bytes.fromhex(asked["sha256"]))
sign = "openssl pkeyutl -sign -inkey office.key -in digest -pkeyopt digest:sha256".split()
made = subprocess.run(sign, capture_output=True, check=True).stdout
print(json.dumps({"signature": base64.b64encode(made).decode(), "certificate": open("office.pem").read()}))
"""


def office(folder: Path, kind: str) -> tuple[PrivateKey, Path]:
    """Put key and certificate into a folder."""
    folder.mkdir(exist_ok=True)
    key: PrivateKey = (
        rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "示范市")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = (pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "office.key").write_bytes(key.private_bytes(*plain))
    (folder / "office.pem").write_bytes(certificate.public_bytes(pem))
    for name, secret in (("office.p12", None), ("shut.p12", b"correct horse")):
        how = serialization.BestAvailableEncryption(secret) if secret else serialization.NoEncryption()
        (folder / name).write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, how))
    return key, folder / "office.pem"


def program(folder: Path, text: str) -> tuple[str, ...]:
    (folder / "sign.py").write_text(text)
    return "/bin/sh", "-c", f"cd {shlex.quote(str(folder))} && exec {shlex.quote(sys.executable)} sign.py"


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_program_signs_bundles_and_checkpoints(tmp_path: Path, kind: str) -> None:
    _, certificate = office(tmp_path, kind)
    signer = signer_by_program(program(tmp_path, SIGNING), certificate, 30)
    assert seal.check_cms(DATA, signer.sign(DATA), signer.certificate).passed is True
    assert seal.check_note(DATA, signer.sign_note(DATA), signer.certificate)


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_pkcs12_file_is_as_good_as_two_pem_files(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    office(tmp_path, kind)
    found = sealing.signer(tmp_path, SealSettings(pkcs12="office.p12"))
    assert found is not None
    assert seal.check_cms(DATA, found.sign(DATA), found.certificate).passed is True
    with pytest.raises(SealError, match=seal.PASSPHRASE):
        sealing.signer(tmp_path, SealSettings(pkcs12="shut.p12"))
    monkeypatch.setenv(seal.PASSPHRASE, "correct horse")
    assert sealing.signer(tmp_path, SealSettings(pkcs12="shut.p12")) is not None


def test_a_pkcs12_file_without_a_certificate_or_of_no_such_form_is_refused(tmp_path: Path) -> None:
    key, _ = office(tmp_path, "ec")
    bare = pkcs12.serialize_key_and_certificates(b"x", key, None, None, serialization.NoEncryption())
    for data in (bare, b"", b"x" * 100):
        (tmp_path / "bad.p12").write_bytes(data)
        with pytest.raises(SealError, match=r"bad\.p12"):
            sealing.signer(tmp_path, SealSettings(pkcs12="bad.p12"))


def test_what_is_not_there_is_no_signer(tmp_path: Path) -> None:
    for settings in (SealSettings(), SealSettings(pkcs12="absent.p12"), SealSettings(command=("x",))):
        assert sealing.signer(tmp_path, settings) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise SystemExit('no UKey')", "no UKey"),
        ("print('nonsense')", "JSON"),
        ("print('[' * 100000)", "JSON"),
        ("print('{}')", "JSON"),
        ("print('{\"signature\": 5}')", "JSON"),
        ('print(\'{"signature": "****"}\')', "base64"),
        ('print(\'{"signature": "AAAA"}\')', "与单位证书不符"),
        ("print('x' * 1000000)", "超过上限"),
        ("import time; time.sleep(60)", "没有完成"),
        (SIGNING.replace('asked["sha256"]', "'00' * 32"), "与单位证书不符"),
        (SIGNING.replace('open("office.pem").read()', '"x"'), "另一张证书"),
    ],
)
def test_a_program_that_does_not_sign_is_a_fault_and_nothing_is_sealed(tmp_path: Path, text: str, said: str) -> None:
    _, certificate = office(tmp_path, "ec")
    signer = signer_by_program(program(tmp_path, text), certificate, 2)
    with pytest.raises(SealError, match=said):
        signer.sign(DATA)


def test_the_wrong_ukey_is_named(tmp_path: Path) -> None:
    _, certificate = office(tmp_path / "ours", "ec")
    office(tmp_path / "theirs", "ec")
    signer = signer_by_program(program(tmp_path / "theirs", SIGNING), certificate, 30)
    with pytest.raises(SealError, match="另一张证书"):
        signer.sign(DATA)


def test_a_key_that_is_elsewhere_cannot_be_read(tmp_path: Path) -> None:
    for kind in ("ec", "rsa"):
        _, certificate = office(tmp_path / kind, kind)
        key = signer_by_program(("x",), certificate, 1).key
        with pytest.raises(SealError):
            key.private_numbers()


def test_the_workspaces_command_goes_before_its_key(tmp_path: Path) -> None:
    make_office_key(tmp_path / "seal", "示范市")
    found = sealing.signer(tmp_path, SealSettings(command=("/nonexistent/sign",)))
    assert found is not None
    with pytest.raises(SealError, match="不能运行"):
        found.sign(DATA)
