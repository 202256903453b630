"""Signs, and checks signatures: detached CMS for bundles, raw signatures for ledger checkpoints.

Signing needs the office key (EC P-256 or RSA). A CMS signature is checked by the `openssl` program, so that the answer
is not ours alone; only a signature by exactly the given certificate counts, and whom that certificate belongs to is
another question (`is_trusted`).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from evidence.errors import SealError

PASSPHRASE = "QUZHENG_SEAL_PASSPHRASE"  # noqa: S105 (the name of the variable)
"""The environment variable that holds the passphrase of the key file (PEM or PKCS #12), where it has one."""

KEY_FILE, CERTIFICATE_FILE = "office.key", "office.pem"
VALIDITY = timedelta(days=3650)
OPENSSL_SECONDS = 60
MAX_CERTIFICATE = 65_536
"""Bytes; a longer certificate file is refused unread."""

_NOT_RUN = (126, 127)
"""Exit codes by which a shell says that a program could not be run."""
_LACKS = re.compile(
    r"(?:openssl: ?(?:error: ?)?)?(?:'\w+' is an invalid command|invalid command|unknown command).*"
    r"|(?:\w+: )?(?:unknown option|unrecognized flag|option unknown option).*",
    re.IGNORECASE,
)
"""A whole line that says what `openssl` lacks; other lines repeat names from certificates, which may say anything."""

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a check came to: true, false, or could not be made (None), and why, in the reader's language."""

    passed: bool | None
    detail: str


@dataclass(frozen=True, kw_only=True)
class Signer:
    """An office key with its certificate; the key may be one that signs elsewhere."""

    key: PrivateKey
    certificate: x509.Certificate

    @classmethod
    def load(cls, key: Path, certificate: Path) -> Signer:
        """Return the signer of two PEM files; raises SealError where they cannot be read or do not belong together."""
        try:
            private = serialization.load_pem_private_key(key.read_bytes(), _passphrase())
            public = read_certificate(certificate.read_bytes())
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise SealError(f"{key} cannot be used: {error}\nis {PASSPHRASE} set and right?") from error
        return cls(key=_fitting(private, key, public, certificate), certificate=public)

    @classmethod
    def load_pkcs12(cls, file: Path) -> Signer:
        """Return the signer of a PKCS #12 file; raises SealError where it cannot be read or lacks key or certificate."""
        try:
            private, public, _ = pkcs12.load_key_and_certificates(file.read_bytes(), _passphrase())
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise SealError(f"{file} cannot be used: {error}\nis {PASSPHRASE} set and right?") from error
        if public is None:
            raise SealError(f"{file} holds no certificate of its key")
        return cls(key=_fitting(private, file, public, file), certificate=public)

    @cached_property
    def name(self) -> str:
        """The name in note signatures: the certificate's common name without white space and plus signs."""
        return note_name(self.certificate)

    @cached_property
    def key_id(self) -> bytes:
        """The four bytes that stand for the key in note signatures."""
        return key_id(self.certificate)

    @property
    def certificate_pem(self) -> bytes:
        """The certificate as it stands in bundles."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def sign(self, data: bytes) -> bytes:
        """Return a detached CMS signature (DER) over `data`; no two are the same for an EC key."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(data).add_signer(self.certificate, self.key, hashes.SHA256())
        return builder.sign(
            serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        )

    def sign_note(self, text: bytes) -> bytes:
        """Return the raw signature over `text`: ECDSA by RFC 6979 (DER) or RSA PKCS #1, both with SHA-256.

        The same text and key give the same bytes, so that a checkpoint repeats.
        """
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(text, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def make_office_key(folder: Path, name: str) -> tuple[Path, Path]:
    """Make an office key with a self-signed certificate for `name`; return the paths of key and certificate.

    The key file is for its owner alone (0600), and encrypted where QUZHENG_SEAL_PASSPHRASE is set. Raises SealError
    where a key is there already: a key is never overwritten.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _self_signed(key, name)
    folder.mkdir(parents=True, exist_ok=True)
    secret = _passphrase()
    how = serialization.BestAvailableEncryption(secret) if secret else serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    paths = folder / KEY_FILE, folder / CERTIFICATE_FILE
    for path, data, mode in (
        (paths[0], pem, 0o600),
        (paths[1], certificate.public_bytes(serialization.Encoding.PEM), 0o644),
    ):
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
                stream.write(data)
        except OSError as error:
            raise SealError(f"{path} cannot be written: {error}\na key that is there is never overwritten") from error
    return paths


def read_certificate(pem: bytes) -> x509.Certificate:
    """Return the one certificate in `pem`, which is written in the one usual form; raises SealError otherwise."""
    if len(pem) > MAX_CERTIFICATE:
        raise SealError(f"a certificate of {len(pem)} bytes is too long")
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        same = certificate.public_bytes(serialization.Encoding.PEM) == pem
        certificate.public_key()
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise SealError(f"not a certificate we can read: {error}") from error
    if not same:
        raise SealError("expected one PEM certificate and nothing else, with lines of 64 characters")
    return certificate


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 fingerprint as people compare it: AB:CD:…"""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def note_name(certificate: x509.Certificate) -> str:
    """Return the name a certificate's key signs notes by."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return re.sub(r"[\s+]+", "-", str(names[0].value).strip()) if names else "unnamed"


def key_id(certificate: x509.Certificate) -> bytes:
    """Return SHA-256(note name || 0x0A || 0xFF || SubjectPublicKeyInfo), first four bytes."""
    public = _public_bytes(certificate.public_key())
    return hashlib.sha256(note_name(certificate).encode() + b"\n\xff" + public).digest()[:4]


def check_note(text: bytes, signature: bytes, certificate: x509.Certificate) -> bool:
    """Tell whether `signature` over `text` is by the key of `certificate`."""
    public = certificate.public_key()
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, text, ec.ECDSA(hashes.SHA256()))
        elif isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True


def check_cms(data: bytes, der: bytes, certificate: x509.Certificate) -> Answer:
    """Say whether `der` is a detached CMS signature over `data` by exactly `certificate`, as `openssl` finds.

    Certificates inside `der` are not looked at, and whether the certificate is trusted or has expired is not asked.
    """
    with tempfile.TemporaryDirectory(prefix="quzheng-seal-") as folder:
        signature, content, signer = (Path(folder) / name for name in ("seal.p7s", "content", "signer.pem"))
        signature.write_bytes(der)
        content.write_bytes(data)
        signer.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        command = ["cms", "-verify", "-binary", "-inform", "DER", "-in", str(signature), "-content", str(content)]
        pinned = ["-certfile", str(signer), "-nointern", "-noverify", "-out", os.devnull]
        answer = openssl([*command, *pinned])
    if answer.passed:
        return Answer(passed=True, detail=f"由 {fingerprint(certificate)} 签名")
    return answer


def is_trusted(certificate: x509.Certificate, trust: bytes, at: datetime, stamped: datetime | None = None) -> Answer:
    """Say whether `certificate` is one in `trust` (PEM), or was issued under one, and was valid from `at` on.

    `at` is the last moment captured; the signing came after it, and not before the certificate began.
    `stamped` is the time of a trusted time-stamp over the signature. Answers None where the certificate has expired since
    and no time-stamp before its end proves that it signed in time.
    """
    at = max(at, certificate.not_valid_before_utc)
    with tempfile.TemporaryDirectory(prefix="quzheng-seal-") as folder:
        anchors, signer = Path(folder) / "trust.pem", Path(folder) / "signer.pem"
        anchors.write_bytes(trust)
        signer.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        moment = ["-attime", str(int(at.timestamp()))]
        nowhere_else = ["-no-CApath", "-no-CAstore", "-CAfile", str(anchors)]
        answer = openssl(["verify", "-partial_chain", *nowhere_else, *moment, str(signer)])
    end = certificate.not_valid_after_utc
    if answer.passed and datetime.now(UTC) > end and (stamped is None or stamped > end):
        return Answer(passed=None, detail=f"证书已于 {end:%Y-%m-%d} 到期，又没有可信的时间戳证明签名在此之前")
    return Answer(passed=True, detail="与指定的证书一致，或由其签发") if answer.passed else answer


def openssl(arguments: list[str], variables: Mapping[str, str] | None = None) -> Answer:
    """Run the `openssl` program; true where it ends well, None where it is not here, does not answer, or lacks the command
    or an option.

    `variables` are put into its environment, the place for a passphrase.
    """
    program = shutil.which("openssl")
    if not program:
        return Answer(passed=None, detail="本机没有 openssl")
    environment = {**os.environ, **(variables or {}), "LC_ALL": "C"}
    try:
        run = subprocess.run(
            [program, *arguments], capture_output=True, timeout=OPENSSL_SECONDS, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Answer(passed=None, detail=f"openssl 没有答复：{error}")
    said = run.stderr.decode("utf-8", "replace").strip().splitlines()
    if run.returncode < 0 or run.returncode in _NOT_RUN or (run.returncode and any(map(_LACKS.fullmatch, said))):
        return Answer(passed=None, detail="本机的 openssl 中途停止，或没有所需的命令或选项")
    return Answer(passed=run.returncode == 0, detail=said[-1][-200:] if said else "openssl")


def _self_signed(key: ec.EllipticCurvePrivateKey, name: str) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC).replace(microsecond=0)
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALIDITY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=True, encipher_only=False, decipher_only=False, **usage
            ),
            critical=True,
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _fitting(private: object, key: Path, public: x509.Certificate, certificate: Path) -> PrivateKey:
    """Return the key where it can sign and is that of the certificate; raises SealError."""
    if not isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise SealError(f"{key}: expected an EC or RSA key, got {type(private).__name__}")
    if _public_bytes(private.public_key()) != _public_bytes(public.public_key()):
        raise SealError(f"{certificate} is not the certificate of the key {key}")
    return private


def _public_bytes(public: object) -> bytes:
    if not isinstance(public, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        return b""
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _passphrase() -> bytes | None:
    text = os.environ.get(PASSPHRASE)
    return text.encode() if text else None
