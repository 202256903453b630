"""A day's light requests admitted as one record: a log, and no page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from collector.clock import Clock
from collector.workspace import Workspace
from evidence import admit as admitting
from evidence import canonical, plain
from evidence.holdings import Holdings
from evidence.model import Artifact, Capture, Check, Record, TargetRef, Vantage
from evidence.pageless import nothing, this_program


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLog:
    """What was kept of one target's day."""

    label: str
    prefix: str
    """How the key of the record begins; the same day again is the record that is there."""
    day: date
    started: datetime
    ended: datetime
    stands_for: str
    """What stands for the log's address, by which a reader knows it."""
    media_type: str
    body: bytes
    check: Check
    program: str
    """The source file that made the requests, which the record cites."""


def admit(workspace: Workspace, holdings: Holdings, target: TargetRef, log: DayLog, clock: Clock) -> Record:
    """Admit a day's log with the settings it was made by; raises AdmitError."""
    blob = holdings.store.put(log.body, log.media_type)
    declared = {"schema": "probe/1", **plain.dump(workspace.settings.probe)}
    artifact = Artifact(
        role="log",
        n=0,
        frame=0,
        url=log.stands_for,
        box=None,
        taken=log.ended,
        media_type=blob.media_type,
        size=blob.size,
        sha256=blob.sha256,
        sm3=blob.sm3,
    )
    taken = Capture(
        key=f"{log.prefix}{log.day:%Y%m%d}/{target.id}/{log.label}/1",
        purpose="scheduled",
        target=target,
        label=log.label,
        column=None,
        started=log.started,
        ended=log.ended,
        clock=clock.ref,
        vantage=Vantage(egress=workspace.settings.egress, address=None, resolver=None),
        requested_url=target.url,
        final_url=target.url,
        redirects=(),
        outcome="captured",
        reason=None,
        fault="unknown",
        coverage="complete",
        checks=(log.check,),
        moving=(),
        artifacts=(artifact,),
        exchanges=nothing(holdings, "exchanges"),
        times=nothing(holdings, "times"),
        environment=holdings.store.put(canonical.encode(declared), "application/json").sha256,
        cleanliness=None,
        flow=this_program(holdings, log.program, "probe"),
        redactions=(),
    )
    return admitting.admit(taken, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)
