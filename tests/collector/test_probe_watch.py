"""Sites asked too seldom on days that are over: warned of once, from what is kept, whatever state that is in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector import heartbeat, metrics, night_report, probe_days, probe_watch, probes
from collector.clock import SimulatedClock
from collector.due import loaded
from collector.initialise import initialise
from collector.night import FewProbes
from collector.night_journal import NightJournal, NightPlan
from collector.workspace import Workspace
from evidence.availability import Attempt
from evidence.holdings import Holdings
from tests.collector.test_nightly import BLANK
from tests.site.server import Site

MONDAY = date(2021, 1, 4)
NOON = datetime.fromisoformat("2021-01-04T12:00:00+08:00")


class Office:
    """A workspace with a site and an account, asked so often on so many days."""

    def __init__(self, folder: Path, site: Site) -> None:
        initialise(folder)
        account = {
            "id": "gh",
            "name": "示范发布",
            "kind": "account",
            "url": "account:wechat/gh_1",
            "platform": "wechat",
        }
        listed = [{"id": "site", "name": "站", "kind": "portal", "url": f"{site.url}/plain"}, account]
        (folder / "targets.yaml").write_text(json.dumps(listed))
        self.url = f"{site.url}/plain"
        self.workspace = Workspace.open(folder)
        self.holdings = Holdings.open(self.workspace.store_path)

    def asked(self, day: date, times: int, outcome: Any = "open", *, admit: bool = False) -> None:
        (target,) = (one for one in self.workspace.targets() if one.id == "site")
        for n in range(times):
            at = datetime.fromisoformat(f"{day}T07:00:00+08:00") + timedelta(minutes=30 * n)
            probe_days.keep(self.holdings.root, target.ref, Attempt(at=at, url=self.url, outcome=outcome))
        if admit:
            (self.workspace.root / "targets.yaml").rename(self.workspace.root / "aside")
            (self.workspace.root / "targets.yaml").write_text("[]")
            later = datetime.fromisoformat(f"{day}T12:00:00+08:00") + timedelta(days=1)
            probes.probe(Workspace.open(self.workspace.root), self.holdings, clock=SimulatedClock(later))
            (self.workspace.root / "aside").replace(self.workspace.root / "targets.yaml")

    def night(self, at: datetime) -> NightJournal:
        fields = dict.fromkeys(("waves", "left", "hosts", "notes", "hits"), ())
        name = at.strftime("%Y%m%dT%H%M%S-abcdef")
        plan = NightPlan(night=name, at=at, by_hand=0, bytes=0, files=0, **fields)  # type: ignore[arg-type]
        return NightJournal.begin(self.workspace.root, plan)

    def warned(self, journal: NightJournal) -> list[tuple[str, str, int, int]]:
        found = probe_watch.too_few(self.workspace, self.holdings, loaded(self.workspace), journal)
        return [(one.target, str(one.day), one.visits, one.least) for one in found]


@pytest.fixture
def office(tmp_path: Path, site: Site) -> Office:
    """Known since the day before Monday, on which it was asked often enough; the night before was on Monday."""
    office = Office(tmp_path, site)
    office.asked(MONDAY - timedelta(days=1), 20, admit=True)
    office.night(NOON)
    return office


@pytest.mark.parametrize("admit", [False, True])
@pytest.mark.parametrize(("times", "warned"), [(19, [("site", "2021-01-04", 19, 20)]), (20, [])])
def test_a_day_that_is_over_wants_twenty_visits_whether_it_is_a_file_or_a_record(
    office: Office, times: int, warned: list[Any], admit: bool
) -> None:
    office.asked(MONDAY, times, admit=admit)
    assert office.warned(office.night(NOON + timedelta(days=1))) == warned


def test_a_day_on_which_nobody_asked_is_the_worst_and_today_is_not_over(office: Office) -> None:
    office.asked(MONDAY, 20)
    office.asked(MONDAY + timedelta(days=2), 3)
    assert office.warned(office.night(NOON + timedelta(days=2))) == [("site", "2021-01-05", 0, 20)]


def test_what_our_own_network_spoiled_is_no_visit(office: Office) -> None:
    office.asked(MONDAY, 32, "ours")
    assert office.warned(office.night(NOON + timedelta(days=1))) == [("site", "2021-01-04", 0, 20)]


def test_a_damaged_file_costs_its_damaged_lines_and_is_left_as_it_is(office: Office) -> None:
    office.asked(MONDAY, 21)
    path = probe_days.of(office.holdings.root, "site", MONDAY).path
    path.write_bytes(b"\0\0\n" + b"".join(path.read_bytes().splitlines(keepends=True)[2:]))
    found = path.read_bytes()
    assert office.warned(office.night(NOON + timedelta(days=1))) == [("site", "2021-01-04", 19, 20)]
    assert path.read_bytes() == found


def test_what_was_said_once_is_not_said_again_and_a_long_pause_is_a_week(office: Office) -> None:
    office.night(NOON + timedelta(days=1))
    assert [one[1] for one in office.warned(office.night(NOON + timedelta(days=2)))] == ["2021-01-05"]
    assert len(office.warned(office.night(NOON + timedelta(days=20)))) == 7


def test_a_site_that_was_not_known_yet_and_a_first_night_are_not_warned_of(tmp_path: Path, site: Site) -> None:
    office = Office(tmp_path, site)
    assert office.warned(office.night(NOON)) == []
    office.asked(MONDAY, 3)
    assert office.warned(office.night(NOON + timedelta(days=1))) == []


def test_the_warning_stands_in_the_report_the_numbers_and_the_sign_of_life_and_in_no_conclusion(tmp_path: Path) -> None:
    few = FewProbes(target="<b>a", day=MONDAY, visits=3, least=20)
    told = night_report.concluded(replace(BLANK, missing=(), failed=(), captured=10, few_probes=(few,)), 500)
    assert told.complete
    assert "1 个网站（<b>a）在 2021-01-04 至 2021-01-04 有 1 个网站日访问不足 20 次" in told.summary()
    shown = night_report.page(told, {}).decode()
    assert "可用性监测不足" in shown
    assert "<b>a" not in shown
    assert "quzheng_targets_probed_too_seldom 1" in list(metrics.lines(told, None))
    assert told.plain()["few_probes"] == [{"target": "<b>a", "day": "2021-01-04", "visits": 3, "least": 20}]
    beat = heartbeat.changed(tmp_path, NOON, state="ended", complete=True, last_complete=NOON, few_probes=1)
    well, said = heartbeat.judged(beat, NOON, timedelta(days=2))
    assert (well, said.endswith("；1 个网站可用性监测次数不足")) == (True, True)
    assert heartbeat.read(tmp_path) == beat
    before = json.loads((tmp_path / heartbeat.FILE).read_text())
    del before["few_probes"]  # as versions before wrote it
    (tmp_path / heartbeat.FILE).write_text(json.dumps(before))
    read = heartbeat.read(tmp_path)
    assert read is not None and read.few_probes == 0
