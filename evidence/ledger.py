"""The ledger: one append-only list of what was admitted, whose every state can be proved (RFC 6962).

    ledger/leaves           one canonical JSON line a leaf: {"digest", "index", "key", "kind"}
    ledger/checkpoints/N    the signed state after N leaves; N.tsr beside it is its time-stamp (evidence.checkpoints)

A leaf is on the disk before `append` returns; several, before `append_all` does. A line without its line feed was never acknowledged: it is cut. The hash
of a leaf is SHA-256(0x00 || canonical {"digest", "key", "kind"}); so a proof tells nothing of other leaves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from evidence import heads, merkle
from evidence import note as notes
from evidence.errors import LedgerError
from evidence.files import Exclusive, make_folder, sync_folder, write_synced, write_whole
from evidence.note import Checkpoint, NoteSigner
from evidence.proof import PURGE, RETENTION, Consistency, Inclusion, Leaf, Proof, check_entry

__all__ = ["FileLedger", "Inclusion", "Leaf", "Ledger", "Proof", "each_leaf"]

Entry = tuple[str, str, str]
"""Kind, key and digest of a leaf to be."""


class Ledger(Protocol):
    """What admitting and bundling need of a ledger."""

    @property
    def size(self) -> int:
        """The number of leaves."""
        ...

    @property
    def chain(self) -> heads.Chains:
        """The heads of the chains of all leaves."""
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """Keep every other writer out for the length of the block."""
        ...

    def append(self, kind: str, key: str, digest: str) -> Leaf:
        """Add a leaf, once; the same kind and key again return the leaf that is there."""
        ...

    def append_all(self, entries: Sequence[Entry]) -> tuple[Leaf, ...]:
        """Add leaves together, each once, in one wait for the disk."""
        ...

    def find(self, kind: str, key: str) -> Leaf | None:
        """Return the leaf of a kind and key."""
        ...

    def leaves(self, start: int = 0) -> tuple[Leaf, ...]:
        """Return the leaves from `start` on."""
        ...


class FileLedger:
    """A Ledger in a folder; one process writes at a time, any number read."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "ledger"
        self._file = self.folder / "leaves"
        self._lock = Exclusive(self.folder / "lock")
        self._leaves: list[Leaf] = []
        self._by_key: dict[tuple[str, str], Leaf] = {}
        self._tree = merkle.Tree()
        self._chains = heads.Chains()
        self._purged: set[str] = set()
        self._offset = 0
        self._refresh()
        self._check_newest_checkpoint()

    @property
    def size(self) -> int:
        """The number of leaves."""
        self._refresh()
        return len(self._leaves)

    @property
    def chain(self) -> heads.Chains:
        """The heads of the chains of all leaves."""
        self._refresh()
        return self._chains

    @property
    def purged(self) -> AbstractSet[str]:
        """The ids of the records that were quarantined: their contents have left the store, their headers stay."""
        self._refresh()
        return self._purged

    def exclusive(self) -> AbstractContextManager[None]:
        """Keep every other writer out for the length of the block; the same thread may enter again."""
        return self._lock.held()

    def append(self, kind: str, key: str, digest: str) -> Leaf:
        """Add a leaf and return it when it is on the disk; the commit point of everything admitted.

        The same kind, key and digest again return the leaf that is there. Raises LedgerError for a key that stands for
        another digest, for an unknown kind, and where the disk does not take the leaf (nothing of it is then kept).
        """
        return self.append_all([(kind, key, digest)])[0]

    def append_all(self, entries: Sequence[Entry]) -> tuple[Leaf, ...]:
        """Add leaves and return them, in order, when all are on the disk: one wait for it, however many they are.

        Each is as by `append`; a fault of one adds none. Killed before it returns, the first so many of them may stand,
        each whole: they are what would be added again.
        """
        for entry in entries:
            check_entry(*entry)
        with self.exclusive():
            self._refresh()
            new: dict[tuple[str, str], Leaf] = {}
            for kind, key, digest in entries:
                there = self._by_key.get((kind, key)) or new.get((kind, key))
                if there is None:
                    new[kind, key] = Leaf(index=len(self._leaves) + len(new), kind=kind, key=key, digest=digest)
                elif there.digest != digest:
                    raise LedgerError(
                        f"the {kind} {key} is in the ledger with digest {there.digest}, got {digest}\n"
                        "an entry is never changed: admit it under a new key"
                    )
            self._write(tuple(new.values()))
            return tuple(self._by_key[kind, key] for kind, key, _ in entries)

    def find(self, kind: str, key: str) -> Leaf | None:
        """Return the leaf of a kind and key, None where there is none."""
        self._refresh()
        return self._by_key.get((kind, key))

    def leaves(self, start: int = 0) -> tuple[Leaf, ...]:
        """Return the leaves from `start` on."""
        self._refresh()
        return tuple(self._leaves[start:])

    def root(self, size: int | None = None) -> bytes:
        """Return the Merkle root over the first `size` leaves (default: all); raises LedgerError if there are fewer."""
        there = self.size

        with _asked():
            return self._tree.root(there if size is None else size)

    def inclusion(self, index: int, size: int | None = None) -> Inclusion:
        """Return the proof that leaf `index` is in the ledger of the first `size` leaves; raises LedgerError."""
        upto = self.size if size is None else size
        with _asked():
            path = self._tree.inclusion(index, upto)
        return Inclusion(leaf=self._leaves[index], size=upto, proof=_proof(path))

    def consistency(self, old: int, new: int | None = None) -> Consistency:
        """Return the proof that the ledger of `new` leaves begins with that of `old`; raises LedgerError."""
        upto = self.size if new is None else new
        with _asked():
            return Consistency(old=old, new=upto, proof=_proof(self._tree.consistency(old, upto)))

    def state(self, size: int | None = None) -> Checkpoint:
        """Return the unsigned checkpoint of the first `size` leaves; raises LedgerError for an empty ledger."""
        upto = self.size if size is None else size
        if not self._leaves:
            raise LedgerError(f"the ledger {self.folder} is empty: there is nothing to sign for")
        origin = f"quzheng-ledger/{self._leaves[0].hashed.hex()[:16]}"
        return Checkpoint(origin=origin, size=upto, root=self.root(upto))

    def checkpoint(self, sign: NoteSigner) -> Checkpoint:
        """Sign for the present state, keep the note at checkpoints/N, and return it; a state is signed once a key."""
        with self.exclusive():
            state = self.state()
            path = self.checkpoints_folder / str(state.size)
            kept = _read_checkpoint(path) if path.exists() else state
            if kept.text != state.text:
                raise LedgerError(f"{path} signs for root {kept.root.hex()}, the ledger has {state.root.hex()}")
            signed = kept.signed(sign)
            if signed != kept or not path.exists():
                write_whole(path, signed.encode())
            return signed

    def take(self, note: Checkpoint, ours: Collection[bytes] = ()) -> Checkpoint:
        """Keep the signatures of others on a note whose text is one of the kept checkpoints; return it with all of them.

        `ours` are key ids of the office beside those that signed already. Raises LedgerError where the text is none of
        ours, where no other office signed it, and where a line claims to be by our key and is not the one we made.
        """
        with self.exclusive():
            path = self.folder / "checkpoints" / str(note.size)
            kept = _read_checkpoint(path) if path.exists() else None
            if kept is None or kept.text != note.text or kept.text != self.state(kept.size).text:
                raise LedgerError(f"不是本台账签过的状态：{note.origin}，{note.size} 项，根 {note.root.hex()}")
            keys = {*ours, *(one.key_id for one in kept.signatures)}
            if any(one not in kept.signatures for one in note.signatures if one.key_id in keys):
                raise LedgerError("有一行署本单位（或已收下的单位）的密钥，却不是已存的签名：没有收下")
            added = note.others(keys)
            if not note.others(ours):
                raise LedgerError("没有其他单位的签名")
            joined = replace(kept, signatures=(*kept.signatures, *added))
            notes.parse(joined.encode())
            if added:
                write_whole(path, joined.encode())
            return joined

    def commit_heads(self) -> Leaf:
        """Commit to the heads of all chains as the last leaf, where it is not one already; return that leaf."""
        with self.exclusive():
            self._refresh()
            last = self._leaves[-1] if self._leaves else None
            if last is not None and last.kind == heads.KIND:
                return last
            return self.append(heads.KIND, str(len(self._leaves)), self._chains.root)

    def prove_chains(self, wanted: Iterable[str], size: int) -> Mapping[str, heads.ChainsProof]:
        """Return the proofs of all chains of some targets, as committed to by the last of the first `size` leaves.

        Raises LedgerError where that leaf commits to none, or one of the targets is not in the ledger.
        """
        leaf = self._leaves[size - 1] if 0 < size <= self.size else None
        if leaf is None or leaf.kind != heads.KIND:
            raise LedgerError(f"the ledger of {size} leaves does not end with the heads of its chains")
        return heads.of_leaves(self._leaves[: size - 1]).prove(wanted, self.inclusion(leaf.index, size))

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Return the kept checkpoints, smallest first; raises LedgerError for one that cannot be read."""
        return tuple(_read_checkpoint(path) for path in self.checkpoint_files())

    @property
    def checkpoints_folder(self) -> Path:
        """Where the kept checkpoints lie."""
        return self.folder / "checkpoints"

    def checkpoint_files(self) -> tuple[Path, ...]:
        """Return the files of the kept checkpoints, smallest first."""
        return tuple(_by_size(self.checkpoints_folder))

    def _write(self, leaves: Sequence[Leaf]) -> None:
        if not leaves:
            return
        lines = [leaf.line + b"\n" for leaf in leaves]
        new = not self._file.exists()
        make_folder(self.folder)
        try:
            handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                write_synced(handle, self._offset, b"".join(lines))
            finally:
                os.close(handle)
            if new:
                sync_folder(self.folder)
        except OSError as error:
            first = f"the {leaves[0].kind} {leaves[0].key}" + (f" and {len(leaves) - 1} more" if leaves[1:] else "")
            raise LedgerError(f"{first} cannot be added to {self._file}: {error}") from error
        for leaf, line in zip(leaves, lines, strict=True):
            self._absorb(leaf, len(line))

    def _refresh(self) -> None:
        """Take in the whole lines that this or another process has added since."""
        try:
            there = self._file.stat().st_size
        except FileNotFoundError:
            there = 0
        if there < self._offset:
            raise LedgerError(f"{self._file} has shrunk from {self._offset} to {there} bytes: entries are lost")
        if there == self._offset:
            return
        with self._file.open("rb") as stream:
            stream.seek(self._offset)
            *whole, _torn = stream.read().split(b"\n")
        for line in whole:
            self._absorb(_parse_line(line, len(self._leaves), self._file), len(line) + 1)

    def _absorb(self, leaf: Leaf, length: int) -> None:
        if (leaf.kind, leaf.key) in self._by_key:
            raise LedgerError(f"{self._file}: leaf {leaf.index} repeats the {leaf.kind} {leaf.key}")
        self._leaves.append(leaf)
        self._by_key[leaf.kind, leaf.key] = leaf
        self._tree.append(leaf.hashed)
        self._chains.absorb(leaf)
        if leaf.kind == PURGE and not leaf.key.startswith(RETENTION):
            self._purged.add(leaf.key)
        self._offset += length

    def _check_newest_checkpoint(self) -> None:
        """A ledger shorter than, or other than, what was signed for has lost entries; it does not open."""
        newest = self.checkpoint_files()[-1:]
        for path in newest:
            kept = _read_checkpoint(path)
            if kept.size > len(self._leaves) or self._tree.root(kept.size) != kept.root:
                raise LedgerError(
                    f"{self._file} does not continue {path}: signed were {kept.size} leaves with root "
                    f"{kept.root.hex()}, got {len(self._leaves)} leaves\nrestore the store from its backup"
                )


@contextmanager
def _asked() -> Iterator[None]:
    """Turn what the tree says of an impossible question into our error."""
    try:
        yield
    except ValueError as error:
        raise LedgerError(str(error)) from error


def _parse_line(line: bytes, index: int, file: Path) -> Leaf:
    try:
        body = json.loads(line.decode())
        leaf = Leaf(index=index, kind=body["kind"], key=body["key"], digest=body["digest"])
        check_entry(leaf.kind, leaf.key, leaf.digest)
        if leaf.line != line:
            raise LedgerError(f"expected the canonical leaf {index}, got {line!r:.120}")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, LedgerError) as error:
        raise LedgerError(f"{file}, line {index + 1} is no leaf: {error}\nrestore the store from its backup") from error
    return leaf


def _read_checkpoint(path: Path) -> Checkpoint:
    try:
        return notes.parse(path.read_bytes())
    except LedgerError as error:
        raise LedgerError(f"{path}: {error}") from error


def _by_size(folder: Path) -> list[Path]:
    return sorted((path for path in folder.glob("*") if path.name.isdecimal()), key=lambda path: int(path.name))


def _proof(path: tuple[bytes, ...]) -> Proof:
    return Proof(path=tuple(step.hex() for step in path))


def each_leaf(ledger: Ledger, kind: str, start: int = 0) -> Iterator[Leaf]:
    """Yield the leaves of one kind from `start` on, in ledger order."""
    return (leaf for leaf in ledger.leaves(start) if leaf.kind == kind)
