"""Admits a capture to the ledger: from then on it is a record, and never changes.

Order: every cited blob is there; the record's own JSON becomes a blob; the leaf is written (the commit point); the row
is added to the catalog. A kill between two steps leaves at most a blob nobody cites, or a row that the next repair adds.
"""

from __future__ import annotations

from evidence import canonical
from evidence.catalog import Catalog, Row, check_slug
from evidence.errors import AdmitError
from evidence.heads import RECORD, chain_of
from evidence.ledger import Leaf, Ledger
from evidence.model import Capture, Record
from evidence.store import Store

RECORD_TYPE = "application/json"


def admit(capture: Capture, *, store: Store, ledger: Ledger, catalog: Catalog) -> Record:
    """Return the record of `capture`, in the ledger and on the disk when this returns.

    A key that was admitted before gives the record of that time, whatever is in `capture` now: a run that was killed
    and resumed may offer the same work twice. Raises AdmitError where a cited blob is missing or the target's id
    cannot name a folder; nothing is then kept.
    """
    check_slug(capture.target.id)
    with ledger.exclusive():
        catalog.repair(store, ledger)
        if leaf := ledger.find("record", capture.key):
            return _load(leaf, store)
        _check_cited(capture, store)
        record = Record(capture=capture, previous=_before(capture, ledger, catalog))
        blob = store.put(canonical.encode(record.plain()), RECORD_TYPE)
        leaf = ledger.append("record", capture.key, blob.sha256)
        catalog.add(Row.of(record, leaf))
        return record


def _before(capture: Capture, ledger: Ledger, catalog: Catalog) -> str | None:
    """Return the record before this one of its target and label: the head of its chain, which needs no reading.

    A key that names no chain is looked up among the rows.
    """
    target, label = capture.target.id, capture.label
    if chain_of(RECORD, capture.key) == (RECORD, target, label):
        return ledger.chain.last(RECORD, target, label)
    row = catalog.last(target, label)
    return row.record if row else None


def _check_cited(capture: Capture, store: Store) -> None:
    missing = [sha256 for sha256 in capture.cited if not store.has(sha256)]
    if missing:
        raise AdmitError(f"the capture {capture.key} cites blobs that are not in the store: {', '.join(missing)}")


def _load(leaf: Leaf, store: Store) -> Record:
    return Record.load(canonical.decode(store.read(leaf.digest)))
