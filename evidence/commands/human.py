"""`quzheng exhibit add` and `quzheng queue`: what people hand in, and what they must look at."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from evidence import tries
from evidence.command import Instant, json_option, open_house, say, workspace_option
from evidence.errors import AdmitError


class TryType(click.ParamType[tries.Try]):
    """What was tried and what came of it.

    >>> TryType().convert("comment=absent", None, None).said
    '评论没有'
    """

    name = "try"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tries.Try:
        """Return the try."""
        if isinstance(value, tries.Try):
            return value
        try:
            return tries.parse(str(value))
        except AdmitError as error:
            self.fail(str(error), param, ctx)


@click.group()
def exhibit() -> None:
    """Exhibits that a person captured: telephone videos, photographs, letters, exports."""


@exhibit.command("add")
@workspace_option
@click.option(
    "--kind", type=click.Choice(["phone-video", "photo", "letter", "export"]), required=True, help="What it is."
)
@click.option("--by", default=getpass.getuser, show_default="the system user", help="Who captured it.")
@click.option("--device", help="Model of the device.")
@click.option("--os", "system", help="Its system and version.")
@click.option("--app", help="Program and version it shows.")
@click.option("--account", help="Account that was logged in.")
@click.option("--from", "begun", type=Instant(), help="When the recording began.")
@click.option("--to", "ended", type=Instant(), help="When it ended.")
@click.option("--second", help="The second person who was there.")
@click.option("--note", help="Anything else to be said of it.")
@click.option("--checklist", multiple=True, metavar="KEY=VALUE", help="One point of the checklist (may be repeated).")
@click.option(
    "--tried",
    type=TryType(),
    multiple=True,
    metavar="WHAT[:NAME]=CAME",
    help="What was tried on an account and what came, such as menu:办事大厅=dead, message=unanswered@2021-06-24 (may be repeated).",
)
@json_option
@click.argument("finding")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def add(
    ctx: click.Context,
    workspace: Path,
    kind: str,
    by: str,
    device: str | None,
    system: str | None,
    app: str | None,
    account: str | None,
    begun: datetime | None,
    ended: datetime | None,
    second: str | None,
    note: str | None,
    checklist: tuple[str, ...],
    tried: tuple[tries.Try, ...],
    as_json: bool,
    finding: str,
    files: tuple[Path, ...],
) -> None:
    """Admit files that a person captured on a finding; hashed at once, shown beside it."""
    from evidence import human

    home = open_house(ctx, workspace)
    holdings = home.holdings()
    found = holdings.derived.finding(holdings.derived.full_id(finding))
    statement = human.Statement(
        kind=human.kind_of(kind),
        by=by,
        finding=found.id,
        indicator=found.indicator,
        at=found.at,
        device=device,
        os=system,
        app=app,
        account=account,
        begun=begun,
        ended=ended,
        second=second,
        note=note,
        checklist=tuple(map(_point, checklist)),
        tries=tried,
    )
    target = human.target_of(found, holdings, home.subjects)
    record = human.add(holdings, target, found.label, files, statement, now=datetime.now(UTC))
    if as_json:
        artifacts = [{"role": a.role, "sha256": a.sha256, "size": a.size} for a in record.capture.artifacts]
        say({"record": record.id, "finding": found.id, "target": target.id, "artifacts": artifacts})
        return
    for path, artifact in zip(files, record.capture.artifacts, strict=True):
        click.echo(f"{path.name}: {artifact.size} 字节，SHA-256 {artifact.sha256}")
    click.echo(f"已收入记录 {record.id}，随问题 {found.id[:12]} 一并展示；请保留原件和原设备")
    for one in tried:
        click.echo(f"所试：{one.said}")


def _point(said: str) -> tuple[str, str]:
    key, mark, value = said.partition("=")
    if not (mark and key.strip() and value.strip()):
        raise click.UsageError(f"--checklist {said!r:.60}: expected KEY=VALUE, such as 飞行模式=否")
    return key.strip(), value.strip()


@click.command()
@workspace_option
@click.option("-o", "--out", type=click.Path(path_type=Path), help="An HTML page; or a folder for one PNG code each.")
@click.option("--tries", "trying", is_flag=True, help="Accounts whose functions nobody has tried lately, too.")
@json_option
@click.pass_context
def queue(ctx: click.Context, workspace: Path, out: Path | None, trying: bool, as_json: bool) -> None:
    """List what people must look at tonight, oldest evidence first, each with a QR code."""
    from evidence import queue as errands_of

    home = open_house(ctx, workspace)
    errands = errands_of.queue(home.holdings(), home.subjects(), trying=trying)
    if out:
        errands_of.write(out, errands)
    if as_json:
        for errand in errands:
            say(errand.plain())
        return
    click.echo(f"今晚待人工查看 {len(errands)} 项，约 {len(errands)} 分钟")
    for errand in errands:
        if sys.stdout.isatty():
            click.echo(errands_of.terminal(errand))
        for line in errand.lines():
            click.echo(line)


commands = (exhibit, queue)
