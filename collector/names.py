"""What the system's name service answers for the hosts a page came from, asked while the page is captured."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collector.clock import Clock
from collector.hosts import address_of
from evidence import plain

LASTS = 300.0
"""Seconds for which an answer stands for the captures of a run."""
MOST = 40
"""Hosts of one page that are asked for; hostile pages name thousands."""
ASKERS = 4
"""Questions under way at once; a name service that is down holds up nothing else."""
PATIENCE = 0.2
"""Seconds that a finished capture waits for answers; the browser had them before, so they are quick."""
LATE = "no answer in time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, as far as the standard library tells it."""

    host: str
    addresses: tuple[str, ...]
    """A and AAAA, sorted."""
    canonical: str | None
    """The name at the end of the CNAME chain, where there is one."""
    fault: str | None
    """Why there is no answer, in the resolver's words."""
    asked: datetime

    def plain(self) -> dict[str, Any]:
        """Return the answer as evidence JSON."""
        return plain.dump(self)  # type: ignore[no-any-return]


class Names:
    """Asks once in a while for each host, and keeps nobody waiting."""

    def __init__(self) -> None:
        self._askers = ThreadPoolExecutor(ASKERS, thread_name_prefix="names")
        self._asked: dict[str, tuple[float, asyncio.Future[Answer]]] = {}

    def ask(self, hosts: Iterable[str], clock: Clock) -> None:
        """Begin to ask for those hosts that are names and have no fresh answer."""
        loop = asyncio.get_running_loop()
        for host in sorted(set(hosts))[:MOST]:
            known = self._asked.get(host)
            if address_of(host) is None and (known is None or loop.time() - known[0] > LASTS):
                self._asked[host] = loop.time(), loop.run_in_executor(self._askers, _resolve, host, clock)

    async def answers(self, hosts: Iterable[str], clock: Clock) -> tuple[Answer, ...]:
        """Return what is known by now of the hosts, in order of name."""
        wanted = sorted({host for host in hosts if host and address_of(host) is None})[:MOST]
        self.ask(wanted, clock)
        asking = [self._asked[host][1] for host in wanted]
        if any(not one.done() for one in asking):
            await asyncio.wait(asking, timeout=PATIENCE)
        late = clock.now()
        return tuple(
            one.result() if one.done() else Answer(host=host, addresses=(), canonical=None, fault=LATE, asked=late)
            for host, one in zip(wanted, asking, strict=True)
        )


def _resolve(host: str, clock: Clock) -> Answer:
    """Ask, and wait; hostile host names may be none."""
    asked = clock.now()
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Answer(host=host, addresses=(), canonical=None, fault=why[:200], asked=asked)
    canonical = next((name for _, _, _, name, _ in found if name), None)
    return Answer(
        host=host,
        addresses=tuple(sorted({str(place[0]) for *_, place in found})),
        canonical=canonical if canonical != host else None,
        fault=None,
        asked=asked,
    )
