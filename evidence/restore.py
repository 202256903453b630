"""Restoring a backup into an empty folder, and the drill that shows without writing that it could be restored.

Nothing is taken on trust: every blob's digest is taken again, the ledger must have the root that the manifest names, and
what comes out is examined as `store check` does. The catalog is made again from the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence import digest, form
from evidence.backup import MIRRORED, Manifest, newest, opened, root_of
from evidence.copying import checkpoints_upto, copy_blob, files_below, is_empty, mirror
from evidence.errors import BackupError
from evidence.files import make_folder, sync_folder, write_whole
from evidence.holdings import Holdings
from evidence.soundness import Soundness, examine
from evidence.span import local_text

UNDER_WAY = ".restoring"
"""Lies in a folder while a backup is restored into it, and names the backup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """Whether a backup could be restored."""

    manifest: Manifest
    soundness: Soundness
    faults: tuple[str, ...]
    """Of ledger and papers, one sentence each; those of the store are in its soundness."""

    @property
    def clean(self) -> bool:
        """Whether all of it is there and sound."""
        return self.soundness.clean and not self.faults

    def sentence(self) -> str:
        """Return it in Chinese."""
        one = self.manifest
        head = f"{local_text(one.at)}的备份：{one.blobs} 个文件，账本 {one.leaves} 条，根 {one.root[:16]}，工作区文件 {len(one.papers)} 个"
        said = "可以恢复" if self.clean else "不能完整恢复"
        return "\n".join((head, self.soundness.sentence(), *self.faults, said))


def drill(folder: Path) -> Drill:
    """Read all of the newest backup in a folder again; writes nothing. Raises BackupError where there is none, LedgerError."""
    manifest = newest(folder)
    holdings = opened(folder / "store")
    faults = (*_ledger_faults(holdings, manifest), *_paper_faults(folder, manifest), *manifest.faults)
    return Drill(manifest=manifest, soundness=examine(holdings), faults=faults)


def restore(folder: Path, to: Path) -> Soundness:
    """Restore the newest backup in `folder` into the empty folder `to`, and return how sound the store there is.

    Cut off, it goes on when it is called again. Raises BackupError where `to` holds something else, or the backup is not
    what its manifest says.
    """
    manifest = newest(folder)
    store = to / manifest.store
    form.of(folder / "store")
    _begin(to, digest.of_value(manifest.plain()))
    form.carry(folder / "store", store)
    holdings = opened(folder / "store")
    if faults := (*_ledger_faults(holdings, manifest), *_paper_faults(folder, manifest)):
        raise BackupError("\n".join(("备份与清单不符，没有恢复：", *faults)))
    damaged = tuple(_blobs(folder / "store" / "blobs", store / "blobs", frozenset(manifest.gone)))
    for name in MIRRORED:
        mirror(folder / "store", store, files_below(folder / "store", name))
    mirror(folder / "store", store, checkpoints_upto(folder / "store", manifest.leaves))
    lines = b"".join(leaf.line + b"\n" for leaf in holdings.ledger.leaves()[: manifest.leaves])
    write_whole(store / "ledger" / "leaves", lines)
    for paper in manifest.papers:
        data = (folder / "papers" / paper.sha256).read_bytes()
        write_whole(to / paper.path, data, mode=0o600 if paper.secret else 0o644)
    restored = Holdings.open(store)
    restored.reindex()
    found = examine(restored)
    (to / UNDER_WAY).unlink()  # where a power cut brings it back, restoring again changes nothing
    if damaged:
        raise BackupError("\n".join((f"已恢复，但有 {len(damaged)} 个文件在备份中已损坏：", *damaged)))
    return found


def _begin(to: Path, backup: str) -> None:
    mark = to / UNDER_WAY
    if mark.exists():
        if mark.read_text("utf-8") != backup:
            raise BackupError(f"{to} 里有另一个备份恢复到一半：请换一个空文件夹")
        return
    if not is_empty(to):
        raise BackupError(f"{to} 不是空文件夹：恢复不覆盖任何文件")
    make_folder(to)
    write_whole(mark, backup.encode())


def _blobs(source: Path, to: Path, gone: frozenset[str]) -> Iterator[str]:
    """Copy all blobs but those that left the store by rule, and yield the faults of those that are damaged."""
    for folder in sorted(path for path in source.glob("[0-9a-f][0-9a-f]") if path.is_dir()):
        for path in sorted(folder.iterdir()):
            sha256 = folder.name + path.name.removesuffix(".gz")
            place = to / folder.name / path.name
            wanted = digest.is_sha256(sha256) and sha256 not in gone and not place.exists()
            if wanted and (fault := copy_blob(path, place, link=False)):
                yield fault
        if (to / folder.name).is_dir():
            sync_folder(to / folder.name)


def _ledger_faults(holdings: Holdings, manifest: Manifest) -> Iterator[str]:
    there = holdings.ledger.size
    if there < manifest.leaves:
        yield f"备份的账本有 {there} 条，清单写的是 {manifest.leaves} 条"
    elif (found := root_of(holdings.ledger, manifest.leaves)) != manifest.root:
        yield f"备份的账本根是 {found}，清单写的是 {manifest.root}"


def _paper_faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    for paper in manifest.papers:
        try:
            found = digest.sha256((folder / "papers" / paper.sha256).read_bytes())
        except OSError as error:
            yield f"{paper.path}：{error}"
            continue
        if found != paper.sha256:
            yield f"{paper.path}：内容与摘要不符，应为 {paper.sha256}，实为 {found}"
