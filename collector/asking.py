"""One light request for one address of the web: what came, over which family of addresses, with its phases, or why not."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx2

from collector.clock import Clock
from evidence.availability import Attempt, Outcome

GUARDED = frozenset({401, 403, 405, 407, 412, 418, 429, 432, 503, 521})
"""What guards of sites answer to programs: the site is there."""
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
_MOST_BYTES = 1 << 20
_MARKS = {
    "connection.connect_tcp.complete": "connect",
    "connection.start_tls.complete": "tls",
    "http11.receive_response_headers.complete": "first_byte",
}
_ANY_OF_OURS = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}  # noqa: S104  # where we ask from; nothing listens
"""Our side of a connection, by which its family is fixed for names and redirects alike."""

Trace = Callable[[str, Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One request before it is known whether it counts."""

    attempt: Attempt
    failed: bool
    answer: Answer | None = None
    """What was answered, where it was to be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The head and the body of one answer."""

    status: int
    body: bytes
    """As it was sent, in no coding but the page's charset; empty where it came in one nevertheless."""
    whole: bool
    """Whether the body is all there is, and not the beginning of more."""
    fields: Mapping[str, str]
    """Its header, by names in lower case."""


async def request(
    url: str, seconds: float, clock: Clock, family: socket.AddressFamily | None = None, *, keep: bool = False
) -> Tried:
    """Ask for an address once and return what came within `seconds`; raises nothing of the network.

    Without a `family` it is IPv4 where the name has it, redirects followed. Over one that is named a redirect is an answer:
    where it leads may be served otherwise. With `keep` the answer comes with it, whatever its status.
    """
    begun, at = asyncio.get_running_loop().time(), clock.now()
    phases: dict[str, int] = {}
    address: str | None = None

    def mark(name: str) -> None:
        phases[name] = round((asyncio.get_running_loop().time() - begun) * 1000)

    async def trace(event: str, _: Mapping[str, Any]) -> None:
        if (name := _MARKS.get(event)) is not None:
            mark(name)

    answer: Answer | None = None
    status: int | None = None
    try:
        async with asyncio.timeout(seconds):
            over, address = await _resolved(url, family)
            mark("dns")
            answer = await _fetched(url, seconds, trace, _transport(over, family), follow=family is None, keep=keep)
            status = answer.status
            mark("load")
        reason = None if status < 400 else f"http_{status}"
    except Exception as error:  # whatever a hostile server does to a client is its answer; the reason is kept
        reason = reason_of(error)
    guarded = status in GUARDED
    outcome: Outcome = "guarded" if guarded else "open"
    kept = Attempt(at=at, url=url, outcome=outcome, reason=reason, status=status, address=address, phases=phases)
    failed = reason is not None and not guarded
    return Tried(attempt=kept, failed=failed, answer=answer if keep else None)


def _transport(over: int, family: socket.AddressFamily | None) -> httpx2.AsyncHTTPTransport | None:
    """Return what connects over one family only; None where a proxy that this machine names connects for us."""
    if family is None and getproxies():
        return None
    return httpx2.AsyncHTTPTransport(verify=False, local_address=_ANY_OF_OURS[socket.AddressFamily(over)])  # noqa: S501


async def _fetched(
    url: str, seconds: float, trace: Trace, transport: httpx2.AsyncHTTPTransport | None, *, follow: bool, keep: bool
) -> Answer:
    async with (
        httpx2.AsyncClient(
            verify=False,  # noqa: S501  # a bad certificate keeps no visitor's page from being there
            transport=transport,
            timeout=seconds,
            follow_redirects=follow,
            headers={"User-Agent": AGENT, "Accept-Language": "zh-CN"}
            | ({"Accept-Encoding": "identity"} if keep else {}),
        ) as client,
        client.stream("GET", url, extensions={"trace": trace}) as response,
    ):
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > _MOST_BYTES:
                break
        plain = response.headers.get("content-encoding", "identity") == "identity"
        return Answer(
            status=int(response.status_code),
            body=bytes(body[:_MOST_BYTES]) if plain else b"",
            whole=plain and len(body) <= _MOST_BYTES,
            fields=dict(response.headers.items()),
        )


async def _resolved(url: str, family: socket.AddressFamily | None) -> tuple[int, str]:
    """Return the family and address that is asked: of IPv4 where there is one and no family is named."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(
        parts.hostname or "", port, type=socket.SOCK_STREAM, family=family or socket.AF_UNSPEC
    )
    over, *_, place = min(found, key=lambda one: one[0] != socket.AF_INET)
    return over, str(place[0])


def reason_of(error: BaseException) -> str:
    """Return why a request failed, in one word."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and len(chain) < 10:
        chain.append(following)
        following = following.__cause__ or following.__context__
    if any(isinstance(one, socket.gaierror) for one in chain):
        return "dns"
    if any(isinstance(one, ssl.SSLError) for one in chain):
        return "tls"
    if any(isinstance(one, ConnectionRefusedError) for one in chain):
        return "refused"
    if any(isinstance(one, TimeoutError | httpx2.TimeoutException) for one in chain):
        return "timeout"
    if any(isinstance(one, ConnectionResetError | httpx2.RemoteProtocolError | httpx2.ReadError) for one in chain):
        return "reset"
    return "unreachable"
