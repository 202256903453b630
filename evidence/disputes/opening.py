"""Takes in an objection: the unit's words and files become a record, `contested` a step of the case; and finds disputes again.

Whatever the unit hands in is bytes with a size and a kind told by the first of them; it is hashed and kept, never opened.
"""

from __future__ import annotations

import functools
import stat
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from evidence import casebook, human, judgements
from evidence.case_event import WORDS, Event
from evidence.casebook import Case, CaseRules
from evidence.disputes import form
from evidence.disputes.form import Form
from evidence.errors import CaseError, DisputeError, NotFound
from evidence.holdings import Holdings
from evidence.house import House
from evidence.human import HumanExhibit, Statement
from evidence.model import Blob, Finding
from evidence.quoting import plainly
from evidence.span import local_day

LARGEST_FILE = 200 << 20
"""Bytes of one file that is taken in with an objection."""
LARGEST = 1 << 30
"""Bytes of all of them."""
LISTED = "所列材料"
LACKING = "所列而未收到的材料"
CONTACT = "联系人及电话"
WRITTEN = "异议书日期"
BUNDLE = "所称证据包"
"""Points of the statement that the form gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """One objection to a published finding, and what became of it."""

    number: str
    """D-YEAR-NNN: counted in the order of the ledger, from 1 each year."""
    case: Case
    contested: Event
    ruling: Event | None
    objection: HumanExhibit

    @property
    def id(self) -> str:
        """SHA-256 of the event `contested`."""
        return self.contested.id

    @property
    def finding(self) -> Finding:
        """The finding as it stood when it was contested."""
        return self.case.finding

    def overdue(self, today: date) -> bool:
        """Tell whether the office has let the last day for its ruling pass."""
        return self.ruling is None and self.contested.due is not None and today > self.contested.due

    @property
    def bundle(self) -> str | None:
        """Name of the bundle the unit says it had before it."""
        return next((value for key, value in self.objection.statement.checklist if key == BUNDLE), None)


def open_(
    house: House,
    holdings: Holdings,
    finding: Finding,
    said: Form,
    paths: Sequence[Path],
    *,
    by: str,
    now: datetime,
    due: date | None = None,
    written: Path | None = None,
    names: Mapping[Path, str] | None = None,
) -> Dispute:
    """Take in an objection and return the dispute; on the disk when this returns.

    `written` is the unit's own form, kept as its bytes; None where a person wrote down what the unit said. `by` receives
    it. `names` are what files were called where they came from, where they lie here under other names. Raises CaseError
    where the finding cannot be contested now, DisputeError for files that cannot be taken in.
    """
    check_files([*paths, *([written] if written else [])])
    stated = Statement(
        kind="objection",
        by=said.unit,
        finding=finding.id,
        indicator=finding.indicator,
        at=finding.at,
        note=said.statement,
        checklist=tuple(_points(said, [_called(path, names) for path in paths])),
    )

    def admit() -> tuple[str, ...]:
        target = human.target_of(finding, holdings, house.subjects)
        named = [_form(holdings, said, written, names), *(_named(holdings, path, names) for path in paths)]
        return (human.keep(holdings, target, finding.label, named, stated, now=now).id,)

    taken = _take(house.cases, holdings, finding, said, admit, by=by, now=now, due=due)
    return find(holdings, taken.events[-1].id)


class Numbers:
    """The numbers of disputes, given in the order of the ledger as it is read."""

    def __init__(self) -> None:
        self._counted: Counter[int] = Counter()

    def next(self, contested: Event) -> str:
        """Return the number of the objection that comes next in the ledger."""
        year = local_day(contested.when).year
        self._counted[year] += 1
        return f"D-{year}-{self._counted[year]:03}"


def disputes(holdings: Holdings) -> Iterator[Dispute]:
    """Yield every dispute, oldest first; raises what reading the casebook raises."""
    known = {case.finding.id: case.events for case in casebook.cases(holdings)}
    for number, event in _numbered(holdings):
        yield dispute(holdings, number, known[event.finding], event)


def dispute(holdings: Holdings, number: str, events: tuple[Event, ...], contested: Event) -> Dispute:
    """Return the dispute that a step of a case began, of all whose steps `events` are; raises CaseError, StoreError."""
    after = next((one for one in events if one.n == contested.n + 1 and one.step in casebook.RULINGS), None)
    if not contested.records:
        raise CaseError(f"异议{number}没有附异议书：请核对存储（quzheng store check）")
    record = holdings.record(contested.records[0])
    objection = HumanExhibit(record=record, statement=human.statement_of(record, holdings))
    return Dispute(
        number=number,
        case=Case(finding=casebook.finding_at(holdings, contested), events=events),
        contested=contested,
        ruling=after,
        objection=objection,
    )


def find(holdings: Holdings, name: str) -> Dispute:
    """Return the dispute of a number, or the last whose finding's id (or own id) begins so; raises NotFound."""
    wanted = name.strip()
    matches = [
        (number, event)
        for number, event in _numbered(holdings)
        if number == wanted.upper()
        or (len(wanted) >= 6 and (event.id.startswith(wanted) or event.finding.startswith(wanted)))
    ]
    if not matches or len({event.finding for _, event in matches}) > 1:
        many = "有几件都以此开头，请写长一些" if matches else "没有这一件"
        raise NotFound(f"异议“{plainly(name)}”：{many}；全部异议见 quzheng dispute list")
    number, event = matches[-1]
    return dispute(holdings, number, casebook.of_id(holdings, event.finding).events, event)


def check_files(paths: Sequence[Path]) -> None:
    """Raise DisputeError where something handed in is no plain file, or there is too much of it."""
    if len(paths) > form.MOST_FILES:
        raise DisputeError(f"交来{len(paths)}个文件，超过{form.MOST_FILES}个：请打包成一个压缩包")
    total = 0
    for path in paths:
        name = plainly(path.name)
        try:
            status = path.lstat()
        except (OSError, ValueError) as error:
            raise DisputeError(f"“{name}”不能读取：{error}") from error
        if not stat.S_ISREG(status.st_mode):
            raise DisputeError(f"“{name}”不是普通文件（是链接、文件夹或设备），不收：请交文件本身")
        if status.st_size > LARGEST_FILE:
            raise DisputeError(f"“{name}”有{status.st_size}字节，单个文件最多{LARGEST_FILE}字节")
        total += status.st_size
    if total > LARGEST:
        raise DisputeError(f"所交文件共{total}字节，合计最多{LARGEST}字节")


def _take(
    rules: CaseRules,
    holdings: Holdings,
    finding: Finding,
    said: Form,
    admit: casebook.Admit,
    *,
    by: str,
    now: datetime,
    due: date | None,
) -> Case:
    state = casebook.case_of(holdings, finding).state
    if state in ("notified", "answered", "silent", "confirmed"):
        raise CaseError(
            f"问题{finding.id[:12]}目前是“{WORDS[state]}”，尚未通报：单位此时的意见是对核实函的回复，"
            f"请用 quzheng case step {finding.id[:12]} answered 文件"
        )
    return casebook.take(
        holdings,
        finding,
        "contested",
        by=by,
        now=now,
        rules=rules,
        reason=said.statement,
        records=admit,
        due=due,
        current=functools.partial(judgements.current, holdings),
    )


def _called(path: Path, names: Mapping[Path, str] | None) -> str:
    return (names or {}).get(path, path.name)


def _points(said: Form, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what the form gives besides the statement; a listed file that did not come is said, and costs the unit nothing."""
    received = Counter(map(human.shown_name, names))
    for listed in said.files:
        yield (LISTED if received[listed] > 0 else LACKING), listed
    values = ((BUNDLE, said.bundle), (CONTACT, said.contact), (WRITTEN, said.day))
    yield from ((key, value) for key, value in values if value)


def _form(holdings: Holdings, said: Form, written: Path | None, names: Mapping[Path, str] | None) -> tuple[str, Blob]:
    if written:
        return _called(written, names), holdings.store.put_file(written, "text/plain")
    return "objection-zh.txt", holdings.store.put(form.filled(said).encode(), "text/plain")


def _named(holdings: Holdings, path: Path, names: Mapping[Path, str] | None) -> tuple[str, Blob]:
    return _called(path, names), holdings.store.put_file(path, human.kind_by_bytes(path) or "application/octet-stream")


def _numbered(holdings: Holdings) -> Iterator[tuple[str, Event]]:
    numbers = Numbers()
    return ((numbers.next(event), event) for event in casebook.events(holdings) if event.step == "contested")
