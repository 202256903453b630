"""Whether all chains of a bundle's targets are told of, their cases whole, and the claimed series there without a gap.

What a series rests on is checked here alone: that a header is the record its name says, that it names the one before it,
that the last of them is the head that the ledger's last leaf commits to, that this leaf commits to no other chain of the
target than are listed, and that every planned visit left something.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from evidence import heads, plain
from evidence.errors import FormError
from evidence.heads import ChainsProof
from evidence.manifest import Claim, chains_path, plan_path
from evidence.model import Record
from evidence.opened import in_form
from evidence.plan import Loss, Plan, due, run_of
from evidence.question import Question

Fault = str


class Broken(Exception):
    """A chain goes no further back than here; says why, in Chinese."""


@dataclass(slots=True)
class _Walked:
    """What the series of a bundle use of what is in it."""

    headers: set[str] = field(default_factory=set)
    plans: set[str] = field(default_factory=set)


def faults(question: Question) -> Iterator[Fault]:
    """Yield what is wrong with the chains of the targets and the claimed series."""
    yield from _target_faults(question)
    walked = _Walked()
    losses = dict(question.losses())
    yield from (f"缺失声明 {id[:12]} 的内容与编号不符" for id, loss in losses.items() if loss.id != id)
    for claim in question.bundle.manifest.series:
        yield from _claim_faults(question, claim, losses, walked)
    yield from _strays(question, walked)


def _claim_faults(question: Question, claim: Claim, losses: Mapping[str, Loss], walked: _Walked) -> Iterator[Fault]:
    where = f"{claim.target}/{claim.label}"
    try:
        records, planned = tuple(_records(question, claim)), tuple(_plans(question, claim))
    except Broken as broken:
        yield f"{where}：{broken}"
        return
    walked.headers |= {record.id for record in records}
    walked.plans |= {plan.id for plan in planned}
    inside = [one for one in reversed(records) if claim.since is None or one.capture.started >= claim.since]
    yield from (f"{where}：{fault}" for fault in _row_faults(question, claim, inside))
    seen = {run_of(record.capture.key) for record in records}
    seen |= {loss.run for loss in losses.values() if (loss.target, loss.label) == (claim.target, claim.label)}
    for plan in due(planned, claim.label, claim.since):
        if plan.run not in seen:
            yield f"{where}：{plan.run} 轮计划内的访问既无记录，也未声明缺失"


def _records(question: Question, claim: Claim) -> Iterator[Record]:
    """Yield the records of a claimed series from its head back; raises Broken."""
    id = proven(question, claim.target).head(heads.RECORD, claim.label)
    if id is None:
        raise Broken("台账里没有这个序列")
    while id is not None:
        record = question.header(id)
        if record is None:
            raise Broken(f"缺少记录 {id[:12]}，它之后的记录以它为前一条")
        if record.id != id or (record.capture.target.id, record.capture.label) != (claim.target, claim.label):
            raise Broken(f"记录 {id[:12]} 的内容与编号或对象不符")
        yield record
        id = record.previous if claim.since is None or record.capture.started >= claim.since else None


def _plans(question: Question, claim: Claim) -> Iterator[Plan]:
    """Yield the plans of a target from the last back; raises Broken."""
    id = proven(question, claim.target).head(heads.PLAN, "")
    while id is not None:
        if not question.bundle.has(plan_path(id)):
            raise Broken(f"缺少采集计划 {id[:12]}")
        plan = in_form(Plan, plan_path(id), question.bundle.document(plan_path(id)))
        if plan.id != id or plan.target != claim.target:
            raise Broken(f"采集计划 {id[:12]} 的内容与编号或对象不符")
        yield plan
        id = plan.previous if claim.since is None or plan.at >= claim.since else None


def proven(question: Question, of: str) -> ChainsProof:
    """Return the list of all chains of a target or run; raises Broken where it is not there or not proved."""
    if of in question.proven:
        return question.proven[of]
    found = question.chains_of(of)
    if found is None:
        raise Broken("没有列出全部的链")
    if found.of != of:
        raise Broken("链的清单是另一对象的")
    if found.fault:
        raise Broken(found.fault)
    question.proven[of] = found
    return found


def _target_faults(question: Question) -> Iterator[Fault]:
    """Yield what is wrong with the lists of chains: one for each target, none of others, each case in them there to its end."""
    targets = {target.id for target in question.bundle.manifest.subject.targets}
    ends = {(event.target, event.finding): event.id for _, event in question.events()}
    for of in sorted(targets):
        try:
            listed = proven(question, of)
        except Broken as broken:
            yield f"{of}：{broken}"
            continue
        cases = {one.label: one.head for one in listed.chains if one.kind == heads.CASE}
        there = {finding: end for (target, finding), end in ends.items() if target == of}
        for finding in sorted(cases.keys() | there.keys()):
            if cases.get(finding) != there.get(finding):
                yield f"{of}：问题 {finding[:12]} 的案卷不是完整地在包内"
    runs = {run_of(record.capture.key) for _, record in question.records() if record.capture.cleanliness}
    expected = {chains_path(of) for of in targets | {heads.of_run(run) for run in runs}}
    yield from (f"{path} 不是本包对象或采集轮次的链" for path in question.of_role("chains") if path not in expected)


def unclaimed(question: Question) -> tuple[str, ...]:
    """Return the target and label of what findings cite and no claim is made on; raises EvidenceError."""
    claimed = {(one.target, one.label) for one in question.bundle.manifest.series}
    cited = {id for finding in question.findings() for id in finding.exhibits} - question.purged.keys()
    shown = (record.capture for id in sorted(cited) if (record := question.header(id)) is not None)
    return tuple(f"{of}/{label}" for of, label in sorted({(one.target.id, one.label) for one in shown} - claimed))


def beside(question: Question) -> tuple[str, ...]:
    """Return the target and label of the chains of records that are listed by their ends alone; raises EvidenceError."""
    claimed = {(one.target, one.label) for one in question.bundle.manifest.series}
    every = {
        (proof.of, one.label) for _, proof in question.chains() for one in proof.chains if one.kind == heads.RECORD
    }
    return tuple(f"{of}/{label}" for of, label in sorted(every - claimed))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heading:
    """What a row of a timeline and its record must agree in."""

    record: str
    key: str
    started: datetime
    ended: datetime
    outcome: str
    reason: str | None
    fault: str
    coverage: str
    purpose: str


def _row_faults(question: Question, claim: Claim, records: list[Record]) -> Iterator[Fault]:
    """Compare the headings that the report draws its timeline from with the records themselves."""
    for path in question.of_role("series"):
        series = plain.load(_Told, question.of_schema(path, "series/1"))
        if (series.target, series.label) != (claim.target, claim.label):
            continue
        told = [_heading(row) for row in series.rows]
        inside = Counter(row for row in told if claim.since is None or row.started >= claim.since)
        if inside != Counter(_heading({"record": record.id, **plain.dump(record.capture)}) for record in records):
            yield "时间线所列访问与各条记录不一致"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A timeline (series/1) as far as it is compared."""

    target: str
    label: str
    rows: tuple[Mapping[str, Any], ...]


def _heading(row: Mapping[str, Any]) -> _Heading:
    """Return the heading of a row; raises EvidenceError where it has none, or not in the one form."""
    written = {one.name: row[one.name] for one in fields(_Heading) if one.name in row}
    heading = plain.load(_Heading, written)
    if plain.dump(heading) != written:
        raise FormError("时间线中的时间不是规定的写法")
    return heading


def _strays(question: Question, walked: _Walked) -> Iterator[Fault]:
    """Yield the headers and plans that belong to no claimed series; that of a quarantined exhibit may stand alone."""
    for path in question.of_role("header"):
        if PurePosixPath(path).stem not in walked.headers | question.purged.keys():
            yield f"{path} 不属于任何序列"
    for path in question.of_role("plan"):
        if PurePosixPath(path).stem not in walked.plans:
            yield f"{path} 不属于任何序列"
