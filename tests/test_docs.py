"""What is written about the program is true: help texts, drawings of the errors, links between the documents.

`python tests/test_docs.py` writes the help texts into the READMEs anew.
"""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh-CN.md")
BLOCK = re.compile(r"(?<=<!-- help -->\n)```text\n.*?```(?=\n<!-- /help -->)", re.DOTALL)


def help_text() -> str:
    """The help of the command and, a line each, of all its commands."""
    from collector.cli import cli

    top = CliRunner().invoke(cli, ["--help"], prog_name="quzheng", terminal_width=100).output.rstrip()
    lines = [f"quzheng {path}: {command.get_short_help_str(100)}" for path, command in commands(cli, "")]
    return "\n".join(("```text", top, "", *lines, "```"))


def commands(group: click.Group, prefix: str) -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            found += commands(command, f"{prefix}{name} ")
        else:
            found.append((f"{prefix}{name}", command))
    return found


@pytest.mark.parametrize("name", READMES)
def test_the_help_text_in_the_readme_is_current(name: str) -> None:
    found = BLOCK.search((ROOT / name).read_text("utf-8"))
    assert found, f"{name} has no block between <!-- help --> and <!-- /help -->"
    assert found[0] == help_text(), "run: python tests/test_docs.py"


@pytest.mark.parametrize("package", ["evidence", "collector"])
def test_the_drawing_of_the_errors_is_true(package: str) -> None:
    module = importlib.import_module(f"{package}.errors")
    drawn = [
        (len(line) - len(line.lstrip("│├└─ ")), match[1])
        for line in (module.__doc__ or "").splitlines()
        if (match := re.match(r"[│├└─ ]*([A-Z]\w+)(?:  |$)", line))
    ]
    parents: dict[str, str] = {}
    path: list[tuple[int, str]] = []
    for depth, name in drawn:
        while path and path[-1][0] >= depth:
            path.pop()
        parents[name] = path[-1][1] if path else "Exception"
        path.append((depth, name))
    real = {
        name: thing.__bases__[0].__name__
        for name, thing in vars(module).items()
        if isinstance(thing, type) and thing.__module__ == module.__name__
    }
    assert parents == real


@pytest.mark.parametrize("name", [*READMES, "ARCHITECTURE.md", "CHANGELOG.md", "flows/README.md", "evidence/FORMAT.md"])
def test_links_between_the_documents_lead_somewhere(name: str) -> None:
    path = ROOT / name
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_both_readmes_show_the_same_commands() -> None:
    def shown(name: str) -> list[str]:
        text = BLOCK.sub("", (ROOT / name).read_text("utf-8"))
        blocks = re.findall(r"```(?:sh|bash|console)\n(.*?)```", text, re.DOTALL)
        return [
            line.split("#")[0].strip() for block in blocks for line in block.splitlines() if line.split("#")[0].strip()
        ]

    assert shown(READMES[0])
    assert shown(READMES[0]) == shown(READMES[1])


def test_no_path_of_a_machine_and_no_package_host_is_named() -> None:
    named = re.compile(r"(?<![\w.])/(work|farm|root)/|pythonhosted|" + r"pypi\.(org|io)|" + r"deb\.debian")
    texts = [
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and path.suffix in {".py", ".md", ".toml", ".lock", ".yaml", ".sh", ".txt", ".j2", ".html", ""}
        and not {".git", ".venv"} & set(path.relative_to(ROOT).parts)
        and not path.relative_to(ROOT).parts[0].startswith((".", "demo-out", "build"))
        and path.name != "test_docs.py"
    ]
    assert [path for path in texts if named.search(path.read_text("utf-8", errors="replace"))] == []


if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # not this folder, whose collector/ and evidence/ are tests
    for readme in READMES:
        file = ROOT / readme
        file.write_text(BLOCK.sub(lambda _: help_text(), file.read_text("utf-8")), "utf-8")
