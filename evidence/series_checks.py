"""Whether the series that a bundle claims are there without a gap: chains from a committed head, plans, losses.

What a series rests on is checked here alone: that a header is the record its name says, that it names the one before it,
that the last of them is the head that the ledger's last leaf commits to, and that every planned visit left something.
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
from evidence.heads import Chained
from evidence.manifest import Claim, head_path, plan_path
from evidence.model import Record
from evidence.opened import in_form
from evidence.plan import Loss, Plan, due, run_of
from evidence.question import Question

Fault = str

_UNPROVED: dict[Chained, str] = {
    heads.RECORD: "没有证明哪一条是最后一条",
    heads.PLAN: "没有证明哪一个是最后的采集计划",
    heads.CASE: "没有证明哪一步是最后一步",
}


class Broken(Exception):
    """A chain goes no further back than here; says why, in Chinese."""


@dataclass(slots=True)
class _Walked:
    """What the series of a bundle use of what is in it."""

    headers: set[str] = field(default_factory=set)
    plans: set[str] = field(default_factory=set)


def faults(question: Question) -> Iterator[Fault]:
    """Yield what is wrong with the claimed series."""
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
    id: str | None = head(question, heads.RECORD, claim.target, claim.label)
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
    id: str | None = head(question, heads.PLAN, claim.target, "")
    while id is not None:
        if not question.bundle.has(plan_path(id)):
            raise Broken(f"缺少采集计划 {id[:12]}")
        plan = in_form(Plan, plan_path(id), question.bundle.document(plan_path(id)))
        if plan.id != id or plan.target != claim.target:
            raise Broken(f"采集计划 {id[:12]} 的内容与编号或对象不符")
        yield plan
        id = plan.previous if claim.since is None or plan.at >= claim.since else None


def head(question: Question, kind: Chained, target: str, label: str) -> str:
    """Return the digest at the end of a chain, by the proof of it; raises Broken."""
    for path, proof in question.heads():
        if (proof.head.kind, proof.head.target, proof.head.label) == (kind, target, label):
            if path != head_path(proof.head.head):
                raise Broken("链末端证明的文件名与内容不符")
            if proof.fault:
                raise Broken(proof.fault)
            return proof.head.head
    raise Broken(_UNPROVED[kind])


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
