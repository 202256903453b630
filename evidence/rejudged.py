"""Whether a bundle's findings come out again from the bundle alone: judged by this program, under the bundle's own rules and T.

The program of the bundle is never run: its indicator's source only has to be, by its digest, the one that is at hand. What the
looks say is held against the records of the bundle; a look that was weighed and is not of them, or one of theirs that was passed
over, is a difference like any other. Where something is not there, or the program is another edition, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NoReturn

from evidence import canonical, digest, plain, ruleset
from evidence.catalog import Row
from evidence.checks import printable
from evidence.columns import ColumnLedger
from evidence.edition import this_edition
from evidence.grounds import Grounds, Looked, NotThere, differing, judged
from evidence.indicator import Indicator, discover
from evidence.ledger import Leaf
from evidence.manifest import ground_reading_path, grounds_path, reading_path
from evidence.model import Capture, Finding, Reading
from evidence.opened import in_form
from evidence.question import Question
from evidence.ruleset import RuleSet
from evidence.verify import UNREADABLE

SOURCES = "data/sources/"
MAX_RULES = 128 << 10
"""Bytes of one file of rules that is parsed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """What judging one finding again gave."""

    passed: bool | None
    detail: str = ""
    unproved: int = 0
    """Opened readings whose originals are not in the bundle: taken as the office read them."""


class _Open(Exception):
    """Why it could not be checked, in Chinese."""


class _Wrong(Exception):
    """What contradicts the finding, in Chinese."""


def rejudged(question: Question) -> Iterator[Rejudged]:
    """Yield for each finding whether it came out again, and why not; raises EvidenceError for a bundle that cannot be read."""
    for finding in question.findings():
        name = f"问题 {finding.id[:12]}（{finding.indicator[:60]}）"
        try:
            yield _Case(question=question, finding=finding).again()
        except (_Open, NotThere) as error:
            yield Rejudged(passed=None, detail=f"{name}未能重新判定：{printable(error)}")
        except _Wrong as error:
            yield Rejudged(passed=False, detail=f"{name}{printable(error)}")
        except UNREADABLE as error:
            yield Rejudged(passed=False, detail=f"{name}的判定材料无法读取：{printable(error)}")


@dataclass(kw_only=True)
class _Case:
    """One finding in front of the indicator that made it."""

    question: Question
    finding: Finding
    masked: bool = False
    unproved: set[str] = field(default_factory=set)
    looks: Mapping[str, Looked] = field(default_factory=dict)

    def again(self) -> Rejudged:
        grounds = self._grounds()
        indicator, rules = self._indicator(grounds), self._rules()
        if grounds.whom is None or grounds.whom.id != self.finding.target:
            raise _Wrong("的判定材料不是该对象的")
        subject = grounds.whom.subject(self._ledger())
        self.looks = {look.row.record: look for look in grounds.looks}
        passed_over = self._held_against_records()
        rows = {id: look.row for id, look in self.looks.items()}
        given = {"subject": subject, "rules": rules, "indicator": indicator}
        found = self._judged(rows, given)
        if found is None:
            self._unlike("指标对该对象不作判断")
        elif said := list(differing(self.finding, found, masked=self.masked)):
            self._unlike(f"{'、'.join(said[:5])}")
        if passed_over:
            raise _Open(f"记录 {passed_over[:12]} 在时点前完成，但判定时没有计入（或者当时尚未入账）")
        return Rejudged(passed=True, unproved=len(self.unproved))

    def _judged(self, rows: Mapping[str, Row], given: dict[str, object]) -> Finding | None:
        try:
            return judged(self.finding, rows, reader=self._reading, capture=self._capture, **given)  # type: ignore[arg-type]
        except (NotThere, _Open, _Wrong):
            raise
        except (
            Exception
        ) as error:  # hostile readings reach code that was written for our own; whatever it says is an answer
            raise _Wrong(f"不能由包内材料重新判定（{type(error).__name__}：{printable(error)}）") from error

    def _unlike(self, said: str) -> NoReturn:
        if self.masked:
            raise _Open(f"读取结果中的个人信息已遮盖，与原判定不同之处（{said}）不能确定")
        raise _Wrong(f"与重新判定的结果不符：{said}")

    def _grounds(self) -> Grounds:
        path = grounds_path(self.finding.id)
        if not self.question.bundle.has(path):
            raise _Open("包内没有重新判定所需的材料")
        grounds = in_form(Grounds, path, self.question.bundle.document(path))
        if grounds.finding != self.finding.id:
            raise _Wrong("的判定材料是另一个问题的")
        if grounds.lacking:
            raise _Open("；".join(grounds.lacking))
        if grounds.edition != this_edition():
            version = self.question.bundle.manifest.tool.version
            raise _Open(
                f"判定程序版本不同（包内 {grounds.edition[:12]}，本机 {this_edition()[:12]}），请用 quzheng {version} 核对"
            )
        return grounds

    def _indicator(self, grounds: Grounds) -> Indicator:
        name, cited = self.finding.indicator, self.finding.indicator_sha256
        own = next((one for one in discover() if one.name == name), None)
        if own is None:
            raise _Open("本机没有这个指标（可能是取证单位自编的）")
        if own.sha256 != cited:
            raise _Open(f"指标程序版本不同（问题所引 {cited[:12]}，本机 {own.sha256[:12]}）")
        source = f"{SOURCES}indicator-{name}.py"
        if self.question.bundle.has(source) and digest.sha256(self.question.bundle.read(source)) != cited:
            raise _Wrong("所附的指标源文不是问题所引的那一份")
        return own

    def _rules(self) -> RuleSet:
        bundle = self.question.bundle
        paths = {path: path.removeprefix(f"{SOURCES}rules-").removesuffix(".yaml") for path in bundle.members}
        texts = {
            name: bundle.read(path, MAX_RULES)
            for path, name in paths.items()
            if path.startswith(f"{SOURCES}rules-") and path.endswith(".yaml")
        }
        if not texts:
            raise _Open("包内没有判定所用的规则")
        found = ruleset.of_texts(texts, self.finding.rules)
        if found is None:
            raise _Open(f"包内的规则不是问题所引的那一份（摘要 {self.finding.rules[:12]}）")
        return found

    def _ledger(self) -> ColumnLedger:
        cited = self.finding.ledger
        entry = self.question.artifacts.get(cited) if cited else None
        if cited is None or entry is None:
            raise _Open("包内没有判定所用的栏目台账")
        data = self.question.bundle.read(entry.path)
        if digest.sha256(data) != cited:
            raise _Wrong("所附的栏目台账不是问题所引的那一份")
        return plain.load(ColumnLedger, canonical.decode(data))

    def _held_against_records(self) -> str | None:
        """Return a record before T that was passed over and may have been admitted later; raises _Wrong for what cannot be."""
        for id, look in self.looks.items():
            record = self.question.header(id)
            if record is None:
                continue
            known = Row.of(record, Leaf(index=look.row.leaf, kind="record", key=record.capture.key, digest=id))
            if replace(known, quarantined=id in self.question.purged) != look.row:
                raise _Wrong(f"所计的访问与记录 {id[:12]} 不符")
        return self._passed_over()

    def _passed_over(self) -> str | None:
        """A label's records are chained in the order they were admitted: none before one that was weighed can have come later."""
        windows = self._windows()
        headers = {id: one for id, one in self._headers() if self._asked_for(one[0], windows)}
        for id in self.looks:
            before = headers[id][1] if id in headers else None
            if before in headers and before not in self.looks:
                raise _Wrong(f"判定漏计了记录 {before[:12]}")
        at = self.finding.at
        return next((id for id, (taken, _) in headers.items() if id not in self.looks and taken.ended <= at), None)

    def _asked_for(self, taken: Capture, windows: Mapping[str, datetime | None]) -> bool:
        """Tell whether a capture is of the target and a label that was weighed, since the window began."""
        if taken.target.id != self.finding.target or taken.label not in windows or taken.purpose == "human":
            return False
        since = windows[taken.label]
        return since is None or taken.started >= since

    def _windows(self) -> Mapping[str, datetime | None]:
        """Return from when on each label that was weighed is shown: as the bundle claims, else from the first look on."""
        claimed = {
            one.label: one.since for one in self.question.bundle.manifest.series if one.target == self.finding.target
        }
        earliest = min((look.row.started for look in self.looks.values()), default=None)
        return {label: claimed.get(label, earliest) for label in {look.row.label for look in self.looks.values()}}

    def _headers(self) -> Iterator[tuple[str, tuple[Capture, str | None]]]:
        """Yield the records that are there, with their contents or without, by id, each with the one before it."""
        for entry in self.question.bundle.manifest.files:
            if entry.role in ("record", "header"):
                id = entry.path.rpartition("/")[2].removesuffix(".json")
                if (record := self.question.header(id)) is not None:
                    yield id, (record.capture, record.previous)

    def _reading(self, row: Row) -> Reading | None:
        look = self.looks[row.record]
        if not look.opened:
            raise NotThere(f"包内没有记录 {row.record[:12]} 的读取结果")
        record = self.question.header(row.record)
        self.masked = self.masked or (record is not None and record.capture.flow.private is not None)
        own, shared = reading_path(row.record), ground_reading_path(look.reading or "")
        if look.reading is None:
            if self.question.bundle.has(own):
                raise _Wrong(f"判定没有计入记录 {row.record[:12]} 的读取结果")
            return None
        path = own if self.question.bundle.has(own) else shared
        if not self.question.bundle.has(path):
            raise NotThere(f"包内没有记录 {row.record[:12]} 的读取结果")
        reading = in_form(Reading, path, self.question.bundle.document(path))
        if digest.of_value(reading.plain()) != look.reading:
            raise _Wrong(f"判定所计的读取结果不是记录 {row.record[:12]} 的那一份")
        if path == shared:
            self.unproved.add(row.record)
        return reading

    def _capture(self, id: str) -> Capture | None:
        record = self.question.header(id)
        return record.capture if record is not None else None


def in_words(results: list[Rejudged]) -> str:
    """Return what came out again, in Chinese; empty where nothing did.

    >>> in_words([Rejudged(passed=True, unproved=3)])
    '1 个问题由包内材料重新判定，结论一致（其中 3 份读取结果的原件不在包内，按取证单位所读）'
    """
    same = [one for one in results if one.passed is True]
    if not same:
        return ""
    unproved = sum(one.unproved for one in same)
    taken = f"（其中 {unproved} 份读取结果的原件不在包内，按取证单位所读）" if unproved else ""
    return f"{len(same)} 个问题由包内材料重新判定，结论一致{taken}"
