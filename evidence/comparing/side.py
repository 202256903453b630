"""One of two records that are compared, opened once: its tree, its reading, its picture."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.comparing.picture import TiledPicture
from evidence.model import Reading, Record
from evidence.reading.tree import Tree
from evidence.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A record with what was made of it for the comparison."""

    record: Record
    tree: Tree
    reading: Reading | None
    """None where the page could not be read."""
    store: Store

    def picture(self) -> TiledPicture:
        """Open the picture; raises ReadingError for a tile that is none."""
        return TiledPicture(self.record.capture.of_role("tile"), self.store.read)
