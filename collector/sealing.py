"""How the office seals: the settings under `seal:`, and the signer and the time-stamp authority that they name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from collector import stamping
from collector.errors import CollectError
from collector.key_program import signer_by_program
from collector.secrets import Secrets
from collector.sm2_signing import KeyFile, Program
from collector.vault import Vault
from evidence import plain
from evidence.errors import SealError
from evidence.seal import Signer
from evidence.sm2 import SecondSigner
from evidence.timestamp import Authority

_OID = re.compile(r"[0-2](?:\.(?:0|[1-9]\d*))+")
_MOST_SECONDS = 600
SM2_PASSPHRASE = ("sm2", "passphrase")
"""By which names it is kept: the variable, the mounted file or the entry of the vault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampSettings:
    """Which authority gives time-stamps (RFC 3161), asked by address or by a program of the office's own."""

    ca: str
    """PEM file, relative to the workspace: the authority's certificate or one above it, by which answers are checked; those
    of authorities that were asked before stay in it, for the time-stamps of old checkpoints."""
    url: str | None = None
    """Address that takes requests over HTTP."""
    command: tuple[str, ...] = ()
    """Program with its arguments: gets the request (DER) as its input, and must print the response (DER)."""
    policy: str | None = None
    """OID of the policy that time-stamps must be given under; None: the authority's own choice."""
    seconds: int = 20
    """That the authority is given to answer, all in all."""
    required: bool = True
    """Whether a bundle without a time-stamp is UNSEALED; if not, it says so."""

    def fault(self) -> tuple[str, str] | None:
        """Return the setting that cannot be used and why; None where all can."""
        if bool(self.url) == bool(self.command):
            return "url", "expected either url or command"
        if self.url is not None and not _is_address(self.url):
            return "url", f"expected http://… or https://…, got {self.url!r:.80}"
        if self.policy is not None and not _OID.fullmatch(self.policy):
            return "policy", f"expected an OID such as 1.2.3.4, got {self.policy!r:.80}"
        if not 1 <= self.seconds <= _MOST_SECONDS:
            return "seconds", f"expected 1 to {_MOST_SECONDS}, got {self.seconds}"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sm2Settings:
    """What signs with SM2 beside the seal; files are relative to the workspace. `command` stands in place of `key`."""

    certificate: str
    """PEM file of the signing certificate, not of the one for encryption."""
    key: str | None = None
    """PEM file of its key; its passphrase, if any, is the secret `passphrase` of `sm2`, as log-in secrets are kept."""
    command: tuple[str, ...] = ()
    """Program that signs (see `collector.sm2_signing`)."""
    command_seconds: int = 60
    """That the program is given for one signature."""
    required: bool = True
    """Whether a bundle without this signature is UNSEALED; if not, it says so."""

    def fault(self) -> tuple[str, str] | None:
        """Return the setting that cannot be used and why; None where all can."""
        if bool(self.key) == bool(self.command):
            return "key", "expected either key or command"
        if not 1 <= self.command_seconds <= _MOST_SECONDS:
            return "command_seconds", f"expected 1 to {_MOST_SECONDS}, got {self.command_seconds}"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealSettings:
    """What the office seals with; files are relative to the workspace. `pkcs12` or `command` stands in place of `key`."""

    key: str = "seal/office.key"
    """PEM file of the key, EC or RSA."""
    certificate: str = "seal/office.pem"
    """PEM file of its certificate, as it is published."""
    pkcs12: str | None = field(default=None, metadata={plain.ADDED: True})
    """PKCS #12 file with both, in place of the two."""
    command: tuple[str, ...] = field(default=(), metadata={plain.ADDED: True})
    """Program that signs, in place of the key (see `collector.key_program`); the certificate is still the file."""
    command_seconds: int = field(default=60, metadata={plain.ADDED: True})
    """That the program is given for one signature; people may have to type a PIN."""
    timestamp: TimestampSettings | None = field(default=None, metadata={plain.ADDED: True})
    sm2: Sm2Settings | None = field(default=None, metadata={plain.ADDED: True})

    def fault(self) -> tuple[tuple[str, ...], str] | None:
        """Return the setting that cannot be used, by its path, and why; None where all can."""
        if self.pkcs12 is not None and self.command:
            return ("command",), "expected either pkcs12 or command"
        if not 1 <= self.command_seconds <= _MOST_SECONDS:
            return ("command_seconds",), f"expected 1 to {_MOST_SECONDS}, got {self.command_seconds}"
        for name, part in (("timestamp", self.timestamp), ("sm2", self.sm2)):
            if part and (found := part.fault()):
                return (name, found[0]), found[1]
        return None


def signer(root: Path, settings: SealSettings) -> Signer | None:
    """Return the office's signer, None where a file of it is not there; raises SealError for what cannot be used."""
    if settings.pkcs12 is not None:
        file = root / settings.pkcs12
        return Signer.load_pkcs12(file) if file.exists() else None
    key, certificate = root / settings.key, root / settings.certificate
    if not certificate.exists():
        return None
    if settings.command:
        return signer_by_program(settings.command, certificate, settings.command_seconds)
    return Signer.load(key, certificate) if key.exists() else None


def authority(root: Path, settings: TimestampSettings | None) -> Authority | None:
    """Return the time-stamp authority, None where none is named."""
    if settings is None:
        return None
    ask = (
        partial(stamping.ask_address, settings.url, seconds=settings.seconds)
        if settings.url is not None
        else partial(stamping.ask_program, settings.command, seconds=settings.seconds)
    )
    return Authority(ask=ask, anchors=root / settings.ca, policy=settings.policy, required=settings.required)


def second(root: Path, settings: Sm2Settings | None, vault: Vault) -> SecondSigner | None:
    """Return who signs with SM2 beside the seal, None where nobody does; files and secrets are read when it signs."""
    if settings is None:
        return None
    make = (
        Program(command=settings.command, seconds=settings.command_seconds)
        if settings.key is None
        else KeyFile(file=root / settings.key, passphrase=partial(_passphrase, vault))
    )
    return SecondSigner(make=make, file=root / settings.certificate, required=settings.required)


def _passphrase(vault: Vault) -> str:
    try:
        return Secrets.of_process(vault).get(*SM2_PASSPHRASE)
    except CollectError as error:
        raise SealError(f"SM2 私钥的口令没有找到：{error}") from error


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
