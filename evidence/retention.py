"""Retention by rule (保存期限): the contents of old captures leave the store; digests, records and reasons stay for ever.

What could still be asked for is never taken: see `REASONS`. Taken is only what a page showed (artifacts, exchange lists,
times); what the ledger names, and what such a document names by digest, stays, even where a page served the same bytes.

Order: the list of what leaves becomes a blob; its leaf enters the ledger; then files are removed. Killed before the leaf,
nothing has happened; killed after it, the next purge removes what is left of the list.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import chain, islice
from typing import Literal

from evidence import canonical, casebook, human, judgements, purged
from evidence.case_event import Step
from evidence.dossier import earlier_of
from evidence.errors import CanonicalError, NotFound, RetentionError
from evidence.holdings import Holdings
from evidence.ledger import Leaf, each_leaf
from evidence.model import Capture, Finding
from evidence.proof import PURGE
from evidence.purged import PurgeList
from evidence.shelves import Shelf
from evidence.span import SHANGHAI, Span, local_day

SHOWN = timedelta(days=366)
"""How far back before T a judgement and a bundle look: the longest limit of a column is a year."""
DISPUTED = timedelta(days=60 + 366)
"""How long a unit's records are kept after the last step of a case that has ended, or T of a finding that nobody took up:
the term of 行政复议 (60 days) and a year."""
GRACE = timedelta(days=1)
"""A blob that was put within this time may belong to a capture that is not admitted yet."""
ENDED: frozenset[Step] = frozenset({"withdrawn", "overturned", "rectified", "rechecked"})
"""Last steps of cases in which nothing more is asked of the unit."""

Reason = Literal["young", "cited", "window", "human", "last", "filled"]
REASONS: Mapping[Reason, str] = {
    "cited": "案卷、问题、证据包或人工材料所引",
    "window": "在办问题的对象，问题窗口以来的全部记录",
    "human": "人工材料",
    "last": "该栏目期限前最近一次采集",
    "filled": "证明该栏目曾有内容的最近一次采集",
}
"""Why a record that is old enough stays whole; the first that holds is counted."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purging:
    """What a purge would take away, or took."""

    list: PurgeList
    kept: Mapping[Reason, int]
    """Records old enough that stay whole, by the first reason that holds."""
    waiting: int
    """Blobs that were put within a day and are left to the next purge."""
    unfinished: tuple[str, ...]
    """Blobs of earlier lists that were still there, since a purge was killed."""
    done: bool = False

    def sentence(self) -> str:
        """Return it in Chinese."""
        one = self.list
        done = "已清除" if self.done else "将清除（试算，未改动）"
        lines = [
            f"{local_day(one.before)} 以前的记录：{done} {len(one.records)} 条的内容，{len(one.blobs)} 个文件，{one.size} 字节",
            *(
                f"  仍完整保存 {self.kept[reason]} 条：{said}"
                for reason, said in REASONS.items()
                if self.kept.get(reason)
            ),
        ]
        if self.unfinished:
            lines.append(f"  上次清除未完的 {len(self.unfinished)} 个文件{'已' if self.done else '将'}一并清除")
        if self.waiting:
            lines.append(f"  {self.waiting} 个文件一天内刚被写入，留待下次")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heading:
    """What of a record decides whether it stays."""

    id: str
    target: str
    label: str
    started: datetime
    human: bool
    captured: bool


def purge(holdings: Holdings, older: Span, *, by: str, now: datetime, dry: bool = False) -> Purging:
    """Take away the contents of captures older than a span, with `dry` only say which; done when this returns.

    Raises RetentionError for a span shorter than a judgement looks back or where it is not said by whom, and what reading
    a damaged record raises: what it cites is not known then, and nothing is taken away.
    """
    before = _before(older, now)
    who = " ".join(by.split())
    if not who:
        raise RetentionError("须写明经办人（--by）")
    with holdings.ledger.exclusive():
        planned = _Plan(holdings=holdings, before=before, now=now).purging(str(older), who)
        if dry:
            return planned
        if planned.list.records:
            blob = holdings.store.put(canonical.encode(planned.list.plain()), "application/json")
            holdings.ledger.append(PURGE, planned.list.key, blob.sha256)
        for sha256 in (*planned.list.blobs, *planned.unfinished):
            holdings.store.remove(sha256)
    return Purging(
        list=planned.list, kept=planned.kept, waiting=planned.waiting, unfinished=planned.unfinished, done=True
    )


def _before(older: Span, now: datetime) -> datetime:
    """Return the beginning of the day (Asia/Shanghai) before which records are old."""
    try:
        day = older.before(local_day(now))
    except ValueError as error:
        raise RetentionError(f"保存期限须按天、周、月或年写，如 2y：{error}") from error
    if day > local_day(now - SHOWN):
        raise RetentionError(f"保存期限 {older.chinese} 太短：判定和证据包要回看 {SHOWN.days} 天，不得更短")
    return datetime.combine(day, time(), SHANGHAI)


@dataclass(slots=True, kw_only=True)
class _Plan:
    """Works out what leaves."""

    holdings: Holdings
    before: datetime
    now: datetime
    named: set[str] = field(default_factory=set)
    """Digests that documents of the ledger name."""
    under_way: tuple[Finding, ...] = ()
    """Findings that may still be held against a unit."""

    def purging(self, rule: str, by: str) -> Purging:
        headings = tuple(map(self._heading, each_leaf(self.holdings.ledger, "record")))
        self.named = set(_named_by_documents(self.holdings))
        self.under_way = tuple(self._under_way())
        listed = [one for _, one in purged.lists(self.holdings)]
        before = {id for one in listed for id in one.records}
        stays = self._staying(headings, before)
        needed, contents = self._sorted_out(stays)
        there = [sha256 for sha256 in sorted(contents - needed) if self.holdings.store.has(sha256)]
        gone = [sha256 for sha256 in there if not self._fresh(sha256)]
        taken, old = set(gone), {sha256 for one in listed for sha256 in one.blobs}
        records = (one.id for one in headings if one.id not in stays and one.id not in before)
        left = tuple(sha256 for sha256 in gone if sha256 in old)
        new = tuple(sha256 for sha256 in gone if sha256 not in old)
        return Purging(
            list=PurgeList(
                rule=rule,
                before=self.before,
                at=self.now,
                by=by,
                records=tuple(sorted(id for id in records if self._loses(id, taken))),
                blobs=new,
                size=sum(self.holdings.store.path(sha256).stat().st_size for sha256 in new),
            ),
            kept=Counter(reason for reason in stays.values() if reason != "young"),
            waiting=len(there) - len(gone),
            unfinished=left,
        )

    def _heading(self, leaf: Leaf) -> _Heading:
        capture = self.holdings.record(leaf.digest).capture
        return _Heading(
            id=leaf.digest,
            target=capture.target.id,
            label=capture.label,
            started=capture.started,
            human=capture.purpose == "human",
            captured=capture.outcome == "captured",
        )

    def _staying(self, headings: Sequence[_Heading], before: Set[str]) -> dict[str, Reason]:
        """Return why each record that stays whole does; `before`: records whose contents left earlier."""
        cited, since = self._cited({one.id for one in headings}), self._windows()
        old = [one for one in headings if one.started < self.before and one.id not in before]
        last = {(one.target, one.label): one.id for one in headings}
        beside = {(one.target, one.label): one.id for one in old if one.captured}
        tests: tuple[tuple[Reason, Callable[[_Heading], bool]], ...] = (
            ("young", lambda one: one.started >= self.before),
            ("cited", lambda one: one.id in cited),
            ("window", lambda one: one.target in since and one.started >= since[one.target]),
            ("human", lambda one: one.human),
            ("last", lambda one: one.id in (last[one.target, one.label], beside.get((one.target, one.label)))),
        )
        stays = {one.id: reason for one in headings if (reason := next((r for r, holds in tests if holds(one)), None))}
        return {**dict.fromkeys(self._filled(old), "filled"), **stays}

    def _cited(self, records: Set[str]) -> frozenset[str]:
        """Return which records a case, a finding under way, a bundle or a human exhibit rests on, with the captures before
        them, which bundles show beside them."""
        exhibits = chain.from_iterable(finding.exhibits for finding in self.under_way)
        cited = frozenset(chain(self.named, exhibits, self._bundled(), self._beside_human())) & records
        shown_beside = (earlier_of(self.holdings.record(id), self.holdings) for id in cited)
        return cited | {record.id for record in shown_beside if record}

    def _under_way(self) -> Iterator[Finding]:
        """Yield hits of the last judgement, and those that nobody took up and the time for it is not over."""
        yield from (one for one in judgements.last(self.holdings).findings if one.state == "hit")
        for finding in self.holdings.derived.findings():
            if finding.state == "hit" and self.now < finding.at + DISPUTED:
                yield finding

    def _bundled(self) -> Iterator[str]:
        """Yield what bundles may hold whose manifest is not kept, as none was by earlier versions: the exhibits of all hits."""
        bundles = each_leaf(self.holdings.ledger, "bundle")
        if any(not self.holdings.store.has(leaf.digest) for leaf in bundles):
            for finding in self.holdings.derived.findings():
                yield from finding.exhibits if finding.state == "hit" else ()

    def _beside_human(self) -> Iterator[str]:
        """Yield the exhibits of findings on which a person handed something in."""
        for target in self.holdings.catalog.targets():
            for one in human.of_target(self.holdings, target):
                if one.statement.finding:
                    yield from _exhibits(self.holdings, one.statement.finding)

    def _windows(self) -> dict[str, datetime]:
        """Return from when on all records of a target stay, cited or not: they may clear it."""
        since: dict[str, datetime] = {}
        open_cases = (
            case.finding
            for case in casebook.cases(self.holdings)
            if case.state not in ENDED or self.now < case.events[-1].when + DISPUTED
        )
        for finding in chain(open_cases, self.under_way):
            begin = finding.at - SHOWN
            since[finding.target] = min(begin, since.get(finding.target, begin))
        return since

    def _filled(self, old: Iterable[_Heading]) -> Iterator[str]:
        """Yield, of each label, the newest old record that shows content.

        A blank column is one that never held anything: one page that did clears it, however old.
        """
        by_target: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for one in old:
            if one.captured and not one.human:
                by_target[one.target][one.label].append(one.id)
        for target, labels in by_target.items():
            shelf = Shelf(self.holdings, target)
            for ids in labels.values():
                yield from islice((id for id in reversed(ids) if _shows_content(shelf, id)), 1)
            shelf.save()

    def _sorted_out(self, stays: Mapping[str, Reason]) -> tuple[set[str], set[str]]:
        """Return what is needed, and the contents of the records that do not stay."""
        needed = {leaf.digest for leaf in self.holdings.ledger.leaves()} | self.named
        contents: set[str] = set()
        for leaf in each_leaf(self.holdings.ledger, "record"):
            capture = self.holdings.record(leaf.digest).capture
            shown = frozenset(_contents(capture))
            needed.update(capture.cited if leaf.digest in stays else set(capture.cited) - shown)
            contents |= set() if leaf.digest in stays else shown
        return needed, contents

    def _loses(self, id: str, taken: Set[str]) -> bool:
        return not taken.isdisjoint(_contents(self.holdings.record(id).capture))

    def _fresh(self, sha256: str) -> bool:
        put = datetime.fromtimestamp(self.holdings.store.path(sha256).stat().st_mtime, SHANGHAI)
        return put > self.now - GRACE


def _contents(capture: Capture) -> Iterator[str]:
    """Yield what of a capture is what a page showed: not our own flow, environment or column ledger."""
    yield from (artifact.sha256 for artifact in capture.artifacts)
    yield from (capture.exchanges, capture.times)


def _shows_content(shelf: Shelf, id: str) -> bool:
    reading = shelf.reading(id)
    return reading is not None and (bool(reading.items) or reading.blank is False)


def _exhibits(holdings: Holdings, finding: str) -> tuple[str, ...]:
    try:
        return holdings.derived.finding(finding).exhibits
    except NotFound:
        return ()


def _named_by_documents(holdings: Holdings) -> Iterator[str]:
    """Yield every digest that a document of the ledger names: events of cases with the findings they tell of, versions of
    column ledgers, manifests of bundles. Records say themselves what they cite; purge lists name what is gone."""
    for leaf in holdings.ledger.leaves():
        if leaf.kind in ("record", "finding", "heads", "chains", PURGE) or not holdings.store.has(leaf.digest):
            continue
        body = _document(holdings, leaf.digest)
        yield from _digests_in(body)
        said = body.get("said") if isinstance(body, dict) else None
        if leaf.kind == "case" and isinstance(said, str) and holdings.store.has(said):
            yield from _digests_in(_document(holdings, said))


def _document(holdings: Holdings, sha256: str) -> object:
    try:
        return canonical.decode(holdings.store.read(sha256))
    except CanonicalError:
        return None


def _digests_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if _SHA256.fullmatch(value):
            yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _digests_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _digests_in(part)
