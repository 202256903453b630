"""Writes the captures of one visit: what a capture brought, with who, when, where and by which flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from collector.capturing import Taken
from collector.clock import Clock
from collector.flow import Flow
from collector.lookout import Lookout
from collector.outcome import at_attempt
from collector.targets import Target
from evidence import canonical, plain
from evidence.model import Artifact, Capture, Check, ClockRef, ColumnRef, Fault, Outcome, Purpose, Redaction, Vantage
from evidence.store import BlobSink


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is the same for every capture of a visit."""

    run: str
    environment: str
    """SHA-256 of the environment's blob, which must be in the sink."""
    vantage: Vantage
    attempt: int = 1
    purpose: Purpose = "manual"
    lookout: Lookout = field(default_factory=Lookout)
    """The run's watch over its own path; knows the cleanliness record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What goes with a capture beside the page: downloads, answers to another agent; and what was removed from that."""

    artifacts: tuple[Artifact, ...] = ()
    removed: tuple[Redaction, ...] = ()
    checks: tuple[Check, ...] = ()

    def and_one(self, artifact: Artifact, removed: tuple[Redaction, ...]) -> Files:
        """Return these and one more."""
        return replace(self, artifacts=(*self.artifacts, artifact), removed=self.removed + removed)


NO_FILES = Files()


class Scribe:
    """Gives each capture of a visit its key and its place, and hands it on as soon as it is whole."""

    def __init__(
        self,
        target: Target,
        flow: Flow,
        circumstances: Circumstances,
        *,
        sink: BlobSink,
        clock: Clock,
        deliver: Callable[[Capture], None],
    ) -> None:
        self.sink = sink
        self.written: dict[str, Capture] = {}
        self._target = target
        self._flow = flow
        self._circumstances = circumstances
        self._clock = clock
        self._deliver = deliver
        self._ledger = target.ledger.sha256
        for source in (flow.source, *flow.helpers):
            sink.put(source, "text/x-python; charset=utf-8")
        sink.put(canonical.encode(plain.dump(target.ledger)), "application/json")

    def write(self, label: str, started: datetime, taken: Taken, files: Files = NO_FILES) -> Capture:
        """Return the capture, handed on."""
        where = self._circumstances
        trouble = at_attempt(taken.trouble, where.attempt) if taken.trouble else None
        outcome: Outcome = trouble.outcome if trouble else "captured"
        fault: Fault = trouble.fault if trouble else "unknown"
        capture = Capture(
            key=f"{where.run}/{self._target.id}/{label}/{where.attempt}",
            purpose=where.purpose,
            target=self._target.ref,
            label=label,
            column=self._column(label),
            started=started,
            ended=taken.ended,
            clock=_clock(self._clock.ref, where.lookout.offset_ms),
            vantage=where.vantage,
            requested_url=taken.requested_url,
            final_url=taken.final_url,
            redirects=taken.redirects,
            outcome=outcome,
            reason=trouble.reason if trouble else None,
            fault=fault,
            coverage=self._flow.coverage_of(self._target),
            checks=(*taken.checks, *files.checks),
            moving=taken.moving,
            artifacts=(*taken.artifacts, *files.artifacts),
            exchanges=taken.exchanges,
            times=taken.times,
            environment=where.environment,
            cleanliness=where.lookout.cleanliness,
            flow=self._flow.ref,
            redactions=(*files.removed, *taken.redactions),
        )
        self.written[label] = capture
        self._deliver(capture)
        return capture

    def _column(self, label: str) -> ColumnRef | None:
        for column in self._target.ledger.columns:
            if column.label == label:
                return ColumnRef(
                    name=column.name,
                    class_=column.class_,
                    level=column.level,
                    duty=column.duty,
                    ledger=self._ledger,
                )
        return None


def _clock(ref: ClockRef, offset_ms: int | None) -> ClockRef:
    """Return which clock it was, with its measured offset; a simulated one has none."""
    return replace(ref, offset_ms=offset_ms) if ref.source == "system" else ref
