"""A province on the desk: 5,000 findings of 1,000 targets, 100,000 records; every page within 300 ms of the server's time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from evidence import files
from evidence.catalog import Row
from evidence.desk import catalogue
from evidence.desk.roles import ROLES, Role, may
from evidence.digest import of_value
from evidence.holdings import Holdings
from tests.evidence import factory
from tests.evidence.desk import city
from tests.evidence.desk.desks import Browser, Clock, house, opened

TARGETS, FINDINGS, RECORDS = 1_000, 5, 100
"""Targets; findings and records of each."""
MOST = 0.3
"""Seconds."""


def built(root: Path) -> None:
    """Build it as quickly as it goes: the headings of records, not what they show, for no page without one named reads that."""
    holdings = Holdings.open(root / "store")
    rows = []
    for n in range(TARGETS):
        for night in range(RECORDS):
            at = factory.NOON + timedelta(hours=night)
            key = f"N{night}/t{n:04}/home/1"
            rows.append(
                Row(
                    record=of_value(key), key=key, target=f"t{n:04}", label="home", started=at, ended=at, outcome="captured",
                    reason=None, fault="unknown", coverage="complete", complete=True, purpose="scheduled", leaf=len(rows),
                )
            )  # fmt: skip
    holdings.ledger.append_all([("record", row.key, row.record) for row in rows])
    holdings.catalog.add_all(rows)
    holdings.catalog._keep_state(len(rows))
    for n in range(TARGETS):
        city.judged(holdings, f"t{n:04}", findings=FINDINGS, nth=n)
    city.write_night(root, city.night(TARGETS))


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Role, Browser]]:
    root = tmp_path_factory.mktemp("province")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(files.os, "fsync", lambda handle: None)
        built(root)
    home = house(root, subjects=lambda: city.subjects(TARGETS))
    with opened(root, Clock(), tenant=home) as browse:
        browsers = {role: browse() for role in ROLES}
        for role, browser in browsers.items():
            browser.log_in(role)
        yield browsers


@pytest.mark.full
def test_every_page_is_there_within_the_time(province: dict[Role, Browser]) -> None:
    slow = {}
    for page in catalogue.pages():
        for one in page.routes:
            right = one.terms.right
            if one.method != "GET" or "{" in one.path or right is None or "open" not in one.terms.stages:
                continue
            browser = next(province[role] for role in ROLES if may(role, right))
            took = []
            for _ in range(5):
                begun = time.perf_counter()
                assert browser.get(one.path).status_code in (200, 303), one.path
                took.append(time.perf_counter() - begun)
            print(f"{one.path}: {min(took) * 1000:.0f} ms, the first {took[0] * 1000:.0f} ms")
            if min(took) > MOST:
                slow[one.path] = min(took)
    assert slow == {}
