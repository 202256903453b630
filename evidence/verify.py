"""Says whether a bundle holds, from the bundle alone: named checks, each true, false, or could not be made.

A bundle is hostile until then: no fault in it is an exception here, only a check that fails. Nothing is written outside
the temporary files that `openssl` reads, and nothing of the bundle is run or unpacked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from evidence import after_checks, anchors, checks, sm2_checks
from evidence.checks import printable
from evidence.errors import EvidenceError, SealError
from evidence.model import Verdict, VerdictCheck
from evidence.opened import Opened
from evidence.question import Question
from evidence.seal import Answer

MAX_TRUST = 1 << 20
"""Bytes of a file of trusted certificates."""

UNREADABLE = (EvidenceError, OSError, ValueError, ArithmeticError, RecursionError, MemoryError)
"""What reading a hostile bundle may raise; each is an answer, none an accident."""

Check = Callable[[Question], Answer]


REQUIRED: dict[str, Check] = {
    "files": checks.files,
    "names": checks.names,
    "zip form": checks.zip_form,
    "bag": checks.bag_form,
    "manifest": checks.manifest,
    "records": checks.records,
    "ledger inclusion": checks.ledger_inclusion,
    "checkpoint": checks.checkpoint,
    "signature": checks.signature,
}
"""Each must be true."""

CONDITIONAL: dict[str, Check] = {
    "signer trusted": checks.signer_trusted,
    "time-stamp": checks.time_stamp,
    "time-stamp trusted": checks.time_stamp_trusted,
    "order of times": checks.order_of_times,
    "series-complete": checks.series_complete,
}
"""None may be false."""

BESIDE: dict[str, Check] = {
    "sm2 signature": sm2_checks.signature,
    "sm2 signer trusted": sm2_checks.signer_trusted,
}
"""The same, and asked only of a bundle that has an SM2 signature beside its seal, or says so."""


def verify(path: Path, *, trust: Path | None = None) -> Verdict:
    """Return the verdict on the bundle at `path`.

    `trust` names a PEM file with the certificates that the reader knows: the office's, or one that issued it, and that of
    the time-stamp authority, or one that issued it.
    Raises SealError where that file cannot be read; for the bundle itself every fault is a failed check.
    """
    anchors = _read_trust(trust) if trust else None
    try:
        with path.open("rb") as stream:
            return _verdict(Question(bundle=Opened(stream), trust=anchors))
    except (OSError, EvidenceError) as error:
        return _unreadable(printable(error))


def _verdict(question: Question) -> Verdict:
    asked = [_asked(name, check, question, required=True) for name, check in REQUIRED.items()]
    asked += [_asked(name, check, question, required=False) for name, check in CONDITIONAL.items()]
    if sm2_checks.concerns(question):
        asked += [_asked(name, check, question, required=False) for name, check in BESIDE.items()]
    stamped = any(check.name == "time-stamp trusted" and check.passed is True for check in asked)
    return Verdict(checks=tuple(asked), notices=(*_notices(question), *_vouched(question, stamped=stamped)))


def _asked(name: str, check: Check, question: Question, *, required: bool) -> VerdictCheck:
    """Ask one check; whatever cannot be read in a hostile bundle makes it false, never an exception."""
    try:
        answer = check(question)
    except UNREADABLE as error:
        answer = Answer(passed=False, detail=f"无法读取：{printable(error)}")
    return VerdictCheck(name=name, passed=answer.passed, detail=answer.detail, required=required)


def _unreadable(why: str) -> Verdict:
    first = VerdictCheck(name="zip form", passed=False, detail=f"不是规定格式的压缩包：{why}")
    rest = [VerdictCheck(name=name, passed=None, detail="未能核对") for name in REQUIRED if name != first.name]
    open_ = [VerdictCheck(name=name, passed=None, detail="未能核对", required=False) for name in CONDITIONAL]
    return Verdict(checks=(first, *rest, *open_))


def _notices(question: Question) -> Iterator[str]:
    try:
        demonstration, withheld = question.bundle.manifest.demonstration, question.withheld
        clocks = {(record.capture.purpose, record.capture.clock.source) for _, record in question.records()}
        unchecked = tuple(map(printable, after_checks.notices(question)))
    except UNREADABLE:
        return  # what cannot be read is a failed check already
    if demonstration or any(purpose == "demonstration" for purpose, _ in clocks):
        yield "这是演示数据，不是对真实网站的取证"
    if withheld:
        yield f"{len(withheld)} 个文件含个人信息，包内只有遮盖副本或没有副本；副本不是原件，原件可凭记录里的摘要核对"
    if any(source == "simulated" for _, source in clocks):
        yield "部分记录的时间来自模拟时钟，不能作为证据使用"
    if purged := question.purged:
        yield f"{len(purged)} 条记录已隔离，内容已移出取证单位的存储，包内只有记录头，其内容不能核对"
    yield from unchecked


def _vouched(question: Question, *, stamped: bool) -> tuple[str, ...]:
    """Return who outside the house vouches for the time."""
    try:
        return tuple(printable(said) for said in anchors.sentences(question, stamped=stamped))
    except UNREADABLE:
        return (anchors.ALONE,)  # what cannot be read vouches for nothing


def _read_trust(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            pem = stream.read(MAX_TRUST + 1)
    except OSError as error:
        raise SealError(f"{path} cannot be read: {error}") from error
    if len(pem) > MAX_TRUST or b"-----BEGIN CERTIFICATE-----" not in pem:
        raise SealError(f"{path}: expected a PEM file with the certificates that were published")
    return pem
