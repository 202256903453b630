"""The catalog: finds records by target, label and time, and can always be made again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence import canonical, catalog
from evidence.admit import admit
from evidence.catalog import FileCatalog, Row
from evidence.errors import CatalogError
from evidence.holdings import Holdings
from evidence.model import Record
from evidence.store import FileStore
from tests.evidence import factory

NOON = factory.NOON


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path / "store")


def admitted(holdings: Holdings, n: int, **fields: object) -> Record:
    capture = factory.capture(holdings.store, key=f"R/{n}", **fields)
    return admit(capture, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


def three_nights(holdings: Holdings) -> list[Record]:
    return [admitted(holdings, n, started=NOON + timedelta(days=20 * n), html=str(n)) for n in range(3)]


def test_a_series_is_in_the_order_of_its_starts(holdings: Holdings) -> None:
    late = admitted(holdings, 1, started=NOON + timedelta(days=2))
    early = admitted(holdings, 2, started=NOON)
    assert [row.record for row in holdings.rows("shifan", "home")] == [early.id, late.id]


def test_a_window_takes_in_both_its_ends_over_months(holdings: Holdings) -> None:
    records = three_nights(holdings)
    found = holdings.rows("shifan", "home", NOON + timedelta(days=20), NOON + timedelta(days=40))
    assert [row.record for row in found] == [records[1].id, records[2].id]
    assert holdings.rows("shifan", "home", None, NOON) == holdings.rows("shifan")[:1]
    assert holdings.rows("shifan", "home", NOON + timedelta(days=41)) == ()


def test_a_window_may_be_given_in_another_zone(holdings: Holdings) -> None:
    midnight = datetime(2021, 1, 31, 16, 30, tzinfo=UTC)
    record = admitted(holdings, 1, started=midnight)
    begin = datetime.fromisoformat("2021-02-01T00:00:00+08:00")
    assert [row.record for row in holdings.rows("shifan", "home", begin)] == [record.id]


def test_there_is_one_file_a_target_and_month(holdings: Holdings) -> None:
    three_nights(holdings)
    assert sorted(path.name for path in (holdings.catalog.folder / "shifan").iterdir()) == [
        "2021-01.json",
        "2021-01.tail",
        "2021-02.json",
    ]
    assert holdings.catalog.targets() == ("shifan",)


@pytest.mark.parametrize("target", ["../x", "a/b", "", ".hidden", "x" * 101, "网站", "a\x00", "-rf"])
def test_a_target_id_that_is_no_slug_never_becomes_a_path(holdings: Holdings, target: str) -> None:
    with pytest.raises(CatalogError, match="target id"):
        admitted(holdings, 1, target=factory.target(id=target))
    assert holdings.ledger.size == 0


def test_losing_the_catalog_loses_nothing(holdings: Holdings) -> None:
    three_nights(holdings)
    before = holdings.rows("shifan")
    for path in holdings.catalog.folder.glob("*/*.json"):
        path.unlink()
    assert Holdings.open(holdings.root).rows("shifan") == before


def test_one_lost_month_is_noticed_and_made_again(holdings: Holdings) -> None:
    three_nights(holdings)
    before = Holdings.open(holdings.root).rows("shifan")
    (holdings.catalog.folder / "shifan" / "2021-02.json").unlink()
    assert Holdings.open(holdings.root).rows("shifan") == before


def test_records_that_a_kill_kept_out_are_added_at_the_next_opening(
    holdings: Holdings, monkeypatch: pytest.MonkeyPatch
) -> None:
    admitted(holdings, 0)

    def killed(self: FileCatalog, row: Row) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(FileCatalog, "add", killed)
    with pytest.raises(KeyboardInterrupt):
        admitted(holdings, 1, started=NOON + timedelta(days=1))
    monkeypatch.undo()
    assert len(holdings.rows("shifan")) == 1
    assert [row.leaf for row in Holdings.open(holdings.root).rows("shifan")] == [0, 1]


def looked_at(holdings: Holdings, run: str, **fields: object) -> Record:
    """Admit a record under a key that names its target, as captures do."""
    capture = factory.capture(holdings.store, key=f"{run}/shifan/home/1", **fields)
    return admit(capture, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


def test_a_record_that_has_its_row_is_not_opened_to_see_so(holdings: Holdings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a night of thousands, others have added the rows already."""
    for n in range(3):
        looked_at(holdings, f"N{n}", started=NOON + timedelta(days=20 * n))
    rows = holdings.rows("shifan")
    monkeypatch.setattr(FileStore, "read", lambda self, id: pytest.fail(f"{id} was opened"))
    (holdings.catalog.folder / ".state").unlink()
    assert Holdings.open(holdings.root).rows("shifan") == rows


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_row_of_which_a_kill_left_half_is_made_from_its_record(holdings: Holdings, cut: int) -> None:
    """Half of a row may hold the whole id."""
    for n in range(2):
        looked_at(holdings, f"N{n}", started=NOON + timedelta(hours=n))
    rows = holdings.rows("shifan")
    (holdings.catalog.folder / ".state").unlink()
    tail = holdings.catalog.folder / "shifan" / "2021-01.tail"
    tail.write_bytes(tail.read_bytes()[:-cut])
    assert Holdings.open(holdings.root).rows("shifan") == rows


@pytest.mark.parametrize("key", ["N1/../home/1", "N1/.hidden/home/1", "N1/andere/home/1"])
def test_a_key_that_names_another_target_hides_no_record(holdings: Holdings, key: str) -> None:
    looked_at(holdings, "N0")
    record = Record(capture=factory.capture(holdings.store, key=key, html="x"), previous=None)
    blob = holdings.store.put(canonical.encode(record.plain()), "application/json")
    holdings.ledger.append("record", key, blob.sha256)
    assert [row.key for row in Holdings.open(holdings.root).rows("shifan")] == ["N0/shifan/home/1", key]


def test_a_rebuilt_catalog_is_the_one_that_was(holdings: Holdings) -> None:
    three_nights(holdings)
    before = holdings.rows("shifan")
    holdings.catalog.rebuild(holdings.store, holdings.ledger)
    assert holdings.rows("shifan") == before


@pytest.mark.parametrize("text", ["", "[]", '{"rows": {"1": {"record": 1}}}', "{" * 9])
def test_a_damaged_file_is_named_with_its_mend(holdings: Holdings, text: str) -> None:
    admitted(holdings, 0)
    (holdings.catalog.folder / "shifan" / "2021-01.json").write_text(text)
    with pytest.raises(CatalogError, match="reindex"):
        holdings.rows("shifan")
    holdings.catalog.rebuild(holdings.store, holdings.ledger)
    assert len(holdings.rows("shifan")) == 1


def test_two_openings_add_to_one_file(tmp_path: Path) -> None:
    one, other = Holdings.open(tmp_path), Holdings.open(tmp_path)
    first = admitted(one, 0)
    second = admitted(other, 1, started=NOON + timedelta(days=1))
    third = admitted(one, 2, started=NOON + timedelta(days=2))
    assert second.previous == first.id
    assert third.previous == second.id
    assert [row.record for row in other.rows("shifan")] == [first.id, second.id, third.id]


def test_a_failed_capture_has_its_row_too(holdings: Holdings) -> None:
    admitted(holdings, 0, outcome="unreachable", reason="dns", checks=(), fault="unknown")
    (row,) = holdings.rows("shifan", "home")
    assert (row.outcome, row.reason, row.complete) == ("unreachable", "dns", False)


def test_a_file_is_plain_tinydb(holdings: Holdings) -> None:
    record = admitted(holdings, 0)
    tables = json.loads((holdings.catalog.folder / "shifan" / "2021-01.json").read_bytes())
    assert tables["rows"]["1"]["record"] == record.id


def months(holdings: Holdings) -> tuple[int, int]:
    """Return the rows in the month's file, and in its tail."""
    path = holdings.catalog.folder / "shifan" / "2021-01.json"
    tail = path.with_suffix(".tail")
    rows = json.loads(path.read_bytes())["rows"]
    return len(rows), tail.read_bytes().count(b"\n") if tail.exists() else 0


def test_a_row_costs_no_writing_of_its_whole_month_until_the_tail_is_long(
    holdings: Holdings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "TAIL", 3)
    lengths = []
    for n in range(6):
        admitted(holdings, n, started=NOON + timedelta(hours=n))
        lengths.append(months(holdings))
    assert lengths == [(1, 0), (1, 1), (1, 2), (1, 3), (5, 0), (5, 1)]
    for opened in (holdings, Holdings.open(holdings.root)):
        assert [row.leaf for row in opened.rows("shifan")] == list(range(6))


def test_a_kill_between_the_months_file_and_the_end_of_its_tail_counts_no_row_twice(
    holdings: Holdings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "TAIL", 2)
    for n in range(3):
        admitted(holdings, n, started=NOON + timedelta(hours=n))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("evidence.catalog.os.truncate", killed)
        admitted(holdings, 3, started=NOON + timedelta(hours=3))
    assert months(holdings) == (4, 2)
    again = Holdings.open(holdings.root)
    admitted(again, 4, started=NOON + timedelta(hours=4))
    assert [row.leaf for row in again.rows("shifan")] == list(range(5))


@pytest.mark.parametrize("torn", [b'{"record": "12', b"\xff\x00", b"{"])
def test_a_line_that_a_kill_left_half_is_none_and_goes_with_the_next(holdings: Holdings, torn: bytes) -> None:
    three = [admitted(holdings, n, started=NOON + timedelta(hours=n)) for n in range(2)]
    with (holdings.catalog.folder / "shifan" / "2021-01.tail").open("ab") as stream:
        stream.write(torn)
    again = Holdings.open(holdings.root)
    assert [row.record for row in again.rows("shifan")] == [record.id for record in three]
    three.append(admitted(again, 2, started=NOON + timedelta(hours=2)))
    assert [row.record for row in Holdings.open(holdings.root).rows("shifan")] == [record.id for record in three]
    assert months(holdings) == (1, 2)


@pytest.mark.parametrize("damage", [b"rubbish\n", b"[]\n", b'{"record": 1}\n', b"\xff\n"])
def test_a_damaged_tail_is_named_with_its_mend(holdings: Holdings, damage: bytes) -> None:
    admitted(holdings, 0)
    (holdings.catalog.folder / "shifan" / "2021-01.tail").write_bytes(damage)
    with pytest.raises(CatalogError, match=r"2021-01\.tail.*\n.*reindex"):
        Holdings.open(holdings.root).rows("shifan")
    holdings.catalog.rebuild(holdings.store, holdings.ledger)
    assert len(holdings.rows("shifan")) == 1


def test_a_lost_tail_is_noticed_and_made_again(holdings: Holdings) -> None:
    for n in range(4):
        admitted(holdings, n, started=NOON + timedelta(hours=n))
    before = Holdings.open(holdings.root).rows("shifan")
    (holdings.catalog.folder / "shifan" / "2021-01.tail").unlink()
    assert Holdings.open(holdings.root).rows("shifan") == before


@pytest.mark.parametrize("writer", ["write_whole", "append_whole"])
def test_a_disk_that_takes_nothing_is_an_error_with_the_place(
    holdings: Holdings, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    admitted(holdings, 0)
    late = timedelta(days=40 if writer == "write_whole" else 1)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"evidence.catalog.{writer}", full)
    with pytest.raises(CatalogError, match="No space left"):
        admitted(holdings, 1, started=NOON + late)
    monkeypatch.undo()
    assert len(Holdings.open(holdings.root).rows("shifan")) == 2
