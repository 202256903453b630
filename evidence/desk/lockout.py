"""Lock-out: who fails to log in must wait, ever longer, by name and by address alike; nothing of it is on the disk.

A try counts as failed before it is checked, so that many at once are not free. A name that nobody has is treated as one
that is there: waiting tells nothing.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST = timedelta(seconds=30)
"""The first wait; each further failure doubles it."""
LONGEST = timedelta(hours=1)
FORGOTTEN = timedelta(hours=24)
"""Without a failure after which all is forgotten."""
SHARED = 10
"""How many times as many failures an address is allowed as a name: an office may sit behind one."""
MOST = 20_000
"""Names and addresses that are remembered; the one that failed longest ago is forgotten first."""


_ADDRESS = "address "


@dataclass(slots=True)
class _Failures:
    count: int
    last: datetime


class Lockout:
    """Counts failures by key."""

    def __init__(self, allowed: int) -> None:
        self._allowed = allowed
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._turn = threading.Lock()

    def enter(self, now: datetime, *keys: str, since: datetime | None = None) -> timedelta:
        """Count a try of each key as failed and return nothing to wait for, or return the wait and count nothing.

        What the first key failed before `since` does not count: somebody unlocked it then.
        """
        with self._turn:
            first = self._failures.get(keys[0])
            if since is not None and first is not None and first.last < since:
                del self._failures[keys[0]]
            wait = max((self._wait(key, now) for key in keys), default=timedelta())
            if wait <= timedelta():
                for key in keys:
                    self._count(key, now)
            return max(wait, timedelta())

    def passed(self, name: str, address: str) -> None:
        """Take back the last try, which was no failure; of the name, all before it too."""
        with self._turn:
            self._failures.pop(name, None)
        self.undo(address)

    def undo(self, *keys: str) -> None:
        """Take back the last try, and no other: half a log-in clears nobody's failures."""
        with self._turn:
            for key in keys:
                if (found := self._failures.get(key)) is not None:
                    found.count -= 1

    def _wait(self, key: str, now: datetime) -> timedelta:
        found = self._failures.get(key)
        if found is None:
            return timedelta()
        if now - found.last > FORGOTTEN:
            del self._failures[key]
            return timedelta()
        over = found.count - self._allowed * (SHARED if key.startswith(_ADDRESS) else 1)
        if over < 0:
            return timedelta()
        return found.last + min(LONGEST, FIRST * (1 << min(over, 20))) - now

    def _count(self, key: str, now: datetime) -> None:
        found = self._failures.setdefault(key, _Failures(0, now))
        found.count, found.last = found.count + 1, now
        self._failures.move_to_end(key)
        while len(self._failures) > MOST:
            self._failures.popitem(last=False)


def of_name(name: str) -> str:
    """Return the key of a name."""
    return f"name {name}"


def of_address(address: str) -> str:
    """Return the key of an address: of IPv6 its network of 64 bits, within which one machine has all it likes.

    >>> of_address("10.1.2.3"), of_address("2001:db8::1") == of_address("2001:db8::ffff:1")
    ('address 10.1.2.3', True)
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return f"{_ADDRESS}{address}"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return f"{_ADDRESS}{ipaddress.ip_network((found, 64), strict=False)}"
    return f"{_ADDRESS}{getattr(found, 'ipv4_mapped', None) or found}"
