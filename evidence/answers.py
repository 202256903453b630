"""What a record has to answer requests with, when its page is shown once more without a network; and what it lacks.

The answers are those of the record and nothing is made up: a request gets what the same request got then. Two addresses
are the same that differ only in what tells the moment or a chance number, as pages add to get past caches.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urldefrag

from evidence.errors import EvidenceError
from evidence.exchanges import Entry, Exchanges
from evidence.model import Record
from evidence.store import Store

Cause = Literal["withheld", "too_large", "lost", "post", "other_query", "not_recorded", "blocked", "not_asked"]
"""Why a request could not be answered as it was then."""

Key = tuple[str, str]
"""Method, and address without what passes."""

_DAY_SECONDS = 86_400
_CHANCE = re.compile(r"0?\.\d{8,}")
_MILLISECONDS = re.compile(r"1\d{12}")
_SECONDS = re.compile(r"\d{10}")
_WRITTEN = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:%20|\+|,).*GMT.*")
_DROPPED = ("content-encoding", "transfer-encoding", "content-length", "set-cookie", "set-cookie2")
"""Bodies lie decoded; of cookies the record has no values."""
_EXAMPLES = 5
_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer as it came then."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why there is no answer."""

    cause: Cause | None
    """None: there was none then either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """Requests that could not be answered for one cause."""

    cause: Cause
    count: int
    urls: tuple[str, ...]
    """The first few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What of the recorded requests was asked for and got."""

    got: int
    of: int
    """Different requests that were answered then."""
    misses: tuple[Miss, ...]
    """Also of what was asked for beyond the record, which counts in neither number."""


class Answers:
    """The answers of one record, for one showing of its page; it remembers what was asked for.

    Raises what `Exchanges` raises.
    """

    def __init__(self, record: Record, store: Store) -> None:
        self._exchanges = Exchanges(record, store)
        self._store = store
        self._at = record.capture.started
        self._kept: dict[Key, list[Entry]] = {}
        for entry in sorted(self._exchanges.entries, key=lambda e: (self._exchanges.started(e["n"]), e["n"])):
            self._kept.setdefault(self._key(entry["method"], entry["url"]), []).append(entry)
        self._paths = {url.partition("?")[0] for _, url in self._kept}
        self._times_given: Counter[Key] = Counter()
        self._given: set[Key] = set()
        self._refused: dict[Key, Cause] = {}

    @property
    def begun(self) -> datetime:
        """When the page's document was asked for; where no document came, when the capture began."""
        document = self._exchanges.document()
        return self._exchanges.started(document["n"]) if document else self._at

    def has(self, url: str) -> bool:
        """Tell whether `url` can be opened."""
        return any(_why_not(entry) is None for entry in self._kept.get(self._key("GET", url), ()))

    def answer(self, method: str, url: str) -> Given | Refused:
        """Return what the request got then; asked for again, what it got the next time, and at last always the same."""
        key = self._key(method, url)
        entry = self._found(key, urldefrag(url)[0])
        found = entry if isinstance(entry, str) else self._given_by(entry)
        if isinstance(found, Given):
            self._given.add(key)
            return found
        if found == "failed":
            return Refused(cause=None)
        self._refused[key] = found
        return Refused(cause=found)

    def balance(self, stopped: Iterable[Key]) -> Balance:
        """Return the balance; `stopped` are method and address of what the browser itself kept from its answer."""
        blocked = {self._key(method, url) for method, url in stopped}
        wanted = [key for key, entries in self._kept.items() if _is_wanted(entries)]
        fates: dict[Key, Cause | None] = {key: self._fate(key, blocked) for key in wanted}
        beyond = {key: cause for key, cause in self._refused.items() if key not in fates}
        return Balance(
            got=sum(fate is None for fate in fates.values()),
            of=len(wanted),
            misses=tuple(_misses({**{key: fate for key, fate in fates.items() if fate}, **beyond})),
        )

    def _fate(self, key: Key, blocked: set[Key]) -> Cause | None:
        if key in self._refused:
            return self._refused[key]
        if key in blocked:
            return "blocked"
        return None if key in self._given else "not_asked"

    def _found(self, key: Key, url: str) -> Entry | Cause:
        """Return the exchange that answers a request; where there is none, why not."""
        entries = self._kept.get(key)
        if entries is None:
            if key[0] != "GET":
                return "post"
            return "other_query" if key[1].partition("?")[0] in self._paths else "not_recorded"
        if key[0] != "GET" and len({entry["body"] for entry in entries}) > 1:
            return "post"  # what was sent is not kept, so that nobody can tell which answer belongs to it
        same = [entry for entry in entries if urldefrag(entry["url"])[0] == url] or entries
        turn = self._times_given[key]
        self._times_given[key] += 1
        return same[min(turn, len(same) - 1)]

    def _given_by(self, entry: Entry) -> Given | Cause | Literal["failed"]:
        """Return the answer an exchange gives; a body that the store no longer has is lost."""
        if cause := _why_not(entry):
            return cause
        try:
            body = self._store.read(entry["body"]) if entry["body"] else b""
        except EvidenceError:
            return "lost"
        return Given(status=entry["status"], headers=self._headers(entry), body=body)

    def _headers(self, entry: Entry) -> tuple[tuple[str, str], ...]:
        pairs = (*entry["response_headers"], *self._exchanges.passing_headers(entry["n"]))
        return tuple((name, value) for name, value in pairs if name.lower() not in _DROPPED)

    def _key(self, method: str, url: str) -> Key:
        return method, lasting(urldefrag(url)[0], self._at)


def lasting(url: str, at: datetime) -> str:
    """Return an address without the parameters that tell a moment (about `at`, where that is not plain) or a chance number.

    >>> at = datetime.fromisoformat("2021-01-04T12:00:00+08:00")
    >>> lasting("http://a/x.js?id=2100000001&_=1609732800123&r=0.7390562931", at)
    'http://a/x.js?id=2100000001'
    """
    path, mark, query = url.partition("?")
    if not mark:
        return url
    kept = [pair for pair in query.split("&") if not _passes(pair.partition("=")[2] or pair, at)]
    return f"{path}?{'&'.join(kept)}" if kept else path


def _passes(value: str, at: datetime) -> bool:
    if _SECONDS.fullmatch(value):
        return abs(int(value) - at.timestamp()) <= _DAY_SECONDS
    return any(form.fullmatch(value) for form in (_CHANCE, _MILLISECONDS, _WRITTEN))


def _is_wanted(entries: Iterable[Entry]) -> bool:
    """Tell whether a request was answered then; the browser's own questions before others' (CORS) are none of the page's."""
    return any(_why_not(entry) != "failed" and entry["resource_type"] != "Preflight" for entry in entries)


def _why_not(entry: Entry) -> Cause | Literal["failed"] | None:
    """Return why a recorded exchange can give no answer; None where it can."""
    state = entry["body_state"]
    if state in ("withheld", "too_large", "lost"):
        cause: Cause = state
        return cause
    if entry["status"] is None or entry["error"]:
        return "failed"
    return None


def _misses(causes: Mapping[Key, Cause]) -> Iterable[Miss]:
    """Yield the misses by cause, the most frequent first."""
    for cause, count in Counter(causes.values()).most_common():
        urls = [url[:_LONGEST] for (_, url), why in causes.items() if why == cause]
        yield Miss(cause=cause, count=count, urls=tuple(urls[:_EXAMPLES]))
