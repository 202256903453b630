"""Whether what a bundle derives can be made again from the bundle alone, by this program: every reading, then every finding.

A reading by another version of the reader, or one that needs an original that stays in the house, could not be checked;
text read in pictures depends on the engine and its models, so where those differ a difference says nothing. How findings
are judged again says `rejudged`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from evidence.checks import printable
from evidence.errors import NotFound, StoreError
from evidence.model import Blob, Reading, Record, VerdictCheck
from evidence.opened import Opened
from evidence.question import Question
from evidence.reading import wordlists
from evidence.reading.reader import this_reader
from evidence.reading.wordlists import WordLists
from evidence.readings import of_record
from evidence.rejudged import in_words, rejudged
from evidence.verify import UNREADABLE

NAME = "derived reproducible"
MAX_ARTIFACT = 256 << 20
"""Bytes of one artifact that is read into memory."""


@dataclass(frozen=True, slots=True)
class _Held:
    """The artifacts of a bundle, as a store gives them."""

    question: Question

    def read(self, sha256: str) -> bytes:
        entry = self.question.artifacts.get(sha256)
        if entry is None:
            raise NotFound(f"{sha256} 的原件不在包内")
        return self.question.bundle.read(entry.path, MAX_ARTIFACT)

    def open(self, sha256: str) -> BinaryIO:
        return BytesIO(self.read(sha256))

    def has(self, sha256: str) -> bool:
        return sha256 in self.question.artifacts

    def put(self, data: bytes, media_type: str) -> Blob:
        raise StoreError("a bundle takes nothing in")


def reproduced(path: Path) -> VerdictCheck:
    """Return the check "derived reproducible" of the bundle at `path`; for the bundle itself every fault is an answer."""
    try:
        with path.open("rb") as stream:
            question = Question(bundle=Opened(stream), trust=None)
            read, results = tuple(_each(question)), list(rejudged(question))
    except UNREADABLE as error:
        return VerdictCheck(name=NAME, passed=False, detail=f"无法读取：{printable(error)}", required=False)
    judged, said = [(one.passed, one.detail) for one in results], in_words(results)
    wrong = [why for passed, why in (*read, *judged) if passed is False]
    unknown = [why for passed, why in (*read, *judged) if passed is None]
    same = _same([passed for passed, _ in read], said)
    if wrong:
        return VerdictCheck(name=NAME, passed=False, detail="；".join(wrong[:3]), required=False)
    if unknown or not read:
        reasons = "；".join(dict.fromkeys(unknown)) or "包内没有读取结果"
        detail = "；".join(filter(None, (f"未能全部核对：{reasons[:600]}", same)))
        return VerdictCheck(name=NAME, passed=None, detail=detail, required=False)
    return VerdictCheck(name=NAME, passed=True, detail=same, required=False)


def _same(read: Sequence[bool | None], judged: str) -> str:
    """Return what came out again, in Chinese."""
    count = sum(passed is True for passed in read)
    readings = f"{count} 份读取结果由原件重新得出，完全一致" if count else ""
    return "；".join(filter(None, (readings, judged)))


def _each(question: Question) -> Iterator[tuple[bool | None, str]]:
    """Yield for each reading whether it came out again, and why not."""
    words = wordlists.of(
        bad_links=_source(question, "words-bad_links.txt"), wording_rules=_source(question, "words-wording.txt")
    )
    for id, record in question.records():
        path = f"data/readings/{id}.json"
        if question.bundle.has(path):
            yield _again(question, words, record, Reading.load(question.bundle.document(path)))


def _source(question: Question, name: str) -> bytes | None:
    path = f"data/sources/{name}"
    return question.bundle.read(path) if question.bundle.has(path) else None


def _again(question: Question, words: WordLists, record: Record, kept: Reading) -> tuple[bool | None, str]:
    if kept.reader != (ours := this_reader(words)):
        return None, f"读取程序或词表不同（包内 {kept.reader.sha256[:12]}，本机 {ours.sha256[:12]}）"
    if any(sha256 in question.withheld for sha256 in record.capture.cited):
        return None, "部分原件含个人信息，留存取证单位"
    made = of_record(record, _Held(question), words)
    if made == kept:
        return True, ""
    if _engine(kept) != _engine(made) and _bare(made) == _bare(kept):
        return None, f"文字识别程序不同（包内 {'、'.join(_engine(kept)) or '无'}）"
    differing = [one.name for one in fields(Reading) if getattr(kept, one.name) != getattr(made, one.name)]
    return False, f"记录 {record.id[:12]} 的读取结果与原件不符：{'、'.join(differing)}"


def _engine(reading: Reading) -> tuple[str, ...]:
    """Return which engines read its pictures."""
    named = {one.engine for one in reading.images} | {one.engine for one in reading.file_pages}
    return tuple(sorted(named - {""}))


def _bare(reading: Reading) -> Reading:
    """Return a reading without what the engine may change."""
    return replace(reading, images=(), tables=(), file_pages=(), wording=(), notes=())
