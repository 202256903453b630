"""What a finding can be judged again by (grounds/1): who was judged, every look that was weighed, the readings that were opened.

    data/grounds/FINDING.json       data/grounds/readings/SHA256.json

Derived, and no proof by itself: the looks are held against the records of the bundle, the readings against their originals
as far as these are there. Registers, what people tried and other targets are no part of it, since they may be others' affair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from evidence import plain
from evidence.catalog import Row
from evidence.columns import ColumnLedger, Subject
from evidence.errors import ShapeError
from evidence.indicator import Indicator
from evidence.judge import judge, marked
from evidence.model import Capture, Finding, Reading
from evidence.ruleset import RuleSet
from evidence.series import series_of

SCHEMA = "grounds/1"


class NotThere(Exception):
    """Judging asks for a reading that the grounds do not bring; says which, in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """The target as it was judged, without its column ledger, which the finding cites."""

    id: str
    name: str
    kind: str
    site_code: str | None
    unit: str | None
    url: str
    platform: str | None
    jurisdiction: str | None
    platform_id: str | None
    certified_as: str | None

    @classmethod
    def of(cls, subject: Subject) -> Whom:
        """Return what is told of a subject."""
        return cls(**{one.name: getattr(subject, one.name) for one in fields(cls)})

    def subject(self, ledger: ColumnLedger) -> Subject:
        """Return the subject with a column ledger."""
        return Subject(ledger=ledger, **{one.name: getattr(self, one.name) for one in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One look that was weighed, and its reading where judging opened it."""

    row: Row
    opened: bool = field(default=False, metadata={plain.ADDED: True})
    reading: str | None = field(default=None, metadata={plain.ADDED: True})
    """SHA-256 of the canonical reading; None: not opened, or there was nothing to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What one finding rests on as a whole; without looks where `lacking` says why it cannot be judged again."""

    finding: str
    edition: str
    """Of the program that judges so."""
    whom: Whom | None = field(default=None, metadata={plain.ADDED: True})
    looks: tuple[Looked, ...] = field(default=(), metadata={plain.ADDED: True})
    lacking: tuple[str, ...] = field(default=(), metadata={plain.ADDED: True})

    def plain(self) -> dict[str, Any]:
        """Return them as plain JSON."""
        return {"schema": SCHEMA, **plain.dump(self)}

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Grounds:
        """Return those whose plain JSON is `body`; raises ShapeError."""
        given = dict(body)
        if (found := given.pop("schema", None)) != SCHEMA:
            raise ShapeError(("schema",), SCHEMA, found)
        return plain.load(cls, given)


def judged(
    finding: Finding,
    looks: Mapping[str, Row],
    *,
    subject: Subject,
    rules: RuleSet,
    indicator: Indicator,
    reader: Callable[[Row], Reading | None],
    capture: Callable[[str], Capture | None],
) -> Finding | None:
    """Return what an indicator says of the same target, label and T by these looks alone; None where it says nothing.

    `looks` are by record, `capture` gives that of an exhibit. Raises RulesError where the rules did not hold at T or lack the
    indicator, and what `reader` raises.
    """
    rows = sorted(
        looks.values(), key=lambda row: (row.started, row.leaf)
    )  # the catalog's order, which readings are cited in
    labels = dict.fromkeys(row.label for row in rows)
    series = {one: series_of(subject.id, one, rows, at=finding.at, reader=reader) for one in labels}
    found = judge(subject, series, at=finding.at, rules=rules, indicators=[indicator]).findings
    again = next((one for one in found if one.label == finding.label), None)
    return marked(again, [one for id in again.exhibits if (one := capture(id)) is not None]) if again else None


def differing(kept: Finding, again: Finding, *, masked: bool = False) -> Iterator[str]:
    """Yield the fields in which two findings differ, numbers one by one with both values.

    Masked readings have other digests than those the finding cites, so these then say nothing.
    """
    for one in fields(Finding):
        before, now = getattr(kept, one.name), getattr(again, one.name)
        if before == now or (masked and one.name == "readings"):
            continue
        if one.name == "numbers":
            yield from (
                f"numbers.{key}（{_short(before.get(key))}，重新判定为{_short(now.get(key))}）"
                for key in sorted({*before, *now})
                if before.get(key) != now.get(key) or (key in before) != (key in now)
            )
        elif isinstance(before, str) and isinstance(now, str) and one.name in ("state", "effect", "second_look"):
            yield f"{one.name}（{before}，重新判定为{now}）"
        else:
            yield one.name


def _short(value: object) -> str:
    return repr(value)[:40] if isinstance(value, str | int | None) else "…"
