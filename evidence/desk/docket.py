"""All cases, kept in memory as far as the ledger has come: a list asks for what is new, never for what it has read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evidence import casebook
from evidence.bulletin.period import KIND as PERIOD
from evidence.case_event import Event
from evidence.casebook import Case, Chains
from evidence.desk.shelf import Shelf
from evidence.disputes import opening
from evidence.disputes.opening import Dispute, Numbers
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
        self._numbers = Numbers()
        self._contested: dict[str, Event] = {}
        self._disputes: dict[str, Dispute] = {}

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
            return tuple(self._case(holdings, events) for events in self._chains.all().values())

    def disputes(self) -> tuple[Dispute, ...]:
        """Return every dispute, oldest first."""
        with self._shelf.opened() as holdings:
            self._take_in(holdings)
            return tuple(self._dispute(holdings, number) for number in self._contested)

    def dispute(self, number: str) -> Dispute:
        """Return the dispute of a number; raises NotFound."""
        with self._shelf.opened() as holdings:
            self._take_in(holdings)
            if number not in self._contested:
                raise NotFound(number)
            return self._dispute(holdings, number)

    def version(self) -> int:
        """Return what changes whenever a step was taken, a period or a column ledger entered, or a record quarantined."""
        with self._shelf.opened() as holdings:
            self._take_in(holdings)
            return self._version

    def _case(self, holdings: Holdings, events: tuple[Event, ...]) -> Case:
        finding = events[-1].finding
        known = self._cases.get(finding)
        if known is not None and known.events is events:
            return known
        found = Case(finding=casebook.finding_at(holdings, events[-1]), events=events)
        if _lasts(holdings, found.finding.exhibits):
            self._cases[finding] = found
        return found

    def _dispute(self, holdings: Holdings, number: str) -> Dispute:
        contested = self._contested[number]
        events = self._chains.of(contested.finding)
        known = self._disputes.get(number)
        if known is not None and known.case.events is events:
            return known
        found = opening.dispute(holdings, number, events, contested)
        if _lasts(holdings, (*found.finding.exhibits, *contested.records)):
            self._disputes[number] = found
        return found

    def _take_in(self, holdings: Holdings) -> None:
        size = holdings.ledger.size
        if size == self._taken_in:
            return
        for leaf, event in casebook.entered(holdings, self._taken_in):
            if self._chains.add(leaf, event) and event.step == "contested":
                self._contested[self._numbers.next(event)] = event
        new = holdings.ledger.leaves(self._taken_in)
        if any(leaf.kind == PURGE for leaf in new):
            self._cases.clear()  # what told of a record in quarantine is gone
            self._disputes.clear()
        self._version += sum(leaf.kind in _MOVES for leaf in new)
        self._taken_in = size


def _lasts(holdings: Holdings, records: Iterable[str]) -> bool:
    """Tell whether what rests on some records stays as it was read: a quarantine that is under way still takes from it."""
    return holdings.ledger.purged.isdisjoint(records)
