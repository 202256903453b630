"""A real county department site, mirrored: visited, read and judged as its truth says.

The pages are not part of this project; they lie beside it, in ../shared/data.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.clock import SimulatedClock
from collector.initialise import initialise
from collector.run import run
from collector.workspace import Workspace
from evidence import judge as judging
from evidence import ruleset
from evidence.holdings import Holdings
from evidence.model import Fact, Finding
from tests.site.folder import serve

TAKEN = datetime.fromisoformat("2021-01-04T12:00:00+08:00")
CLASSES = {
    "gzdt/ldhd": "news",
    "gzdt/xydt": "news",
    "gzdt/ywyw": "news",
    "gzdt/tzgg": "notice",
    "zwgk/gsgg": "notice",
    "gzdt/rsks": "notice",
    "zwgk/zcfg_62459": "policy",
    "zwgk/bmwj": "policy",
    "zwgk/zcjd": "interpretation",
}
STALE = {"gzdt/ldhd", "gzdt/xydt", "gzdt/ywyw", "zwgk/zcfg_62459", "zwgk/bmwj"}
BLANK = {"zwgk/fpgz", "zwgk/ggzypz", "zwgk/ghjh", "zwgk/zcjd"}


@dataclass(frozen=True)
class Visited:
    """The mirrored site after one run, with its truth."""

    workspace: Workspace
    holdings: Holdings
    truth: dict[str, dict[str, Any]]
    outcomes: dict[str, str]
    complete: dict[str, bool | None]
    ended: datetime

    def judge(self, at: datetime) -> judging.Judgement:
        subjects = tuple(target.subject for target in self.workspace.targets())
        return judging.judge_holdings(self.holdings, subjects, at=at, rules=ruleset.load("national-2019"), jobs=2)


def column(label: str, name: str) -> dict[str, Any]:
    written: dict[str, Any] = {"label": label, "name": name, "url": f"{label}/index.html"}
    if label in CLASSES:
        written |= {"class": CLASSES[label], "level": 1, "duty": True}
    return written


@pytest.fixture(scope="module")
def visited(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    mirror = shared_data / "gov-daozhen-hrss"
    expected = json.loads((mirror / "expected_columns.json").read_text("utf-8"))["columns"]
    truth = {Path(c["file"]).parent.as_posix(): c for c in expected if c["kind"] == "list"}
    folder = tmp_path_factory.mktemp("mirror")
    initialise(folder)
    with serve(mirror / "site") as address:
        target = {
            "id": "hrss",
            "name": "县人力资源和社会保障局",
            "kind": "department",
            "url": f"{address}/index.html",
            "site_code": "0000000009",
            "columns": [column(label, c["column"]) for label, c in truth.items()],
        }
        (folder / "targets.yaml").write_text(json.dumps([target], ensure_ascii=False), "utf-8")
        workspace = Workspace.open(folder)
        holdings = Holdings.open(workspace.store_path)
        clock = SimulatedClock(TAKEN)
        report = asyncio.run(run(workspace, holdings, clock=clock))
    captures = [record.capture for record in report.records]
    yield Visited(
        workspace=workspace,
        holdings=holdings,
        truth=truth,
        outcomes={capture.label: capture.outcome for capture in captures},
        complete={capture.label: capture.complete for capture in captures},
        ended=clock.now(),
    )


@pytest.fixture(scope="module")
def judged(visited: Visited) -> judging.Judgement:
    return visited.judge(visited.ended)


def facts_of(judgement: judging.Judgement) -> dict[str, Fact]:
    return {fact.label: fact for fact in judgement.facts}


def finding_of(judgement: judging.Judgement, clause: str) -> Finding:
    (found,) = [finding for finding in judgement.findings if finding.clause == clause]
    return found


def test_every_page_is_captured_whole(visited: Visited) -> None:
    """Its dead pictures, clocks and failed scripts make no page incomplete."""
    beside = {f"{label}/article-{n}" for label, class_ in CLASSES.items() if class_ == "policy" for n in (1, 2, 3)}
    assert set(visited.outcomes) == {"home", *visited.truth, *beside}
    assert set(visited.outcomes.values()) == {"captured"}
    assert [label for label, complete in visited.complete.items() if complete is not True] == []


def test_there_is_a_fact_for_every_column(visited: Visited, judged: judging.Judgement) -> None:
    assert set(visited.truth) <= set(facts_of(judged))


def test_the_newest_date_of_every_column_is_the_expected_one(visited: Visited, judged: judging.Judgement) -> None:
    facts = facts_of(judged)
    wrong = {
        label: (str(facts[label].newest), column["newest"])
        for label, column in visited.truth.items()
        if (str(facts[label].newest) if facts[label].newest else None) != column["newest"]
    }
    assert wrong == {}


def test_the_four_blank_columns_are_blank_and_no_other(judged: judging.Judgement) -> None:
    assert {fact.label for fact in judged.facts if fact.blank} == BLANK


def test_the_five_columns_with_a_duty_are_stale_and_a_blank_one_is_not_stale_as_well(judged: judging.Judgement) -> None:
    assert {fact.label for fact in judged.facts if fact.stale and fact.duty} == STALE
    assert not any(fact.stale for fact in judged.facts if fact.blank)


def test_the_three_column_indicators_count_as_the_clauses_say(judged: judging.Judgement) -> None:
    clauses = {clause: finding_of(judged, clause) for clause in ("WV-4.1", "WV-4.2", "WV-4.3")}
    assert {clause: finding.numbers["count"] for clause, finding in clauses.items()} == {
        "WV-4.1": 5,
        "WV-4.2": 5,
        "WV-4.3": 4,
    }
    assert {clause: finding.state for clause, finding in clauses.items()} == {
        "WV-4.1": "hit",
        "WV-4.2": "clear",
        "WV-4.3": "clear",
    }


def test_what_is_not_counted_is_listed_with_its_because(visited: Visited, judged: judging.Judgement) -> None:
    finding = finding_of(judged, "WV-4.1")
    counted = {entry["label"] for entry in finding.numbers["counted"]}
    listed = {entry["label"]: entry["because"] for entry in finding.numbers["not_counted"]}
    assert counted == STALE
    assert set(visited.truth) - STALE <= set(listed)
    assert all(listed.values())


def test_a_hit_on_one_look_waits_for_a_second(judged: judging.Judgement) -> None:
    assert finding_of(judged, "WV-4.1").second_look == "missing"


def test_judging_twice_gives_the_same_findings(visited: Visited, judged: judging.Judgement) -> None:
    again = visited.judge(visited.ended)
    assert [finding.id for finding in again.findings] == [finding.id for finding in judged.findings]
    assert again.findings == judged.findings


def test_a_blank_column_without_a_duty_is_shown_but_cannot_accuse(judged: judging.Judgement) -> None:
    numbers = finding_of(judged, "WV-4.3").numbers
    assert {entry["label"] for entry in numbers["counted"]} == BLANK
    assert numbers["with_duty"] == 1


def test_three_days_later_nothing_is_accused(visited: Visited) -> None:
    judgement = visited.judge(visited.ended + timedelta(days=3))
    assert not [finding for finding in judgement.findings if finding.state == "hit"]
    accused = finding_of(judgement, "WV-4.1")
    assert accused.state == "undecided"
    assert accused.missing


def test_before_the_first_record_nothing_is_said_and_the_lack_is_named(visited: Visited) -> None:
    judgement = visited.judge(TAKEN - timedelta(days=1))
    assert {finding.state for finding in judgement.findings} == {"undecided"}
    assert all(finding.missing for finding in judgement.findings)


def test_every_record_says_for_ever_that_its_clock_was_simulated(visited: Visited) -> None:
    assert {record.capture.clock.source for record in visited.holdings.records()} == {"simulated"}


def test_nothing_else_is_found(judged: judging.Judgement) -> None:
    """No proposal fires on a real, honest site; what cannot be told by one night is undecided and says what is missing."""
    hits = {(finding.clause, finding.label) for finding in judged.findings if finding.state == "hit"}
    assert hits == {("WV-4.1", None)}
    assert all(finding.missing for finding in judged.findings if finding.state == "undecided")
