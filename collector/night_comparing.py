"""The night's comparison: each page that was captured, beside its last capture before the night.

    nights/NIGHT/compared.jsonl   {"target", "label", "earlier", "later", "state", "said"}

Equal digests end it at once, and such pages are most. What differs is compared in processes of its own, for a page may be
made to kill whoever looks at it: that one is then written down as failed, and the night goes on. Each answer is kept before
the next; so a killed night compares nothing twice, and what its time does not suffice for is said to be left.
"""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from collector import lines
from collector.due import LOOKS
from collector.journal import Journal
from collector.night import Compared
from collector.night_journal import NightJournal
from collector.schedule import Label
from evidence import plain
from evidence.comparing import alike, compare
from evidence.errors import EvidenceError
from evidence.holdings import Holdings, Stacks
from evidence.model import Record
from evidence.plan import run_of
from evidence.reading.wordlists import WordLists

log = logging.getLogger(__name__)

FILE = "compared.jsonl"
SHARE = 32
"""Pages that processes are given at once: so many are looked at again, each alone, where one of them kills its process."""
LATE = "本次任务用于比对的时间已用完"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One page of the night, and the capture before it; None: there was none."""

    page: Label
    earlier: str | None
    later: str

    def answer(self, state: str, said: str) -> Compared:
        """Return what came of it."""
        told = {"earlier": self.earlier, "later": self.later, "state": state, "said": said}
        return plain.load(Compared, {"target": self.page[0], "label": self.page[1], **told})


def kept(folder: Path) -> tuple[Compared, ...]:
    """Return what a night compared so far, each page as it was answered last."""
    path = folder / FILE
    found = [plain.load(Compared, line) for line in lines.read(path)] if path.is_file() else []
    return tuple({(one.target, one.label): one for one in found}.values())


def work(holdings: Holdings, journal: NightJournal, *, jobs: int, seconds: float) -> None:
    """Compare what is not compared yet, for so many seconds; raises OSError where an answer cannot be kept."""
    until = time.monotonic() + seconds
    path, done = journal.folder / FILE, {one.later for one in kept(journal.folder)}
    unequal: list[Pair] = []
    for pair in pairs(holdings, journal):
        if pair.later not in done:
            answer = _at_once(pair, holdings)
            if answer is None:
                unequal.append(pair)
            else:
                lines.append(path, plain.dump(answer))
    for answer in _in_processes(unequal, holdings, jobs, until):
        lines.append(path, plain.dump(answer))


def pairs(holdings: Holdings, journal: NightJournal) -> Iterator[Pair]:
    """Yield the planned pages that the night captured, by their last attempt, each with its last capture before the night."""
    runs = [found for run in journal.runs() if (found := Journal.of(holdings.root, run))]
    last = {(line["target"], line["label"]): line for run in runs for line in run.outcomes()}
    planned: dict[str, list[str]] = {}
    for target, labels in (one for wave in journal.plan.waves for one in wave.due):
        planned.setdefault(target, []).extend(labels)
    for target, wanted in planned.items():
        before = _before(holdings, target, wanted, journal)
        for label in wanted:
            line = last.get((target, label))
            if line is not None and line["outcome"] == "captured":
                yield Pair(page=(target, label), earlier=before.get(label), later=line["record"])


def _before(holdings: Holdings, target: str, labels: Iterable[str], journal: NightJournal) -> Mapping[str, str]:
    """Return the newest capture of each label before the night; a visit that brought no page shows nothing to compare.

    The night's own are known by name, for our clock may have gone back since.
    """
    found: dict[str, str] = {}
    plan = journal.plan
    for look in LOOKS:
        for row in holdings.rows(target, since=plan.at - look, until=plan.at):
            if row.outcome == "captured" and not run_of(row.key).startswith(plan.night):
                found[row.label] = row.record
        if found.keys() >= set(labels):
            break
    return found


def _at_once(pair: Pair, holdings: Holdings) -> Compared | None:
    """Return what needs no look at the pages: nothing before, purged, or equal by its digests; None where they must be seen."""
    if pair.earlier is None:
        return pair.answer("first", "")
    if {pair.earlier, pair.later} & holdings.purged:
        return pair.answer("failed", "其中一次的内容已按规定清除或隔离")
    try:
        return pair.answer("same", "") if alike(*_records(pair, holdings)) else None
    except EvidenceError as error:
        return _failed(pair, error)


def _records(pair: Pair, stacks: Stacks) -> tuple[Record, Record]:
    return stacks.record(pair.earlier or ""), stacks.record(pair.later)


def _in_processes(unequal: Sequence[Pair], holdings: Holdings, jobs: int, until: float) -> Iterator[Compared]:
    """Yield the answers as they come; those whose process died are tried once more, each alone, to find the one that kills."""
    for start in range(0, len(unequal), SHARE):
        alone: list[Pair] = []
        for pair, answer in _pooled(unequal[start : start + SHARE], holdings, jobs, until):
            if answer is None:
                alone.append(pair)
            else:
                yield answer
        for pair in alone:
            for _, answer in _pooled([pair], holdings, 1, until):
                yield answer or pair.answer("failed", "比对进程异常终止")


def _pooled(
    wanted: Sequence[Pair], holdings: Holdings, jobs: int, until: float
) -> Iterator[tuple[Pair, Compared | None]]:
    """Yield each pair with its answer: None where its process died, or another's took it along."""
    if time.monotonic() >= until:
        yield from ((pair, pair.answer("left", LATE)) for pair in wanted)
        return
    pool = ProcessPoolExecutor(min(jobs, len(wanted)), mp_context=multiprocessing.get_context("spawn"))
    waiting: dict[Future[Compared], Pair] = {}
    try:
        with suppress(BrokenProcessPool):  # one died before all were handed over
            for pair in wanted:
                waiting[pool.submit(_answered, holdings.root, holdings.words, pair)] = pair
        yield from ((pair, None) for pair in wanted[len(waiting) :])
        for future in as_completed(list(waiting), timeout=max(0.0, until - time.monotonic())):
            pair = waiting.pop(future)
            yield pair, _outcome(future)
    except TimeoutError:
        for pair in waiting.values():
            yield pair, pair.answer("left", LATE)
    finally:
        pool.shutdown(cancel_futures=True)


def _failed(pair: Pair, error: Exception) -> Compared:
    return pair.answer("failed", (str(error).splitlines() or [type(error).__name__])[0][:300])


def _outcome(future: Future[Compared]) -> Compared | None:
    try:
        return future.result()
    except BrokenProcessPool:
        return None


def _answered(root: Path, words: WordLists, pair: Pair) -> Compared:
    """Compare one pair; what cannot be compared is an answer too."""
    try:
        stacks = Stacks.of(root, words, frozenset())  # purged ones were answered before
        found = compare(*_records(pair, stacks), holdings=stacks)
    except (EvidenceError, OSError) as error:
        return _failed(pair, error)
    except Exception as error:  # a page is hostile: whatever it did to us is its answer, and no other page's
        log.exception("%s/%s: the comparison failed", *pair.page)
        return pair.answer("failed", type(error).__name__)
    return pair.answer(found.state, replace(found, notes=()).sentence())  # notes may quote the page
