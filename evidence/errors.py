"""What can go wrong with evidence, as one tree.

EvidenceError
├── ShapeError          a document does not have the shape its schema demands
├── CanonicalError      a value or text has no canonical form
├── StoreError          the blob store cannot give or take bytes
│   └── DamagedBlob     stored bytes do not match their digest
├── LedgerError         the ledger cannot be read or extended
├── CatalogError        a catalog file cannot be used; it can be made again from the ledger
├── AdmitError          a capture cannot become a record
├── FormError           a file is not in the one form it may have
├── SealError           a signature cannot be made or checked
├── RulesError          a rule set cannot be used
├── ReadingError        a file cannot be read as what it claims to be
├── ExportError         a record cannot be written in the form asked for
├── RegisterError       a register or column sheet cannot be used
├── CaseError           a step of a case may not be taken, or its events are damaged
├── PeriodError         a period cannot be frozen, or nothing more can be decided in it
├── BulletinError       a letter or bulletin cannot be written as it was asked for
├── DisputeError        an objection cannot be taken in, answered or ruled on
├── QuarantineError     a record cannot be quarantined as asked; nothing was taken away
├── RetentionError      contents cannot be purged by this rule, or were purged and cannot be shown
├── BackupError         a backup cannot be written, or does not hold what its manifest says
├── DeskError           the desk cannot start, or what was asked of it is refused
├── NotFound            a record, finding or file that was asked for is not there
└── BundleError         a bundle cannot be written

Messages are lower case, name the thing, say got and expected, and end with at most one line of advice.
A bundle that does not hold is not an error but a verdict (see `evidence.verify`).
"""

from __future__ import annotations

from typing import ClassVar


class EvidenceError(Exception):
    """Any fault of this package that a person can act on."""

    exit_code: ClassVar[int] = 1
    """What a command ends with: 1 our failure, 2 what it was given is wrong."""


class ShapeError(EvidenceError):
    """A document does not have the shape its schema demands; `path` says where in it."""

    def __init__(self, path: tuple[str | int, ...], expected: str, got: object) -> None:
        self.path = path
        self.expected = expected
        self.got = got
        where = ".".join(str(part) for part in path) or "document"
        super().__init__(f"{where}: expected {expected}, got {got!r:.80}")

    def below(self, *above: str | int) -> ShapeError:
        """Return the same fault as seen from the document that holds this one at `above`."""
        return ShapeError((*above, *self.path), self.expected, self.got)


class CanonicalError(EvidenceError):
    """A value or text has no canonical form (a float, a duplicate key, a byte out of place)."""


class StoreError(EvidenceError):
    """The blob store cannot give or take bytes."""


class DamagedBlob(StoreError):
    """Stored bytes do not match their digest."""


class LedgerError(EvidenceError):
    """The ledger cannot be read or extended."""


class CatalogError(EvidenceError):
    """A catalog file cannot be used; it can be made again from the ledger."""


class AdmitError(EvidenceError):
    """A capture cannot become a record."""


class FormError(EvidenceError):
    """A file is not in the one form it may have (a zip, a manifest)."""


class SealError(EvidenceError):
    """A signature cannot be made or checked."""


class RulesError(EvidenceError):
    """A rule set cannot be used."""

    exit_code = 2


class ReadingError(EvidenceError):
    """A file cannot be read as what it claims to be."""

    exit_code = 2


class ExportError(EvidenceError):
    """A record cannot be written in the form asked for."""


class RegisterError(EvidenceError):
    """A register or column sheet cannot be used; the message is for the inspector who fetched it."""

    exit_code = 2


class CaseError(EvidenceError):
    """A step of a case may not be taken, or its events are damaged; says why, in Chinese."""

    exit_code = 2


class PeriodError(EvidenceError):
    """A period cannot be frozen, or nothing more can be decided in it; says why, in Chinese."""

    exit_code = 2


class BulletinError(EvidenceError):
    """A letter or bulletin cannot be written as it was asked for; says why, in Chinese."""

    exit_code = 2


class DisputeError(EvidenceError):
    """An objection cannot be taken in, answered or ruled on; says why, in Chinese."""

    exit_code = 2


class RetentionError(EvidenceError):
    """Contents cannot be purged by this rule, or were purged and cannot be shown; says why, in Chinese."""

    exit_code = 2


class QuarantineError(EvidenceError):
    """A record cannot be quarantined as asked; nothing was taken away. Says why, in Chinese."""

    exit_code = 2


class DeskError(EvidenceError):
    """The desk cannot start, or what was asked of it is refused; says why, in Chinese, to whoever asked."""

    exit_code = 2


class BackupError(EvidenceError):
    """A backup cannot be written, or does not hold what its manifest says; says why, in Chinese."""

    exit_code = 3


class NotFound(EvidenceError):
    """A record, finding or file that was asked for is not there."""

    exit_code = 2


class BundleError(EvidenceError):
    """A bundle cannot be written."""
