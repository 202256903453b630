"""What the name service answers for the hosts a page came from, asked while the page is captured.

Two answers are kept beside each other: the system's, which the browser goes by (its own table of names included), and the
name service's own, with the chain of aliases, how long each may be kept, and which resolver said so.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

import dns.exception
import dns.rcode
import dns.rdatatype
import dns.resolver

from collector.clock import Clock
from collector.hosts import address_of
from evidence import plain

RESOLVERS = Path("/etc/resolv.conf")
"""Where this machine names its resolvers."""
LASTS = 300.0
"""Seconds for which an answer stands for the captures of a run."""
MOST = 40
"""Hosts of one page that are asked for; hostile pages name thousands."""
ASKERS = 4
"""Questions under way at once; a name service that is down holds up nothing else."""
PATIENCE = 0.2
"""Seconds that a finished capture waits for answers; the browser had them before, so they are quick."""
LATE = "no answer in time"
_SECONDS = 2
"""That a resolver is given for one question."""
_LONGEST_CHAIN = 16
_MADE_UP = ip_network("64:ff9b::/96")
"""Where a gateway (NAT64) puts the IPv4 addresses of names that have no others."""

Question = Literal["A", "AAAA"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One step of the chain of aliases (CNAME)."""

    name: str
    target: str
    ttl: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the name service itself says to one question."""

    question: Question
    addresses: tuple[str, ...] = ()
    ttl: int | None = None
    """Seconds for which the addresses may be kept."""
    chain: tuple[Alias, ...] = ()
    resolver: str | None = None
    fault: str | None = None
    """NXDOMAIN, SERVFAIL, REFUSED …, or what kept us from an answer; None also where there is no such address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is known of one host's name."""

    host: str
    addresses: tuple[str, ...]
    """A and AAAA, sorted, as the system says."""
    canonical: str | None
    """The name at the end of the chain, as the system says, where it is another."""
    fault: str | None
    """Why the system has no answer, in its own words."""
    asked: datetime
    told: tuple[Told, ...] = ()
    """The name service's own answers; none where this machine names no resolver."""

    def plain(self) -> dict[str, Any]:
        """Return the answer as evidence JSON."""
        return plain.dump(self)  # type: ignore[no-any-return]


def resolver_of(path: Path = RESOLVERS) -> dns.resolver.Resolver | None:
    """Return the resolvers that this machine names; None where it names none."""
    try:
        found = dns.resolver.Resolver(filename=str(path))
    except (dns.exception.DNSException, OSError):
        return None
    found.lifetime, found.timeout = _SECONDS, _SECONDS / 2
    return found


def has_aaaa(host: str, resolver: dns.resolver.Resolver | None) -> bool | None:
    """Ask, and tell whether a host's name has AAAA records.

    None where there is no answer, the host is an address, or all there is was made up by a gateway (NAT64).
    """
    if resolver is None or not host or address_of(host) is not None:
        return None
    told = _ask(host, "AAAA", resolver)
    if told.fault is not None:
        return None
    real = [text for text in told.addresses if (found := address_of(text)) and found not in _MADE_UP]
    return bool(real) if real or not told.addresses else None


class Names:
    """Asks once in a while for each host, and keeps nobody waiting."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        """`resolver`: another than those this machine names."""
        self._resolver = resolver or resolver_of()
        self._askers = ThreadPoolExecutor(ASKERS, thread_name_prefix="names")
        self._asked: dict[str, tuple[float, asyncio.Future[Answer]]] = {}

    def ask(self, hosts: Iterable[str], clock: Clock) -> None:
        """Begin to ask for those hosts that are names and have no fresh answer."""
        loop = asyncio.get_running_loop()
        for host in sorted(set(hosts))[:MOST]:
            known = self._asked.get(host)
            if address_of(host) is None and (known is None or loop.time() - known[0] > LASTS):
                self._asked[host] = (
                    loop.time(),
                    loop.run_in_executor(self._askers, _resolve, host, clock, self._resolver),
                )

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


def _resolve(host: str, clock: Clock, resolver: dns.resolver.Resolver | None) -> Answer:
    """Ask, and wait; hostile host names may be none."""
    asked = clock.now()
    told = tuple(_ask(host, question, resolver) for question in ("A", "AAAA")) if resolver else ()
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Answer(host=host, addresses=(), canonical=None, fault=why[:200], asked=asked, told=told)
    canonical = next((name for _, _, _, name, _ in found if name), None)
    return Answer(
        host=host,
        addresses=tuple(sorted({str(place[0]) for *_, place in found})),
        canonical=canonical if canonical != host else None,
        fault=None,
        asked=asked,
        told=told,
    )


def _ask(host: str, question: Question, resolver: dns.resolver.Resolver) -> Told:
    try:
        answer = resolver.resolve(f"{host}.", question, raise_on_no_answer=False, search=False)
    except dns.resolver.NXDOMAIN as error:
        said = next(iter(error.kwargs.get("responses", {}).values()), None)
        return Told(question=question, chain=tuple(_aliases(said)), fault="NXDOMAIN")
    except dns.resolver.NoNameservers as error:
        return Told(question=question, fault=_refusal(error))
    except dns.exception.Timeout:
        return Told(question=question, fault=LATE)
    except (dns.exception.DNSException, OSError, ValueError) as error:
        return Told(question=question, fault=type(error).__name__)
    return Told(
        question=question,
        addresses=tuple(sorted(one.to_text() for one in answer.rrset or ())),
        ttl=answer.rrset.ttl if answer.rrset is not None else None,
        chain=tuple(_aliases(answer.response)),
        resolver=f"{answer.nameserver}:{answer.port}" if answer.nameserver else None,
    )


def _aliases(response: Any) -> Iterator[Alias]:
    """Yield the chain as the answer tells it, in its order; what a hostile zone adds beyond a few steps is left out."""
    steps = [rrset for rrset in response.answer if rrset.rdtype == dns.rdatatype.CNAME] if response else []
    for rrset in steps[:_LONGEST_CHAIN]:
        yield Alias(name=_name(rrset.name), target=_name(rrset[0].target), ttl=rrset.ttl)


def _name(name: Any) -> str:
    return str(name.to_text(omit_final_dot=True))[:253]


def _refusal(error: dns.resolver.NoNameservers) -> str:
    """Return why no resolver answered: the code that the last one gave."""
    tried = error.kwargs.get("errors") or ()
    response = tried[-1][4] if tried else None
    return dns.rcode.to_text(response.rcode()) if response is not None else "no resolver answered"
