"""Light requests count as failed only if a browser fails too, a control answers, and no platform is down."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from collector import asking, probes, probing
from collector.clock import SimulatedClock, SystemClock
from collector.initialise import initialise
from collector.targets import Target, from_written
from collector.workspace import ProbeSettings, Workspace
from evidence import availability
from evidence.holdings import Holdings
from evidence.readings import readings
from tests.site.server import Site

NOON = datetime.fromisoformat("2021-01-04T12:00:00+08:00")


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.fixture
def closed() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/"


def target(id: str, url: str) -> Target:
    return from_written({"id": id, "name": id, "kind": "portal", "url": url})


def tried(url: str, seconds: float = 1) -> asking.Tried:
    return asyncio.run(asking.request(url, seconds, SystemClock()))


def test_every_phase_of_an_attempt_is_kept(site: Site) -> None:
    attempt = tried(f"{site.url}/plain").attempt
    assert (attempt.outcome, attempt.status, attempt.address) == ("open", 200, "127.0.0.1")
    assert list(attempt.phases) == ["dns", "connect", "first_byte", "load"]
    assert list(attempt.phases.values()) == sorted(attempt.phases.values())


def test_what_fails_says_why(silent: str, closed: str) -> None:
    assert [tried(url).attempt.reason for url in (silent, closed, "http://nowhere.invalid/")] == [
        "timeout",
        "refused",
        "dns",
    ]


@pytest.mark.parametrize("status", [403, 405, 503])
def test_what_a_guard_answers_is_an_answer(site: Site, status: int) -> None:
    found = tried(f"{site.url}/{status}")
    assert (found.attempt.status, found.attempt.outcome, found.failed) == (status, "guarded", False)


def test_a_server_error_is_a_failure_to_be_looked_at(site: Site) -> None:
    found = tried(f"{site.url}/500")
    assert (found.failed, found.attempt.reason) == (True, "http_500")


def rounds(
    targets: list[Target], settings: ProbeSettings, failed: bool = True
) -> tuple[dict[str, availability.Attempt], list[str]]:
    looked: list[str] = []

    async def look(one: Target) -> tuple[str, bool]:
        looked.append(one.id)
        return "ab" * 32, failed

    return asyncio.run(probing.one_round(targets, settings, SystemClock(), look)), looked


def settings(**fields: Any) -> ProbeSettings:
    return ProbeSettings(**{"seconds": 1, **fields})


def test_a_failure_counts_where_the_browser_fails_too_and_the_control_answers(site: Site, closed: str) -> None:
    made, looked = rounds(
        [target("a", closed), target("b", f"{site.url}/plain")], settings(control=(f"{site.url}/plain",))
    )
    assert (made["a"].outcome, made["a"].control, made["a"].browser) == ("failed", True, "ab" * 32)
    assert (made["b"].outcome, looked) == ("open", ["a"])


def test_what_a_browser_opens_has_not_failed(site: Site, closed: str) -> None:
    made, _ = rounds([target("a", closed)], settings(control=(f"{site.url}/plain",)), failed=False)
    assert made["a"].outcome == "open"


def test_where_the_control_fails_too_it_is_our_own_network(closed: str) -> None:
    made, looked = rounds([target("a", closed)], settings(control=(closed,)))
    assert (made["a"].outcome, looked) == ("ours", [])


def test_without_a_control_a_failure_says_so(closed: str) -> None:
    made, _ = rounds([target("a", closed)], settings())
    assert (made["a"].outcome, made["a"].control) == ("failed", None)


def test_targets_of_one_address_that_fail_together_are_one_incident(site: Site, closed: str) -> None:
    three = [target(id, closed) for id in "abc"]
    made, looked = rounds(three, settings(control=(f"{site.url}/plain",)))
    assert {one.outcome for one in made.values()} == {"shared"}
    assert looked == []


def opened(folder: Path, site: Site, **probe: Any) -> tuple[Workspace, Holdings]:
    initialise(folder)
    yaml = YAML()
    written = yaml.load((folder / "quzheng.yaml").read_text("utf-8"))
    written["probe"].update({"seconds": 1, "control": [f"{site.url}/plain"], **probe})
    written["limits"].update({"navigation_seconds": 2, "passes": 1})
    with (folder / "quzheng.yaml").open("w", encoding="utf-8") as stream:
        yaml.dump(written, stream)
    listed = [{"id": "open", "name": "开", "kind": "portal", "url": f"{site.url}/plain"}]
    YAML().dump(listed, folder / "targets.yaml")
    workspace = Workspace.open(folder)
    return workspace, Holdings.open(workspace.store_path)


def test_a_target_is_asked_again_only_after_its_time_and_only_in_the_day(tmp_path: Path, site: Site) -> None:
    workspace, holdings = opened(tmp_path, site)
    done = [
        list(probes.probe(workspace, holdings, clock=SimulatedClock(NOON + timedelta(minutes=m))).attempts)
        for m in (0, 20, 50)
    ]
    assert done == [["open"], [], ["open"]]
    night = datetime.fromisoformat("2021-01-04T23:30:00+08:00")
    assert probes.probe(workspace, holdings, clock=SimulatedClock(night)).waiting == 1


def test_a_day_that_is_over_becomes_one_record_and_its_file_goes(tmp_path: Path, site: Site) -> None:
    workspace, holdings = opened(tmp_path, site)
    for hour in range(3):
        probes.probe(workspace, holdings, clock=SimulatedClock(NOON + timedelta(hours=hour)))
    after = probes.probe(workspace, holdings, clock=SimulatedClock(NOON + timedelta(days=1)))
    (record,) = after.records
    reading = readings([record], holdings)[record.id]
    assert reading is not None and reading.probes is not None
    assert (reading.probes.visits, reading.probes.failed, str(reading.probes.day)) == (3, 0, "2021-01-04")
    assert [path.stem for path in (holdings.root / "probes" / "open").glob("*.jsonl")] == ["2021-01-05"]
    assert [row.label for row in holdings.rows("open")] == [availability.LABEL]


def test_a_line_cut_by_a_crash_is_dropped_and_the_day_goes_on(tmp_path: Path, site: Site) -> None:
    workspace, holdings = opened(tmp_path, site)
    probes.probe(workspace, holdings, clock=SimulatedClock(NOON))
    (path,) = (holdings.root / "probes" / "open").glob("*.jsonl")
    path.write_bytes(path.read_bytes() + b'{"at": "2021-01-0')
    probes.probe(workspace, holdings, clock=SimulatedClock(NOON + timedelta(hours=2)))
    assert len(availability.attempts(path.read_bytes())) == 2


def test_a_damaged_line_keeps_to_its_own_target(tmp_path: Path, site: Site) -> None:
    workspace, holdings = opened(tmp_path, site)
    both = [{"id": id, "name": id, "kind": "portal", "url": f"{site.url}/plain"} for id in ("open", "other")]
    YAML().dump(both, tmp_path / "targets.yaml")
    probes.probe(workspace, holdings, clock=SimulatedClock(NOON))
    path = holdings.root / "probes" / "open" / "2021-01-04.jsonl"
    found = b'{"at": ?}\n' + path.read_bytes()
    path.write_bytes(found)
    done = probes.probe(workspace, holdings, clock=SimulatedClock(NOON + timedelta(hours=1)))
    assert set(done.attempts) == {"open", "other"}
    assert [aside.read_bytes() for aside in done.damaged] == [found]
    after = probes.probe(workspace, holdings, clock=SimulatedClock(NOON + timedelta(days=1)))
    assert [record.capture.target.id for record in after.records] == ["open", "other"]
    days = [one.probes for one in readings(after.records, holdings).values() if one]
    assert [one.visits for one in days if one] == [2, 2]


def test_a_file_damaged_twice_is_kept_twice(tmp_path: Path, site: Site) -> None:
    workspace, holdings = opened(tmp_path, site)
    path = holdings.root / "probes" / "open" / "2021-01-04.jsonl"
    for hour in range(2):
        probes.probe(workspace, holdings, clock=SimulatedClock(NOON + timedelta(hours=hour)))
        path.write_bytes(path.read_bytes() + b"\0\0\n")
    done = probes.probe(workspace, holdings, clock=SimulatedClock(NOON + timedelta(hours=2)))
    assert [aside.name for aside in done.damaged] == ["2021-01-04-2.damaged", "2021-01-04.damaged"]
    assert len(availability.attempts(path.read_bytes())) == 3


def test_the_days_of_a_target_that_is_listed_no_longer_are_admitted(tmp_path: Path, site: Site) -> None:
    workspace, holdings = opened(tmp_path, site)
    probes.probe(workspace, holdings, clock=SimulatedClock(NOON))
    YAML().dump([{"id": "new", "name": "新", "kind": "portal", "url": f"{site.url}/plain"}], tmp_path / "targets.yaml")
    after = probes.probe(workspace, holdings, clock=SimulatedClock(NOON + timedelta(days=1)))
    assert [record.capture.target.id for record in after.records] == ["open"]
    assert not list((holdings.root / "probes" / "open").glob("*.jsonl"))


def test_without_a_browser_a_failure_is_ours_and_the_round_is_kept(tmp_path: Path, site: Site, closed: str) -> None:
    workspace, holdings = opened(tmp_path, site)
    yaml = YAML()
    written = yaml.load((tmp_path / "quzheng.yaml").read_text("utf-8"))
    written["browser"] = str(tmp_path / "nowhere")
    with (tmp_path / "quzheng.yaml").open("w", encoding="utf-8") as stream:
        yaml.dump(written, stream)
    listed = [
        {"id": "dead", "name": "关", "kind": "portal", "url": closed},
        {"id": "open", "name": "开", "kind": "portal", "url": f"{site.url}/plain"},
    ]
    YAML().dump(listed, tmp_path / "targets.yaml")
    made = probes.probe(Workspace.open(tmp_path), holdings, clock=SimulatedClock(NOON)).attempts
    assert {id: one.outcome for id, one in made.items()} == {"dead": "ours", "open": "open"}
    assert all((holdings.root / "probes" / id / "2021-01-04.jsonl").is_file() for id in made)


def test_the_browser_s_visit_of_a_dead_site_is_a_record_of_its_own(tmp_path: Path, site: Site, closed: str) -> None:
    workspace, holdings = opened(tmp_path, site)
    YAML().dump([{"id": "dead", "name": "关", "kind": "portal", "url": closed}], tmp_path / "targets.yaml")
    made = probes.probe(workspace, holdings, clock=SimulatedClock(NOON)).attempts["dead"]
    assert (made.outcome, made.reason, made.control) == ("failed", "refused", True)
    assert made.browser is not None
    assert holdings.record(made.browser).capture.outcome == "unreachable"


def test_named_targets_are_asked_at_once(tmp_path: Path, site: Site) -> None:
    workspace, holdings = opened(tmp_path, site)
    for _ in range(2):
        assert probes.probe(workspace, holdings, clock=SimulatedClock(NOON), only=["open"]).attempts


def test_attempts_of_two_days_are_no_day() -> None:
    one = availability.Attempt(at=NOON.astimezone(UTC), url="http://a/", outcome="open")
    other = availability.Attempt(at=(NOON + timedelta(days=2)).astimezone(UTC), url="http://a/", outcome="open")
    with pytest.raises(Exception, match="2 days"):
        availability.day_of([one, other])
