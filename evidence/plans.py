"""What a run set out to look at, entered in the ledger before it begins; and what of it was lost, declared when it ends.

So that a night left out shows: each planned visit of a target is there as a record, a failure among them, or as a declared
loss; and each plan names the one before it of the same target.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from evidence import canonical, heads
from evidence.holdings import Holdings
from evidence.model import Purpose
from evidence.plan import Loss, Plan


def enter(
    holdings: Holdings, run: str, purpose: Purpose, due: Iterable[tuple[str, tuple[str, ...]]], at: datetime
) -> None:
    """Enter the plan of a run for each target; one that was entered before a kill is not entered again."""
    with holdings.ledger.exclusive():
        for target, labels in due:
            key = f"{run}/{target}"
            if holdings.ledger.find("plan", key) is None:
                before = holdings.ledger.chain.last(heads.PLAN, target, "")
                plan = Plan(run=run, target=target, labels=labels, at=at, purpose=purpose, previous=before)
                _keep(holdings, "plan", key, plan.plain())


def declare_lost(
    holdings: Holdings, run: str, missing: Iterable[tuple[str, str]], at: datetime, reason: str
) -> tuple[Loss, ...]:
    """Enter what a run was to visit and left no record of; what was declared before is not declared again."""
    declared = []
    with holdings.ledger.exclusive():
        for target, label in missing:
            loss = Loss(run=run, target=target, label=label, at=at, reason=reason)
            if holdings.ledger.find("loss", f"{run}/{target}/{label}") is None:
                _keep(holdings, "loss", f"{run}/{target}/{label}", loss.plain())
                declared.append(loss)
    return tuple(declared)


def plans_since(holdings: Holdings, target: str, since: datetime | None) -> tuple[Plan, ...]:
    """Return the plans of a target, oldest first, from the last one before `since` on."""
    found: list[Plan] = []
    before = holdings.ledger.chain.last(heads.PLAN, target, "")
    while before is not None:
        plan = Plan.load(canonical.decode(holdings.store.read(before)))
        found.append(plan)
        before = plan.previous if since is None or plan.at >= since else None
    return tuple(reversed(found))


def loss_of(holdings: Holdings, run: str, target: str, label: str) -> Loss | None:
    """Return the declared loss of a planned visit; None where none was declared."""
    leaf = holdings.ledger.find("loss", f"{run}/{target}/{label}")
    return Loss.load(canonical.decode(holdings.store.read(leaf.digest))) if leaf else None


def _keep(holdings: Holdings, kind: str, key: str, body: dict[str, Any]) -> None:
    blob = holdings.store.put(canonical.encode(body), "application/json")
    holdings.ledger.append(kind, key, blob.sha256)
