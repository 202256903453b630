"""What a verdict's checks are asked about: an opened bundle, its documents, and whom its reader trusts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, TypeVar

from cryptography import x509

from evidence import bag, note, plain, seal
from evidence.errors import FormError, ShapeError
from evidence.heads import HeadProof
from evidence.manifest import CHECKPOINT, FileEntry, FileRole, Withheld, header_path, proof_path, record_path
from evidence.model import Finding, Record
from evidence.note import Checkpoint
from evidence.opened import Opened, in_form
from evidence.plans import Loss
from evidence.proof import Inclusion

T = TypeVar("T", Inclusion, HeadProof)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One bundle in front of one reader."""

    bundle: Opened
    trust: bytes | None
    """PEM certificates; None: the reader named none."""

    @cached_property
    def certificate(self) -> x509.Certificate:
        """The signer's certificate in the bundle; raises EvidenceError."""
        return seal.read_certificate(self.bundle.read(bag.SIGNER, seal.MAX_CERTIFICATE))

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The bundle's checkpoint; raises EvidenceError."""
        return note.parse(self.bundle.read(CHECKPOINT, note.MAX_NOTE))

    @cached_property
    def artifacts(self) -> Mapping[str, FileEntry]:
        """The manifest's artifacts by their SHA-256; raises EvidenceError."""
        return {entry.sha256: entry for entry in self.bundle.manifest.files if entry.role == "artifact"}

    @cached_property
    def withheld(self) -> Mapping[str, Withheld]:
        """What stays in the house, by the SHA-256 of the original; raises EvidenceError."""
        return {one.sha256: one for one in self.bundle.manifest.withheld}

    def records(self) -> Iterator[tuple[str, Record]]:
        """Yield the records with their ids, one at a time; raises EvidenceError."""
        for path in self.of_role("record"):
            yield PurePosixPath(path).stem, in_form(Record, path, self.bundle.document(path))

    def header(self, id: str) -> Record | None:
        """Return a record that is there, with its contents or without; None where it is not; raises EvidenceError."""
        for path in (record_path(id), header_path(id)):
            if self.bundle.has(path):
                return in_form(Record, path, self.bundle.document(path))
        return None

    def inclusion(self, sha256: str) -> Inclusion:
        """Return the proof of the leaf with a digest; raises EvidenceError."""
        return self._proof(Inclusion, proof_path(sha256), "inclusion/1")

    def heads(self) -> Iterator[tuple[str, HeadProof]]:
        """Yield the proofs of chain ends by their paths; raises EvidenceError."""
        for path in self.of_role("head"):
            yield path, self._proof(HeadProof, path, "head/1")

    def losses(self) -> Iterator[tuple[str, Loss]]:
        """Yield the declared losses by the digests their names give; raises EvidenceError."""
        for path in self.of_role("loss"):
            yield PurePosixPath(path).stem, in_form(Loss, path, self.bundle.document(path))

    def of_schema(self, path: str, schema: str) -> dict[str, Any]:
        """Return the fields of a document of a schema; raises EvidenceError."""
        body = self.bundle.document(path)
        if (found := body.pop("schema", None)) != schema:
            raise ShapeError(("schema",), schema, found)
        return body

    def findings(self) -> Iterator[Finding]:
        """Yield the findings; raises EvidenceError."""
        for path in self.of_role("finding"):
            yield in_form(Finding, path, self.bundle.document(path))

    def of_role(self, role: FileRole) -> list[str]:
        """Return the paths of the files of a role, as the manifest has them; raises EvidenceError."""
        return [entry.path for entry in self.bundle.manifest.files if entry.role == role]

    def _proof(self, form: type[T], path: str, schema: str) -> T:
        body = self.of_schema(path, schema)
        found = plain.load(form, body)
        if plain.dump(found) != body:
            raise FormError(f"{path}：不是规定的写法")
        return found
