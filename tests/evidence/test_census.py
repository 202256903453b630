"""`store stats` counts every byte once, says what an unchanged page costs, and does not take a new browser for growth."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from evidence import canonical, counting
from evidence.census import Census
from evidence.cli import cli
from evidence.holdings import Holdings
from evidence.model import Record
from evidence.reading.reader import this_reader
from tests.evidence import bundles, factory


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path / "store")


def night(holdings: Holdings, n: int, label: str = "home", **fields: Any) -> Record:
    at = factory.NOON + timedelta(days=n)
    return bundles.admitted(holdings, f"N{n}/shifan/{label}/1", started=at, label=label, **fields)


def environment(holdings: Holdings, version: str) -> str:
    body = {"browser": {"version": version, "sha256": version[0] * 64}}
    return holdings.store.put(canonical.encode(body), "application/json").sha256


def picture(n: int) -> bytes:
    return factory.PNG + bytes([n])


def read_as(holdings: Holdings, *records: Record, **fields: Any) -> None:
    """Keep a reading of each record, all saying the same but for `fields` of the last."""
    keys = {}
    for n, record in enumerate(records):
        own = fields if record is records[-1] else {}
        keys[record.id] = f"{n:064x}"
        holdings.derived.put_reading(keys[record.id], factory.reading(record, **own))
    holdings.derived.put_index("shifan", this_reader(holdings.words).sha256, keys)


def stored(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def taken(holdings: Holdings) -> Census:
    return counting.take(Holdings.open(holdings.root))


def test_every_byte_of_the_store_is_counted_once_whatever_it_is_sorted_by(holdings: Holdings) -> None:
    for n in range(3):
        bundles.planned(holdings, f"N{n}", factory.NOON + timedelta(days=n))
        night(holdings, n, html=f"<p>{n}</p>")
    holdings.store.put(b"nobody cites this", "text/plain")
    found = taken(holdings)
    assert found.whole.stored == stored(holdings.root)
    for piles in (found.roles, found.targets, found.months):
        assert sum(pile.stored for pile in piles) == found.whole.stored
        assert sum(pile.files for pile in piles) == found.whole.files
    assert {pile.name for pile in found.roles} >= {"tiles", "dom", "layout", "bodies", "records", "ledger", "catalog"}
    assert next(pile for pile in found.roles if pile.name == "uncited").logical == len(b"nobody cites this")


def test_what_is_cited_often_is_stored_once(holdings: Holdings) -> None:
    for n in range(4):
        night(holdings, n)
    tiles = next(pile for pile in taken(holdings).roles if pile.name == "tiles")
    assert (tiles.files, tiles.cited, tiles.logical) == (1, 4 * len(factory.PNG), len(factory.PNG))


def test_compressed_text_is_told_by_both_its_sizes(holdings: Holdings) -> None:
    html = "<p>相同的话</p>" * 500
    night(holdings, 0, html=html)
    dom = next(pile for pile in taken(holdings).roles if pile.name == "dom")
    assert dom.logical == len(html.encode()) > 10 * dom.stored


def test_the_cost_of_an_unchanged_page_is_its_record_its_times_and_two_lines(holdings: Holdings) -> None:
    night(holdings, 0)
    before = stored(holdings.root)
    record = night(holdings, 1)
    found = taken(holdings).unchanged
    assert found.pages == 1 and found.median == found.total
    own = sum(holdings.store.path(one).stat().st_size for one in (record.id, record.capture.times))
    assert found.median is not None and own < found.median <= stored(holdings.root) - before


def test_the_median_is_over_pages_not_over_nights(holdings: Holdings) -> None:
    for label, nights in (("home", 9), ("news", 2), ("law", 2)):
        for n in range(nights):
            night(holdings, n, label)
    assert taken(holdings).unchanged.pages == 3


def test_a_page_on_which_only_a_clock_went_on_is_a_page_that_moved(holdings: Holdings) -> None:
    records = [night(holdings, n, picture=picture(n)) for n in range(2)]
    read_as(holdings, *records)
    found = taken(holdings)
    assert (found.moving.pages, found.unchanged.pages) == (1, 0)
    assert "只有时钟、计数、轮播" in found.sentence().splitlines()[0], "the number that matters comes first"


@pytest.mark.parametrize("changed", [{"items": (), "blank": True}, {"title": "别的栏目"}, {"page_kind": "error"}])
def test_a_page_with_other_contents_is_neither(holdings: Holdings, changed: dict[str, Any]) -> None:
    records = [night(holdings, n, picture=picture(n)) for n in range(2)]
    read_as(holdings, *records, **changed)
    found = taken(holdings)
    assert (found.moving.pages, found.unchanged.pages) == (0, 0)


def test_pages_that_nobody_read_are_not_said_to_have_stayed(holdings: Holdings) -> None:
    for n in range(2):
        night(holdings, n, picture=picture(n))
    found = taken(holdings)
    assert found.moving.pages == 0 and "判读后" in found.sentence()


def test_a_failed_visit_is_no_cheap_page(holdings: Holdings) -> None:
    night(holdings, 0)
    night(holdings, 1, outcome="timeout", artifacts=())
    assert taken(holdings).unchanged.pages == 0


class TestAnotherBrowser:
    def test_that_drew_every_tile_anew_is_told_once_and_is_no_growth_of_pages(self, holdings: Holdings) -> None:
        for label in ("home", "news"):
            night(holdings, 0, label, environment=environment(holdings, "120.0"), picture=picture(1))
            night(holdings, 1, label, environment=environment(holdings, "121.0"), picture=picture(2))
            night(holdings, 2, label, environment=environment(holdings, "121.0"), picture=picture(2))
        found = taken(holdings)
        (update,) = found.updates
        assert (update.pages, update.redrawn, update.stored) == (2, 2, len(picture(2)))
        assert update.before.startswith("120.0") and update.after.startswith("121.0")
        assert found.unchanged.pages == 2
        assert "全部重新编码" in found.sentence() and "120.0" in found.sentence()

    def test_that_drew_the_same_is_told_as_such(self, holdings: Holdings) -> None:
        night(holdings, 0, environment=environment(holdings, "120.0"))
        night(holdings, 1, environment=environment(holdings, "121.0"))
        (update,) = taken(holdings).updates
        assert update.redrawn == 0 and "没有因此重存" in update.sentence()

    def test_is_not_blamed_for_a_page_that_answered_otherwise(self, holdings: Holdings) -> None:
        night(holdings, 0, environment=environment(holdings, "120.0"), picture=picture(1))
        night(holdings, 1, environment=environment(holdings, "121.0"), picture=picture(2), html="<p>新</p>")
        assert taken(holdings).updates == ()

    def test_is_not_seen_where_only_our_own_program_changed(self, holdings: Holdings) -> None:
        for n, tool in enumerate("ab"):
            body = canonical.encode({"browser": {"version": "120.0", "sha256": None}, "tool": tool})
            night(holdings, n, environment=holdings.store.put(body, "application/json").sha256)
        assert taken(holdings).updates == ()


def test_an_empty_store_and_a_damaged_record_are_counted_without_a_fault(holdings: Holdings) -> None:
    assert taken(holdings).whole.files >= 0
    record = night(holdings, 0)
    holdings.store.remove(record.capture.exchanges)
    path = holdings.store.path(record.id)
    path.chmod(0o644)
    path.write_bytes(b"bad")
    assert counting.take(holdings).records == 0


def test_the_command_prints_sentences_or_json(holdings: Holdings, tmp_path: Path) -> None:
    night(holdings, 0)
    words = ["store", "stats", "-w", str(tmp_path)]
    assert "按种类" in CliRunner().invoke(cli, words).output
    told = json.loads(CliRunner().invoke(cli, [*words, "--json"]).output)
    assert told["records"] == 1 and {"name", "files", "cited", "logical", "stored"} <= told["roles"][0].keys()
