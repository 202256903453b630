"""Signs with SM2 beside the seal: by a key file that `openssl` opens, or by a program of the office's own (签名验签服务器, UKey).

The program is started once a signature. It gets one line of JSON as its input and must print one JSON object:

    {"data": "ODdh…", "id": "1234567812345678", "sm3": "a1b2…"}
    {"signature": "MEUCIQ…", "certificate": "-----BEGIN CERTIFICATE-----\\n…"}

`data` are the bytes to be signed (base64; a list of three digests, nothing of any page), for a server that hashes them itself;
`sm3` is the digest e that the signature is over, SM3(Z ‖ data) with Z made of `id` and the certificate's key (GB/T 32918.2),
for a device that signs digests. `signature` is base64 of DER. `certificate` is PEM, and may be left out; where it is there it
must be the one in the settings. Any other exit code than 0 is a failure, with its reason on stderr.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from collector.office_program import answer_of
from evidence import digest, plain, sm2
from evidence.errors import SealError, ShapeError
from evidence.sm2 import Certificate

_MOST_PRINTED = 128 * 1024
_POINT = 64
"""Bytes of a key's two coordinates, the end of its SubjectPublicKeyInfo."""
_UNCOMPRESSED = 0x04
_CURVE = bytes.fromhex(
    "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
)
"""a, b and the base point of the curve (GB/T 32918.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Printed:
    signature: str
    certificate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """A key in a PEM file; called with what to sign, it lets `openssl` do it."""

    file: Path
    passphrase: Callable[[], str]
    """Asked only where the file is encrypted; raises SealError."""

    def __call__(self, data: bytes, certificate: Certificate) -> bytes:
        """Return the signature over `data`; raises SealError."""
        try:
            shut = b"ENCRYPTED" in self.file.read_bytes()
        except OSError as error:
            raise SealError(f"SM2 私钥 {self.file} 不能读取：{error.strerror}") from error
        return sm2.sign(data, self.file, self.passphrase() if shut else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A key that a program has; called with what to sign."""

    command: Sequence[str]
    seconds: int

    def __call__(self, data: bytes, certificate: Certificate) -> bytes:
        """Return the signature that the program made over `data`, unchecked; raises SealError."""
        asked = {"data": base64.b64encode(data).decode(), "id": sm2.ID, "sm3": digest_of(data, certificate.key).hex()}
        given = json.dumps(asked, sort_keys=True).encode() + b"\n"
        name = self.command[0]
        try:
            answer = json.loads(answer_of(self.command, given, seconds=self.seconds, most=_MOST_PRINTED))
            printed = plain.load(_Printed, answer)
            signature = base64.b64decode(printed.signature, validate=True)
        except binascii.Error as error:
            raise SealError(f"签名程序 {name} 的签名不是 base64：{error}") from error
        except (ValueError, RecursionError, ShapeError) as error:
            raise SealError(f"签名程序 {name} 的输出不是约定的 JSON：{error}") from error
        if printed.certificate is not None and printed.certificate.strip().encode() != certificate.pem.strip():
            raise SealError(f"签名程序 {name} 用的是另一张证书，不是设置中的 SM2 证书")
        return signature


def digest_of(data: bytes, key: bytes) -> bytes:
    """Return what an SM2 signature over `data` by a key (SubjectPublicKeyInfo) signs: SM3(Z ‖ data); raises SealError."""
    if len(key) <= _POINT or key[-_POINT - 1] != _UNCOMPRESSED:
        raise SealError("SM2 证书的公钥不是未压缩的写法")
    id = sm2.ID.encode()
    try:
        z = digest.sm3((8 * len(id)).to_bytes(2, "big") + id + _CURVE + key[-_POINT:])
        return bytes.fromhex(digest.sm3(bytes.fromhex(z) + data))
    except ValueError as error:
        raise SealError("本机的 Python 没有 SM3") from error
