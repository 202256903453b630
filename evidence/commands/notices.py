"""`quzheng notice`: the letters to units: 核实函 and 预警 before a bulletin, 整改通知单 after it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from evidence.command import json_option, open_house, say, workspace_option
from evidence.quoting import plainly

if TYPE_CHECKING:
    from evidence.bulletin.notice import Held, Written

_Kind = Literal["inquire", "warn", "rectify"]


@click.command()
@workspace_option
@click.option("--period", "name", help="Write the letters of this period.")
@click.option("--warn", "warning", is_flag=True, help="Write 预警 for what falls behind within --within days.")
@click.option("--rectify", is_flag=True, help="Write the 整改通知单 for what was confirmed and published, not 核实函.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write into."
)
@click.option(
    "--days", type=click.IntRange(1, 60), help="Working days to answer or put right (default: the workspace's)."
)
@click.option(
    "--within", type=click.IntRange(0, 60), default=4, show_default=True, help="Days that a 预警 looks ahead."
)
@click.option("--by", default=getpass.getuser, show_default="the system user", help="Who writes.")
@click.option("--sent", is_flag=True, help="Enter as well that the 核实函 or 整改通知单 were sent today.")
@json_option
@click.pass_context
def notice(
    ctx: click.Context,
    workspace: Path,
    name: str | None,
    warning: bool,
    rectify: bool,
    out: Path,
    days: int | None,
    within: int,
    by: str,
    sent: bool,
    as_json: bool,
) -> None:
    """Write the letters to units: 核实函 with sheet, return form and bundle; 预警; after a bulletin 整改通知单."""
    from evidence.bulletin import book as books
    from evidence.bulletin import notice as letters

    if (name is None) == (not warning):
        raise click.UsageError("say --period NAME, or --warn")
    if rectify and warning:
        raise click.UsageError("--rectify goes with --period NAME, not with --warn")
    if sent and warning:
        raise click.UsageError(
            "--sent enters 核实函 and 整改通知单; a 预警 states no problem, so there is nothing to enter"
        )
    home = open_house(ctx, workspace)
    holdings = home.holdings()
    now = datetime.now(UTC)
    held: tuple[letters.Held, ...] = ()
    if name is None:
        written = letters.warn(home, holdings, out, now=now, days=within)
    elif rectify:
        from evidence.bulletin import rectifying

        opened = books.open_book(holdings, name)
        allowed = days or home.cases.rectify_days
        written, held = rectifying.write(home, holdings, opened, out, now=now, days=allowed)
        if sent:
            rectifying.enter_sent(home, holdings, name, written, by=by, now=now)
    else:
        opened = books.open_book(holdings, name)
        written, held = letters.write(home, holdings, opened, out, by=by, now=now, days=days or home.cases.answer_days)
        if sent and not _unsealed(written):
            letters.enter_sent(home, home.holdings(), opened, written, by=by, now=now)
    if as_json:
        for one in written:
            say(_plain(one))
    else:
        kind: _Kind = "warn" if warning else "rectify" if rectify else "inquire"
        for line in _told(written, held, kind, sent=sent):
            click.echo(line)
    if _unsealed(written):
        ctx.exit(3)


def _plain(one: Written) -> dict[str, Any]:
    return {
        "unit": one.unit,
        "folder": str(one.folder),
        "findings": [issue.finding.id for issue in one.issues],
        "due": one.due.isoformat() if one.due else None,
        "sealed": one.bundle.sealed if one.bundle else None,
    }


def _told(written: Sequence[Written], held: Sequence[Held], kind: _Kind, *, sent: bool) -> Iterator[str]:
    """Yield what was written, what was held back and why, and what is to be done next."""
    paper = "整改通知单" if kind == "rectify" else "函件"
    for one in written:
        unsealed = "，证据包未签名（UNSEALED）" if one.bundle and not one.bundle.sealed else ""
        yield f"{one.folder.name}　{plainly(one.unit)}：期限{one.due}{unsealed}"
    for waiting in held:
        unsent = "未发通知" if kind == "rectify" else "未发函"
        yield f"{unsent}　{plainly(waiting.issue.member.name)}（{waiting.issue.cited.number}）：{waiting.why}"
    then = ""
    if _unsealed(written):
        then = "；证据包未签名，没有登记为已发函"
    elif kind == "inquire" and not sent:
        then = "；发出后加 --sent 登记"
    elif kind == "rectify" and written:
        then = f"{_SENT if sent else _UNSENT}{_REPLY}{_REPLY_DECIDED if _any_decided(written) else ''}"
    yield f"共写出{len(written)}个单位的{paper}{then}"


_SENT, _UNSENT = "，已登记为已发出", "；发出后加 --sent 登记"
_REPLY = "；收到整改报告后用 quzheng case step 问题编号 rectified 整改报告 登记"
_REPLY_DECIDED = "（由人工认定的没有案卷，用 quzheng exhibit add --kind letter 问题编号 整改报告 收入）"


def _any_decided(written: Sequence[Written]) -> bool:
    return any(issue.decided for one in written for issue in one.issues)


def _unsealed(written: Sequence[Written]) -> bool:
    return any(one.bundle is not None and not one.bundle.sealed for one in written)
