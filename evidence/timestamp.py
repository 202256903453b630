"""RFC 3161 time-stamps: makes the request, reads and checks the response, says whose it is. Asking is not done here.

The response is read by our strict reader, and its signature and certificates are checked by the `openssl` program. Two
questions are kept apart: whether the token says what it should (`check`), and whether its authority is known (`is_trusted`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from evidence import der, digest, seal
from evidence.errors import EvidenceError, FormError, SealError
from evidence.seal import Answer

MAX_RESPONSE = 128 * 1024
"""Bytes; a longer response is refused unread."""

CLOCKS_DIFFER = timedelta(minutes=1)
"""Which the authority's clock and ours may lie apart."""

SHA256, SIGNED_DATA, TST_INFO = "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_GRANTED, _SHA256_BYTES = 0, 32
_RESPONSE, _SIGNER = "response.tsr", "signer.pem"

Ask = Callable[[bytes], bytes]
"""Brings a TimeStampReq (DER) to an authority and returns its answer; raises SealError where none came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a granted response says."""

    policy: str
    """OID of the authority's rules."""
    imprint: str
    """SHA-256 of what was stamped."""
    at: datetime
    """The authority's time."""
    nonce: int | None
    signed: bytes
    """The TimeStampToken (DER), a CMS SignedData."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The time-stamp authority of an office."""

    ask: Ask
    anchors: Path
    """PEM file: the authority's certificate, or one above it."""
    policy: str | None = None
    """OID that tokens must be given under; None: the authority's own choice."""
    required: bool = True
    """Whether a bundle without a token is UNSEALED."""

    def stamp(self, data: bytes) -> bytes:
        """Return the authority's response over `data`, checked in every respect; raises SealError."""
        asked = request(data, self.policy)
        response = self.ask(asked)
        check_reply(response, asked, self.trust())
        return response

    def trust(self) -> bytes:
        """Return the PEM of the anchors; raises SealError."""
        try:
            return self.anchors.read_bytes()
        except OSError as error:
            raise SealError(f"{self.anchors}, by which time-stamps are checked, cannot be read: {error}") from error


def request(data: bytes, policy: str | None = None) -> bytes:
    """Return a TimeStampReq (DER) over the SHA-256 of `data`, with a fresh nonce, asking for the certificate.

    Only the digest is in it. Raises SealError where `openssl` makes none.
    """
    by = ["-tspolicy", policy] if policy else []
    with _folder(b"") as folder:
        out = folder / "request.tsq"
        arguments = ["ts", "-query", "-digest", imprint(data), "-sha256", "-cert", *by]
        answer = seal.openssl([*arguments, "-out", str(out)])
        if not answer.passed:
            raise SealError(f"no time-stamp request could be made: {answer.detail}")
        return out.read_bytes()


def read(response: bytes) -> Token:
    """Return what a response says; raises FormError where it was not granted or is not in the form of RFC 3161.

    Nothing is proved by it yet.
    """
    if len(response) > MAX_RESPONSE:
        raise FormError(f"时间戳有 {len(response)} 字节，超过上限 {MAX_RESPONSE}")
    parts = der.elements(der.only(response, der.SEQUENCE))
    status = der.integer(der.part(der.elements(der.part(parts, 0, der.SEQUENCE)), 0, der.INTEGER))
    if status != _GRANTED:
        raise FormError(f"时间戳机构没有签发（状态 {status}）")
    return _token(der.part(parts, 1, der.SEQUENCE))


def imprint(data: bytes) -> str:
    """Return what a time-stamp over `data` holds of it: its SHA-256."""
    return digest.sha256(data)


def too_early(stamped: datetime, ended: datetime) -> bool:
    """Tell whether a time-stamp cannot be over what ended then; clocks may differ by a minute."""
    return stamped < ended - CLOCKS_DIFFER


def check(response: bytes, data: bytes) -> Answer:
    """Say whether a response is a granted one over `data`, signed by a time-stamping certificate inside it.

    Whose certificate that is, and whether it was valid then, is not asked. Raises FormError where it cannot be read.
    """
    return _check(response, imprint(data))


def is_trusted(response: bytes, trust: bytes) -> Answer:
    """Say whether the certificate that signed a response is one in `trust` (PEM), or issued under one, at the token's time.

    Answers None where no certificate in `trust` could be an authority's: none is for time-stamping, none may issue.
    Raises FormError where the response cannot be read.
    """
    token = read(response)
    if not any(map(_may_be_authority, _certificates(trust))):
        return Answer(passed=None, detail="指定的证书中没有时间戳机构的")
    with _folder(response) as folder:
        signer = _signer(token, folder)
        if isinstance(signer, Answer):
            return signer
        (folder / "trust.pem").write_bytes(trust)
        anchors = ["-partial_chain", "-no-CApath", "-no-CAstore", "-CAfile", str(folder / "trust.pem")]
        moment = ["-purpose", "timestampsign", "-attime", str(int(token.at.timestamp()))]
        answer = seal.openssl(["verify", *anchors, *_inside(folder), *moment, str(folder / _SIGNER)])
    return Answer(passed=True, detail=_said(signer, token)) if answer.passed else answer


def check_reply(response: bytes, asked: bytes, trust: bytes) -> Token:
    """Return what a response to the request `asked` says; raises SealError unless it holds in every respect.

    Granted, over the same digest, with the same nonce, under the policy that was asked for, by a time-stamping
    certificate that `trust` (PEM) knows, valid at the token's time.
    """
    try:
        token, wanted = read(response), _request(asked)
        faults = tuple(_faults(response, token, wanted, trust))
    except EvidenceError as error:
        raise SealError(f"时间戳机构的答复不能用：{error}") from error
    if faults:
        raise SealError(f"时间戳机构的答复不能用：{'；'.join(faults)}")
    return token


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    imprint: str
    policy: str | None
    nonce: int | None


def _request(asked: bytes) -> _Request:
    found = der.elements(der.only(asked, der.SEQUENCE))
    policy = next((der.oid(one.content) for one in found[2:] if one.tag == der.OID), None)
    nonce = next((der.integer(one.content) for one in found[2:] if one.tag == der.INTEGER), None)
    return _Request(imprint=_imprint(der.part(found, 1, der.SEQUENCE)), policy=policy, nonce=nonce)


def _faults(response: bytes, token: Token, wanted: _Request, trust: bytes) -> Iterator[str]:
    if token.nonce != wanted.nonce:
        yield "随机数与所问的不同，可能是旧的答复"
    if wanted.policy is not None and token.policy != wanted.policy:
        yield f"策略应为 {wanted.policy}，实为 {token.policy}"
    for answer in (_check(response, wanted.imprint), is_trusted(response, trust)):
        if not answer.passed:
            yield answer.detail


def _check(response: bytes, sha256: str) -> Answer:
    token = read(response)
    if token.imprint != sha256:
        return Answer(passed=False, detail="时间戳所盖的不是这份内容")
    with _folder(response) as folder:
        signer = _signer(token, folder)
        if isinstance(signer, Answer):
            return signer
        if not _stamps_only(signer):
            return Answer(passed=False, detail="签发时间戳的证书不是专用于时间戳的")
        # its own certificate as the anchor: whom it belongs to is another question
        anchored = ["-CAfile", str(folder / _SIGNER), "-partial_chain", "-no_check_time"]
        answer = seal.openssl(["ts", "-verify", "-digest", sha256, "-in", str(folder / _RESPONSE), *anchored])
    return Answer(passed=True, detail=_said(signer, token)) if answer.passed else answer


def _token(content: bytes) -> Token:
    """Return what a TimeStampToken says: a TSTInfo inside a CMS SignedData."""
    found = der.elements(content)
    _demand(found, 0, SIGNED_DATA)
    signed = der.elements(der.only(der.part(found, 1, der.EXPLICIT), der.SEQUENCE))
    inside = der.elements(der.part(signed, 2, der.SEQUENCE))
    _demand(inside, 0, TST_INFO)
    info = der.elements(der.only(der.only(der.part(inside, 1, der.EXPLICIT), der.OCTETS), der.SEQUENCE))
    return Token(
        policy=der.oid(der.part(info, 1, der.OID)),
        imprint=_imprint(der.part(info, 2, der.SEQUENCE)),
        at=der.time(der.part(info, 4, der.TIME)),
        nonce=next((der.integer(one.content) for one in info[5:] if one.tag == der.INTEGER), None),
        signed=der.encode(der.SEQUENCE, content),
    )


def _demand(found: tuple[der.Element, ...], n: int, oid: str) -> None:
    if (got := der.oid(der.part(found, n, der.OID))) != oid:
        raise FormError(f"不是时间戳：类型应为 {oid}，实为 {got}")


def _imprint(content: bytes) -> str:
    found = der.elements(content)
    algorithm = der.oid(der.part(der.elements(der.part(found, 0, der.SEQUENCE)), 0, der.OID))
    stamped = der.part(found, 1, der.OCTETS)
    if algorithm != SHA256 or len(stamped) != _SHA256_BYTES:
        raise FormError(f"时间戳的摘要算法应为 SHA-256，实为 {algorithm}")
    return stamped.hex()


def _signer(token: Token, folder: Path) -> x509.Certificate | Answer:
    """Return the certificate inside the token whose key signed it, left in `folder`; or why there is none."""
    (folder / "token.der").write_bytes(token.signed)
    out = ["-signer", str(folder / _SIGNER), "-out", os.devnull]
    answer = seal.openssl(["cms", "-verify", "-noverify", "-inform", "DER", "-in", str(folder / "token.der"), *out])
    if not answer.passed:
        return Answer(passed=answer.passed, detail=f"时间戳的签名无效，或里面没有签发它的证书（{answer.detail}）")
    try:
        return seal.read_certificate((folder / _SIGNER).read_bytes())
    except SealError as error:
        return Answer(passed=False, detail=str(error))


def _inside(folder: Path) -> list[str]:
    """Return the option that lets `openssl` look for certificates between in the token; they are not believed."""
    out = folder / "inside.pem"
    made = seal.openssl(["pkcs7", "-inform", "DER", "-in", str(folder / "token.der"), "-print_certs", "-out", str(out)])
    return ["-untrusted", str(out)] if made.passed else []


def _stamps_only(certificate: x509.Certificate) -> bool:
    """Tell whether time-stamping is the only extended use of a certificate's key, and the extension critical.

    `openssl` asks the same, but passes over uses that it does not know.
    """
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def _may_be_authority(certificate: x509.Certificate) -> bool:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return _stamps_only(certificate)
    return constraints.ca or _stamps_only(certificate)


def _certificates(trust: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(trust)
    except ValueError as error:
        raise SealError(f"the trusted certificates cannot be read: {error}") from error


def _said(signer: x509.Certificate, token: Token) -> str:
    return f"{seal.note_name(signer)} 于 {token.at:%Y-%m-%dT%H:%M:%SZ} 签发，证书指纹 {seal.fingerprint(signer)}"


@contextmanager
def _folder(response: bytes) -> Iterator[Path]:
    """Give a folder with the response in it, for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="quzheng-time-") as name:
        folder = Path(name)
        (folder / _RESPONSE).write_bytes(response)
        yield folder
