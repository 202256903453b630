"""`quzheng store stats | backup | restore | purge`: where the bytes are, a second copy of them, and when they may go."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path

import click

from evidence import plain
from evidence.command import json_option, open_house, say, workspace_option
from evidence.span import Span

_folder = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.command()
@workspace_option
@json_option
@click.pass_context
def stats(ctx: click.Context, workspace: Path, as_json: bool) -> None:
    """Say where the bytes of the store are, and what unchanged pages cost a night."""
    from evidence import counting

    found = counting.take(open_house(ctx, workspace).holdings())
    if as_json:
        say(plain.dump(found))
    else:
        click.echo(found.sentence())


@click.command()
@workspace_option
@click.option(
    "--link", is_flag=True, help="Hard links in place of copies, where the disk is the same: no help if it dies."
)
@click.option("--with-keys", is_flag=True, help="Keys too; whoever has the backup then can open the vault and sign.")
@click.option("--verify", is_flag=True, help="Write nothing: read the backup again and say whether it can be restored.")
@json_option
@_folder
@click.pass_context
def backup(
    ctx: click.Context, workspace: Path, link: bool, with_keys: bool, verify: bool, as_json: bool, folder: Path
) -> None:
    """Bring the backup in FOLDER up to date; exits 3 where something could not be copied or is damaged."""
    from evidence import backup as writing
    from evidence import restore as reading

    if verify:
        drill = reading.drill(folder)
        say({"clean": drill.clean, **plain.dump(drill)}) if as_json else click.echo(drill.sentence())
        ctx.exit(0 if drill.clean else 3)
    done = writing.backup(open_house(ctx, workspace), folder, now=datetime.now(UTC), link=link, keys=with_keys)
    say(plain.dump(done)) if as_json else click.echo(done.sentence())
    ctx.exit(3 if done.manifest.faults else 0)


@click.command()
@workspace_option
@json_option
@_folder
@click.pass_context
def restore(ctx: click.Context, workspace: Path, as_json: bool, folder: Path) -> None:
    """Restore the newest backup in FOLDER into an empty workspace folder (-w), and check it."""
    from evidence.restore import restore as restore_backup

    found = restore_backup(folder, workspace)
    say(plain.dump(found)) if as_json else click.echo(f"已恢复到 {workspace}\n{found.sentence()}")
    ctx.exit(0 if found.clean else 3)


class _Older(click.ParamType[Span]):
    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Span:
        try:
            return value if isinstance(value, Span) else Span.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command()
@workspace_option
@click.option("--older", type=_Older(), required=True, help="Span after which contents may go, such as 2y.")
@click.option("--by", default=getpass.getuser, show_default="the system user", help="Who does it.")
@click.option("--dry-run", is_flag=True, help="Only say what would go and what stays why.")
@json_option
@click.pass_context
def purge(ctx: click.Context, workspace: Path, older: Span, by: str, dry_run: bool, as_json: bool) -> None:
    """Remove the contents of old captures by rule (保存期限); digests, records and what any case needs stay."""
    from evidence import retention

    done = retention.purge(open_house(ctx, workspace).holdings(), older, by=by, now=datetime.now(UTC), dry=dry_run)
    say(plain.dump(done)) if as_json else click.echo(done.sentence())


commands = (stats, backup, restore, purge)
