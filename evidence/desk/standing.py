"""How every target stands: the findings of its last judgement, kept in memory and read anew only where a file changed.

Judgements of a province are thousands of files with thousands of findings; a page asks the folder which have changed, and
reads those. What rests on a record that was quarantined since is read anew whatever its file says of itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from evidence import judgements
from evidence.desk.shelf import Shelf
from evidence.errors import EvidenceError
from evidence.holdings import Holdings
from evidence.judgements import Kept
from evidence.model import Finding

log = logging.getLogger(__name__)

Stamp = tuple[int, int]
_NEVER: Stamp = (-1, -1)
"""Of what is read anew each time: a quarantine that is under way rewrites it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One target."""

    kept: Kept | None
    """Its last judgement; None where it cannot be read."""
    findings: tuple[Finding, ...]

    @property
    def state(self) -> str:
        """The word for the target as a whole: the gravest of its findings; "unknown" where nothing was judged."""
        states = {_state(finding) for finding in self.findings}
        return next((one for one in ("hit", "proposal", "undecided", "clear") if one in states), "unknown")

    def count(self, state: str) -> int:
        """Return how many findings are of a state."""
        return sum(_state(finding) == state for finding in self.findings)


class Standings:
    """All targets with a judgement, by id."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._turn = threading.Lock()
        self._kept: dict[str, tuple[Stamp, Standing]] = {}
        self._purged = -1

    def all(self) -> Mapping[str, Standing]:
        """Return how the targets stand now, in the order of their ids."""
        with self._turn, self._shelf.opened() as holdings:
            if (purged := len(holdings.ledger.purged)) != self._purged:
                self._kept.clear()
                self._purged = purged
            there = judgements.files(holdings)
            for target in self._kept.keys() - there.keys():
                del self._kept[target]
            for target, path in there.items():
                status = path.stat()
                stamp = (status.st_mtime_ns, status.st_ino)
                if target not in self._kept or self._kept[target][0] != stamp:
                    found = _standing(holdings, target)
                    shaky = any(holdings.ledger.purged & set(one.exhibits) for one in found.findings)
                    self._kept[target] = (_NEVER if shaky else stamp, found)
            return {target: self._kept[target][1] for target in there}


def _standing(holdings: Holdings, target: str) -> Standing:
    try:
        kept = judgements.of_target(holdings, target)
        return Standing(kept=kept, findings=tuple(holdings.derived.finding(id) for id in kept.findings))
    except EvidenceError:
        log.exception("the judgement of %s cannot be read", target)
        return Standing(kept=None, findings=())


def _state(finding: Finding) -> str:
    return "proposal" if finding.state == "hit" and finding.effect == "proposal" else finding.state
