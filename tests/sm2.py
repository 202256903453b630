"""SM2 keys and certificates for tests: made by `openssl` where it can, and by hand for dates and uses that it would not make."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evidence import der, sm2
from evidence.sm2 import Certificate, SecondSigner

NOW = datetime.now(UTC).replace(microsecond=0)
SIGNS, ENCRYPTS, ISSUES = 0xC0, 0x30, 0x06
"""Bits of a key usage: signature and non-repudiation, encipherment, certificates and lists."""
_SM2_WITH_SM3, _COMMON_NAME = bytes.fromhex("2a811ccf55018375"), bytes.fromhex("550403")
_USAGE, _CONSTRAINTS = bytes.fromhex("551d0f"), bytes.fromhex("551d13")
_BITS, _TEXT, _TRUE = 0x03, 0x0C, b"\x01\x01\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key in a file."""

    file: Path

    @property
    def public(self) -> bytes:
        """Its SubjectPublicKeyInfo."""
        return _openssl("pkey", "-in", str(self.file), "-pubout", "-outform", "DER")

    def sign(self, data: bytes) -> bytes:
        """Return its signature."""
        return sm2.sign(data, self.file, "")

    def certified(
        self,
        name: str,
        *,
        by: tuple[Key, str] | None = None,
        begins: datetime = NOW - timedelta(days=1),
        ends: datetime = NOW + timedelta(days=900),
        usage: int | None = SIGNS,
        public: bytes | None = None,
    ) -> bytes:
        """Return a certificate (PEM) of the key for `name`, by itself or by another key of a name."""
        issuer, issued_by = by or (self, name)
        extensions = [] if usage is None else [_extension(_USAGE, der.encode(_BITS, bytes([0, usage])))]
        if usage == ISSUES:
            extensions.append(_extension(_CONSTRAINTS, _row(_TRUE)))
        parts = [
            der.encode(0xA0, der.encode(der.INTEGER, b"\x02")),
            der.encode(der.INTEGER, b"\x07"),
            _algorithm(),
            _name(issued_by),
            _row(*(der.encode(der.TIME, f"{at:%Y%m%d%H%M%SZ}".encode()) for at in (begins, ends))),
            _name(name),
            public or self.public,
            *([der.encode(0xA3, _row(*extensions))] if extensions else []),
        ]
        body = _row(*parts)
        return pem(_row(body, _algorithm(), der.encode(_BITS, b"\0" + issuer.sign(body))))

    def signer(self, folder: Path, certificate: bytes, *, required: bool = True) -> SecondSigner:
        """Return the key as what signs beside a seal, with a certificate that is put into a folder."""
        file = folder / "sm2.pem"
        file.write_bytes(certificate)
        return SecondSigner(make=self._make, file=file, required=required)

    def _make(self, data: bytes, certificate: Certificate) -> bytes:
        return self.sign(data)


def key(folder: Path, name: str = "sm2") -> Key:
    """Return a new key in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.key"
    file.write_bytes(_openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2"))
    return Key(file=file)


def pem(raw: bytes) -> bytes:
    """Return a certificate as PEM."""
    text = b64encode(raw)
    lines = b"".join(text[n : n + 64] + b"\n" for n in range(0, len(text), 64))
    return b"-----BEGIN CERTIFICATE-----\n" + lines + b"-----END CERTIFICATE-----\n"


def _openssl(*arguments: str) -> bytes:
    return subprocess.run(["openssl", *arguments], capture_output=True, check=True).stdout


def _row(*parts: bytes) -> bytes:
    return der.encode(der.SEQUENCE, b"".join(parts))


def _algorithm() -> bytes:
    return _row(der.encode(der.OID, _SM2_WITH_SM3))


def _name(name: str) -> bytes:
    pair = _row(der.encode(der.OID, _COMMON_NAME), der.encode(_TEXT, name.encode()))
    return _row(der.encode(der.SET, pair))


def _extension(kind: bytes, value: bytes) -> bytes:
    return _row(der.encode(der.OID, kind), _TRUE, der.encode(der.OCTETS, value))
