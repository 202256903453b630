"""What failed for the moment is tried again at the end; what a site decided, or what guards itself, is let be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collector.passes import tries
from evidence.holdings import Holdings
from tests.collector.test_run import ran, target, workspace
from tests.site.server import Site


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [("unreachable", reason) for reason in ("dns", "refused", "reset", "closed")]
    + [("http_error", "http_500"), ("http_error", "http_502"), ("blocked", "http_503"), ("blocked", "http_429")]
    + [("crashed", "renderer"), ("crashed", "browser")],
)
def test_what_passes_is_tried_as_often_as_the_workspace_says(outcome: str, reason: str) -> None:
    assert [tries(outcome, reason, most) for most in (1, 2, 3)] == [1, 2, 3]


@pytest.mark.parametrize("reason", ["timeout", "page_hangs"])
def test_what_does_not_answer_is_tried_twice_at_most(reason: str) -> None:
    assert [tries("timeout", reason, most) for most in (1, 2, 3, 9)] == [1, 2, 2, 2]


@pytest.mark.parametrize("reason", ["http_412", "challenge"])
def test_a_challenge_is_tried_once_more_and_never_pressed(reason: str) -> None:
    assert [tries("challenge", reason, most) for most in (1, 2, 3, 9)] == [1, 2, 2, 2]


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [("http_error", "http_404"), ("http_error", "http_410"), ("http_error", "http_501"), ("http_error", "http_204")]
    + [("blocked", reason) for reason in ("http_403", "http_412", "http_521", "challenge", "own_side")]
    + [("login_lost", "session"), ("login_lost", "refused"), ("interstitial", "log_in"), ("unreachable", "tls")]
    + [("flow_failed", "step"), ("tls_unsupported_here", "tls"), ("captured", None), ("unreachable", "unsafe_port")]
    + [("http_error", "redirect_loop"), ("skipped", None)],
)
def test_what_was_decided_or_guards_itself_is_tried_once(outcome: str, reason: str | None) -> None:
    assert tries(outcome, reason, 9) == 1


def test_a_page_that_comes_at_the_second_attempt_is_rescued_and_the_first_attempt_stays_a_record(
    tmp_path: Path, site: Site
) -> None:
    columns = [{"label": "tzgg", "name": "通知公告", "url": "/"}, {"label": "gone", "name": "已撤", "url": "/404"}]
    opened = workspace(tmp_path, [target("well", f"{site.url}/once-502?{tmp_path.name}", columns=columns)])
    report = ran(opened)
    tried = [(r.capture.label, r.capture.key.rpartition("/")[2], r.capture.outcome) for r in report.records]
    assert tried == [
        ("home", "1", "http_error"),
        ("tzgg", "1", "captured"),
        ("gone", "1", "http_error"),
        ("home", "2", "captured"),
    ]
    assert (report.rescued, report.counts) == (1, {"captured": 2, "http_error": 1})
    first, second = (r for r in report.records if r.capture.label == "home")
    assert second.previous == first.id
    assert second.capture.complete is True
    assert "应采 3 页，记录 4 条" in report.sentence()
    assert "其中 1 页重试后采到" in report.sentence()


def test_a_run_cut_off_between_two_passes_goes_on_with_the_attempt_that_is_due(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [target("broken", f"{site.url}/500"), target("well", site.url)])
    first = ran(opened)
    journal = opened.store_path / "journal" / f"{first.run}.jsonl"
    kept = [line for line in journal.read_bytes().splitlines(keepends=True) if json.loads(line).get("attempt", 1) == 1]
    journal.write_bytes(b"".join(line for line in kept if json.loads(line)["kind"] != "end"))
    second = ran(opened)
    assert (second.run, second.resumed) == (first.run, True)
    assert [r.capture.key.rpartition("/")[2] for r in second.records] == ["2", "3"]
    assert {r.id for r in second.records} <= {r.id for r in first.records}  # admitted before the kill: the same records


def test_one_pass_means_one_attempt(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [target("broken", f"{site.url}/500")], passes=1)
    assert len(ran(opened).records) == 1


def test_a_pause_that_was_asked_for_is_in_the_log_and_the_later_pass_comes_after_it(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, [target("busy", f"{site.url}/busy?{tmp_path.name}")], retry_after_most=0)
    report = ran(opened)
    assert [(r.capture.outcome, r.capture.reason) for r in report.records] == [
        ("blocked", "http_429"),
        ("captured", None),
    ]
    store = Holdings.open(opened.store_path).store
    (log,) = report.records[0].capture.of_role("log")
    assert "Retry-After: 3600 s; nothing is asked of this host for 0 s" in store.read(log.sha256).decode()
