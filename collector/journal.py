"""The journal of a run: what was due, what came of it; written before and while it happens, so that a kill loses nothing.

{"kind":"plan","run":…,"purpose":…,"at":…,"due":[{"target":…,"labels":[…]}]}     first
{"kind":"outcome","target":…,"label":…,"attempt":…,"outcome":…,"reason":…,"record":…}   one per admitted capture
{"kind":"cleanliness","moment":"before|after","sha256":…}   the machine's state round the run
{"kind":"end","at":…}                                                             last; without it the run is open
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from evidence import canonical, plain
from evidence.errors import CanonicalError
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
        journal._write({"kind": "plan", "run": run, "purpose": purpose, "at": plain.instant(at), "due": plan})
        sync_folder(journal.path.parent)
        return journal

    @classmethod
    def unfinished(cls, root: Path, purpose: Purpose, now: datetime) -> Journal | None:
        """Return the newest run of `purpose` that was cut off; None where the newest one ended, or lies too far back.

        What was captured yesterday is no capture of tonight: an old run stays open, and a new one begins.
        """
        for path in sorted((root / FOLDER).glob("*.jsonl"), reverse=True):
            lines = tuple(_lines(path))
            if lines and lines[0].get("purpose") == purpose:
                ended = any(line["kind"] == "end" for line in lines)
                recent = abs(now - datetime.fromisoformat(lines[0]["at"])) <= RESUMABLE
                return cls._of(path, lines[0]) if recent and not ended else None
        return None

    @classmethod
    def abandoned(cls, root: Path, now: datetime) -> Iterator[Journal]:
        """Yield the runs that were cut off and lie too far back to be taken up again, oldest first."""
        for path in sorted((root / FOLDER).glob("*.jsonl")):
            lines = tuple(_lines(path))
            if lines and lines[0].get("kind") == "plan" and all(line["kind"] != "end" for line in lines):
                journal = cls._of(path, lines[0])
                if abs(now - journal.at) > RESUMABLE:
                    yield journal

    def missing(self) -> tuple[tuple[str, str], ...]:
        """Return target and label of what was due and has no record."""
        done = self.done()
        return tuple((target, label) for target, labels in self.due for label in labels if (target, label) not in done)

    def done(self) -> frozenset[tuple[str, str]]:
        """Return target and label of every capture that was admitted."""
        return frozenset((line["target"], line["label"]) for line in _lines(self.path) if line["kind"] == "outcome")

    def last(self) -> dict[tuple[str, str], tuple[int, str, str | None]]:
        """Return attempt, outcome and reason of what was admitted last of each target and label."""
        lines = (line for line in _lines(self.path) if line["kind"] == "outcome")
        return {(line["target"], line["label"]): (line["attempt"], line["outcome"], line["reason"]) for line in lines}

    def outcome(self, record: Record, attempt: int) -> None:
        """Write down what came of one label; it is on the disk when this returns."""
        taken = record.capture
        self._write(
            {
                "kind": "outcome",
                "target": taken.target.id,
                "label": taken.label,
                "attempt": attempt,
                "outcome": taken.outcome,
                "reason": taken.reason,
                "record": record.id,
            }
        )

    def cleanliness(self, moment: str, sha256: str) -> None:
        """Name the cleanliness record made before or after the run."""
        self._write({"kind": "cleanliness", "moment": moment, "sha256": sha256})

    def end(self, at: datetime) -> None:
        """Close the run."""
        self._write({"kind": "end", "at": plain.instant(at)})

    @classmethod
    def _of(cls, path: Path, plan: dict[str, Any]) -> Journal:
        due = tuple((entry["target"], tuple(entry["labels"])) for entry in plan["due"])
        at = datetime.fromisoformat(plan["at"])
        return cls(path=path, run=plan["run"], purpose=plan["purpose"], due=due, at=at)

    def _write(self, line: dict[str, Any]) -> None:
        """Add one line; a torn line left by a kill is ended first, and stays unreadable for itself alone."""
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            size = os.fstat(handle).st_size
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            os.write(handle, (b"\n" if torn else b"") + canonical.encode(line) + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the whole lines of a journal; one torn by a kill was never acknowledged."""
    for line in path.read_bytes().split(b"\n"):
        try:
            if line:
                yield canonical.decode(line)
        except CanonicalError:
            continue
