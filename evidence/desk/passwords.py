"""Passwords: what one must be, and its argon2id hash. A name that nobody has takes as long to refuse as one that is there."""

from __future__ import annotations

import secrets
import threading
import unicodedata

import argon2

from evidence.errors import DeskError

LONGEST = 200
"""Characters; more only keep the machine busy."""
_DISTINCT = 5
_AT_ONCE = 2
"""Hashes reckoned at once: each takes 64 MiB, and who floods the log-in must not take the machine."""


class Passwords:
    """Makes and checks hashes."""

    def __init__(self, hasher: argon2.PasswordHasher | None = None) -> None:
        self._hasher = hasher or argon2.PasswordHasher()
        self._turn = threading.BoundedSemaphore(_AT_ONCE)
        self._nobody = ""

    def hash(self, password: str) -> str:
        """Return the argon2id hash, with its salt and parameters."""
        with self._turn:
            return self._hasher.hash(_form(password))

    def fits(self, hashed: str | None, password: str) -> bool:
        """Tell whether a password is the one; with None, of a user who is not there, it is not, after the same work."""
        with self._turn:
            if not self._nobody:  # with the first try of anybody, so that none takes longer than others later
                self._nobody = self._hasher.hash(secrets.token_urlsafe())
            try:
                self._hasher.verify(hashed or self._nobody, _form(password)[:LONGEST])
            except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
                return False
        return hashed is not None


def check(password: str, name: str, least: int) -> None:
    """Raise DeskError where a password may not be taken: too short, too long, the name, a few characters over and over."""
    written = _form(password)
    if not least <= len(written) <= LONGEST:
        raise DeskError(f"密码应有{least}至{LONGEST}个字符，实有{len(written)}个")
    if name.casefold() in written.casefold():
        raise DeskError("密码不能含有用户名")
    if len(set(written)) < _DISTINCT:
        raise DeskError(f"密码至少要有{_DISTINCT}种不同的字符")


def _form(password: str) -> str:
    """Return one form of what two keyboards may write in different bytes."""
    return unicodedata.normalize("NFC", password)
