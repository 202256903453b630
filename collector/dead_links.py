"""The links of home pages asked twice, some minutes apart (`quzheng probe --links`, WD-4.3), and kept as one record a day.

Which links there are is told by the latest complete record of the home page. Many are asked side by side, few of one host,
spaced; every failure has a control beside it that is asked in the same way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urldefrag

from collector import day_records
from collector.clock import Clock
from collector.day_records import DayLog
from collector.errors import WorkspaceError
from collector.link_asking import Asker, addresses_of, look
from collector.manners import Gate
from collector.targets import Target
from collector.workspace import ProbeSettings, Workspace
from evidence import link_checks
from evidence.columns import HOME, SITE_KINDS
from evidence.files import Exclusive
from evidence.holdings import Holdings
from evidence.link_checks import CheckedLink, LinkChecks, LinkLook
from evidence.look import NOT_THE_COLUMN
from evidence.model import Check, Link, LinkDay, Reading, Record
from evidence.reading.page import LINKS
from evidence.readings import readings
from evidence.span import SHANGHAI, local_day

AT_ONCE = 8
"""Links asked side by side, of all targets."""
APART = 1.0
"""Least seconds between two requests to one host."""
FRESH = timedelta(hours=24)
"""How old the record of a home page may be: older links may have been mended, or have run out."""
REST = timedelta(hours=12)
"""Least time between two days' checks: what fails at both ends of midnight has failed once."""
_CONTROL_HOLDS = 30.0
"""Seconds for which a control's answer stands for the failures beside it."""

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
    _check_way_out(workspace)
    sites = [one for one in workspace.targets() if one.kind in SITE_KINDS and (not only or one.id in only)]
    with Exclusive(holdings.root / "probes" / ".links.lock").held():
        due = [one for one in sites if settings.links and _is_due(holdings, one, settings, clock.now(), bool(only))]
        homes = {one.id: home for one in due if (home := _home(holdings, one, clock.now())) is not None}
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


def _check_way_out(workspace: Workspace) -> None:
    if workspace.settings.egress != "direct":
        raise WorkspaceError(
            f"probe --links needs a direct way out, got egress: {workspace.settings.egress}\n"
            "what does not answer through a gateway of our own cannot be laid to a site"
        )


def _is_due(holdings: Holdings, target: Target, settings: ProbeSettings, now: datetime, named: bool) -> bool:
    """Tell whether a target's links are to be asked: once a day, rested, within the hours; at any hour if it is named."""
    local = now.astimezone(SHANGHAI)
    made = [row for row in holdings.rows(target.id, link_checks.LABEL) if row.key.startswith(link_checks.PREFIX)]
    if any(local_day(row.started) == local_day(now) or now - row.started < REST for row in made):
        return False
    return named or settings.from_hour <= local.hour < settings.to_hour


def _home(holdings: Holdings, target: Target, now: datetime) -> tuple[str, Reading] | None:
    """Return the latest complete record of a target's home page and its reading; None without a fresh one."""
    rows = [row for row in holdings.rows(target.id, HOME, since=now - FRESH, until=now) if row.complete is True]
    whole = [row for row in rows if row.coverage == "complete"]
    if not whole:
        return None
    record = holdings.record(whole[-1].record)
    reading = readings([record], holdings)[record.id]
    return (record.id, reading) if reading is not None and reading.page_kind not in NOT_THE_COLUMN else None


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
    control = _Control(settings, Asker(gate=aside, clock=clock, seconds=settings.seconds))

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
    links: Sequence[Link], asker: Asker, control: _Control, pause: float, sleep: Sleep
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


async def _looks(links: Sequence[Link], asker: Asker, control: _Control) -> list[LinkLook]:
    """Return a look at each link; where nothing is there for certain, with what the control said beside it."""

    async def one(link: Link) -> LinkLook:
        seen = await look(link.href, asker)
        return replace(seen, control=await control.answers()) if seen.outcome == "gone" else seen

    return list(await asyncio.gather(*map(one, links)))


class _Control:
    """The control, asked as the links are, and again when its answer is too old to stand beside a failure."""

    def __init__(self, settings: ProbeSettings, asker: Asker) -> None:
        self._urls = settings.control
        self._asker = asker
        self._asked: tuple[float, asyncio.Future[bool]] | None = None

    async def answers(self) -> bool | None:
        """Tell whether any control answers; None where none is declared."""
        if not self._urls:
            return None
        now = asyncio.get_running_loop().time()
        if self._asked is None or now - self._asked[0] > _CONTROL_HOLDS:
            self._asked = now, asyncio.ensure_future(self._ask())
        return await self._asked[1]

    async def _ask(self) -> bool:
        """Ask each; an office's control may well stand at an address of its own net."""

        async def one(url: str) -> bool:
            own = await addresses_of(url)
            return (await look(url, replace(self._asker, own=own))).outcome == "alive"

        return any(await asyncio.gather(*map(one, self._urls)))


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
