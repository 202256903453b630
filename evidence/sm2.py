"""SM2 signatures with SM3 (GB/T 32918, GM/T 0009) beside the seal, made and checked by the `openssl` program alone.

The second signature is raw DER over the same bytes as the CMS, by one certificate that the manifest names: `openssl cms` makes
none with SM2, and our library knows no such keys. An `openssl` without SM2 says of a good signature what it says of a bad
one; so before one is called bad, it must find the standard's own example good, or the question stays open.
"""

from __future__ import annotations

import tempfile
from base64 import encodebytes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence import der, seal
from evidence.errors import EvidenceError, FormError, SealError
from evidence.seal import Answer

ID = "1234567812345678"
"""The name of the signer that goes into each signature; GM/T 0009 gives all the same."""
PASSPHRASE = "QUZHENG_SM2_PASSPHRASE"  # noqa: S105 (the name of the variable)
"""The variable by which `openssl` gets the passphrase of the key file."""

_EC, _CURVE = "1.2.840.10045.2.1", "1.2.156.10197.1.301"
_VERSION = 0xA0
_KEY_PLACE = 5
"""Of the key in a certificate, its version not counted."""
_EXAMPLE = b"message digest"
_EXAMPLE_KEY = bytes.fromhex(
    "3059301306072a8648ce3d020106082a811ccf5501822d034200"
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
_EXAMPLE_SIGNATURE = bytes.fromhex(
    "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)
"""Of GB/T 32918.5-2017, annex A.2."""
_CANNOT = Answer(passed=None, detail="本机的 openssl 不能核对 SM2（需要 3.0 以上）")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What has to be known of an SM2 certificate."""

    pem: bytes
    key: bytes
    """SubjectPublicKeyInfo (DER)."""
    begins: datetime
    ends: datetime
    signs: bool
    """Whether its key may sign: of the two that offices are given one is for encryption."""
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature as it goes into a bundle."""

    signer: bytes
    """The certificate (PEM)."""
    signature: bytes
    """DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondSigner:
    """Who signs beside the office's seal."""

    make: Callable[[bytes, Certificate], bytes]
    """Returns the signature over some bytes by the key of the certificate; raises SealError."""
    file: Path
    """The certificate (PEM)."""
    required: bool = True
    """Whether a bundle without this signature is UNSEALED."""

    def certificate(self) -> Certificate:
        """Return the certificate; raises SealError where it cannot be read or must not sign now."""
        try:
            found = read_certificate(self.file.read_bytes())
        except OSError as error:
            raise SealError(f"SM2 证书 {self.file} 不能读取：{error.strerror}") from error
        except EvidenceError as error:
            raise SealError(f"SM2 证书 {self.file} 不能用：{error}") from error
        if not found.signs:
            raise SealError(f"SM2 证书 {self.file} 不是签名证书（密钥用途没有数字签名），可能错用了加密证书")
        if not found.begins <= datetime.now(UTC) <= found.ends:
            raise SealError(f"SM2 证书 {self.file} 的有效期是 {found.begins:%Y-%m-%d} 至 {found.ends:%Y-%m-%d}")
        return found

    def sign(self, data: bytes) -> Signature:
        """Return the signature over `data`, checked at once; raises SealError."""
        certificate = self.certificate()
        made = self.make(data, certificate)
        found = check(data, made, certificate)
        if not found.passed:
            raise SealError(f"SM2 签名与证书 {self.file} 不符（{found.detail}）")
        return Signature(signer=certificate.pem, signature=made)


def sign(data: bytes, key: Path, passphrase: str) -> bytes:
    """Return the signature over `data` by the key in a PEM file, which `openssl` alone opens; raises SealError."""
    with _folder(content=data) as folder:
        made = folder / "made"
        secret = ["-passin", f"env:{PASSPHRASE}"]
        asked = ["dgst", "-sm3", "-sign", str(key), *secret, *_named("-sigopt"), "-out", str(made)]
        answer = seal.openssl([*asked, str(folder / "content")], {PASSPHRASE: passphrase})
        if not answer.passed or not made.exists():
            raise SealError(f"SM2 私钥 {key} 不能签名：{answer.detail}\n口令是否正确、openssl 是否为 3.0 以上？")
        return made.read_bytes()


def check(data: bytes, signature: bytes, certificate: Certificate) -> Answer:
    """Say whether a signature over `data` is by the key of a certificate, as `openssl` finds.

    That it is DER of two numbers and nothing more is asked here: `openssl dgst` reads no further than the longest signature.
    """
    if not _is_pair(signature):
        return Answer(passed=False, detail="不是规定写法的 SM2 签名")
    found = _verified(data, signature, certificate.key)
    if found.passed is False and not _able():
        return _CANNOT
    return found


def is_trusted(certificate: Certificate, trust: bytes, at: datetime) -> Answer:
    """Say whether a certificate is one in `trust` (PEM) or was issued under one, and was valid at a time.

    Answers None where no certificate in `trust` has an SM2 key.
    """
    if not any(map(_is_sm2, _certificates(trust))):
        return Answer(passed=None, detail="指定的证书中没有 SM2 证书")
    with _folder(trust=trust, signer=certificate.pem) as folder:
        anchors = ["-no-CApath", "-no-CAstore", "-CAfile", str(folder / "trust")]
        moment = ["-attime", str(int(at.timestamp()))]
        found = seal.openssl(
            ["verify", "-partial_chain", *_named("-vfyopt"), *anchors, *moment, str(folder / "signer")]
        )
    if found.passed is False and not _able():
        return _CANNOT
    return Answer(passed=True, detail="与指定的证书一致，或由其签发") if found.passed else found


def read_certificate(pem: bytes) -> Certificate:
    """Return the one SM2 certificate in `pem`, in the one usual form; raises EvidenceError otherwise."""
    if len(pem) > seal.MAX_CERTIFICATE:
        raise SealError(f"证书有 {len(pem)} 字节，过长")
    try:
        found = x509.load_pem_x509_certificate(pem)
        same = found.public_bytes(Encoding.PEM) == pem
        begins, ends = found.not_valid_before_utc, found.not_valid_after_utc
    except (ValueError, x509.InvalidVersion) as error:
        raise SealError(f"不是能读取的证书：{error}") from error
    if not same:
        raise SealError("应为一张 PEM 证书，每行 64 个字符，无其他内容")
    key = _key(found)
    if not _is_sm2_key(key):
        raise SealError("证书的密钥不是 SM2 密钥")
    mark = seal.fingerprint(found)
    return Certificate(pem=pem, key=key, begins=begins, ends=ends, signs=_signs(found), fingerprint=mark)


def _is_pair(signature: bytes) -> bool:
    try:
        numbers = der.elements(der.only(signature, der.SEQUENCE))
        return [one.tag for one in numbers] == [der.INTEGER] * 2 and all(
            der.integer(one.content) > 0 for one in numbers
        )
    except FormError:
        return False


def _verified(data: bytes, signature: bytes, key: bytes) -> Answer:
    public = b"-----BEGIN PUBLIC KEY-----\n" + encodebytes(key) + b"-----END PUBLIC KEY-----\n"
    with _folder(content=data, signature=signature, key=public) as folder:
        given = ["-verify", str(folder / "key"), *_named("-sigopt"), "-signature", str(folder / "signature")]
        return seal.openssl(["dgst", "-sm3", *given, str(folder / "content")])


def _able() -> bool:
    """Tell whether `openssl` finds the standard's example good."""
    return _verified(_EXAMPLE, _EXAMPLE_SIGNATURE, _EXAMPLE_KEY).passed is True


def _named(option: str) -> list[str]:
    return [option, f"distid:{ID}"]


def _certificates(trust: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(trust)
    except ValueError as error:
        raise SealError(f"the trusted certificates cannot be read: {error}") from error


def _is_sm2(certificate: x509.Certificate) -> bool:
    return _is_sm2_key(_key(certificate))


def _key(certificate: x509.Certificate) -> bytes:
    parts = der.elements(der.only(certificate.tbs_certificate_bytes, der.SEQUENCE))
    parts = parts[1:] if parts and parts[0].tag == _VERSION else parts
    return der.encode(der.SEQUENCE, der.part(parts, _KEY_PLACE, der.SEQUENCE))


def _is_sm2_key(key: bytes) -> bool:
    kinds = der.elements(der.part(der.elements(der.only(key, der.SEQUENCE)), 0, der.SEQUENCE))
    return [one.tag for one in kinds] == [der.OID] * 2 and [der.oid(one.content) for one in kinds] == [_EC, _CURVE]


def _signs(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except (x509.DuplicateExtension, ValueError):
        return False
    return usage.digital_signature or usage.content_commitment


@contextmanager
def _folder(**files: bytes) -> Iterator[Path]:
    """Give a folder with files of those names in it, for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="quzheng-sm2-") as name:
        folder = Path(name)
        for file, data in files.items():
            (folder / file).write_bytes(data)
        yield folder
