"""The workspace: settings are read strictly, defaults are safe."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector import quiet
from collector.errors import WorkspaceError
from collector.initialise import initialise
from collector.nightly_settings import NightlySettings
from collector.workspace import Workspace


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "quzheng.yaml").write_text("")
    workspace = Workspace.open(tmp_path)
    assert workspace.store_path == tmp_path / "store"
    assert workspace.settings.limits.navigation_seconds == 30
    assert workspace.settings.egress == "direct"


def test_limits_are_settings(tmp_path: Path) -> None:
    (tmp_path / "quzheng.yaml").write_text("limits: {navigation_seconds: 2}\njobs: 1\n")
    settings = Workspace.open(tmp_path).settings
    assert (settings.limits.navigation_seconds, settings.limits.settle_seconds, settings.jobs) == (2, 3, 1)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("jobs: two\n", 1, "whole number"),
        ("jobs: 0\n", 1, "at least 1"),
        ("store: s\nlimits:\n  per_host: 0\n", 3, "per_host"),
        ("timestamp: http://x/\n", 1, "timestamp"),
        ("store: [\n", 2, "YAML"),
        ("words:\n  wording: none.txt\n", 2, "no file"),
        ("nightly:\n  from: 08:30am\n", 2, "nightly.from"),
        ("nightly:\n  next_t: 2021-06-29\n", 2, "nightly.next_t"),
        ("nightly:\n  next_t: '2021-06-29T10:00:00'\n", 2, "nightly.next_t"),
        ("nightly:\n  every:\n    home: -1\n", 3, "every.home"),
        ("nightly:\n  lock_minutes: 0\n", 2, "lock_minutes"),
        ("nightly:\n  silent: [{from: '2021-06-29', to: '2021-06-28', why: x}]\n", 2, "silent.0"),
        ("nightly:\n  alerts: {when: never}\n", 2, "incomplete or always"),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, text: str, line: int, word: str) -> None:
    (tmp_path / "quzheng.yaml").write_text(text)
    with pytest.raises(WorkspaceError, match=rf"quzheng\.yaml:{line}: .*{word}"):
        Workspace.open(tmp_path)


def test_what_init_writes_are_the_defaults_of_the_nights(tmp_path: Path) -> None:
    initialise(tmp_path / "w")
    assert Workspace.open(tmp_path / "w").settings.nightly == NightlySettings()


def test_days_and_hours_without_a_visit_are_read_as_people_write_them(tmp_path: Path) -> None:
    text = """nightly:
  silent: [{from: 2026-10-01, to: 2026-10-03, why: 重保}]
  maintenance: [{host: www.example.gov.cn, from: "12:00", to: "13:30", why: 报备}]
"""
    (tmp_path / "quzheng.yaml").write_text(text)
    assert len(quiet.of(Workspace.open(tmp_path).settings.nightly).quiet) == 2


def test_a_folder_that_is_no_workspace_is_told_how_to_become_one(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="quzheng init"):
        Workspace.open(tmp_path)
