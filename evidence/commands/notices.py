"""`quzheng notice`: the letters before a bulletin, per unit: 核实函 and 预警."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.command import json_option, open_house, say, workspace_option
from evidence.quoting import plainly

if TYPE_CHECKING:
    from evidence.bulletin.notice import Written


@click.command()
@workspace_option
@click.option("--period", "name", help="Write the 核实函 of this period.")
@click.option("--warn", "warning", is_flag=True, help="Write 预警 for what falls behind within --within days.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write into."
)
@click.option("--days", type=click.IntRange(1, 60), help="Working days to answer (default: the workspace's).")
@click.option(
    "--within", type=click.IntRange(0, 60), default=4, show_default=True, help="Days that a 预警 looks ahead."
)
@click.option("--by", default=getpass.getuser, show_default="the system user", help="Who writes.")
@click.option("--sent", is_flag=True, help="Enter as well that the letters were sent today.")
@json_option
@click.pass_context
def notice(
    ctx: click.Context,
    workspace: Path,
    name: str | None,
    warning: bool,
    out: Path,
    days: int | None,
    within: int,
    by: str,
    sent: bool,
    as_json: bool,
) -> None:
    """Write the letters to units: 核实函 with sheet, return form and bundle; or 预警."""
    from evidence.bulletin import book as books
    from evidence.bulletin import notice as letters

    if (name is None) == (not warning):
        raise click.UsageError("say --period NAME, or --warn")
    home = open_house(ctx, workspace)
    holdings = home.holdings()
    now = datetime.now(UTC)
    held: tuple[letters.Held, ...] = ()
    if name is None:
        written = letters.warn(home, holdings, out, now=now, days=within)
    else:
        opened = books.open_book(holdings, name)
        written, held = letters.write(home, holdings, opened, out, by=by, now=now, days=days or home.cases.answer_days)
        if sent and not _unsealed(written):
            letters.enter_sent(home, home.holdings(), opened, written, by=by, now=now)
    for one in written:
        sealed = one.bundle.sealed if one.bundle else None
        if as_json:
            say(
                {
                    "unit": one.unit,
                    "folder": str(one.folder),
                    "findings": [issue.finding.id for issue in one.issues],
                    "due": one.due.isoformat() if one.due else None,
                    "sealed": sealed,
                }
            )
        else:
            unsealed = "，证据包未签名（UNSEALED）" if sealed is False else ""
            click.echo(f"{one.folder.name}　{plainly(one.unit)}：期限{one.due}{unsealed}")
    if not as_json:
        for waiting in held:
            click.echo(f"未发函　{plainly(waiting.issue.member.name)}（{waiting.issue.cited.number}）：{waiting.why}")
        entered = (
            "；证据包未签名，没有登记为已发函"
            if _unsealed(written)
            else ""
            if sent or warning
            else "；发出后加 --sent 登记"
        )
        click.echo(f"共写出{len(written)}个单位的函件{entered}")
    if _unsealed(written):
        ctx.exit(3)


def _unsealed(written: Sequence[Written]) -> bool:
    return any(one.bundle is not None and not one.bundle.sealed for one in written)
