"""All cases, kept in memory as far as the ledger has come: a list asks for what is new, never for what it has read."""

from __future__ import annotations

from collections.abc import Mapping

from evidence import casebook
from evidence.bulletin.period import KIND as PERIOD
from evidence.case_event import Event
from evidence.casebook import Case, Chains
from evidence.desk.shelf import Shelf
from evidence.disputes import opening
from evidence.disputes.opening import Dispute
from evidence.errors import NotFound
from evidence.holdings import Holdings
from evidence.proof import PURGE

_MOVES = ("case", "columns", PERIOD, PURGE)
"""Kinds of leaves that change what a list of cases or a draft says; a night adds thousands of others."""


class Docket:
    """The cases by finding, and the disputes among them; the shelf's own lock keeps one thread in it at a time."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._chains = Chains()
        self._taken_in = 0
        self._version = 0
        self._cases: dict[str, Case] = {}
        self._disputes: tuple[int, tuple[Dispute, ...]] | None = None

    def chains(self) -> Mapping[str, tuple[Event, ...]]:
        """Return the events of every case by finding, in the order in which the cases were opened.

        Raises CaseError where an event is damaged or out of order, or what reading it raises.
        """
        with self._shelf.opened() as holdings:
            self._take_in(holdings)
            return self._chains.all()

    def cases(self) -> tuple[Case, ...]:
        """Return every case with a step, each with its finding as it stood at the last one."""
        with self._shelf.opened() as holdings:
            self._take_in(holdings)
            for finding, events in self._chains.all().items():
                known = self._cases.get(finding)
                if known is None or known.events != events:
                    self._cases[finding] = Case(finding=casebook.finding_at(holdings, events[-1]), events=events)
            return tuple(self._cases[finding] for finding in self._chains.all())

    def disputes(self) -> tuple[Dispute, ...]:
        """Return every dispute, oldest first."""
        version = self.version()
        with self._shelf.opened() as holdings:
            if self._disputes is None or self._disputes[0] != version:
                self._disputes = version, tuple(opening.disputes(holdings, self.cases()))
            return self._disputes[1]

    def dispute(self, number: str) -> Dispute:
        """Return the dispute of a number; raises NotFound."""
        found = next((one for one in self.disputes() if one.number == number), None)
        if found is None:
            raise NotFound(number)
        return found

    def version(self) -> int:
        """Return what changes whenever a step was taken, a period or a column ledger entered, or a record quarantined."""
        with self._shelf.opened() as holdings:
            self._take_in(holdings)
            return self._version

    def _take_in(self, holdings: Holdings) -> None:
        size = holdings.ledger.size
        if size == self._taken_in:
            return
        for leaf, event in casebook.entered(holdings, self._taken_in):
            self._chains.add(leaf, event)
        new = holdings.ledger.leaves(self._taken_in)
        if any(leaf.kind == PURGE for leaf in new):
            self._cases.clear()  # what told of a record in quarantine is gone
        self._version += sum(leaf.kind in _MOVES for leaf in new)
        self._taken_in = size
