"""Secrets inside packed files: gzip and zip, so that an export (XLSX, DOCX) of a system with a log-in keeps none either."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable

MOST = 256 * 1024 * 1024
"""Bytes that a packed file may unpack to."""
_DEPTH = 3


class Swells(Exception):
    """A packed file that unpacks to more than can be looked through."""


def cleaned(data: bytes, clean: Callable[[bytes], bytes], depth: int = _DEPTH) -> bytes:
    """Return a packed file, what is in it cleaned; byte for byte as it came where there was nothing to remove.

    What only looks like a packed file, or is locked by a password, stays as it is. Raises Swells.
    """
    if depth and data[:2] == b"\x1f\x8b":
        return _gzip(data, clean, depth)
    if depth and data[:4] == b"PK\x03\x04":
        return _zip(data, clean, depth)
    return data


def _gzip(data: bytes, clean: Callable[[bytes], bytes], depth: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            plain = stream.read(MOST + 1)
    except (OSError, EOFError, zlib.error):
        return data
    if len(plain) > MOST:
        raise Swells
    kept = cleaned(clean(plain), clean, depth - 1)
    return data if kept == plain else gzip.compress(kept, mtime=0)


def _zip(data: bytes, clean: Callable[[bytes], bytes], depth: int) -> bytes:
    out, changed = io.BytesIO(), False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as written:
            if sum(entry.file_size for entry in archive.infolist()) > MOST:
                raise Swells
            for entry in archive.infolist():
                plain = archive.read(entry)
                kept = cleaned(clean(plain), clean, depth - 1)
                changed = changed or kept != plain
                written.writestr(entry, kept)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error):
        return data
    return out.getvalue() if changed else data
