"""The answer sheet: everything a machine can look up before a person rules on an objection, or re-checks after rectification.

It concludes nothing. What could not be looked up says so and why (law 5); what was seen after T is told apart (law 6).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from evidence import canonical, digest, explain, plain
from evidence.case_event import Event
from evidence.casebook import Case
from evidence.comparing import compare
from evidence.disputes.editions import Edition, editions
from evidence.disputes.nights import Around, around, labels_of
from evidence.disputes.opening import Dispute
from evidence.disputes.original import Original, original
from evidence.disputes.pictures import Likeness, likenesses
from evidence.errors import DisputeError, EvidenceError, ShapeError
from evidence.files import write_whole
from evidence.holdings import Holdings
from evidence.house import House
from evidence.human import HumanExhibit
from evidence.model import Finding, Outcome, Record

log = logging.getLogger(__name__)

SCHEMA = "sheet/1"
FRESH = "fresh answers"
"""Name of the check that tells whether a cache may have given an answer."""
NO_BROWSER = "未复采：这里没有浏览器（用 quzheng dispute answer 在工作区运行）"
NOT_ASKED = "未复采：没有要求重新访问"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A check that a capture did not pass, or that could not be made."""

    name: str
    passed: bool | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One capture the finding rests on: whether it was whole."""

    record: str
    label: str
    at: datetime
    outcome: Outcome
    complete: bool | None
    lacking: tuple[Lacking, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What one capture tells of caches."""

    record: str
    label: str
    at: datetime
    fresh: bool | None
    """None: not known; a cache may have given it."""
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """One item that the page has now and had not then."""

    title: str
    date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What a label shows now against what it showed when it was counted."""

    label: str
    then: str
    """Record of that time."""
    record: str | None
    """Record of now; None: there is none."""
    outcome: Outcome | None
    complete: bool | None
    said: str
    """The comparison in a sentence, or why there is none."""
    added: tuple[Added, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What was looked up."""

    answers: str
    """SHA-256 of the case event it was made for."""
    number: str | None
    """Of the dispute; None for a re-check."""
    finding: str
    made: datetime
    original: Original | None
    """None for a re-check."""
    names: Mapping[str, str]
    """What the columns are called, by label."""
    captures: tuple[Looked, ...]
    around: tuple[Around, ...]
    now: tuple[Now, ...]
    caches: tuple[Freshness, ...]
    editions: tuple[Edition, ...]
    counts: tuple[str, ...]
    """Both ways of counting, where the limit has two; empty where it has one."""
    pictures: tuple[Likeness, ...]
    """Of what the unit enclosed; the first file of an objection is the form itself."""

    def plain(self) -> dict[str, Any]:
        """Return the sheet as plain JSON (schema sheet/1)."""
        return {"schema": SCHEMA, **plain.dump(self)}

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Sheet:
        """Return the sheet whose plain JSON is `body`; raises ShapeError."""
        fields = dict(body)
        if (found := fields.pop("schema", None)) != SCHEMA:
            raise ShapeError(("schema",), SCHEMA, found)
        return plain.load(cls, fields)

    @property
    def id(self) -> str:
        """SHA-256 of the canonical sheet."""
        return digest.of_value(self.plain())

    @property
    def seen_now(self) -> tuple[str, ...]:
        """The records that were captured for it."""
        return tuple(one.record for one in self.now if one.record is not None)


def of_dispute(
    house: House, holdings: Holdings, dispute: Dispute, *, file: Path | None, look: bool, now: datetime
) -> Sheet:
    """Look up what the answer to an objection rests on, and keep the sheet for the ruling.

    `file` is the contested bundle, where it is at hand; with `look` the pages are captured again. Raises DisputeError
    where the objection has been ruled on, or no sealed bundle of the finding is in the ledger.
    """
    if dispute.ruling is not None:
        raise DisputeError(f"异议{dispute.number}已经裁定，不再另作核对")
    leaf = holdings.ledger.find("case", dispute.contested.key)
    upto = leaf.index if leaf else 0
    contested = original(holdings, dispute.finding.id, dispute.bundle, file, upto)
    return _keep(
        holdings,
        _made(
            house,
            holdings,
            dispute.finding,
            dispute.contested,
            look=look,
            now=now,
            number=dispute.number,
            original=contested,
            objection=dispute.objection,
        ),
    )


def of_recheck(house: House, holdings: Holdings, case: Case, *, look: bool, now: datetime) -> Sheet:
    """Look up the same after a rectification (回头看), and keep the sheet for the step `rechecked`; raises DisputeError."""
    if case.state != "rectified":
        raise DisputeError(f"问题{case.finding.id[:12]}没有记为“已整改”，不作回头看")
    return _keep(holdings, _made(house, holdings, case.finding, case.events[-1], look=look, now=now))


def kept(holdings: Holdings, event: Event) -> Sheet | None:
    """Return the last sheet that was made for a case event; None where there is none that can be used."""
    try:
        sha256 = canonical.decode(_place(holdings, event.id).read_bytes())["sheet"]
        return Sheet.load(canonical.decode(holdings.store.read(sha256)))
    except (FileNotFoundError, EvidenceError, KeyError, TypeError):
        return None  # it can be made again, and the ruling asks for it


def _keep(holdings: Holdings, sheet: Sheet) -> Sheet:
    blob = holdings.store.put(canonical.encode(sheet.plain()), "application/json")
    write_whole(_place(holdings, sheet.answers), canonical.encode({"sheet": blob.sha256}))
    return sheet


def _place(holdings: Holdings, event: str) -> Path:
    return holdings.root / "derived" / "sheets" / f"{event}.json"


def _made(
    house: House,
    holdings: Holdings,
    finding: Finding,
    event: Event,
    *,
    look: bool,
    now: datetime,
    number: str | None = None,
    original: Original | None = None,
    objection: HumanExhibit | None = None,
) -> Sheet:
    exhibits = [holdings.record(id) for id in finding.exhibits]
    labels = labels_of(exhibits)
    refused = _recaptured(house, holdings, finding, labels) if look else NOT_ASKED
    again = _again(holdings, finding, labels, now)
    return Sheet(
        answers=event.id,
        number=number,
        finding=finding.id,
        made=now,
        original=original,
        names={one.capture.label: one.capture.column.name for one in exhibits if one.capture.column},
        captures=tuple(map(_looked, exhibits)),
        around=around(holdings, finding.target, labels, finding.at),
        now=tuple(_now(exhibits, label, again.get(label), refused, holdings) for label in labels),
        caches=tuple(map(_freshness, (*exhibits, *again.values()))),
        editions=editions(house, holdings, finding),
        counts=tuple(explain.both_ways(finding)),
        pictures=likenesses(objection.statement.files[1:], exhibits, holdings) if objection else (),
    )


def _recaptured(house: House, holdings: Holdings, finding: Finding, labels: Sequence[str]) -> str:
    """Look at the labels again; return why that could not be done, or nothing."""
    return house.recapture(holdings, finding.target, labels) if house.recapture else NO_BROWSER


def _again(holdings: Holdings, finding: Finding, labels: Sequence[str], since: datetime) -> dict[str, Record]:
    """Return the last record of each label that was captured for this sheet."""
    rows = [
        row for row in holdings.rows(finding.target, since=since) if row.purpose == "recheck" and row.label in labels
    ]
    return {row.label: holdings.record(row.record) for row in rows}


def _looked(record: Record) -> Looked:
    capture = record.capture
    lacking = (
        Lacking(name=check.name, passed=check.passed, detail=check.detail)
        for check in capture.checks
        if check.passed is not True and check.scope in ("document", "main")
    )
    return Looked(
        record=record.id,
        label=capture.label,
        at=capture.started,
        outcome=capture.outcome,
        complete=capture.complete,
        lacking=tuple(lacking),
    )


def _freshness(record: Record) -> Freshness:
    capture = record.capture
    check = next((one for one in capture.checks if one.name == FRESH), None)
    return Freshness(
        record=record.id,
        label=capture.label,
        at=capture.started,
        fresh=check.passed if check else None,
        detail=check.detail if check else "没有核对",
    )


def _now(exhibits: Sequence[Record], label: str, again: Record | None, refused: str, holdings: Holdings) -> Now:
    then = next(record for record in exhibits if record.capture.label == label)
    if again is None:
        said = refused or "未复采：这次访问没有留下记录"
        return Now(label=label, then=then.id, record=None, outcome=None, complete=None, said=said)
    said, added = _compared(then, again, holdings)
    return Now(
        label=label,
        then=then.id,
        record=again.id,
        outcome=again.capture.outcome,
        complete=again.capture.complete,
        said=said,
        added=added,
    )


def _compared(then: Record, again: Record, holdings: Holdings) -> tuple[str, tuple[Added, ...]]:
    try:
        found = compare(then, again, holdings=holdings)
    except EvidenceError as error:
        log.warning("records %s and %s cannot be compared: %s", then.id, again.id, error)
        return "不能比较：其中一次没有可比的画面或页面", ()
    private = again.capture.flow.private is not None
    added = () if private else tuple(Added(title=item.title, date=item.date) for item in found.items.added)
    return found.sentence(), added
