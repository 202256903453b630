"""What the READMEs tell people to type exists, and the guide leads through: its commands run, in order, over the demonstration city."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from collector.cli import cli
from evidence import verify
from tests import guide

READMES = tuple(guide.readmes())


def named(path: Path) -> str:
    return str(path.relative_to(guide.ROOT))


@pytest.mark.parametrize("readme", READMES, ids=named)
def test_every_command_in_a_readme_is_one_there_is(readme: Path) -> None:
    for line in guide.shown(readme):
        if line.startswith("quzheng "):
            guide.check(line, cli)
    for line in guide.spans(readme):
        guide.check(line, cli, whole=False)


def test_the_guides_were_found_with_all_their_commands() -> None:
    assert {"README.md", "README.zh-CN.md", "flows/README.md"} <= {named(path) for path in READMES}
    assert len([line for line in guide.shown(guide.GUIDE) if line.startswith("quzheng ")]) > 60
    assert any(guide.spans(guide.GUIDE))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("quzheng jugde -w office", "No such command"),
        ("quzheng judge -w office --att 2021-06-29T10:00", "No such option"),
        ("quzheng judge -w office --at yesterday", "yesterday"),
        ("quzheng judge -w office more", "takes no more"),
        ("quzheng case step -w office", "Missing"),
        ("quzheng case step -w office FINDING notifyed", "notifyed"),
        ("quzheng bundle -w office FINDING", "Missing"),
        ("quzheng case", "which command"),
        ("quzheng bundle -w office FINDING -o", "requires an argument"),
        ("make demo", "not a command of ours"),
    ],
)
def test_a_command_that_there_is_not_would_be_found(line: str, said: str) -> None:
    with pytest.raises(click.ClickException) as raised:
        guide.check(line, cli)
    assert said in raised.value.format_message()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_targets_that_a_readme_shows_are_accepted(name: str, tmp_path: Path) -> None:
    shown = re.search(r"```yaml\n(.*?)```", (guide.ROOT / name).read_text("utf-8"), re.DOTALL)
    assert shown
    office = tmp_path / "office"
    assert CliRunner().invoke(cli, ["init", str(office)]).exit_code == 0
    (office / "targets.yaml").write_text(shown[1], "utf-8")
    checked = CliRunner().invoke(cli, ["targets", "check", "-w", str(office)])
    assert checked.exit_code == 0, checked.output


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_table_of_checks_names_each_check_of_a_verdict_and_no_other(name: str) -> None:
    rows = re.findall(r"^\| `([^`]+)`[^|]*\|[^|]+\|[^|]+\|$", (guide.ROOT / name).read_text("utf-8"), re.MULTILINE)
    assert rows == [*verify.REQUIRED, *verify.CONDITIONAL, *verify.BESIDE]
