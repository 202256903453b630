"""What a leaf of the ledger is, and the proof that it stands there; needs neither a ledger nor a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evidence import digest, merkle, plain
from evidence.errors import LedgerError, ShapeError
from evidence.note import Checkpoint

PURGE = "purge"
"""Kind of the leaf by which a record's contents left the house: key the record's id, digest that of the event."""
RETENTION = "retention/"
"""How the keys of purges by rule begin; the key of a quarantine is the record's id."""
EXPORT = "checkpoint-export"
ACCESS = "access"
"""Kind of the leaf that anchors the desk's access log: key DAY/LINES, digest that of the day's line of this number."""
KINDS = (
    "record",
    "finding",
    "case",
    "columns",
    "bundle",
    EXPORT,
    PURGE,
    "plan",
    "loss",
    "heads",
    "chains",
    "cleanliness",
    "period",
    ACCESS,
)
MAX_KEY = 1000
"""Characters in a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One entry: the thing `digest` of `kind` was admitted under `key`."""

    index: int
    """Its place, from 0."""
    kind: str
    key: str
    digest: str

    @property
    def hashed(self) -> bytes:
        """The Merkle leaf hash; the place is not in it, the tree fixes that."""
        digest, key, kind = map(_text, (self.digest, self.key, self.kind))
        return merkle.leaf_hash(f'{{"digest":{digest},"key":{key},"kind":{kind}}}'.encode())

    @property
    def line(self) -> bytes:
        """The line in the ledger's file, without its line feed."""
        digest, key, kind = map(_text, (self.digest, self.key, self.kind))
        return f'{{"digest":{digest},"index":{self.index},"key":{key},"kind":{kind}}}'.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A Merkle path, from the leaf up."""

    path: tuple[str, ...]
    """Hashes in hexadecimal."""

    @property
    def steps(self) -> tuple[bytes, ...]:
        """The hashes as bytes; raises LedgerError where one is not 32 bytes in lower-case hexadecimal."""
        if not all(digest.is_sha256(step) for step in self.path):
            raise LedgerError("a proof is a list of hashes of 64 hexadecimal digits")
        return tuple(bytes.fromhex(step) for step in self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """The proof that a leaf stands in the ledger at a size (the form that bundles carry)."""

    leaf: Leaf
    size: int
    proof: Proof

    def holds(self, root: bytes) -> bool:
        """Tell whether the proof leads from the leaf to `root`."""
        return merkle.root_of_inclusion(self.leaf.hashed, self.leaf.index, self.size, self.proof.steps) == root


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """The proof that the ledger of `new` leaves begins with that of `old` (consistency/1)."""

    old: int
    new: int
    proof: Proof

    def plain(self) -> dict[str, Any]:
        """Return the proof as plain JSON."""
        return {"schema": "consistency/1", **plain.dump(self)}

    @classmethod
    def load(cls, body: object) -> Consistency:
        """Return the proof whose plain JSON is `body`; raises ShapeError."""
        fields = dict(body) if isinstance(body, Mapping) else {}
        if (found := fields.pop("schema", None)) != "consistency/1":
            raise ShapeError(("schema",), "consistency/1", found)
        return plain.load(cls, fields)

    def holds(self, older: Checkpoint, newer: Checkpoint) -> bool:
        """Tell whether it is of these two states of one ledger and proves that the newer begins with the older."""
        same = older.origin == newer.origin and (self.old, self.new) == (older.size, newer.size)
        return same and merkle.is_consistent(self.old, older.root, self.new, newer.root, self.proof.steps)


def check_entry(kind: str, key: str, sha256: str) -> None:
    """Raise LedgerError where kind, key and digest cannot be a leaf."""
    if kind not in KINDS:
        raise LedgerError(f"a leaf is one of {', '.join(KINDS)}, got {kind!r:.40}")
    if not 0 < len(key) <= MAX_KEY or not key.isprintable():
        raise LedgerError(f"a key has 1 to {MAX_KEY} printable characters, got {key!r:.80}")
    if not digest.is_sha256(sha256):
        raise LedgerError(f"a digest has 64 hexadecimal digits, got {sha256!r:.80}")


_text = json.JSONEncoder(ensure_ascii=False).encode
"""Gives a text as `canonical.encode` does. What is around texts is written out: a store opens a million leaves."""
