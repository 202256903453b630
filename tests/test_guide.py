"""What the READMEs tell people to type exists, and the guide leads through: its commands run, in order, over the demonstration city."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from PIL import Image

from collector.cli import cli
from evidence import verify
from flows.demo.city import City
from tests import guide, guide_walk

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


def test_what_is_not_run_of_the_guide_is_in_it() -> None:
    lines = guide.shown(guide.GUIDE)
    assert [one for one in guide_walk.NOT_HERE if not any(line.startswith(one) for line in lines)] == []


@pytest.mark.full
def test_the_guide_leads_from_an_empty_machine_to_a_bulletin_with_its_bundles(tmp_path: Path) -> None:
    with City() as city:
        ended = list(guide_walk.Walk(tmp_path, city).walk())
    assert "\n\n".join(one.wrong for one in ended if one.wrong) == ""
    assert [one.line for one in ended if not one.ran and not one.skipped and not one.line.startswith("cd ")] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_pictures_of_a_readme_are_there_small_and_described(name: str) -> None:
    shown = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (guide.ROOT / name).read_text("utf-8"))
    assert {Path(place).stem for _, place in shown} >= {"report", "terminal", "desk", "desk-finding"}
    for words, place in shown:
        file = guide.ROOT / place
        assert len(words) >= 10, place
        assert file.stat().st_size < 150_000, place
        with Image.open(file, formats=("PNG",)) as image:
            image.load()
            assert image.mode == "P", place
            assert min(image.size) >= 400, place


def test_no_picture_is_kept_that_no_readme_shows() -> None:
    shown = "".join((guide.ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md"))
    kept = [named(path) for path in sorted((guide.ROOT / "deploy" / "pictures").iterdir())]
    assert [one for one in kept if f"]({one})" not in shown] == []
