"""A record's page comes again from the store alone: with the network off, compared with what was recorded, misses by cause."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import replays
from collector.errors import BrowserError
from collector.workspace import Workspace
from evidence import canonical, dossier
from evidence.holdings import Holdings
from evidence.model import Record
from evidence.replay import Replay, can_be
from tests.collector.conftest import Memory
from tests.collector.test_run import ran, target, workspace
from tests.evidence import factory
from tests.site.server import Site

PAGES = ["/", "/frameset", "/gbk-none", "/moving", "/lazy", "/moved", "/inside/beside", "/dead-image", "/late-list"]
PAGES += ["/charset/gbk/xhr", "/hostile/policy", "/over/cross"]
FAILED = ["/500", "/hang", "/slider", "/download"]


@dataclass(frozen=True)
class Replayed:
    workspace: Workspace
    holdings: Holdings
    records: dict[str, Record]
    found: dict[str, Replay]
    """By path, those that have one."""
    asked: int
    """Requests the site saw while the pages were shown again."""


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    paths = {f"t{n}": path for n, path in enumerate((*PAGES, *FAILED))}
    with Site() as site:
        opened = workspace(
            tmp_path_factory.mktemp("replay"),
            [target(id, site.url + path) for id, path in paths.items()],
            passes=1,
            challenge_seconds=1,
        )
        report = ran(opened)
        before = len(site.asked)
        holdings = Holdings.open(opened.store_path)
        measured = replays.measure(opened, holdings, report.records)
        asked = len(site.asked) - before
    records = {paths[record.capture.target.id]: record for record in report.records}
    found = {path: measured[record.id] for path, record in records.items() if record.id in measured}
    yield Replayed(opened, holdings, records, found, asked)


def test_nothing_is_asked_of_any_network(replayed: Replayed) -> None:
    assert replayed.asked == 0


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_was_captured_comes_again_as_it_was(replayed: Replayed, path: str) -> None:
    found = replayed.found[path]
    assert found.reason is None
    assert found.picture is not None and found.picture >= 980
    assert found.text is not None and found.text >= 800
    assert found.of >= 1


@pytest.mark.parametrize("path", ["/", "/frameset", "/gbk-none", "/lazy", "/charset/gbk/xhr"])
def test_of_a_page_that_stands_still_nothing_is_missing(replayed: Replayed, path: str) -> None:
    found = replayed.found[path]
    assert (found.picture, found.text, found.resources, found.misses) == (1000, 1000, 1000, ())
    assert set(found.tiles) == {1000}
    assert found.sentence() == "重放相似度：画面 100.0%，文字 100.0%，资源 100.0%"


@pytest.mark.parametrize("path", FAILED)
def test_what_has_no_page_is_not_replayed(replayed: Replayed, path: str) -> None:
    assert path not in replayed.found
    assert not can_be(replayed.records[path])


def test_a_replay_is_kept_and_not_made_twice(replayed: Replayed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "_make", lambda *_: pytest.fail("made again"))
    again = replays.measure(replayed.workspace, replayed.holdings, replayed.records.values())
    assert set(again) == {record.id for path, record in replayed.records.items() if path in PAGES}


def test_a_page_changed_in_the_store_is_told_by_its_picture_and_its_text(replayed: Replayed, tmp_path: Path) -> None:
    record = replayed.records["/"]
    exchanges = canonical.decode(replayed.holdings.store.read(record.capture.exchanges))
    body = replayed.holdings.store.put("<title>通知公告</title><h1>换成了别的内容</h1>".encode(), "text/html")
    for entry in exchanges["exchanges"]:
        entry["body"] = body.sha256
    forged = replayed.holdings.store.put(canonical.encode(exchanges), "application/json")
    other = replace(record, capture=replace(record.capture, exchanges=forged.sha256))
    found = replays.measure(replayed.workspace, replayed.holdings, [other])[other.id]
    assert found.picture is not None and found.picture < 990
    assert found.text is not None and found.text < 200


@pytest.mark.parametrize(
    ("page", "reasons"),
    [
        (b"<h2>a</h2><script>while (true);</script>", {"hangs"}),
        (b"<script>location.href = 'http://elsewhere.test/'</script><p>a</p>", {"hangs", None}),
    ],
)
def test_a_page_that_means_harm_ends_in_a_reason_or_stays_where_it_is(
    replayed: Replayed, tmp_path: Path, page: bytes, reasons: set[str | None]
) -> None:
    record = replayed.records["/"]
    exchanges = canonical.decode(replayed.holdings.store.read(record.capture.exchanges))
    body = replayed.holdings.store.put(page, "text/html")
    for entry in exchanges["exchanges"]:
        entry["body"] = body.sha256
    forged = replayed.holdings.store.put(canonical.encode(exchanges), "application/json")
    other = replace(record, capture=replace(record.capture, exchanges=forged.sha256))
    limits = replace(replayed.workspace.settings.limits, page_seconds=3)
    impatient = replace(replayed.workspace, settings=replace(replayed.workspace.settings, limits=limits))
    found = replays.measure(impatient, replayed.holdings, [other])[other.id]
    assert found.reason in reasons


def test_what_was_withheld_or_lost_from_the_store_is_named(replayed: Replayed) -> None:
    record = replayed.records["/moved"]
    exchanges = canonical.decode(replayed.holdings.store.read(record.capture.exchanges))
    for entry in exchanges["exchanges"]:
        entry["body"], entry["body_state"] = None, "withheld"
    forged = replayed.holdings.store.put(canonical.encode(exchanges), "application/json")
    other = replace(record, capture=replace(record.capture, exchanges=forged.sha256))
    found = replays.measure(replayed.workspace, replayed.holdings, [other])[other.id]
    assert (found.picture, found.reason) == (None, "no_document")
    assert found.sentence() == "未能重放：页面正文未保存"


def test_where_no_browser_starts_replays_stay_unmeasured(replayed: Replayed, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise BrowserError("no browser here")

    record = replace(replayed.records["/"], previous="0" * 64)
    monkeypatch.setattr(replays, "_play", refuse)
    assert replays.measure(replayed.workspace, replayed.holdings, [record]) == {}


def test_a_browser_elsewhere_is_not_used_since_it_cannot_be_cut_off(replayed: Replayed) -> None:
    settings = replace(replayed.workspace.settings, browser="cdp://127.0.0.1:9")
    with pytest.raises(BrowserError, match="cannot be cut off"):
        asyncio.run(replays._play(replace(replayed.workspace, settings=settings), replayed.holdings.store, [], print))


def _records(count: int) -> list[Record]:
    sink = Memory()
    captures = [factory.capture(sink, key=f"R/t{n}/home/1") for n in range(count)]
    return [Record(capture=capture, previous=None) for capture in captures]


MANY = _records(40)


@given(st.integers(0, 40), st.integers(0, 1000), st.text(max_size=8))
def test_the_sample_has_its_share_and_anybody_can_draw_it_again(count: int, share: int, run: str) -> None:
    records = MANY[:count]
    drawn = replays.sampled(records, run, share)
    assert len(drawn) == (count * share + 500) // 1000
    assert drawn == replays.sampled(records[::-1], run, share)


def test_a_run_says_what_its_sample_showed(replayed: Replayed) -> None:
    sample = [replayed.records[path] for path in PAGES]
    by_id = {replayed.records[path].id: one for path, one in replayed.found.items()}
    said = replays.sentence(sample, by_id)
    assert said.startswith(f"抽样重放 {len(PAGES)} 页，画面相似度中位数 ")
    assert replays.sentence([], {}) == ""
    assert "未测量" in replays.sentence(sample, {})


def test_an_exhibit_brings_its_replay_and_one_without_says_so(replayed: Replayed) -> None:
    record = replayed.records["/"]
    shown = dossier.exhibit(record.id, replayed.holdings, {}, None)
    assert shown.replay == replayed.found["/"]
    assert dossier.exhibit(replayed.records["/500"].id, replayed.holdings, {}, None).replay is None
