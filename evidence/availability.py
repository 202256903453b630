"""Availability as light requests show it: the attempts of one day, kept as one record, and what they come to.

An attempt fails only if a browser at the same place fails too. What a guard answers (403, 412, 521 …) is an answer; what
our own network did, told by a control request, counts in neither number; and what three targets of one address share is an
incident of their platform.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from evidence import pageless, plain
from evidence.errors import ReadingError, ShapeError
from evidence.model import ProbeDay, Reading, Record
from evidence.reading.page import ATTEMPTS
from evidence.series import Series
from evidence.span import local_day
from evidence.store import Store

LABEL = "availability"
"""The label of a target's records of attempts."""
MEDIA_TYPE = "application/x-ndjson"
Outcome = Literal["open", "guarded", "failed", "ours", "shared"]
"""Opened; answered by a guard; failed, in a browser as well; our own network; failed together with others of one address."""

Outcome6 = Literal["open", "guarded", "failed", "both", "ours"]
"""Over IPv6: opened, a redirect included; answered by a guard; failed, though the page opened otherwise and a control
answered over IPv6; failed both ways, which is no matter of IPv6; our own network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Over6:
    """The same request over IPv6 alone; it never enters the numbers of WV-2."""

    at: datetime
    outcome: Outcome6
    reason: str | None = None
    status: int | None = None
    address: str | None = None
    phases: dict[str, int] = field(default_factory=dict)
    control: bool | None = None
    """Whether the control answered over IPv6 in the same minute; None where there is none, or none was needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One light request for a target's home page."""

    at: datetime
    url: str
    outcome: Outcome
    reason: str | None = None
    """dns, refused, reset, timeout, tls, http_500 …; None where it opened."""
    status: int | None = None
    address: str | None = None
    """The address that was asked."""
    phases: dict[str, int] = field(default_factory=dict)
    """Milliseconds until the name was answered (dns), connected, tls, first_byte and load."""
    control: bool | None = None
    """Whether the control answered in the same minute; None where there is none."""
    browser: str | None = None
    """The record of the browser's visit that was made because the request failed."""
    aaaa: bool | None = field(default=None, metadata={plain.ADDED: True})
    """Whether the name has AAAA records; None where nobody asked, or no answer can be believed."""
    v6: Over6 | None = field(default=None, metadata={plain.ADDED: True})

    def line(self) -> bytes:
        """Return the attempt as a line of JSON."""
        return json.dumps(plain.dump(self), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def attempts(data: bytes) -> tuple[Attempt, ...]:
    """Return the attempts of a day's lines; raises ReadingError for a line that is none."""
    made, damaged = readable(data)
    if damaged:
        raise ReadingError("; ".join(damaged))
    return made


def readable(data: bytes) -> tuple[tuple[Attempt, ...], tuple[str, ...]]:
    """Return the attempts of a day's lines that can be read, and what is wrong with each of the others."""
    made, damaged = [], []
    for n, line in enumerate(data.splitlines(), 1):
        try:
            made.append(plain.load(Attempt, json.loads(line)))
        except (ValueError, ShapeError) as error:
            damaged.append(f"attempt {n} cannot be read: {error}")
    return tuple(made), tuple(damaged)


def whole_lines(data: bytes) -> bytes:
    """Return the lines of a file that were written as a whole: a crash may cut the last one."""
    return data[: data.rfind(b"\n") + 1]


def day_of(made: Sequence[Attempt]) -> ProbeDay:
    """Return what the attempts of one day come to; raises ReadingError where there are none, or of several days."""
    days = {local_day(one.at) for one in made}
    if len(days) != 1:
        raise ReadingError(f"attempts of {len(days)} days, expected those of one")
    counted = sorted(one.at for one in made if one.outcome != "ours")
    gaps = [int((b - a).total_seconds()) // 60 for a, b in zip(counted, counted[1:], strict=False)]
    failed = [one for one in made if one.outcome == "failed"]
    return ProbeDay(
        day=days.pop(),
        visits=len(counted),
        failed=len(failed),
        shared=_count(made, "shared"),
        guarded=_count(made, "guarded"),
        ours=_count(made, "ours"),
        least_minutes=min(gaps, default=None),
        controlled=all(one.control is True for one in failed),
        reasons=tuple(sorted({one.reason or "" for one in failed})),
        browser=tuple(dict.fromkeys(one.browser for one in failed if one.browser)),
        **_over_six(made),
    )


def _over_six(made: Sequence[Attempt]) -> dict[str, Any]:
    """Return what a day showed over IPv6; a single answer with AAAA records shows that the name has some."""
    told = {one.aaaa for one in made if one.aaaa is not None}
    counted = [one.v6 for one in made if one.v6 is not None and one.v6.outcome in ("open", "guarded", "failed")]
    failed = [one for one in counted if one.outcome == "failed"]
    return {
        "aaaa": any(told) if told else None,
        "visits6": len(counted),
        "failed6": len(failed),
        "controlled6": all(one.control is True for one in failed),
    }


def _count(made: Iterable[Attempt], outcome: Outcome) -> int:
    return sum(one.outcome == outcome for one in made)


def days_of(series: Series, first: date, last: date) -> dict[str, ProbeDay]:
    """Return the days of whole records made from `first` to `last`, by record, oldest first."""
    rows = [row for row in series.rows if first <= local_day(row.started) <= last and row.complete is True]
    looks = [look for look in series.looks(rows) if look.whole]
    return {look.row.record: look.reading.probes for look in looks if look.reading and look.reading.probes}


def week(days: Iterable[ProbeDay], first: date, last: date) -> dict[str, Any]:
    """Return the sums of the days from `first` to `last`, each day once (the one with most visits)."""
    known: dict[date, ProbeDay] = {}
    for one in days:
        if first <= one.day <= last and (one.day not in known or one.visits > known[one.day].visits):
            known[one.day] = one
    every = list(known.values())
    return {
        "days": len(every),
        "least": min((one.visits for one in every), default=0),
        "visits": sum(one.visits for one in every),
        "failed": sum(one.failed for one in every),
        "shared": sum(one.shared for one in every),
        "guarded": sum(one.guarded for one in every),
        "ours": sum(one.ours for one in every),
        "controlled": all(one.controlled for one in every),
        "reasons": sorted({reason for one in every for reason in one.reasons}),
    }


def reading(record: Record, store: Store) -> Reading:
    """Return the reading of a day's attempts; raises ReadingError, StoreError."""
    (log,) = [one for one in record.capture.artifacts if one.role == "log" and one.url == ATTEMPTS]
    return pageless.reading(log.sha256, probes=day_of(attempts(store.read(log.sha256))))


def is_of(record: Record) -> bool:
    """Tell whether a record holds a day's attempts and no page."""
    return any(one.role == "log" and one.url == ATTEMPTS for one in record.capture.artifacts)
