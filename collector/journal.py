"""The journal of a run: what was due, what came of it; written before and while it happens, so that a kill loses nothing.

{"kind":"plan","run":…,"purpose":…,"at":…,"due":[{"target":…,"labels":[…]}]}     first
{"kind":"outcome","target":…,"label":…,"attempt":…,"outcome":…,"reason":…,"record":…}   one per admitted capture
{"kind":"cleanliness","moment":"before|after","sha256":…}   the machine's state round the run
{"kind":"end","at":…}                                                             last; without it the run is open
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from collector import lines
from evidence import plain
from evidence.files import make_folder, sync_folder
from evidence.model import Purpose, Record

FOLDER = "journal"
RESUMABLE = timedelta(hours=12)
Due = tuple[tuple[str, tuple[str, ...]], ...]
"""Target ids with their labels, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """One run's journal."""

    path: Path
    run: str
    purpose: Purpose
    due: Due
    at: datetime
    """When it was planned."""

    @classmethod
    def begin(cls, root: Path, run: str, purpose: Purpose, due: Due, at: datetime) -> Journal:
        """Return the journal of a new run, its plan on the disk."""
        journal = cls(path=root / FOLDER / f"{run}.jsonl", run=run, purpose=purpose, due=due, at=at)
        make_folder(journal.path.parent)
        plan = [{"target": target, "labels": list(labels)} for target, labels in due]
        lines.append(
            journal.path, {"kind": "plan", "run": run, "purpose": purpose, "at": plain.instant(at), "due": plan}
        )
        sync_folder(journal.path.parent)
        return journal

    @classmethod
    def of(cls, root: Path, run: str) -> Journal | None:
        """Return the journal of a run by its name; None where it has none, or its plan never came to the disk."""
        path = root / FOLDER / f"{run}.jsonl"
        plan = next(lines.read(path), None) if path.exists() else None
        return cls._of(path, plan) if plan and plan.get("kind") == "plan" else None

    @classmethod
    def unfinished(cls, root: Path, purpose: Purpose, now: datetime) -> Journal | None:
        """Return the newest run of `purpose` that was cut off; None where the newest one ended, or lies too far back.

        What was captured yesterday is no capture of tonight: an old run stays open, and a new one begins.
        """
        for path in sorted((root / FOLDER).glob("*.jsonl"), reverse=True):
            written = tuple(lines.read(path))
            if written and written[0].get("purpose") == purpose:
                ended = any(line["kind"] == "end" for line in written)
                recent = abs(now - datetime.fromisoformat(written[0]["at"])) <= RESUMABLE
                return cls._of(path, written[0]) if recent and not ended else None
        return None

    @classmethod
    def abandoned(cls, root: Path, now: datetime) -> Iterator[Journal]:
        """Yield the runs that were cut off and lie too far back to be taken up again, oldest first."""
        for path in sorted((root / FOLDER).glob("*.jsonl")):
            written = tuple(lines.read(path))
            if written and written[0].get("kind") == "plan" and all(line["kind"] != "end" for line in written):
                journal = cls._of(path, written[0])
                if abs(now - journal.at) > RESUMABLE:
                    yield journal

    @property
    def pages(self) -> int:
        """How many pages were due."""
        return sum(len(labels) for _, labels in self.due)

    def missing(self) -> tuple[tuple[str, str], ...]:
        """Return target and label of what was due and has no record."""
        done = self.done()
        return tuple((target, label) for target, labels in self.due for label in labels if (target, label) not in done)

    def done(self) -> frozenset[tuple[str, str]]:
        """Return target and label of every capture that was admitted."""
        return frozenset((line["target"], line["label"]) for line in self.outcomes())

    def last(self) -> dict[tuple[str, str], tuple[int, str, str | None]]:
        """Return attempt, outcome and reason of what was admitted last of each target and label."""
        made = self.outcomes()
        return {(line["target"], line["label"]): (line["attempt"], line["outcome"], line["reason"]) for line in made}

    def outcomes(self) -> Iterator[dict[str, Any]]:
        """Yield what was written down of each admitted capture, every attempt, in order."""
        return (line for line in lines.read(self.path) if line["kind"] == "outcome")

    @property
    def ended(self) -> bool:
        """Whether the run came to its end."""
        return any(line["kind"] == "end" for line in lines.read(self.path))

    def outcome(self, record: Record, attempt: int) -> None:
        """Write down what came of one label; it is on the disk when this returns."""
        taken = record.capture
        lines.append(
            self.path,
            {
                "kind": "outcome",
                "target": taken.target.id,
                "label": taken.label,
                "attempt": attempt,
                "outcome": taken.outcome,
                "reason": taken.reason,
                "record": record.id,
            },
        )

    def cleanliness(self, moment: str, sha256: str) -> None:
        """Name the cleanliness record made before or after the run."""
        lines.append(self.path, {"kind": "cleanliness", "moment": moment, "sha256": sha256})

    def end(self, at: datetime) -> None:
        """Close the run."""
        lines.append(self.path, {"kind": "end", "at": plain.instant(at)})

    @classmethod
    def _of(cls, path: Path, plan: dict[str, Any]) -> Journal:
        due = tuple((entry["target"], tuple(entry["labels"])) for entry in plan["due"])
        at = datetime.fromisoformat(plan["at"])
        return cls(path=path, run=plan["run"], purpose=plan["purpose"], due=due, at=at)
