"""Judging: facts first, then every indicator on each target's facts and series; pure, and repeatable.

`judge` looks at nothing but its arguments. `judge_holdings` reads, judges and keeps what an office holds.
"""

from __future__ import annotations

import functools
import logging
import multiprocessing
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from evidence import canonical, digest, facts, incidents, judgements, ledgers, plain
from evidence.catalog import Row
from evidence.columns import HOME, Subject
from evidence.errors import NotFound, StoreError
from evidence.holdings import Holdings
from evidence.indicator import Answer, Indicator, discover
from evidence.judgements import Judgement
from evidence.model import Capture, Fact, Finding, Reading, Record
from evidence.readings import readings
from evidence.registers import archive
from evidence.registers.register import Register
from evidence.registers.standing import Standing, key_of, standings
from evidence.ruleset import RuleSet
from evidence.series import Series, series_of
from evidence.shelves import Shelf
from evidence.span import local_day

__all__ = ["Judgement", "answer", "judge", "judge_holdings", "last"]

last = judgements.last
log = logging.getLogger(__name__)

_AT_ONCE = 500
"""Pages that are read in one pool before they are kept."""
_MANY, _CHUNK = 100, 25
"""Targets from which several processes judge, and how many each takes at a time."""


def judge(
    subject: Subject,
    series: Mapping[str, Series],
    *,
    at: datetime,
    rules: RuleSet,
    indicators: Sequence[Indicator],
    registers: tuple[Standing, ...] = (),
) -> Judgement:
    """Return facts and findings of one target at T.

    `series` is by label; labels without one count as never visited; `registers` is how it stands in each register. Raises RulesError where the rule set does not
    hold on the day of T.
    """
    rules.check_in_force(local_day(at))
    every = _every_label(subject, series, at)
    known = facts.state(subject, every, at=at, rules=rules, registers=registers)
    findings = [
        _finding(indicator, said, known, every, rules)
        for indicator in indicators
        for said in indicator.answers(known, every, rules)
    ]
    return Judgement(facts=tuple(one.fact for one in known.observed), findings=tuple(findings))


def judge_holdings(
    holdings: Holdings,
    subjects: Sequence[Subject],
    *,
    at: datetime,
    rules: RuleSet,
    indicators_dir: Path | None = None,
    jobs: int = 1,
) -> Judgement:
    """Judge every subject at T; keep the facts and findings, and append the findings to the ledger.

    Raises RulesError for rules or indicators that cannot be used, and what reading the holdings raises.
    """
    rules.check_in_force(local_day(at))
    discover(indicators_dir)  # what cannot be used is said before anything is read
    subjects = [ledgers.in_force(holdings, subject, at) for subject in subjects]
    _read_ahead(holdings, subjects, at, jobs)
    registers, ours = archive.kept(holdings), frozenset(filter(None, map(key_of, subjects)))
    asked = _Asked(at=at, rules=rules, indicators_dir=indicators_dir, registers=registers, ours=ours)
    judged = list(_judged(holdings, subjects, asked, jobs))
    findings = tuple(incidents.shared([finding for one in judged for finding in one.findings]))
    by_target: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_target[finding.target].append(finding)
    for subject, one in zip(subjects, judged, strict=True):
        own = tuple(by_target[subject.id])
        judgements.keep(holdings, subject.id, at, rules, replace(one, findings=own))
    return Judgement(facts=tuple(fact for one in judged for fact in one.facts), findings=findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked of every target alike."""

    at: datetime
    rules: RuleSet
    indicators_dir: Path | None
    registers: tuple[Register, ...]
    ours: frozenset[str]


def _judged(holdings: Holdings, subjects: Sequence[Subject], asked: _Asked, jobs: int) -> Iterator[Judgement]:
    """Yield each target's judgement in order: here where they are few, else in processes that share nothing but the store."""
    if jobs <= 1 or len(subjects) < _MANY:
        indicators = discover(asked.indicators_dir)
        yield from (_judge_one(holdings, subject, asked, indicators) for subject in subjects)
        return
    chunks = [subjects[n : n + _CHUNK] for n in range(0, len(subjects), _CHUNK)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        for judged in pool.map(_judge_some, [holdings.root] * len(chunks), chunks, [asked] * len(chunks)):
            yield from judged


@functools.cache
def _opened(root: Path) -> Holdings:
    """Open the holdings once for the life of a judging process: a ledger of a million leaves takes seconds to take in."""
    return Holdings.open(root)


def _judge_some(root: Path, subjects: Sequence[Subject], asked: _Asked) -> list[Judgement]:
    holdings, indicators = _opened(root), discover(asked.indicators_dir)
    return [_judge_one(holdings, subject, asked, indicators) for subject in subjects]


def _judge_one(holdings: Holdings, subject: Subject, asked: _Asked, indicators: Sequence[Indicator]) -> Judgement:
    source = _Source(holdings, subject, asked.at)
    holdings.store.put(canonical.encode(plain.dump(subject.ledger)), "application/json")  # findings cite it
    one = judge(
        subject,
        source.series(),
        at=asked.at,
        rules=asked.rules,
        indicators=indicators,
        registers=standings(subject, asked.registers, asked.ours),
    )
    source.shelf.save()
    return replace(one, findings=tuple(_marked(finding, holdings) for finding in one.findings))


def judge_again(
    holdings: Holdings, subject: Subject, finding: Finding, rules: RuleSet, indicators_dir: Path | None = None
) -> Finding | None:
    """Return what the indicator of a finding says of the same target, label and T by these rules, all records at hand counted.

    Nothing is kept. None where the indicator no longer says anything of it. Raises RulesError where the rules did not
    hold at T or lack the indicator.
    """
    subject = ledgers.in_force(holdings, subject, finding.at)
    source, registers = _Source(holdings, subject, finding.at), archive.kept(holdings)
    judged = judge(
        subject,
        source.series(),
        at=finding.at,
        rules=rules,
        indicators=[one for one in discover(indicators_dir) if one.name == finding.indicator],
        registers=standings(subject, registers, frozenset(filter(None, [key_of(subject)]))),
    )
    return next((_marked(one, holdings) for one in judged.findings if one.label == finding.label), None)


def _read_ahead(holdings: Holdings, subjects: Sequence[Subject], at: datetime, jobs: int) -> None:
    """Read what every judgement opens in one pool, a few targets at a time, and keep it where it is looked for."""
    waiting: list[Record] = []
    for n, subject in enumerate(subjects, 1):
        source = _Source(holdings, subject, at)
        waiting += source.surely_read()
        source.shelf.save()
        if len(waiting) >= _AT_ONCE or n == len(subjects):
            readings(waiting, holdings, jobs=jobs)
            waiting = []


def answer(judgement: Judgement) -> dict[str, Any]:
    """Return a judgement as `judge --json` and `findings list --json` print it."""
    return {
        "facts": [_plain_fact(fact) for fact in judgement.facts],
        "findings": [{**finding.plain(), "case": None} for finding in judgement.findings],
    }


def _plain_fact(fact: Fact) -> dict[str, Any]:
    return dict(plain.dump(fact))


def _every_label(subject: Subject, series: Mapping[str, Series], at: datetime) -> dict[str, Series]:
    labels = [column.label for column in subject.ledger.columns]
    labels += [] if subject.is_account else [HOME]
    empty = {label: series_of(subject.id, label, (), at=at, reader=lambda _: None) for label in labels}
    return {**empty, **series}


def _finding(
    indicator: Indicator, said: Answer, known: facts.Facts, series: Mapping[str, Series], rules: RuleSet
) -> Finding:
    exhibits = tuple(dict.fromkeys(said.exhibits))
    day = local_day(known.at).isoformat()
    named = {
        "indicator": indicator.name,
        "clause": indicator.clause,
        "target": known.subject.id,
        "label": said.label,
        "rules": rules.sha256,
        "records": sorted(exhibits),
        "at": day,
    }
    return Finding(
        id=digest.of_value(named),
        indicator=indicator.name,
        clause=indicator.clause,
        scope=indicator.scope,
        target=known.subject.id,
        label=said.label,
        at=known.at,
        as_of=said.as_of,
        state=said.state,
        message=said.message,
        numbers=said.numbers,
        missing=said.missing,
        for_the_unit=said.for_the_unit,
        against=said.against,
        exhibits=exhibits,
        readings=tuple(dict.fromkeys(_reading_digests(exhibits, series))),
        rules=rules.sha256,
        indicator_sha256=indicator.sha256,
        reviewers=indicator.reviewers,
        second_look=said.second_look,
        ledger=known.subject.ledger.sha256,
        effect=rules.of(indicator.name).effect,
    )


def _reading_digests(exhibits: Iterable[str], series: Mapping[str, Series]) -> Iterator[str]:
    for own in series.values():
        for row in (*own.rows, *own.later):
            if row.record in exhibits and (found := own.look(row).digest):
                yield found


def _marked(finding: Finding, holdings: Holdings) -> Finding:
    """Return a finding with what its records say against resting on them alone."""
    captures = [record.capture for record in _records(holdings, finding.exhibits)]
    return _mark_unverified(_mark_simulated(finding, captures), captures)


def _mark_unverified(finding: Finding, captures: Sequence[Capture]) -> Finding:
    """Demand a person for a hit that rests on a flow which nobody has tried on the real system."""
    flows = sorted({one.flow.name for one in captures if one.flow.scripted and one.flow.verified is None})
    if finding.state != "hit" or not flows:
        return finding
    said = f"{finding.message}由未经实测的流程（{'、'.join(flows)}）采集，须人工复核。"
    numbers = {**finding.numbers, "unverified_flows": flows}
    return replace(finding, message=said, numbers=numbers, reviewers=max(1, finding.reviewers))


def _mark_simulated(finding: Finding, captures: Sequence[Capture]) -> Finding:
    """Mark a finding that rests on a simulated clock: such records say so for ever (law 10)."""
    if "simulated" not in {one.clock.source for one in captures}:
        return finding
    return replace(finding, message=f"【模拟时钟】{finding.message}", numbers={**finding.numbers, "clock": "simulated"})


def _records(holdings: Holdings, ids: Iterable[str]) -> Iterator[Record]:
    """Yield the records that can be opened; a damaged one leaves its column undecided and takes nothing with it."""
    for id in ids:
        try:
            yield holdings.record(id)
        except (NotFound, StoreError) as error:
            log.warning("record %s cannot be opened and is judged as unreadable: %s", id, error)


class _Source:
    """The catalog rows of one subject, and its readings as they are asked for."""

    def __init__(self, holdings: Holdings, subject: Subject, at: datetime) -> None:
        self.subject = subject
        self.shelf = Shelf(holdings, subject.id)
        self._at = at
        self._rows = tuple(row for row in holdings.rows(subject.id) if row.purpose != "human")
        """What a person handed in is shown beside a finding; no series counts it."""

    def surely_read(self) -> Iterator[Record]:
        """Yield the records any judgement opens and nobody read yet: the last complete one of each label."""
        last_rows = {row.label: row.record for row in self._rows if row.ended <= self._at and row.complete is True}
        return self.shelf.unread(last_rows.values())

    def series(self) -> dict[str, Series]:
        labels = dict.fromkeys(row.label for row in self._rows)
        return {
            label: series_of(self.subject.id, label, self._rows, at=self._at, reader=self._read) for label in labels
        }

    def _read(self, row: Row) -> Reading | None:
        return self.shelf.reading(row.record)
