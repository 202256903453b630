"""The form of a 证据图册: for each problem that a bulletin names an exhibit page, and the pictures it rests on.

Every text is a piece of the bulletin's form, so that the public edition cuts it by the same rules; a picture says why the
public may not see it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from evidence.bulletin.form import Piece, Why
from evidence.bulletin.sealed import Sealed
from evidence.bulletin.strips import Strip

CONCLUSION = "结论"
"""Label of the entry that the table of contents shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of an exhibit page: what it is about, and what is said."""

    label: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """The pictures of one capture."""

    record: str
    caption: tuple[Piece, ...]
    strips: tuple[Strip, ...]
    without: str = ""
    """Why there is no picture, or not all of it."""
    cut: Why = ""
    """Why the public edition does not show it; empty where it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The exhibit page of one problem, and its pictures."""

    number: str
    """Its exhibit number."""
    name: Piece
    entries: tuple[Entry, ...]
    shots: tuple[Shot, ...]
    sealed: Sealed

    @property
    def conclusion(self) -> str:
        """What its line in the table of contents says."""
        return next((entry.text for entry in self.entries if entry.label == CONCLUSION), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """All exhibit pages, in the order of the annexes."""

    title: str
    dated: date
    final: bool
    mark: str
    """What stands below the title of an edition with cuts; empty for the internal one."""
    pages: tuple[Page, ...]

    def pieces(self) -> Iterator[Piece]:
        """Yield everything that is printed, pictures apart."""
        for page in self.pages:
            yield page.name
            for entry in page.entries:
                yield from entry.pieces
            for shot in page.shots:
                yield from shot.caption


def public(whole: Volume, cut: Callable[[Piece, str], Piece]) -> Volume:
    """Return the volume of the public edition: every text through `cut`, no picture that the public may not see."""
    return replace(
        whole,
        title=cut(Piece(text=whole.title), "证据图册标题").text,
        pages=tuple(_public_page(page, cut) for page in whole.pages),
    )


def _public_page(page: Page, cut: Callable[[Piece, str], Piece]) -> Page:
    where = f"证据图册{page.number}"
    return replace(
        page,
        name=cut(page.name, where),
        entries=tuple(
            replace(one, pieces=tuple(cut(piece, f"{where}“{one.label}”") for piece in one.pieces))
            for one in page.entries
        ),
        shots=tuple(_public_shot(one, f"{where}图{n}", cut) for n, one in enumerate(page.shots, 1)),
    )


def _public_shot(shot: Shot, where: str, cut: Callable[[Piece, str], Piece]) -> Shot:
    caption = tuple(cut(piece, where) for piece in shot.caption)
    if not shot.cut:
        return replace(shot, caption=caption)
    left_out = cut(Piece(text=shot.record, cut=shot.cut), f"{where}画面")
    return replace(shot, caption=caption, strips=(), without=f"画面{left_out.text}", cut="")
