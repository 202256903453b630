"""`quzheng findings confirm | withdraw` and `quzheng case`: what people do with a finding, step by step."""

from __future__ import annotations

import functools
import getpass
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from evidence import casebook, plain
from evidence.case_event import STEPS, WORDS, Event, Step
from evidence.casebook import Case
from evidence.command import json_option, open_house, say, workspace_option
from evidence.holdings import Holdings
from evidence.model import Finding
from evidence.quoting import plainly
from evidence.span import local_text

_by = click.option("--by", default=getpass.getuser, show_default="the system user", help="Who takes the step.")
_finding = click.argument("finding")
_STEPS = tuple(one for one in STEPS if one not in ("contested", *casebook.RULINGS))
"""Steps taken here; objections and rulings are those of `quzheng dispute`."""


@click.command()
@workspace_option
@_by
@click.option("--reason", default="", help="Why.")
@json_option
@_finding
@click.pass_context
def confirm(ctx: click.Context, workspace: Path, by: str, reason: str, as_json: bool, finding: str) -> None:
    """Confirm a finding as a person; some need a second one."""
    _take(ctx, workspace, finding, "confirmed", by=by, reason=reason, as_json=as_json)


@click.command()
@workspace_option
@_by
@click.option("--reason", required=True, help="Why it does not hold.")
@json_option
@_finding
@click.pass_context
def withdraw(ctx: click.Context, workspace: Path, by: str, reason: str, as_json: bool, finding: str) -> None:
    """Withdraw a finding; its case ends, and everything stays in the ledger."""
    _take(ctx, workspace, finding, "withdrawn", by=by, reason=reason, as_json=as_json)


@click.group()
def case() -> None:
    """Cases: warn, ask the unit, publish, hear objections, re-check."""


@case.command("step")
@workspace_option
@_by
@click.option("--reason", default="", help="Why; withdrawing and ruling need one.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="Last day to answer or to put right.")
@json_option
@_finding
@click.argument("step", type=click.Choice(_STEPS))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def step_(
    ctx: click.Context,
    workspace: Path,
    by: str,
    reason: str,
    due: datetime | None,
    as_json: bool,
    finding: str,
    step: Step,
    files: tuple[Path, ...],
) -> None:
    """Take STEP of the case of FINDING; FILES (letters, replies) are admitted as exhibits, hashed and never opened."""
    _take(ctx, workspace, finding, step, by=by, reason=reason, as_json=as_json, due=due, files=files)


@case.command("show")
@workspace_option
@json_option
@_finding
@click.pass_context
def show(ctx: click.Context, workspace: Path, as_json: bool, finding: str) -> None:
    """Show what became of a finding, step by step."""
    holdings = open_house(ctx, workspace).holdings()
    found = holdings.derived.finding(holdings.derived.full_id(finding))
    _print(casebook.case_of(holdings, found), as_json)


@case.command()
@workspace_option
@click.option("--look/--no-look", default=True, help="Capture the pages again.")
@json_option
@_finding
@click.pass_context
def recheck(ctx: click.Context, workspace: Path, look: bool, as_json: bool, finding: str) -> None:
    """Look up, for a rectified finding (回头看), what its pages show now; the step `rechecked` then rests on it."""
    from evidence.disputes import letter, sheet

    home = open_house(ctx, workspace)
    holdings = home.holdings()
    found = holdings.derived.finding(holdings.derived.full_id(finding))
    seen = sheet.of_recheck(home, holdings, casebook.case_of(holdings, found), look=look, now=datetime.now(UTC))
    if as_json:
        say(seen.plain())
    else:
        click.echo(f"{found.message}\n{letter.told(seen, found)}")


@case.command("list")
@workspace_option
@json_option
@click.pass_context
def list_(ctx: click.Context, workspace: Path, as_json: bool) -> None:
    """List the cases, with their state and what is due when."""
    holdings = open_house(ctx, workspace).holdings()
    for one in casebook.cases(holdings):
        if as_json:
            say(_plain(one))
            continue
        due = one.events[-1].due
        click.echo(f"{one.finding.id[:12]}\t{one.finding.target}\t{one.finding.clause}\t{_state(one)}\t{due or ''}")


def _take(
    ctx: click.Context,
    workspace: Path,
    finding: str,
    step: Step,
    *,
    by: str,
    reason: str,
    as_json: bool,
    due: datetime | None = None,
    files: Sequence[Path] = (),
) -> None:
    from evidence import human, judgements

    home = open_house(ctx, workspace)
    holdings = home.holdings()
    found = holdings.derived.finding(holdings.derived.full_id(finding))
    now = datetime.now(UTC)

    named = [(path.name, path) for path in files]
    taken = casebook.take(
        holdings,
        found,
        step,
        by=by,
        now=now,
        rules=home.cases,
        reason=reason,
        records=lambda: human.add_letters(holdings, found, home.subjects, named, by=by, now=now, note=reason),
        due=due.date() if due else None,
        papers=_papers(holdings, found, step),
        current=functools.partial(judgements.current, holdings),
    )
    _print(taken, as_json)


def _papers(holdings: Holdings, finding: Finding, step: Step) -> tuple[str, ...]:
    """Return the sheet that a re-check rests on, where one was made."""
    from evidence.disputes import sheet

    last = casebook.case_of(holdings, finding).events[-1:]
    found = sheet.kept(holdings, last[0]) if last and step == "rechecked" else None
    return (found.id,) if found else ()


def _print(one: Case, as_json: bool) -> None:
    if as_json:
        say(_plain(one))
        return
    click.echo(f"{one.finding.message}")
    for event in one.events:
        click.echo(_line(event))
    click.echo(f"目前：{_state(one)}")


def _line(event: Event) -> str:
    said = f"{event.n}. {local_text(event.when)} {WORDS[event.step]}，经办：{plainly(event.by, 40)}"
    said += f"，期限{event.due}" if event.due else ""
    said += f"，附件记录{'、'.join(id[:12] for id in event.records)}" if event.records else ""
    return said + (f"。{plainly(event.reason, 300)}" if event.reason else "")


def _state(one: Case) -> str:
    if one.state is None:
        return "尚未处理"
    if one.state == "confirmed" and not one.confirmed:
        return f"待第{len(one.reviewers) + 1}人复核"
    return WORDS[one.state]


def _plain(one: Case) -> dict[str, Any]:
    return {
        "finding": one.finding.id,
        "state": one.state,
        "confirmed": one.confirmed,
        "reviewers_needed": max(1, one.finding.reviewers),
        "events": [plain.dump(event) for event in one.events],
    }
