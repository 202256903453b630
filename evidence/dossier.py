"""Everything one finding rests on, loaded: what the report shows and the bundle carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from evidence import aftercheck, canonical, human
from evidence.aftercheck import After
from evidence.catalog import Row
from evidence.errors import NotFound
from evidence.grounding import Grounded
from evidence.holdings import Holdings
from evidence.human import HumanExhibit
from evidence.model import DateReading, Fact, Finding, Reading, Record, TargetRef
from evidence.replay import Replay
from evidence.series import series_of
from evidence.shelves import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One record a finding cites, with what was read from it and what came before."""

    record: Record
    reading: Reading | None
    earlier: Record | None
    """The capture before it of the same target and label."""
    earlier_reading: Reading | None
    rows: tuple[Row, ...]
    """Headings of all records of its label in the window, by start."""
    environment: Mapping[str, Any] = field(default_factory=dict)
    """The environment blob the record cites: browser, flags, versions."""
    cleanliness: Mapping[str, Any] = field(default_factory=dict)
    """The cleanliness record it cites; empty where it cites none."""
    after: After | None = None
    """What is known of the cleanliness check after its run; None where it cites none before."""
    first_seen: tuple[DateReading | None, ...] = ()
    """Of the reading's items without a date: since when each is known, in the order of all items; None for a dated one."""
    replay: Replay | None = None
    """How faithfully the record's page came again from the store; None: not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A finding and its exhibits."""

    finding: Finding
    subject: TargetRef
    exhibits: tuple[Exhibit, ...]
    facts: tuple[Fact, ...]
    human: tuple[HumanExhibit, ...] = ()
    """What people handed in on it; shown beside the exhibits, counted by no indicator."""
    set_aside: tuple[Record, ...] = ()
    """Exhibits in quarantine: nothing of them may be shown but digest and time."""
    grounded: Grounded | None = None
    """What the finding can be judged again by; None: nobody gathered it."""

    @property
    def demonstration(self) -> bool:
        """Whether any exhibit is of the demonstration or was dated by a simulated clock (law 10)."""
        captures = [exhibit.record.capture for exhibit in self.exhibits]
        return any(c.purpose == "demonstration" or c.clock.source == "simulated" for c in captures)


def gather(
    finding: Finding,
    *,
    subject: TargetRef,
    holdings: Holdings,
    facts: tuple[Fact, ...] = (),
    readings: Mapping[str, Reading] | None = None,
    since: datetime | None = None,
) -> Dossier:
    """Return the dossier of `finding`; `readings` are by record id, the window of the series begins at `since`.

    Raises NotFound where a cited record is not in the ledger.
    """
    known = readings or {}
    purged = holdings.ledger.purged
    exhibits = tuple(exhibit(id, holdings, known, since) for id in finding.exhibits if id not in purged)
    of_target = tuple(fact for fact in facts if fact.target == finding.target)
    return Dossier(
        finding=finding,
        subject=subject,
        exhibits=exhibits,
        facts=of_target,
        human=human.of_finding(holdings, finding),
        set_aside=tuple(holdings.record(id) for id in finding.exhibits if id in purged),
    )


def records_of(finding: Finding, holdings: Holdings) -> tuple[Record, ...]:
    """Return the records a dossier of `finding` will show, the earlier captures too: those to have readings of."""
    shown: dict[str, Record] = {}
    for id in finding.exhibits:
        if id in holdings.ledger.purged:
            continue
        record = holdings.record(id)
        for one in (record, earlier_of(record, holdings)):
            if one:
                shown[one.id] = one
    return tuple(shown.values())


def earlier_of(record: Record, holdings: Holdings) -> Record | None:
    """Return the last record before `record` in its chain that captured the page and may be shown; None without one."""
    before = record.previous
    while before:
        earlier = holdings.record(before)
        if earlier.capture.outcome == "captured" and before not in holdings.ledger.purged:
            return earlier
        before = earlier.previous
    return None


def exhibit(id: str, holdings: Holdings, readings: Mapping[str, Reading], since: datetime | None = None) -> Exhibit:
    """Return one record as an exhibit, with what `readings` has of it; raises NotFound for one that was never admitted."""
    record = holdings.record(id)
    capture = record.capture
    if holdings.ledger.find("record", capture.key) is None:
        raise NotFound(f"the record {id} is in the store but was never admitted to the ledger")
    earlier = earlier_of(record, holdings)
    reading = readings.get(id)
    rows = holdings.rows(capture.target.id, capture.label, since)
    return Exhibit(
        record=record,
        reading=reading,
        earlier=earlier,
        earlier_reading=readings.get(earlier.id) if earlier else None,
        rows=rows,
        first_seen=_first_seen(record, reading, rows, holdings) if reading else (),
        environment=_object(capture.environment, holdings),
        cleanliness=_object(capture.cleanliness, holdings) if capture.cleanliness else {},
        after=aftercheck.of_record(record, holdings),
        replay=holdings.derived.replay(id),
    )


def _first_seen(
    record: Record, reading: Reading, rows: Sequence[Row], holdings: Holdings
) -> tuple[DateReading | None, ...]:
    """Return since when each undated item of a reading is known; nothing where all are dated."""
    if all(item.date for item in reading.items):
        return ()
    capture, shelf = record.capture, Shelf(holdings, record.capture.target.id)
    series = series_of(
        capture.target.id, capture.label, rows, at=capture.ended, reader=lambda row: shelf.reading(row.record)
    )
    seen = series.first_seen(reading.items)
    return tuple(None if item.date else one for item, one in zip(reading.items, seen, strict=True))


def _object(sha256: str, holdings: Holdings) -> Mapping[str, Any]:
    body = canonical.decode(holdings.store.read(sha256))
    return body if isinstance(body, Mapping) else {}
