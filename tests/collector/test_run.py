"""A run has a plan and a journal; nothing that was due is lost, and nothing is done twice."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.clock import SimulatedClock, SystemClock
from collector.errors import TargetsError
from collector.journal import Journal
from collector.run import RunReport, capture_url, run
from collector.workspace import Workspace
from evidence import plans
from evidence.holdings import Holdings
from evidence.seal import make_office_key
from evidence.unbroken import unbroken
from tests.site.server import Site


def workspace(folder: Path, targets: Sequence[dict[str, object]], **limits: int) -> Workspace:
    settings = {"limits": {"navigation_seconds": 2, "settle_seconds": 1, **limits}}
    (folder / "quzheng.yaml").write_text(json.dumps(settings))
    (folder / "targets.yaml").write_text(json.dumps(targets))
    return Workspace.open(folder)


def target(id: str, url: str, **more: object) -> dict[str, object]:
    return {"id": id, "name": id, "url": url, **more}


def ran(opened: Workspace, **options: object) -> RunReport:
    holdings = Holdings.open(opened.store_path)
    return asyncio.run(run(opened, holdings, clock=SystemClock(), **options))  # type: ignore[arg-type]


def test_dead_silent_and_broken_targets_leave_records_and_the_run_goes_on(tmp_path: Path, site: Site) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "torn.py").write_text("from collector.flow import Flow\nflow = Flow(__name__\n")
    opened = workspace(
        tmp_path,
        [
            target("dead", "http://127.0.0.1:9/"),
            target("silent", f"{site.url}/hang"),
            target("broken", f"{site.url}/500"),
            target("torn", site.url, flow="torn"),
            target("unknown", site.url, flow="nobody"),
            target("well", site.url, columns=[{"label": "tzgg", "name": "通知公告", "url": "/gzip"}]),
        ],
    )
    report = ran(opened)
    outcomes = {(r.capture.target.id, r.capture.label): (r.capture.outcome, r.capture.complete) for r in report.last}
    assert outcomes == {
        ("dead", "home"): ("unreachable", False),
        ("silent", "home"): ("timeout", False),
        ("broken", "home"): ("http_error", False),
        ("torn", "home"): ("flow_failed", False),
        ("unknown", "home"): ("flow_failed", False),
        ("well", "home"): ("captured", True),
        ("well", "tzgg"): ("captured", True),
    }
    assert (report.due, report.missing) == (7, ())
    tried = Counter(r.capture.target.id for r in report.records)
    assert tried == {"dead": 1, "silent": 2, "broken": 3, "torn": 1, "unknown": 1, "well": 2}  # port 9 is unsafe: ours
    assert "应采 7 页，记录 10 条（" in report.sentence()
    assert "又试了 3 次，每次都有记录；其中 0 页重试后采到" in report.sentence()
    assert Holdings.open(opened.store_path).store.check().damaged == ()


def test_each_record_is_admitted_with_its_environment_flow_and_column(tmp_path: Path, site: Site) -> None:
    column = {"label": "tzgg", "name": "通知公告", "url": "/", "class": "notice", "level": 1, "duty": True}
    opened = workspace(tmp_path, [target("well", site.url, site_code="0000000001", columns=[column])])
    holdings = Holdings.open(opened.store_path)
    record = next(r for r in ran(opened).records if r.capture.label == "tzgg")
    taken = record.capture
    environment = json.loads(holdings.store.read(taken.environment))
    assert "Headless" not in json.dumps(environment["browser"]["client_hints"]) + environment["browser"]["user_agent"]
    assert len(environment["browser"]["sha256"]) == 64
    assert b"Open and capture every label that is due" in holdings.store.read(taken.flow.sha256)
    assert taken.column is not None
    assert (taken.column.class_, taken.column.level, taken.column.duty) == ("notice", 1, True)
    assert json.loads(holdings.store.read(taken.column.ledger or ""))["columns"][0]["name"] == "通知公告"
    assert holdings.record(record.id) == record


def test_a_second_run_links_each_record_to_the_one_before(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [target("well", site.url)])
    first, second = ran(opened), ran(opened)
    assert first.run != second.run
    assert second.records[0].previous == first.records[0].id


def test_a_run_that_was_cut_off_is_taken_up_and_nothing_is_done_twice(tmp_path: Path, site: Site) -> None:
    columns = [{"label": f"c{n}", "name": f"栏目{n}", "url": f"/?{n}"} for n in range(3)]
    opened = workspace(tmp_path, [target("well", site.url, columns=columns)])
    first = ran(opened)
    journal = opened.store_path / "journal" / f"{first.run}.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:4]) + lines[4][:20])  # killed in the middle of the third outcome
    second = ran(opened)
    assert (second.run, second.resumed, second.due, second.missing) == (first.run, True, 4, ())
    labels = [record.capture.label for record in second.records]
    assert len(labels) == 2
    assert {r.id for r in second.records} <= {r.id for r in first.records}  # admitted before the kill: the same records
    assert ran(opened).resumed is False


READING = """from collector.flow import Flow

flow = Flow(__name__)

@flow.visit
async def visit(visit):
    for label in visit.due:
        await visit.open(visit.address(label))
        await visit.capture(label)
        await visit.capture(f"{label}/article-1")
"""


def reading_workspace(folder: Path, site: Site) -> Workspace:
    (folder / "flows").mkdir()
    (folder / "flows" / "articles.py").write_text(READING)
    columns = [{"label": f"c{n}", "name": f"栏目{n}", "url": f"/?{n}"} for n in range(2)]
    return workspace(folder, [target("well", site.url, flow="articles", columns=columns)])


def test_a_second_look_at_an_article_asks_for_its_column_and_loses_no_other(tmp_path: Path, site: Site) -> None:
    opened = reading_workspace(tmp_path, site)
    ran(opened)
    due = {"well": ("c0/article-1", "c0", "c1", "c1/article-1")}
    second = ran(opened, purpose="second_look", due=due)
    assert second.due == 2
    assert {(r.capture.label, r.capture.outcome) for r in second.last} == {
        (label, "captured") for label in ("c0", "c0/article-1", "c1", "c1/article-1")
    }


def test_a_run_cut_off_between_a_page_and_its_article_brings_the_article_too(tmp_path: Path, site: Site) -> None:
    opened = reading_workspace(tmp_path, site)
    first = ran(opened)
    journal = opened.store_path / "journal" / f"{first.run}.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    named = [json.loads(line).get("label") for line in lines]
    assert named.index("c0") < named.index("c0/article-1"), "a page goes before what was captured beside it"
    journal.write_bytes(b"".join(lines[: named.index("c0")]))  # what a kill leaves before all beside c0 is admitted
    second = ran(opened)
    assert second.resumed
    assert {r.capture.label for r in second.records} == {"c0", "c0/article-1", "c1", "c1/article-1"}
    assert {r.id for r in second.records} <= {r.id for r in first.records}


def test_a_run_of_a_name_is_taken_up_and_once_ended_let_alone(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [target("well", site.url)])
    first = ran(opened, name="20261126T003000-abcdef-01")
    assert (first.run, first.resumed, len(first.records)) == ("20261126T003000-abcdef-01", False, 1)
    again = ran(opened, name=first.run)
    assert (again.resumed, again.records, again.due, again.missing) == (True, (), 1, ())


def test_a_run_with_other_targets_begins_anew(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [target("one", site.url)])
    holdings = Holdings.open(opened.store_path)
    Journal.begin(holdings.root, "20200101T000000-000000", "scheduled", (("gone", ("home",)),), datetime.now(UTC))
    report = ran(opened)
    assert (report.resumed, len(report.records)) == (False, 1)


def test_a_run_cut_off_long_ago_is_not_taken_up_since_its_captures_are_not_of_tonight(tmp_path: Path) -> None:
    begun = datetime(2026, 11, 1, tzinfo=UTC)
    Journal.begin(tmp_path, "20261101T000000-000000", "scheduled", (("one", ("home",)),), begun)
    assert Journal.unfinished(tmp_path, "scheduled", begun + timedelta(hours=11)) is not None
    assert Journal.unfinished(tmp_path, "scheduled", begun + timedelta(hours=13)) is None
    assert Journal.unfinished(tmp_path, "manual", begun) is None


def test_only_named_targets_are_visited_and_an_unknown_name_is_told(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [target("one", site.url), target("two", site.url)])
    assert [r.capture.target.id for r in ran(opened, only=("two",)).records] == ["two"]
    with pytest.raises(TargetsError, match="three"):
        ran(opened, only=("three",))


def test_a_simulated_clock_marks_every_record_for_ever(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [target("one", site.url)])
    clock = SimulatedClock(datetime.fromisoformat("2021-01-04T12:00:00+08:00"))
    report = asyncio.run(run(opened, Holdings.open(opened.store_path), clock=clock))
    (record,) = report.records
    assert record.capture.clock.source == "simulated"
    assert record.capture.started.date().isoformat() == "2021-01-04"


def test_a_browser_that_dies_is_replaced_and_its_captures_are_tried_again(tmp_path: Path, site: Site) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "killer.py").write_text(KILLER)
    columns = [{"label": "c1", "name": "栏目", "url": "/"}]
    opened = workspace(tmp_path, [target("one", site.url, flow="killer", columns=columns)])
    report = ran(opened)
    tried = [(r.capture.label, r.capture.key.rpartition("/")[2], r.capture.outcome) for r in report.records]
    assert sorted(tried) == [("c1", "1", "crashed"), ("c1", "2", "captured"), ("home", "1", "captured")]
    assert next(r for r in report.records if r.capture.outcome == "crashed").capture.fault == "ours"
    assert report.missing == ()


KILLER = '''
"""Ends its own browser once."""
import os, signal
from pathlib import Path
from collector.flow import Flow

flow = Flow(__name__)
DONE = Path(__file__).with_suffix(".done")

@flow.visit
async def visit(visit):
    for label in visit.due:
        await visit.open(visit.address(label))
        if label == "c1" and not DONE.exists():
            DONE.touch()
            session = await visit.page.context.browser.new_browser_cdp_session()
            info = await session.send("SystemInfo.getProcessInfo")
            os.kill(next(p["id"] for p in info["processInfo"] if p["type"] == "browser"), signal.SIGKILL)
        await visit.capture(label)
'''


def test_one_address_can_be_captured_without_being_a_target(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [])
    holdings = Holdings.open(opened.store_path)
    record = asyncio.run(capture_url(opened, holdings, site.url, label="page", clock=SystemClock()))
    assert (record.capture.outcome, record.capture.label, record.capture.complete) == ("captured", "page", True)
    with pytest.raises(TargetsError, match="http"):
        asyncio.run(capture_url(opened, holdings, "file:///etc/passwd", clock=SystemClock()))


def test_the_journal_has_the_plan_before_and_each_outcome_after(tmp_path: Path, site: Site) -> None:
    report = ran(workspace(tmp_path, [target("one", site.url)]))
    lines = [
        json.loads(line) for line in (tmp_path / "store" / "journal" / f"{report.run}.jsonl").read_text().splitlines()
    ]
    assert [line["kind"] for line in lines] == ["plan", "cleanliness", "outcome", "cleanliness", "end"]
    assert lines[0]["due"] == [{"target": "one", "labels": ["home"]}]
    assert lines[2]["record"] == report.records[0].id


def test_the_plan_is_in_the_ledger_before_the_first_record_and_a_signed_state_after_the_last(
    tmp_path: Path, site: Site
) -> None:
    opened = workspace(tmp_path, [target("well", f"{site.url}/gzip"), target("dead", "http://127.0.0.1:9/")])
    make_office_key(opened.root / "seal", "示范市政务公开办")
    report = ran(opened)
    holdings = Holdings.open(opened.store_path)
    kinds = [leaf.kind for leaf in holdings.ledger.leaves()]
    assert kinds[:2] == ["plan", "plan"]
    assert kinds[-1] == "chains"
    (plan,) = plans.plans_since(holdings, "well", None)
    assert (plan.run, plan.labels, plan.previous) == (report.run, ("home",), None)
    (state,) = holdings.ledger.checkpoints()
    assert state.size == holdings.ledger.size
    assert unbroken(holdings, "well", "home", None) is not None


def test_what_a_run_that_was_cut_off_never_came_to_is_declared_lost_by_the_next(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [target("well", f"{site.url}/gzip")])
    holdings = Holdings.open(opened.store_path)
    then = datetime.now(UTC) - timedelta(hours=30)
    due = (("well", ("home", "tzgg")),)
    journal = Journal.begin(holdings.root, "20210101T000000-abcdef", "scheduled", due, then)
    plans.enter(holdings, journal.run, "scheduled", due, then)
    report = ran(opened)
    holdings = Holdings.open(opened.store_path)
    assert report.run != journal.run
    lost = [leaf.key for leaf in holdings.ledger.leaves() if leaf.kind == "loss"]
    assert lost == [f"{journal.run}/well/home", f"{journal.run}/well/tzgg"]
    loss = plans.loss_of(holdings, journal.run, "well", "home")
    assert loss is not None and loss.reason == "the run was cut off"
    ran(opened)
    assert len([leaf for leaf in Holdings.open(opened.store_path).ledger.leaves() if leaf.kind == "loss"]) == 2


def test_a_resumed_run_enters_its_plan_once(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [target("well", f"{site.url}/gzip")])
    holdings = Holdings.open(opened.store_path)
    now = datetime.now(UTC)
    journal = Journal.begin(holdings.root, "20210101T000000-abcdef", "scheduled", (("well", ("home",)),), now)
    plans.enter(holdings, journal.run, "scheduled", journal.due, now)
    assert ran(opened).resumed
    leaves = Holdings.open(opened.store_path).ledger.leaves()
    assert [leaf.kind for leaf in leaves].count("plan") == 1
    assert "loss" not in [leaf.kind for leaf in leaves]


def test_parts_of_columns_are_looked_at_again_with_their_column_and_what_no_flow_knows_costs_nothing(
    tmp_path: Path, site: Site
) -> None:
    columns = [{"label": label, "name": label, "url": "/gzip"} for label in ("zcwj", "tzgg")]
    opened = workspace(tmp_path, [target("well", site.url, columns=columns)])
    due = {"well": ("zcwj", "zcwj/article-1", "probes", "tzgg", "tzgg/tab-2", "gone")}
    report = ran(opened, due=due, purpose="second_look", resume=False)
    assert [(r.capture.label, r.capture.outcome) for r in report.last] == [("zcwj", "captured"), ("tzgg", "captured")]
    assert (report.due, report.missing) == (2, ())
