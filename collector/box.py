"""The flows in the box on their stand-ins, all at once, for the demonstration to walk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from collector import trial
from collector.flow import BOX, Found, discover
from collector.passes import standing
from collector.standin import Case, StandIn
from evidence.model import Capture, Record
from evidence.store import FileStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One flow on one case of its stand-in."""

    found: Found
    stand_in: StandIn
    case: Case
    base: str
    """Address of the running site."""

    @property
    def target(self) -> dict[str, Any]:
        """The target in the form of targets.yaml."""
        return self.stand_in.target(self.case, self.base)

    @property
    def target_id(self) -> str:
        """The target's id."""
        return self.stand_in.target_id(self.case)

    def faults(self, records: Iterable[Record], store: FileStore) -> tuple[str, ...]:
        """Return what came out otherwise than the stand-in expects, at the first attempt of each label."""
        own = [record.capture for record in records if record.capture.target.id == self.target_id]
        firsts = {capture.label: capture for capture in own if _is_first(capture)}
        return tuple(trial.differences(self.case, firsts, store))


def _is_first(capture: Capture) -> bool:
    return standing(capture)[0] == 1


@contextmanager
def running(today: date) -> Iterator[tuple[Walk, ...]]:
    """Run the stand-ins of all flows in the box for the length of the block, and yield what there is to walk."""
    with ExitStack() as sites:
        walks = []
        for found in discover().all():
            stand_in = trial.stand_in_of(found) if found.path.parent == BOX else None
            if stand_in is not None:
                base = sites.enter_context(stand_in.running(today))
                walks += [Walk(found=found, stand_in=stand_in, case=case, base=base) for case in stand_in.cases]
        yield tuple(walks)


def secrets(walks: Iterable[Walk]) -> dict[str, str]:
    """Return the variables that hold the log-ins of the stand-ins."""
    return {name: value for walk in walks for name, value in trial.secrets_of(walk.stand_in).items()}
