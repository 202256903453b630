"""One run over the targets of a workspace: a plan first, then visits, each capture admitted as it comes.

A run that was cut off is taken up again: what its journal says is done is not done twice.
"""

from __future__ import annotations

import logging
import secrets as random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from collector import freshness, passes
from collector.choosing import flow_for
from collector.clock import Clock
from collector.crew import Crew, Local, crew_of
from collector.device import DeviceName
from collector.errors import TargetsError
from collector.executor import Job
from collector.flow import Flow, discover
from collector.journal import Due, Journal
from collector.login.access import Access
from collector.targets import Target, from_written
from collector.visit import Visit
from collector.workspace import Workspace
from evidence import checkpoints, digest, plans, words
from evidence.admit import admit
from evidence.errors import SealError
from evidence.holdings import Holdings
from evidence.model import Capture, Purpose, Record
from evidence.parts import part_of

log = logging.getLogger(__name__)


class Watcher(Protocol):
    """Is told how far the run has come."""

    def step(self, name: str, total: int | None = None) -> None:
        """Take note that a step of `total` parts begins."""
        ...

    def advance(self) -> None:
        """Take note that one part is done."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run brought."""

    run: str
    resumed: bool
    due: int
    records: tuple[Record, ...]
    """Admitted now, every attempt; what a resumed run had before is in its journal."""
    missing: tuple[tuple[str, str], ...]
    """Target and label of what was due and has no record."""
    concerns: tuple[str, ...] = ()
    """What of the cleanliness record did not pass, one sentence each."""
    by_hand: int = 0
    """Accounts without a web view, which no browser can visit."""

    @property
    def last(self) -> tuple[Record, ...]:
        """The last attempt of each page, in the order in which pages were first tried."""
        return tuple({(r.capture.target.id, r.capture.label): r for r in self.records}.values())

    @property
    def counts(self) -> dict[str, int]:
        """How many pages ended in each outcome."""
        return dict(sorted(Counter(record.capture.outcome for record in self.last).items()))

    @property
    def rescued(self) -> int:
        """How many pages a later attempt captured."""
        return sum(r.capture.outcome == "captured" and passes.standing(r.capture)[0] > 1 for r in self.last)

    def sentence(self) -> str:
        """Return the run in one sentence, for people."""
        counted = "，".join(f"{words.OUTCOMES[outcome]} {count}" for outcome, count in self.counts.items()) or "无"
        troubled = sum(count for outcome, count in self.counts.items() if outcome != "captured")
        lines = [
            f"第 {self.run} 轮{'（接续）' if self.resumed else ''}：应采 {self.due} 页，记录 {len(self.records)} 条（{counted}）"
        ]
        if repeated := len(self.records) - len(self.last):
            lines.append(f"一时失败的页面又试了 {repeated} 次，每次都有记录；其中 {self.rescued} 页重试后采到")
        if captured := [r for r in self.last if r.capture.outcome == "captured"]:
            whole = sum(r.capture.complete is True for r in captured)
            lines.append(f"采到的 {len(captured)} 页中，文档和主要区域完整的 {whole} 页")
        if troubled:
            lines.append(f"有 {troubled} 页未能采到，原因已记入各条记录")
        if self.missing:
            lines.append(f"缺 {len(self.missing)} 页：" + "、".join(f"{t}/{label}" for t, label in self.missing[:10]))
        if self.by_hand:
            lines.append(f"有 {self.by_hand} 个账号没有可打开的网页，未采集，由人查看：quzheng queue")
        lines += [f"清洁性检查未通过：{concern}" for concern in self.concerns]
        return "\n".join(lines)


async def run(
    workspace: Workspace,
    holdings: Holdings,
    *,
    clock: Clock,
    only: Sequence[str] = (),
    jobs: int | None = None,
    purpose: Purpose = "scheduled",
    resume: bool = True,
    progress: Watcher | None = None,
    due: Mapping[str, Sequence[str]] | None = None,
    access: Access | None = None,
    name: str | None = None,
) -> RunReport:
    """Visit the targets (or `only` those; or only the labels in `due`), and admit every capture.

    Raises TargetsError where `only` names a target that is not there, BrowserError where no browser starts. A target
    that cannot be reached, and a flow that breaks, raise nothing: their records say so. A run with a `name` is that run
    whenever it is called: taken up where it was cut off, however long ago, and left alone once it has ended.
    """
    chosen = _chosen(workspace.targets(), only)
    targets = tuple(target for target in chosen if not target.by_hand)
    catalogue = discover(workspace.flows_dir)
    flows = {target.id: flow_for(target, catalogue, named=target.id in only) for target in targets}
    planned = _plan(targets, flows, due)
    cut_off = Journal.of(holdings.root, name) if name else None
    if cut_off is not None and cut_off.ended:
        return RunReport(run=cut_off.run, resumed=True, due=cut_off.pages, records=(), missing=cut_off.missing())
    if cut_off is None:
        _give_up(holdings, clock)
    if name is None and resume:
        newest = Journal.unfinished(holdings.root, purpose, clock.now())
        cut_off = newest if newest and {t for t, _ in newest.due} == {t for t, _ in planned} else None
    resumed = cut_off is not None
    journal = cut_off or Journal.begin(holdings.root, name or new_run(clock), purpose, planned, clock.now())
    plans.enter(holdings, journal.run, purpose, journal.due, journal.at)
    every = _jobs(targets, flows, journal)
    if purpose in ("second_look", "recheck"):
        every = tuple(replace(job, past_caches=_cached(job, holdings)) for job in every)
    crew = crew_of(workspace, holdings, journal, clock, jobs, access)
    records = await _work(crew, holdings, journal, every, workspace.settings.limits.passes, progress)
    missing = journal.missing()
    _close(workspace, holdings, journal, clock)
    return RunReport(
        run=journal.run,
        resumed=resumed,
        due=journal.pages,
        records=records,
        missing=missing,
        concerns=crew.concerns,
        by_hand=len(chosen) - len(targets),
    )


async def capture_url(
    workspace: Workspace,
    holdings: Holdings,
    url: str,
    *,
    label: str = "page",
    device: DeviceName = "desktop",
    clock: Clock,
    purpose: Purpose = "manual",
) -> Record:
    """Capture one address that no target need have; raises TargetsError where it is no web address."""
    target = from_written({"id": f"url-{digest.sha256(url.encode())[:12]}", "name": url[:200], "url": url})
    return await visit_once(workspace, holdings, target, one_page(label, device), clock=clock, purpose=purpose)


async def visit_once(
    workspace: Workspace,
    holdings: Holdings,
    target: Target,
    flow: Flow,
    *,
    clock: Clock,
    purpose: Purpose = "manual",
) -> Record:
    """Run a flow over one target, with the workspace's browser and manners; return its last record."""
    labels = flow.labels
    journal = Journal.begin(holdings.root, new_run(clock), purpose, ((target.id, labels),), clock.now())
    plans.enter(holdings, journal.run, purpose, journal.due, journal.at)
    job = Job(target=target, flow=flow, labels=labels)
    crew = Local(workspace, holdings, journal, clock, 1)
    records = await _work(crew, holdings, journal, (job,), workspace.settings.limits.passes, None)
    _close(workspace, holdings, journal, clock)
    return records[-1]


def _close(workspace: Workspace, holdings: Holdings, journal: Journal, clock: Clock) -> None:
    """Declare what the run lost, end it, and sign for the ledger as it now stands, where the office has a key."""
    plans.declare_lost(holdings, journal.run, journal.missing(), clock.now(), "no record at the end of the run")
    journal.end(clock.now())
    house = workspace.house()
    try:
        checkpoints.sign(holdings, house.signing(), house.authority)
    except SealError as error:  # what was captured is admitted; the next signing covers it
        log.warning("the ledger is not signed for: %s", error)


def _give_up(holdings: Holdings, clock: Clock) -> None:
    """Declare lost what runs that were cut off long ago never came to: they are not taken up again."""
    for journal in Journal.abandoned(holdings.root, clock.now()):
        plans.enter(holdings, journal.run, journal.purpose, journal.due, journal.at)
        lost = plans.declare_lost(holdings, journal.run, journal.missing(), clock.now(), "the run was cut off")
        log.warning("run %s was cut off and is given up; %d visits are declared lost", journal.run, len(lost))
        journal.end(clock.now())


async def _work(
    crew: Crew,
    holdings: Holdings,
    journal: Journal,
    every: tuple[Job, ...],
    most_passes: int,
    progress: Watcher | None,
) -> tuple[Record, ...]:
    """Do what is left of `every` job; then, in later passes, what failed for the moment."""
    records: list[Record] = []
    last = journal.last()
    written = _Written(journal)

    def deliver(job: Job, capture: Capture) -> None:
        record = admit(capture, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)
        written.take(job, record)
        records.append(record)
        last[capture.target.id, capture.label] = passes.standing(record.capture)
        if progress:
            progress.advance()

    todo = _undone(every, last) or passes.again(every, last, most_passes)
    if not todo:
        return ()
    async with crew.at_work() as executor:
        for n in range(most_passes):
            if progress and todo:
                progress.step("重试一时失败的页面" if n else "采集", sum(len(job.labels) for job in todo))
            await executor.work(todo, deliver, written.over)
            todo = passes.again(every, last, most_passes)
    return tuple(records)


@dataclass(frozen=True, slots=True)
class _Written:
    """Writes outcomes into the journal: of a page when all that is captured beside it (articles, tabs) was admitted too.

    So a page whose articles a kill cut off is visited again, and the articles with it; what was admitted of them keeps
    its record, by its key.
    """

    journal: Journal
    held: dict[tuple[str, int], list[Record]] = field(default_factory=dict)
    """By target and attempt: the page under way, and what was captured beside it so far."""

    def take(self, job: Job, record: Record) -> None:
        """Take an admitted record of a job."""
        if record.capture.label in job.labels:
            self.over(job)
        self.held.setdefault((job.target.id, job.attempt), []).append(record)

    def over(self, job: Job) -> None:
        """Write down what is held of a job: its next page has come, or its visit is over."""
        for record in self.held.pop((job.target.id, job.attempt), ()):
            self.journal.outcome(record, job.attempt)


def _chosen(targets: tuple[Target, ...], only: Sequence[str]) -> tuple[Target, ...]:
    unknown = sorted(set(only) - {target.id for target in targets})
    if unknown:
        known = "、".join(target.id for target in targets) or "（没有对象）"
        raise TargetsError(f"没有编号为 {'、'.join(unknown)} 的对象；现有：{known}")
    return tuple(target for target in targets if not only or target.id in only)


def one_page(label: str, device: DeviceName) -> Flow:
    """Return the flow that opens a target's address and captures it as `label`."""
    flow = Flow("collector.one_page", labels=(label,), device=device, scripted=False)

    @flow.visit
    async def open_and_capture(visit: Visit) -> None:
        await visit.open(visit.target.url)
        await visit.capture(label)

    return flow


def _plan(targets: Iterable[Target], flows: Mapping[str, Flow], due: Mapping[str, Sequence[str]] | None) -> Due:
    if due is None:
        return tuple((target.id, flows[target.id].due(target)) for target in targets)
    wanted = ((target, tuple(_columns(due.get(target.id, ()), flows[target.id].due(target)))) for target in targets)
    return tuple((target.id, labels) for target, labels in wanted if labels)


def _columns(labels: Iterable[str], known: Sequence[str]) -> Iterator[str]:
    """Yield those of some labels that a flow captures by themselves, each once: a part comes with its column, a day's
    log of light requests comes of no visit."""
    columns = dict.fromkeys(part.column if (part := part_of(label)) else label for label in labels)
    return (column for column in columns if column in known)


def _jobs(targets: Iterable[Target], flows: Mapping[str, Flow], journal: Journal) -> tuple[Job, ...]:
    """Return the visits of the plan."""
    known = {target.id: target for target in targets}
    planned = ((known[t], labels) for t, labels in journal.due if t in known)
    return tuple(Job(target=target, flow=flows[target.id], labels=labels) for target, labels in planned if labels)


def _cached(job: Job, holdings: Holdings) -> frozenset[str]:
    """Return the labels of a job whose last capture may have come from a cache."""
    last = {label: holdings.rows(job.target.id, label)[-1:] for label in job.labels}
    records = {label: holdings.record(row.record) for label, rows in last.items() for row in rows}
    return frozenset(
        label
        for label, record in records.items()
        if any(check.name == freshness.CHECK and check.passed is not True for check in record.capture.checks)
    )


def _undone(jobs: Iterable[Job], last: passes.Last) -> tuple[Job, ...]:
    """Return what of the jobs has no record yet."""
    left = ((job, tuple(label for label in job.labels if (job.target.id, label) not in last)) for job in jobs)
    return tuple(replace(job, labels=labels) for job, labels in left if labels)


def new_run(clock: Clock) -> str:
    """Return a name for a run that sorts by time and is not given twice."""
    return f"{clock.now():%Y%m%dT%H%M%S}-{random.token_hex(3)}"
