"""Gathers the report of a night from its journals, the catalog and the last judgement; nothing of it is kept in memory before."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median_low

from collector import due, forewarning, night_comparing, probe_watch, quiet, reckoning, schedule
from collector.due import Wanted
from collector.errors import CollectError
from collector.forewarning import Forewarning
from collector.journal import Journal
from collector.login.access import Access
from collector.night import Change, Ending, Failed, Fresh, Night, SlowHost
from collector.night_journal import NightJournal
from collector.reckoning import Reckoning, reckon
from collector.schedule import Label, Terms
from collector.workspace import Workspace
from evidence import checkpoints, judgements, words
from evidence.catalog import Row
from evidence.errors import EvidenceError
from evidence.holdings import Holdings
from evidence.model import Finding
from evidence.registers import archive
from evidence.report import render_page
from evidence.ruleset import RuleSet
from evidence.span import local_day

SHOWN = 200
"""Targets whose freshness is told, the worst first."""
SLOWEST = 10
TO_MEND = ("login_lost", "flow_failed", "crashed", "skipped")
"""Outcomes of ours that somebody here must mend: with them no night is complete. A site that blocks us is told, and is a
state of the site that no other night changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What came of one page, by its last attempt."""

    page: Label
    row: Row
    attempts: int


def hits(holdings: Holdings) -> tuple[Change, ...]:
    """Return the hits of the last judgement, to be compared with those after the night."""
    return tuple(_change(one) for one in judgements.last(holdings).findings if one.state == "hit")


def size(root: Path) -> tuple[int, int]:
    """Return bytes and number of the files of a store."""
    total = count = 0
    for folder, _, names in os.walk(root):
        for name in names:
            try:
                total += (Path(folder) / name).lstat().st_size
            except FileNotFoundError:
                continue  # a temporary file that was renamed meanwhile
            count += 1
    return total, count


def gather(
    workspace: Workspace,
    holdings: Holdings,
    journal: NightJournal,
    wanted: Wanted,
    terms: Terms,
    rules: RuleSet,
    now: datetime,
    *,
    simulated: bool = False,
) -> Night:
    """Return the report of a night as it stands; raises what reading the holdings raises."""
    plan = journal.plan
    compared = night_comparing.kept(journal.folder)
    runs = [found for run in journal.runs() if (found := Journal.of(holdings.root, run))]
    pages = [(target, label) for wave in plan.waves for target, labels in wave.due for label in labels]
    every = tuple(_looked(holdings, runs, plan.at))
    planned = frozenset(pages)
    looked = [one for one in every if one.page in planned]
    second = Journal.of(holdings.root, journal.second)
    after = judgements.last(holdings)
    grown = size(holdings.root)
    seen = {one.page for one in looked}
    failed = [one.row for one in looked if one.row.outcome != "captured"]
    captured = [one for one in looked if one.row.outcome == "captured"]
    whole = due.last_complete(holdings.catalog, wanted.pages, now)
    standing = due.overdue(wanted.pages, whole)
    night = Night(
        night=plan.night,
        begun=plan.at,
        ended=now,
        complete=True,
        why=(),
        resumed=journal.resumed,
        planned=len(pages),
        captured=len(captured),
        incomplete=sum(one.row.complete is not True for one in captured),
        beside=sum(one.row.outcome == "captured" for one in every) - len(captured),
        missing=tuple(page for page in pages if page not in seen),
        failed=tuple(_failed(failed)),
        ours=sum(row.fault == "ours" for row in failed),
        theirs=sum(row.fault == "theirs" for row in failed),
        unknown=sum(row.fault == "unknown" for row in failed),
        retried=sum(one.attempts > 1 for one in looked),
        rescued=sum(one.attempts > 1 and one.row.outcome == "captured" for one in looked),
        second_looks=len(second.done()) if second else 0,
        new=tuple(_beside(map(_change, _hits(after.findings)), plan.hits)),
        gone=tuple(_beside(plan.hits, map(_change, _hits(after.findings)))),
        tally=judgements.tally(after.findings),
        sessions=_ending(workspace, now),
        grown_bytes=grown[0] - plan.bytes,
        grown_files=grown[1] - plan.files,
        slowest=tuple(_slowest(every, wanted)),
        fresh=tuple(_fresh(page, last, now) for page, last in standing[:SHOWN]),
        targets=len(standing),
        never=sum(last is None for _, last in standing),
        forewarnings=_forewarnings(workspace, holdings, terms, now),
        left=plan.left,
        notes=(*plan.notes, *_unstamped(workspace, holdings)),
        hosts=plan.hosts[:SLOWEST],
        by_hand=plan.by_hand,
        steps=journal.steps(),
        simulated=simulated,
        comparison=dict(Counter(one.state for one in compared)),
        compared=tuple(one for one in compared if one.state in ("changed", "failed", "left")),
        few_probes=tuple(probe_watch.too_few(workspace, holdings, rules, journal)),
        tomorrow=_tomorrow(workspace, wanted, whole, terms, now),
    )
    return concluded(night, workspace.settings.nightly.least_captured)


def _tomorrow(
    workspace: Workspace, wanted: Wanted, whole: Mapping[Label, datetime], terms: Terms, now: datetime
) -> Reckoning:
    begin, end = quiet.window(workspace.settings.nightly, local_day(now) + timedelta(days=1))
    return reckon(wanted.pages, terms, schedule.plan(wanted.pages, whole, terms, begin, until=end))


def _unstamped(workspace: Workspace, holdings: Holdings) -> Iterator[str]:
    """Say how many signed states wait for a time-stamp where an authority is to give them."""
    if workspace.house().authority and (waiting := len(checkpoints.without_stamp(holdings.ledger))):
        yield f"时间戳机构没有应答：{waiting} 个账本检查点还没有时间戳，下次签署时再申请"


def concluded(night: Night, least: int) -> Night:
    """Return the report with its conclusion: complete, or why not."""
    why = tuple(_why(night, least))
    return replace(night, complete=not why, why=why)


def page(night: Night, names: Mapping[str, str]) -> bytes:
    """Return the report as HTML for people, targets by their names: no script, no request."""
    return render_page(Path(__file__).parent, "night.html.j2", {"night": night, "names": names, "size": reckoning.size})


def _why(night: Night, least: int) -> Iterator[str]:
    yield from (f"步骤“{one.name}”未完成：{one.problem}" for one in night.steps if one.problem)
    if night.missing:
        named = "、".join(f"{target}/{label}" for target, label in night.missing[:5])
        yield f"{len(night.missing)} 页没有记录（{named}{' 等' if len(night.missing) > 5 else ''}）"
    if full := sum(one.because == "room" for one in night.left):
        yield f"{full} 页到期而时段内排不下"
    mend = [one for one in night.failed if one.outcome in TO_MEND]
    yield from (f"{words.reason(one.outcome, one.reason)} {one.count} 页，属我方原因" for one in mend)
    tried = night.planned - len(night.missing)
    if tried and night.captured * 1000 < tried * least:
        yield f"应采 {night.planned} 页只采到 {night.captured} 页，疑为我方网络故障，须先排除"


def _looked(holdings: Holdings, runs: Sequence[Journal], since: datetime) -> Iterator[Looked]:
    """Yield what came last of each page; from the catalog, or from the record where our clock went back meanwhile."""
    last: dict[Label, tuple[int, str]] = {}
    for run in runs:
        for line in run.outcomes():
            last[line["target"], line["label"]] = line["attempt"], line["record"]
    by_target: dict[str, list[Label]] = defaultdict(list)
    for one in last:
        by_target[one[0]].append(one)
    for target, labels in by_target.items():
        rows = {row.record: row for row in holdings.rows(target, since=since)}
        for label in labels:
            attempts, record = last[label]
            yield Looked(page=label, row=rows.get(record) or _row(holdings, target, record), attempts=attempts)


def _row(holdings: Holdings, target: str, record: str) -> Row:
    return next(row for row in holdings.rows(target) if row.record == record)


def _failed(rows: Iterable[Row]) -> Iterator[Failed]:
    counted = Counter((row.outcome, row.reason, row.fault) for row in rows)
    for (outcome, reason, fault), count in counted.most_common():
        yield Failed(outcome=outcome, reason=reason, fault=fault, count=count)


def _hits(findings: Iterable[Finding]) -> Iterator[Finding]:
    return (finding for finding in findings if finding.state == "hit")


def _change(finding: Finding) -> Change:
    return Change(
        finding=finding.id,
        indicator=finding.indicator,
        clause=finding.clause,
        target=finding.target,
        label=finding.label,
        conclusion=words.conclusion(finding.state, finding.effect),
    )


def _beside(some: Iterable[Change], others: Iterable[Change]) -> Iterator[Change]:
    """Yield those of `some` whose question none of the others answers: ids change with T, questions do not."""
    known = {(one.indicator, one.target, one.label) for one in others}
    return (one for one in some if (one.indicator, one.target, one.label) not in known)


def _slowest(looked: Iterable[Looked], wanted: Wanted) -> Iterator[SlowHost]:
    hosts = {want.target: want.host for want in wanted.pages}
    took: dict[str, list[int]] = defaultdict(list)
    for one in looked:
        took[hosts.get(one.row.target, "")].append(int((one.row.ended - one.row.started).total_seconds() * 1000))
    found = (
        SlowHost(host=host, pages=len(all_), median_ms=median_low(all_), longest_ms=max(all_))
        for host, all_ in took.items()
    )
    yield from sorted(found, key=lambda one: (-one.median_ms, one.host))[:SLOWEST]


def _fresh(page: Label, last: datetime | None, now: datetime) -> Fresh:
    days = None if last is None else (local_day(now) - local_day(last)).days
    return Fresh(target=page[0], label=page[1], last=last, days=days)


def _ending(workspace: Workspace, now: datetime) -> tuple[Ending, ...]:
    sessions = Access.of(workspace).sessions
    try:
        ending = sessions.ending(now) if sessions else ()
    except CollectError:
        return ()  # a vault that cannot be opened fails the log-ins, which says so loudly
    return tuple(Ending(target=kept.target, ends=kept.ends) for kept in ending if kept.ends is not None)


def _forewarnings(workspace: Workspace, holdings: Holdings, terms: Terms, now: datetime) -> tuple[Forewarning, ...]:
    names = {target.id: target.name for target in workspace.targets()}
    found = [
        *forewarning.t(terms.next_t, now),
        *forewarning.columns(judgements.last_facts(holdings), now, names),
        *forewarning.registers(_registers(holdings), now, workspace.settings.nightly.register_days),
    ]
    return tuple(sorted(found, key=lambda one: (one.on, one.target or "", one.label or "")))


def _registers(holdings: Holdings) -> Iterator[tuple[str, datetime]]:
    """Yield each register with the time of its newest import."""
    yield from {row.label: row.started for row in holdings.rows(archive.TARGET.id)}.items()


def readable(error: Exception) -> str:
    """Return a problem for people, without its advice lines."""
    known = isinstance(error, EvidenceError | CollectError | OSError)
    return str(error).splitlines()[0][:300] if known and str(error) else type(error).__name__
