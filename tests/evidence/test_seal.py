"""Signatures: made by the office key, checked by openssl, counted only for exactly the given certificate."""

from __future__ import annotations

import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from evidence import seal
from evidence.errors import SealError
from evidence.seal import Signer, make_office_key

DATA = b"0" * 64 + b"  manifest-sha256.txt\n"
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer.load(*make_office_key(tmp_path_factory.mktemp("office"), "示范市 政务公开办+1"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer.load(*make_office_key(tmp_path_factory.mktemp("stranger"), "示范市 政务公开办+1"))


def issued(name: str, issuer: Signer | None, *, days: int = 10, since: int = -1, ca: bool = False) -> Signer:
    """Return a signer whose certificate `issuer` gave out (None: itself)."""
    key = rsa.generate_private_key(65537, 2048) if name == "rsa" else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=since))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer.key if issuer else key, hashes.SHA256())
    )
    return Signer(key=key, certificate=certificate)


def test_an_office_key_is_for_its_owner_alone_and_made_for_signing(tmp_path: Path) -> None:
    key, certificate = make_office_key(tmp_path, "示范市")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    made = x509.load_pem_x509_certificate(certificate.read_bytes())
    usage = made.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    extended = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(extended) == [ExtendedKeyUsageOID.EMAIL_PROTECTION]
    assert isinstance(made.public_key(), ec.EllipticCurvePublicKey)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    key, _ = make_office_key(tmp_path, "a")
    before = key.read_bytes()
    with pytest.raises(SealError, match="never overwritten"):
        make_office_key(tmp_path, "b")
    assert key.read_bytes() == before


def test_a_passphrase_keeps_the_key_file_shut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(seal.PASSPHRASE, "correct horse")
    paths = make_office_key(tmp_path, "a")
    assert b"ENCRYPTED" in paths[0].read_bytes()
    assert Signer.load(*paths).name == "a"
    for wrong in ("", "battery staple"):
        monkeypatch.setenv(seal.PASSPHRASE, wrong)
        with pytest.raises(SealError, match=seal.PASSPHRASE) as caught:
            Signer.load(*paths)
        assert "horse" not in str(caught.value)


def test_a_certificate_of_another_key_is_refused(tmp_path: Path) -> None:
    one, other = make_office_key(tmp_path / "a", "a"), make_office_key(tmp_path / "b", "a")
    with pytest.raises(SealError, match="not the certificate of the key"):
        Signer.load(one[0], other[1])


@pytest.mark.parametrize("text", ["", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"])
def test_a_key_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    _, certificate = make_office_key(tmp_path, "a")
    (tmp_path / "bad.key").write_text(text)
    with pytest.raises(SealError, match=r"bad\.key"):
        Signer.load(tmp_path / "bad.key", certificate)
    with pytest.raises(SealError, match=r"absent"):
        Signer.load(tmp_path / "absent.key", certificate)


def test_a_key_of_a_kind_that_cms_cannot_carry_is_refused(tmp_path: Path) -> None:
    _, certificate = make_office_key(tmp_path, "a")
    pem = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "ed.key").write_bytes(pem)
    with pytest.raises(SealError, match="EC or RSA"):
        Signer.load(tmp_path / "ed.key", certificate)


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_signature_is_checked_by_openssl_itself(tmp_path: Path, kind: str) -> None:
    """With the command that the instructions in the bundle give."""
    signer = issued(kind, None)
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "p7s").write_bytes(signer.sign(DATA))
    (tmp_path / "pem").write_bytes(signer.certificate_pem)
    command = "openssl cms -verify -binary -inform DER -in p7s -content data -certfile pem -nointern -noverify"
    run = subprocess.run([*command.split(), "-out", "/dev/null"], cwd=tmp_path, capture_output=True, text=True)
    assert (run.returncode, "successful" in run.stderr) == (0, True)
    assert seal.check_cms(DATA, signer.sign(DATA), signer.certificate).passed is True


def test_a_signature_over_other_data_is_false(office: Signer) -> None:
    assert seal.check_cms(DATA + b"x", office.sign(DATA), office.certificate).passed is False
    assert seal.check_cms(DATA.replace(b"\n", b"\r\n"), office.sign(DATA), office.certificate).passed is False


def test_a_signature_by_a_namesake_is_false(office: Signer, stranger: Signer) -> None:
    """The stranger's own certificate travels inside the signature; it must not be looked at."""
    assert seal.check_cms(DATA, stranger.sign(DATA), office.certificate).passed is False
    assert seal.check_cms(DATA, stranger.sign(DATA), stranger.certificate).passed is True


def test_a_second_signer_beside_the_office_makes_it_false(office: Signer, stranger: Signer) -> None:
    both = pkcs7.PKCS7SignatureBuilder().set_data(DATA)
    for signer in (office, stranger):
        both = both.add_signer(signer.certificate, signer.key, hashes.SHA256())
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    der = both.sign(serialization.Encoding.DER, options)
    assert seal.check_cms(DATA, der, office.certificate).passed is False


@pytest.mark.parametrize("der", [b"", b"\x30\x80", b"x" * 3000, b"\x30\x82\xff\xff"])
def test_bytes_that_are_no_signature_are_false(office: Signer, der: bytes) -> None:
    assert seal.check_cms(DATA, der, office.certificate).passed is False


def test_without_openssl_the_answer_is_not_known(office: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert seal.check_cms(DATA, office.sign(DATA), office.certificate).passed is None


def test_an_expired_certificate_still_shows_that_nothing_was_changed() -> None:
    old = issued("old", None, since=-900, days=-400)
    assert seal.check_cms(DATA, old.sign(DATA), old.certificate).passed is True


def test_the_pinned_certificate_is_trusted(office: Signer) -> None:
    assert seal.is_trusted(office.certificate, office.certificate_pem, NOW).passed is True


def test_records_older_than_the_certificate_do_not_make_it_untrusted(office: Signer) -> None:
    assert seal.is_trusted(office.certificate, office.certificate_pem, datetime(2021, 1, 4, tzinfo=UTC)).passed is True


def test_a_namesake_of_the_trusted_certificate_is_not_trusted(office: Signer, stranger: Signer) -> None:
    assert seal.is_trusted(stranger.certificate, office.certificate_pem, NOW).passed is False


def test_a_certificate_that_the_trusted_authority_gave_out_is_trusted() -> None:
    authority = issued("authority", None, ca=True)
    signer = issued("office", authority)
    assert seal.is_trusted(signer.certificate, authority.certificate_pem, NOW).passed is True
    assert seal.is_trusted(issued("office", None).certificate, authority.certificate_pem, NOW).passed is False


def test_a_certificate_that_someone_without_the_right_gave_out_is_not_trusted(office: Signer) -> None:
    assert seal.is_trusted(issued("x", office).certificate, office.certificate_pem, NOW).passed is False


def test_a_trusted_certificate_that_has_expired_leaves_it_open() -> None:
    old = issued("old", None, since=-900, days=-400)
    then = NOW - timedelta(days=600)
    found = seal.is_trusted(old.certificate, old.certificate_pem, then)
    assert found.passed is None
    assert "到期" in found.detail
    assert seal.is_trusted(old.certificate, old.certificate_pem, NOW).passed is False


@pytest.mark.parametrize("change", [lambda p: p + p, lambda p: p + b"\n", lambda p: b"x\n" + p, lambda p: p[:-30]])
def test_a_certificate_file_in_any_other_form_is_refused(office: Signer, change: object) -> None:
    with pytest.raises(SealError):
        seal.read_certificate(change(office.certificate_pem))  # type: ignore[operator]


def test_an_endless_certificate_file_is_refused_unread() -> None:
    with pytest.raises(SealError, match="too long"):
        seal.read_certificate(b"x" * 100_000)


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_note_signature_repeats_and_is_by_its_key_alone(kind: str) -> None:
    signer, other = issued(kind, None), issued(kind, None)
    signature = signer.sign_note(b"text\n")
    assert signature == signer.sign_note(b"text\n")
    assert seal.check_note(b"text\n", signature, signer.certificate)
    assert not seal.check_note(b"text", signature, signer.certificate)
    assert not seal.check_note(b"text\n", signature, other.certificate)
    assert not seal.check_note(b"text\n", b"", signer.certificate)


def test_a_signers_name_in_notes_has_no_white_space_and_no_plus(office: Signer, stranger: Signer) -> None:
    assert office.name == "示范市-政务公开办-1"
    assert len(office.key_id) == 4
    assert office.key_id != stranger.key_id


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("openssl:Error: 'cms' is an invalid command.", 1),
        ("Invalid command 'cms'; type \"help\" for a list.", 1),
        ("cms: Unknown option or cipher: nointern", 1),
        ("unknown option '-nointern'", 1),
        ("", 127),
    ],
)
def test_an_openssl_that_lacks_what_is_needed_calls_no_signature_bad(
    office: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: int
) -> None:
    (tmp_path / "said").write_text(said)
    lacking = tmp_path / "openssl"
    lacking.write_text(f"#!/bin/sh\nread -r line < '{tmp_path}/said'; echo \"$line\" >&2; exit {code}\n")
    lacking.chmod(0o755)
    signed = office.sign(DATA)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert seal.check_cms(DATA, signed, office.certificate).passed is None
    assert seal.is_trusted(office.certificate, office.certificate_pem, NOW).passed is None


def test_a_stranger_who_calls_himself_an_error_message_is_not_trusted(office: Signer) -> None:
    assert seal.is_trusted(issued("unknown option", None).certificate, office.certificate_pem, NOW).passed is False
