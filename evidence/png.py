"""Pictures of any height as one PNG, written strip by strip; a record's picture is its tiles joined without a seam.

The pixels are those of the tiles; what repeats is the picture, not the bytes of the file.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from typing import BinaryIO

import numpy as np

from evidence.comparing.picture import Pixels, TiledPicture
from evidence.errors import ExportError
from evidence.model import Record
from evidence.store import Store

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_UP = 2
"""The filter of every row: the difference to the row above; pages repeat themselves downwards."""
_STRIP = 256
"""Rows that are filtered at once."""


def write_png(record: Record, store: Store, out: BinaryIO) -> None:
    """Write the page's picture to `out`; tiles narrower than the widest get white on their right.

    Raises ExportError where the record has no picture, NotFound or DamagedBlob for a tile that is not there.
    """
    picture = TiledPicture(record.capture.of_role("tile"), store.read)
    if not picture.count:
        capture = record.capture
        raise ExportError(f"the record {record.id[:12]} holds no picture: {capture.outcome}, {capture.reason}")
    write_strips((pixels for _, pixels in picture.tiles()), picture.width, picture.height, out)


def write_strips(strips: Iterable[Pixels], width: int, height: int, out: BinaryIO) -> None:
    """Write strips of `width`, together `height` rows, as one picture to `out`."""
    out.write(_SIGNATURE)
    _chunk(out, b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    packer, above = zlib.compressobj(6), np.zeros((1, width, 3), dtype=np.uint8)
    for pixels in strips:
        for top in range(0, len(pixels), _STRIP):
            strip = pixels[top : top + _STRIP]
            _chunk(out, b"IDAT", packer.compress(_filtered(strip, above)))
            above = strip[-1:]
    _chunk(out, b"IDAT", packer.flush())
    _chunk(out, b"IEND", b"")


def _filtered(rows: Pixels, above: Pixels) -> bytes:
    differences = rows - np.concatenate([above, rows[:-1]])  # modulo 256, as the format has it
    flat = differences.reshape(len(rows), -1)
    return np.pad(flat, ((0, 0), (1, 0)), constant_values=_UP).tobytes()


def _chunk(out: BinaryIO, kind: bytes, data: bytes) -> None:
    if data or kind == b"IEND":
        out.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))
