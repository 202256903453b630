"""What pictures a unit handed in show against ours of that time: two hints for the eyes of a person, and never a conclusion.

The unit's bytes are hostile: they are decoded within the bounds of `evidence.reading.raster`, and no word read in them is kept.
A screenshot of a back office says when something was entered there; it does not show what the public could see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import imagehash

from evidence.errors import EvidenceError
from evidence.holdings import Holdings
from evidence.human import File
from evidence.model import ImageState, Record
from evidence.reading import raster
from evidence.reading.image_text import Picture, recognise
from evidence.reading.likeness import pairs, shared
from evidence.reading.page import from_record
from evidence.reading.raster import Refused
from evidence.reading.tree import grow

CAUTION = (
    "图片只供人核对：后台截图只能说明后台所记的时间，不能证明公众当时在前台可以看到；截图可以改动，以发布日志等原件为准"
)
MOST = 12
"""Pictures of one objection that are looked into; the others are named."""
LARGEST = 50 << 20
"""Bytes of a picture that is looked into."""
BITS = 64
"""Of a perceptual hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """One of the unit's files against our pictures."""

    name: str
    sha256: str
    media_type: str
    state: ImageState | None
    """None: it was not looked into."""
    record: str | None = None
    """The record of ours whose picture is most like it."""
    tile: int | None = None
    distance: int | None = None
    """Bits of 64 in which the perceptual hashes differ; 0 for the same picture, about 32 for two that have nothing in common."""
    repeated: int | None = None
    """How much of the text in it our page says too, per mille; None where no text was read in it."""


def likenesses(files: Sequence[File], records: Sequence[Record], holdings: Holdings) -> tuple[Likeness, ...]:
    """Return each file against the pictures and words of our records of that time, in the order of the files."""
    looked = [file for file in files if file.media_type.startswith("image/") and file.size <= LARGEST][:MOST]
    ours = tuple(_tiles(records, holdings)) if looked else ()
    said = frozenset(pair for record in records for pair in _said(record, holdings)) if looked else frozenset()
    return tuple(
        _likeness(file, holdings.store.read(file.sha256), ours, said) if file in looked else _bare(file)
        for file in files
    )


_Tile = tuple[str, int, imagehash.ImageHash]


def _likeness(file: File, data: bytes, ours: Sequence[_Tile], said: frozenset[str]) -> Likeness:
    try:
        own = imagehash.phash(raster.decode(data))
    except Refused as refused:
        return _bare(file, refused.state)
    nearest = min(((int(own - hashed), record, n) for record, n, hashed in ours), default=None)
    (text,) = recognise([Picture(sha256=file.sha256, url=None, box=None, data=data)])
    return Likeness(
        name=file.name,
        sha256=file.sha256,
        media_type=file.media_type,
        state=text.state,
        record=nearest[1] if nearest else None,
        tile=nearest[2] if nearest else None,
        distance=nearest[0] if nearest else None,
        repeated=shared(text.text, said),
    )


def _bare(file: File, state: ImageState | None = None) -> Likeness:
    return Likeness(name=file.name, sha256=file.sha256, media_type=file.media_type, state=state)


def _tiles(records: Iterable[Record], holdings: Holdings) -> Iterator[_Tile]:
    for record in records:
        for tile in record.capture.of_role("tile"):
            try:
                yield record.id, tile.n, imagehash.phash(raster.decode(holdings.store.read(tile.sha256)))
            except Refused:
                continue  # a page of some pixels' height has nothing to be compared with


def _said(record: Record, holdings: Holdings) -> frozenset[str]:
    """Return the pairs of characters that a record's page says; none for one without a page that can be read."""
    try:
        tree = grow(from_record(record, holdings.store))
    except EvidenceError:
        return frozenset()
    return pairs(tree.text(tree.root))
