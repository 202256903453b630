"""What the ledger has of a run's cleanliness checks (清洁性检查): the one before it, and the one after it, where there was one.

    leaf: cleanliness, key RUN/BEFORE/NNNN, digest that of a cleanliness record (cleanliness/1)

BEFORE is the SHA-256 of the record made before; its first leaf has that digest, the next one, entered when the run has
ended, that of the record made after. A run that was cut off has none, and looks so: the end of its chain is BEFORE still. One
that is taken up again has another look before it; where nothing changed that is the same record, entered once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from evidence import canonical, heads
from evidence.holdings import Holdings
from evidence.ledger import each_leaf
from evidence.model import Record
from evidence.plan import run_of

FOLLOWED = "followed"
"""Key of a record made before a run whose check afterwards is entered in the ledger; what older versions made has none."""
NOT_MADE = "该轮采集在检查之前中断，或制作本包时尚未结束"
NOT_ENTERED = "由旧版程序采集，事后检查没有记入台账"


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What is known of the check after the run of a record."""

    run: str
    record: Mapping[str, Any]
    """The cleanliness record made then; empty where there is none."""
    missing: str | None
    """Why there is none, in Chinese; None where there is one."""


def begin(holdings: Holdings, run: str, before: str) -> None:
    """Enter the record made before a run, or before it is taken up again."""
    _enter(holdings, run, before, before)


def end(holdings: Holdings, run: str, before: str, after: str) -> None:
    """Enter the record made after a run."""
    _enter(holdings, run, before, after)


def cut_off(holdings: Holdings, run: str) -> int:
    """Return how often a run was begun without a check after it, the present time not counted."""
    pairs = [(leaf.key.split("/"), leaf.digest) for leaf in each_leaf(holdings.ledger, heads.CLEANLINESS)]
    begun = [digest == key[1] for key, digest in pairs if key[0] == run]
    return max(0, 2 * sum(begun) - len(begun) - 1)


def sessions(records: Iterable[Record]) -> tuple[tuple[str, str], ...]:
    """Return the runs of some records, each with the record made before it; nothing for records that cite none."""
    cited = ((run_of(record.capture.key), record.capture.cleanliness) for record in records)
    return tuple(sorted({(run, before) for run, before in cited if before}))


def of_record(record: Record, holdings: Holdings) -> After | None:
    """Return what the ledger has of the check after the run of a record; None where the record cites no check."""
    for run, before in sessions([record]):
        last = holdings.ledger.chain.last(heads.CLEANLINESS, heads.of_run(run), before)
        missing = NOT_ENTERED if last is None else NOT_MADE if last == before else None
        body = canonical.decode(holdings.store.read(last)) if last and not missing else {}
        return After(run=run, record=body if isinstance(body, Mapping) else {}, missing=missing)
    return None


def _enter(holdings: Holdings, run: str, before: str, sha256: str) -> None:
    ledger = holdings.ledger
    with ledger.exclusive():
        keys = (f"{run}/{before}/{n:04}" for n in count(1))
        free = next(key for key in keys if ledger.find(heads.CLEANLINESS, key) is None)
        ledger.append(heads.CLEANLINESS, free, sha256)
