"""`quzheng worker`: a machine of the fleet; `quzheng fleet`: who works, who registers, what waits. Extra [fleet]."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from collector.errors import FleetError
from collector.workspace import Workspace
from evidence.command import json_option, say, workspace_option


@click.command()
@workspace_option
@click.option("--kind", type=click.Choice(["capture", "reading"]), default="capture", help="What it does.")
@click.option("--jobs", type=click.IntRange(1, 16), help="Visits at once (default: the workspace's).")
@click.option("--name", help="Its name on the roster (default: host and process).")
@click.option("--address", help="The address by which this machine goes out, where it is known.")
def worker(workspace: Path, kind: str, jobs: int | None, name: str | None, address: str | None) -> None:
    """Do what `run`, `read` and `nightly` of a workspace with `executor: fleet` order; ends by SIGTERM."""
    opened = Workspace.open(workspace)
    try:
        from collector.fleet.hiring import hired
    except ModuleNotFoundError as error:
        raise missing(error) from error
    asyncio.run(hired(opened, kind, jobs=jobs, name=name, address=address).run())


@click.command()
@workspace_option
@json_option
def fleet(workspace: Path, as_json: bool) -> None:
    """Say who works, who registers and what waits."""
    opened = Workspace.open(workspace)
    try:
        from collector.fleet.standing import standing
    except ModuleNotFoundError as error:
        raise missing(error) from error
    seen = standing(opened)
    if as_json:
        say(seen.plain())
    else:
        click.echo(seen.told())


def missing(error: ModuleNotFoundError) -> FleetError:
    """Return what tells that the extra is not installed."""
    return FleetError(f"没有安装 {error.name}：多机协同需要 pip install 'quzheng[fleet]'")
