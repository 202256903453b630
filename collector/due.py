"""What a workspace wants to see again and again, what it saw last, and what a page of each host takes: for `schedule.plan`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import ceil
from pathlib import Path
from statistics import median

from collector import quiet
from collector.choosing import flow_for
from collector.flow import Catalogue, discover
from collector.hosts import host_of
from collector.night_journal import FOLDER
from collector.schedule import Kind, Label, Terms, Want
from collector.targets import Target
from collector.workspace import Workspace
from evidence import canonical, facts, judgements, ruleset
from evidence.catalog import FileCatalog, Row
from evidence.columns import HOME, Column
from evidence.errors import EvidenceError
from evidence.holdings import Stacks
from evidence.plan import run_of
from evidence.ruleset import RuleSet
from evidence.span import Span, local_day

LOOKS = (timedelta(days=31), timedelta(days=200))
"""How far back the last complete capture is sought: first where nearly all are, then for those that are not found."""
NEWS = timedelta(days=31)
"""A column that owes something new within this is looked at as news are."""
MEASURED = timedelta(days=14)
"""How old captures may be by which a page's time is reckoned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The pages of a workspace."""

    pages: tuple[Want, ...]
    by_hand: tuple[str, ...]
    """Targets that no browser can open, and such whose flow a person must attend."""


def wanted(workspace: Workspace, rules: RuleSet, now: datetime, cleared: frozenset[str] = frozenset()) -> Wanted:
    """Return the pages that nights look at; raises TargetsError."""
    catalogue = discover(workspace.flows_dir)
    pages: list[Want] = []
    by_hand = []
    for target in workspace.targets():
        if target.by_hand or flow_for(target, catalogue).attended:
            by_hand.append(target.id)
        else:
            pages += _of_target(target, catalogue, rules, now, cleared)
    return Wanted(pages=tuple(pages), by_hand=tuple(by_hand))


def _of_target(
    target: Target, catalogue: Catalogue, rules: RuleSet, now: datetime, cleared: frozenset[str]
) -> Iterator[Want]:
    columns = {column.label: column for column in target.ledger.columns}
    for label in flow_for(target, catalogue).due(target):
        yield Want(
            target=target.id,
            label=label,
            host=host_of(target.url),
            kind=_kind(target, columns.get(label), label, rules, now),
            cleared=target.id in cleared,
        )


def _kind(target: Target, column: Column | None, label: str, rules: RuleSet, now: datetime) -> Kind:
    if target.subject.is_account:
        return "account"
    if label == HOME or column is None:
        return "home"
    if column.duty is False:
        return "column"
    limits = [demand for demand in facts.possible_limits(target.subject, column, rules, now) if demand]
    day = local_day(now)
    return (
        "news" if any(day - demand.span.before(day) <= NEWS or not demand.is_plain for demand in limits) else "column"
    )


def last_complete(catalog: FileCatalog, pages: Iterable[Want], now: datetime) -> dict[Label, datetime]:
    """Return when each page was last captured whole, up to `now`."""
    labels: dict[str, set[str]] = defaultdict(set)
    for page in pages:
        labels[page.target].add(page.label)
    found: dict[Label, datetime] = {}
    for target, open_ in labels.items():
        for back in LOOKS:
            if not open_:
                break
            rows = catalog.series(target, since=now - back, until=now)
            newest = {row.label: row.started for row in rows if row.label in open_ and is_whole(row)}
            found |= {(target, label): at for label, at in newest.items()}
            open_ = open_ - newest.keys()
    return found


def is_whole(row: Row) -> bool:
    """Tell whether a row stands for a complete capture of our own browser."""
    return row.complete is True and row.purpose not in ("human", "demonstration")


def costs(catalog: FileCatalog, pages: Iterable[Want], now: datetime) -> dict[str, int]:
    """Return the median seconds a page of each host takes of a visit, rounded up, where it was measured lately."""
    hosts = {page.target: page.host for page in pages}
    took: dict[str, list[float]] = defaultdict(list)
    for target, host in hosts.items():
        rows = catalog.series(target, since=now - MEASURED, until=now)
        took[host] += _between(row for row in rows if row.outcome == "captured")
    return {host: max(1, ceil(median(seconds))) for host, seconds in took.items() if seconds}


def _between(rows: Iterable[Row]) -> Iterator[float]:
    """Yield the seconds between the ends of captures that follow each other in a run: opening, picturing and storing a page."""
    for before, after in pairwise(sorted(rows, key=lambda row: row.ended)):
        if run_of(before.key) == run_of(after.key):
            yield (after.ended - before.ended).total_seconds()


def grown(root: Path, now: datetime) -> int | None:
    """Return the median bytes that a captured page added to the store in the nights of late; None without any.

    A report that cannot be read, or that captured nothing, tells nothing.
    """
    each = []
    for path in (root / FOLDER).glob("*/night.json"):
        try:
            told = canonical.decode(path.read_bytes())
            pages = told["captured"] + told["beside"]
            if pages and datetime.fromisoformat(told["begun"]) >= now - MEASURED:
                each.append(told["grown_bytes"] / pages)
        except (OSError, EvidenceError, KeyError, TypeError, ValueError):
            continue
    return max(0, round(median(each))) if each else None


def cleared(stacks: Stacks, rules: RuleSet, next_t: datetime | None) -> frozenset[str]:
    """Return the accounts that the next T can no longer find silent: something of theirs lies in its window already."""
    rule = rules.rules.get(facts.ACCOUNT_RULE)
    if next_t is None or rule is None or rule.limit is None:
        return frozenset()
    first = Span.parse(rule.limit).before(local_day(next_t))
    newest: dict[str, date] = {}
    for fact in judgements.last_facts(stacks):
        if fact.newest is not None:
            newest[fact.target] = max(newest.get(fact.target, date.min), fact.newest)
    return frozenset(target for target, day in newest.items() if first <= day <= local_day(next_t))


def terms(workspace: Workspace, measured: Mapping[str, int], grown: int | None = None) -> Terms:
    """Return what plans go by: seconds a page by host, bytes a page; raises WorkspaceError for settings that cannot be used."""
    own, limits = workspace.settings.nightly, workspace.settings.limits
    return Terms(
        every=own.every,
        hush=quiet.of(own),
        next_t=quiet.instant("next_t", own.next_t) if own.next_t else None,
        run_up=own.run_up,
        jobs=workspace.settings.jobs,
        per_host=limits.per_host,
        per_host_seconds=limits.per_host_seconds,
        page_seconds=own.page_seconds,
        costs=measured,
        page_bytes=own.page_bytes if grown is None else grown,
    )


def loaded(workspace: Workspace) -> RuleSet:
    """Return the workspace's rule set; raises RulesError."""
    return ruleset.load(workspace.settings.rules, workspace.rules_dir)


def overdue(pages: Sequence[Want], last: Mapping[Label, datetime]) -> tuple[tuple[Label, datetime | None], ...]:
    """Return of each target the page that was captured whole longest ago, never before all, the worst first."""
    worst: dict[str, tuple[bool, float, Label]] = {}
    for page in pages:
        seen = last.get(page.page)
        standing = (seen is not None, seen.timestamp() if seen else 0.0, page.page)
        worst[page.target] = min(worst.get(page.target, standing), standing)
    return tuple((page, last.get(page)) for _, _, page in sorted(worst.values()))
