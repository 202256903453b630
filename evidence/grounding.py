"""Gathers, in the house, what a finding can be judged again by, and makes sure that it can before a bundle claims so.

Tried first are the looks at what the finding rests on, then those at everything of its target; whatever gives the very same
finding, with the readings as they may leave the house, goes along. Where nothing does, the bundle says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidence import canonical, digest, masking, plain
from evidence.catalog import Row
from evidence.columns import HOME, ColumnLedger, Subject
from evidence.edition import this_edition
from evidence.errors import CanonicalError, NotFound, ReadingError, RulesError, ShapeError, StoreError
from evidence.grounds import Grounds, Looked, Whom, differing, judged
from evidence.holdings import Holdings
from evidence.indicator import Indicator, discover
from evidence.model import Capture, Finding, Reading
from evidence.parts import part_of
from evidence.ruleset import RuleSet
from evidence.shelves import Shelf

MOST = 20_000
"""Looks that a bundle brings for one finding; a site of fifty columns has as many in a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounded:
    """The grounds of a finding, and the readings they cite by digest."""

    grounds: Grounds
    readings: Mapping[str, Reading]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that were looked at."""
        return tuple(dict.fromkeys(look.row.label for look in self.grounds.looks))


class _Lacking(Exception):
    """Why a finding cannot be judged again from a bundle, in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One finding, and what it was judged by."""

    finding: Finding
    subject: Subject
    rules: RuleSet
    indicator: Indicator
    holdings: Holdings


def ground(
    finding: Finding,
    subject: Subject | None,
    *,
    holdings: Holdings,
    rules: RuleSet | None,
    since: datetime,
    indicators_dir: Path | None = None,
    salting: masking.Salting = masking.unsalted,
) -> Grounded:
    """Return what a finding can be judged again by, from looks since `since`; grounds that say what is lacking where it cannot.

    `subject` is the target as the office's list has it, `rules` what the finding cites; `salting` binds what is masked. Raises
    RulesError for an indicator of the office's that cannot be used.
    """
    try:
        asked = _asked(finding, subject, holdings, rules, discover(indicators_dir))
        return _enough(asked, since, salting)
    except _Lacking as error:
        lacking = Grounds(finding=finding.id, edition=this_edition(), lacking=(str(error),))
        return Grounded(grounds=lacking, readings={})


def _asked(
    finding: Finding,
    subject: Subject | None,
    holdings: Holdings,
    rules: RuleSet | None,
    indicators: Sequence[Indicator],
) -> _Asked:
    if subject is None:
        raise _Lacking("对象清单已没有该对象")
    if rules is None:
        raise _Lacking("判定所用的规则已不在")
    indicator = next((one for one in indicators if one.sha256 == finding.indicator_sha256), None)
    if indicator is None:
        raise _Lacking("指标程序在判定以后已更新")
    return _Asked(
        finding=finding,
        subject=_with_ledger(finding, subject, holdings),
        rules=rules,
        indicator=indicator,
        holdings=holdings,
    )


def _with_ledger(finding: Finding, subject: Subject, holdings: Holdings) -> Subject:
    """Return the subject with the column ledger that the finding cites."""
    try:
        if finding.ledger is None:
            raise _Lacking("问题没有写明所用的栏目台账")
        ledger = plain.load(ColumnLedger, canonical.decode(holdings.store.read(finding.ledger)))
    except (NotFound, StoreError, CanonicalError, ShapeError) as error:
        raise _Lacking("判定所用的栏目台账已不能读取") from error
    return Whom.of(subject).subject(ledger)


def _enough(asked: _Asked, since: datetime, salting: masking.Salting) -> Grounded:
    """Return the fewest looks that give the finding again."""
    finding, holdings = asked.finding, asked.holdings
    leaf = holdings.ledger.find("finding", f"{finding.id}/{digest.of_value(finding.plain())}")
    if leaf is None:
        raise _Lacking("问题没有记入台账，不知道判定时已有哪些记录")
    known = [
        row
        for row in holdings.rows(finding.target, since=since)
        if row.leaf < leaf.index and row.purpose != "human"  # what came later was not weighed
    ]
    own = {row.label for row in known if row.record in finding.exhibits} | {finding.label, HOME}
    near = [row for row in known if row.label in own or ((part := part_of(row.label)) and part.column in own)]
    said: tuple[str, ...] = ()
    masked = False
    for rows in dict.fromkeys((tuple(near), tuple(known))):
        if len(rows) > MOST:
            raise _Lacking(f"判定涉及 {len(rows)} 次访问，超过包内可带的 {MOST} 次")
        opened = _Opened(holdings, finding.target, salting)
        said = tuple(_differences(asked, rows, opened))
        masked = opened.masked
        if not said:
            return _grounded(asked, rows, opened)
    if masked:
        raise _Lacking(f"读取结果中的个人信息已遮盖，仅凭遮盖后的内容重新判定，{'、'.join(said[:3])} 与原判定不同")
    because = "（判定还用到登记表、人工试用、其他对象或更早的记录，这些不随包提供；或者判定以后程序、对象清单有变化）"
    raise _Lacking(f"仅凭包内材料重新判定，{'、'.join(said[:3])} 与原判定不同{because}")


def _differences(asked: _Asked, rows: Sequence[Row], opened: _Opened) -> Iterator[str]:
    """Yield in what a judgement by these looks alone differs from the finding."""
    try:
        again = judged(
            asked.finding,
            {row.record: row for row in rows},
            subject=asked.subject,
            rules=asked.rules,
            indicator=asked.indicator,
            reader=opened.reading,
            capture=opened.capture,
        )
    except RulesError as error:
        raise _Lacking(f"不能重新判定：{error}") from error
    if again is None:
        yield "结论"
    else:
        yield from differing(asked.finding, again, masked=opened.masked)


def _grounded(asked: _Asked, rows: Sequence[Row], opened: _Opened) -> Grounded:
    digests = {id: digest.of_value(read.plain()) for id, read in opened.found.items() if read is not None}
    looks = tuple(
        Looked(row=row, opened=row.record in opened.found, reading=digests.get(row.record))
        for row in sorted(rows, key=lambda row: (row.label, row.started, row.record))
    )
    return Grounded(
        grounds=Grounds(finding=asked.finding.id, edition=this_edition(), whom=Whom.of(asked.subject), looks=looks),
        readings={sha256: read for id, sha256 in digests.items() if (read := opened.found[id]) is not None},
    )


class _Opened:
    """The readings of one target as they may leave the house, and which of them judging asked for."""

    def __init__(self, holdings: Holdings, target: str, salting: masking.Salting) -> None:
        self._holdings = holdings
        self._shelf = Shelf(holdings, target)
        self._salting = salting
        self.found: dict[str, Reading | None] = {}
        self.masked = False

    def reading(self, row: Row) -> Reading | None:
        """Return the reading of a row's record."""
        if row.record not in self.found:
            self.found[row.record] = self._shown(row.record)
        return self.found[row.record]

    def capture(self, id: str) -> Capture | None:
        """Return the capture of a record; None where it cannot be opened."""
        record = self._shelf.record(id)
        return record.capture if record is not None else None

    def _shown(self, id: str) -> Reading | None:
        record, read = self._shelf.record(id), self._shelf.reading(id)
        if record is None or read is None or record.capture.flow.private is None:
            return read
        self.masked = True
        try:
            return masking.reading(read, record, self._holdings.store, self._salting)
        except (ReadingError, StoreError, NotFound) as error:
            raise _Lacking(f"记录 {id[:12]} 的读取结果含个人信息，不能遮盖") from error
