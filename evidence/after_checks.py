"""Whether a bundle has the cleanliness check made after each run that its records are of, or says that none was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

from evidence import heads, series_checks
from evidence.errors import EvidenceError
from evidence.plan import run_of
from evidence.question import Question
from evidence.series_checks import Broken

State = Literal["made", "cut off", "older"]
SHOWN = 3
_SAID: dict[State, str] = {
    "cut off": "未作事后清洁性检查（该轮采集在检查之前中断，或制作本包时尚未结束）",
    "older": "没有事后清洁性检查（由旧版程序采集，事后检查没有记入台账）",
}


def runs(question: Question) -> tuple[tuple[str, str], ...]:
    """Return the runs of the records, each with the digest of the check made before it; raises EvidenceError."""
    cited = ((run_of(record.capture.key), record.capture.cleanliness) for _, record in question.records())
    return tuple(sorted({(run, before) for run, before in cited if before}))


def faults(question: Question) -> Iterator[str]:
    """Yield the runs of which the bundle neither has the check afterwards nor proves that there was none."""
    for run, before in runs(question):
        try:
            _state(question, run, before)
        except Broken as broken:
            yield f"{run} 轮的清洁性检查：{broken}"


def notices(question: Question) -> Iterator[str]:
    """Yield which runs have no check afterwards, and why; what is not proved is for `faults`; raises EvidenceError."""
    without: dict[State, list[str]] = defaultdict(list)
    for run, before in runs(question):
        try:
            without[_state(question, run, before)].append(run)
        except Broken:
            continue  # that it is not proved is a failed check
    for state, said in _SAID.items():
        names = sorted(set(without[state]))
        if names:
            yield f"{len(names)} 轮采集{said}：{'、'.join(names[:SHOWN])}{'等' if len(names) > SHOWN else ''}"


def _state(question: Question, run: str, before: str) -> State:
    """Return what the ledger has of the check after a run; raises Broken where the bundle does not show it."""
    if question.chains_of(heads.of_run(run)) is None:
        if _is_older(question, before):
            return "older"
        raise Broken("没有列出台账所记的采集前后检查")
    last = series_checks.proven(question, heads.of_run(run)).head(heads.CLEANLINESS, before)
    if last is None:
        raise Broken("台账里没有采集前的检查")
    if last == before:
        return "cut off"
    entry = question.artifacts.get(last)
    if entry is None or not entry.path.startswith(f"data/artifacts/{last}."):
        raise Broken("事后检查不在包内")
    body = question.bundle.document(entry.path)
    told = tuple(body.get(key) for key in ("schema", "moment", "run", "before"))
    if told != ("cleanliness/1", "after", run, before):
        raise Broken("所附事后检查不是这一轮的")
    return "made"


def _is_older(question: Question, before: str) -> bool:
    """Tell whether the check made before a run is there and says nothing of one afterwards."""
    entry = question.artifacts.get(before)
    try:
        return entry is not None and "followed" not in question.bundle.document(entry.path)
    except EvidenceError:
        return False  # what cannot be read is no excuse
