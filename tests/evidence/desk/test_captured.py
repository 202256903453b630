"""What was captured: shown as part of a record of the ledger, by digest, in a fence; nothing else of the store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from evidence.desk import history
from evidence.holdings import Holdings
from evidence.model import Artifact, Record
from evidence.proof import PURGE
from tests.evidence import bundles, factory
from tests.evidence.desk import city
from tests.evidence.desk.desks import Browser, Clock, opened


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[tuple[Browser, Record, Path]]:
    home, record = city.built(tmp_path, 2)
    with opened(tmp_path, Clock(), tenant=home) as browse:
        browser = browse()
        browser.log_in("inspector")
        yield browser, record, tmp_path


def one(record: Record, role: str) -> Artifact:
    return next(found for found in record.capture.artifacts if found.role == role)


def test_a_picture_is_given_as_what_it_is(shown: tuple[Browser, Record, Path]) -> None:
    browser, record, _ = shown
    answer = browser.get(f"/records/{record.id}/pictures/{one(record, 'tile').sha256}")
    assert answer.status_code == 200
    assert answer.content == factory.PNG
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_a_page_is_fenced_in_wherever_it_is_opened(shown: tuple[Browser, Record, Path]) -> None:
    browser, record, _ = shown
    answer = browser.get(f"/records/{record.id}/pages/{one(record, 'dom').sha256}")
    assert answer.text == city.PAGE
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'; frame-ancestors 'self'"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["cache-control"] == "no-store"


def test_a_body_is_text_whatever_it_says_it_is(shown: tuple[Browser, Record, Path]) -> None:
    browser, record, _ = shown
    answer = browser.get(f"/records/{record.id}/pages/{one(record, 'body').sha256}")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_page_is_no_picture_and_a_picture_no_page(shown: tuple[Browser, Record, Path]) -> None:
    browser, record, _ = shown
    assert browser.get(f"/records/{record.id}/pictures/{one(record, 'dom').sha256}").status_code == 404
    assert browser.get(f"/records/{record.id}/pages/{one(record, 'tile').sha256}").status_code == 404


def test_a_drawing_that_may_hold_script_is_shown_as_text(tmp_path: Path) -> None:
    holdings = Holdings.open(tmp_path / "store")
    made = factory.capture(holdings.store, key="N1/shifan/home/1")
    svg = holdings.store.put(
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/svg+xml"
    )
    with_svg = (*made.artifacts, factory.artifact(svg, "download", url="http://a.test/x.svg"))
    record = bundles.admitted(holdings, "N1/shifan/home/1", artifacts=with_svg)
    with opened(tmp_path, Clock()) as browse:
        browser = browse()
        browser.log_in("leader")
        assert browser.get(f"/records/{record.id}/pictures/{svg.sha256}").status_code == 404
        answer = browser.get(f"/records/{record.id}/pages/{svg.sha256}")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_nothing_is_given_that_this_record_does_not_cite(shown: tuple[Browser, Record, Path]) -> None:
    browser, record, root = shown
    other = bundles.admitted(Holdings.open(root / "store"), "N2/t0001/home/1", html="<p>andere</p>")
    foreign = one(other, "dom").sha256
    finding = next((root / "store" / "derived" / "findings").glob("*.json"))
    for path in (
        f"/records/{record.id}/pages/{foreign}",
        f"/records/{foreign}/pages/{foreign}",
        f"/records/{record.id}/pages/{record.id}",
        f"/records/{finding.stem}/pages/{foreign}",
        f"/records/{'0' * 64}/pages/{foreign}",
    ):
        assert browser.get(path).status_code == 404, path
    for path in (
        f"/records/{record.id}/pages/..%2f..%2fvault.key",
        f"/records/{record.id[:12]}/pages/{one(record, 'dom').sha256}",
        f"/records/{record.id.upper()}/pages/{one(record, 'dom').sha256}",
    ):
        assert browser.get(path).status_code in (400, 404), path
    assert browser.get(f"/records/{other.id}/pages/{foreign}").status_code == 200, (
        "another process admitted it meanwhile"
    )


def test_a_record_in_quarantine_is_shown_no_more(shown: tuple[Browser, Record, Path]) -> None:
    browser, record, root = shown
    path = f"/records/{record.id}/pages/{one(record, 'dom').sha256}"
    assert browser.get(path).status_code == 200
    Holdings.open(root / "store").ledger.append(PURGE, record.id, "1" * 64)
    assert browser.get(path).status_code == 404


def test_what_is_damaged_or_gone_is_not_shown(shown: tuple[Browser, Record, Path]) -> None:
    browser, record, root = shown
    tile = one(record, "tile").sha256
    Holdings.open(root / "store").store.remove(tile)
    answer = browser.get(f"/records/{record.id}/pictures/{tile}")
    assert answer.status_code == 404
    assert "已移出存储" in answer.text


def test_a_record_without_a_picture_says_so_where_a_small_one_stands(tmp_path: Path) -> None:
    """A unit's file and what a person saw have none; a list shows a sign then, never a broken picture."""
    holdings = Holdings.open(tmp_path / "store")
    made = factory.capture(holdings.store, key="N1/shifan/home/1")
    bare = tuple(artifact for artifact in made.artifacts if artifact.role != "tile")
    record = bundles.admitted(holdings, "N1/shifan/home/1", artifacts=bare)
    with opened(tmp_path, Clock()) as browse:
        browser = browse()
        browser.log_in("leader")
        answer = browser.get(f"/records/{record.id}/thumbnail")
        assert answer.status_code == 303
        assert "无画面" in browser.get(answer.headers["location"]).text
        assert browser.get(f"/records/{'0' * 64}/thumbnail").status_code == 404


def test_a_target_is_shown_as_a_browser_saw_it_last(tmp_path: Path) -> None:
    """What a unit handed in later stands in its history, but is no sight of its page."""
    holdings = Holdings.open(tmp_path / "store")
    seen = bundles.admitted(holdings, "N1/shifan/home/1")
    bundles.admitted(holdings, "H1/shifan/home/1", purpose="human", started=factory.NOON + timedelta(days=1))
    (track,) = history.tracks(holdings.rows("shifan", "home"), None, factory.NOON + timedelta(days=2))
    assert (track.pictured, track.visits) == (seen.id, 2)
