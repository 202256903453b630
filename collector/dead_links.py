"""The links of home pages asked twice, some minutes apart (`quzheng probe --links`, WD-4.3), and kept as one record a day.

Which links there are is told by the latest complete record of the home page. Many are asked side by side, few of one host,
spaced; every failure has a control beside it that is asked in the same way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urldefrag

from collector import day_records
from collector.clock import Clock
from collector.day_records import DayLog
from collector.link_asking import Asker, addresses_of, look
from collector.manners import Gate
from collector.rounds import Control, check_way_out, is_due, page_of
from collector.targets import Target
from collector.workspace import ProbeSettings, Workspace
from evidence import link_checks
from evidence.columns import HOME, SITE_KINDS
from evidence.files import Exclusive
from evidence.holdings import Holdings
from evidence.link_checks import CheckedLink, LinkChecks, LinkLook
from evidence.model import Check, Link, LinkDay, Reading, Record
from evidence.reading.page import LINKS
from evidence.span import local_day

AT_ONCE = 8
"""Links asked side by side, of all targets."""
APART = 1.0
"""Least seconds between two requests to one host."""

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRound:
    """What one call of `probe --links` did."""

    days: dict[str, LinkDay]
    """By target; each is in a record now."""
    waiting: int
    """Targets that were asked today, or are not to be asked at this hour."""
    without_home: tuple[str, ...]
    """Targets that have no complete record of their home page from the last day."""


def check(
    workspace: Workspace,
    holdings: Holdings,
    *,
    clock: Clock,
    only: Sequence[str] = (),
    apart: float = APART,
    sleep: Sleep = asyncio.sleep,
) -> LinkRound:
    """Ask the links of every home page that is due, and admit a record for each; one call at a time.

    Raises WorkspaceError where this machine has no direct way out: then what does not answer may be behind our own gateway.
    """
    settings = workspace.settings.probe
    check_way_out(workspace, "--links")
    sites = [one for one in workspace.targets() if one.kind in SITE_KINDS and (not only or one.id in only)]

    def is_asked(one: Target) -> bool:
        label, prefix = link_checks.LABEL, link_checks.PREFIX
        return is_due(holdings, one, label, prefix, settings, clock.now(), named=bool(only))

    with Exclusive(holdings.root / "probes" / ".links.lock").held():
        due = [one for one in sites if settings.links and is_asked(one)]
        homes = {one.id: home for one in due if (home := page_of(holdings, one, HOME, clock.now())) is not None}
        asked = [one for one in due if one.id in homes]
        days = asyncio.run(_all(workspace, holdings, asked, homes, clock, apart, sleep))
    missing = tuple(one.id for one in due if one.id not in homes)
    return LinkRound(days=days, waiting=len(sites) - len(due), without_home=missing)


def links_of(reading: Reading, most: int) -> tuple[tuple[Link, ...], int]:
    """Return the links of a page that are asked, and how many more there are: what a visitor sees, each address once."""
    found: dict[str, Link] = {}
    for link in reading.links:
        url = urldefrag(link.href).url
        if not link.hidden and url.lower().startswith(("http://", "https://")):
            found.setdefault(url, replace(link, href=url))
    every = tuple(found.values())
    return every[:most], max(0, len(every) - most)


async def _all(
    workspace: Workspace,
    holdings: Holdings,
    targets: Sequence[Target],
    homes: dict[str, tuple[str, Reading]],
    clock: Clock,
    apart: float,
    sleep: Sleep,
) -> dict[str, LinkDay]:
    settings, limits = workspace.settings.probe, workspace.settings.limits
    gate = Gate(
        jobs=AT_ONCE,
        per_host=limits.per_host,
        per_host_seconds=max(apart, limits.per_host_seconds),
        longest_pause=limits.retry_after_most,
    )
    aside = Gate(jobs=AT_ONCE, per_host=AT_ONCE)  # a control waits behind no link
    control = _control(settings, Asker(gate=aside, clock=clock, seconds=settings.seconds))

    async def of(target: Target) -> LinkDay:
        home, reading = homes[target.id]
        links, left = links_of(reading, settings.links)
        own = await addresses_of(target.url)
        asker = Asker(gate=gate, clock=clock, seconds=settings.seconds, referer=reading.url or target.url, own=own)
        begun = clock.now()
        checked = await _twice(links, asker, control, settings.links_pause, sleep)
        checks = LinkChecks(home=home, left=left, links=checked)
        record = _admitted(workspace, holdings, target, checks, begun, clock)
        return link_checks.day_of(checks, local_day(record.capture.started))

    days = await asyncio.gather(*map(of, targets))
    return dict(zip((one.id for one in targets), days, strict=True))


async def _twice(
    links: Sequence[Link], asker: Asker, control: Control, pause: float, sleep: Sleep
) -> tuple[CheckedLink, ...]:
    """Return each link with its looks: a second one, after a pause, where the first found nothing for certain."""
    first = await _looks(links, asker, control)
    failing = [n for n, one in enumerate(first) if one.outcome != "alive"]
    if failing:
        await sleep(pause)
    again = dict(zip(failing, await _looks([links[n] for n in failing], asker, control), strict=True))
    return tuple(
        CheckedLink(url=link.href, text=link.text, looks=(one, again[n]) if n in again else (one,))
        for n, (link, one) in enumerate(zip(links, first, strict=True))
    )


async def _looks(links: Sequence[Link], asker: Asker, control: Control) -> list[LinkLook]:
    """Return a look at each link; where nothing is there for certain, with what the control said beside it."""

    async def one(link: Link) -> LinkLook:
        seen = await look(link.href, asker)
        return replace(seen, control=await control.answers()) if seen.outcome == "gone" else seen

    return list(await asyncio.gather(*map(one, links)))


def _control(settings: ProbeSettings, asker: Asker) -> Control:
    """Return the control; an office's own may well stand at an address of its own net."""

    async def opens(url: str) -> bool:
        own = await addresses_of(url)
        return (await look(url, replace(asker, own=own))).outcome == "alive"

    return Control(settings.control, opens)


def _admitted(
    workspace: Workspace, holdings: Holdings, target: Target, checks: LinkChecks, begun: datetime, clock: Clock
) -> Record:
    detail = f"{len(checks.links)} links asked, {checks.left} left"
    log = DayLog(
        label=link_checks.LABEL,
        prefix=link_checks.PREFIX,
        day=local_day(begun),
        started=begun,
        ended=clock.now(),
        stands_for=LINKS,
        media_type=link_checks.MEDIA_TYPE,
        body=checks.encoded(),
        check=Check(name="links kept", scope="main", passed=True, detail=detail),
        program=__file__,
    )
    return day_records.admit(workspace, holdings, target.ref, log, clock)
