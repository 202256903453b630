"""The form of a bulletin (bulletin/1): sentences and tables with what each rests on, the figures, the digests it prints.

Both editions are of this form, and what is printed is made of it alone: what a sentence says can be traced to figures,
findings and exhibits, and a document can be held against the data inside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from evidence import digest, plain
from evidence.bulletin.figures import Rate, Tally
from evidence.bulletin.period import Result
from evidence.bulletin.sealed import Sealed
from evidence.errors import ShapeError
from evidence.registers.register import Kind

SCHEMA = "bulletin/1"
Why = Literal["", "personal", "harmful", "internal"]
WHY_WORDS: dict[Why, str] = {"personal": "个人信息", "harmful": "有害或不规范内容", "internal": "未经认定的事项"}
CUT = "（略）"
"""What stands in the public edition for what was cut."""
LineKind = Literal["addressee", "h1", "h2", "body", "annexed", "signature", "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some text of a sentence or cell."""

    text: str
    cut: Why = ""
    """Why it is not in the public edition; empty where it is."""
    blank: str = ""
    """What a person must still fill in goes by this name; empty where nothing is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of a sentence, and what it follows from."""

    name: str
    text: str
    part: int
    whole: int | None = None
    """Of a rate; None for a count."""
    rule: str = ""
    """How a rate was rounded."""

    @property
    def follows(self) -> bool:
        """Whether what is printed is what the numbers give."""
        if self.whole is None:
            return self.text == str(self.part)
        return self.text == Rate(part=self.part, whole=self.whole).text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence."""

    id: str
    pieces: tuple[Piece, ...]
    figures: tuple[Figure, ...] = ()
    findings: tuple[str, ...] = ()
    exhibits: tuple[str, ...] = ()
    """Exhibit numbers."""

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One paragraph."""

    kind: LineKind
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table."""

    pieces: tuple[Piece, ...]
    code: str | None = None
    """What the QR code below it says."""

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table, with what it rests on."""

    cells: tuple[Cell, ...]
    findings: tuple[str, ...] = ()
    exhibits: tuple[str, ...] = ()
    captures: tuple[str, ...] = ()
    """Record ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; widths are shares of the page."""

    header: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """One annex (附件)."""

    title: str
    tables: tuple[Table, ...]
    notes: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The counts of one kind, or of one class or platform of it, as they were printed."""

    kind: Kind
    name: str
    """Empty for all of the kind."""
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How one member was printed that did not pass, or is named for something."""

    member: str
    name: str
    kind: Kind
    result: Result
    exhibits: tuple[str, ...]
    registered: bool = True
    """False for an account of the list of those that are unregistered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerState:
    """The last checkpoint of the ledger."""

    origin: str
    size: int
    root: str
    """Hexadecimal."""
    signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One thing that the public edition leaves out; `commitment` is SHA-256 of salt, line feed and text in UTF-8."""

    where: str
    why: Why
    commitment: str
    salt: str | None
    """Only in the internal edition: with it what was cut can be shown to be this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The 证据图册 that goes with an edition, as a file beside it."""

    file: str
    sha256: str
    size: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """A bulletin, of either edition."""

    kind: Literal["bulletin", "correction"]
    final: bool
    edition: Literal["internal", "public"]
    period: str
    frozen: str
    """SHA-256 of the period."""
    dated: date
    title: str
    number: Piece
    """发文字号."""
    lines: tuple[Line, ...]
    annexes: tuple[Annex, ...]
    bundles: tuple[Sealed, ...]
    counted: tuple[Counted, ...]
    ended: tuple[Ended, ...]
    ledger: LedgerState
    cuts: tuple[Cut, ...] = ()
    source: str | None = None
    """Of the public edition: SHA-256 of the internal one."""
    corrects: str | None = None
    """Of a correction: SHA-256 of the (internal) bulletin that it corrects."""
    volume: Bound | None = field(default=None, metadata={plain.ADDED: True})
    """None where there was no browser to print it."""

    def plain(self) -> dict[str, Any]:
        """Return the bulletin as plain JSON (schema bulletin/1)."""
        return {"schema": SCHEMA, **plain.dump(self)}

    @classmethod
    def load(cls, body: Any) -> Bulletin:
        """Return the bulletin whose plain JSON is `body`; raises ShapeError."""
        fields = dict(body) if isinstance(body, dict) else {}
        if (found := fields.pop("schema", None)) != SCHEMA:
            raise ShapeError(("schema",), SCHEMA, found)
        return plain.load(cls, fields)

    @property
    def id(self) -> str:
        """SHA-256 of the canonical JSON."""
        return digest.of_value(self.plain())

    def sentences(self) -> Iterator[Sentence]:
        """Yield every sentence of the text and of the notes to annexes."""
        for line in (*self.lines, *(line for annex in self.annexes for line in annex.notes)):
            yield from line.sentences

    def pieces(self) -> Iterator[Piece]:
        """Yield everything that is printed."""
        yield self.number
        for sentence in self.sentences():
            yield from sentence.pieces
        for annex in self.annexes:
            for table in annex.tables:
                for row in table.rows:
                    for cell in row.cells:
                        yield from cell.pieces

    def blanks(self) -> dict[str, str]:
        """Return what persons must still fill in, by name."""
        return {piece.blank: piece.text for piece in self.pieces() if piece.blank}

    def total(self, kind: Kind) -> Tally | None:
        """Return the counts of one kind; None where none was inspected."""
        return next((one.tally for one in self.counted if (one.kind, one.name) == (kind, "")), None)
