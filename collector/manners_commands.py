"""`quzheng manners`: what was asked of each host, and the letter to units' firewalls."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from collector.workspace import Workspace
from evidence import plain
from evidence.command import Instant, json_option, say, workspace_option
from evidence.files import write_whole


@click.group()
def manners() -> None:
    """Show what visits ask of the hosts they go to."""


@manners.command("report")
@workspace_option
@click.option("--since", type=Instant(), help="Only records begun then or later.")
@click.option("--until", type=Instant(), help="Only records begun then or earlier.")
@json_option
def manners_report(workspace: Path, since: datetime | None, until: datetime | None, as_json: bool) -> None:
    """Print requests, bytes, busiest minute, errors and pauses of every host."""
    from collector.footprint import footprint

    opened = Workspace.open(workspace)
    limits = opened.settings.limits
    used = footprint(opened.holdings(), since, until, longest_pause=limits.retry_after_most)
    if as_json:
        for use in used:
            say(plain.dump(use))
        return
    click.echo("自动化访问影响评估（依据《网络数据安全管理条例》第十八条），数据取自采集记录")
    click.echo(
        f"现行设置：同一主机同时访问 {limits.per_host} 个，两次打开页面至少间隔 {limits.per_host_seconds} 秒，"
        f"对方要求暂停时最多等待 {limits.retry_after_most} 秒"
    )
    for use in used:
        click.echo(
            f"{use.host}：打开页面 {use.pages} 次，请求 {use.requests} 次，{use.bytes / 1e6:.1f} MB，最忙一分钟 {use.busiest_minute} 次，"
            f"出错 {use.errors} 次（其中拒绝或要求减少 {use.refused} 次），要求暂停 {use.pauses_asked} 次、照办 {use.pauses_kept} 次"
        )
    click.echo(f"合计 {len(used)} 个主机，请求 {sum(use.requests for use in used)} 次")


@manners.command("allowlist")
@workspace_option
@click.option("--office", default="", help="Who signs the letter.")
@click.option("--address", multiple=True, metavar="IP", help="Our public address or network (may be repeated).")
@click.option("--header", metavar="NAME: VALUE", help="A header field that marks our visits, where one was agreed.")
@click.option("--hours", multiple=True, metavar="HH:MM-HH:MM", help="When we visit (may be repeated).")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write (default: print).")
def manners_allowlist(
    workspace: Path, office: str, address: tuple[str, ...], header: str | None, hours: tuple[str, ...], out: Path | None
) -> None:
    """Write the letter that asks units to let our visits through their firewalls."""
    from collector import allowlist

    opened = Workspace.open(workspace)
    holdings = opened.holdings()
    marked, times = allowlist.checked(header, hours)
    letter = allowlist.Letter(
        office=office or "（单位名称）",
        addresses=allowlist.addresses_of(address, holdings),
        agents=allowlist.agents_of(holdings),
        header=marked,
        hours=times,
        per_host=opened.settings.limits.per_host,
        per_host_seconds=opened.settings.limits.per_host_seconds,
        second_agent=opened.settings.second_agent,
    )
    if out is None:
        click.echo(letter.text(), nl=False)
    else:
        write_whole(out, letter.text().encode())
        click.echo(str(out))
