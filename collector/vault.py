"""The vault: secrets in one file, encrypted with age to a key that lies elsewhere.

The key comes from QUZHENG_VAULT_KEY (the key itself, or the path of its file), from a mounted file `vault.key` in
QUZHENG_SECRETS_DIR, or from the file that `vault_key` in quzheng.yaml names.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyrage

from collector.errors import VaultError
from evidence import plain
from evidence.files import Exclusive, write_whole
from evidence.house import Locker

KEY_VARIABLE = "QUZHENG_VAULT_KEY"
KEY_FILE = "vault.key"
SCHEMA = "vault/1"
_KEY = re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]+", re.IGNORECASE)

Entries = dict[str, dict[str, Any]]
"""By `target/name`: {"value": ..., "set": instant, ...}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """Where the vault's key may be found."""

    file: Path
    """As quzheng.yaml names it."""
    variables: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def key(self) -> pyrage.x25519.Identity:
        """Return the key; raises VaultError, which says where it was looked for and never repeats it."""
        named = self.variables.get(KEY_VARIABLE, "").strip()
        if _KEY.fullmatch(named):
            return _identity(named, KEY_VARIABLE)
        path = Path(named) if named else self._file()
        try:
            written = path.read_text("utf-8")
        except (OSError, ValueError) as error:
            raise VaultError(
                f"保险箱的密钥不能读取：{path}（{type(error).__name__}）\n"
                f"try: {KEY_VARIABLE}=密钥文件的路径，或在 quzheng.yaml 写 vault_key: 路径"
            ) from None
        found = _KEY.search(written)
        if not found:
            raise VaultError(f"{path} 里没有保险箱的密钥：应有一行 AGE-SECRET-KEY-1…")
        return _identity(found[0], str(path))

    def _file(self) -> Path:
        """Return the mounted key file where there is one, else the workspace's."""
        mounted = self.variables.get("QUZHENG_SECRETS_DIR")
        path = Path(mounted) / KEY_FILE if mounted else None
        return path if path and path.is_file() else self.file

    @property
    def missing(self) -> bool:
        """Whether no key is named, and none lies where one would be looked for."""
        return not self.variables.get(KEY_VARIABLE) and not self._file().exists()


def _identity(text: str, where: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(text.upper())
    except pyrage.IdentityError:
        raise VaultError(f"{where} 里的保险箱密钥不完整或写错了") from None


def make_key(path: Path) -> None:
    """Write a new key that only its owner can read; raises VaultError where a file is there already."""
    if path.exists():
        raise VaultError(f"{path} 已存在，没有改动")
    identity = pyrage.x25519.Identity.generate()
    write_whole(path, f"# public key: {identity.to_public()}\n{identity}\n".encode(), mode=0o600)


def locker(place: KeyPlace) -> Locker | None:
    """Return what locks small secrets with the vault's key, which is read each time; None where there is no key.

    Its functions raise VaultError for a key that cannot be read or is another one.
    """

    def unlock(data: bytes) -> bytes:
        try:
            return bytes(pyrage.decrypt(data, [place.key()]))
        except pyrage.DecryptError:
            raise VaultError("用保险箱密钥锁住的内容打不开：密钥不是当时的那一把，或内容已损坏") from None

    if place.missing:
        return None
    return Locker(lock=lambda data: pyrage.encrypt(data, [place.key().to_public()]), unlock=unlock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """One encrypted file."""

    path: Path
    place: KeyPlace

    @property
    def exists(self) -> bool:
        """Whether there is a file."""
        return self.path.exists()

    def get(self, target: str, name: str) -> dict[str, Any] | None:
        """Return an entry, its `value` and more; None where there is none. Raises VaultError."""
        return self._read().get(f"{target}/{name}") if self.exists else None

    def set(self, target: str, name: str, value: Any, now: datetime, **more: Any) -> None:
        """Put an entry in, in the place of an earlier one; raises VaultError."""

        def put(entries: Entries) -> None:
            entries[f"{target}/{name}"] = {"value": value, "set": plain.instant(now), **more}

        self._change(put)

    def once(self, target: str, name: str, make: Callable[[], str], now: datetime) -> Any:
        """Return the value of an entry, put in now where there is none; two at once get the same. Raises VaultError."""
        if (found := self.get(target, name)) is not None:
            return found.get("value")

        def put(entries: Entries) -> None:
            entries.setdefault(f"{target}/{name}", {"value": make(), "set": plain.instant(now)})

        self._change(put)
        return (self.get(target, name) or {}).get("value")

    def remove(self, target: str, name: str) -> bool:
        """Take an entry out, and tell whether it was there; raises VaultError."""
        found = []
        if self.exists:
            self._change(lambda entries: found.append(entries.pop(f"{target}/{name}", None)))
        return bool(found) and found[0] is not None

    def listed(self) -> tuple[tuple[str, str, dict[str, Any]], ...]:
        """Return target, name and what is known of each entry, never its value; raises VaultError."""
        entries = self._read() if self.exists else {}
        return tuple(
            (*_split(key), {name: said for name, said in entry.items() if name != "value"})
            for key, entry in sorted(entries.items())
        )

    def values(self) -> tuple[str, ...]:
        """Return all values that are text, only to keep them out of what is written elsewhere; raises VaultError."""
        entries = self._read() if self.exists else {}
        return tuple(entry["value"] for entry in entries.values() if isinstance(entry.get("value"), str))

    def _change(self, change: Callable[[Entries], Any]) -> None:
        with Exclusive(self.path.with_suffix(".lock")).held():
            key = self.place.key()
            entries = self._read() if self.exists else {}
            change(entries)
            data = json.dumps({"schema": SCHEMA, "entries": entries}, ensure_ascii=False).encode()
            write_whole(self.path, pyrage.encrypt(data, [key.to_public()]), mode=0o600)

    def _read(self) -> Entries:
        key = self.place.key()
        try:
            data = pyrage.decrypt(self.path.read_bytes(), [key])
        except OSError as error:
            raise VaultError(f"{self.path} 不能读取：{error.strerror}") from None
        except pyrage.DecryptError as error:
            wrong = "matching" in str(error).lower() or "identit" in str(error).lower()
            raise VaultError(
                f"{self.path} 打不开：{'密钥不对，不是加密它的那一把' if wrong else '文件已损坏'}，文件没有改动"
            ) from None
        try:
            written = json.loads(data)
            schema, entries = written["schema"], dict(written["entries"])
        except (ValueError, KeyError, TypeError):
            raise VaultError(f"{self.path} 里的内容不是保险箱") from None
        if schema != SCHEMA:
            raise VaultError(f"{self.path} 的格式是 {schema!r:.40}，本版本只认 {SCHEMA}")
        return entries


def _split(key: str) -> tuple[str, str]:
    target, _, name = key.rpartition("/")
    return target, name
