"""The commands that the READMEs show, read as a shell would, and held against the commands there are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "README.zh-CN.md"
_BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`(quzheng [^`]+)`")


def shown(readme: Path) -> tuple[str, ...]:
    """Return the command lines of all blocks of shell in order: continued lines joined, comments left out.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "a.md"
    ...     _ = file.write_text("```sh\\nquzheng run \\\\\\n  -w office   # a night\\n```\\n")
    ...     shown(file)
    ('quzheng run -w office',)
    """
    found: list[str] = []
    for block in _BLOCK.findall(readme.read_text("utf-8")):
        for line in re.sub(r"\\\n\s*", "", block).splitlines():
            if words := shlex.split(line, comments=True):
                found.append(line if "#" not in line else shlex.join(words))
    return tuple(line.strip() for line in found)


def spans(readme: Path) -> tuple[str, ...]:
    """Return the commands of ours that running text names, which may leave out what they need."""
    return tuple(_SPAN.findall(_FENCED.sub("", readme.read_text("utf-8"))))


def readmes() -> Iterator[Path]:
    """Yield every README of the tree."""
    for path in sorted(ROOT.rglob("README*.md")):
        if not any(part.startswith((".", "demo-out", "build")) for part in path.relative_to(ROOT).parts):
            yield path


def check(line: str, cli: click.Group, *, whole: bool = True) -> None:
    """Hold a command line against the commands there are, without running it.

    Raises click.UsageError for a command or an option that there is not, a value that it does not take, too many arguments,
    or, of a `whole` line, too few. Places on the disk are not looked at.
    """
    name, *rest = shlex.split(line)
    if name != "quzheng":
        raise click.UsageError(f"not a command of ours: {line}")
    command: click.Command = cli
    context = click.Context(cli, info_name="quzheng", **cli.context_settings)
    while True:
        values, rest = _parsed(command, context, rest, whole=whole)
        if not isinstance(command, click.Group):
            break
        _values(command, context, values, whole=whole)
        if not rest:
            if whole and not command.invoke_without_command:
                raise click.UsageError(f"{context.command_path}: which command?")
            return
        _, sub, rest = command.resolve_command(context, rest)
        if sub is None:
            raise click.UsageError(f"{context.command_path} has no such command: {line}")
        command, context = sub, click.Context(sub, info_name=sub.name, parent=context, **sub.context_settings)
    if rest:
        raise click.UsageError(f"{context.command_path} takes no {' '.join(rest)}")
    _values(command, context, values, whole=whole)


def _parsed(
    command: click.Command, context: click.Context, words: list[str], *, whole: bool
) -> tuple[dict[str, object], list[str]]:
    """Return what the words say; where a line is not `whole`, its last option may lack its value."""
    try:
        values, rest, _ = command.make_parser(context).parse_args(list(words))
    except click.BadOptionUsage:
        if whole:
            raise
        values, rest, _ = command.make_parser(context).parse_args([*words, "VALUE"])
    return dict(values), rest


def _values(command: click.Command, context: click.Context, values: dict[str, object], *, whole: bool) -> None:
    """Ask for what must be there, and convert what is not a place."""
    for parameter in command.get_params(context):
        given = values.get(parameter.name or "")
        there = isinstance(given, str | list | tuple | bool) and given not in ((), [], None)
        if whole and parameter.required and not there:
            raise click.MissingParameter(ctx=context, param=parameter)
        if there and whole and not isinstance(parameter.type, click.Path | click.File):
            parameter.type_cast_value(context, given)
