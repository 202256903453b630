"""What admitting a record costs, in bare fsyncs, and finding records again: in a store of 1,000 records and of 200,000.

    python tests/bench/admitting.py [--full]        without --full the larger store has 3,000

An admitted page cites 40 blobs; it is admitted as a run does, target after target, by turns with two bare fsyncs of a line
of the ledger's length. Medians; the best of five rounds counts, since others use the machine too (goal: 6 or less at
both sizes). Then what a target's rows cost: the same 400 in both stores, by a catalog that read nothing yet and by one
that did (goal: the size of the store does not matter), and what a label's last row does.

The stores are filled through the real store, ledger and catalog, which wait for no disk meanwhile.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from evidence import canonical  # noqa: E402
from evidence.admit import admit  # noqa: E402
from evidence.catalog import FileCatalog, Row  # noqa: E402
from evidence.holdings import Holdings  # noqa: E402
from evidence.model import Capture, Record  # noqa: E402
from tests.evidence import factory  # noqa: E402

NIGHTS = 20
"""All in one month: the file of a target's month is as long as it gets."""
CITED = 40
ASKED = "asked"
"""A target of the same 20 columns in each store."""
ROUNDS, EACH = 5, 200


def shape(records: int) -> dict[str, int]:
    """Return the columns of each target of a store of so many records, besides those of the one that is asked for."""
    rest = records // NIGHTS - 20
    return {ASKED: 20, **{f"t{n}": min(100, rest - 100 * n) for n in range(-(-rest // 100))}}


def page(model: Capture, target: str, column: int, night: int) -> Capture:
    """Return a capture of a column in a night."""
    started = factory.NOON + timedelta(days=night, seconds=column * 4)
    return replace(
        model,
        key=f"N{night:02}/{target}/c{column}/1",
        target=factory.target(id=target),
        label=f"c{column}",
        started=started,
        ended=started + timedelta(seconds=3),
    )


@contextmanager
def no_waiting() -> Iterator[None]:
    """Let nothing wait for the disk for the length of the block."""
    with mock.patch("os.fsync", lambda handle: None):
        yield


def filled(root: Path, columns: dict[str, int]) -> Holdings:
    """Return a store of all these columns over the nights."""
    holdings = Holdings.open(root)
    model, rows = factory.capture(holdings.store), []
    previous: dict[tuple[str, str], str] = {}
    with no_waiting():
        for night, (target, count) in product(range(NIGHTS), columns.items()):
            for column in range(count):
                taken = page(model, target, column, night)
                record = Record(capture=taken, previous=previous.get((target, taken.label)))
                holdings.store.put(canonical.encode(record.plain()), "application/json")
                previous[target, taken.label] = record.id
                rows.append(Row.of(record, holdings.ledger.append("record", taken.key, record.id)))
        holdings.catalog.add_all(rows)
    os.sync()
    return Holdings.open(root)


def median_ms(works: Iterator[Callable[[], object]], bare: Path) -> tuple[float, float]:
    """Return the median milliseconds of each work, and of two bare fsyncs done by turns with them."""
    took, alone = [], []
    handle = os.open(bare, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for work in works:
        begun = time.perf_counter()
        for _ in range(2):
            os.write(handle, b"x" * 160)
            os.fsync(handle)
        between = time.perf_counter()
        work()
        took.append(time.perf_counter() - between)
        alone.append(between - begun)
    os.close(handle)
    return statistics.median(took) * 1000, statistics.median(alone) * 1000


def admitting(holdings: Holdings, columns: dict[str, int]) -> None:
    """Print what admitting costs beside two bare fsyncs."""
    model = factory.capture(holdings.store)
    bodies = (holdings.store.put(f"body {n}".encode(), "text/html") for n in range(CITED - len(model.artifacts)))
    more = tuple(factory.artifact(blob, "body", n=n) for n, blob in enumerate(bodies, len(model.artifacts)))
    model = replace(model, artifacts=(*model.artifacts, *more))
    pages = [(target, column) for target, count in columns.items() for column in range(count)]
    found, cpu = [], time.process_time()
    for turn in range(ROUNDS):
        these = range(turn * EACH, turn * EACH + EACH)
        night = [page(model, *pages[n % len(pages)], NIGHTS + n // len(pages)) for n in these]
        works = (lambda one=one: put(one, holdings) for one in night)
        found.append(median_ms(works, holdings.root / "bare"))
    took, alone = min(found, key=lambda one: one[0] / one[1])
    ratios = ", ".join(f"{took / alone:.1f}" for took, alone in found)
    cpu = (time.process_time() - cpu) / ROUNDS / EACH * 1000
    print(f"{holdings.ledger.size:7,d} records: admit {took:6.2f} ms ({cpu:.2f} of CPU, with the fsyncs'), two bare fsyncs "
          f"{alone:5.2f} ms, ratios {ratios}  (goal 6; load of this machine {os.getloadavg()[0]:.1f})")  # fmt: skip


def put(capture: Capture, holdings: Holdings) -> None:
    """Admit one capture."""
    admit(capture, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


def best_ms(work: Callable[[], object]) -> float:
    """Return the least milliseconds that a work took of nine times."""
    times = []
    for _ in range(9):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times) * 1000


def finding(holdings: Holdings) -> float:
    """Print what it costs to find a target's rows; return that of a catalog that read nothing yet."""
    since = factory.NOON - timedelta(days=1)
    until = factory.NOON + timedelta(days=NIGHTS - 1, hours=12)
    cold = best_ms(lambda: FileCatalog(holdings.root).series(ASKED, since=since, until=until))
    warm = best_ms(lambda: holdings.catalog.series(ASKED, since=since, until=until))
    count = len(holdings.rows(ASKED, since=since, until=until))
    print(f"{holdings.ledger.size:7,d} records: {count} rows of one target {cold:6.2f} ms anew, {warm:6.2f} ms again, "
          f"the last of a label {best_ms(lambda: holdings.catalog.last(ASKED, 'c3')):6.3f} ms")  # fmt: skip
    return cold


def main() -> None:
    """Print the table."""
    anew = []
    for size in (1_000, 200_000 if "--full" in sys.argv else 3_000):
        with tempfile.TemporaryDirectory() as folder:
            columns, begun = shape(size), time.perf_counter()
            holdings = filled(Path(folder), columns)
            print(f"{holdings.ledger.size:7,d} records filled in {time.perf_counter() - begun:.0f} s")
            begun = time.perf_counter()
            Holdings.open(Path(folder))
            print(f"{holdings.ledger.size:7,d} records: opened in {time.perf_counter() - begun:.2f} s")
            anew.append(finding(holdings))
            admitting(holdings, columns)
    print(f"a target's rows in the large store as against the small: {anew[1] / anew[0]:.2f}  (goal 1)")


if __name__ == "__main__":
    main()
