"""Judging: facts first, then every indicator on each target's facts and series; pure, and repeatable.

`judge` looks at nothing but its arguments. `judge_holdings` reads, judges and keeps what an office holds.
"""

from __future__ import annotations

import functools
import multiprocessing
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from evidence import canonical, digest, facts, human, incidents, judgements, ledgers, plain
from evidence.catalog import Row
from evidence.columns import HOME, Subject
from evidence.holdings import Holdings, Stacks
from evidence.indicator import Answer, Indicator, discover
from evidence.judgements import Judgement
from evidence.model import Capture, Fact, Finding, Reading, Record
from evidence.reading.wordlists import WordLists
from evidence.readings import readings
from evidence.registers import archive, duplicates
from evidence.registers.duplicates import Sibling
from evidence.registers.register import Register
from evidence.registers.standing import Standing, key_of, standings
from evidence.ruleset import RuleSet
from evidence.series import Series, series_of
from evidence.shelves import Shelf
from evidence.span import local_day
from evidence.tries import Tried

__all__ = ["Judgement", "answer", "judge", "judge_holdings", "last"]

last = judgements.last

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
    tried: tuple[Tried, ...] = (),
    siblings: tuple[Sibling, ...] = (),
) -> Judgement:
    """Return facts and findings of one target at T.

    `series` is by label; labels without one count as never visited; `registers` is how it stands in each register, `tried`
    what people tried on it, `siblings` the targets that may be its owner's too. Raises RulesError where the rule set does
    not hold on the day of T.
    """
    rules.check_in_force(local_day(at))
    every = _every_label(subject, series, at)
    stated = facts.state(subject, every, at=at, rules=rules, registers=registers)
    known = replace(stated, tried=tried, siblings=siblings)
    cited = _Cited(every)
    ledger = subject.ledger.sha256
    findings = [
        _finding(indicator, said, known, cited, rules, ledger)
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
    subjects = ledgers.every_in_force(holdings, subjects, at)
    registers, ours = archive.kept(holdings), frozenset(filter(None, map(key_of, subjects)))
    asked = _Asked(
        at=at,
        rules=rules,
        indicators_dir=indicators_dir,
        registers=registers,
        ours=ours,
        owners=duplicates.by_owner(subjects),
        words=holdings.words,
        quarantined=holdings.purged,
    )
    judged = _judged(holdings, subjects, asked, jobs)
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
    owners: Mapping[duplicates.Owner, tuple[Sibling, ...]]
    words: WordLists
    """What pages are read by."""
    quarantined: frozenset[str]
    """Records whose contents left."""


def _judged(holdings: Holdings, subjects: Sequence[Subject], asked: _Asked, jobs: int) -> list[Judgement]:
    """Return each target's judgement in order: made here where they are few, else in processes that share nothing but the store."""
    if jobs <= 1 or len(subjects) < _MANY:
        _read_ahead(holdings, (_unread(holdings, subject, asked.at) for subject in subjects), jobs)
        return list(_judge_some(holdings, subjects, asked))
    chunks = [subjects[n : n + _CHUNK] for n in range(0, len(subjects), _CHUNK)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        each = [holdings.root] * len(chunks), chunks, [asked] * len(chunks)
        _read_ahead(holdings, pool.map(_unread_there, *each), jobs)
        return [one for judged in pool.map(_judged_there, *each) for one in judged]


_stacks = functools.cache(Stacks.of)
"""What a judging process opens, once for its life."""


def _unread_there(root: Path, subjects: Sequence[Subject], asked: _Asked) -> list[str]:
    return [
        record
        for subject in subjects
        for record in _unread(_stacks(root, asked.words, asked.quarantined), subject, asked.at)
    ]


def _judged_there(root: Path, subjects: Sequence[Subject], asked: _Asked) -> list[Judgement]:
    return list(_judge_some(_stacks(root, asked.words, asked.quarantined), subjects, asked))


def _judge_some(stacks: Stacks, subjects: Sequence[Subject], asked: _Asked) -> Iterator[Judgement]:
    indicators = discover(asked.indicators_dir)
    return (_judge_one(stacks, subject, asked, indicators) for subject in subjects)


def _judge_one(stacks: Stacks, subject: Subject, asked: _Asked, indicators: Sequence[Indicator]) -> Judgement:
    source = _Source(stacks, subject, asked.at)
    stacks.store.put(canonical.encode(plain.dump(subject.ledger)), "application/json")  # findings cite it
    one = judge(
        subject,
        source.series(),
        at=asked.at,
        rules=asked.rules,
        indicators=indicators,
        registers=standings(subject, asked.registers, asked.ours),
        tried=tuple(human.tried(stacks, subject.id)) if subject.is_account else (),
        siblings=duplicates.siblings(subject, asked.owners),
    )
    source.shelf.save()
    return replace(one, findings=tuple(marked(finding, source.captures(finding.exhibits)) for finding in one.findings))


def _unread(stacks: Stacks, subject: Subject, at: datetime) -> list[str]:
    """Return the ids of a target's records that any judgement opens and nobody read yet."""
    source = _Source(stacks, subject, at)
    unread = [record.id for record in source.surely_read()]
    source.shelf.save()
    return unread


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
        tried=tuple(human.tried(holdings, subject.id)) if subject.is_account else (),
    )
    found = next((one for one in judged.findings if one.label == finding.label), None)
    return marked(found, source.captures(found.exhibits)) if found else None


def _read_ahead(stacks: Stacks, unread: Iterable[Sequence[str]], jobs: int) -> None:
    """Read what every judgement opens in one pool, a few targets at a time, and keep it where it is looked for."""
    waiting: list[str] = []
    for some in unread:
        waiting += some
        if len(waiting) >= _AT_ONCE:
            readings(map(stacks.record, waiting), stacks, jobs=jobs)
            waiting = []
    readings(map(stacks.record, waiting), stacks, jobs=jobs)


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
    indicator: Indicator, said: Answer, known: facts.Facts, cited: _Cited, rules: RuleSet, ledger: str
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
        readings=cited.readings(exhibits),
        rules=rules.sha256,
        indicator_sha256=indicator.sha256,
        reviewers=indicator.reviewers,
        second_look=said.second_look,
        ledger=ledger,
        effect=rules.of(indicator.name).effect,
    )


class _Cited:
    """The digests of a target's readings, each made once however many findings cite its record."""

    def __init__(self, series: Mapping[str, Series]) -> None:
        looks = [(own, row) for own in series.values() for row in (*own.rows, *own.later)]
        self._looks = {row.record: (n, own, row) for n, (own, row) in enumerate(looks)}
        self._digests: dict[str, str | None] = {}

    def readings(self, records: Iterable[str]) -> tuple[str, ...]:
        """Return the digests of the readings of some records, in the order of labels and looks."""
        known = sorted((record for record in records if record in self._looks), key=lambda one: self._looks[one][0])
        return tuple(dict.fromkeys(found for record in known if (found := self._digest(record))))

    def _digest(self, record: str) -> str | None:
        if record not in self._digests:
            _, own, row = self._looks[record]
            self._digests[record] = own.look(row).digest
        return self._digests[record]


def marked(finding: Finding, captures: Sequence[Capture]) -> Finding:
    """Return a finding with what the records of its exhibits say against resting on them alone."""
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


class _Source:
    """The catalog rows of one subject, and its readings as they are asked for."""

    def __init__(self, stacks: Stacks, subject: Subject, at: datetime) -> None:
        self.subject = subject
        self.shelf = Shelf(stacks, subject.id)
        self._at = at
        self._captures: dict[str, Capture | None] = {}
        self._rows = tuple(row for row in stacks.rows(subject.id) if row.purpose != "human")
        """What a person handed in is no look of a series; what they tried is weighed apart from it."""

    def surely_read(self) -> Iterator[Record]:
        """Yield the records any judgement opens and nobody read yet: the last complete one of each label."""
        last_rows = {row.label: row.record for row in self._rows if row.ended <= self._at and row.complete is True}
        return self.shelf.unread(last_rows.values())

    def captures(self, records: Iterable[str]) -> tuple[Capture, ...]:
        """Return the captures of the records that can be opened; many findings rest on the same few."""
        known = (self._capture(id) for id in records)
        return tuple(capture for capture in known if capture is not None)

    def _capture(self, id: str) -> Capture | None:
        if id not in self._captures:
            record = self.shelf.record(id)
            self._captures[id] = record.capture if record is not None else None
        return self._captures[id]

    def series(self) -> dict[str, Series]:
        labels = dict.fromkeys(row.label for row in self._rows)
        return {
            label: series_of(self.subject.id, label, self._rows, at=self._at, reader=self._read) for label in labels
        }

    def _read(self, row: Row) -> Reading | None:
        return self.shelf.reading(row.record)
