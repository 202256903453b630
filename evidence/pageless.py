"""What stands for the page where a record has none: empty lists of exchanges and times, the program, an empty reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evidence import canonical, digest
from evidence.holdings import Holdings
from evidence.model import FlowRef, Reading
from evidence.reading.reader import this_reader


def nothing(holdings: Holdings, name: str) -> str:
    """Return the digest of an empty list of exchanges or times."""
    return holdings.store.put(canonical.encode({"schema": f"{name}/1", name: []}), "application/json").sha256


def this_program(holdings: Holdings, file: str, name: str) -> FlowRef:
    """Return a source file as the record's flow: what admitted it, since no flow did."""
    source = Path(file).read_bytes()
    holdings.store.put(source, "text/x-python; charset=utf-8")
    return FlowRef(name=name, sha256=digest.sha256(source), verified=None)


def reading(sha256: str, **found: Any) -> Reading:
    """Return the reading of a log of this digest: nothing of a page, and what the log came to."""
    return Reading(
        inputs=(sha256,),
        reader=this_reader(),
        page_kind="other",
        title="",
        items=(),
        newest=None,
        blank=None,
        published=None,
        hidden_links=(),
        images=(),
        tables=(),
        identity={},
        notes=(),
        **found,
    )
