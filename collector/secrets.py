"""Where log-in secrets come from: the environment, mounted secret files, then the vault; never an argument."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from collector.errors import SecretMissing
from collector.vault import Vault

BASE64 = "base64:"
"""How a secret begins that is not text: a PFX file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Gives the secrets of a target, from variables first, then from files, then from the vault."""

    variables: Mapping[str, str] = field(repr=False)
    folder: Path | None
    vault: Vault | None = None

    @classmethod
    def of_process(cls, vault: Vault | None = None) -> Secrets:
        """Return the secrets this process was given."""
        folder = os.environ.get("QUZHENG_SECRETS_DIR")
        return cls(variables=os.environ, folder=Path(folder) if folder else None, vault=vault)

    def get(self, target: str, name: str) -> str:
        """Return one secret of a target; raises SecretMissing, which names the places looked at and never a value."""
        value = self.find(target, name)
        if not value:
            variable = variable_of(target, name)
            raise SecretMissing(
                f"target {target} has no {name}: neither {variable} nor a file in QUZHENG_SECRETS_DIR nor the vault\n"
                f"try: quzheng vault set {target} {name}"
            )
        return value

    def find(self, target: str, name: str) -> str:
        """Return one secret of a target, or nothing; raises SecretMissing where its file cannot be read, VaultError."""
        if value := self.variables.get(variable_of(target, name)):
            return value
        if data := self._mounted(target, name):
            return as_text(data)
        entry = self.vault.get(target, name) if self.vault else None
        return str(entry["value"]) if entry else ""

    def _mounted(self, target: str, name: str) -> bytes:
        path = self.folder / target / name if self.folder else None
        try:
            return path.read_bytes() if path and path.exists() else b""
        except OSError as error:
            raise SecretMissing(f"target {target}: {path} cannot be read: {type(error).__name__}") from None


@dataclass(frozen=True, slots=True)
class Of:
    """The secrets of one target; each that is asked for is told to `learn`, so that it is removed from what is kept."""

    secrets: Secrets
    target: str
    learn: Callable[[str], None] = field(repr=False)

    def __call__(self, name: str) -> str:
        """Return a secret; raises SecretMissing, VaultError."""
        value = self.secrets.get(self.target, name)
        self.learn(value)
        return value

    def maybe(self, name: str) -> str | None:
        """Return a secret, or None where there is none."""
        value = self.secrets.find(self.target, name)
        self.learn(value)
        return value or None

    def bytes(self, name: str) -> bytes:
        """Return a secret that is a file; raises SecretMissing."""
        value = self.secrets.get(self.target, name)
        if not value.startswith(BASE64):
            return value.encode()
        try:
            return base64.b64decode(value.removeprefix(BASE64), validate=True)
        except binascii.Error:
            raise SecretMissing(f"target {self.target}: its {name} is no base64") from None


def as_text(data: bytes) -> str:
    """Return a secret's bytes as text, without the line end that editors add; what is no text as base64."""
    try:
        return data.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return BASE64 + base64.b64encode(data).decode()


def variable_of(target: str, name: str) -> str:
    """Return the variable that holds a secret of a target.

    >>> variable_of("rsj-yuhu", "password")
    'QUZHENG_SECRET_RSJ_YUHU_PASSWORD'
    """
    return f"QUZHENG_SECRET_{re.sub(r'[^A-Z0-9]', '_', target.upper())}_{name.upper()}"
