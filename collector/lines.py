"""Files of JSON lines that only grow: each line is on the disk when it was written, and one torn by a kill is let be."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evidence import canonical
from evidence.errors import CanonicalError


def append(path: Path, line: Mapping[str, Any]) -> None:
    """Add one line; a torn line left by a kill is ended first, and stays unreadable for itself alone. Raises OSError."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, (b"\n" if torn else b"") + canonical.encode(dict(line)) + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the whole lines of a file; one torn by a kill was never acknowledged."""
    for line in path.read_bytes().split(b"\n"):
        try:
            if line:
                yield canonical.decode(line)
        except CanonicalError:
            continue
