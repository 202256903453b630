"""Readings of records: equal inputs read once, kept, and no record lost to another's fault."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from evidence import readings as module
from evidence.admit import admit
from evidence.holdings import Holdings
from evidence.model import Capture, Record
from evidence.reading import PageInput, from_record, read
from evidence.readings import key_of, moment_of, readings, shared_key
from tests.bench import ocr
from tests.evidence.factory import NOON, artifact, capture
from tests.evidence.reading.pages import TITLES

LIST = (
    "<ul>"
    + "".join(f"<li><a href='{n}.html'>{t}</a><span>2020-12-2{n}</span></li>" for n, t in enumerate(TITLES))
    + "</ul>"
)


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path)


def without_layout(taken: Capture) -> Capture:
    return replace(taken, artifacts=tuple(each for each in taken.artifacts if each.role != "layout"))


def admitted(holdings: Holdings, n: int, *, html: str = LIST, started: datetime = NOON) -> Record:
    taken = without_layout(capture(holdings.store, html=html, key=f"run/shifan/home/{n}", started=started))
    return admit(taken, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


def with_layout(holdings: Holdings, n: int, layout: bytes) -> Record:
    taken = without_layout(capture(holdings.store, html=LIST, key=f"run/shifan/home/{n}"))
    blob = holdings.store.put(layout, "application/json")
    taken = replace(taken, artifacts=(*taken.artifacts, artifact(blob, "layout")))
    return admit(taken, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


def test_a_record_is_read_from_the_store(holdings: Holdings) -> None:
    record = admitted(holdings, 1)
    reading = readings([record], holdings)[record.id]
    assert reading is not None
    assert ([item.title for item in reading.items], reading.newest) == (list(TITLES), date(2020, 12, 23))
    assert set(reading.inputs) <= set(record.capture.cited)


def test_equal_inputs_of_a_day_are_read_once_and_kept(holdings: Holdings, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [admitted(holdings, n, started=NOON + timedelta(minutes=n)) for n in range(3)]
    read = module.read
    count: list[PageInput] = []
    monkeypatch.setattr(module, "read", lambda page, *, at, words, shelf: (count.append(page), read(page, at=at))[1])
    first = readings(records, holdings)
    again = readings(records, holdings)
    assert first == again and len(first) == 3
    assert len(count) == len({key_of(record, holdings.words) for record in records})


@pytest.mark.parametrize("layout", [b"{}", b"not json", b'{"documents": [], "strings": [], "styles": []}', b"[]"])
def test_a_record_that_cannot_be_read_does_not_take_the_others_with_it(
    holdings: Holdings, layout: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    broken, whole = with_layout(holdings, 1, layout), admitted(holdings, 2)
    read = readings([broken, whole], holdings)
    assert read[broken.id] is None
    assert read[whole.id] is not None
    assert broken.id in caplog.text


def test_a_failed_visit_has_no_reading(holdings: Holdings) -> None:
    taken = replace(capture(holdings.store), outcome="unreachable", reason="dns", artifacts=())
    record = admit(taken, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)
    assert readings([record], holdings) == {record.id: None}


def test_many_records_read_in_processes_give_what_one_process_gives(holdings: Holdings) -> None:
    records = [admitted(holdings, n, html=LIST.replace("2020", str(2010 + n))) for n in range(6)]
    read = readings(records, holdings, jobs=2)
    newest = [reading.newest for record in records if (reading := read[record.id]) is not None]
    assert newest == [date(2010 + n, 12, 23) for n in range(6)]


def test_a_page_is_read_against_the_end_of_its_own_day_in_china(holdings: Holdings) -> None:
    record = admitted(holdings, 1, started=datetime(2021, 1, 3, 17, 0, tzinfo=UTC))
    assert moment_of(record) == datetime(2021, 1, 4, 15, 59, 59, tzinfo=UTC)


LISTED = (
    "<ul>"
    + "".join(f"<li><a href='{n}.html'>示范县召开第{n}次工作推进会议</a><span>%s</span></li>" for n in range(4))
    + "</ul>"
)


@pytest.mark.parametrize(
    ("written", "different"),
    [("2021-01-01", 1), ("2021-01-01 10:00", 1), ("3天前", 3), ("01-01", 3), ("2021-01-05", 2), ("2021-01-09", 3)],
)
def test_a_page_is_read_once_for_all_days_unless_its_dates_hang_on_the_day(
    tmp_path: Path, written: str, different: int
) -> None:
    held = Holdings.open(tmp_path)
    made = [admitted(held, n, html=LISTED % ((written,) * 4), started=NOON + timedelta(days=n)) for n in (0, 1, 2)]
    apart = [readings([record], held)[record.id] for record in made]
    assert len({shared_key(record, held) for record in made}) == different
    fresh = [read(from_record(record, held.store), at=moment_of(record)) for record in made]
    assert apart == fresh


def test_an_older_look_at_a_page_is_not_given_what_only_a_later_day_could_say(tmp_path: Path) -> None:
    """A row dated the fifth was yet to come on the fourth, whatever was read of it on the sixth."""
    held = Holdings.open(tmp_path)
    page = LISTED % (("2021-01-05",) * 4)
    late, early = (admitted(held, n, html=page, started=NOON + timedelta(days=n)) for n in (2, 0))
    readings([late], held)
    found = readings([early], held)[early.id]
    assert found is not None
    assert {item.dated.kind for item in found.items if item.dated} == {"future"}


def test_a_picture_that_stayed_costs_no_call_of_the_engine_on_the_second_night(tmp_path: Path) -> None:
    """Nor where a reader opened anew finds the text beside it changed; another picture does cost one."""
    told: list[tuple[str, int]] = []
    for number, night in ((0, 0), (0, 1), (1, 1)):
        held = Holdings.open(tmp_path)
        record = ocr.page(held, number, night)
        with ocr.counted() as calls:
            found = readings([record], held)[record.id]
        assert found is not None
        told.append((found.images[0].text, len(calls)))
    (first, cost), (again, nothing), (other, more) = told
    assert "政府网站检查工作的通知" in first
    assert first == again != other
    assert cost > 0 < more
    assert nothing == 0
