"""How every target stands: the findings of its last judgement, kept in memory and read anew only where a file changed.

Judgements of a province are thousands of files with thousands of findings; a page asks the folder which have changed, and
reads those. A finding may be judged anew under its own id, or taken back by a quarantine, while its target's judgement
stays: where anything was put among the findings, the files of those that are shown are asked too.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

from evidence import judgements
from evidence.desk.shelf import Shelf
from evidence.errors import EvidenceError
from evidence.files import Stamp
from evidence.holdings import Holdings
from evidence.judgements import Kept
from evidence.model import Finding

log = logging.getLogger(__name__)

_SETTLED = 1_000_000_000
"""Nanoseconds after which a folder's time is believed: disks count time in steps, and two changes may fall into one."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A standing with what it was read from."""

    stamp: Stamp
    ids: tuple[str, ...]
    findings: tuple[Stamp | None, ...]
    standing: Standing


class Standings:
    """All targets with a judgement, by id; the shelf's own lock keeps one thread in it at a time."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._read: dict[str, _Read] = {}
        self._all: Mapping[str, Standing] = {}
        self._folder: Stamp | None = None

    def all(self) -> Mapping[str, Standing]:
        """Return how the targets stand now, in the order of their ids; the very same mapping while nothing changed."""
        with self._shelf.opened() as holdings:
            begun = time.time_ns()
            folder = holdings.derived.findings_stamp()
            moved = folder is None or folder != self._folder
            there = judgements.stamps(holdings)
            read = {
                target: known
                if (known := self._known(holdings, target, stamp, moved))
                else _read(holdings, target, stamp)
                for target, stamp in there.items()
            }
            if read.keys() != self._read.keys() or any(one is not self._read[target] for target, one in read.items()):
                self._all = {target: one.standing for target, one in read.items()}
            self._read = read
            self._folder = folder if folder is not None and folder[0] < begun - _SETTLED else None
            return self._all

    def _known(self, holdings: Holdings, target: str, stamp: Stamp, moved: bool) -> _Read | None:
        """Return what was read of a target, where that still holds; `moved` is whether any finding may have changed."""
        known = self._read.get(target)
        if known is None or known.stamp != stamp:
            return None
        return known if not moved or holdings.derived.finding_stamps(known.ids) == known.findings else None


def _read(holdings: Holdings, target: str, stamp: Stamp) -> _Read:
    ids: tuple[str, ...] = ()
    stamps: tuple[Stamp | None, ...] = ()
    standing = Standing(kept=None, findings=())
    try:
        kept = judgements.of_target(holdings, target)
        ids, stamps = kept.findings, holdings.derived.finding_stamps(kept.findings)
        standing = Standing(kept=kept, findings=tuple(holdings.derived.finding(id) for id in ids))
    except EvidenceError:
        log.exception("the judgement of %s cannot be read", target)
    return _Read(stamp=stamp, ids=ids, findings=stamps, standing=standing)


def _state(finding: Finding) -> str:
    return "proposal" if finding.state == "hit" and finding.effect == "proposal" else finding.state
