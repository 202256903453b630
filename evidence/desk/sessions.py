"""Sessions: who is logged in, in memory only; a restart logs everybody out.

The browser holds 256 random bits, the desk only their digest. They change at every step of a log-in, so that nobody can
hand a victim a session that he knows.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
EACH = 10
"""Sessions of one user at once; the one used longest ago ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One log-in."""

    user: str
    begun: datetime
    seen: datetime
    proved: bool = False
    """Whether the second factor was shown."""
    offered: str = ""
    """The secret of a second factor that is being set up, until a code of it was shown."""


class Sessions:
    """All sessions."""

    def __init__(self, idle: timedelta, longest: timedelta) -> None:
        self._idle, self._longest = idle, longest
        self._key = secrets.token_bytes(32)
        self._open: dict[bytes, Session] = {}
        self._turn = threading.Lock()

    def begin(self, user: str, now: datetime, *, proved: bool = False) -> str:
        """Begin a session and return what the browser keeps."""
        token = new_token()
        with self._turn:
            self._open = {key: one for key, one in self._open.items() if self._lives(one, now)}
            own = sorted((one.seen, key) for key, one in self._open.items() if one.user == user)
            for _, key in own[: max(0, len(own) - EACH + 1)]:
                del self._open[key]
            self._open[_digest(token)] = Session(user=user, begun=now, seen=now, proved=proved)
        return token

    def find(self, token: str, now: datetime) -> Session | None:
        """Return a session that still lives, and note that it was seen; None where there is none."""
        key = _digest(token)
        with self._turn:
            found = self._open.get(key)
            if found is None:
                return None
            if not self._lives(found, now):
                del self._open[key]
                return None
            self._open[key] = found = replace(found, seen=max(now, found.seen))
            return found

    def offer(self, token: str, secret: str) -> None:
        """Keep with a session the secret that its user is about to take over."""
        with self._turn:
            key = _digest(token)
            if key in self._open:
                self._open[key] = replace(self._open[key], offered=secret)

    def end(self, token: str) -> None:
        """End a session; one that is none is no fault."""
        with self._turn:
            self._open.pop(_digest(token), None)

    def form_token(self, token: str) -> str:
        """Return what each form of a browser must bring along (against CSRF), logged in or not."""
        return hmac.new(self._key, token.encode(), hashlib.sha256).hexdigest()

    def _lives(self, one: Session, now: datetime) -> bool:
        return now - one.seen <= self._idle and now - one.begun <= self._longest


def new_token() -> str:
    """Return 256 random bits for a browser to keep."""
    return secrets.token_urlsafe(32)


def is_token(kept: str) -> bool:
    """Tell whether a browser's word has the form of one."""
    return _TOKEN.fullmatch(kept) is not None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
