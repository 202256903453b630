"""Whether the links of a home page lead somewhere (WD-4.3): what asking each of them came to, one record a day.

A link is dead only if it failed twice, some minutes apart, in a way that leaves no doubt, and a control answered beside both
failures. What a guard answers, what took too long, and what our own network may have done is an open question.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from evidence import pageless, plain
from evidence.errors import ReadingError, ShapeError
from evidence.model import LinkDay, LinkFault, Reading, Record
from evidence.reading.page import LINKS
from evidence.series import Series
from evidence.span import local_day
from evidence.store import Store

LABEL = "links"
"""The label of a target's records of checked links."""
PREFIX = "LINKS-"
"""How the keys of these records begin: an office may have a column of the label."""
MEDIA_TYPE = "application/json"
LookOutcome = Literal["alive", "gone", "unsure"]
"""Something is there; 404, 410, 5xx, no such name or refused; anything else that is no page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLook:
    """One light request for where a link leads."""

    at: datetime
    outcome: LookOutcome
    reason: str | None = None
    """http_404, dns, refused, timeout, tls, challenge, private …; None where something is there."""
    status: int | None = None
    address: str | None = None
    """The address that answered, or was asked last."""
    control: bool | None = None
    """Whether the control answered in the same minute; None where there is none, or none was needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedLink:
    """One link of a home page with the looks at it."""

    url: str
    text: str
    looks: tuple[LinkLook, ...]

    @property
    def state(self) -> Literal["alive", "dead", "unsure"]:
        """What the looks come to: one that finds something clears it, and two certain ones are needed to call it dead."""
        if any(look.outcome == "alive" for look in self.looks):
            return "alive"
        sure = [look for look in self.looks if look.outcome == "gone" and look.control is True]
        return "dead" if len(sure) >= 2 and len(sure) == len(self.looks) else "unsure"

    @property
    def fault(self) -> LinkFault:
        """What is told of it where it is not alive."""
        reasons = tuple(dict.fromkeys(look.reason or "" for look in self.looks))
        return LinkFault(url=self.url, text=self.text, reasons=reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChecks:
    """What is kept of one day's checks of one target."""

    home: str
    """The record of the home page whose links these are."""
    left: int
    """Links of the page that were not asked, because there are too many."""
    links: tuple[CheckedLink, ...]

    def encoded(self) -> bytes:
        """Return the checks as JSON."""
        return json.dumps({"schema": "links/1", **plain.dump(self)}, ensure_ascii=False, indent=1).encode()


def decoded(data: bytes) -> LinkChecks:
    """Return the checks whose JSON is `data`; raises ReadingError where it is none."""
    try:
        body = json.loads(data)
        if not isinstance(body, dict) or body.pop("schema", None) != "links/1":
            raise ReadingError("expected the checks of links (links/1)")
        return plain.load(LinkChecks, body)
    except (ValueError, ShapeError) as error:
        raise ReadingError(f"the checks of links cannot be read: {error}") from error


def day_of(checks: LinkChecks, day: date) -> LinkDay:
    """Return what the checks of a day come to."""
    return LinkDay(
        day=day,
        home=checks.home,
        asked=len(checks.links),
        left=checks.left,
        dead=tuple(one.fault for one in checks.links if one.state == "dead"),
        unsure=tuple(one.fault for one in checks.links if one.state == "unsure"),
    )


def reading(record: Record, store: Store) -> Reading:
    """Return the reading of a day's checks; raises ReadingError, StoreError."""
    (log,) = [one for one in record.capture.artifacts if one.role == "log" and one.url == LINKS]
    checks = decoded(store.read(log.sha256))
    return pageless.reading(log.sha256, checked=day_of(checks, local_day(record.capture.started)))


def is_of(record: Record) -> bool:
    """Tell whether a record holds a day's checks of links and no page."""
    return any(one.role == "log" and one.url == LINKS for one in record.capture.artifacts)


def days_of(series: Series) -> dict[str, LinkDay]:
    """Return the days of whole records at or before T, by record, oldest first."""
    rows = [row for row in series.rows if row.key.startswith(PREFIX) and row.complete is True]
    looks = [look for look in series.looks(rows) if look.whole]
    return {look.row.record: look.reading.checked for look in looks if look.reading and look.reading.checked}
