"""Readings made by workers: the coordinator asks for what is not read yet, and keeps what comes.

What no worker reads in time is read where it is asked for: a reading is derived, and may be made anywhere, once or twice.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Mapping, Sequence

from collector.errors import FleetError
from collector.fleet.database import Database, queue
from collector.fleet.handovers import Handovers
from collector.fleet.orders import READING
from collector.fleet.roster import Roster
from collector.fleet_settings import FleetSettings
from collector.workspace import Workspace
from evidence import canonical, digest, plain
from evidence.holdings import Holdings
from evidence.model import Reading, Record
from evidence.reading import tesseract
from evidence.reading.reader import this_reader
from evidence.reading.wordlists import WordLists
from evidence.readings import keep, unread

log = logging.getLogger(__name__)


def queue_of(words: WordLists) -> str:
    """Return the queue of those that read alike: same reader, same word lists, same OCR engine."""
    try:
        engine = tesseract.engine()
    except tesseract.EngineMissing:
        engine = "none"
    return f"reading-{digest.of_value({'engine': engine, 'reader': this_reader(words).sha256})[:16]}"


def read_elsewhere(workspace: Workspace, holdings: Holdings, records: Sequence[Record]) -> int:
    """Have records read by the workers that read alike; return how many readings came. Raises FleetError."""
    wanted = unread(records, holdings)
    if not wanted:
        return 0
    return asyncio.run(_read(workspace, holdings, wanted))


async def _read(workspace: Workspace, holdings: Holdings, wanted: Mapping[str, Record]) -> int:
    settings = workspace.settings.fleet
    database = Database(settings)
    try:
        database.set_up()
        where, session = queue_of(holdings.words), f"reading/{secrets.token_hex(8)}"
        if not _somebody(database, where, settings.stalled_seconds):
            log.warning("no worker reads as this machine does: %d pages are read here", len(wanted))
            return 0
        async with queue(settings).open_async() as app:
            task = app.configure_task(READING, queue=where)
            for key, record in wanted.items():
                body = canonical.encode(record.plain()).decode("utf-8")
                await task.defer_async(key=key, record=body, session=session)
        return await _kept(database, holdings, dict(wanted), session, where, settings)
    finally:
        database.close()


async def _kept(
    database: Database,
    holdings: Holdings,
    waiting: dict[str, Record],
    session: str,
    where: str,
    settings: FleetSettings,
) -> int:
    """Keep what comes until all has come, nobody is there any more who reads, or nothing came for very long."""
    handovers, count, heard, stalled = Handovers(database), 0, time.monotonic(), settings.stalled_seconds
    while waiting and (silent := time.monotonic() - heard) < settings.patience_seconds:
        if silent > stalled and not _somebody(database, where, stalled):
            break
        found = handovers.waiting(session)
        for one in found:
            record = waiting.pop(one.body["key"], None)
            if record is not None and one.body["reading"] is not None:
                keep(one.body["key"], record, plain.load(Reading, one.body["reading"]), holdings)
                count += 1
        if found:
            handovers.settle(one.n for one in found)
            heard = time.monotonic()
        else:
            await asyncio.sleep(settings.poll_milliseconds / 1000)
    handovers.forget(session)
    return count


def _somebody(database: Database, where: str, stalled: int) -> bool:
    return any(one.queue == where and one.seconds < stalled for one in Roster(database).hands())


def readers(workspace: Workspace, holdings: Holdings, records: Sequence[Record]) -> None:
    """Have records read elsewhere as far as that goes; a fleet that cannot be reached is told, and all is read here."""
    try:
        read_elsewhere(workspace, holdings, records)
    except FleetError as error:
        log.warning("the fleet reads nothing: %s", error)
