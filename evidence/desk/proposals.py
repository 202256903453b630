"""Rulings that wait for their second person: who proposed which, why; a draft in the desk's folder until the other agrees.

Nothing of it is in the ledger, and nothing of a case changes, until another person agrees under his own log-in; then one
event names both. So on the desk the rule of two persons is more than a record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from evidence import canonical, digest, plain
from evidence.errors import CanonicalError, DeskError, ShapeError
from evidence.files import write_whole

Ruling = Literal["upheld", "changed", "overturned"]
RULINGS: tuple[Ruling, ...] = get_args(Ruling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposed ruling."""

    dispute: str
    """SHA-256 of the event it answers."""
    sheet: str
    """SHA-256 of the sheet that lay before who proposed it."""
    step: Ruling
    why: str
    by: str
    when: datetime

    @property
    def id(self) -> str:
        """What a second person agrees to: the digest of all of it."""
        return digest.of_value(plain.dump(self))


class Proposals:
    """The proposals of a desk, one a dispute."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "rulings"

    def find(self, dispute: str) -> Proposal | None:
        """Return what is proposed for a dispute; None where nothing is. Raises DeskError for a file that cannot be read."""
        path = self._place(dispute)
        try:
            return plain.load(Proposal, canonical.decode(path.read_bytes()))
        except FileNotFoundError:
            return None
        except (OSError, CanonicalError, ShapeError) as error:
            raise DeskError(f"待复核的裁定 {path.name} 不能读取：{error}；删去该文件，再重新提出") from error

    def put(self, proposal: Proposal) -> None:
        """Keep a proposal in place of the one before; raises DeskError where the disk does not take it."""
        try:
            write_whole(self._place(proposal.dispute), canonical.encode(plain.dump(proposal)), mode=0o600)
        except OSError as error:
            raise DeskError(f"待复核的裁定写不下：{error}") from error

    def drop(self, dispute: str) -> None:
        """Take back what is proposed for a dispute; done twice is no fault."""
        self._place(dispute).unlink(missing_ok=True)

    def _place(self, dispute: str) -> Path:
        return self._folder / f"{dispute}.json"
