"""The forms of a plan, what a run set out to visit of a target, and of a loss, a planned visit that left no record.

plan/1   {"at", "labels", "previous", "purpose", "run", "schema", "target"}     leaf: plan, RUN/TARGET
loss/1   {"at", "label", "reason", "run", "schema", "target"}                   leaf: loss, RUN/TARGET/LABEL
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence import digest, plain
from evidence.errors import ShapeError
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


def due(planned: Iterable[Plan], label: str, since: datetime | None) -> Iterator[Plan]:
    """Yield the plans in the window that a visit of a label stands in."""
    return (plan for plan in planned if label in plan.labels and (since is None or plan.at >= since))


def run_of(key: str) -> str:
    """Return the run of a record's key.

    >>> run_of("20210104-0400/shifan/home/1")
    '20210104-0400'
    """
    return key.partition("/")[0]


def _fields(body: Mapping[str, Any], schema: str) -> dict[str, Any]:
    fields = dict(body)
    if (found := fields.pop("schema", None)) != schema:
        raise ShapeError(("schema",), schema, found)
    return fields
