"""`quzheng dispute`: a unit objects to a published finding; what can be looked up, a person's ruling, the sealed answer."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evidence import plain, words
from evidence.case_event import WORDS
from evidence.command import json_option, open_house, say, workspace_option
from evidence.quoting import plainly
from evidence.span import local_day

if TYPE_CHECKING:
    from evidence.bundle import BundleResult
    from evidence.disputes.opening import Dispute

_by = click.option("--by", default=getpass.getuser, show_default="the system user", help="Who takes the step.")
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_out = click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The sealed answer to write."
)


@click.group()
def dispute() -> None:
    """Disputes: take in objections, look up what answers them, rule, seal the answer."""


@dispute.command("open")
@workspace_option
@_by
@click.option("--from", "form", type=_FILE, help="The 异议书 as the unit filled it in.")
@click.option("--finding", help="The finding that is contested, where there is no 异议书.")
@click.option("--unit", help="The unit that contests it.")
@click.option("--statement", help="What it says.")
@click.option("--file", "files", multiple=True, type=_FILE, help="A file it encloses (may be repeated); never opened.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="Last day for the ruling (default: by working days).")
@json_option
@click.pass_context
def open_(
    ctx: click.Context,
    workspace: Path,
    by: str,
    form: Path | None,
    finding: str | None,
    unit: str | None,
    statement: str | None,
    files: tuple[Path, ...],
    due: datetime | None,
    as_json: bool,
) -> None:
    """Take in an objection to a published finding, from the filled-in form or in a person's words."""
    from evidence.disputes import opening
    from evidence.disputes.form import Form, checked_name, checked_statement, parse

    if form and (finding or unit or statement):
        raise click.UsageError("--from brings finding, unit and statement itself: leave out the others")
    if form:
        opening.check_files([form])
        said = parse(form.read_bytes())
    elif finding and unit and statement:
        said = Form(finding=finding, unit=checked_name(unit), statement=checked_statement(statement))
    else:
        raise click.UsageError("say --from FORM, or --finding ID --unit NAME --statement TEXT")
    home = open_house(ctx, workspace)
    holdings = home.holdings()
    found = holdings.derived.finding(holdings.derived.full_id(said.finding))
    opened = opening.open_(
        home,
        holdings,
        found,
        said,
        files,
        by=by,
        now=datetime.now(UTC),
        due=due.date() if due else None,
        written=form,
    )
    _print(opened, as_json)


@dispute.command("list")
@workspace_option
@json_option
@click.pass_context
def list_(ctx: click.Context, workspace: Path, as_json: bool) -> None:
    """List the objections, with what became of them and until when they are to be answered."""
    from evidence.disputes import opening

    today = local_day(datetime.now(UTC))
    for one in opening.disputes(open_house(ctx, workspace).holdings()):
        if as_json:
            say(_plain(one))
            continue
        late = "，已逾期" if one.overdue(today) else ""
        unit = plainly(one.objection.statement.by)
        click.echo(f"{one.number}\t{one.finding.id[:12]}\t{one.finding.target}\t{unit}\t{_state(one)}{late}")


@dispute.command()
@workspace_option
@json_option
@click.argument("dispute")
@click.pass_context
def show(ctx: click.Context, workspace: Path, as_json: bool, dispute: str) -> None:
    """Show an objection: what the unit says and encloses, what was looked up, the ruling."""
    from evidence.disputes import letter, opening, sheet

    holdings = open_house(ctx, workspace).holdings()
    one = opening.find(holdings, dispute)
    found = sheet.kept(holdings, one.contested)
    if as_json:
        say({**_plain(one), "sheet": found.plain() if found else None})
        return
    _print(one, as_json)
    if found:
        click.echo(letter.told(found, one.finding))


@dispute.command()
@workspace_option
@click.option("--bundle", type=_FILE, help="The contested bundle itself, to be verified.")
@click.option("--look/--no-look", default=True, help="Capture the pages again.")
@json_option
@click.argument("dispute")
@click.pass_context
def answer(ctx: click.Context, workspace: Path, bundle: Path | None, look: bool, as_json: bool, dispute: str) -> None:
    """Look up what the answer rests on; it concludes nothing, a person rules."""
    from evidence.disputes import letter, opening, sheet

    home = open_house(ctx, workspace)
    holdings = home.holdings()
    one = opening.find(holdings, dispute)
    found = sheet.of_dispute(home, holdings, one, file=bundle, look=look, now=datetime.now(UTC))
    if as_json:
        say(found.plain())
        return
    click.echo(f"{one.number} 核对情况")
    click.echo(letter.told(found, one.finding))
    click.echo(f"请据此裁定：quzheng dispute rule {one.number} --uphold | --change | --overturn")


@dispute.command()
@workspace_option
@_by
@click.option("--second", required=True, help="The second person.")
@click.option("--uphold", "step", flag_value="upheld", help="The finding stands.")
@click.option("--change", "step", flag_value="changed", help="It stands otherwise than was published.")
@click.option("--overturn", "step", flag_value="overturned", help="It does not stand.")
@click.option("--why", required=True, help="The reasons, as they go to the unit.")
@_out
@json_option
@click.argument("dispute")
@click.pass_context
def rule(
    ctx: click.Context,
    workspace: Path,
    by: str,
    second: str,
    step: str | None,
    why: str,
    out: Path,
    as_json: bool,
    dispute: str,
) -> None:
    """Rule on an objection and write the sealed answer; exits 3 where it could not be sealed."""
    from evidence import casebook
    from evidence.disputes import opening, ruling

    chosen = next((one for one in casebook.RULINGS if one == step), None)
    if chosen is None:
        raise click.UsageError("say one of --uphold, --change, --overturn")
    home = open_house(ctx, workspace)
    holdings = home.holdings()
    found = opening.find(holdings, dispute)
    ruled = ruling.rule(home, holdings, found, chosen, why=why, by=by, second=second, now=datetime.now(UTC))
    _written(ctx, ruled, ruling.seal(home, ruled, out), as_json)


@dispute.command()
@workspace_option
@_out
@json_option
@click.argument("dispute")
@click.pass_context
def bundle(ctx: click.Context, workspace: Path, out: Path, as_json: bool, dispute: str) -> None:
    """Write the sealed answer of a ruling once more; exits 3 where it could not be sealed."""
    from evidence.disputes import opening, ruling

    home = open_house(ctx, workspace)
    ruled = opening.find(home.holdings(), dispute)
    _written(ctx, ruled, ruling.seal(home, ruled, out), as_json)


def _written(ctx: click.Context, ruled: Dispute, result: BundleResult, as_json: bool) -> None:
    if as_json:
        say({**_plain(ruled), "path": str(result.path), "name": result.name, "sealed": result.sealed})
    else:
        click.echo(
            f"{ruled.number} {_state(ruled)}\n{result.path}: {'sealed' if result.sealed else 'UNSEALED'}, {result.name}"
        )
    if not result.sealed:
        click.echo("error: the answer is not sealed: no usable office key (see quzheng doctor)", err=True)
        ctx.exit(3)


def _print(one: Dispute, as_json: bool) -> None:
    if as_json:
        say(_plain(one))
        return
    said = one.objection.statement
    click.echo(f"{one.number}　{plainly(said.by)}　{_state(one)}")
    click.echo(f"所异议的问题　{one.finding.id[:12]}　{one.finding.message}")
    click.echo(f"意见　{plainly(said.note or '', 2000)}")
    for file in said.files:
        click.echo(f"材料　{plainly(file.name, 100)}　{file.media_type}　{file.size}字节　SHA-256 {file.sha256}")
    for key, value in said.checklist:
        click.echo(f"{key}　{plainly(value, 200)}")
    if one.ruling:
        click.echo(f"裁定　{words.moment(one.ruling.when)}　{plainly(one.ruling.by)}、{plainly(one.ruling.second)}")
        click.echo(f"理由　{plainly(one.ruling.reason, 2000)}")


def _state(one: Dispute) -> str:
    return WORDS[one.ruling.step] if one.ruling else f"待答复，期限{one.contested.due}"


def _plain(one: Dispute) -> dict[str, Any]:
    return {
        "dispute": one.number,
        "id": one.id,
        "finding": one.finding.id,
        "target": one.finding.target,
        "unit": one.objection.statement.by,
        "statement": one.objection.statement.note,
        "files": [plain.dump(file) for file in one.objection.statement.files],
        "state": one.ruling.step if one.ruling else "contested",
        "due": plain.dump(one.contested.due),
        "ruling": plain.dump(one.ruling) if one.ruling else None,
    }
