"""The certificate a host showed the browser, and what is wrong with it.

A fault of the certificate is recorded and never keeps a page from being captured; nor does it say anything about the
page's content.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from cryptography import x509

from collector.hosts import site_of

Fault = Literal["expired", "not_yet_valid", "other_name", "self_signed", "not_trusted"]

FAULTS: dict[Fault, str] = {
    "expired": "已过期",
    "not_yet_valid": "尚未生效",
    "other_name": "与主机名不符",
    "self_signed": "自签名",
    "not_trusted": "颁发者不受信任或证书有误",
}
_NAMES = 50
"""Names of one certificate that are listed; those of large networks have hundreds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """How the browser's connection to one host was secured; the texts are the server's own, and may be anything."""

    protocol: str
    key_exchange: str
    cipher: str
    subject: str
    issuer: str
    names: tuple[str, ...]
    valid_from: datetime
    valid_to: datetime
    trusted: bool
    """Whether the browser would have gone on without being told to."""

    @classmethod
    def of(cls, response: Mapping[str, Any]) -> Secured | None:
        """Return what a CDP response tells; None for one that came without TLS."""
        told = response.get("securityDetails")
        if not told:
            return None
        return cls(
            protocol=told["protocol"],
            key_exchange=told.get("keyExchangeGroup") or told.get("keyExchange", ""),
            cipher=told["cipher"],
            subject=_text(told["subjectName"]),
            issuer=_text(told["issuer"]),
            names=tuple(map(_text, told["sanList"])),
            valid_from=_moment(told["validFrom"]),
            valid_to=_moment(told["validTo"]),
            trusted=response.get("securityState") != "insecure",
        )

    def plain(self) -> dict[str, Any]:
        """Return it as evidence JSON; nothing in it changes while the server shows the same certificate."""
        return {
            "protocol": self.protocol,
            "key_exchange": self.key_exchange,
            "cipher": self.cipher,
            "subject": self.subject,
            "issuer": self.issuer,
            "names": list(self.names[:_NAMES]),
            "names_left_out": max(0, len(self.names) - _NAMES),
            "valid_from": self.valid_from.date().isoformat(),
            "valid_to": self.valid_to.date().isoformat(),
            "trusted": self.trusted,
        }


def faults(secured: Secured, host: str, at: datetime) -> tuple[Fault, ...]:
    """Return what is wrong with the certificate `host` showed at a moment; nothing where the browser was content."""
    if secured.trusted:
        return ()
    found: list[Fault] = []
    if at > secured.valid_to:
        found.append("expired")
    if at < secured.valid_from:
        found.append("not_yet_valid")
    if not any(_covers(name, host) for name in secured.names):
        found.append("other_name")
    if secured.subject == secured.issuer:
        found.append("self_signed")
    return tuple(found) or ("not_trusted",)


def is_of_another_site(secured: Secured, host: str) -> bool:
    """Tell whether a certificate was made for another holder's site: then so may the page be.

    A certificate that names some other host of the same holder is a common slip.
    """
    named = secured.names or (secured.subject,)
    return not any(_covers(name, host) or site_of(name.lower().removeprefix("*.")) == site_of(host) for name in named)


def pem(der: str) -> bytes | None:
    """Return a certificate that CDP gave in base64 as PEM; None for what is none."""
    try:
        raw = base64.b64decode(der, validate=True)
    except (ValueError, binascii.Error):
        return None
    lines = base64.encodebytes(raw).replace(b"\n", b"")
    body = b"\n".join(lines[at : at + 64] for at in range(0, len(lines), 64))
    return b"-----BEGIN CERTIFICATE-----\n" + body + b"\n-----END CERTIFICATE-----\n"


def is_publicly_logged(leaf: bytes) -> bool:
    """Tell whether a certificate (PEM) carries time stamps of public logs (RFC 6962), as all public issuers add.

    What an inspecting gateway or an office's own authority makes on the spot carries none.
    """
    try:
        extensions = x509.load_pem_x509_certificate(leaf).extensions
        return any(extension.oid == x509.PrecertificateSignedCertificateTimestamps.oid for extension in extensions)
    except ValueError:
        return False


def _covers(name: str, host: str) -> bool:
    """Tell whether a certificate's name stands for a host; a star stands for one label."""
    named, asked = name.lower().strip("[]"), host.lower().strip("[]")
    if named.startswith("*."):
        return asked.partition(".")[2] == named[2:]
    return named == asked


def _text(said: str) -> str:
    return said.encode("utf-8", "replace").decode()[:300]


def _moment(seconds: float) -> datetime:
    """Return a moment; hostile certificates name years that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.max.replace(tzinfo=UTC) if seconds > 0 else datetime.min.replace(tzinfo=UTC)
