"""What a verdict's checks are asked about: an opened bundle, its documents, and whom its reader trusts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from cryptography import x509

from evidence import bag, note, seal
from evidence.manifest import CHECKPOINT, FileEntry, Withheld
from evidence.model import Finding, Record
from evidence.note import Checkpoint
from evidence.opened import Opened


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
        for path in self._of_role("record"):
            yield PurePosixPath(path).stem, Record.load(self.bundle.document(path))

    def findings(self) -> Iterator[Finding]:
        """Yield the findings; raises EvidenceError."""
        for path in self._of_role("finding"):
            yield Finding.load(self.bundle.document(path))

    def _of_role(self, role: str) -> list[str]:
        return [entry.path for entry in self.bundle.manifest.files if entry.role == role]
