"""Who is inspected, by name, as the list stands; read anew, beside the work, when its files change.

A list of thousands takes seconds to read: no page waits for it but the first, and while it cannot be read, the last good
one stands and says so.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evidence.columns import Subject
from evidence.errors import EvidenceError

log = logging.getLogger(__name__)

Stamp = tuple[tuple[str, int, int], ...]


class Roll:
    """The subjects by id."""

    def __init__(self, read: Callable[[], Sequence[Subject]], files: Sequence[Path]) -> None:
        self._read, self._files = read, files
        self._turn = threading.Lock()
        self._stamp: Stamp | None = None
        self._subjects: Mapping[str, Subject] = {}
        self.fault = ""
        """Why the list cannot be read as it stands, in the words of whoever read it; empty where it can."""

    def subjects(self) -> Mapping[str, Subject]:
        """Return the subjects by id as last read; begins to read anew where the files changed."""
        if self._stamp is None:
            self._refresh()
        elif self._stamp != self._stamped() and not self._turn.locked():
            threading.Thread(target=self._refresh, name="roll", daemon=True).start()
        return self._subjects

    def name(self, target: str) -> str:
        """Return a target's name; its id where it is not on the list."""
        found = self.subjects().get(target)
        return found.name if found else target

    def _refresh(self) -> None:
        with self._turn:
            stamp = self._stamped()
            if stamp == self._stamp:
                return
            try:
                self._subjects = {subject.id: subject for subject in self._read()}
                self.fault = ""
            except EvidenceError as error:
                self.fault = str(error)
                log.warning("the list of targets cannot be read: %s", error)
            except Exception as error:  # the reader is the composition root's, its errors are not known here
                self.fault = str(error)
                log.exception("the list of targets cannot be read")
            self._stamp = stamp

    def _stamped(self) -> Stamp:
        """Return what changes whenever a file of the list does."""
        found = []
        for named in self._files:
            inside = sorted(named.iterdir()) if named.is_dir() else [named]
            for path in inside:
                try:
                    status = path.stat()
                except FileNotFoundError:
                    continue
                found.append((str(path), status.st_mtime_ns, status.st_size))
        return tuple(found)
