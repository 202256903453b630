"""Makes the masked copies of one record's artifacts, and says which have none and stay in the house altogether."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any
from urllib.parse import quote

from PIL import Image, ImageDraw

from evidence.masking import committing
from evidence.masking.committing import HIDDEN, LEFT_OUT, Field, Salting, unsalted
from evidence.masking.finding import Private, find
from evidence.masking.personal import numbers
from evidence.model import Artifact, Box, Reading, Record
from evidence.reading.page import from_record
from evidence.store import Store

COVER = (90, 90, 90)
_ROOM = 2
"""CSS pixels around a box that are covered too: glyphs reach over their boxes."""
_CHARSETS = ("utf-8", "gb18030")
_HARMLESS = re.compile(r"^(?:image|font|video|audio)/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What a bundle carries instead of one artifact."""

    sha256: str
    """Of the original."""
    data: bytes | None = field(repr=False)
    """None: nothing."""
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """One record's masked copies, by the digest of the original; what is not in them may be shown as it is."""

    copies: Mapping[str, Copy]
    words: tuple[str, ...]


def masked(record: Record, store: Store) -> Masked | None:
    """Return the masked copies of a record whose flow says that its pages show personal data; None for any other.

    Raises StoreError where an artifact is missing, ReadingError where layout or selector cannot be used: then nothing
    of the record may leave the house.
    """
    selectors = record.capture.flow.private
    if selectors is None:
        return None
    private = find(from_record(record, store), selectors)
    copies = {copy.sha256: copy for artifact in record.capture.artifacts for copy in _copy(artifact, private, store)}
    for sha256 in (record.capture.exchanges, record.capture.times):
        if _speaks(store.read(sha256), private.words):
            copies[sha256] = Copy(sha256=sha256, data=None, media_type="application/json")
    return Masked(copies=copies, words=private.words)


def reading(read: Reading, record: Record, store: Store, salting: Salting = unsalted) -> Reading:
    """Return the reading of a record as it may leave the house; raises as `masked` does.

    Where `salting` gives salts it carries a commitment to each field that is masked.
    """
    shown, hidden = _parted(read, record, store)
    salts = salting() if hidden else None
    if salts is None:
        return shown
    return replace(shown, withheld=tuple(committing.commit(record.id, one, salts) for one in hidden))


def hidden_fields(read: Reading, record: Record, store: Store) -> tuple[Field, ...]:
    """Return the fields that the reading of a record does not show outside; raises as `masked` does."""
    return _parted(read, record, store)[1]


def _parted(read: Reading, record: Record, store: Store) -> tuple[Reading, tuple[Field, ...]]:
    """Return a reading as it may be shown, and what is hidden in it: what is left out as a whole first."""
    copies = masked(record, store)
    if copies is None:
        return read, ()
    on_the_page = tuple(table for table in read.tables if table.file is None)  # files stay in the house altogether
    shown = replace(read, tables=on_the_page, file_pages=())
    whole, kept = read.plain(), shown.plain()
    left_out = [
        Field(path=f"/{name}", value=whole[name]) for name in LEFT_OUT if whole.get(name, []) != kept.get(name, [])
    ]
    covered = _in_values(kept, copies.words)
    return Reading.load(covered), (*left_out, *committing.changed(kept, covered))


def _copy(artifact: Artifact, private: Private, store: Store) -> Iterator[Copy]:
    """Yield what stands for an artifact; nothing where it may be shown as it is."""
    data = store.read(artifact.sha256)
    if artifact.role == "tile" and artifact.box:
        known = [box for box in private.boxes if _meet(box, artifact.box)]
        boxes = known if private.located else [artifact.box]
        if boxes:
            yield Copy(sha256=artifact.sha256, data=covered(data, artifact.box, boxes), media_type="image/png")
    elif artifact.role == "region":  # it shows what is scrolled away, whose places are not those of the page
        whole = artifact.box or (0, 0, 1, 1)
        yield Copy(sha256=artifact.sha256, data=covered(data, whole, [whole]), media_type="image/png")
    elif artifact.role == "dom":
        html = without(data.decode("utf-8", "replace"), private.words)
        yield Copy(sha256=artifact.sha256, data=html.encode(), media_type=artifact.media_type)
    elif artifact.url in private.urls:
        yield Copy(sha256=artifact.sha256, data=_nothing_to_see(), media_type="image/png")
    elif artifact.role in ("layout", "download") or not _is_harmless(artifact, data, private):
        yield Copy(sha256=artifact.sha256, data=None, media_type=artifact.media_type)


def _is_harmless(artifact: Artifact, data: bytes, private: Private) -> bool:
    """Tell whether a body or log shows nothing personal; what cannot be looked into does."""
    return bool(_HARMLESS.match(artifact.media_type)) or not _speaks(data, private.words)


def _speaks(data: bytes, words: Sequence[str]) -> bool:
    """Tell whether bytes hold a word or a personal number, as text of any charset, address or JSON; or are no text."""
    if b"\0" in data:
        return True
    for charset in _CHARSETS:
        try:
            text = data.decode(charset)
        except ValueError:
            continue
        return any(form in text for word in words for form in _forms(word)) or next(numbers(text), None) is not None
    return True


def _forms(word: str) -> tuple[str, ...]:
    """Return how a word may be written: itself, in HTML, in an address (both cases), in JSON's escapes.

    >>> _forms("李")
    ('李', '%E6%9D%8E', '%e6%9d%8e', '\\\\u674e')
    """
    escaped = word.encode("ascii", "backslashreplace").decode()
    return tuple(dict.fromkeys((word, escape(word), quote(word), quote(word).lower(), escaped)))


def without(text: str, words: Sequence[str]) -> str:
    """Return a text in which the words, however written, and all personal numbers are hidden.

    >>> without("李雷 <a href='?n=%E6%9D%8E%E9%9B%B7'>13800000000</a>", ["李雷"])
    "■■■ <a href='?n=■■■'>■■■</a>"
    """
    for word in words:
        for form in _forms(word):
            text = text.replace(form, HIDDEN)
    for number in set(numbers(text)):
        text = text.replace(number, HIDDEN)
    return text


def covered(png: bytes, place: Box, boxes: Sequence[Box]) -> bytes:
    """Return the picture of `place` with the boxes (CSS pixels of the page) painted over."""
    with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
        picture = image.convert("RGB")
    scale = picture.width / place[2]
    draw = ImageDraw.Draw(picture)
    for left, top, width, height in boxes:
        x, y = left - place[0], top - place[1]
        corners = (x - _ROOM, y - _ROOM, x + width + _ROOM, y + height + _ROOM)
        draw.rectangle([round(number * scale) for number in corners], fill=COVER)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _nothing_to_see() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (160, 120), COVER).save(out, "PNG")
    return out.getvalue()


def _meet(one: Box, other: Box) -> bool:
    return all(
        one[axis] - _ROOM < other[axis] + other[axis + 2] and other[axis] < one[axis] + one[axis + 2] + _ROOM
        for axis in (0, 1)
    )


def _in_values(value: Any, words: Sequence[str]) -> Any:
    """Return plain JSON without the words."""
    if isinstance(value, str):
        return without(value, words)
    if isinstance(value, list):
        return [_in_values(one, words) for one in value]
    if isinstance(value, dict):
        return {name: _in_values(one, words) for name, one in value.items()}
    return value
