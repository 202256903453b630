"""The nightly run: what is due is looked at, read, compared, judged, looked at again where it accuses, signed for, and reported.

Complete, or loudly not. Each step may be killed at any moment: the night is taken up where it stopped, nothing done is
done again, and what cannot be done ends no night but stands in its report.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, NoReturn

from collector import (
    alerts,
    due,
    heartbeat,
    lock,
    logs,
    metrics,
    night_comparing,
    night_report,
    probes,
    quiet,
    replays,
    schedule,
)
from collector.clock import Clock
from collector.due import Wanted
from collector.errors import NightHeld, WorkspaceError
from collector.journal import Journal
from collector.logs import JsonLines
from collector.night import Night, Step
from collector.night_journal import FOLDER, NightJournal, NightPlan, PlannedWave
from collector.progress import Progress
from collector.reckoning import Reckoning, reckon
from collector.run import new_run, run
from collector.schedule import Schedule, Terms
from collector.secrets import Secrets
from collector.stopping import Stopped, Stopper
from collector.vault import Vault
from collector.workspace import Workspace
from evidence import canonical, checkpoints, judge, judgements
from evidence.files import write_whole
from evidence.holdings import Holdings
from evidence.model import Purpose, Record
from evidence.readings import readings
from evidence.ruleset import RuleSet
from evidence.span import local_day

log = logging.getLogger(__name__)

LOCK = ".lock"
WAVE = timedelta(minutes=30)
"""How long a wave of the service is; between two of them targets are probed."""
LEAST_ROOM = timedelta(hours=1)
"""Less than this left of the window is no window: the service waits for the next day, and a night that somebody begins by
hand then has the length of a whole one."""
TICK = 20.0
"""Seconds after which the service looks at the clock again, which may have jumped."""
REST = 300.0
"""Seconds until the service tries a night again that could not be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a night works with."""

    workspace: Workspace
    clock: Clock
    stopper: Stopper
    progress: Progress
    jobs: int | None = None
    tick: Callable[[], None] = lambda: None
    """Called while a wave is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A night under way."""

    means: Means
    holdings: Holdings
    rules: RuleSet
    terms: Terms
    wanted: Wanted
    journal: NightJournal

    @property
    def jobs(self) -> int:
        return self.means.jobs or self.means.workspace.settings.jobs


def once(means: Means, *, every: bool = False) -> Night | None:
    """Do one night, or what is left of the one that was cut off, and return its report; None where it could not be written.

    With `every` all pages are due, whenever they were captured last. Raises NightHeld where a night is under way already,
    TargetsError and WorkspaceError for a workspace that cannot be used, Stopped where the system asked for the end.
    """
    with logs.kept(means.workspace, _secrets(means.workspace)) as lines:
        return _night(means, lines, every=every)


def serve(means: Means, begin: str) -> NoReturn:
    """Do a night a day, begun at `begin` (HH:MM, Asia/Shanghai) and spread over the window; probe every half hour; for ever.

    Raises WorkspaceError for an hour that is none, Stopped when the system asks for the end.
    """
    settings = means.workspace.settings
    first_hour, last_hour = quiet.hour("at", begin), quiet.hour("to", settings.nightly.to)
    if last_hour <= first_hour:
        raise WorkspaceError(
            f"nights begin at {begin}, but the window (nightly.to) ends at {settings.nightly.to} before that"
        )
    prober = _Prober(means, settings.probe.minutes * 60)
    means = replace(means, tick=prober.turn)
    with logs.kept(means.workspace, _secrets(means.workspace)) as lines:
        while True:
            now = means.clock.now()
            first, last = (quiet.at(local_day(now), hour) for hour in (first_hour, last_hour))
            begun = NightJournal.begun_since(means.workspace.root, first)
            if NightJournal.open_one(means.workspace.root, now) or (first <= now <= last - LEAST_ROOM and not begun):
                _night_of_service(means, lines, max(1, round((last - now) / WAVE)))
            else:
                _say(means, state="waiting", next=first if now < first else first + timedelta(days=1))
            prober.turn()
            means.stopper.wait(TICK)


@dataclass(slots=True)
class _Prober:
    """Asks the home pages every half hour; a round that fails ends nothing."""

    means: Means
    seconds: float
    next: float = 0.0

    def turn(self) -> None:
        """Ask, if it is time; by the monotonic clock, which does not jump."""
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + self.seconds
        try:
            probes.probe(self.means.workspace, self.means.workspace.holdings(), clock=self.means.clock)
        except Exception:
            log.exception("the round of probes failed")


def _night_of_service(means: Means, lines: JsonLines, waves: int) -> None:
    """Do a night; what ends it ends not the service, which tries again after a while."""
    try:
        if _night(means, lines, waves=waves) is not None:
            return
    except NightHeld as error:
        log.warning("%s", error)
    except Exception:
        log.exception("the night failed; it is taken up again after a while")
    means.stopper.wait(REST)


def _night(means: Means, lines: JsonLines, *, every: bool = False, waves: int = 1) -> Night | None:
    workspace = means.workspace
    stale = timedelta(minutes=workspace.settings.nightly.lock_minutes)
    with lock.held(workspace.root / FOLDER / LOCK, means.clock, stale=stale, beat=lambda: _say(means)):
        opened = _opened(means, every=every, waves=waves)
        plan = opened.journal.plan
        lines.night = plan.night
        _say(means, state="running", night=plan.night, started=plan.at)
        try:
            _work(opened)
            return _close(opened)
        except Stopped:
            _say(means, state="stopped")
            raise
        finally:
            lines.night = None


def preview(
    workspace: Workspace, clock: Clock, *, every: bool = False, tomorrow: bool = False
) -> tuple[Schedule, Reckoning]:
    """Return what a night that began now (or with tomorrow's window) would look at and put off, and what that costs.

    Nothing is asked or written; what is captured until tomorrow is not foreseen.
    """
    now, settings = clock.now(), workspace.settings.nightly
    at = quiet.window(settings, local_day(now) + timedelta(days=1))[0] if tomorrow else now
    wanted, terms, made = _schedule(workspace, workspace.holdings(), due.loaded(workspace), at, every=every, waves=1)
    return made, reckon(wanted.pages, terms, made)


def _opened(means: Means, *, every: bool, waves: int) -> _Opened:
    """Return the night that was cut off, or a new one, its plan on the disk."""
    workspace, now = means.workspace, means.clock.now()
    holdings, rules = workspace.holdings(), due.loaded(workspace)
    journal = NightJournal.open_one(workspace.root, now)
    wanted, terms, made = _schedule(workspace, holdings, rules, now, every=every, waves=waves)
    if journal is not None:
        log.warning("the night %s was cut off and is taken up again", journal.plan.night)
        journal.take_up(now)
    else:
        journal = NightJournal.begin(workspace.root, _plan(made, wanted, holdings, means.clock))
        log.info(
            "night %s: %d pages in %d waves, %d put off",
            journal.plan.night,
            made.pages,
            len(made.waves),
            len(made.left),
            extra={"pages": made.pages, "waves": len(made.waves), "put_off": len(made.left)},
        )
    return _Opened(means=means, holdings=holdings, rules=rules, terms=terms, wanted=wanted, journal=journal)


def _schedule(
    workspace: Workspace, holdings: Holdings, rules: RuleSet, now: datetime, *, every: bool, waves: int
) -> tuple[Wanted, Terms, Schedule]:
    terms = due.terms(workspace, {})
    wanted = due.wanted(workspace, rules, now, due.cleared(holdings, rules, terms.next_t))
    terms = due.terms(workspace, due.costs(holdings.catalog, wanted.pages, now), grown=due.grown(workspace.root, now))
    last = {} if every else due.last_complete(holdings.catalog, wanted.pages, now)
    until = _until(workspace, now)
    return wanted, terms, schedule.plan(wanted.pages, last, terms, now, until=until, waves=waves)


def _until(workspace: Workspace, now: datetime) -> datetime:
    """Return until when there is room: the window's end; for a night begun outside the window, as long as it is."""
    first, last = quiet.window(workspace.settings.nightly, local_day(now))
    inside = first <= now and last - now >= LEAST_ROOM
    return last if inside else now + (last - first)


def _plan(made: Schedule, wanted: Wanted, holdings: Holdings, clock: Clock) -> NightPlan:
    took = night_report.size(holdings.root)
    waves = tuple(PlannedWave(begin=wave.begin, due=tuple(wave.due.items())) for wave in made.waves)
    return NightPlan(
        night=new_run(clock),
        at=clock.now(),
        waves=waves,
        left=made.left,
        hosts=made.hosts,
        notes=made.notes,
        by_hand=len(wanted.by_hand),
        hits=night_report.hits(holdings),
        bytes=took[0],
        files=took[1],
    )


def _work(opened: _Opened) -> None:
    """Do every step that is not done yet, in order."""
    done = {step.name for step in opened.journal.steps() if step.problem is None}
    for name, work in _steps(opened):
        if name not in done:
            _step(opened, name, work)


def _steps(opened: _Opened) -> Sequence[tuple[str, Callable[[], None]]]:
    runs, waves = opened.journal.runs(), opened.journal.plan.waves
    captures = [
        (f"采集 {n}", _capturing(opened, run_name, wave))
        for n, (run_name, wave) in enumerate(zip(runs, waves, strict=True), 1)
    ]
    return (
        *captures,
        ("读取", lambda: _read(opened)),
        ("比对", lambda: _compare(opened)),
        ("判定", lambda: _judge(opened)),
        ("复看", lambda: _look_again(opened)),
        ("复看后判定", lambda: _judge_again(opened)),
        ("抽样重放", lambda: _replay(opened)),
        ("签署", lambda: _sign(opened)),
    )


def _step(opened: _Opened, name: str, work: Callable[[], None]) -> None:
    """Do one step and write down how it went; a step that cannot be done ends no night."""
    begun = time.monotonic()
    opened.means.progress.step(name)
    problem = None
    try:
        work()
    except Exception as error:
        log.exception("step %s failed", name)
        problem = night_report.readable(error)
    step = Step(name=name, seconds=round(time.monotonic() - begun), problem=problem)
    try:
        opened.journal.done(step)
    except OSError as error:
        log.error("the journal cannot be written: %s", error)
    fields = {"step": name, "seconds": step.seconds, "problem": problem}
    log.info("step %s: %d s%s", name, step.seconds, f", {problem}" if problem else "", extra=fields)


def _capturing(opened: _Opened, name: str, wave: PlannedWave) -> Callable[[], None]:
    def work() -> None:
        _wait_for(opened, wave.begin)
        _run(opened, name, "scheduled", dict(wave.due))

    return work


def _wait_for(opened: _Opened, begin: datetime) -> None:
    """Wait until a wave's time; a clock that went back lengthens no wait beyond a wave's own length."""
    means = opened.means
    most = time.monotonic() + (begin - opened.journal.plan.at).total_seconds()
    while means.clock.now() < begin and time.monotonic() < most:
        means.tick()
        left = (begin - means.clock.now()).total_seconds()
        means.stopper.wait(min(TICK, left))


def _run(opened: _Opened, name: str, purpose: Purpose, pages: Mapping[str, Sequence[str]]) -> None:
    means = opened.means
    means.stopper.run(
        run(
            means.workspace,
            opened.holdings,
            clock=means.clock,
            jobs=means.jobs,
            purpose=purpose,
            progress=means.progress,
            due=pages,
            name=name,
        )
    )


def _records(opened: _Opened) -> tuple[Record, ...]:
    """Return what the night captured, every attempt."""
    names = (*opened.journal.runs(), opened.journal.second)
    found = (journal for name in names if (journal := Journal.of(opened.holdings.root, name)))
    ids = dict.fromkeys(line["record"] for line in chain.from_iterable(one.outcomes() for one in found))
    return tuple(map(opened.holdings.record, ids))


def _read(opened: _Opened) -> None:
    records, house = _records(opened), replays.house(opened.means.workspace)
    if house.readers is not None:
        house.readers(opened.holdings, records)
    readings(records, opened.holdings, jobs=opened.jobs)


def _compare(opened: _Opened) -> None:
    seconds = opened.means.workspace.settings.nightly.compare_minutes * 60
    night_comparing.work(opened.holdings, opened.journal, jobs=opened.jobs, seconds=seconds)


def _judge(opened: _Opened) -> None:
    house = opened.means.workspace.house()
    judge.judge_holdings(
        opened.holdings,
        house.subjects(),
        at=opened.means.clock.now().replace(microsecond=0),
        rules=opened.rules,
        indicators_dir=house.indicators_dir,
        jobs=opened.jobs,
    )


def _look_again(opened: _Opened) -> None:
    pages = judgements.second_looks_due(opened.holdings)
    known = {want.target for want in opened.wanted.pages}
    if due_now := {target: labels for target, labels in pages.items() if target in known}:
        _run(opened, opened.journal.second, "second_look", due_now)


def _judge_again(opened: _Opened) -> None:
    if Journal.of(opened.holdings.root, opened.journal.second) is not None:
        _judge(opened)


def _replay(opened: _Opened) -> None:
    share = opened.means.workspace.settings.replay_share
    sample = replays.sampled(_records(opened), opened.journal.plan.night, share)
    replays.measure(opened.means.workspace, opened.holdings, sample, opened.means.progress)


def _sign(opened: _Opened) -> None:
    house = opened.means.workspace.house()
    if checkpoints.sign(opened.holdings, house.signing(), house.authority) is None:
        raise FileNotFoundError("没有可用的单位密钥，账本未签署")


def _close(opened: _Opened) -> Night | None:
    """Write the report and tell of it; None where it could not be written: then the night stays open."""
    workspace, clock = opened.means.workspace, opened.means.clock
    try:
        night = night_report.gather(
            workspace,
            opened.holdings,
            opened.journal,
            opened.wanted,
            opened.terms,
            opened.rules,
            clock.now(),
            simulated=clock.ref.source == "simulated",
        )
        write_whole(opened.journal.folder / "night.json", canonical.encode(night.plain()))
        names = {target.id: target.name for target in workspace.targets()}
        write_whole(opened.journal.folder / "index.html", night_report.page(night, names))
        opened.journal.end(night.ended, complete=night.complete)
        beat = heartbeat.changed(
            workspace.root,
            clock.now(),
            state="ended",
            night=night.night,
            started=night.begun,
            ended=night.ended,
            complete=night.complete,
            why=night.why,
            few_probes=len({one.target for one in night.few_probes}),
            next=None,
            **({"last_complete": night.ended} if night.complete else {}),
        )
        metrics.write(workspace.root, night, beat.last_complete)
    except OSError:
        log.exception("the report of the night cannot be written")
        return None
    log.log(logging.INFO if night.complete else logging.ERROR, "%s", night.summary())
    alerts.send(workspace.settings.nightly.alerts, night, _secrets(workspace))
    return night


def _secrets(workspace: Workspace) -> Secrets:
    return Secrets.of_process(Vault(path=workspace.vault_path, place=workspace.key_place))


def _say(means: Means, **more: Any) -> None:
    """Give a sign of life; where it cannot be written the want of it says enough."""
    with suppress(OSError):
        heartbeat.changed(means.workspace.root, means.clock.now(), **more)
