"""Signs by a program of the office's own, where the key cannot leave its place: a signing server (签名验签服务器), a UKey, PKCS #11.

The program is started once a signature. It gets one line of JSON as its input and must print one JSON object:

    {"sha256": "9f86d081…"}                             the digest to sign, 64 hexadecimal digits
    {"signature": "MEUCIQ…", "certificate": "-----BEGIN CERTIFICATE-----\\n…"}

`signature` is base64: ECDSA as DER, or RSA by PKCS #1 v1.5 over the DigestInfo of SHA-256. `certificate` is PEM, and may be
left out; where it is there it must be the one in the settings, so that the wrong UKey is named as such. Any other exit
code than 0 is a failure, with its reason on stderr. PKCS #11 needs no code of ours: such a program may call `openssl pkeyutl
-sign -pkeyopt digest:sha256` with a provider for it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed
from cryptography.utils import Buffer

from collector.office_program import answer_of
from evidence import plain, seal
from evidence.errors import SealError, ShapeError
from evidence.seal import Signer

_MOST_PRINTED = 128 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Printed:
    signature: str
    certificate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Program:
    """The program, and the certificate whose key it signs with."""

    command: Sequence[str]
    certificate: x509.Certificate
    seconds: int

    def sign(self, data: bytes, algorithm: object) -> bytes:
        """Return a signature over `data`, made by the program and checked at once; raises SealError."""
        if not isinstance(algorithm, hashes.SHA256):
            raise SealError(f"the signing program signs SHA-256 only, got {algorithm!r:.60}")
        given = json.dumps({"sha256": hashlib.sha256(data).hexdigest()}).encode() + b"\n"
        printed = self._read(answer_of(self.command, given, seconds=self.seconds, most=_MOST_PRINTED))
        try:
            signature = base64.b64decode(printed.signature, validate=True)
        except (binascii.Error, ValueError) as error:
            raise SealError(f"签名程序 {self.command[0]} 的签名不是 base64：{error}") from error
        if printed.certificate is not None and not self._is_ours(printed.certificate):
            raise SealError(f"签名程序 {self.command[0]} 用的是另一张证书，不是设置中的单位证书")
        if not seal.check_note(data, signature, self.certificate):
            raise SealError(f"签名程序 {self.command[0]} 的签名与单位证书不符")
        return signature

    def _read(self, printed: bytes) -> _Printed:
        try:
            return plain.load(_Printed, json.loads(printed))
        except (ValueError, RecursionError, ShapeError) as error:
            raise SealError(f"签名程序 {self.command[0]} 的输出不是约定的 JSON：{error}") from error

    def _is_ours(self, pem: str) -> bool:
        try:
            return x509.load_pem_x509_certificate(pem.encode()) == self.certificate
        except ValueError:
            return False


def signer_by_program(command: Sequence[str], certificate: Path, seconds: int) -> Signer:
    """Return a signer whose key the program has, and whose certificate is a PEM file; raises SealError."""
    try:
        public = seal.read_certificate(certificate.read_bytes())
    except OSError as error:
        raise SealError(f"{certificate} cannot be read: {error}") from error
    program = _Program(command=tuple(command), certificate=public, seconds=seconds)
    kind = public.public_key()
    if isinstance(kind, ec.EllipticCurvePublicKey):
        return Signer(key=_CurveKey(program, kind), certificate=public)
    if isinstance(kind, rsa.RSAPublicKey):
        return Signer(key=_RsaKey(program, kind), certificate=public)
    raise SealError(f"{certificate}: expected an EC or RSA key, got {type(kind).__name__}")


def _not_here(what: str) -> SealError:
    return SealError(f"the key is in the signing program: it cannot {what}")


class _CurveKey(ec.EllipticCurvePrivateKey):
    """An EC key that is in the program; it signs, and does nothing else."""

    def __init__(self, program: _Program, public: ec.EllipticCurvePublicKey) -> None:
        self._program = program
        self._public = public

    def sign(self, data: Buffer, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        return self._program.sign(bytes(data), signature_algorithm.algorithm)

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public.curve

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> bytes:
        raise _not_here("agree on keys")

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        raise _not_here("be read")

    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> bytes:
        raise _not_here("be read")

    def __copy__(self) -> _CurveKey:
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> _CurveKey:
        return self


class _RsaKey(rsa.RSAPrivateKey):
    """An RSA key that is in the program; it signs, and does nothing else."""

    def __init__(self, program: _Program, public: rsa.RSAPublicKey) -> None:
        self._program = program
        self._public = public

    def sign(
        self, data: Buffer, padding: AsymmetricPadding, algorithm: Prehashed | hashes.HashAlgorithm | NoDigestInfo
    ) -> bytes:
        if not isinstance(padding, PKCS1v15):
            raise _not_here(f"sign with {padding.name}")
        return self._program.sign(bytes(data), algorithm)

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def decrypt(self, ciphertext: Buffer, padding: AsymmetricPadding) -> bytes:
        raise _not_here("decrypt")

    def private_numbers(self) -> rsa.RSAPrivateNumbers:
        raise _not_here("be read")

    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> bytes:
        raise _not_here("be read")

    def __copy__(self) -> _RsaKey:
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> _RsaKey:
        return self
