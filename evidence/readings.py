"""The readings of many records: equal inputs read once, kept for the next time, in one pool of processes.

A record that cannot be read gives None and a warning in the log; it never takes the others with it.
"""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from evidence import availability, digest, inner_pages, link_checks, plain
from evidence.derived import Derived
from evidence.errors import NotFound
from evidence.holdings import Stacks
from evidence.model import Reading, Record
from evidence.reading import dates, tesseract
from evidence.reading.page import artifacts_of, from_record
from evidence.reading.pictures import Kept, Shelf
from evidence.reading.reader import read, this_reader
from evidence.reading.wordlists import WordLists
from evidence.span import local_day
from evidence.store import FileStore, Store

log = logging.getLogger(__name__)

_LOGS: tuple[tuple[Callable[[Record], bool], Callable[[Record, Store], Reading]], ...] = (
    (availability.is_of, availability.reading),
    (link_checks.is_of, link_checks.reading),
    (inner_pages.is_of, inner_pages.reading),
)
"""What reads records that hold a log of light requests and no page."""
_FEW = 4
"""So few pages are read here: a pool takes longer to start."""


def readings(records: Iterable[Record], holdings: Stacks, *, jobs: int = 1) -> Mapping[str, Reading | None]:
    """Return the reading of each record by its id; None for one without a page, in quarantine, or that cannot be read.

    Readings are looked up in `holdings.derived` and saved there, under the digest of what they depend on: the
    artifacts, the address, this reader, and the day the page was taken.
    """
    wanted = {record.id: record for record in records}
    keys = _keys(wanted.values(), holdings)
    known = {key: kept for key in set(keys.values()) if (kept := holdings.derived.reading(key)) is not None}
    open_records = {key: wanted[id] for id, key in keys.items() if key not in known}
    for key, reading in _read_all(open_records, holdings, jobs):
        keep(key, open_records[key], reading, holdings)
        known[key] = reading
    return {id: known.get(keys[id]) if id in keys else None for id in wanted}


def unread(records: Iterable[Record], holdings: Stacks) -> Mapping[str, Record]:
    """Return the records that have a page and no reading yet, one of each that share a reading, by the reading's key."""
    wanted = {record.id: record for record in records}
    keys = _keys(wanted.values(), holdings)
    return {key: wanted[id] for id, key in keys.items() if holdings.derived.reading(key) is None}


def keep(key: str, record: Record, reading: Reading, holdings: Stacks) -> None:
    """Keep the reading of a record under the digest of what it depends on, wherever it was made."""
    holdings.derived.put_reading(key, reading)
    if (since := same_since(reading)) is not None:
        holdings.derived.put_lasting(lasting_key(record, holdings.words), since, key)


def _keys(records: Iterable[Record], holdings: Stacks) -> dict[str, str]:
    """Return the key of each record's reading, of those that have a page and are not in quarantine."""
    purged = holdings.purged
    return {one.id: shared_key(one, holdings) for one in records if has_page(one) and one.id not in purged}


def kept(records: Iterable[Record], holdings: Stacks) -> Mapping[str, Reading]:
    """Return the readings that are there already, by record; nothing is read, and none of a record in quarantine."""
    pages = {record.id: record for record in records if has_page(record)}
    purged = holdings.purged
    found = {id: holdings.derived.reading(shared_key(one, holdings)) for id, one in pages.items() if id not in purged}
    return {id: reading for id, reading in found.items() if reading is not None}


def key_of(record: Record, words: WordLists) -> str:
    """Return the digest of everything the reading of a record depends on."""
    return _key_by(record, this_reader(words).sha256)


def by_reader(record: Record, reader: str, holdings: Stacks) -> Reading | None:
    """Return the reading of a record by the reader of a digest: made now where it is this one, else as it was kept, if it was."""
    if reader == this_reader(holdings.words).sha256:
        return readings([record], holdings).get(record.id)
    lasting = holdings.derived.lasting(digest.of_value({**_page_of(record, reader), "at": None}))
    same = lasting is not None and lasting[0] <= local_day(record.capture.started)
    return holdings.derived.reading(lasting[1] if lasting and same else _key_by(record, reader))


def _key_by(record: Record, reader: str) -> str:
    return digest.of_value({**_page_of(record, reader), "at": plain.dump(moment_of(record))})


def lasting_key(record: Record, words: WordLists) -> str:
    """Return the digest of the page of a record and its reader, whatever the day."""
    return digest.of_value({**_page_of(record, this_reader(words).sha256), "at": None})


def shared_key(record: Record, holdings: Stacks) -> str:
    """Return the key of a record's reading: that of another day's, where the page reads the same on any day since then."""
    lasting = holdings.derived.lasting(lasting_key(record, holdings.words))
    if lasting is not None and lasting[0] <= local_day(record.capture.started):
        return lasting[1]
    return key_of(record, holdings.words)


def same_since(reading: Reading) -> date | None:
    """Return from which day on a page reads the same on any day: that of its newest date; None where the day matters.

    It matters where a date is relative, unsure (its year may be guessed by the day) or was yet to come.
    """
    known = (*reading.dates, *(item.dated for item in reading.items if item.dated is not None))
    if any(one.kind in ("relative", "future") or not one.certain for one in known):
        return None
    return max((one.date for one in known), default=date.min)


def _page_of(record: Record, reader: str) -> dict[str, Any]:
    capture = record.capture
    return {
        "artifacts": [[each.role, each.frame, each.url, each.sha256] for each in artifacts_of(record)],
        "exchanges": capture.exchanges,
        "url": capture.final_url or capture.requested_url,
        "reader": reader,
    }


def moment_of(record: Record) -> datetime:
    """Return the moment a record's page is read against: the last second of its day in Asia/Shanghai.

    So pages of one day share a reading, and 3小时前 is never read as an earlier day than it was.
    """
    local = record.capture.started.astimezone(dates.SHANGHAI)
    return local.replace(hour=23, minute=59, second=59, microsecond=0).astimezone(UTC)


def has_page(record: Record) -> bool:
    """Tell whether a record brought a page, or a day's attempts or checks, that can be read."""
    page = record.capture.of_role("layout") or record.capture.of_role("dom")
    return bool(page) or any(is_of(record) for is_of, _ in _LOGS)


def _read_all(records: Mapping[str, Record], holdings: Stacks, jobs: int) -> Iterator[tuple[str, Reading]]:
    if jobs <= 1 or len(records) <= _FEW:
        for key, record in records.items():
            reading = read_one(record, holdings.store, holdings.derived, holdings.words)
            if reading is not None:
                yield key, reading
        return
    yield from _in_pool(records, holdings, jobs)


def _in_pool(records: Mapping[str, Record], holdings: Stacks, jobs: int) -> Iterator[tuple[str, Reading]]:
    """Read in processes that know nothing of each other; a page that kills its process is left out and said."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        waiting = {
            key: pool.submit(_read_from, holdings.root, holdings.words, record) for key, record in records.items()
        }
        for key, future in waiting.items():
            reading = _outcome(records[key], future)
            if reading is not None:
                yield key, reading


def _outcome(record: Record, future: Future[Reading | None]) -> Reading | None:
    try:
        return future.result()
    except BrokenProcessPool:
        log.warning("record %s: the reading process died; run again with one job", record.id)
        return None


def _read_from(root: Path, words: WordLists, record: Record) -> Reading | None:
    return read_one(record, FileStore(root), Derived(root), words)


@dataclass(frozen=True, slots=True)
class _Pictures:
    """What was made of pictures, kept by their bytes and by what read them."""

    derived: Derived

    def picture(self, sha256: str) -> Kept | None:
        """Return what was made of a picture; None where this reader did not read it yet."""
        return self.derived.picture(_key_of_picture(sha256))

    def put_picture(self, sha256: str, kept: Kept) -> None:
        """Keep what was made of a picture."""
        self.derived.put_picture(_key_of_picture(sha256), kept)


def _key_of_picture(sha256: str) -> str:
    try:
        engine = tesseract.engine()
    except tesseract.EngineMissing:
        engine = "none"
    return digest.of_value({"picture": sha256, "reader": this_reader().sha256, "engine": engine})


def of_record(record: Record, store: Store, words: WordLists, shelf: Shelf | None = None) -> Reading:
    """Return the reading of a record's page, or of the log it holds, from a store; raises what reading them raises."""
    for is_of, read_log in _LOGS:
        if is_of(record):
            return read_log(record, store)
    return read(from_record(record, store), at=moment_of(record), words=words, shelf=shelf)


def read_one(record: Record, store: Store, derived: Derived, words: WordLists) -> Reading | None:
    """Return the reading of a record, made now; `derived` keeps what is made of pictures. None for one that cannot be read."""
    try:
        return of_record(record, store, words, _Pictures(derived))
    except NotFound as error:
        log.warning("record %s cannot be read, its contents are not all in the store: %s", record.id, error)
        return None
    except Exception:
        log.warning("record %s cannot be read; the others go on", record.id, exc_info=True)
        return None
