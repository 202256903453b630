"""Home pages asked once more over IPv6 alone (WD-4.9), in the same minute, with a control of their own.

Whether a name has AAAA records is told by our name service only where it tells them of a control's name, too: many filter
them. A failure over IPv6 is the site's only where the page opened otherwise and a control answers over IPv6.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from collector.asking import Tried, request
from collector.clock import Clock
from collector.hosts import host_of
from collector.workspace import ProbeSettings
from evidence.availability import Attempt, Outcome6, Over6

HasAaaa = Callable[[str], bool | None]
"""Tells whether a host's name has AAAA records; None where there is no answer. May take its time: it is asked in a thread."""


def nobody_knows(_: str) -> None:
    """Tell nothing of any name: there is no name service here that could be believed."""


async def beside(
    tried: Mapping[str, Tried], settings: ProbeSettings, clock: Clock, gate: asyncio.Semaphore, has_aaaa: HasAaaa
) -> dict[str, Tried]:
    """Return what was tried by target, with what IPv6 showed beside it; raises nothing of the network."""
    known = await known_of({host_of(one.attempt.url) for one in tried.values()}, settings, gate, has_aaaa)
    asked = [id for id, one in tried.items() if known[host_of(one.attempt.url)]]
    answers = await asyncio.gather(*(_gated(tried[id].attempt.url, settings, clock, gate) for id in asked))
    control = await control_of(settings, clock, gate) if any(one.failed for one in answers) else None
    over = {id: _over(one, tried[id].failed, control) for id, one in zip(asked, answers, strict=True)}
    return {
        id: replace(one, attempt=replace(one.attempt, aaaa=known[host_of(one.attempt.url)], v6=over.get(id)))
        for id, one in tried.items()
    }


async def known_of(
    hosts: Collection[str], settings: ProbeSettings, gate: asyncio.Semaphore, has_aaaa: HasAaaa
) -> dict[str, bool | None]:
    """Return whether each host has AAAA records; that one has none is believed only of who tells them of a control."""

    async def ask(host: str) -> bool | None:
        async with gate:
            return await asyncio.to_thread(has_aaaa, host)

    controls = {host_of(url) for url in settings.control6}
    every = sorted({*hosts, *controls})
    told = dict(zip(every, await asyncio.gather(*map(ask, every)), strict=True))
    tells = any(told[host] for host in controls)
    return {host: None if told[host] is False and not tells else told[host] for host in hosts}


async def _gated(url: str, settings: ProbeSettings, clock: Clock, gate: asyncio.Semaphore) -> Tried:
    async with gate:
        return await request(url, settings.seconds, clock, socket.AF_INET6)


async def control_of(settings: ProbeSettings, clock: Clock, gate: asyncio.Semaphore) -> bool | None:
    """Tell whether any control answers over IPv6; None where none is declared."""
    if not settings.control6:
        return None
    answers = await asyncio.gather(*(_gated(url, settings, clock, gate) for url in settings.control6))
    return any(not one.failed for one in answers)


def _over(one: Tried, failed_otherwise: bool, control: bool | None) -> Over6:
    """Return what an attempt over IPv6 is; without a control that answers, a failure is our own."""
    made: Attempt = one.attempt
    outcome: Outcome6 = "guarded" if made.outcome == "guarded" else "open"
    if one.failed:
        outcome = "both" if failed_otherwise else "failed" if control else "ours"
    return Over6(
        at=made.at,
        outcome=outcome,
        reason=made.reason,
        status=made.status,
        address=made.address,
        phases=made.phases,
        control=control if one.failed else None,
    )
