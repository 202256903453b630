"""Small pictures of captured pages for lists: the top of the first tile, made once and kept in memory."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict

from PIL import Image

from evidence.errors import NotFound
from evidence.model import Record
from evidence.store import Store

WIDTH, HEIGHT = 240, 160
KEPT = 2000
"""Pictures of some 10 kB."""
MOST_PIXELS = 40_000_000
"""Of a tile; ours have 8,000 rows at most."""


class Thumbnails:
    """The small pictures by the digest of their tile."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def of(self, record: Record, store: Store) -> bytes:
        """Return the small picture of a record as JPEG; raises NotFound where it has no picture, or one that is none."""
        tiles = record.capture.of_role("tile")
        if not tiles or tiles[0].media_type != "image/png":
            raise NotFound(record.id)
        digest = tiles[0].sha256
        with self._turn:
            if (kept := self._kept.get(digest)) is not None:
                self._kept.move_to_end(digest)
                return kept
        with store.open(digest) as stream:
            made = _small(stream.read(), digest)
        with self._turn:
            self._kept[digest] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made


def _small(data: bytes, digest: str) -> bytes:
    """Return the top of a picture, made small; raises NotFound for what is no picture, or too large a one."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NotFound(digest)
            top = picture.crop((0, 0, picture.width, max(1, min(picture.height, picture.width * HEIGHT // WIDTH))))
            small = top.convert("RGB")
            small.thumbnail((WIDTH, HEIGHT), Image.Resampling.BOX)
    except (OSError, ValueError, SyntaxError) as error:
        raise NotFound(digest) from error
    out = io.BytesIO()
    small.save(out, "JPEG", quality=70)
    return out.getvalue()
