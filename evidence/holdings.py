"""Everything an office holds: blobs, ledger, catalog and what was derived, opened together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from evidence import canonical, form
from evidence.catalog import FileCatalog, Row
from evidence.derived import Derived, the_one
from evidence.errors import CanonicalError, NotFound, ShapeError
from evidence.ledger import FileLedger, each_leaf
from evidence.model import Record
from evidence.reading import wordlists
from evidence.reading.wordlists import WordLists
from evidence.store import FileStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacks:
    """What lies in a store folder, without the ledger, which takes long to take in: enough to read and judge by."""

    root: Path
    store: FileStore
    catalog: FileCatalog
    derived: Derived
    words: WordLists = field(default_factory=wordlists.shipped)
    """What pages are read by."""
    quarantined: frozenset[str] = frozenset()
    """Records whose contents left, as the ledger had it when it was asked."""

    @staticmethod
    def of(root: Path, words: WordLists, quarantined: frozenset[str]) -> Stacks:
        """Return the stacks of a folder; their catalog is as the holdings that were opened last left it."""
        return Stacks(
            root=root,
            store=FileStore(root),
            catalog=FileCatalog(root),
            derived=Derived(root),
            words=words,
            quarantined=quarantined,
        )

    @property
    def purged(self) -> frozenset[str]:
        """The records whose contents left for quarantine."""
        return self.quarantined

    def record(self, id: str) -> Record:
        """Return a record; raises NotFound where `id` is none, DamagedBlob where its bytes are damaged."""
        try:
            return Record.load(canonical.decode(self.store.read(id)))
        except (CanonicalError, ShapeError) as error:
            raise NotFound(f"{id} is in the store, but is not a record") from error

    def rows(
        self, target: str, label: str | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> tuple[Row, ...]:
        """Return the headings of the records of a target (and label) that started in [since, until], by start.

        Those in quarantine are there and say so.
        """
        rows, purged = self.catalog.series(target, label, since, until), self.purged
        return tuple(replace(row, quarantined=True) if row.record in purged else row for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings(Stacks):
    """One store folder, opened."""

    ledger: FileLedger

    @classmethod
    def open(cls, root: Path, words: WordLists | None = None) -> Holdings:
        """Open (or begin) the holdings in `root`, pages to be read by `words`; the catalog is brought up to the ledger's tail.

        Raises StoreError for a store of a newer program, LedgerError where the ledger cannot be read or is shorter than
        what was signed for.
        """
        root.mkdir(parents=True, exist_ok=True)
        written = form.of(root)
        holdings = cls(
            root=root,
            store=FileStore(root),
            ledger=FileLedger(root),
            catalog=FileCatalog(root),
            derived=Derived(root),
            words=words or wordlists.shipped(),
        )
        holdings.catalog.repair(holdings.store, holdings.ledger)
        form.bring_up(root, written)
        return holdings

    def records(self) -> tuple[Record, ...]:
        """Return every record, in ledger order."""
        return tuple(self.record(leaf.digest) for leaf in each_leaf(self.ledger, "record"))

    def open_records(self) -> tuple[Record, ...]:
        """Return every record whose contents are in the store, in ledger order: all but those in quarantine."""
        purged = self.ledger.purged
        return tuple(self.record(leaf.digest) for leaf in each_leaf(self.ledger, "record") if leaf.digest not in purged)

    def open_record(self, beginning: str) -> Record:
        """Return the one record whose id begins so and whose contents may be shown.

        Raises NotFound where there is none or more than one, and for a record in quarantine.
        """
        id = self.full_id(beginning)
        if id in self.ledger.purged:
            raise NotFound(f"记录 {id[:12]} 已隔离，内容已移出存储，不能打开")
        return self.record(id)

    def full_id(self, beginning: str) -> str:
        """Return the id of the one record whose id begins so; raises NotFound where there is none or more than one."""
        digests = (leaf.digest for leaf in each_leaf(self.ledger, "record"))
        return the_one(beginning, digests, "record")

    def reindex(self) -> int:
        """Make the catalog again from ledger and records; return the number of records."""
        self.catalog.rebuild(self.store, self.ledger)
        return sum(1 for _ in each_leaf(self.ledger, "record"))

    @property
    def purged(self) -> frozenset[str]:
        """The records whose contents left for quarantine, by the ledger as it stands."""
        return frozenset(self.ledger.purged)
