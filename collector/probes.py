"""When targets are probed, and where their attempts are kept: a file a day and target, admitted as one record when the day is over.

    STORE/probes/TARGET/2021-01-04.jsonl

A line is flushed to the disk before the next target is asked; a crash loses at most the line it was writing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from collector import probing
from collector.clock import Clock
from collector.run import one_page, visit_once
from collector.targets import Target
from collector.workspace import ProbeSettings, Workspace
from evidence import admit as admitting
from evidence import availability, canonical, plain
from evidence.availability import Attempt
from evidence.catalog import check_slug
from evidence.columns import HOME, SITE_KINDS
from evidence.files import Exclusive, make_folder
from evidence.holdings import Holdings
from evidence.model import Artifact, Capture, Check, Record, Vantage
from evidence.pageless import nothing, this_program
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


def probe(workspace: Workspace, holdings: Holdings, *, clock: Clock, only: Sequence[str] = ()) -> Round:
    """Admit the days that are over, ask every target that is due once, and keep the attempts; one call at a time."""
    settings = workspace.settings.probe
    sites = [one for one in workspace.targets() if one.kind in SITE_KINDS and (not only or one.id in only)]
    make_folder(holdings.root / "probes")
    with Exclusive(holdings.root / "probes" / ".lock").held():
        records = tuple(_finished(workspace, holdings, sites, clock))
        due = [one for one in sites if _is_due(holdings, one, settings, clock.now(), named=bool(only))]

        async def look(target: Target) -> tuple[str, bool]:
            record = await visit_once(
                workspace, holdings, target, one_page(HOME, "desktop"), clock=clock, purpose="recheck"
            )
            taken = record.capture
            return record.id, taken.outcome in FAILED and taken.fault != "ours"

        attempts = asyncio.run(probing.one_round(due, settings, clock, look))
        for id, attempt in attempts.items():
            _keep(holdings, id, attempt)
    return Round(attempts=attempts, records=records, waiting=len(sites) - len(due))


def _is_due(holdings: Holdings, target: Target, settings: ProbeSettings, now: datetime, *, named: bool) -> bool:
    """Tell whether a target is to be asked: within the hours, and long enough after the last attempt; at once if named."""
    local = now.astimezone(SHANGHAI)
    if not named and not settings.from_hour <= local.hour < settings.to_hour:
        return False
    made = _made(_file(holdings, target.id, local_day(now)))
    return named or not made or now - made[-1].at >= EARLY * timedelta(minutes=settings.minutes)


def _finished(workspace: Workspace, holdings: Holdings, sites: Sequence[Target], clock: Clock) -> Iterator[Record]:
    """Admit each file of a day that is over, and remove it then."""
    today = local_day(clock.now())
    for target in sites:
        for path in sorted((holdings.root / "probes" / check_slug(target.id)).glob("*.jsonl")):
            if date.fromisoformat(path.stem) >= today:
                continue
            if made := _made(path):
                yield _admitted(workspace, holdings, target, made, clock)
            path.unlink()


def _admitted(
    workspace: Workspace, holdings: Holdings, target: Target, made: tuple[Attempt, ...], clock: Clock
) -> Record:
    """Admit a day's attempts as one record; the same day again is the record that is there."""
    body = b"".join(one.line() for one in made)
    blob = holdings.store.put(body, availability.MEDIA_TYPE)
    day = local_day(made[0].at)
    declared = {"schema": "probe/1", **plain.dump(workspace.settings.probe)}
    log = Artifact(
        role="log",
        n=0,
        frame=0,
        url=ATTEMPTS,
        box=None,
        taken=made[-1].at,
        media_type=blob.media_type,
        size=blob.size,
        sha256=blob.sha256,
        sm3=blob.sm3,
    )
    taken = Capture(
        key=f"PROBE-{day:%Y%m%d}/{target.id}/{availability.LABEL}/1",
        purpose="scheduled",
        target=target.ref,
        label=availability.LABEL,
        column=None,
        started=made[0].at,
        ended=made[-1].at,
        clock=clock.ref,
        vantage=Vantage(egress=workspace.settings.egress, address=None, resolver=None),
        requested_url=target.url,
        final_url=target.url,
        redirects=(),
        outcome="captured",
        reason=None,
        fault="unknown",
        coverage="complete",
        checks=(Check(name="attempts kept", scope="main", passed=True, detail=f"{len(made)} attempts"),),
        moving=(),
        artifacts=(log,),
        exchanges=nothing(holdings, "exchanges"),
        times=nothing(holdings, "times"),
        environment=holdings.store.put(canonical.encode(declared), "application/json").sha256,
        cleanliness=None,
        flow=this_program(holdings, __file__, "probe"),
        redactions=(),
    )
    return admitting.admit(taken, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


def _file(holdings: Holdings, target: str, day: date) -> Path:
    return holdings.root / "probes" / check_slug(target) / f"{day}.jsonl"


def _made(path: Path) -> tuple[Attempt, ...]:
    try:
        return availability.attempts(availability.whole_lines(path.read_bytes()))
    except FileNotFoundError:
        return ()


def _keep(holdings: Holdings, target: str, attempt: Attempt) -> None:
    """Append an attempt to its day's file, on the disk when this returns; what a crash left of a line goes first."""
    path = _file(holdings, target, local_day(attempt.at))
    make_folder(path.parent)
    with path.open("a+b") as stream:
        stream.seek(0)
        whole = len(availability.whole_lines(stream.read()))
        stream.truncate(whole)
        stream.write(attempt.line())
        stream.flush()
        os.fsync(stream.fileno())
