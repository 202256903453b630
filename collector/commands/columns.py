"""`quzheng columns`: column ledgers to the unit and back, and their versions."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from collector.commands.targets import by_option
from collector.errors import TargetsError
from collector.workspace import Workspace
from evidence.command import json_option, say, workspace_option


@click.group()
def columns() -> None:
    """Column ledgers (栏目台账): to the unit, back, and which version is in force."""


@columns.command()
@workspace_option
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="XLSX or YAML.")
@click.argument("target")
def export(workspace: Path, out: Path, target: str) -> None:
    """Write a target's ledger as the sheet that goes to the unit (XLSX), or as YAML."""
    from collector import ledger_forms
    from evidence.files import write_whole

    found = next((one for one in Workspace.open(workspace).targets() if one.id == target), None)
    if found is None:
        raise TargetsError(f"没有编号为 {target} 的对象")
    if out.suffix.lower() == ".xlsx":
        ledger_forms.write_sheet(out, found.ledger, found.name)
    else:
        write_whole(out, ledger_forms.to_yaml(found.ledger).encode())
    click.echo(f"{out}: {len(found.ledger.columns)} 个栏目")


@columns.command("import")
@workspace_option
@by_option
@click.option("--target", help="Whose ledger it is, where the file does not say.")
@click.option("--confirmed-by", help="The unit that confirmed it.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day the unit confirmed it.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_(
    workspace: Path, by: str, target: str | None, confirmed_by: str | None, on: datetime | None, file: Path
) -> None:
    """Accept a returned ledger (XLSX, XLS, CSV, YAML) as a new version, in force from now on."""
    from collector import ledgers

    if (confirmed_by is None) != (on is None):
        raise click.UsageError("--confirmed-by and --on go together: who confirmed it, and when")
    opened = Workspace.open(workspace)
    said = ledgers.Confirmation(by=by, confirmed_by=confirmed_by, confirmed_on=on.date() if on else None)
    holdings = opened.holdings()
    version = ledgers.accept(opened, holdings, file, said, now=datetime.now(UTC), target=target)
    click.echo(f"{version.ledger.target}: {ledgers.line(version)}")


@columns.command("list")
@workspace_option
@json_option
def list_(workspace: Path, as_json: bool) -> None:
    """List the accepted versions of every ledger, with since when each is in force."""
    from collector import ledgers

    opened = Workspace.open(workspace)
    for target, versions, changed in ledgers.told(opened, opened.holdings()):
        if as_json:
            say({"target": target.id, "file_differs": changed, "versions": [version.plain() for version in versions]})
            continue
        click.echo(f"{target.id}  {target.name}  {len(target.ledger.columns)} 个栏目")
        for version in versions:
            click.echo(f"　{ledgers.line(version)}")
        if not versions:
            click.echo("　尚无接收的版本，判定时按文件所写")
        if changed:
            click.echo("　文件与最后接收的版本不同；判定仍用接收的版本，要生效请 quzheng columns import")
