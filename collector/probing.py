"""Light requests for home pages (WV-2): every attempt with its phases, a control beside it, and a browser where it fails.

One round asks every target that is due once, politely side by side. A failure counts only if the control answers in the
same minute and a browser at the same place fails too; where several targets of one address fail in one round, the platform
is down and none of them is to blame.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import httpx2

from collector.clock import Clock
from collector.targets import Target
from collector.workspace import ProbeSettings
from evidence.availability import Attempt, Outcome

GUARDED = frozenset({401, 403, 405, 407, 412, 418, 429, 432, 503, 521})
"""What guards of sites answer to programs: the site is there."""
AT_ONCE = 16
_MOST_BYTES = 1 << 20
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
_MARKS = {
    "connection.connect_tcp.complete": "connect",
    "connection.start_tls.complete": "tls",
    "http11.receive_response_headers.complete": "first_byte",
}

Look = Callable[[Target], Awaitable[tuple[str, bool] | None]]
"""Visits a target's home page with the browser; returns the record, and whether that failed for reasons of the site. None:
there is no browser here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One request before it is known whether it counts."""

    attempt: Attempt
    failed: bool


async def one_round(targets: Sequence[Target], settings: ProbeSettings, clock: Clock, look: Look) -> dict[str, Attempt]:
    """Return one attempt for each target by its id; raises nothing of the network."""
    gate = asyncio.Semaphore(AT_ONCE)
    tried = dict(zip((one.id for one in targets), await _all(targets, settings, clock, gate), strict=True))
    failing = [one for one in targets if tried[one.id].failed]
    shared = _shared(tried, settings.shared)
    controlled = await _control(settings, clock) if failing else None
    attempts = {id: one.attempt for id, one in tried.items()}
    for target in failing:
        attempts[target.id] = await _settled(target, tried[target.id].attempt, shared, controlled, look)
    return attempts


async def _all(
    targets: Sequence[Target], settings: ProbeSettings, clock: Clock, gate: asyncio.Semaphore
) -> list[Tried]:
    async def gated(target: Target) -> Tried:
        async with gate:
            return await request(target.url, settings.seconds, clock)

    return list(await asyncio.gather(*(gated(target) for target in targets)))


async def _settled(
    target: Target, attempt: Attempt, shared: Mapping[str, int], controlled: bool | None, look: Look
) -> Attempt:
    """Return what a failure is: our own, a platform's, the browser's word against it, or the site's."""
    if controlled is False:
        return replace(attempt, outcome="ours", control=False)
    if attempt.address in shared:
        return replace(attempt, outcome="shared", control=controlled)
    if (seen := await look(target)) is None:
        return replace(attempt, outcome="ours", control=controlled)
    record, failed = seen
    outcome: Outcome = "failed" if failed else "open"
    return replace(attempt, outcome=outcome, control=controlled, browser=record)


def _shared(tried: Mapping[str, Tried], least: int) -> dict[str, int]:
    """Return the addresses at which so many targets failed in this round."""
    failed = Counter(one.attempt.address for one in tried.values() if one.failed and one.attempt.address)
    return {address: count for address, count in failed.items() if address is not None and count >= least}


async def _control(settings: ProbeSettings, clock: Clock) -> bool | None:
    """Tell whether any control answers; None where none is declared."""
    if not settings.control:
        return None
    answers = await asyncio.gather(*(request(url, settings.seconds, clock) for url in settings.control))
    return any(not one.failed for one in answers)


async def request(url: str, seconds: float, clock: Clock) -> Tried:
    """Ask for an address once, redirects followed, and return what came within `seconds`."""
    begun, at = asyncio.get_running_loop().time(), clock.now()
    phases: dict[str, int] = {}
    address: str | None = None

    def mark(name: str) -> None:
        phases[name] = round((asyncio.get_running_loop().time() - begun) * 1000)

    async def trace(event: str, _: Mapping[str, Any]) -> None:
        if (name := _MARKS.get(event)) is not None:
            mark(name)

    status: int | None = None
    try:
        async with asyncio.timeout(seconds):
            address = await _resolved(url)
            mark("dns")
            status = await _fetched(url, seconds, trace)
            mark("load")
        reason = None if status < 400 else f"http_{status}"
    except Exception as error:  # whatever a hostile server does to a client is its answer; the reason is kept
        reason = _reason(error)
    guarded = status in GUARDED
    outcome: Outcome = "guarded" if guarded else "open"
    kept = Attempt(at=at, url=url, outcome=outcome, reason=reason, status=status, address=address, phases=phases)
    return Tried(attempt=kept, failed=reason is not None and not guarded)


async def _fetched(url: str, seconds: float, trace: Callable[[str, Mapping[str, Any]], Awaitable[None]]) -> int:
    async with (
        httpx2.AsyncClient(
            verify=False,  # noqa: S501  # a bad certificate keeps no visitor's page from being there
            timeout=seconds,
            follow_redirects=True,
            headers={"User-Agent": _AGENT, "Accept-Language": "zh-CN"},
        ) as client,
        client.stream("GET", url, extensions={"trace": trace}) as response,
    ):
        size = 0
        async for piece in response.aiter_raw():
            size += len(piece)
            if size > _MOST_BYTES:
                break
        return int(response.status_code)


async def _resolved(url: str) -> str | None:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(parts.hostname or "", port, type=socket.SOCK_STREAM)
    return str(found[0][4][0]) if found else None


def _reason(error: BaseException) -> str:
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
