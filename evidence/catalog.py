"""The catalog: one row a record, to find records by target, label and time without opening them.

One TinyDB file a target and month, `catalog/TARGET/YYYY-MM.json`, and beside it the rows that came last, a line each, in
`YYYY-MM.tail`: so that a row costs the same however long its month is. It is only a convenience: everything in it comes
from the ledger and the records, and `repair` brings it up to the ledger's tail. Losing it loses nothing.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from tinydb import TinyDB
from tinydb.storages import Storage

from evidence import canonical, heads, plain
from evidence.errors import CatalogError, EvidenceError
from evidence.files import Exclusive, append_whole, whole_lines, write_whole
from evidence.ledger import Leaf, Ledger, each_leaf
from evidence.model import Coverage, Fault, Outcome, Purpose, Record
from evidence.store import Store

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_RECORD = re.compile(rb'"record":"([0-9a-f]{64})"')
"""How a row says whose it is, in a month's file and in its tail alike."""
HELD = 200
"""Files held in memory at once; a province has tens of thousands."""
TAIL = 256
"""Rows in a tail, after which they go to the month's file, which is written whole."""
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The heading of one record."""

    record: str
    """Record id."""
    key: str
    target: str
    label: str
    started: datetime
    ended: datetime
    outcome: Outcome
    reason: str | None
    fault: Fault
    coverage: Coverage
    complete: bool | None
    purpose: Purpose
    leaf: int = 0
    """Its place in the ledger; records of one target and label are chained in this order."""
    quarantined: bool = field(default=False, metadata={plain.ADDED: True})
    """Whether its contents left the store; the ledger says so, never a catalog file."""

    @classmethod
    def of(cls, record: Record, leaf: Leaf) -> Row:
        """Return the row of a record and its leaf."""
        capture = record.capture
        return cls(
            record=leaf.digest,
            key=capture.key,
            target=capture.target.id,
            label=capture.label,
            started=capture.started,
            ended=capture.ended,
            outcome=capture.outcome,
            reason=capture.reason,
            fault=capture.fault,
            coverage=capture.coverage,
            complete=capture.complete,
            purpose=capture.purpose,
            leaf=leaf.index,
        )


_Stamp = tuple[int, int, int, int]


class Catalog(Protocol):
    """What admitting needs of a catalog."""

    def add(self, row: Row) -> None:
        """Take in a row, once."""
        ...

    def last(self, target: str, label: str) -> Row | None:
        """Return the row of a target and label that is last in the ledger."""
        ...

    def repair(self, store: Store, ledger: Ledger) -> None:
        """Take in what the ledger has and the catalog has not."""
        ...


class AtomicStorage(Storage):
    """TinyDB storage that replaces its file whole; what was written is on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Return the tables, None before the first writing; raises CatalogError for a file that is not ours."""
        try:
            tables = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (ValueError, RecursionError) as error:
            raise _unreadable(self._path, error) from error
        if not isinstance(tables, dict):
            raise _unreadable(self._path, "not an object of tables")
        return tables

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace the file; raises CatalogError where the disk does not take it."""
        body = {table: {str(number): row for number, row in rows.items()} for table, rows in data.items()}
        try:
            write_whole(self._path, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
        except OSError as error:
            raise CatalogError(f"{self._path} cannot be written: {error}") from error


class FileCatalog:
    """A Catalog in a folder; writers take turns."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "catalog"
        self._lock = Exclusive(self.folder / ".lock")
        self._state = self.folder / ".state"
        self._read: dict[Path, tuple[_Stamp, tuple[Row, ...]]] = {}
        self._seen: int | None = None

    def add(self, row: Row) -> None:
        """Take in a row; a record that is there already is no change. Raises CatalogError."""
        self.add_all((row,))
        if self._seen == row.leaf:
            self._seen += 1

    def add_all(self, rows: Iterable[Row]) -> None:
        """Take in many rows, each file written once."""
        by_file: dict[Path, list[Row]] = defaultdict(list)
        for row in rows:
            by_file[self._file(row)].append(row)
        with self._lock.held():
            for path, added in by_file.items():
                there = self._rows(path)
                known = {row.record for row in there}
                if new := [row for row in added if row.record not in known]:
                    _write(path, new)
                    if path in self._read:
                        self._read[path] = (_stamp(path), (*there, *new))

    def series(
        self, target: str, label: str | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> tuple[Row, ...]:
        """Return the rows of a target (and label) that started in [since, until], ordered by start."""
        begin, end = (since or _BEGINNING).astimezone(UTC), (until or _END).astimezone(UTC)
        rows = [
            row
            for path in self._files(target)
            if begin.isoformat()[:7] <= path.stem <= end.isoformat()[:7]
            for row in self._rows(path)
            if (label is None or row.label == label) and begin <= row.started <= end
        ]
        return tuple(sorted(rows, key=lambda row: (row.started, row.leaf)))

    def last(self, target: str, label: str) -> Row | None:
        """Return the row of a target and label that is last in the ledger."""
        return max(self.series(target, label), key=lambda row: row.leaf, default=None)

    def targets(self) -> tuple[str, ...]:
        """Return the ids of all targets that have rows."""
        return tuple(sorted({path.parent.name for path in self.folder.glob("*/*.json")}))

    def repair(self, store: Store, ledger: Ledger) -> None:
        """Take in the rows of the ledger's tail; all of them, if a file that was there is gone."""
        with ledger.exclusive():
            size = ledger.size
            if self._seen is None:
                self._seen = self._kept_state()
                self._take_in(store, ledger, self._seen)
                self._keep_state(size)
            elif self._seen < size:
                self._take_in(store, ledger, self._seen)
            self._seen = size

    def rebuild(self, store: Store, ledger: Ledger) -> None:
        """Throw the catalog away and make it again from ledger and records."""
        with ledger.exclusive():
            for path in self._all():
                path.unlink()
            self._state.unlink(missing_ok=True)
            self._seen = None
            self.repair(store, ledger)

    def _take_in(self, store: Store, ledger: Ledger, start: int) -> None:
        self.add_all(row_of(leaf, store) for leaf in self._lacking(each_leaf(ledger, "record", start)))

    def _lacking(self, leaves: Iterable[Leaf]) -> Iterator[Leaf]:
        """Yield the leaves that have no row: whoever admits adds rows too, so mostly none, and no record need be opened."""
        by_target: dict[str, list[Leaf]] = defaultdict(list)
        for leaf in leaves:
            by_target[_target_of(leaf)].append(leaf)
        for target, own in by_target.items():
            wanted = {leaf.digest for leaf in own}
            for path in sorted((self.folder / target).glob("*.json"), reverse=True) if target else ():
                wanted -= _records_in(path)  # new rows stand in the newest months
                if not wanted:
                    break
            yield from (leaf for leaf in own if leaf.digest in wanted)

    def _kept_state(self) -> int:
        """Return how many leaves are surely in the catalog: none, if a file that was there is gone."""
        try:
            state = canonical.decode(self._state.read_bytes())
            there = all((self.folder / name).is_file() for name in state["files"])
            return int(state["leaves"]) if there else 0
        except (OSError, EvidenceError, KeyError, TypeError, ValueError):
            return 0  # a state that cannot be read only costs time: everything is taken in again

    def _keep_state(self, leaves: int) -> None:
        files = [f"{path.parent.name}/{path.name}" for path in self._all()]
        write_whole(self._state, canonical.encode({"leaves": leaves, "files": files}))

    def _all(self) -> list[Path]:
        """Return the files of all months, and their tails."""
        return sorted(path for path in self.folder.glob("*/*") if path.suffix in (".json", ".tail"))

    def _file(self, row: Row) -> Path:
        return self.folder / check_slug(row.target) / f"{row.started.astimezone(UTC):%Y-%m}.json"

    def _files(self, target: str) -> list[Path]:
        return sorted((self.folder / check_slug(target)).glob("*.json"))

    def _rows(self, path: Path) -> tuple[Row, ...]:
        try:
            stamp = _stamp(path)
        except FileNotFoundError:
            return ()
        if path not in self._read or self._read[path][0] != stamp:
            while len(self._read) >= HELD:
                self._read.pop(next(iter(self._read)))
            self._read[path] = (stamp, _load(path))
        return self._read[path][1]


def check_slug(target: str) -> str:
    """Return a target id that may name a folder; raises CatalogError for any other.

    >>> check_slug("0110000012")
    '0110000012'
    """
    if not _SLUG.fullmatch(target):
        raise CatalogError(f"a target id is letters, digits, '.', '_' and '-', at most 100, got {target!r:.80}")
    return target


def row_of(leaf: Leaf, store: Store) -> Row:
    """Return the row of a record's leaf, from the record itself; raises what reading the record raises."""
    return Row.of(Record.load(canonical.decode(store.read(leaf.digest))), leaf)


def _target_of(leaf: Leaf) -> str:
    """Return the target that a record's key names; empty where it names none, or none that may be a folder."""
    chain = heads.chain_of(leaf.kind, leaf.key)
    return chain[1] if chain is not None and _SLUG.fullmatch(chain[1]) else ""


def _records_in(path: Path) -> set[str]:
    """Return the ids of the records that have a row in a month, its tail too, without reading the rows."""
    there = b"\n".join((path.read_bytes(), *whole_lines(_tail(path))))
    return {id.decode() for id in _RECORD.findall(there)}


def _stamp(path: Path) -> _Stamp:
    """Return what changes whenever the file is replaced, or a row is added to its tail."""
    status = path.stat()
    try:
        tail = _tail(path).stat()
    except FileNotFoundError:
        return status.st_mtime_ns, status.st_ino, 0, 0
    return status.st_mtime_ns, status.st_ino, tail.st_mtime_ns, tail.st_size


def _tail(path: Path) -> Path:
    return path.with_suffix(".tail")


def _write(path: Path, rows: Sequence[Row]) -> None:
    """Put rows to the end of a month's tail; all to its file where it has none yet, or the tail is long."""
    added = [plain.dump(row) for row in rows]
    waiting = whole_lines(_tail(path))
    if path.exists() and len(waiting) + len(added) <= TAIL:
        try:
            append_whole(_tail(path), b"".join(canonical.encode(row) + b"\n" for row in added))
        except OSError as error:
            raise CatalogError(f"{_tail(path)} cannot be written: {error}") from error
        return
    with TinyDB(path, storage=AtomicStorage) as database:
        database.table("rows").insert_multiple((*_rows_of(waiting, _tail(path)), *added))
    if waiting:
        os.truncate(_tail(path), 0)  # after a kill before this they stand in both, and count once


def _rows_of(lines: Iterable[bytes], tail: Path) -> list[dict[str, Any]]:
    """Return the rows of a tail's lines as they are written; raises CatalogError for one that is not ours."""
    try:
        found = [json.loads(line) for line in lines]
    except (ValueError, RecursionError) as error:
        raise _unreadable(tail, error) from error
    if not all(isinstance(row, dict) for row in found):
        raise _unreadable(tail, "not an object a line")
    return found


def _load(path: Path) -> tuple[Row, ...]:
    with TinyDB(path, storage=AtomicStorage) as database:
        documents = [dict(document) for document in database.table("rows")]
    found: dict[str, Row] = {}
    waiting = _rows_of(whole_lines(_tail(path)), _tail(path))
    for place, rows in ((path, documents), (_tail(path), waiting)):
        try:
            found |= {row.record: row for row in (plain.load(Row, document) for document in rows)}
        except EvidenceError as error:
            raise _unreadable(place, error) from error
    return tuple(found.values())


def _unreadable(path: Path, why: object) -> CatalogError:
    return CatalogError(f"{path} cannot be read: {why}\ntry: quzheng store reindex (it loses nothing)")
