"""Which program judges: one digest over all that an answer may come from, so that two programs know whether they are the same.

An indicator cites its own file; what it counts with (facts, series, calendar) is of the program around it. One that differs in
anything might answer otherwise with good reason, so only between equal editions does a difference say something.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

HERE = Path(__file__).parent


@functools.cache
def this_edition() -> str:
    """Return the SHA-256 over the sources of `evidence`, its word lists and its calendars, in the order of their paths."""
    made = hashlib.sha256()
    files = {file for kind in ("*.py", "reading/*.txt", "calendars/*.yaml") for file in HERE.rglob(kind)}
    for name, file in sorted((file.relative_to(HERE).as_posix(), file) for file in files):
        made.update(name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return made.hexdigest()
