"""The unbroken series that a bundle carries: every record of a label back to the window's beginning, plans and losses too.

Contents are in the bundle for exhibits alone; of all other records the header is there, which is the record itself: so a
content that is disclosed later is checked against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from evidence import heads, plans
from evidence.holdings import Holdings
from evidence.manifest import Claim
from evidence.model import Record
from evidence.plan import Loss, Plan, due, run_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbroken:
    """One label's series."""

    claim: Claim
    records: tuple[Record, ...]
    """From the last before the window on, oldest first."""
    plans: tuple[Plan, ...]
    """Of the target, from the last before the window on, oldest first."""
    losses: tuple[Loss, ...]
    """Planned visits in the window that left no record."""
    open: tuple[str, ...]
    """Runs with a planned visit that has neither a record nor a declared loss: under way, or cut off."""


def unbroken(holdings: Holdings, target: str, label: str, since: datetime | None) -> Unbroken | None:
    """Return the series of a label as it stands in the ledger; None where it has no record."""
    last = holdings.ledger.chain.last(heads.RECORD, target, label)
    if last is None:
        return None
    records = tuple(_back(holdings, last, since))[::-1]
    planned = plans.plans_since(holdings, target, since)
    lost = {one.run: plans.loss_of(holdings, one.run, target, label) for one in due(planned, label, since)}
    seen = {run_of(record.capture.key) for record in records}
    return Unbroken(
        claim=Claim(target=target, label=label, since=since),
        records=records,
        plans=planned,
        losses=tuple(loss for run, loss in lost.items() if loss is not None and run not in seen),
        open=tuple(run for run, loss in lost.items() if loss is None and run not in seen),
    )


def _back(holdings: Holdings, last: str, since: datetime | None) -> Iterator[Record]:
    """Yield a chain's records from the last back to the first that began before `since`."""
    id: str | None = last
    while id is not None:
        record = holdings.record(id)
        yield record
        id = record.previous if since is None or record.capture.started >= since else None
