"""A run on a fleet brings what a local run brings: exactly the planned keys, each once, and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from collector.cli import cli
from collector.clock import SystemClock
from collector.errors import FleetError, RegistrarHeld
from collector.executor import Job
from collector.fleet import terms
from collector.fleet.database import Database
from collector.fleet.handovers import Handovers
from collector.fleet.hiring import hired
from collector.fleet.lease import Fence, Lease
from collector.fleet.objects import ObjectStore
from collector.fleet.orders import CAPTURE, Order, Orders
from collector.fleet.reading import read_elsewhere
from collector.fleet.roster import Hand, Roster
from collector.flow import discover
from collector.journal import Journal
from collector.run import RunReport, run
from collector.workspace import Workspace
from evidence import aftercheck, plain
from evidence.admit import admit
from evidence.derived import Derived
from evidence.holdings import Holdings, Stacks
from evidence.model import Record, Vantage
from evidence.readings import kept, readings, unread
from evidence.vantages import apart
from tests.collector.fleet.conftest import Yard, kill, until
from tests.collector.fleet.postgres import Postgres
from tests.evidence import factory
from tests.site.server import Site


def pages(site: Site, count: int, path: str = "/?") -> list[dict[str, Any]]:
    return [{"id": f"t{n}", "name": f"t{n}", "url": f"{site.url}{path}{n}"} for n in range(count)]


def ran(workspace: Workspace, **more: Any) -> RunReport:
    return asyncio.run(run(workspace, Holdings.open(workspace.store_path), clock=SystemClock(), **more))


class Running:
    """A run in a thread of its own."""

    def __init__(self, workspace: Workspace, **more: Any) -> None:
        self.report: RunReport | None = None
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(workspace, more))
        self._thread.start()

    def _run(self, workspace: Workspace, more: dict[str, Any]) -> None:
        try:
            self.report = ran(workspace, **more)
        except Exception as error:  # is looked at by the test
            self.error = error

    @property
    def ended(self) -> bool:
        return not self._thread.is_alive()

    def over(self) -> RunReport:
        self._thread.join(60)
        assert not self._thread.is_alive()
        assert self.error is None
        assert self.report is not None
        return self.report


def admitted(workspace: Workspace) -> list[tuple[str, str]]:
    """Return what the ledger has: each record's page and attempt, and its outcome, in no order."""
    holdings = Holdings.open(workspace.store_path)
    return sorted((r.capture.key.partition("/")[2], r.capture.outcome) for r in holdings.records())


def is_sound(workspace: Workspace) -> bool:
    holdings = Holdings.open(workspace.store_path)
    size = holdings.ledger.size
    chained = all(
        holdings.record(row.record).previous == (before.record if before else None)
        for target in {r.capture.target.id for r in holdings.records()}
        for before, row in zip([None, *holdings.rows(target, "home")], holdings.rows(target, "home"), strict=False)
    )
    return chained and size == holdings.ledger.size and holdings.store.check().clean


def looked_after(workspace: Workspace) -> bool:
    """Tell whether the machine of each record was looked at after the run."""
    holdings = Holdings.open(workspace.store_path)
    checks = [aftercheck.of_record(record, holdings) for record in holdings.records()]
    return bool(checks) and all(check is not None and check.missing is None for check in checks)


def test_the_same_keys_outcomes_and_checks_as_a_local_run(yard: Yard, site: Site, tmp_path: Path) -> None:
    """Later passes too: what fails for the moment is tried again, by whichever worker."""
    targets = [
        *pages(site, 4),
        {"id": "broken", "name": "b", "url": f"{site.url}/500"},
        {"id": "dead", "name": "d", "url": "http://127.0.0.1:9/"},
        {"id": "torn", "name": "u", "url": site.url, "flow": "nobody"},
        {
            "id": "well",
            "name": "w",
            "url": site.url,
            "columns": [{"label": "tzgg", "name": "通知公告", "url": "/gzip"}],
        },
    ]
    fleet = yard.workspace(targets)
    for name in ("w1", "w2"):
        yard.worker("--name", name)
    report = ran(fleet)
    written = json.loads((fleet.root / "quzheng.yaml").read_text()) | {"executor": "local"}
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "quzheng.yaml").write_text(json.dumps(written))
    (tmp_path / "local" / "targets.yaml").write_text(json.dumps(targets))
    local = Workspace.open(tmp_path / "local")
    ran(local)
    assert admitted(fleet) == admitted(local)
    assert report.missing == ()
    assert is_sound(fleet)
    assert looked_after(fleet), "each worker looked before and after"


def test_a_worker_killed_in_the_middle_costs_time_and_no_page(yard: Yard, site: Site) -> None:
    workspace = yard.workspace(pages(site, 12))
    first = yard.worker("--name", "w1")
    running = Running(workspace)
    until(lambda: len(admitted(workspace)) >= 2)
    kill(first)
    yard.worker("--name", "w2")
    report = running.over()
    assert admitted(workspace) == sorted((f"t{n}/home/1", "captured") for n in range(12))
    assert report.missing == ()
    assert is_sound(workspace)
    holdings = Holdings.open(workspace.store_path)
    told = {check.missing for r in holdings.records() if (check := aftercheck.of_record(r, holdings)) is not None}
    assert told == {None, aftercheck.NOT_MADE}, "the killed worker's machine was not looked at again, and that is said"


def test_a_killed_coordinator_is_followed_by_another(yard: Yard, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was handed over meanwhile is registered by the next, each key once; what is under way goes on."""
    workspace = yard.workspace(pages(site, 8))
    yard.worker("--name", "w1")
    command = ["run", "-w", str(workspace.root)]
    coordinator = yard.command(*command)
    until(lambda: len(admitted(workspace)) >= 2)
    kill(coordinator)
    report = ran(workspace)
    assert report.resumed
    assert admitted(workspace) == sorted((f"t{n}/home/1", "captured") for n in range(8))
    assert report.missing == ()
    assert is_sound(workspace)
    assert looked_after(workspace)


def test_two_coordinators_never_write_at_once(yard: Yard, database: Database, site: Site) -> None:
    workspace = yard.workspace(pages(site, 3))
    holdings = Holdings.open(workspace.store_path)
    other = Lease(database, Fence(holdings.ledger), 60)
    database.ask("INSERT INTO quzheng_lease VALUES (true, 7, 'machine-b/1', now() + interval '1 hour')")
    with pytest.raises(RegistrarHeld, match="machine-b/1"):
        other.take()
    with pytest.raises(RegistrarHeld, match="machine-b/1"):
        ran(workspace)
    assert admitted(workspace) == []


def test_a_registrar_that_stood_still_writes_nothing_more(yard: Yard, database: Database) -> None:
    """It believes in its lease; the number at the ledger stops it, with no database to ask."""
    workspace = yard.workspace([])
    holdings = Holdings.open(workspace.store_path)
    fence = Fence(holdings.ledger)
    paused = Lease(database, fence, 60)
    paused.take()
    with paused.passed():
        pass
    database.ask("UPDATE quzheng_lease SET until = now() - interval '1 second', owner = 'machine-a/1'")
    follower = Lease(database, fence, 60)
    follower.take()
    assert follower.number > paused.number
    with pytest.raises(RegistrarHeld, match="接管"), paused.passed():
        raise AssertionError("it wrote")
    paused._renewed = 0.0  # the time to renew it has come
    with pytest.raises(RegistrarHeld, match="接管"):
        paused.renew()
    database.ask("DELETE FROM quzheng_lease")
    third = Lease(database, fence, 60)
    third.take()
    assert third.number > follower.number, "a database set up anew gives no number that was used before"


def test_a_database_that_is_restarted_is_waited_for(yard: Yard, site: Site, postgres: Postgres) -> None:
    workspace = yard.workspace(pages(site, 8))
    yard.worker("--name", "w1")
    running = Running(workspace)
    until(lambda: len(admitted(workspace)) >= 2)
    postgres.stop("immediate")
    time.sleep(1)
    postgres.start()
    report = running.over()
    assert admitted(workspace) == sorted((f"t{n}/home/1", "captured") for n in range(8))
    assert report.missing == ()
    assert is_sound(workspace)


def test_workers_run_no_further_ahead_of_a_slow_registrar_than_they_may(
    yard: Yard, database: Database, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*given: Any, **named: Any) -> Record:
        most.append(database.ask("SELECT count(*) FROM quzheng_orders WHERE NOT ended")[0][0])
        time.sleep(0.3)
        return admit(*given, **named)

    most: list[int] = []
    monkeypatch.setattr("collector.run.admit", slow)
    yard.settings = replace(yard.settings, ahead=2)
    workspace = yard.workspace(pages(site, 7))
    for name in ("w1", "w2"):
        yard.worker("--name", name)
    ran(workspace)
    assert admitted(workspace) == sorted((f"t{n}/home/1", "captured") for n in range(7))
    assert len(most) == 7
    assert max(most) == 2


def test_what_is_delivered_twice_is_registered_once(database: Database) -> None:
    """Two workers make the same visit: the first capture that was handed over stays, with its bytes."""
    handovers = Handovers(database)
    for said in ("first", "second"):
        handovers.give("over", "R/t0/1/over", run="R", order="R/t0/1", body={"said": said}, worker=said)
    (one,) = handovers.waiting("R")
    assert one.body == {"said": "first"}
    handovers.settle([one.n])
    assert handovers.waiting("R") == ()
    handovers.give("over", "R/t0/1/over", run="R", order="R/t0/1", body={"said": "late"}, worker="late")
    assert handovers.waiting("R") == ()


def test_a_run_taken_up_with_other_limits_asks_those_who_have_them(yard: Yard, database: Database, site: Site) -> None:
    """What was ordered before waits on a queue where nobody is alike any more: it is ordered on the new one."""
    workspace = yard.workspace(pages(site, 2))
    coordinator = yard.command("run", "-w", str(workspace.root))
    until(lambda: database.ask("SELECT 1 FROM procrastinate_jobs WHERE task_name = %s OFFSET 1", [CAPTURE]))
    kill(coordinator)
    workspace = yard.workspace(pages(site, 2), limits={"settle_seconds": 2})
    yard.worker("--name", "w1")
    report = ran(workspace)
    assert (report.resumed, report.missing) == (True, ())
    assert admitted(workspace) == [("t0/home/1", "captured"), ("t1/home/1", "captured")]


def test_a_visit_that_is_given_up_keeps_what_came_of_it_and_declares_the_rest_lost(
    yard: Yard, database: Database, site: Site
) -> None:
    """Its workers die over the second page each time; the first was handed over, and stands in ledger and journal."""
    column = {"label": "tzgg", "name": "通知公告", "url": "/gzip"}
    workspace = yard.workspace([{"id": "t0", "name": "t0", "url": site.url, "columns": [column]}])
    holdings = Holdings.open(workspace.store_path)
    running = Running(workspace, name="R8")
    until(lambda: database.ask("SELECT 1 FROM procrastinate_jobs WHERE task_name = %s", [CAPTURE]))
    captured = factory.capture(holdings.store, target=factory.target(id="t0"), key="R8/t0/home/1")
    body = {"capture": plain.dump(captured), "labels": ["home", "tzgg"], "attempt": 1}
    Handovers(database).give("capture", captured.key, run="R8", order="R8/t0/1", body=body, worker="w1")
    until(lambda: bool(admitted(workspace)))

    def given_up() -> bool:
        database.ask(
            "UPDATE procrastinate_jobs SET status = 'failed' WHERE status = 'todo' AND task_name = %s", [CAPTURE]
        )
        return running.ended

    until(given_up)
    report = running.over()
    assert report.missing == (("t0", "tzgg"),)
    lost = [leaf.key for leaf in Holdings.open(workspace.store_path).ledger.leaves() if leaf.kind == "loss"]
    assert len(lost) == 1
    assert "tzgg" in lost[0]


def test_what_was_given_up_is_ordered_anew_when_its_run_is_taken_up(yard: Yard, database: Database, site: Site) -> None:
    """The coordinator died between giving a visit up and ending the run."""
    workspace = yard.workspace(pages(site, 1))
    (one,) = workspace.targets()
    flow = discover(workspace.flows_dir).choose(one)
    orders = Orders(database)
    given_up = Order.of(Job(target=one, flow=flow, labels=("home",)), "R7", "scheduled")
    orders.keep(given_up, "anywhere")
    orders.end(given_up.id)
    yard.worker("--name", "w1")
    report = ran(workspace, name="R7")
    assert (report.missing, admitted(workspace)) == ((), [("t0/home/1", "captured")])


def test_no_worker_ends_in_a_clear_word_and_the_run_can_be_taken_up(yard: Yard, site: Site) -> None:
    yard.settings = replace(yard.settings, patience_seconds=1)
    workspace = yard.workspace(pages(site, 1))
    with pytest.raises(FleetError, match="没有任何采集工作机应答：请启动 quzheng worker"):
        ran(workspace)
    yard.settings = replace(yard.settings, patience_seconds=30)
    workspace = yard.workspace(pages(site, 1))
    yard.worker("--name", "w1")
    report = ran(workspace)
    assert report.resumed
    assert admitted(workspace) == [("t0/home/1", "captured")]


def test_a_worker_with_other_limits_or_flows_gets_nothing(
    yard: Yard, database: Database, site: Site, tmp_path: Path
) -> None:
    """Program, flows and limits are digested into the queue's name: who differs is on another one, and that is told."""
    yard.settings = replace(yard.settings, patience_seconds=3)
    other = Yard(tmp_path / "elsewhere", yard.settings)
    other.root.mkdir()
    other.workspace([], limits={"settle_seconds": 2})
    yard.worker("--name", "other", root=other.root)
    workspace = yard.workspace(pages(site, 1))
    until(lambda: database.ask("SELECT 1 FROM quzheng_workers"))
    with pytest.raises(FleetError, match="有 1 台在册，但版本、流程或限额与协调机不同"):
        ran(workspace)


def test_a_worker_whose_clock_differs_does_not_begin(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = yard.workspace([])
    monkeypatch.setattr("collector.fleet.roster.time.time", lambda: time.time_ns() / 1e9 + 30)
    with pytest.raises(FleetError, match="时钟与协同数据库相差 \\+30"):
        asyncio.run(hired(workspace, "capture", name="w1").run())


def test_a_worker_asked_to_end_finishes_its_visit_and_looks_at_its_machine(yard: Yard, site: Site) -> None:
    workspace = yard.workspace(pages(site, 6))
    first = yard.worker("--name", "w1")
    running = Running(workspace)
    until(lambda: len(admitted(workspace)) >= 1)
    first.terminate()
    assert first.wait(30) == 0
    yard.worker("--name", "w2")
    running.over()
    assert admitted(workspace) == sorted((f"t{n}/home/1", "captured") for n in range(6))
    assert looked_after(workspace)


def test_never_two_pages_of_a_host_nearer_than_it_is_owed(yard: Yard, site: Site) -> None:
    """Over all workers: the budget is the fleet's."""
    workspace = yard.workspace(pages(site, 4), limits={"per_host_seconds": 1, "per_host": 4}, second_agent=False)
    for name in ("w1", "w2"):
        yard.worker("--name", name, "--jobs", "2")
    ran(workspace)
    holdings = Holdings.open(workspace.store_path)
    asked = sorted(record.capture.started for record in holdings.records())
    workers = {record.capture.cleanliness for record in holdings.records()}
    apart = [(later - earlier).total_seconds() for earlier, later in zip(asked, asked[1:], strict=False)]
    assert len(workers) == 2, "both worked"
    assert min(apart) > 0.5, apart  # a capture starts when its page has come, so a little less than a second is well


def test_no_password_stands_in_settings_orders_or_messages(yard: Yard) -> None:
    yard.settings = replace(yard.settings, database=f"{yard.settings.database} password=hunter2")
    workspace = yard.workspace([])
    with pytest.raises(FleetError, match="不能写口令") as told:
        Database(workspace.settings.fleet)
    assert "hunter2" not in str(told.value)


def test_the_journal_of_a_fleet_run_is_that_of_any_run(yard: Yard, site: Site) -> None:
    workspace = yard.workspace(pages(site, 2))
    yard.worker("--name", "w1")
    report = ran(workspace)
    journal = Journal.of(workspace.store_path, report.run)
    assert journal is not None
    assert journal.ended
    assert journal.done() == {("t0", "home"), ("t1", "home")}


def test_readings_made_by_workers_are_those_made_here(yard: Yard, site: Site, tmp_path: Path) -> None:
    workspace = yard.workspace(pages(site, 3))
    yard.worker("--name", "w1")
    ran(workspace)
    holdings = workspace.holdings()
    records = [holdings.record(record.id) for record in holdings.records()]
    assert read_elsewhere(workspace, holdings, records) == 0, "nobody reads: all is left to be read here"
    yard.worker("--kind", "reading", "--name", "r1")
    until(lambda: "reading" in {hand.kind for hand in hands(yard)})
    count = len(unread(records, holdings))
    assert count
    assert read_elsewhere(workspace, holdings, records) == count
    assert not unread(records, holdings)
    brought = {id: reading.plain() for id, reading in kept(records, holdings).items()}
    aside = replace(Stacks.of(holdings.root, holdings.words, holdings.purged), derived=Derived(tmp_path / "aside"))
    made = {id: reading.plain() for id, reading in readings(records, aside).items() if reading}
    assert brought == made


def test_a_worker_that_cannot_read_says_so_and_keeps_nobody_waiting(yard: Yard, site: Site, tmp_path: Path) -> None:
    workspace = yard.workspace(pages(site, 1))
    yard.worker("--name", "w1")
    ran(workspace)
    astray = Yard(tmp_path / "astray", replace(yard.settings, blobs="s3://No such bucket"))
    astray.root.mkdir()
    astray.workspace([])
    yard.worker("--kind", "reading", "--name", "r1", root=astray.root)
    until(lambda: "reading" in {hand.kind for hand in hands(yard)})
    holdings = workspace.holdings()
    records = [holdings.record(record.id) for record in holdings.records()]
    assert read_elsewhere(workspace, holdings, records) == 0
    assert readings(records, holdings)[records[0].id] is not None


def test_the_commands_read_on_the_fleet_and_here_alike(yard: Yard, site: Site) -> None:
    """With nobody to read elsewhere, and with a database that is gone, everything is read here."""
    workspace = yard.workspace(pages(site, 1))
    yard.worker("--name", "w1")
    ran(workspace)
    said = CliRunner().invoke(cli, ["read", "--all", "-w", str(workspace.root)])
    assert (said.exit_code, "home" in said.output) == (0, True)
    yard.settings = replace(yard.settings, database="host=127.0.0.1 port=1 dbname=gone", patience_seconds=1)
    workspace = yard.workspace(pages(site, 1))
    again = CliRunner().invoke(cli, ["read", "--all", "-w", str(workspace.root)])
    assert (again.exit_code, again.output) == (0, said.output)


@pytest.mark.usefixtures("environment")
def test_machines_that_share_only_a_bucket(yard: Yard, site: Site, bucket: str, tmp_path: Path) -> None:
    """The worker has no folder of the registrar's; every blob comes by the bucket, checked, and a copy stays there."""
    yard.settings = replace(yard.settings, blobs=f"s3://{bucket}/city")
    workspace = yard.workspace(pages(site, 3))
    away = Yard(tmp_path / "away", yard.settings)
    away.root.mkdir()
    away.workspace([])
    yard.worker("--name", "far", root=away.root)
    report = ran(workspace)
    assert admitted(workspace) == sorted((f"t{n}/home/1", "captured") for n in range(3))
    assert is_sound(workspace)
    assert not list((away.root / "store").rglob("blobs/*/*")), "a worker keeps nothing"
    bucketful = ObjectStore(yard.settings.blobs)
    store = Holdings.open(workspace.store_path).store
    cited = {sha256 for record in report.records for sha256 in record.capture.cited}
    assert all(bucketful.read(sha256) == store.read(sha256) for sha256 in cited)


def test_a_second_look_is_asked_of_another_vantage_and_of_all_where_nobody_is_there(
    yard: Yard, database: Database, site: Site
) -> None:
    """Where the other one leaves before it looked, a look from here is better than none."""
    workspace = yard.workspace(pages(site, 1))
    yard.worker("--name", "home", "--address", "203.0.113.7")
    ran(workspace)
    (home,) = (hand for hand in hands(yard) if hand.name == "home")
    away = replace(home.vantage, address="198.51.100.9", resolver="198.51.100.1")
    assert apart(home.vantage, away)
    Roster(database).sign("away", "capture", home.queue, away)
    running = Running(workspace, purpose="second_look")
    wanted = until(lambda: database.ask("SELECT queue FROM quzheng_orders WHERE id LIKE '%/t0/1' AND NOT ended"))
    assert wanted == [(terms.elsewhere(home.queue, terms.vantage_id(away)),)]
    running.over()
    holdings = Holdings.open(workspace.store_path)
    assert [record.capture.purpose for record in holdings.records()] == ["scheduled", "second_look"]


def test_two_vantages_are_two_where_address_and_name_servers_are_known_to_differ() -> None:
    home = Vantage(egress="direct", address="203.0.113.7", resolver="203.0.113.1")
    away = Vantage(egress="direct", address="198.51.100.9", resolver="198.51.100.1")
    assert apart(home, away)
    assert not apart(home, replace(away, resolver=home.resolver)), "one of the two is not enough"
    assert not apart(home, replace(away, address=None)), "what is not known does not differ"


def hands(yard: Yard) -> tuple[Hand, ...]:
    database = Database(yard.settings)
    try:
        database.set_up()
        return Roster(database).hands()
    finally:
        database.close()
