"""What a bulletin is drafted from, gathered once: how all end, the rules, the bundles, the last bulletin, what persons filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from evidence.bulletin.book import Book
from evidence.bulletin.form import Bulletin, Figure, Piece, Sentence
from evidence.bulletin.frame import Member
from evidence.bulletin.freezing import UNREGISTERED
from evidence.bulletin.outcome import Outcome, Standing, outcome, standings
from evidence.bulletin.sealed import Sealed
from evidence.holdings import Holdings
from evidence.office import Office
from evidence.registers.register import Kind
from evidence.ruleset import RuleSet

HARMFUL = ("wording", "foreign_links", "tampering_unhandled")
"""Indicators whose findings quote what must not be spread."""
PERSONAL = ("personal_numbers",)
BLANKS = ("addressees", "number", "office", "appraisal", "past", "requirements", "due", "registration_due")
"""Names of all blanks that persons may fill in."""
NOUNS: dict[Kind, str] = {"site": "政府网站", "account": "政务新媒体"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The last bulletin as it was issued, and its period as it stands now."""

    bulletin: Bulletin
    book: Book


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that goes into a bulletin."""

    holdings: Holdings
    office: Office
    book: Book
    ends: tuple[Outcome, ...]
    unregistered: tuple[Outcome, ...]
    """Accounts of which persons confirmed that they stand in no register."""
    rules: RuleSet | None
    past: Past | None
    dated: date
    due_days: int
    """Working days to report what was put right."""
    fill: Mapping[str, str]
    """What persons wrote, by the name of the blank."""
    sealed: Mapping[str, Sealed] = field(default_factory=dict)
    """By finding."""

    def of(self, kind: Kind) -> tuple[Outcome, ...]:
        """Return how those of one kind end."""
        return tuple(one for one in self.ends if one.member.kind == kind)

    def blank(self, name: str, hint: str) -> Piece:
        """Return what a person wrote under a name, else the marked blank."""
        written = self.fill.get(name, "").strip()
        return Piece(text=written) if written else Piece(text=f"【待填：{hint}】", blank=name)

    @property
    def demonstration(self) -> bool:
        """Whether anything rests on a simulated clock (law 10)."""
        return any(finding.numbers.get("clock") == "simulated" for finding in self.book.findings.values())


def unregistered(book: Book) -> tuple[Outcome, ...]:
    """Return how those end of which persons confirmed that they are unregistered."""
    return tuple(outcome(book, one) for one in book.period.outside if not_registered(book, one) is not None)


def not_registered(book: Book, member: Member) -> Standing | None:
    """Return the confirmed finding that a member stands in no register; None where persons did not confirm it."""
    found = (one for one in standings(book, member) if one.finding.clause == UNREGISTERED and one.held)
    return next(found, None)


def named(book: Book, end: Outcome) -> tuple[Standing, ...]:
    """Return the findings that a bulletin names a member for: all that persons confirmed, exempt members apart; of one that
    failed by decision alone, what that rests on."""
    if end.result == "exempt":
        return ()
    held = tuple(one for one in standings(book, end.member) if one.held)
    if held or end.result != "failed":
        return held
    return end.failing or end.standing[:1]


def said(
    *pieces: Piece | str,
    figures: Iterable[Figure] = (),
    standing: Iterable[Standing] = (),
) -> Sentence:
    """Return a sentence without its number; `standing` are the findings that it rests on."""
    cited = list(standing)
    return Sentence(
        id="",
        pieces=tuple(Piece(text=one) if isinstance(one, str) else one for one in pieces),
        figures=tuple(figures),
        findings=tuple(one.finding.id for one in cited),
        exhibits=tuple(one.cited.number for one in cited if one.cited.number),
    )
