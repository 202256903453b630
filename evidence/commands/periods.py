"""`quzheng period`: freeze an inspection period, show how it stands, decide what is left to persons."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evidence import plain
from evidence.command import Instant, json_option, open_house, say, workspace_option
from evidence.quoting import plainly
from evidence.span import local_text

if TYPE_CHECKING:
    from evidence.bulletin.book import Book
    from evidence.bulletin.figures import Tally
    from evidence.bulletin.outcome import Outcome

_by = click.option("--by", default=getpass.getuser, show_default="the system user", help="Who acts.")
_day = click.DateTime(["%Y-%m-%d"])


@click.group()
def period() -> None:
    """Periods: freeze who is inspected by which rules at T, and decide what is left."""


@period.command("freeze")
@workspace_option
@click.option("--at", type=Instant(), required=True, help="Reference time T; must be that of the last judgement.")
@click.option("--from", "since", type=_day, required=True, help="First day of the window.")
@click.option("--to", "until", type=_day, required=True, help="Last day of the window.")
@click.option(
    "--frame",
    multiple=True,
    required=True,
    metavar="REGISTER",
    help="A kept export: its name, or the beginning of its record or digest (may be repeated).",
)
@click.option("--rules", help="Name of the rule set (default: the workspace's).")
@click.option("--sample", help="Of the accounts: how many, or a share such as 30% (default: all).")
@click.option("--seed", help="Any text, published with the sample.")
@_by
@json_option
@click.argument("name")
@click.pass_context
def freeze(
    ctx: click.Context,
    workspace: Path,
    at: datetime,
    since: datetime,
    until: datetime,
    frame: tuple[str, ...],
    rules: str | None,
    sample: str | None,
    seed: str | None,
    by: str,
    as_json: bool,
    name: str,
) -> None:
    """Freeze the period NAME; from then on only cases and decisions change its figures."""
    from evidence import ruleset
    from evidence.bulletin import freezing
    from evidence.registers import archive

    home = open_house(ctx, workspace)
    holdings = home.holdings()
    asked = freezing.Asked(
        name=name, since=since.date(), until=until.date(), at=at, frame=frame, by=by, sample=sample, seed=seed
    )
    book = freezing.freeze(
        holdings,
        asked,
        registers=archive.kept(holdings),
        subjects=home.subjects(),
        rules=ruleset.load(rules or home.rules, home.rules_dir),
        now=datetime.now(UTC),
    )
    _show(book, as_json, members=False)


@period.command("list")
@workspace_option
@json_option
@click.pass_context
def list_(ctx: click.Context, workspace: Path, as_json: bool) -> None:
    """List the periods in the order in which they were frozen."""
    from evidence.bulletin import book

    holdings = open_house(ctx, workspace).holdings()
    for name in book.names(holdings):
        _show(book.open_book(holdings, name), as_json, members=False)


@period.command("show")
@workspace_option
@json_option
@click.argument("name")
@click.pass_context
def show(ctx: click.Context, workspace: Path, as_json: bool, name: str) -> None:
    """Show a period: what was frozen, the figures, what is undecided, each step."""
    from evidence.bulletin import book

    _show(book.open_book(open_house(ctx, workspace).holdings(), name), as_json, members=True)


@period.command("decide")
@workspace_option
@click.option("--period", "name", required=True, help="The period.")
@click.option("--as", "said", required=True, metavar="RESULT", help="合格, 不合格 or 免检.")
@click.option("--why", required=True, help="The reason.")
@click.option("--second", help="The second person; 不合格 needs one.")
@_by
@json_option
@click.argument("target")
@click.pass_context
def decide(
    ctx: click.Context,
    workspace: Path,
    name: str,
    said: str,
    why: str,
    second: str | None,
    by: str,
    as_json: bool,
    target: str,
) -> None:
    """Decide as a person how TARGET ends in a period."""
    from evidence.bulletin import freezing
    from evidence.bulletin.period import result_of

    holdings = open_house(ctx, workspace).holdings()
    book = freezing.decide(
        holdings, name, target, result_of(said), by=by, why=why, second=second, now=datetime.now(UTC)
    )
    _show(book, as_json, members=False)


def _show(book: Book, as_json: bool, *, members: bool) -> None:
    from evidence.bulletin import figures, outcome

    ends = outcome.outcomes(book)
    kinds = {kind: [one for one in ends if one.member.kind == kind] for kind in ("site", "account")}
    counts = {kind: figures.tally(own) for kind, own in kinds.items()}
    if as_json:
        tallies = {kind: {**plain.dump(one), "rate": one.rate_text} for kind, one in counts.items()}
        body = {**book.period.plain(), "tally": tallies, "events": [one.plain() for one in book.events]}
        body["members"] = [_member(one) for one in ends] if members else len(ends)
        say(body)
        return
    for line in (*_heading(book), *_counted(counts)):
        click.echo(line)
    if members:
        for line in _open(ends):
            click.echo(line)
        for line in _steps(book):
            click.echo(line)


def _heading(book: Book) -> Iterator[str]:
    period, frozen = book.period, book.frozen
    yield f"检查期{period.name}：窗口{period.since}至{period.until}，检查时点{local_text(period.at)}，规则集{period.edition}"
    yield f"由{plainly(frozen.by)}于{local_text(frozen.when)}冻结"
    for register in period.registers:
        fetched = f"取得于{local_text(register.fetched)}" if register.fetched else "取得时间未写明"
        whole = "声明为完整" if register.whole else "未声明是否完整"
        yield f"登记表{plainly(register.name)}：{fetched}，{whole}，SHA-256 {register.sha256}"
    if period.sample:
        yield f"抽查：{period.frame_accounts}个政务新媒体中抽出{len(period.sample.keys)}个，种子“{plainly(period.sample.seed)}”"


def _counted(counts: dict[str, Tally]) -> Iterator[str]:
    for kind, name in (("site", "政府网站"), ("account", "政务新媒体")):
        one = counts[kind]
        yield (
            f"{name}：应检{one.due}，免检{one.exempt}，合格{one.passed}，不合格{one.failed}，未能判定{one.open}，"
            f"合格率{one.rate_text}"
        )


def _open(ends: Sequence[Outcome]) -> Iterator[str]:
    for one in ends:
        if one.result == "open":
            yield f"未能判定　{one.member.id}　{plainly(one.member.name)}：{plainly(one.because, 300)}"


def _steps(book: Book) -> Iterator[str]:
    from evidence.bulletin.period import RESULT_WORDS, STEP_WORDS

    for event in book.events:
        said = f"{event.n}. {local_text(event.when)} {STEP_WORDS[event.step]}，经办：{plainly(event.by)}"
        said += f"，复核：{plainly(event.second)}" if event.second else ""
        said += f"，{event.member}为{RESULT_WORDS[event.result]}" if event.result else ""
        said += f"，对象{event.member}" if event.member and not event.result else ""
        said += f"，期限{event.due}" if event.due else ""
        yield said + (f"。{plainly(event.reason, 300)}" if event.reason else "")


def _member(one: Outcome) -> dict[str, Any]:
    return {
        "id": one.member.id,
        "name": one.member.name,
        "kind": one.member.kind,
        "place": one.member.place,
        "group": one.member.group,
        "result": one.result,
        "because": one.because,
        "findings": [plain.dump(cited) for cited in one.member.findings],
    }
