"""Long work beside the pages: one piece at a time, in a thread of its own, its result kept for a while.

A bundle takes minutes and a comparison seconds: no page waits for them, and two at once would starve the night. A piece of
work is known by what is asked for, so that asking again while it lasts starts nothing new.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence.errors import DeskError, EvidenceError

log = logging.getLogger(__name__)

KEPT = 40
"""Pieces of work whose results are kept."""
WAITING = 20
"""Pieces that may wait for their turn."""

Work = Callable[[Path], Any]
"""Does it and returns the result; is given an empty folder for its files, which lasts as long as the result."""


@dataclass(slots=True, kw_only=True)
class Piece:
    """One piece of work."""

    id: str
    asked: Hashable
    title: str
    """What it is, for people."""
    back: str
    """The page that asked for it."""
    folder: Path
    by: str
    future: Future[Any] = field(default_factory=Future)

    @property
    def done(self) -> bool:
        """Whether it came to an end, good or bad."""
        return self.future.done()

    @property
    def fault(self) -> str:
        """Why it came to nothing; empty where it did not, or is not done."""
        error = self.future.exception() if self.future.done() else None
        if error is None:
            return ""
        return str(error) if isinstance(error, EvidenceError) else "本程序出错，没有完成；详情在服务日志里。"

    @property
    def result(self) -> Any:
        """What came of it; raises DeskError where nothing did, or not yet."""
        if not self.done:
            raise DeskError("还没有完成，请稍候")
        if self.fault:
            raise DeskError(self.fault)
        return self.future.result()


class Workroom:
    """All pieces of work of one desk; they are lost when it stops, and can be asked for again."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._pieces: dict[str, Piece] = {}
        self._thread: ThreadPoolExecutor | None = None
        self._home: tempfile.TemporaryDirectory[str] | None = None

    def ask(self, asked: Hashable, work: Work, *, title: str, back: str, by: str, again: bool = False) -> Piece:
        """Return the piece of work that is asked for: the one there is, else a new one in the queue.

        With `again` one that is done is done once more. One that failed is given once more, to be told, and forgotten: who asks again has it tried again. Raises DeskError
        where too much waits already.
        """
        with self._turn:
            found = next((one for one in self._pieces.values() if one.asked == asked), None)
            if found is not None and found.done and (again or found.fault):
                self._forget(found)
            if found is not None and not (again and found.done):
                return found
            if sum(not one.done for one in self._pieces.values()) >= WAITING:
                raise DeskError("排队的工作太多，请稍后再试")
            return self._begin(asked, work, title, back, by)

    def find(self, id: str) -> Piece | None:
        """Return a piece of work by its id; None where it is not known, or no longer."""
        return self._pieces.get(id)

    def made(self, asked: Hashable) -> Piece | None:
        """Return the piece of work that was asked for and came to a good end; None where there is none."""
        with self._turn:
            every = list(self._pieces.values())
        return next((one for one in every if one.asked == asked and one.done and not one.fault), None)

    def ahead(self, piece: Piece) -> int:
        """Return how many unfinished pieces stand before it."""
        before = list(self._pieces.values())
        return sum(not one.done for one in before[: before.index(piece)]) if piece in before else 0

    def close(self) -> None:
        """Wait for what is under way, drop what waits, remove all files."""
        if self._thread is not None:
            self._thread.shutdown(wait=True, cancel_futures=True)
        if self._home is not None:
            self._home.cleanup()

    def _begin(self, asked: Hashable, work: Work, title: str, back: str, by: str) -> Piece:
        if self._thread is None or self._home is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="workroom")
            self._home = tempfile.TemporaryDirectory(prefix="quzheng-desk-")
        id = secrets.token_hex(16)
        folder = Path(self._home.name) / id
        folder.mkdir(mode=0o700)
        piece = Piece(id=id, asked=asked, title=title, back=back, folder=folder, by=by)
        piece.future = self._thread.submit(_done, work, folder, title)
        self._pieces[id] = piece
        for old in [one for one in self._pieces.values() if one.done][: max(0, len(self._pieces) - KEPT)]:
            self._forget(old)
        return piece

    def _forget(self, piece: Piece) -> None:
        self._pieces.pop(piece.id, None)
        shutil.rmtree(piece.folder, ignore_errors=True)


def _done(work: Work, folder: Path, title: str) -> Any:
    try:
        return work(folder)
    except EvidenceError:
        raise
    except Exception:
        log.exception("desk: %s came to nothing", title)
        raise
