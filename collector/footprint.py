"""What our visits asked of each host: requests, bytes, the busiest minute, errors, pauses; from the records alone.

These are the numbers by which the effect of automated access on a service is assessed (网络数据安全管理条例 第十八条). They
cover what captures recorded; what a browser fetched for itself and probes without a browser are not in them, nor are
records whose contents were purged.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from collector.manners import ASKING, seconds_asked
from evidence import purged
from evidence.holdings import Holdings
from evidence.model import Record

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostUse:
    """One host in a period."""

    host: str
    pages: int
    """Documents asked for."""
    requests: int
    bytes: int
    """Of answers' bodies as they were kept, unpacked."""
    busiest_minute: int
    """Most requests begun within any 60 seconds."""
    errors: int
    """Requests without a whole, good answer."""
    refused: int
    """Answers 403, 412, 429, 432 and 503: firewalls and servers that ask for less."""
    pauses_asked: int
    """Answers 429 and 503 that named a time to come back."""
    pauses_kept: int
    """After which no page was asked for until then."""


REFUSALS = (403, 412, 429, 432, 503)


@dataclass(slots=True)
class _Heard:
    requests: list[datetime] = field(default_factory=list)
    pages: list[datetime] = field(default_factory=list)
    pauses: list[tuple[datetime, float]] = field(default_factory=list)
    """When an answer came, and for how many seconds it asked us to stay away."""
    bytes: int = 0
    errors: int = 0
    refused: int = 0


def footprint(
    holdings: Holdings, since: datetime | None = None, until: datetime | None = None, *, longest_pause: float
) -> tuple[HostUse, ...]:
    """Return the use of every host by the records begun in [since, until], the most used first.

    A pause counts as kept where it was, or was kept for `longest_pause` seconds, the most the workspace waits.
    Raises StoreError where a list of a record is missing or damaged.
    """
    heard: dict[str, _Heard] = defaultdict(_Heard)
    taken = purged.taken(holdings)
    there = (record for record in holdings.open_records() if record.id not in taken)
    for record in _within(there, since, until):
        for line, time in _lines(record, holdings):
            _take(heard[_host(line["url"])], line, time)
    used = (_use(host, one, longest_pause) for host, one in heard.items() if host and one.requests)
    return tuple(sorted(used, key=lambda use: (-use.requests, use.host)))


def _within(records: Iterable[Record], since: datetime | None, until: datetime | None) -> Iterator[Record]:
    for record in records:
        began = record.capture.started
        if (since is None or began >= since) and (until is None or began <= until):
            yield record


def _lines(record: Record, holdings: Holdings) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    listed = json.loads(holdings.store.read(record.capture.exchanges))["exchanges"]
    times = json.loads(holdings.store.read(record.capture.times))["times"]
    yield from zip(listed, times, strict=True)


def _take(heard: _Heard, line: Mapping[str, Any], time: Mapping[str, Any]) -> None:
    began = datetime.fromisoformat(time["started"])
    status = line["status"]
    heard.requests.append(began)
    heard.bytes += line["size"]
    heard.errors += bool(line["error"]) or status is None or status >= 400
    heard.refused += status in REFUSALS
    if line["resource_type"] == "Document":
        heard.pages.append(began)
        came = datetime.fromisoformat(time["ended"]) if time["ended"] else began
        if status in ASKING and (seconds := _asked(line, time, came)):
            heard.pauses.append((came, seconds))


def _asked(line: Mapping[str, Any], time: Mapping[str, Any], came: datetime) -> float | None:
    headers = {name.lower(): value for name, value in (*line["response_headers"], *time["headers"])}
    return seconds_asked(headers.get("retry-after", ""), headers.get("date"), came)


def _use(host: str, heard: _Heard, longest: float) -> HostUse:
    pages = sorted(heard.pages)
    return HostUse(
        host=host,
        pages=len(pages),
        requests=len(heard.requests),
        bytes=heard.bytes,
        busiest_minute=_busiest(sorted(heard.requests)),
        errors=heard.errors,
        refused=heard.refused,
        pauses_asked=len(heard.pauses),
        pauses_kept=sum(_kept(came, min(seconds, longest), pages) for came, seconds in heard.pauses),
    )


def _busiest(moments: Sequence[datetime]) -> int:
    """Return the most moments that lie within one minute.

    >>> from datetime import UTC
    >>> noon = datetime(2021, 1, 4, 4, 0, tzinfo=UTC)
    >>> _busiest([noon, noon + timedelta(seconds=59), noon + timedelta(seconds=60), noon + timedelta(seconds=61)])
    3
    """
    most = start = 0
    for end, moment in enumerate(moments):
        while moment - moments[start] >= MINUTE:
            start += 1
        most = max(most, end - start + 1)
    return most


def _kept(came: datetime, seconds: float, pages: Sequence[datetime]) -> bool:
    """Tell whether no page was asked for in the pause; a page under way at once with the answer was asked for before."""
    until = came + timedelta(seconds=seconds)
    return not any(came < page < until for page in pages)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
