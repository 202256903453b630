"""The event by which a record's contents left the store (purge/1): who took what away when and why, and what stayed.

It stands in the store as a document of its own, its digest in the ledger under the kind `purge`, its key the record's id.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from evidence import canonical, plain
from evidence.errors import EvidenceError, QuarantineError, ShapeError
from evidence.holdings import Holdings
from evidence.ledger import Leaf, each_leaf
from evidence.proof import PURGE, RETENTION

SCHEMA = "purge/1"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A blob that stays, since records that are not in quarantine cite it too."""

    sha256: str
    records: tuple[str, ...]
    """Those that keep it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A blob that left the store."""

    sha256: str
    size: int | None
    """Bytes, uncompressed; None where its bytes were damaged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """One record's quarantine."""

    record: str
    target: str
    label: str
    started: datetime
    """When the record was captured."""
    by: str
    when: datetime
    why: str
    moved: tuple[Moved, ...]
    stays: tuple[Shared, ...]
    handed: str | None
    """SHA-256 of the encrypted file the blobs were handed over in; None: they were deleted."""
    recipient: str | None
    """The public key it is encrypted to."""
    said: tuple[str, ...] = field(default=(), metadata={plain.ADDED: True})
    """Findings as they stood at steps of cases, which told what the record showed; they left the store too."""

    def plain(self) -> dict[str, Any]:
        """Return the event as plain JSON."""
        return {"schema": SCHEMA, **plain.dump(self)}

    @property
    def blobs(self) -> frozenset[str]:
        """The SHA-256 of all that left the store."""
        return frozenset((*(one.sha256 for one in self.moved), *self.said))


def of(holdings: Holdings, record: str) -> Purge | None:
    """Return the event of a record; None where it is not in quarantine. Raises QuarantineError for a damaged one."""
    leaf = holdings.ledger.find(PURGE, record)
    return _load(holdings, leaf) if leaf else None


def every(holdings: Holdings) -> Iterator[tuple[Leaf, Purge]]:
    """Yield every event that can be read, with its leaf, in ledger order; those that cannot, `store check` names."""
    for leaf in each_leaf(holdings.ledger, PURGE):
        if leaf.key.startswith(RETENTION):
            continue
        try:
            yield leaf, _load(holdings, leaf)
        except EvidenceError as error:
            log.warning("the event of the quarantine of %s cannot be read: %s", leaf.key, error)


def _load(holdings: Holdings, leaf: Leaf) -> Purge:
    body = canonical.decode(holdings.store.read(leaf.digest))
    fields = dict(body) if isinstance(body, Mapping) else {}
    if fields.pop("schema", None) != SCHEMA:
        raise QuarantineError(f"账本第 {leaf.index} 条的隔离事件不能读取：请核对存储（quzheng store check）")
    try:
        return plain.load(Purge, fields)
    except ShapeError as error:
        raise QuarantineError(f"账本第 {leaf.index} 条的隔离事件不能读取：{error}") from error
