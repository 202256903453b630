"""The one command, `quzheng`: the composition root, which mounts the commands of `evidence.cli`.

Exit codes: 0 done, 1 our failure, 2 usage, 3 evidence does not hold, 4 findings exist (only with --strict),
5 the night is incomplete.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import click

from collector import flow_commands, manners_commands
from collector.access_cli import login, vault
from collector.clock import SystemClock
from collector.commands import columns as column_commands
from collector.commands import fleet as fleet_commands
from collector.commands import nightly as nightly_commands
from collector.commands import targets as target_commands
from collector.device import DEVICES, DeviceName
from collector.errors import CollectError
from collector.progress import Progress
from collector.vault import KEY_FILE
from collector.workspace import Workspace
from evidence import judgements, plain
from evidence.availability import Attempt
from evidence.cli import cli as evidence_cli
from evidence.command import Commands, Instant, json_option, say, workspace_option
from evidence.errors import EvidenceError
from evidence.holdings import Holdings
from evidence.house import House
from evidence.model import PagesDay, Record
from evidence.words import PROBES


class AllCommands(Commands):
    """Turns the errors of both packages into exit codes."""

    faults: ClassVar[tuple[type[Exception], ...]] = (EvidenceError, CollectError)


@click.group(cls=AllCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="quzheng")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """取证: collect screenshot evidence on government websites and accounts, judge it, seal it, verify it."""
    ctx.obj = {"opener": open_house}


def open_house(root: Path) -> House:
    """Return what the evidence commands work on, from the workspace at `root`."""
    from collector import replays

    return replays.house(Workspace.open(root))


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--office", default="quzheng", help="Name on the office's certificate.")
def init(folder: Path, office: str) -> None:
    """Write a new workspace with comments, and an office key."""
    from collector.initialise import initialise

    settings = initialise(folder, office=office)
    click.echo(f"{settings}\n下一步：在 {folder / 'targets.yaml'} 里写入检查对象，然后 quzheng run -w {folder}")
    click.echo(f"保险箱密钥在 {folder / KEY_FILE}，只有本用户可读：请移到别的磁盘或挂载为机密，并备份。")
    click.echo("单位密钥是自签名的，仅供内部完整性校验；对外使用请换成签发的证书。")


@cli.command()
@workspace_option
@click.option("--heartbeat", is_flag=True, help="Only whether the nights are alive and complete: for a HEALTHCHECK.")
@json_option
@click.pass_context
def doctor(ctx: click.Context, workspace: Path, heartbeat: bool, as_json: bool) -> None:
    """Look whether this machine can do the work; exits 1 where something is missing."""
    from collector.doctor import examine, nights

    well = True
    for seen in (nights(workspace),) if heartbeat else examine(workspace):
        well = well and seen.well
        if as_json:
            say({"name": seen.name, "well": seen.well, "detail": seen.detail})
        else:
            click.echo(f"{'✓' if seen.well else '✗'} {seen.name}: {seen.detail}")
    if not well:
        ctx.exit(1)


@cli.command()
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-out"), help="Folder to write into."
)
@json_option
@click.pass_context
def demo(ctx: click.Context, out: Path, as_json: bool) -> None:
    """Play the whole journey on the built-in demonstration city."""
    from collector.demo import play

    with Progress() as progress:
        story = play(out, progress)
    if as_json:
        say(story.plain())
    else:
        click.echo(story.told())
    if not story.holds:
        ctx.exit(3)


@cli.command()
@workspace_option
@click.option("--only", multiple=True, metavar="ID", help="Only this target (may be repeated).")
@click.option("--jobs", type=click.IntRange(1, 16), help="Visits at once (default: the workspace's).")
@click.option("--second-look", is_flag=True, help="Capture again what the last judgement hit.")
@json_option
def run(workspace: Path, only: tuple[str, ...], jobs: int | None, second_look: bool, as_json: bool) -> None:
    """Visit the targets and admit what was captured; resumes a run that was cut off."""
    from collector import replays, signing_in
    from collector.run import run as run_targets

    opened = Workspace.open(workspace)
    holdings = opened.holdings()
    due = judgements.second_looks_due(holdings) if second_look else None
    with Progress(shown=not as_json) as progress:
        report = asyncio.run(
            run_targets(
                opened,
                holdings,
                clock=SystemClock(),
                only=only,
                jobs=jobs,
                purpose="second_look" if second_look else "scheduled",
                progress=progress,
                due=due,
            )
        )
        sample = replays.sampled(report.records, report.run, opened.settings.replay_share)
        measured = replays.measure(opened, holdings, sample, progress)
    if as_json:
        say([record_answer(record, holdings) for record in report.last])
    else:
        click.echo(report.sentence())
        if said := replays.sentence(sample, measured):
            click.echo(said)
        for warning in signing_in.warnings(opened, SystemClock().now()):
            click.echo(warning, err=True)


@cli.command()
@workspace_option
@click.option("--label", default="page", help="Label of the capture.")
@click.option("--device", type=click.Choice(DEVICES), default="desktop", help="What to look with (default: desktop).")
@json_option
@click.argument("url")
def capture(workspace: Path, label: str, device: DeviceName, as_json: bool, url: str) -> None:
    """Capture one address into the store."""
    from collector.run import capture_url

    opened = Workspace.open(workspace)
    holdings = opened.holdings()
    record = asyncio.run(capture_url(opened, holdings, url, label=label, device=device, clock=SystemClock()))
    if as_json:
        say([record_answer(record, holdings)])
    else:
        click.echo(f"{record.id} {record.capture.outcome} {record.capture.reason or ''}".rstrip())


@cli.command("read-file")
@click.option("--url", help="Address the file was saved from.")
@click.option("--at", type=Instant(), help="When it was saved; without it nothing is resolved against today.")
@click.option(
    "--words",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Words that bad links are known by, in place of the shipped list.",
)
@click.option(
    "--wording",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="How fixed expressions are to be written, in place of the shipped list.",
)
@json_option
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def read_file(
    url: str | None,
    at: datetime | None,
    words: Path | None,
    wording: Path | None,
    as_json: bool,
    files: tuple[Path, ...],
) -> None:
    """Read saved pages: items, dates, blank or not, links; rendered with the network off."""
    from collector import saved
    from evidence.reading import wordlists

    listed = wordlists.load(bad_links=words, wording_rules=wording)
    for path, reading in saved.read_files(files, url=url, at=at, words=listed):
        if as_json:
            say(saved.file_answer(path, reading))
        else:
            click.echo(saved.file_line(path, reading))


@cli.command()
@workspace_option
@click.option("--only", multiple=True, help="Only this target, at once; may be given several times.")
@click.option("--links", is_flag=True, help="Ask the links of the home pages instead (WD-4.3), once a day each.")
@click.option(
    "--pages", is_flag=True, help="Ask pages below the home pages over IPv4 and IPv6 instead, once a day each."
)
@json_option
def probe(workspace: Path, only: tuple[str, ...], links: bool, pages: bool, as_json: bool) -> None:
    """Ask the home pages that are due once (WV-2); to be called every 30 minutes."""
    from collector import probes

    opened = Workspace.open(workspace)
    if links and pages:
        raise click.UsageError("--links and --pages are two rounds: call one after the other")
    if links:
        _check_links(opened, only, as_json)
        return
    if pages:
        _check_pages(opened, only, as_json)
        return
    done = probes.probe(opened, opened.holdings(), clock=SystemClock(), only=only)
    for id, attempt in done.attempts.items():
        if as_json:
            say({"target": id, **plain.dump(attempt)})
        else:
            click.echo(probe_line(id, attempt))
    if not as_json:
        click.echo(f"访问{len(done.attempts)}个，未到时间{done.waiting}个，归档{len(done.records)}天")
    for path in done.damaged:
        click.echo(f"{path}：有的行已损坏，不能读取；能读的照常使用，原文件留在此处备查，核对后可以移走", err=True)


def _check_links(workspace: Workspace, only: tuple[str, ...], as_json: bool) -> None:
    from collector import dead_links

    if not workspace.settings.probe.links:
        click.echo("quzheng.yaml 的 probe.links 为0，未开启链接核对", err=True)
        return
    done = dead_links.check(workspace, workspace.holdings(), clock=SystemClock(), only=only)
    for id, day in done.days.items():
        if as_json:
            say({"target": id, **plain.dump(day)})
        else:
            click.echo(f"{id}\t核对{day.asked}个\t打不开{len(day.dead)}个\t未定{len(day.unsure)}个\t未核对{day.left}个")
    for id in done.without_home:
        click.echo(f"{id}：24小时内没有首页的完整记录，未核对链接；先运行 quzheng run", err=True)
    if not as_json:
        click.echo(f"核对{len(done.days)}个网站，今天已核对或未到时间{done.waiting}个")


def _check_pages(workspace: Workspace, only: tuple[str, ...], as_json: bool) -> None:
    from collector import inner_pages

    if not workspace.settings.probe.pages6:
        click.echo("quzheng.yaml 的 probe.pages6 为0，未开启二、三级页面的IPv6核对", err=True)
        return
    done = inner_pages.check(workspace, workspace.holdings(), clock=SystemClock(), only=only)
    for id, day in done.days.items():
        if as_json:
            say({"target": id, **plain.dump(day)})
        else:
            click.echo(pages_line(id, day))
    for id in done.without_home:
        click.echo(f"{id}：24小时内没有首页的完整记录，未核对二、三级页面；先运行 quzheng run", err=True)
    if not as_json:
        click.echo(f"核对{len(done.days)}个网站，今天已核对或未到时间{done.waiting}个")


def pages_line(id: str, day: PagesDay) -> str:
    """Return what is printed of a day's round over pages."""
    if not day.aaaa:
        return f"{id}\tIPv6：{'没有AAAA记录' if day.aaaa is False else '没有可信的AAAA查询结果'}，未访问"
    if not day.held:
        return f"{id}\t访问前后首页以IPv6未都打开，本次不算数"
    count = Counter(one.state for one in day.pages)
    differing = sum(bool(one.differs) for one in day.pages)
    told = f"打开{count['open']}个\t打不开{count['failed']}个\t未定{count['unsure']}个\t内容有异{differing}个"
    return f"{id}\t访问{len(day.pages)}个\t{told}\t未访问{day.left}个"


def probe_line(id: str, attempt: Attempt) -> str:
    """Return what is printed of an attempt; IPv6 only where it was asked for."""
    told = (id, PROBES[attempt.outcome], attempt.reason or "", str(attempt.phases.get("load", "")))
    six = attempt.v6
    over = () if six is None else (f"IPv6：{PROBES[six.outcome]}{f'（{six.reason}）' if six.reason else ''}",)
    none = ("IPv6：没有AAAA记录",) if attempt.aaaa is False else ()
    return "\t".join((*told, *over, *none))


def record_answer(record: Record, holdings: Holdings) -> dict[str, Any]:
    """Return what `--json` says of a record: the keys of the design's contract."""
    taken = record.capture
    return {
        "record": record.id,
        "target": taken.target.id,
        "label": taken.label,
        "outcome": taken.outcome,
        "reason": taken.reason,
        "fault": taken.fault,
        "complete": taken.complete,
        "artifacts": [
            {
                "role": artifact.role,
                "path": str(holdings.store.path(artifact.sha256)),
                "sha256": artifact.sha256,
                "media_type": artifact.media_type,
                "size": artifact.size,
            }
            for artifact in taken.artifacts
        ],
    }


for own in (login, vault):
    cli.add_command(own)
for name, command in evidence_cli.commands.items():
    cli.add_command(command, name)
cli.add_command(flow_commands.flows)
cli.add_command(target_commands.targets)
cli.add_command(column_commands.columns)
cli.add_command(nightly_commands.nightly)
cli.add_command(fleet_commands.worker)
cli.add_command(fleet_commands.fleet)
cli.add_command(manners_commands.manners)


def main() -> None:
    """Run the command."""
    sys.exit(cli(prog_name="quzheng"))
