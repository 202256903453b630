"""Admitting: all of a capture or nothing, once, for ever; whatever the moment of a kill."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from evidence import digest
from evidence.admit import admit
from evidence.errors import AdmitError, NotFound
from evidence.holdings import Holdings
from evidence.model import Capture, FlowRef, Record
from evidence.soundness import examine
from tests.conftest import ROOT
from tests.evidence import factory

CHILD = """
import sys
from pathlib import Path
from evidence.admit import admit
from evidence.holdings import Holdings
from tests.evidence import factory
holdings = Holdings.open(Path(sys.argv[1]))
for n in range(10_000):
    capture = factory.capture(holdings.store, key=f"{sys.argv[2]}/shifan/home/{n}", html=f"{sys.argv[2]} {n}")
    record = admit(capture, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)
    print(capture.key, record.id, flush=True)
"""


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path / "store")


def admitted(holdings: Holdings, capture: Capture) -> Record:
    return admit(capture, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


def test_a_record_is_found_by_the_digest_of_its_json(holdings: Holdings) -> None:
    record = admitted(holdings, factory.capture(holdings.store))
    assert holdings.record(record.id) == record
    leaf = holdings.ledger.find("record", record.capture.key)
    assert leaf is not None
    assert leaf.digest == record.id


def test_records_of_one_label_are_chained(holdings: Holdings) -> None:
    first = admitted(holdings, factory.capture(holdings.store, key="a"))
    other = admitted(holdings, factory.capture(holdings.store, key="b", label="news"))
    failed = admitted(holdings, factory.capture(holdings.store, key="c", outcome="timeout", reason="timeout"))
    last = admitted(holdings, factory.capture(holdings.store, key="d", started=factory.NOON + timedelta(days=40)))
    assert (first.previous, other.previous) == (None, None)
    assert (failed.previous, last.previous) == (first.id, failed.id)


def test_the_chain_follows_the_ledger_not_the_clock(holdings: Holdings) -> None:
    """What a person hands in later was seen earlier; it still comes after what the ledger had."""
    now = admitted(holdings, factory.capture(holdings.store, key="a"))
    earlier = factory.capture(holdings.store, key="b", started=factory.NOON - timedelta(days=70))
    handed_in = admitted(holdings, earlier)
    assert handed_in.previous == now.id
    assert admitted(holdings, factory.capture(holdings.store, key="c")).previous == handed_in.id


def test_a_run_of_records_is_chained_by_the_ledger_whatever_the_catalog_has_lost(holdings: Holdings) -> None:
    def look(night: int, label: str = "home") -> Record:
        capture = factory.capture(holdings.store, key=f"N{night}/shifan/{label}/1", label=label, html=f"{night}{label}")
        return admitted(holdings, capture)

    first, other = look(1), look(1, "zwgk/page-2")
    for path in holdings.catalog.folder.glob("*/*.json"):
        path.unlink()
    assert (look(2).previous, look(2, "zwgk/page-2").previous) == (first.id, other.id)


def test_the_same_key_again_is_the_same_record_whatever_the_capture(holdings: Holdings) -> None:
    record = admitted(holdings, factory.capture(holdings.store))
    again = admitted(Holdings.open(holdings.root), factory.capture(holdings.store, html="changed"))
    assert again == record
    assert holdings.ledger.size == 1


@pytest.mark.parametrize("field", ["exchanges", "times", "environment", "cleanliness", "flow"])
def test_a_capture_that_cites_a_missing_blob_is_not_admitted(holdings: Holdings, field: str) -> None:
    nowhere = digest.sha256(b"nowhere")
    value = FlowRef(name="x", sha256=nowhere, verified=None) if field == "flow" else nowhere
    with pytest.raises(AdmitError, match=nowhere):
        admitted(holdings, factory.capture(holdings.store, **{field: value}))
    assert holdings.ledger.size == 0
    assert holdings.rows("shifan") == ()


def test_what_is_no_record_is_not_given_as_one(holdings: Holdings) -> None:
    blob = holdings.store.put(b'{"schema":"reading/1"}', "application/json")
    with pytest.raises(NotFound, match="not a record"):
        holdings.record(blob.sha256)
    with pytest.raises(NotFound):
        holdings.record(digest.sha256(b"nowhere"))


def killed_at_random(store: Path, run: str, luck: random.Random) -> list[tuple[str, str]]:
    """Let a child admit in a loop, kill it at some point of some admission, return what it acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(store), run], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stdout is not None
    with child.stdout:
        acknowledged = [child.stdout.readline().split() for _ in range(luck.randrange(1, 9))]
        for _ in range(luck.randrange(20_000)):
            pass  # a few microseconds to a millisecond: somewhere inside the next admission
        child.send_signal(signal.SIGKILL)
        acknowledged += [line.split() for line in child.stdout.read().splitlines() if line.count(" ") == 1]
    child.wait()
    return [(key, id) for key, id in acknowledged if len(id) == 64]


def test_after_kills_at_any_moment_all_that_was_acknowledged_is_there(tmp_path: Path, full: bool) -> None:
    store, luck = tmp_path / "store", random.Random()
    acknowledged = [pair for n in range(200 if full else 20) for pair in killed_at_random(store, f"R{n}", luck)]
    holdings = Holdings.open(store)
    assert examine(holdings).faults == ()
    assert [holdings.ledger.find("record", key).digest for key, _ in acknowledged] == [  # type: ignore[union-attr]
        id for _, id in acknowledged
    ]
    rows = {row.record for row in holdings.rows("shifan")}
    assert rows == {leaf.digest for leaf in holdings.ledger.leaves()}
    chain = {record.previous: record.id for record in holdings.records()}
    assert len(chain) == holdings.ledger.size, "one unbroken chain: no two records with one predecessor"
