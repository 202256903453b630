"""`quzheng quarantine`: take away what a record shows, where it is suspected to be a state secret."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from evidence import plain
from evidence.command import json_option, open_house, say, workspace_option


@click.command()
@workspace_option
@click.option("--why", required=True, help="Why it is suspected; stands on the sheet, so nothing secret in it.")
@click.option("--by", required=True, help="Who does it.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for sheet and file."
)
@click.option("--to", "recipient", metavar="AGE1…", help="Public key of who takes the contents over, encrypted.")
@click.option("--destroy", is_flag=True, help="Confirm that the contents are deleted and nobody gets them.")
@json_option
@click.argument("record")
@click.pass_context
def quarantine(
    ctx: click.Context,
    workspace: Path,
    why: str,
    by: str,
    out: Path,
    recipient: str | None,
    destroy: bool,
    as_json: bool,
    record: str,
) -> None:
    """Take a record's contents out of the store (涉密隔离); digest, place, time and who stay. May be run again."""
    from evidence import quarantine as moving

    holdings = open_house(ctx, workspace).holdings()
    asked = moving.Asked(by=by, why=why, recipient=recipient, destroy=destroy)
    done = moving.quarantine(holdings, holdings.full_id(record), asked, out, now=datetime.now(UTC))
    if as_json:
        say({**plain.dump(done.event), "sheet": str(done.sheet), "file": str(done.handed) if done.handed else None})
    else:
        click.echo(done.sentence())
