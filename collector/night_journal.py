"""The journal of a night: its plan, and each step that is done, so that a killed night is taken up where it stopped.

    nights/NIGHT/journal.jsonl
    {"kind": "plan", …}   {"kind": "resumed", "at"}   {"kind": "done", "step", "seconds", "problem"}   {"kind": "end", "at", "complete"}

What a step left half done is its own matter: runs have journals, readings and findings are kept one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from collector import lines
from collector.journal import RESUMABLE
from collector.night import Change, Step
from collector.schedule import HostLoad, Left
from evidence import plain
from evidence.files import make_folder, sync_folder

FOLDER = "nights"
FILE = "journal.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWave:
    """What one run of the night looks at, not before `begin`."""

    begin: datetime
    due: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NightPlan:
    """What a night set out to do, and how things stood before it."""

    night: str
    at: datetime
    waves: tuple[PlannedWave, ...]
    left: tuple[Left, ...]
    hosts: tuple[HostLoad, ...]
    notes: tuple[str, ...]
    by_hand: int
    hits: tuple[Change, ...]
    """The hits of the judgement before."""
    bytes: int
    files: int
    """Of the store before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightJournal:
    """One night's journal."""

    folder: Path
    plan: NightPlan

    @classmethod
    def begin(cls, root: Path, plan: NightPlan) -> NightJournal:
        """Return the journal of a new night, its plan on the disk; raises OSError."""
        journal = cls(folder=root / FOLDER / plan.night, plan=plan)
        make_folder(journal.folder)
        lines.append(journal.path, {"kind": "plan", **plain.dump(plan)})
        sync_folder(journal.folder)
        return journal

    @classmethod
    def open_one(cls, root: Path, now: datetime) -> NightJournal | None:
        """Return the newest night if it was cut off and may still be taken up; yesterday's night is not tonight's."""
        for journal in cls.newest_first(root):
            recent = abs(now - journal.plan.at) <= RESUMABLE
            return journal if recent and not journal.ended else None
        return None

    @classmethod
    def newest_first(cls, root: Path) -> Iterator[NightJournal]:
        """Yield the nights whose plan came to the disk."""
        for path in sorted((root / FOLDER).glob(f"*/{FILE}"), reverse=True):
            first = next(lines.read(path), None)
            if first is not None and first.pop("kind", None) == "plan":
                yield cls(folder=path.parent, plan=plain.load(NightPlan, first))

    @classmethod
    def begun_since(cls, root: Path, since: datetime) -> bool:
        """Tell whether a night was begun at `since` or later."""
        newest = next(cls.newest_first(root), None)
        return newest is not None and newest.plan.at >= since

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / FILE

    @property
    def ended(self) -> bool:
        """Whether the night came to its end."""
        return any(line["kind"] == "end" for line in lines.read(self.path))

    @property
    def resumed(self) -> int:
        """How often it was taken up."""
        return sum(line["kind"] == "resumed" for line in lines.read(self.path))

    def steps(self) -> tuple[Step, ...]:
        """Return the steps that are done, each as it went last, in order."""
        done: dict[str, Step] = {}
        for line in lines.read(self.path):
            if line["kind"] == "done":
                done[line["step"]] = Step(name=line["step"], seconds=line["seconds"], problem=line["problem"])
        return tuple(done.values())

    def take_up(self, at: datetime) -> None:
        """Write down that the night goes on."""
        lines.append(self.path, {"kind": "resumed", "at": plain.instant(at)})

    def done(self, step: Step) -> None:
        """Write down that a step is done, or could not be."""
        told: dict[str, Any] = {"seconds": step.seconds, "problem": step.problem}
        lines.append(self.path, {"kind": "done", "step": step.name, **told})

    def end(self, at: datetime, *, complete: bool) -> None:
        """Close the night."""
        lines.append(self.path, {"kind": "end", "at": plain.instant(at), "complete": complete})

    def runs(self) -> tuple[str, ...]:
        """Return the names of the runs over its waves."""
        return tuple(f"{self.plan.night}-{n:02}" for n in range(1, len(self.plan.waves) + 1))

    @property
    def second(self) -> str:
        """The name of the run of second looks."""
        return f"{self.plan.night}-second"
