"""What a run set out to look at, entered in the ledger before it begins; and what of it was lost, declared when it ends.

So that a night left out shows: each planned visit of a target is there as a record, a failure among them, or as a declared
loss; and each plan names the one before it of the same target.

    plan/1   {"at", "labels", "previous", "purpose", "run", "schema", "target"}     leaf: plan, RUN/TARGET
    loss/1   {"at", "label", "reason", "run", "schema", "target"}                   leaf: loss, RUN/TARGET/LABEL
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence import canonical, digest, heads, plain
from evidence.errors import ShapeError
from evidence.holdings import Holdings
from evidence.model import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one run was to visit of one target."""

    run: str
    target: str
    labels: tuple[str, ...]
    at: datetime
    """When it was planned."""
    purpose: Purpose
    previous: str | None
    """Digest of the plan before it of the same target."""

    def plain(self) -> dict[str, Any]:
        """Return the plan as plain JSON (schema plan/1)."""
        return {"schema": "plan/1", **plain.dump(self)}

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Plan:
        """Return the plan whose plain JSON is `body`; raises ShapeError."""
        return plain.load(cls, _fields(body, "plan/1"))

    @property
    def id(self) -> str:
        """SHA-256 of the canonical JSON."""
        return digest.of_value(self.plain())


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A planned visit that left no record, and why, as far as anyone knows."""

    run: str
    target: str
    label: str
    at: datetime
    """When it was declared."""
    reason: str

    def plain(self) -> dict[str, Any]:
        """Return the loss as plain JSON (schema loss/1)."""
        return {"schema": "loss/1", **plain.dump(self)}

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Loss:
        """Return the loss whose plain JSON is `body`; raises ShapeError."""
        return plain.load(cls, _fields(body, "loss/1"))

    @property
    def id(self) -> str:
        """SHA-256 of the canonical JSON."""
        return digest.of_value(self.plain())


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


def _fields(body: Mapping[str, Any], schema: str) -> dict[str, Any]:
    fields = dict(body)
    if (found := fields.pop("schema", None)) != schema:
        raise ShapeError(("schema",), schema, found)
    return fields
