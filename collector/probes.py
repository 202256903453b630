"""When targets are probed (`quzheng probe`), and how a day of attempts that is over becomes one record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from collector import day_records, ipv6, names, probe_days, probing
from collector.clock import Clock
from collector.day_records import DayLog
from collector.errors import BrowserError
from collector.run import one_page, visit_once
from collector.targets import Target
from collector.workspace import ProbeSettings, Workspace
from evidence import availability
from evidence.availability import Attempt
from evidence.columns import HOME, SITE_KINDS
from evidence.files import Exclusive, make_folder
from evidence.holdings import Holdings
from evidence.model import Check, Record, TargetRef
from evidence.reading.page import ATTEMPTS
from evidence.span import SHANGHAI, local_day

EARLY = 0.8
"""Share of the time between two attempts after which a target is due: the one that calls us every half hour is never exact."""
FAILED = ("unreachable", "timeout", "http_error", "crashed")
"""Outcomes of a browser's visit that bear a failure out, where the fault is the site's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one call of `probe` did."""

    attempts: dict[str, Attempt]
    records: tuple[Record, ...]
    """Days that were over, admitted."""
    waiting: int
    """Targets that are not due yet, or not at this hour."""
    damaged: tuple[Path, ...]
    """Files of attempts that could not be read as a whole and lie aside."""


def probe(workspace: Workspace, holdings: Holdings, *, clock: Clock, only: Sequence[str] = ()) -> Round:
    """Admit the days that are over, ask every target that is due once, and keep the attempts; one call at a time."""
    settings = workspace.settings.probe
    sites = [one for one in workspace.targets() if one.kind in SITE_KINDS and (not only or one.id in only)]
    make_folder(holdings.root / "probes")
    with Exclusive(holdings.root / "probes" / ".lock").held():
        records = tuple(_finished(workspace, holdings, clock))
        due = [one for one in sites if _is_due(holdings, one, settings, clock.now(), named=bool(only))]

        async def look(target: Target) -> tuple[str, bool] | None:
            return await _look(workspace, holdings, target, clock)

        attempts = asyncio.run(probing.one_round(due, settings, clock, look, has_aaaa(workspace)))
        for target in due:
            probe_days.keep(holdings.root, target.ref, attempts[target.id])
        aside = probe_days.damaged(holdings.root)
    return Round(attempts=attempts, records=records, waiting=len(sites) - len(due), damaged=aside)


def has_aaaa(workspace: Workspace) -> ipv6.HasAaaa:
    """Return who tells of AAAA records; nobody where this machine has no direct way out, by which IPv6 could be told."""
    if workspace.settings.egress != "direct":
        return ipv6.nobody_knows
    resolver = names.resolver_of()
    return lambda host: names.has_aaaa(host, resolver)


async def _look(workspace: Workspace, holdings: Holdings, target: Target, clock: Clock) -> tuple[str, bool] | None:
    """Visit a target with the browser; None where ours cannot be started, which says nothing of the site."""
    page = one_page(HOME, "desktop")
    try:
        record = await visit_once(workspace, holdings, target, page, clock=clock, purpose="recheck")
    except BrowserError:
        return None
    taken = record.capture
    return record.id, taken.outcome in FAILED and taken.fault != "ours"


def _is_due(holdings: Holdings, target: Target, settings: ProbeSettings, now: datetime, *, named: bool) -> bool:
    """Tell whether a target is to be asked: within the hours, and long enough after the last attempt; at once if named."""
    local = now.astimezone(SHANGHAI)
    if not named and not settings.from_hour <= local.hour < settings.to_hour:
        return False
    made = probe_days.of(holdings.root, target.id, local_day(now)).read()
    return named or not made or now - made[-1].at >= EARLY * timedelta(minutes=settings.minutes)


def _finished(workspace: Workspace, holdings: Holdings, clock: Clock) -> Iterator[Record]:
    """Admit each file of a day that is over, and remove it then."""
    for target, day in probe_days.over(holdings.root, local_day(clock.now())):
        if made := day.read():
            yield _admitted(workspace, holdings, target, made, clock)
        day.path.unlink()


def _admitted(
    workspace: Workspace, holdings: Holdings, target: TargetRef, made: tuple[Attempt, ...], clock: Clock
) -> Record:
    """Admit a day's attempts as one record; the same day again is the record that is there."""
    log = DayLog(
        label=availability.LABEL,
        prefix="PROBE-",
        day=local_day(made[0].at),
        started=made[0].at,
        ended=made[-1].at,
        stands_for=ATTEMPTS,
        media_type=availability.MEDIA_TYPE,
        body=b"".join(one.line() for one in made),
        check=Check(name="attempts kept", scope="main", passed=True, detail=f"{len(made)} attempts"),
        program=__file__,
    )
    return day_records.admit(workspace, holdings, target, log, clock)
