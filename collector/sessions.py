"""Kept sessions: what a log-in brought (cookies, storage), encrypted in a vault of its own, to be used again.

They lie apart from the passwords, since they change every night and a damaged file must not take the passwords with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from collector.passport import Passport
from collector.vault import Vault
from evidence import plain

NAME = "session"
SOON = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A kept session."""

    state: Mapping[str, Any] = field(repr=False)
    """Playwright's storage state."""
    tab: Mapping[str, Mapping[str, str]] = field(repr=False)
    """Session storage by origin."""
    ends: datetime | None
    """When it ends, where that can be known."""

    @property
    def passport(self) -> Passport:
        """What a context is opened with to go on with it."""
        return Passport(state=self.state, tab=self.tab)

    def values(self) -> Iterator[str]:
        """Yield every text in it: what a page may repeat."""
        yield from _texts([self.state, self.tab])


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What may be told of a kept session."""

    target: str
    kept: datetime
    ends: datetime | None

    def soon(self, now: datetime, within: timedelta = SOON) -> bool:
        """Tell whether it is known to end within that time."""
        return self.ends is not None and self.ends <= now + within


@dataclass(frozen=True, slots=True)
class Sessions:
    """The kept sessions of a workspace, one a target."""

    vault: Vault

    def get(self, target: str, now: datetime) -> Session | None:
        """Return the session of a target; None where there is none, or it is known to be over. Raises VaultError."""
        entry = self.vault.get(target, NAME)
        if entry is None:
            return None
        ends = _instant(entry.get("ends"))
        held = entry["value"]
        return Session(state=held["state"], tab=held["tab"], ends=ends) if ends is None or ends > now else None

    def keep(self, target: str, session: Session, now: datetime) -> None:
        """Keep a session in the place of an earlier one; raises VaultError."""
        ends = plain.instant(session.ends) if session.ends else None
        self.vault.set(target, NAME, {"state": dict(session.state), "tab": dict(session.tab)}, now, ends=ends)

    def forget(self, target: str) -> None:
        """Keep a session no longer."""
        self.vault.remove(target, NAME)

    def listed(self) -> tuple[Kept, ...]:
        """Return what may be told of all of them, by target; raises VaultError."""
        return tuple(
            Kept(target=target, kept=datetime.fromisoformat(told["set"]), ends=_instant(told.get("ends")))
            for target, _, told in self.vault.listed()
        )

    def ending(self, now: datetime, within: timedelta = SOON) -> tuple[Kept, ...]:
        """Return those that are known to end within that time: a person should log in before."""
        return tuple(kept for kept in self.listed() if kept.soon(now, within))


def end_of(
    before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]], lasts: timedelta | None, now: datetime
) -> datetime | None:
    """Return when a session ends: as the flow declares; else with the first of the cookies that the log-in set to end.

    `before` and `after` the log-in are cookies as Playwright gives them. Of those that scripts cannot read, which are the
    session's, the first counts; where there are none such, of all. Cookies that live as long as the browser tell nothing.
    """
    if lasts is not None:
        return now + lasts
    known = {(c["name"], c["domain"], c["path"]): c["value"] for c in before}
    new = [c for c in after if known.get((c["name"], c["domain"], c["path"])) != c["value"]]
    own = [c for c in new if c.get("httpOnly")] or new
    told = [c["expires"] for c in own if c.get("expires", -1) > 0]
    return datetime.fromtimestamp(min(told), UTC).replace(microsecond=0) if told else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
