"""What can go wrong while collecting, as one tree.

CollectError
├── WorkspaceError      the workspace or its quzheng.yaml cannot be used
├── TargetsError        targets.yaml or a column ledger is wrong; names file, line and the mend
├── FlowError           a flow cannot be found or loaded
├── BrowserError        no usable browser, or it cannot be started
├── LoginError          a log-in did not succeed
├── SecretMissing       a log-in needs a secret that is not there
├── VaultError          the vault cannot be opened, read or written
├── NightHeld           a night of this workspace is under way already
└── FleetError          the fleet cannot do the work: database, workers, storage
    └── RegistrarHeld   another machine registers what the fleet brings

What fails on the way to a page is none of these: it is a capture with its outcome and reason (law 4).
"""

from __future__ import annotations

from typing import ClassVar


class CollectError(Exception):
    """Any fault of this package that a person can act on."""

    exit_code: ClassVar[int] = 1
    """What a command ends with: 1 our failure, 2 what it was given is wrong."""


class WorkspaceError(CollectError):
    """The workspace or its quzheng.yaml cannot be used."""

    exit_code = 2


class TargetsError(CollectError):
    """targets.yaml or a column ledger is wrong; the message names file, line and the mend."""

    exit_code = 2


class FlowError(CollectError):
    """A flow cannot be found or loaded."""


class BrowserError(CollectError):
    """No usable browser, or it cannot be started."""


class LoginError(CollectError):
    """A log-in did not succeed; `reason` is a word for the record, `said` a sentence for people. Neither holds a secret."""

    def __init__(self, reason: str, said: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.said = said


class SecretMissing(CollectError):
    """A log-in needs a secret that is not there."""


class VaultError(CollectError):
    """The vault cannot be opened, read or written; the message names file and mend, never a value."""


class NightHeld(CollectError):
    """A night of this workspace is under way already; the message says whose."""


class FleetError(CollectError):
    """The fleet cannot do the work: its database, its workers or its storage; the message says which, and the mend."""


class RegistrarHeld(FleetError):
    """Another machine registers what the fleet brings, or has taken over from this one."""
