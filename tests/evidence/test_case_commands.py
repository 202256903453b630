"""The commands of the casebook: what is refused says why and ends with 2, what is done is printed and stays."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evidence.cli import cli
from evidence.holdings import Holdings
from tests.evidence.judging_factory import stale_site

HIT = replace(stale_site(5).finding("columns_not_updated"), second_look="agrees", reviewers=1, exhibits=())


@pytest.fixture
def office(tmp_path: Path) -> Path:
    holdings = Holdings.open(tmp_path / "store")
    holdings.derived.put_finding(HIT)
    return tmp_path


def said(office: Path, *words: str) -> Result:
    at = words.index(HIT.id[:12]) if HIT.id[:12] in words else len(words)
    return CliRunner().invoke(cli, [*words[:at], "-w", str(office), *words[at:]], obj=None)


def test_a_finding_is_confirmed_and_shown(office: Path) -> None:
    done = said(office, "findings", "confirm", HIT.id[:12], "--by", "张三")
    assert done.exit_code == 0, done.output
    assert "已确认，经办：张三" in done.output
    shown = json.loads(said(office, "case", "show", "--json", HIT.id[:12]).output)
    assert (shown["state"], shown["confirmed"], [one["by"] for one in shown["events"]]) == ("confirmed", True, ["张三"])


def test_what_is_refused_says_why_and_changes_nothing(office: Path) -> None:
    refused = said(office, "case", "step", HIT.id[:12], "published", "--by", "张三")
    assert refused.exit_code == 2
    assert "尚未处理" in refused.output
    assert "尚未处理" in said(office, "case", "show", HIT.id[:12]).output


def test_withdrawing_asks_for_a_reason(office: Path) -> None:
    assert "--reason" in said(office, "findings", "withdraw", HIT.id[:12]).output


def test_cases_are_listed_with_what_is_due(office: Path) -> None:
    said(office, "case", "step", HIT.id[:12], "notified", "--due", "2090-01-09", "--by", "张三")
    listed = said(office, "case", "list").output
    assert HIT.id[:12] in listed and "已发核实函" in listed and "2090-01-09" in listed


def test_a_name_that_would_steer_a_terminal_is_disarmed(office: Path) -> None:
    said(office, "findings", "confirm", HIT.id[:12], "--by", "张\x1b[31m三", "--reason", "a\nb\u202ec")
    shown = said(office, "case", "show", HIT.id[:12]).output
    assert "\x1b" not in shown and "\u202e" not in shown
