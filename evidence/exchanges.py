"""The requests of one record and what came of them: its exchange list, with the times that are kept apart from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urldefrag

from evidence import canonical
from evidence.errors import ShapeError
from evidence.model import Record
from evidence.store import Store

Entry = Mapping[str, Any]
"""One exchange of exchanges/1, as `collector.exchange` wrote it."""


class Exchanges:
    """All exchanges of a record; raises NotFound or DamagedBlob where a list is not there, ShapeError for another form."""

    def __init__(self, record: Record, store: Store) -> None:
        self._capture = record.capture
        self.entries = _listed(store, record.capture.exchanges, "exchanges")
        """In the order of the list, which is not that of time."""
        self._times = {entry.get("n"): entry for entry in _listed(store, record.capture.times, "times")}

    def started(self, n: object) -> datetime:
        """Return when exchange `n` began; where nothing says so, when the capture did."""
        said = self._times.get(n, {}).get("started")
        try:
            return datetime.fromisoformat(said) if said else self._capture.started
        except (TypeError, ValueError) as error:
            raise ShapeError(("times", str(n), "started"), "an ISO instant", said) from error

    def passing_headers(self, n: object) -> tuple[tuple[str, str], ...]:
        """Return the response header fields of exchange `n` that differ from answer to answer."""
        return tuple((str(name), str(value)) for name, value in self._times.get(n, {}).get("headers", ()))

    def document(self) -> Entry | None:
        """Return the document that stood in the page's window when it was pictured; None where none was answered."""
        page = urldefrag(self._capture.final_url or self._capture.requested_url)[0]
        answered = [
            entry
            for entry in self.entries
            if (entry.get("frame"), entry.get("resource_type"), entry.get("url")) == (0, "Document", page)
            and is_answer(entry.get("status"))
        ]
        return max(answered, key=lambda entry: self.started(entry.get("n")), default=None)


def is_answer(status: object) -> bool:
    """Tell whether a status is that of an answer with a page behind it: none is where nothing came, or a redirect."""
    return isinstance(status, int) and not 300 <= status < 400


def _listed(store: Store, sha256: str, name: str) -> list[dict[str, Any]]:
    body = canonical.decode(store.read(sha256))
    entries = body.get(name) if isinstance(body, dict) and body.get("schema") == f"{name}/1" else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ShapeError((name,), f"a list of {name}/1", body)
    return entries
