"""Light requests for home pages (WV-2): every attempt with its phases, a control beside it, and a browser where it fails.

One round asks every target that is due once, politely side by side. A failure counts only if the control answers in the
same minute and a browser at the same place fails too; where several targets of one address fail in one round, the platform
is down and none of them is to blame.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from collector import ipv6
from collector.asking import Tried, request
from collector.clock import Clock
from collector.targets import Target
from collector.workspace import ProbeSettings
from evidence.availability import Attempt, Outcome

AT_ONCE = 16

Look = Callable[[Target], Awaitable[tuple[str, bool] | None]]
"""Visits a target's home page with the browser; returns the record, and whether that failed for reasons of the site. None:
there is no browser here."""


async def one_round(
    targets: Sequence[Target],
    settings: ProbeSettings,
    clock: Clock,
    look: Look,
    has_aaaa: ipv6.HasAaaa = ipv6.nobody_knows,
) -> dict[str, Attempt]:
    """Return one attempt for each target by its id, with one over IPv6 beside it where the settings ask for it.

    Raises nothing of the network.
    """
    gate = asyncio.Semaphore(AT_ONCE)
    tried = dict(zip((one.id for one in targets), await _all(targets, settings, clock, gate), strict=True))
    if settings.ipv6:
        tried = await ipv6.beside(tried, settings, clock, gate, has_aaaa)
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
