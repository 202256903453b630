"""Which records are replayed, and the keeping of what came of it: after a run a seeded share, before a bundle all of it.

Measuring costs as much as capturing again; it is never done within a capture's time. Nothing here fails a run or a bundle:
what cannot be measured says so, or stays unmeasured.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from statistics import median_low

from collector import browser as browsers
from collector import printing, rechecks, replay
from collector.elsewhere import Elsewhere
from collector.errors import BrowserError
from collector.keeper import Keeper, Running
from collector.run import Watcher
from collector.workspace import Workspace
from evidence import digest, words
from evidence.answers import Answers
from evidence.errors import EvidenceError
from evidence.holdings import Holdings
from evidence.house import House, Readers
from evidence.model import Blob, Reader, Record
from evidence.replay import Replay, can_be
from evidence.store import Store

log = logging.getLogger(__name__)

QUIET = (*browsers.NO_NETWORK, "--disable-site-isolation-trials")
"""Flags of the browser that replays: no host is found; frames of other sites stay in the page's process, where their
requests are held up like the page's own."""


def measure(
    workspace: Workspace, holdings: Holdings, records: Iterable[Record], progress: Watcher | None = None
) -> Mapping[str, Replay]:
    """Return the replays of the records that can be replayed, by record id; those that are not there yet are made.

    Where no browser starts they stay unmeasured, which a warning tells.
    """
    wanted = {record.id: record for record in records if can_be(record)}
    due = [record for id, record in wanted.items() if not _is_current(holdings.derived.replay(id))]
    if due:
        if progress:
            progress.step("重放", total=len(due))
        _make(workspace, holdings, due, progress)
    found = {id: holdings.derived.replay(id) for id in wanted}
    return {id: kept for id, kept in found.items() if kept is not None}


def house(workspace: Workspace) -> House:
    """Return what the evidence commands work on, with what replays a record before it goes into a bundle, and looks again."""
    return replace(
        workspace.house(),
        replay=lambda holdings, records: measure(workspace, holdings, records),
        recapture=lambda holdings, target, labels: rechecks.recapture(workspace, holdings, target, labels),
        printer=printing.printer(workspace.settings.browser),
        readers=_readers(workspace),
    )


def _readers(workspace: Workspace) -> Readers | None:
    """Return what has records read by a fleet, where the workspace has one."""
    if workspace.settings.executor != "fleet":
        return None

    def read(holdings: Holdings, records: Sequence[Record]) -> None:
        from collector.fleet.reading import readers  # an extra

        readers(workspace, holdings, records)

    return read


def sampled(records: Sequence[Record], run: str, share: int) -> tuple[Record, ...]:
    """Return `share` per mille of the records that can be replayed, to the nearest number; the run's name is the seed."""
    ranked = sorted(
        (record for record in records if can_be(record)),
        key=lambda record: hashlib.sha256(f"{run} {record.capture.key}".encode()).digest(),
    )
    return tuple(ranked[: (len(ranked) * share + 500) // 1000])


def sentence(sample: Sequence[Record], replays: Mapping[str, Replay]) -> str:
    """Return what a run says of its sample, for people; empty where there was none."""
    if not sample:
        return ""
    shown = [replays[record.id] for record in sample if record.id in replays]
    pictures = [one.picture for one in shown if one.picture is not None]
    middle = f"，画面相似度中位数 {words.per_mille(median_low(pictures))}" if pictures else ""
    causes = Counter[str]()
    for one in shown:
        causes.update({words.MISSES[miss.cause]: miss.count for miss in one.misses})
        causes.update([words.word(one.reason, words.REPLAY_REASONS)] if one.reason else [])
    lacking = "、".join(f"{said} {count} 项" for said, count in causes.most_common())
    unmeasured = f"，{len(sample) - len(shown)} 页未测量" if len(shown) < len(sample) else ""
    return f"抽样重放 {len(sample)} 页{unmeasured}{middle}" + (f"；未能重放：{lacking}" if lacking else "")


def this_replayer() -> Reader:
    """Return which replayer this is: the digest goes over the collector's sources and what compares."""
    return Reader(name="collector.replay", version=metadata.version("quzheng"), sha256=_sources())


@cache
def _sources() -> str:
    """Return a digest over the sources that measure."""
    from evidence import answers
    from evidence.comparing import fidelity

    files = (Path(module.__file__ or "") for module in (replay, answers, fidelity))
    return digest.of_value([digest.sha256(file.read_bytes()) for file in files])


def _is_current(kept: Replay | None) -> bool:
    return kept is not None and kept.replayer == this_replayer()


@dataclass(frozen=True, slots=True)
class _Nowhere:
    """A sink that keeps nothing: a replay adds nothing to the store."""

    def put(self, data: bytes, media_type: str) -> Blob:
        """Return the digests of `data`."""
        return Blob(sha256=digest.sha256(data), sm3=digest.sm3(data), size=len(data), media_type=media_type)


def _make(workspace: Workspace, holdings: Holdings, due: Sequence[Record], progress: Watcher | None) -> None:
    def deliver(made: Replay) -> None:
        holdings.derived.put_replay(made)
        if progress:
            progress.advance()

    try:
        asyncio.run(_play(workspace, holdings.store, due, deliver))
    except BrowserError as error:
        log.warning("replays are not measured: %s", error)


async def _play(workspace: Workspace, store: Store, due: Sequence[Record], deliver: Callable[[Replay], None]) -> None:
    found = browsers.find(workspace.settings.browser)
    if isinstance(found, Elsewhere):
        raise BrowserError(f"a browser elsewhere ({found.place}) cannot be cut off from its network")
    limits = workspace.settings.limits
    quiet = replace(found, flags=(*found.flags, *QUIET))
    kept = Keeper(quiet, _Nowhere(), captures=limits.browser_captures, resident=limits.browser_bytes)
    turn = asyncio.Semaphore(workspace.settings.jobs)

    async def one(record: Record) -> None:
        async with turn, keeper.lent(1) as running:
            deliver(await _replayed(record, store, running, workspace))

    async with kept as keeper:
        try:
            async with asyncio.TaskGroup() as group:
                for record in due:
                    group.create_task(one(record))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from failures


async def _replayed(record: Record, store: Store, running: Running, workspace: Workspace) -> Replay:
    blank = Replay(record=record.id, replayer=this_replayer(), browser=running.browser.version)
    try:
        answers = Answers(record, store)
    except EvidenceError:
        return replace(blank, reason="damaged")
    shown = await replay.show(record, store, answers, running, workspace.settings.limits)
    if shown.reason:
        return replace(blank, reason=shown.reason)
    balance = answers.balance(shown.stopped)
    return replace(
        blank,
        picture=shown.likeness.share,
        tiles=shown.tiles,
        text=shown.text,
        got=balance.got,
        of=balance.of,
        misses=balance.misses,
    )
