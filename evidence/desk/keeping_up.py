"""Keeps what the desk holds in memory as far as the ledger has come, beside the pages: a night adds thousands of findings.

Every page takes in by itself whatever is new when it is asked for, so none shows less for want of this; with it, the rest is
little, and no page waits for what a whole night brought.
"""

from __future__ import annotations

import logging
import threading

from evidence.desk.desk import Desk
from evidence.errors import EvidenceError

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two looks; one that finds nothing new costs some milliseconds."""


def take_in(desk: Desk) -> None:
    """Take in all that is new; raises what reading it raises."""
    desk.standings.all()
    desk.reviews.lines()
    desk.docket.cases()
    desk.docket.disputes()
    desk.titles.refresh()  # last: it goes on by itself, and would take its share of the others' time


class KeepingUp:
    """Takes in what is new, again and again, in a thread of its own."""

    def __init__(self, desk: Desk, every: float = EVERY) -> None:
        self._desk, self._every = desk, every
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeping-up", daemon=True)
        self._fault = ""

    def start(self) -> None:
        """Begin; what is there now is taken in when this returns, and what cannot be read is in the service's log."""
        self._look()
        self._thread.start()

    def stop(self) -> None:
        """End, and return when no look is under way."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._every):
            self._look()

    def _look(self) -> None:
        try:
            take_in(self._desk)
            self._fault = ""
        except (EvidenceError, OSError) as error:
            if str(error) != self._fault:  # once, not every few seconds
                log.exception("what is new cannot be taken in; pages that show it will say so")
            self._fault = str(error)
