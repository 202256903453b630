"""The difference picture of an exhibit: what differs between its page and the capture before it, drawn for the report.

It is made from the tiles and stands beside them; whoever doubts it has both pictures. Pages with personal data get none:
what leaves the house of those is masked, and a drawing of the originals would show it again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from evidence.comparing import compare, drawing
from evidence.comparing.masks import Noise
from evidence.comparing.pixels import PixelChanges
from evidence.dossier import Exhibit
from evidence.errors import ReadingError
from evidence.holdings import Holdings


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """What is told of two captures, and their difference where it could be drawn."""

    said: str
    """In Chinese."""
    size: tuple[int, int] | None = None
    """Columns and rows of the picture; None where there is none."""
    look_at: int = 0
    """Where its first difference stands, per mille of its height."""
    masked: tuple[Noise, ...] = ()
    """What differs and was not counted, each with its reason."""
    moving: int = 0
    """How many places of the pictures differ only where the page moves by itself, or where a mask hid text."""


def draw(exhibit: Exhibit, holdings: Holdings, file: Path) -> Differing | None:
    """Draw what an exhibit's page shows otherwise than the capture before it to `file`; None where one shows no page.

    What was masked is told with its reason, drawn or not. Raises StoreError where a tile is missing or damaged.
    """
    earlier, later = exhibit.earlier, exhibit.record
    if earlier is None or not (earlier.capture.of_role("tile") and later.capture.of_role("tile")):
        return None
    if any(record.capture.flow.private is not None for record in (earlier, later)):
        return Differing(said="页面含个人信息，不作差异图。")
    try:
        found = compare(earlier, later, holdings=holdings)
        told = Differing(said=found.sentence(), masked=found.masked, moving=len(found.pixels.excused))
        if found.pixels == PixelChanges():
            return told
        with file.open("wb") as out:
            drawn = drawing.draw(
                earlier, later, found.pixels, holdings.store, out, explained=found.epoch is not None, alone=True
            )
    except ReadingError:
        return Differing(said="两次画面中有不能读取的图，未作差异图。")
    with Image.open(file) as picture:
        size = picture.size
    return replace(told, said=told.said + drawn.sentence(), size=size, look_at=drawn.look_at(found.pixels))
