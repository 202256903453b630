"""`quzheng bulletin`: the bulletin of a period with its annexes, in both editions; and its correction."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from evidence import plain
from evidence.command import json_option, open_house, say, workspace_option
from evidence.span import local_day

if TYPE_CHECKING:
    from evidence.bulletin.issue import Issued


@click.command()
@workspace_option
@click.option("--period", "name", required=True, help="The period.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write into."
)
@click.option("--final", is_flag=True, help="The final bulletin: enters it, and publishes the cases it names.")
@click.option("--list-undecided", is_flag=True, help="Let undecided members be published as a list.")
@click.option(
    "--correct",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Write the 更正通报 of this issued bulletin (DOCX or JSON).",
)
@click.option("--last", "past", help="The period to compare with (default: the last that was issued).")
@click.option(
    "--fill",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What stands in the blanks: a YAML file of NAME: text.",
)
@click.option("--dated", type=click.DateTime(["%Y-%m-%d"]), help="Date of issue (default: today).")
@click.option("--due-days", type=click.IntRange(1, 120), default=10, show_default=True, help="Working days to report.")
@click.option("--by", default=getpass.getuser, show_default="the system user", help="Who issues it.")
@json_option
@click.pass_context
def bulletin(
    ctx: click.Context,
    workspace: Path,
    name: str,
    out: Path,
    final: bool,
    list_undecided: bool,
    correct: Path | None,
    past: str | None,
    fill: Path | None,
    dated: datetime | None,
    due_days: int,
    by: str,
    as_json: bool,
) -> None:
    """Draft the bulletin of a period: DOCX, XLSX and 证据图册 (PDF), internal and public, with the bundles it names."""
    from evidence.bulletin import correction, issue

    now = datetime.now(UTC)
    order = issue.Order(
        period=name,
        out=out,
        by=by,
        now=now,
        dated=dated.date() if dated else local_day(now),
        final=final,
        list_undecided=list_undecided,
        past=past,
        due_days=due_days,
        fill=_filled(fill) if fill else {},
    )
    home = open_house(ctx, workspace)
    done = correction.correct(home, order, correct) if correct else issue.issue(home, order)
    blanks = done.internal.blanks()
    if as_json:
        say(
            {
                "files": [str(path) for path in done.files],
                "id": done.internal.id,
                "public": done.public.id,
                "blanks": blanks,
                "cuts": len(done.public.cuts),
                "sealed": done.sealed,
                "volume": plain.dump(done.internal.volume) if done.internal.volume else None,
            }
        )
    else:
        for path in done.files:
            click.echo(str(path))
        for blank, hint in blanks.items():
            click.echo(f"待填　{blank}：{hint}")
        click.echo(f"{done.internal.title}：{'已印发' if final else '草稿'}，摘要{done.internal.id}")
        click.echo(f"公开版删减{len(done.public.cuts)}处；证据包{len(done.internal.bundles)}个；{_volume(done)}")
    if not done.sealed:
        click.echo("error: 有证据包没有签名（UNSEALED）：没有可用的单位密钥（quzheng doctor）", err=True)
        ctx.exit(3)


def _volume(done: Issued) -> str:
    """Say what became of the 证据图册."""
    bound = done.internal.volume
    return f"证据图册{bound.pages}页" if bound else f"没有证据图册：{done.no_volume}"


def _filled(path: Path) -> Mapping[str, str]:
    """Return what a person wrote for the blanks; raises UsageError where it is no list of names and texts."""
    try:
        body = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise click.UsageError(f"--fill {path}: not YAML: {error}") from error
    if not isinstance(body, dict):
        raise click.UsageError(f"--fill {path}: expected NAME: text, a line each")
    return {str(key): str(value) for key, value in body.items() if value is not None}
