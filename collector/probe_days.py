"""The attempts of one target and day, a file each, until the day is over and admitted as one record.

    STORE/probes/TARGET/target.json         the target as it was declared when it was asked last
    STORE/probes/TARGET/2021-01-04.jsonl    a line an attempt
    STORE/probes/TARGET/2021-01-04.damaged  a file that could not be read as a whole, as it was found

A line is on the disk before the next target is asked; a crash loses at most the line it was writing. Damage stays with its
own target: what can be read goes on, the rest counts as not visited, which never speaks against the unit.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evidence import availability, plain
from evidence.availability import Attempt
from evidence.catalog import check_slug
from evidence.errors import EvidenceError
from evidence.files import make_folder, write_whole
from evidence.model import TargetRef
from evidence.span import local_day


@dataclass(frozen=True, slots=True)
class Day:
    """What is kept of one target's day."""

    folder: Path
    day: date

    @property
    def path(self) -> Path:
        """The file of its attempts."""
        return self.folder / f"{self.day}.jsonl"

    def read(self) -> tuple[Attempt, ...]:
        """Return the attempts that can be read; a file with others is kept aside as it is."""
        try:
            found = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        made, damaged = availability.readable(availability.whole_lines(found))
        if damaged:
            write_whole(self._aside(), found)  # first: a crash between the two keeps everything
            write_whole(self.path, b"".join(one.line() for one in made))
        return made

    def _aside(self) -> Path:
        taken = len(list(self.folder.glob(f"{self.day}*.damaged")))
        return self.folder / (f"{self.day}-{taken + 1}.damaged" if taken else f"{self.day}.damaged")

    def add(self, attempt: Attempt) -> None:
        """Append an attempt, on the disk when this returns; what a crash left of a line goes first."""
        make_folder(self.folder)
        with self.path.open("a+b") as stream:
            stream.seek(0)
            stream.truncate(len(availability.whole_lines(stream.read())))
            stream.write(attempt.line())
            stream.flush()
            os.fsync(stream.fileno())


def of(root: Path, target: str, day: date) -> Day:
    """Return a target's day in a store."""
    return Day(_folder(root) / check_slug(target), day)


def keep(root: Path, target: TargetRef, attempt: Attempt) -> None:
    """Keep an attempt, and the target it was made at: that may be out of targets.yaml before its day is over."""
    day = of(root, target.id, local_day(attempt.at))
    day.add(attempt)
    path, told = day.folder / "target.json", json.dumps(plain.dump(target), ensure_ascii=False).encode()
    if not path.is_file() or path.read_bytes() != told:
        write_whole(path, told)


def over(root: Path, today: date) -> Iterator[tuple[TargetRef, Day]]:
    """Yield the days before `today` that still are files, of targets that are listed no longer, too."""
    for folder in sorted(one for one in _folder(root).iterdir() if one.is_dir()):
        if (target := _target(folder)) is None:
            continue  # without a single whole attempt, or not ours: its files stay
        for path in sorted(folder.glob("????-??-??.jsonl")):
            if (day := date.fromisoformat(path.stem)) < today:
                yield target, Day(folder, day)


def damaged(root: Path) -> tuple[Path, ...]:
    """Return the files that were put aside because they could not be read as a whole."""
    return tuple(sorted(_folder(root).glob("*/*.damaged")))


def _target(folder: Path) -> TargetRef | None:
    try:
        return plain.load(TargetRef, json.loads((folder / "target.json").read_bytes()))
    except (FileNotFoundError, ValueError, EvidenceError):
        return None


def _folder(root: Path) -> Path:
    return root / "probes"
