"""What a verdict's checks are asked about: an opened bundle, its documents, and whom its reader trusts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, TypeVar

from cryptography import x509

from evidence import bag, citation, note, plain, seal, timestamp
from evidence.case_event import Event
from evidence.errors import EvidenceError, FormError, ShapeError
from evidence.heads import ChainsProof
from evidence.manifest import (
    ANCHOR,
    ANCHOR_PROOF,
    ANSWER,
    ANSWER_LETTER,
    CHECKPOINT,
    FileEntry,
    FileRole,
    Purged,
    Withheld,
    chains_path,
    header_path,
    proof_path,
    record_path,
)
from evidence.model import Finding, Record
from evidence.note import Checkpoint
from evidence.opened import Opened, in_form
from evidence.plan import Loss
from evidence.proof import Consistency, Inclusion
from evidence.seal import Answer

ANSWER_PARTS = (ANSWER, ANSWER_LETTER)

T = TypeVar("T", Inclusion, ChainsProof)


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

    @property
    def stamped(self) -> bool:
        """Whether there is a time-stamp."""
        return self.bundle.has(bag.TOKEN)

    @cached_property
    def response(self) -> bytes:
        """The authority's response over the signature; raises EvidenceError."""
        return self.bundle.read(bag.TOKEN, timestamp.MAX_RESPONSE)

    @cached_property
    def stamp(self) -> Answer:
        """Whether the time-stamp is one over the signature; raises EvidenceError."""
        return timestamp.check(self.response, self.bundle.read(bag.SIGNATURE, seal.MAX_CERTIFICATE))

    @cached_property
    def stamp_trusted(self) -> Answer:
        """Whether the reader knows whose time-stamp it is; None without a time-stamp or trust; raises EvidenceError."""
        if not self.stamped or self.trust is None:
            return Answer(passed=None, detail="没有时间戳" if not self.stamped else "未指定可信的时间戳机构证书")
        return timestamp.is_trusted(self.response, self.trust)

    @property
    def stamped_at(self) -> datetime | None:
        """The time of the time-stamp, where it is one over the signature by an authority the reader knows; else None."""
        try:
            known = self.stamped and self.stamp.passed and self.stamp_trusted.passed
            return timestamp.read(self.response).at if known else None
        except EvidenceError:
            return None  # the checks of the time-stamp say why

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

    @cached_property
    def anchor(self) -> Checkpoint | None:
        """The state of the same ledger that others signed too; None where there is none; raises EvidenceError."""
        return note.parse(self.bundle.read(ANCHOR, note.MAX_NOTE)) if self.bundle.has(ANCHOR) else None

    @cached_property
    def consistency(self) -> Consistency:
        """The proof that of checkpoint and anchor one continues the other; raises EvidenceError."""
        return in_form(Consistency, ANCHOR_PROOF, self.bundle.document(ANCHOR_PROOF))

    @cached_property
    def purged(self) -> Mapping[str, Purged]:
        """The quarantined records, by id; raises EvidenceError."""
        return {one.record: one for one in self.bundle.manifest.purged}

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

    def chains(self) -> Iterator[tuple[str, ChainsProof]]:
        """Yield the lists of chains by their paths; raises EvidenceError."""
        for path in self.of_role("chains"):
            yield path, self._proof(ChainsProof, path, "chains/1")

    @cached_property
    def proven(self) -> dict[str, ChainsProof]:
        """The lists of chains that were found to hold, by target; whoever asks keeps them here, since they are long."""
        return {}

    def chains_of(self, of: str) -> ChainsProof | None:
        """Return the list of the chains of a target; None where it is not there; raises EvidenceError."""
        path = chains_path(of)
        return self._proof(ChainsProof, path, "chains/1") if self.bundle.has(path) else None

    def events(self) -> Iterator[tuple[str, Event]]:
        """Yield the events of cases by their paths, each case's in order; raises EvidenceError."""
        for path in self.of_role("case"):
            yield path, in_form(Event, path, self.bundle.document(path))

    def losses(self) -> Iterator[tuple[str, Loss]]:
        """Yield the declared losses by the digests their names give; raises EvidenceError."""
        for path in self.of_role("loss"):
            yield PurePosixPath(path).stem, in_form(Loss, path, self.bundle.document(path))

    def answer(self) -> citation.Answer | None:
        """Return what the bundle says in answer to an objection; None where it is no answer; raises EvidenceError."""
        parts = self.of_role("answer")
        if parts and len(parts) != len(ANSWER_PARTS):
            raise FormError(f"答复书应有 {'、'.join(ANSWER_PARTS)} 两个文件，实有 {'、'.join(parts)}")
        return in_form(citation.Answer, ANSWER, self.bundle.document(ANSWER)) if parts else None

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
