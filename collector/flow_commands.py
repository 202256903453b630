"""`quzheng flows`: list, write, record, check and verify flows."""

from __future__ import annotations

from pathlib import Path

import click

from collector import flow as flows_of
from collector.clock import SystemClock
from collector.errors import FlowError
from collector.workspace import FILE, Workspace
from evidence import plain
from evidence.command import json_option, say, workspace_option
from evidence.span import local_day


@click.group()
def flows() -> None:
    """List, write, record, check and verify the flows."""


def _folder(workspace: Path) -> Path | None:
    return Workspace.open(workspace).flows_dir if (workspace / FILE).exists() else None


@flows.command("list")
@workspace_option
@json_option
def flows_list(workspace: Path, as_json: bool) -> None:
    """List the flows in the box and the workspace's own."""
    for found in flows_of.discover(_folder(workspace)).all():
        if as_json:
            say(found.plain())
        else:
            click.echo(found.line())


@flows.command("new")
@workspace_option
@click.argument("name")
def flows_new(workspace: Path, name: str) -> None:
    """Write the commented skeleton of a new flow into the workspace."""
    from collector import skeleton

    path = skeleton.write(Workspace.open(workspace).flows_dir, name)
    click.echo(f"{path}\n改好后：quzheng flows check {name} -w {workspace}；在 targets.yaml 里写 flow: {name}")


@flows.command("record")
@workspace_option
@click.option("--name", help="Name of the flow (default: from the host).")
@click.option(
    "--from",
    "recorded",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Take what playwright codegen wrote elsewhere.",
)
@click.argument("url")
def flows_record(workspace: Path, name: str | None, recorded: Path | None, url: str) -> None:
    """Record steps in a browser window (playwright codegen) and save them as a flow."""
    from collector import recording, skeleton

    folder = Workspace.open(workspace).flows_dir
    name = name or recording.name_for(url)
    path = skeleton.path_for(folder, name)
    written = recording.flow_of(recorded.read_text("utf-8") if recorded else recording.record(url), name)
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(written.source)
    click.echo("\n".join((str(path), *(f"请注意：{note}" for note in written.notes))))


@flows.command("check")
@workspace_option
@click.option("--live", is_flag=True, help="Visit the real targets of the workspace's own flows that have no stand-in.")
@json_option
@click.argument("names", nargs=-1)
@click.pass_context
def flows_check(ctx: click.Context, workspace: Path, live: bool, as_json: bool, names: tuple[str, ...]) -> None:
    """Load every flow and try it on its stand-in; exits 1 where something is wrong."""
    from collector import trial

    opened = Workspace.open(workspace) if (workspace / FILE).exists() else None
    catalogue = flows_of.discover(opened.flows_dir if opened else None)
    found = [one for one in catalogue.all() if not names or one.name in names]
    if unknown := sorted(set(names) - {one.name for one in found}):
        raise FlowError(f"没有名为 {'、'.join(unknown)} 的流程；看全部：quzheng flows list")
    real = trial.real_targets(catalogue, opened.targets() if live and opened else ())
    tried = trial.try_all(found, opened.settings.browser if opened else None, live=real)
    for one in tried:
        if as_json:
            say({"name": one.name, "stand_in": one.stand_in, "live": one.live, "faults": list(one.faults)})
        else:
            click.echo(one.line())
    if any(one.faults for one in tried):
        ctx.exit(1)


@flows.command("verify")
@workspace_option
@click.option(
    "--by", required=True, metavar="NAME", help="Who ran the flow on the real system and looked at the result."
)
@json_option
@click.argument("name")
def flows_verify(workspace: Path, by: str, as_json: bool, name: str) -> None:
    """Record that the office has run a flow on the real system, with the records that show it."""
    from collector import verified

    opened = Workspace.open(workspace)
    found = next((one for one in flows_of.discover(opened.flows_dir).all() if one.name == name), None)
    if found is None or found.flow is None:
        raise FlowError(
            f"流程 {name} {'不能载入：' + str(found.error) if found else '不存在；看全部：quzheng flows list'}"
        )
    holdings = opened.holdings()
    today = local_day(SystemClock().now())
    entry = verified.add(opened.flows_dir, name, found.flow.ref.sha256, holdings.records(), by=by, on=today)
    if as_json:
        say(plain.dump(entry))
    else:
        click.echo(f"{entry.on} {entry.by} 已实测流程 {name}，依据 {len(entry.records)} 条记录；文件改动后须重新登记")
