"""The commands that need no browser: read, compare, judge, findings, bundle, verify, export, store.

A command parses, calls one function, prints. What it works on is opened by the HouseOpener in the context, which the
composition root sets; `python -m evidence` sets the bare one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from evidence import house, judgements, plain, purged, words
from evidence.command import Commands, Instant, json_option, open_house, say, workspace_option
from evidence.commands import bulletins as bulletin_commands
from evidence.commands import cases as case_commands
from evidence.commands import checkpoints as checkpoint_commands
from evidence.commands import desk as desk_commands
from evidence.commands import disclosing as disclose_commands
from evidence.commands import disputes as dispute_commands
from evidence.commands import human as human_commands
from evidence.commands import notices as notice_commands
from evidence.commands import periods as period_commands
from evidence.commands import quarantine as quarantine_commands
from evidence.commands import seals as seal_commands
from evidence.commands import storage as storage_commands
from evidence.model import Finding, Record, Verdict

if TYPE_CHECKING:
    from evidence.comparing import Comparison
    from evidence.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group(cls=Commands)
def cli() -> None:
    """Judge, seal and verify evidence."""


@cli.command()
@workspace_option
@click.option("--all", "every", is_flag=True, help="All records of the store.")
@json_option
@click.argument("records", nargs=-1)
@click.pass_context
def read(ctx: click.Context, workspace: Path, every: bool, as_json: bool, records: tuple[str, ...]) -> None:
    """Read records: items, dates, blank or not, text in pictures."""
    from evidence.readings import readings

    if not every and not records:
        raise click.UsageError("name records, or say --all")
    home = open_house(ctx, workspace)
    holdings = home.holdings()
    wanted = holdings.open_records() if every else [holdings.open_record(record) for record in records]
    if home.readers is not None:
        home.readers(holdings, wanted)
    found = readings(wanted, holdings, jobs=home.jobs)
    for record in wanted:
        reading = found.get(record.id)
        if as_json:
            body = reading.plain() if reading else None
            say(
                {
                    "record": record.id,
                    "target": record.capture.target.id,
                    "label": record.capture.label,
                    "reading": body,
                }
            )
        elif reading is None:
            click.echo(f"{record.id[:12]} {record.capture.label}: {record.capture.outcome}，没有可读的页面")
        else:
            click.echo(
                f"{record.id[:12]} {record.capture.label}: {reading.page_kind}，{len(reading.items)} 条，"
                f"最新 {reading.newest or '无日期'}，空白 {_answer(reading.blank)}"
            )


def _file_option(name: str, said: str) -> Callable[[Command], Command]:
    return click.option(f"--{name}", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help=said)


@cli.command()
@workspace_option
@_file_option("picture", "Write both pictures and their difference, side by side, as one PNG.")
@json_option
@click.argument("earlier")
@click.argument("later")
@click.pass_context
def compare(ctx: click.Context, workspace: Path, picture: Path | None, as_json: bool, earlier: str, later: str) -> None:
    """Say, and with --picture show, what differs between two records."""
    from evidence.comparing import compare as compare_records

    holdings = open_house(ctx, workspace).holdings()
    before, after = (purged.require(holdings, holdings.open_record(name)) for name in (earlier, later))
    comparison = compare_records(before, after, holdings=holdings)
    drawn = _draw(before, after, comparison, holdings.store, picture) if picture else None
    if as_json:
        told = {"path": str(picture), "said": drawn} if drawn else None
        say({**comparison.plain(), "picture": told})
    else:
        click.echo("\n".join(filter(None, (comparison.sentence(), drawn and f"{picture}：{drawn}"))))


def _draw(before: Record, after: Record, comparison: Comparison, store: Store, path: Path) -> str:
    """Write the comparison's picture to `path` and return the sentence on it; warns where it shows personal data."""
    from evidence.comparing.drawing import draw
    from evidence.files import whole_file

    if any(record.capture.flow.private is not None for record in (before, after)):
        click.echo("注意：这两条记录的页面含个人信息，对照图未遮盖，不得外传", err=True)
    with whole_file(path) as out:
        explained = comparison.epoch is not None
        return draw(before, after, comparison.pixels, store, out, explained=explained).sentence()


@cli.command()
@workspace_option
@click.option("--at", type=Instant(), help="Reference time T (default: now).")
@click.option("--rules", help="Name of the rule set (default: the workspace's).")
@click.option("--strict", is_flag=True, help="Exit 4 if there are hits.")
@json_option
@click.pass_context
def judge(
    ctx: click.Context, workspace: Path, at: datetime | None, rules: str | None, strict: bool, as_json: bool
) -> None:
    """State the facts of every column and judge every target at T."""
    from evidence import judge as judging
    from evidence import ruleset

    home = open_house(ctx, workspace)
    result = judging.judge_holdings(
        home.holdings(),
        home.subjects(),
        at=at or datetime.now(UTC).replace(microsecond=0),
        rules=ruleset.load(rules or home.rules, home.rules_dir),
        indicators_dir=home.indicators_dir,
        jobs=home.jobs,
    )
    if as_json:
        say(judging.answer(result))
    else:
        _tell(result.findings, result.findings)
    if strict and any(finding.state == "hit" for finding in result.findings):
        ctx.exit(4)


def _tell(shown: Sequence[Finding], every: Sequence[Finding]) -> None:
    """Print a line a finding, and how many there are of each state in all."""
    for finding in shown:
        click.echo(
            f"{finding.id[:12]} {words.conclusion(finding.state, finding.effect)} {finding.target} {finding.clause} {finding.message}"
        )
    click.echo(judgements.tally(every))


@cli.group()
def findings() -> None:
    """List and explain findings."""


@findings.command("list")
@workspace_option
@click.option("--all", "every", is_flag=True, help="Those of earlier judgements too.")
@click.option("--state", type=click.Choice(["hit", "clear", "undecided"]), help="Only these.")
@click.option("--strict", is_flag=True, help="Exit 4 if there are hits.")
@json_option
@click.pass_context
def findings_list(
    ctx: click.Context, workspace: Path, every: bool, state: str | None, strict: bool, as_json: bool
) -> None:
    """List the findings of the last judgement of every target."""
    from evidence import judge as judging

    holdings = open_house(ctx, workspace).holdings()
    result = judging.last(holdings)
    listed = holdings.derived.findings() if every else result.findings
    shown = tuple(finding for finding in listed if state in (None, finding.state))
    if as_json:
        say(judging.answer(judging.Judgement(facts=result.facts, findings=shown)))
    else:
        _tell(shown, listed)
    if strict and any(finding.state == "hit" for finding in shown):
        ctx.exit(4)


@findings.command("show")
@workspace_option
@json_option
@click.argument("finding")
@click.pass_context
def findings_show(ctx: click.Context, workspace: Path, as_json: bool, finding: str) -> None:
    """Explain one finding in plain Chinese."""
    from evidence import human, ruleset
    from evidence.explain import explain

    home = open_house(ctx, workspace)
    holdings = home.holdings()
    found = holdings.derived.finding(holdings.derived.full_id(finding))
    handed_in = human.of_finding(holdings, found)
    if as_json:
        say({**found.plain(), "human": [{"record": one.record.id, **plain.dump(one.statement)} for one in handed_in]})
    else:
        click.echo(explain(found, ruleset.cited(found.rules, home.rules_dir), handed_in))


findings.add_command(case_commands.confirm)
findings.add_command(case_commands.withdraw)


@cli.command()
@workspace_option
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The zip to write.")
@click.option("--by", help="Who makes it (制作人), for its first sheet.")
@json_option
@click.argument("finding", nargs=-1, required=True)
@click.pass_context
def bundle(
    ctx: click.Context, workspace: Path, out: Path, by: str | None, as_json: bool, finding: tuple[str, ...]
) -> None:
    """Write findings with all they rest on as one sealed bundle; exits 3 where it could not be sealed."""
    from evidence import bundling

    result = bundling.bundle(open_house(ctx, workspace), finding, out, by=by)
    if as_json:
        sealed = {"sealed": result.sealed, "lacking": result.lacking}
        say({"path": str(result.path), "name": result.name, **sealed})
    else:
        click.echo(f"{result.path}: {'sealed' if result.sealed else 'UNSEALED'}, {result.name}")
    if result.lacking and result.sealed:
        click.echo(f"注意：{result.lacking}", err=True)
    if not result.sealed:
        click.echo(f"error: the bundle is not sealed: {result.lacking}", err=True)
        ctx.exit(3)


@cli.command("read-table")
@json_option
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def read_table(ctx: click.Context, as_json: bool, files: tuple[Path, ...]) -> None:
    """Read the tables of files, and their blank columns: XLSX, XLS, CSV, DOCX, PDF, pictures, saved pages."""
    from evidence import explain_tables
    from evidence.errors import ReadingError
    from evidence.reading.table_file import from_file

    failed = False
    for path in files:
        try:
            tables, error = from_file(path.read_bytes(), path.name), None
        except ReadingError as told:
            tables, error, failed = (), str(told), True
        if as_json:
            say({"file": str(path), "tables": plain.dump(tables), "error": error})
        else:
            click.echo("\n".join(explain_tables.lines(path.name, tables, error)))
    if failed:
        ctx.exit(1)


@cli.command()
@click.option("--strict", is_flag=True, help="Checks that could not be made count as failed.")
@click.option(
    "--trust",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Certificates as published (PEM): the signer's, and the time-stamp authority's.",
)
@click.option(
    "--reproduce",
    is_flag=True,
    help="Also make every reading again from the originals in the bundle, and judge its findings again.",
)
@click.option(
    "--bulletin",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Check that this bulletin (DOCX or JSON) and the bundles belong together.",
)
@click.option(
    "--disclosed",
    multiple=True,
    metavar="FILE...",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Files handed over apart: say of which record each is the original, or whether the masked fields that it discloses "
    "are those of the bundle; exits 3 if one is not.",
)
@json_option
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="BUNDLE...")
@click.pass_context
def verify(
    ctx: click.Context,
    strict: bool,
    trust: Path | None,
    reproduce: bool,
    bulletin: Path | None,
    disclosed: tuple[Path, ...],
    as_json: bool,
    files: tuple[Path, ...],
) -> None:
    """Check a bundle by itself, or bundles against a bulletin; exits 3 where something does not hold."""
    from evidence.disclosed import held_against

    if bulletin:
        from evidence.bulletin.checking import check as check_bulletin

        if reproduce or disclosed:
            raise click.UsageError("--reproduce and --disclosed take one bundle and no bulletin")
        verdict = check_bulletin(bulletin, files, trust=trust)
    else:
        verdict = _verify_one(files, trust, disclosed, reproduce)
    shown = held_against(files[0], (*disclosed, *files[1:])) if disclosed else ()
    holds = verdict.holds(strict=strict)
    if as_json:
        checks = [{"name": c.name, "passed": c.passed, "detail": c.detail} for c in verdict.checks]
        told = {"disclosed": [plain.dump(one) for one in shown]} if disclosed else {}
        say({"holds": holds, "checks": checks, "notices": list(verdict.notices), **told})
    else:
        for check in verdict.checks:
            click.echo(f"{_MARKS[check.passed]} {check.name}: {check.detail}")
        for notice in verdict.notices:
            click.echo(f"注意：{notice}")
        for line in (line for one in shown for line in one.lines()):
            click.echo(line)
        click.echo("结论：成立" if holds else "结论：不成立")
    if not holds or not all(one.holds for one in shown):
        ctx.exit(3)


def _verify_one(files: Sequence[Path], trust: Path | None, disclosed: Sequence[Path], reproduce: bool) -> Verdict:
    """Return the verdict on the one bundle; what stands behind it is held against it, where --disclosed was said."""
    from evidence.verify import verify as verify_bundle

    if not files:
        raise click.UsageError("name a bundle, or --bulletin FILE and its bundles")
    if len(files) > 1 and not disclosed:
        raise click.UsageError("one bundle at a time; files to hold against it come after --disclosed")
    verdict = verify_bundle(files[0], trust=trust)
    if reproduce:
        from evidence.reproduce import reproduced

        verdict = replace(verdict, checks=(*verdict.checks, reproduced(files[0])))
    return verdict


@cli.command()
@workspace_option
@_file_option("warc", "Write the record's network as WARC 1.1.")
@_file_option("wacz", "Write it as WACZ, for players of web archives; needs quzheng[wacz].")
@_file_option("png", "Write the page's picture as one PNG.")
@click.argument("record")
@click.pass_context
def export(
    ctx: click.Context, workspace: Path, warc: Path | None, wacz: Path | None, png: Path | None, record: str
) -> None:
    """Write a record in forms other tools read."""
    from evidence.files import whole_file
    from evidence.png import write_png
    from evidence.wacz import write_wacz
    from evidence.warc import write_warc

    if not (warc or wacz or png):
        raise click.UsageError("say --warc FILE, --wacz FILE or --png FILE")
    holdings = open_house(ctx, workspace).holdings()
    found = purged.require(holdings, holdings.open_record(record))
    if found.capture.flow.private is not None:
        click.echo("注意：这条记录的页面含个人信息，导出的是未遮盖的原件，不得外传", err=True)
    for path, write in ((warc, write_warc), (png, write_png)):
        if path:
            with whole_file(path) as out:
                write(found, holdings.store, out)
            click.echo(str(path))
    if wacz:
        write_wacz(found, holdings.store, wacz)
        click.echo(str(wacz))


@cli.group()
def store() -> None:
    """Check, repair, count, back up and purge the store."""


@store.command("check")
@workspace_option
@json_option
@click.pass_context
def store_check(ctx: click.Context, workspace: Path, as_json: bool) -> None:
    """Re-read every byte against the ledger; exits 3 where something is damaged or missing."""
    from evidence.soundness import examine

    home = open_house(ctx, workspace)
    report = examine(home.holdings(), home.authority.trust() if home.authority else None)
    if as_json:
        say(plain.dump(report))
    else:
        click.echo(report.sentence())
    if not report.clean:
        ctx.exit(3)


@store.command("reindex")
@workspace_option
@click.pass_context
def store_reindex(ctx: click.Context, workspace: Path) -> None:
    """Rebuild the catalog from the ledger."""
    count = open_house(ctx, workspace).holdings().reindex()
    click.echo(f"{count} records indexed")


for command in storage_commands.commands:
    store.add_command(command)


_MARKS = {True: "✓", False: "✗", None: "？"}


def _answer(value: bool | None) -> str:
    return {True: "是", False: "否", None: "不能确定"}[value]


for command in (
    *human_commands.commands,
    case_commands.case,
    period_commands.period,
    notice_commands.notice,
    bulletin_commands.bulletin,
    checkpoint_commands.checkpoint,
    desk_commands.desk,
    dispute_commands.dispute,
    quarantine_commands.quarantine,
    disclose_commands.disclose,
    seal_commands.seal,
):
    cli.add_command(command)


def main() -> None:
    """Run the commands without a workspace's settings (`python -m evidence`)."""
    sys.exit(cli(prog_name="python -m evidence", obj={"opener": house.bare}))
