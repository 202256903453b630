"""The demonstration city on a fleet of three workers, one killed in the middle: what a local run brings, and no other finding."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from collector.clock import SystemClock
from collector.initialise import initialise
from collector.run import run
from collector.workspace import Workspace
from evidence import judge, plain, ruleset
from evidence.holdings import Holdings
from flows.demo.city import City, secrets, targets
from tests.collector.fleet.conftest import Yard, kill, until
from tests.collector.fleet.test_fleet import Running, hands, is_sound


def office(root: Path, city: City, more: str = "") -> Workspace:
    """Return a workspace on the city's targets, with some more settings."""
    initialise(root, office="示范市政务公开办公室（演示）")
    settings = root / "quzheng.yaml"
    settings.write_text(settings.read_text("utf-8") + more, "utf-8")
    (root / "targets.yaml").write_text(json.dumps(targets(city), ensure_ascii=False), "utf-8")
    return Workspace.open(root)


def captured(workspace: Workspace) -> list[tuple[str, str, bool | None]]:
    """Return page, outcome and completeness of each last attempt."""
    found = {}
    for record in Holdings.open(workspace.store_path).records():
        taken = record.capture
        found[taken.target.id, taken.label] = (f"{taken.target.id}/{taken.label}", taken.outcome, taken.complete)
    return sorted(found.values())


def judged(workspace: Workspace) -> list[tuple[str, str, str | None, str, str]]:
    """Return what is found, by its question and its answer."""
    house = workspace.house()
    rules = ruleset.load(house.rules, house.rules_dir)
    at = SystemClock().now()
    found = judge.judge_holdings(house.holdings(), house.subjects(), at=at, rules=rules, jobs=2).findings
    return sorted((one.target, one.indicator, one.label, one.state, one.second_look) for one in found)


def test_the_same_pages_outcomes_and_findings(yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in secrets().items():
        monkeypatch.setenv(name, value)
    with City(still=True) as city:
        local = office(tmp_path / "local", city)
        asyncio.run(run(local, local.holdings(), clock=SystemClock(), purpose="scheduled"))
        yard.root.rmdir()
        fleet = office(yard.root, city, f"\nexecutor: fleet\nfleet: {json.dumps(plain.dump(yard.settings))}\n")
        first, *_ = [yard.worker("--name", f"w{n}", "--jobs", "1") for n in range(3)]
        running = Running(fleet)
        until(lambda: len(captured(fleet)) >= 5, 60)
        kill(first)
        report = running.over()
    assert report.missing == ()
    assert captured(fleet) == captured(local)
    assert is_sound(fleet)
    found = judged(fleet)
    assert found == judged(local)
    assert any(state == "hit" for _, _, _, state, _ in found)


@pytest.mark.full
def test_a_night_goes_by_the_workers_and_is_complete(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Visits, second looks and readings are theirs; the report, the findings and the exit code those of any night."""
    for name, value in secrets().items():
        monkeypatch.setenv(name, value)
    with City(still=True) as city:
        yard.root.rmdir()
        fleet = office(yard.root, city, f"\nexecutor: fleet\nfleet: {json.dumps(plain.dump(yard.settings))}\n")
        yard.worker("--name", "w1", "--jobs", "2")
        yard.worker("--kind", "reading", "--name", "r1", "--jobs", "1")
        until(lambda: {hand.kind for hand in hands(yard)} == {"capture", "reading"})
        night = yard.command("nightly", "-w", str(yard.root), "--once", "--all")
        assert night.wait(150) == 0, yard.logs()
    (report,) = (yard.root / "nights").glob("*/night.json")
    told = json.loads(report.read_text("utf-8"))
    assert (told["complete"], told["missing"], told["failed"]) == (True, [], [])
    assert told["planned"] == told["captured"] > 20
    assert told["second_looks"] > 0
    assert {one["indicator"] for one in told["new"]} >= {"columns_not_updated", "blank_columns"}
    assert is_sound(fleet)
