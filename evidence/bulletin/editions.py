"""The public edition （此件有删减）, made of the internal one: what is personal, harmful or not settled is left out.

Each cut is listed with its place and reason and bound by a salted digest, so that the office can show later what was cut
and nobody can guess it. Texts that are cut once are cut wherever they stand, and numbers that tell a person apart are cut
even where nobody marked them.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace

from evidence import digest
from evidence.bulletin import volume as volumes
from evidence.bulletin.form import CUT, Annex, Bound, Bulletin, Cell, Cut, Line, Piece, Row, Sentence, Table, Why
from evidence.bulletin.volume import Volume
from evidence.masking import personal

MARK = "（此件有删减）"
_LEAST = 4
"""Characters of a cut text from which it is looked for elsewhere."""


def editions(internal: Bulletin, salt: Callable[[], str] = lambda: secrets.token_hex(16)) -> tuple[Bulletin, Bulletin]:
    """Return the internal edition, with the salts of its cuts, and the public one, bound to it."""
    cutting = Cutting(internal, salt)
    return cutting.closed(cutting.public())


def commitment(salt: str, text: str) -> str:
    """Return the digest that binds a cut."""
    return digest.sha256(f"{salt}\n{text}".encode())


class Cutting:
    """Walks a bulletin and its volume, cutting and listing."""

    def __init__(
        self,
        internal: Bulletin,
        salt: Callable[[], str] = lambda: secrets.token_hex(16),
        also: Iterable[Piece] = (),
    ) -> None:
        """Cut an edition; `also` are texts of its volume, whose secrets are cut here too."""
        self._internal, self._salt = internal, salt
        names = {end.name for end in internal.ended}
        found = ((text, why) for text, why in _secrets((*internal.pieces(), *also)) if text not in names)
        self._secret = sorted(found, key=lambda one: -len(one[0]))
        self.cuts: list[Cut] = []

    def public(self) -> Bulletin:
        """Return the public text; what was cut is listed."""
        one = self._internal
        return replace(
            one,
            number=self.piece(one.number, "发文字号"),
            title=self.piece(Piece(text=one.title), "标题").text,
            lines=tuple(self._line(line, f"正文第{n}段") for n, line in enumerate(one.lines, 1)),
            annexes=tuple(self._annex(annex, f"附件{n}") for n, annex in enumerate(one.annexes, 1)),
            ended=tuple(
                replace(end, name=self.piece(Piece(text=end.name), f"名单“{end.member}”").text) for end in one.ended
            ),
        )

    def volume(self, whole: Volume) -> Volume:
        """Return the volume of the public edition; what was cut is listed."""
        found = volumes.public(whole, self.piece)
        return replace(found, mark=MARK if self.cuts else "")

    def closed(
        self, public: Bulletin, bound: tuple[Bound | None, Bound | None] = (None, None)
    ) -> tuple[Bulletin, Bulletin]:
        """Return the internal edition, with the salts of all cuts, and the public one, bound to it; each with its volume."""
        kept = replace(self._internal, cuts=tuple(self.cuts), volume=bound[0])
        hidden = tuple(replace(cut, salt=None) for cut in self.cuts)
        return kept, replace(public, edition="public", cuts=hidden, source=kept.id, volume=bound[1])

    def _annex(self, annex: Annex, where: str) -> Annex:
        return replace(
            annex,
            tables=tuple(self._table(table, where) for table in annex.tables),
            notes=tuple(self._line(line, f"{where}说明") for line in annex.notes),
        )

    def _table(self, table: Table, where: str) -> Table:
        rows = (self._row(row, table.header, f"{where}第{n}行") for n, row in enumerate(table.rows, 1))
        return replace(table, rows=tuple(rows))

    def _row(self, row: Row, header: tuple[str, ...], where: str) -> Row:
        cells = zip(row.cells, header, strict=True)
        return replace(row, cells=tuple(self._cell(cell, f"{where}“{heading}”") for cell, heading in cells))

    def _cell(self, cell: Cell, where: str) -> Cell:
        return replace(cell, pieces=self._pieces(cell.pieces, where))

    def _line(self, line: Line, where: str) -> Line:
        return replace(line, sentences=tuple(self._sentence(one, where) for one in line.sentences))

    def _sentence(self, sentence: Sentence, where: str) -> Sentence:
        return replace(sentence, pieces=self._pieces(sentence.pieces, where))

    def _pieces(self, pieces: tuple[Piece, ...], where: str) -> tuple[Piece, ...]:
        return tuple(self.piece(piece, where) for piece in pieces)

    def piece(self, piece: Piece, where: str) -> Piece:
        """Return a piece as the public may read it; what was cut is listed under its place."""
        if piece.cut:
            return replace(piece, text=self._cut(piece.text, piece.cut, where), cut="")
        text = piece.text
        for number in dict.fromkeys(personal.numbers(text)):
            text = text.replace(number, self._cut(number, "personal", where))
        for secret, why in self._secret:
            if secret in text:
                text = text.replace(secret, self._cut(secret, why, where))
        return replace(piece, text=text)

    def _cut(self, text: str, why: Why, where: str) -> str:
        salt = self._salt()
        self.cuts.append(Cut(where=where, why=why, commitment=commitment(salt, text), salt=salt))
        return CUT


def _secrets(pieces: Iterable[Piece]) -> Iterable[tuple[str, Why]]:
    """Return the texts that are cut somewhere, and the quotations in harmful ones, each long enough to be no common word."""
    found: dict[str, Why] = {}
    for piece in pieces:
        if not piece.cut:
            continue
        texts = [piece.text.strip()]
        if piece.cut == "harmful":
            texts += re.findall(r"[《“「]([^》”」]+)[》”」]", piece.text)
        found.update(dict.fromkeys((text for text in texts if len(text) >= _LEAST), piece.cut))
    return found.items()
