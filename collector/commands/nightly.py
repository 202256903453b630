"""`quzheng nightly`: one night by cron, or a night a day as a service; exits 5 where the night is incomplete."""

from __future__ import annotations

from pathlib import Path

import click

from collector.clock import SystemClock
from collector.night_journal import NightJournal
from collector.progress import Progress
from collector.reckoning import told
from collector.stopping import Stopped, Stopper
from collector.workspace import Workspace
from evidence import plain
from evidence.command import json_option, say, workspace_option

INCOMPLETE = 5


@click.command()
@workspace_option
@click.option("--once", is_flag=True, help="One night, now, or what is left of one that was cut off: for cron.")
@click.option("--at", metavar="HH:MM", help="Stay, and begin a night at this hour (Beijing time) every day.")
@click.option("--plan", "only_plan", is_flag=True, help="Only say what a night that began now would look at.")
@click.option("--tomorrow", is_flag=True, help="With --plan: of tomorrow's window, as things stand now.")
@click.option("--all", "every", is_flag=True, help="Take every page as due, whenever it was captured last.")
@click.option("--jobs", type=click.IntRange(1, 16), help="Visits at once (default: the workspace's).")
@json_option
@click.pass_context
def nightly(
    ctx: click.Context,
    workspace: Path,
    once: bool,
    at: str | None,
    only_plan: bool,
    tomorrow: bool,
    every: bool,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Look at what is due, read, compare, judge, look again, sign, report; exits 5 if incomplete."""
    from collector import nightly as nights

    if once + (at is not None) + only_plan != 1:
        raise click.UsageError("say one of --once, --at HH:MM, --plan")
    if tomorrow and not only_plan:
        raise click.UsageError("--tomorrow goes with --plan")
    opened = Workspace.open(workspace)
    if only_plan:
        made, sums = nights.preview(opened, SystemClock(), every=every, tomorrow=tomorrow)
        if as_json:
            say({**plain.dump(made), "reckoning": plain.dump(sums)})
        else:
            click.echo(told(sums, {target.id: target.name for target in opened.targets()}, made.notes))
        return
    with Progress(shown=not as_json) as progress, Stopper() as stopper:
        means = nights.Means(workspace=opened, clock=SystemClock(), stopper=stopper, progress=progress, jobs=jobs)
        try:
            if at is not None:
                nights.serve(means, at)
            night = nights.once(means, every=every)
        except Stopped:
            if NightJournal.open_one(opened.root, SystemClock().now()) is None:
                return  # a service that waited
            click.echo("夜间任务按系统要求停止；再次运行 quzheng nightly 即从中断处接续", err=True)
            ctx.exit(INCOMPLETE)
    if night is None:
        click.echo("error: the report of the night cannot be written (see the log)", err=True)
        ctx.exit(INCOMPLETE)
    if as_json:
        say(night.plain())
    else:
        click.echo(night.summary())
        click.echo(f"报告：{opened.root / 'nights' / night.night / 'index.html'}")
    if not night.complete:
        ctx.exit(INCOMPLETE)
