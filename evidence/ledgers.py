"""The accepted versions of column ledgers: which one was in force at T, and since when.

A version is in force from the moment it was accepted, never earlier: what a unit confirms today says nothing against it
of yesterday (law 6). Each acceptance is a ledger event (kind "columns") over a document that names the version, who
accepted it, who confirmed it when, and the file that came back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from evidence import canonical, plain
from evidence.columns import ColumnLedger, Subject
from evidence.errors import ShapeError
from evidence.holdings import Holdings
from evidence.ledger import Leaf, each_leaf

SCHEMA = "columns/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One accepted version of a target's column ledger."""

    ledger: ColumnLedger
    accepted: datetime
    """From when on it is in force."""
    by: str
    confirmed_by: str | None = None
    """The unit that confirmed it; None: nobody has."""
    confirmed_on: date | None = None
    source: str | None = None
    """SHA-256 of the file that came back."""
    replaced: str | None = None
    """SHA-256 of the file that stood before."""

    def plain(self) -> dict[str, Any]:
        """Return the version as plain JSON (schema columns/1)."""
        return {"schema": SCHEMA, **plain.dump(self)}


def accept(holdings: Holdings, version: Version) -> Version:
    """Enter a version; one that changes nothing against the version in force gives that one back."""
    with holdings.ledger.exclusive():
        last = next(reversed(versions(holdings, version.ledger.target)), None)
        if last and _same(last, version):
            return last
        holdings.store.put(canonical.encode(plain.dump(version.ledger)), "application/json")
        blob = holdings.store.put(canonical.encode(version.plain()), "application/json")
        key = f"{version.ledger.target}/{plain.instant(version.accepted)}"
        holdings.ledger.append("columns", key, blob.sha256)
    return version


def versions(holdings: Holdings, target: str) -> tuple[Version, ...]:
    """Return the accepted versions of a target's ledger, oldest first; raises what reading them raises."""
    return tuple(_version(leaf, holdings) for leaf in each_leaf(holdings.ledger, "columns") if _target(leaf) == target)


def in_force(holdings: Holdings, subject: Subject, at: datetime) -> Subject:
    """Return the subject with the ledger that was in force at T.

    Where none was ever accepted, that is its file. Before the first was accepted no duty counts: the file may say only
    what clears.
    """
    return _at(subject, versions(holdings, subject.id), at)


def every_in_force(holdings: Holdings, subjects: Sequence[Subject], at: datetime) -> tuple[Subject, ...]:
    """Return each subject as `in_force` does, in one walk over the ledger: a province has thousands and a million leaves."""
    leaves: dict[str, list[Leaf]] = {subject.id: [] for subject in subjects}
    for leaf in each_leaf(holdings.ledger, "columns"):
        if (target := _target(leaf)) in leaves:
            leaves[target].append(leaf)
    return tuple(_at(one, [_version(leaf, holdings) for leaf in leaves[one.id]], at) for one in subjects)


def _at(subject: Subject, known: Sequence[Version], at: datetime) -> Subject:
    if not known:
        return subject
    held = [version.ledger for version in known if version.accepted <= at]
    return replace(subject, ledger=held[-1] if held else _without_duties(known[0].ledger))


def _target(leaf: Leaf) -> str:
    return leaf.key.rpartition("/")[0]


def _version(leaf: Leaf, holdings: Holdings) -> Version:
    body = canonical.decode(holdings.store.read(leaf.digest))
    if not isinstance(body, dict) or body.pop("schema", None) != SCHEMA:
        raise ShapeError(("schema",), SCHEMA, body)
    return plain.load(Version, body)


def _same(last: Version, version: Version) -> bool:
    return (last.ledger, last.confirmed_by, last.confirmed_on) == (
        version.ledger,
        version.confirmed_by,
        version.confirmed_on,
    )


def _without_duties(ledger: ColumnLedger) -> ColumnLedger:
    columns = (replace(one, duty=False if one.duty is False else None) for one in ledger.columns)
    return replace(ledger, columns=tuple(columns), confirmed_by=None, confirmed_on=None)
