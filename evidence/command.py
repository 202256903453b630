"""What every command shares: options, times, errors as sentences, JSON lines, the house it works on."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import click

from evidence import house
from evidence.errors import EvidenceError
from evidence.house import House

HERE = ZoneInfo("Asia/Shanghai")

workspace_option = click.option(
    "-w",
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Workspace folder (default: here).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Commands(click.Group):
    """A group that turns our errors into a sentence and an exit code."""

    faults: ClassVar[tuple[type[Exception], ...]] = (EvidenceError,)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of ours, or of the disk, ends it with a sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except self.faults as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(getattr(error, "exit_code", 1))
        except OSError as error:
            if error.filename is None:  # a closed pipe and the like are the shell's affair
                raise
            click.echo(f"error: {error.filename}: {error.strerror}", err=True)
            ctx.exit(1)


class Instant(click.ParamType[datetime]):
    """An ISO instant or day; one without offset is meant in Asia/Shanghai.

    >>> Instant().convert("2021-01-04T12:00:00+08:00", None, None).isoformat()
    '2021-01-04T04:00:00+00:00'
    """

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the instant in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not an ISO time such as 2021-06-29T10:00:00+08:00", param, ctx)
        if re.fullmatch(r"\d{4}-?\d\d-?\d\d", value):
            moment = moment.replace(hour=23, minute=59, second=59)
        return (moment if moment.tzinfo else moment.replace(tzinfo=HERE)).astimezone(UTC)


def open_house(ctx: click.Context, workspace: Path) -> House:
    """Open the house of a workspace by whatever opener the composition root gave."""
    given = ctx.find_object(dict)
    opener: house.HouseOpener = given["opener"] if given else house.bare
    return opener(workspace)


def say(value: object) -> None:
    """Print a line of JSON."""
    click.echo(json.dumps(value, ensure_ascii=False))
