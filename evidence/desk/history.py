"""The history of one target: each of its pages with the visits to it, what its last whole look showed, what was said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from evidence.catalog import Row
from evidence.desk.standing import Standing
from evidence.model import Fact
from evidence.report.series import Timeline, timeline

DAYS = 60
"""How far back the timelines go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One label of a target."""

    label: str
    name: str
    fact: Fact | None
    timeline: Timeline
    pictured: str | None
    """The last record in which a browser captured its page; None where there is none that may be shown."""
    visits: int
    """Of all times."""


def tracks(rows: Sequence[Row], standing: Standing | None, now: datetime) -> tuple[Track, ...]:
    """Return the labels that rows of a target are of, those of its last judgement first; `rows` are ordered by start."""
    facts = {fact.label: fact for fact in (standing.kept.facts if standing and standing.kept else ())}
    by_label: dict[str, list[Row]] = {label: [] for label in facts}
    for row in rows:
        by_label.setdefault(row.label, []).append(row)
    return tuple(_track(label, own, facts.get(label), now) for label, own in by_label.items())


def _track(label: str, rows: Sequence[Row], fact: Fact | None, now: datetime) -> Track:
    since = now - timedelta(days=DAYS)
    shown = (row.record for row in reversed(rows) if _pictured(row))
    return Track(
        label=label,
        name=fact.name if fact else label,
        fact=fact,
        timeline=timeline([row for row in rows if row.started >= since], ""),
        pictured=next(shown, None),
        visits=len(rows),
    )


def _pictured(row: Row) -> bool:
    return row.outcome == "captured" and row.purpose != "human" and not row.quarantined
