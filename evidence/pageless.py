"""What a record cites that no page was captured for: empty lists of exchanges and times, and the program that admitted it."""

from __future__ import annotations

from pathlib import Path

from evidence import canonical, digest
from evidence.holdings import Holdings
from evidence.model import FlowRef


def nothing(holdings: Holdings, name: str) -> str:
    """Return the digest of an empty list of exchanges or times."""
    return holdings.store.put(canonical.encode({"schema": f"{name}/1", name: []}), "application/json").sha256


def this_program(holdings: Holdings, file: str, name: str) -> FlowRef:
    """Return a source file as the record's flow: what admitted it, since no flow did."""
    source = Path(file).read_bytes()
    holdings.store.put(source, "text/x-python; charset=utf-8")
    return FlowRef(name=name, sha256=digest.sha256(source), verified=None)
