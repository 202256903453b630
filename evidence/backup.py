"""Backups of a store and of the office's own files: each adds what is missing, nothing in the destination is ever deleted.

    BACKUP.txt                what this folder is
    manifests/AT.json         one finished backup each (backup/1); the newest is the one that counts
    store/                    a store as it is: blobs, ledger, journals, what was derived; no catalog, which is made again
    papers/SHA256             quzheng.yaml, targets, ledgers, rules, flows, the encrypted vault, by digest: every version stays

Every blob's digest is taken from the copy, and all that the ledger names must have arrived. The ledger of the destination
is only ever continued: a store whose ledger is shorter, or another one, is refused, for it may have lost what the backup
holds. The manifest comes last; killed before it, the next backup goes on where this one stopped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from evidence import canonical, digest, form, plain, purged
from evidence.catalog import FileCatalog
from evidence.copying import checkpoints_upto, copy_blob, files_below, is_empty, mirror
from evidence.derived import Derived
from evidence.errors import BackupError, CanonicalError, ShapeError
from evidence.files import Exclusive, make_folder, sync_folder, write_whole
from evidence.holdings import Holdings
from evidence.house import House
from evidence.ledger import FileLedger, Leaf, each_leaf
from evidence.papers import Paper, Shelving, check_inside
from evidence.soundness import document_faults, record_faults
from evidence.store import FileStore

SCHEMA = "backup/1"
MARK = "BACKUP.txt"
MIRRORED = ("derived", "journal", "probes")
"""Folders of a store whose files are copied as they stand last; the ledger and the blobs prove the rest."""
_SAID = "本文件夹是取证系统（quzheng）的备份，由 quzheng store backup 写入，请勿改动。恢复：quzheng store restore 本文件夹 -w 空文件夹\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What one finished backup holds (backup/1)."""

    at: datetime
    leaves: int
    root: str
    """Merkle root of that many leaves; of an empty ledger the digest of nothing."""
    blobs: int
    size: int
    """Bytes of the blobs as they lie."""
    store: str
    """Where the store lies in the workspace."""
    papers: tuple[Paper, ...]
    gone: tuple[str, ...]
    """Blobs that had left the store by rule: restoring leaves them out, even where an earlier backup still has them."""
    faults: tuple[str, ...] = ()
    """What could not be backed up, one sentence each."""

    def plain(self) -> dict[str, Any]:
        """Return the manifest as plain JSON."""
        return {"schema": SCHEMA, **plain.dump(self)}

    @classmethod
    def load(cls, data: bytes, where: Path) -> Manifest:
        """Return the manifest whose canonical JSON is `data`; raises BackupError."""
        try:
            body = canonical.decode(data)
            fields = dict(body) if isinstance(body, dict) else {}
            if (found := fields.pop("schema", None)) != SCHEMA:
                raise ShapeError(("schema",), SCHEMA, found)
            manifest = plain.load(cls, fields)
        except (CanonicalError, ShapeError) as error:
            raise BackupError(f"备份清单 {where} 不能读取：{error}") from error
        for path in (manifest.store, *(paper.path for paper in manifest.papers)):
            check_inside(path)
        return manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What a backup did."""

    manifest: Manifest
    copied: int
    bytes: int
    lingering: int
    """Blobs that left the store by rule and still lie in the backup, which never deletes."""
    outside: tuple[str, ...]
    """Files that lie outside the workspace and are not in the backup."""
    keys: tuple[str, ...]
    """Files of keys that were left out."""

    def sentence(self) -> str:
        """Return it in Chinese."""
        one = self.manifest
        lines = [
            f"备份完成：新增 {self.copied} 个文件 {self.bytes} 字节，共 {one.blobs} 个 {one.size} 字节，"
            f"账本 {one.leaves} 条，根 {one.root[:16]}"
        ]
        if self.keys:
            lines.append(f"未备份密钥文件：{'、'.join(self.keys)}（须另行保管；--with-keys 可一并备份）")
        if self.outside:
            lines.append(f"不在工作区内、未备份：{'、'.join(self.outside)}")
        if self.lingering:
            lines.append(f"注意：备份中仍有 {self.lingering} 个已从存储清除的文件，须另行处理；恢复时不会带回")
        if one.faults:
            lines += [f"有 {len(one.faults)} 处没有备份成：", *one.faults]
        return "\n".join(lines)


def backup(house: House, folder: Path, *, now: datetime, link: bool = False, keys: bool = False) -> BackedUp:
    """Bring the backup in `folder` up to the store and files of a house; on the disk when this returns.

    `link`: blobs are hard links where the disk is the same; `keys`: files of keys too. Raises BackupError where `folder`
    holds something else or the ledger there is not the beginning of this one.
    """
    holdings = house.holdings()
    _begin(folder, house)
    with Exclusive(folder / ".lock").held():
        leaves = holdings.ledger.leaves()
        holdings.ledger.checkpoints()  # one that cannot be read is said before anything is copied
        store, before = folder / "store", _finished(folder)
        _check_begins(store / "ledger" / "leaves", leaves)
        form.carry(holdings.root, store)
        copying = _Copying(source=holdings.store.blobs, to=store / "blobs", link=link)
        copying.all()
        _mirror(holdings.root, store, leaves)
        _continue(store / "ledger" / "leaves", leaves)
        faults = (*copying.faults, *_missing(store, before.leaves if before and not before.faults else 0))
        papers = Shelving(papers=house.papers, to=folder / "papers", keys=keys)
        papers.all()
        gone = tuple(sorted(one for one in purged.digests(holdings) if not holdings.store.has(one)))
        lingering = sum(map(FileStore(store).has, gone))
        blobs, size = _count(store / "blobs")
        manifest = Manifest(
            at=now,
            leaves=len(leaves),
            root=root_of(holdings.ledger, len(leaves)),
            blobs=blobs,
            size=size,
            store=_place_of(house),
            papers=tuple(papers.kept),
            gone=gone,
            faults=tuple(dict.fromkeys(faults)),
        )
        name = f"{plain.instant(now).replace(':', '')}-{len(leaves)}.json"
        write_whole(folder / "manifests" / name, canonical.encode(manifest.plain()))
    return BackedUp(
        manifest=manifest,
        copied=copying.copied,
        bytes=copying.bytes,
        lingering=lingering,
        outside=tuple(papers.outside),
        keys=tuple(papers.left),
    )


def newest(folder: Path) -> Manifest:
    """Return the manifest of the last finished backup in a folder; raises BackupError where there is none."""
    if found := _finished(folder):
        return found
    raise BackupError(f"{folder} 里没有完成的备份")


def opened(store: Path) -> Holdings:
    """Return the holdings of a backup's store to look into; nothing is written. Raises LedgerError where its ledger is damaged."""
    return Holdings(
        root=store,
        store=FileStore(store),
        catalog=FileCatalog(store),
        derived=Derived(store),
        ledger=FileLedger(store),
    )


def root_of(ledger: FileLedger, leaves: int) -> str:
    """Return the Merkle root of so many leaves, hexadecimal; of none the digest of nothing."""
    return ledger.root(leaves).hex() if leaves else digest.EMPTY


def _begin(folder: Path, house: House) -> None:
    place, store = folder.resolve(), house.store.resolve()
    if place == store or store in place.parents or place in store.parents:
        raise BackupError(f"备份不能放在存储 {store} 里，也不能包含它")
    if not (folder / MARK).exists():
        if not is_empty(folder):
            raise BackupError(f"{folder} 里有别的文件，不是本系统的备份：请换一个空文件夹")
        make_folder(folder)
        write_whole(folder / MARK, _SAID.encode())


def _finished(folder: Path) -> Manifest | None:
    """Return the manifest with the longest ledger, the newest of these; None where no backup was ever finished."""
    found = [Manifest.load(path.read_bytes(), path) for path in (folder / "manifests").glob("*.json")]
    return max(found, key=lambda one: (one.leaves, one.at), default=None)


def _place_of(house: House) -> str:
    root, store = house.papers.root, house.store.resolve()
    inside = root is not None and root.resolve() in store.parents
    return store.relative_to(root.resolve()).as_posix() if root is not None and inside else "store"


@dataclass(slots=True, kw_only=True)
class _Copying:
    """Copies the blobs that are missing."""

    source: Path
    to: Path
    link: bool
    copied: int = 0
    bytes: int = 0
    faults: list[str] = field(default_factory=list)

    def all(self) -> None:
        for folder in sorted(path for path in self.source.glob("[0-9a-f][0-9a-f]") if path.is_dir()):
            there = self.to / folder.name
            known = _names(there)
            names = [name for name in sorted(_names(folder)) if name not in known and _is_blob(folder.name, name)]
            for name in names:
                self._one(folder / name, there / name)
            if names and there.is_dir():
                sync_folder(there)

    def _one(self, source: Path, to: Path) -> None:
        try:
            fault = copy_blob(source, to, link=self.link)
        except FileNotFoundError:
            if source.exists():
                raise
            return  # it left the store by rule meanwhile
        if fault:
            self.faults.append(fault)
            return
        self.copied += 1
        self.bytes += to.stat().st_size


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _is_blob(folder: str, name: str) -> bool:
    return digest.is_sha256(folder + name.removesuffix(".gz"))


def _mirror(source: Path, to: Path, leaves: Sequence[Leaf]) -> None:
    mirror(source, to, checkpoints_upto(source, len(leaves)))
    for name in MIRRORED:
        mirror(source, to, files_below(source, name))


def _check_begins(file: Path, leaves: Sequence[Leaf]) -> None:
    """Raise BackupError where the ledger of the backup is not the beginning of these leaves."""
    for n, line in enumerate(_whole_lines(file)):
        if n >= len(leaves):
            raise BackupError(
                f"备份里的账本比存储的长（存储只有 {len(leaves)} 条）：存储可能丢了记录，备份未改动；请先查明，或恢复备份"
            )
        if line != leaves[n].line:
            raise BackupError(f"备份里的账本第 {n} 条与存储的不同：不是同一个账本，或其一被改动；备份未改动")


def _continue(file: Path, leaves: Sequence[Leaf]) -> None:
    """Append what the ledger of the backup lacks, over whatever a kill left of a line."""
    kept = sum(len(line) + 1 for line in _whole_lines(file))
    done = sum(1 for _ in _whole_lines(file))
    make_folder(file.parent)
    with file.open("r+b" if file.exists() else "xb") as stream:
        stream.truncate(kept)
        stream.seek(kept)
        for leaf in leaves[done:]:
            stream.write(leaf.line + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(file.parent)


def _whole_lines(file: Path) -> Iterator[bytes]:
    if file.exists():
        with file.open("rb") as stream:
            for line in stream:
                if line.endswith(b"\n"):
                    yield line[:-1]


def _missing(store: Path, start: int) -> Iterator[str]:
    """Yield what the records from `start` on cite and what documents the ledger names, and the backup lacks.

    Raises LedgerError where its ledger is damaged.
    """
    holdings = opened(store)
    taken = purged.taken(holdings)
    for leaf in each_leaf(holdings.ledger, "record", start):
        yield from record_faults(leaf, holdings, taken.get(leaf.digest, frozenset()))
    yield from document_faults(holdings)


def _count(blobs: Path) -> tuple[int, int]:
    sizes = [
        entry.stat().st_size
        for folder in blobs.glob("[0-9a-f][0-9a-f]")
        for entry in os.scandir(folder)
        if _is_blob(folder.name, entry.name)
    ]
    return len(sizes), sum(sizes)
