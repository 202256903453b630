"""The workspace: settings are read strictly, defaults are safe."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.errors import WorkspaceError
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
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, text: str, line: int, word: str) -> None:
    (tmp_path / "quzheng.yaml").write_text(text)
    with pytest.raises(WorkspaceError, match=rf"quzheng\.yaml:{line}: .*{word}"):
        Workspace.open(tmp_path)


def test_a_folder_that_is_no_workspace_is_told_how_to_become_one(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="quzheng init"):
        Workspace.open(tmp_path)
