"""`quzheng targets`: list, check, import."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path

import click

from collector.progress import Progress
from collector.workspace import Workspace
from evidence.command import Instant, json_option, say, workspace_option

files_argument = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
by_option = click.option("--by", default=getpass.getuser, show_default="the system user", help="Who acts.")


@click.group()
def targets() -> None:
    """List, check, import, compare and draw the targets."""


@targets.command("list")
@workspace_option
@json_option
def list_(workspace: Path, as_json: bool) -> None:
    """List the targets."""
    for target in Workspace.open(workspace).targets():
        if as_json:
            columns = [column.label for column in target.ledger.columns]
            say({"id": target.id, "name": target.name, "kind": target.kind, "url": target.url, "columns": columns})
        else:
            click.echo(f"{target.id}  {target.name}  {target.url}  {len(target.ledger.columns)} 个栏目")


@targets.command()
@workspace_option
def check(workspace: Path) -> None:
    """Read targets, column ledgers and the flows they name; say everything that is wrong."""
    from collector import checking

    opened = Workspace.open(workspace)
    found = opened.targets()
    for line in checking.check(opened, found):
        click.echo(line)
    click.echo(f"{len(found)} 个对象，没有发现错误")


@targets.command("import")
@workspace_option
@by_option
@click.option("--fetched", type=Instant(), help="When the export was fetched from the registry.")
@click.option("--whole", is_flag=True, help="It is stated to be the whole register, no part of it.")
@click.option("--register", "name", help="What the register is called, such as 国家 or 省 (default: the file's name).")
@json_option
@files_argument
def import_(
    workspace: Path,
    by: str,
    fetched: datetime | None,
    whole: bool,
    name: str | None,
    as_json: bool,
    files: tuple[Path, ...],
) -> None:
    """Take sites and accounts from the registries' exports (XLSX, XLS, CSV); keeps the files as exhibits."""
    from collector import importing
    from evidence.registers import archive
    from evidence.registers.register import each_remark

    opened = Workspace.open(workspace)
    statement = archive.Fetched(by=by, fetched=fetched, whole=whole, name=name)
    read = archive.read_files(files, statement)
    opened.targets()  # a list that is wrong as it stands is said before anything is kept
    registers = archive.keep(opened.holdings(), read, now=datetime.now(UTC))
    done = importing.import_registers(registers, opened.targets_path, opened.columns_dir)
    if as_json:
        say(importing.answer(done, registers))
        return
    for register in registers:
        for sentence in each_remark(register):
            click.echo(sentence)
    for sentence in importing.sentences(done, registers):
        click.echo(sentence)


@targets.command()
@workspace_option
@by_option
@click.option("--fetched", type=Instant(), help="When the exports were fetched.")
@click.option("--whole", is_flag=True, help="They are stated to be whole registers, no parts.")
@click.option("--at", type=Instant(), help="Reference time T (default: now).")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the rows as XLSX.")
@json_option
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def reconcile(
    workspace: Path,
    by: str,
    fetched: datetime | None,
    whole: bool,
    at: datetime | None,
    out: Path | None,
    as_json: bool,
    files: tuple[Path, ...],
) -> None:
    """Compare registers with each other and with the targets; without FILES those kept by earlier imports."""
    from collector import reconciling

    opened = Workspace.open(workspace)
    done = reconciling.reconcile(opened, files, by=by, fetched=fetched, whole=whole, at=at)
    if out:
        reconciling.write_rows(out, done)
    if as_json:
        for row in done.rows:
            say(row.plain())
        return
    for sentence in reconciling.sentences(done):
        click.echo(sentence)


@targets.command()
@workspace_option
@click.option("--seed", required=True, help="Any text; published with the sample, so that anyone can draw it again.")
@click.option("--share", default="30%", show_default=True, help="How much of the frame: 30%, 0.3 or 1/3.")
@click.option("--kind", type=click.Choice(["account", "site"]), default="account", show_default=True, help="The frame.")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it as XLSX, or as JSON.")
@json_option
def sample(workspace: Path, seed: str, share: str, kind: str, out: Path | None, as_json: bool) -> None:
    """Draw a sample, stratified by platform and unit, that anyone can draw again."""
    from collector import drawing
    from evidence.registers import sampling

    listed = Workspace.open(workspace).targets()
    frame = [target for target in listed if target.subject.is_account == (kind == "account")]
    drawn = sampling.draw(map(drawing.member, frame), share=sampling.share_of(share), seed=seed)
    if out:
        drawing.write(out, drawn, frame)
    if as_json:
        say(drawn.plain())
        return
    for sentence in drawing.sentences(drawn, frame):
        click.echo(sentence)


@targets.command()
@workspace_option
@click.option("--target", "id", help="Id of the target (default: the one of that address, else the host's name).")
@click.option("--depth", type=click.IntRange(1, 5), default=3, show_default=True, help="Links from the home page.")
@click.option("--pages", type=click.IntRange(1, 1000), default=200, show_default=True, help="Pages opened at most.")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="The sheet for the unit (XLSX).")
@json_option
@click.argument("url")
def discover(
    workspace: Path, id: str | None, depth: int, pages: int, out: Path | None, as_json: bool, url: str
) -> None:
    """Walk a site's navigation and propose its column ledger; duties are left for the unit to confirm."""
    from collector import proposing

    with Progress(shown=not as_json) as progress:
        progress.step("走查栏目")
        done = proposing.propose(Workspace.open(workspace), url, id=id, depth=depth, pages=pages, sheet=out)
    if as_json:
        say(done.plain())
        return
    for sentence in done.sentences():
        click.echo(sentence)
