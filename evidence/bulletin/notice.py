"""Writes the letters before a bulletin, a folder a unit: 核实函 with sheet, return form and bundle; 预警 with its sheet.

Only what may be laid before a unit goes into a 核实函: a problem that a second look agrees with. What was asked already
is not asked again. That letters were sent is entered only when a person says so.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from evidence import casebook, human, judgements, ruleset, workbook, workdays
from evidence.bulletin import freezing, letters
from evidence.bulletin.book import Book
from evidence.bulletin.frame import Cited, Member
from evidence.bulletin.letters import Letter, Matter, Warned
from evidence.bulletin.outcome import bears, outcome
from evidence.bulletin.sealed import Sealed, judged_anew, seal
from evidence.bulletin.wording import basis, facts, period_words, taken
from evidence.errors import BulletinError
from evidence.files import make_folder, whole_file
from evidence.holdings import Holdings
from evidence.house import House
from evidence.model import Fact, Finding, Record
from evidence.ruleset import RuleSet
from evidence.span import Span, local_day

INQUIRY, RETURN_FORM, SHEET, WARNING = "核实函.docx", "异议书.docx", "附表.xlsx", "提醒.docx"
INDEX = "发函清单.xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One finding that a unit is asked about."""

    member: Member
    cited: Cited
    finding: Finding
    decided: str = ""
    """What persons decided, where the finding itself decides nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The letters of one unit."""

    unit: str
    folder: Path
    issues: tuple[Issue, ...]
    due: date | None
    bundle: Sealed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One finding of which no unit may be asked yet, and why."""

    issue: Issue
    why: str


def write(
    house: House, holdings: Holdings, book: Book, out: Path, *, by: str, now: datetime, days: int
) -> tuple[tuple[Written, ...], tuple[Held, ...]]:
    """Write the 核实函 of a period, a folder a unit, and return them, with what may not be asked yet.

    Raises BulletinError where the last day cannot be counted, and what bundling raises.
    """
    due = last_answer(local_day(now), days)
    rules = ruleset.cited(book.period.rules, house.rules_dir)
    current = functools.partial(judgements.current, holdings)
    by_unit: dict[str, list[Issue]] = defaultdict(list)
    held = []
    for issue in _issues(book, holdings):
        why = judged_anew(holdings, issue.finding)
        if why is None and not issue.decided:
            why = casebook.why_not(
                holdings, issue.finding, "notified", by=by, now=now, rules=house.cases, current=current
            )
        if why is None:
            by_unit[unit_of(issue, house, holdings)].append(issue)
        else:
            held.append(Held(issue=issue, why=why))
    written = [
        _write_one(
            house, holdings, book, rules, unit, issues, out / f"核实函-{n:03}", by=by, now=now, due=due, days=days
        )
        for n, (unit, issues) in enumerate(sorted(by_unit.items()), 1)
    ]
    if written:
        rows = [
            (n, one.unit, len(one.issues), one.folder.name, one.due, one.bundle.sha256 if one.bundle else "")
            for n, one in enumerate(written, 1)
        ]
        header = ("序号", "单位", "事项数", "文件夹", "回复期限", "证据包摘要（manifest.json 的 SHA-256）")
        workbook.write(out / INDEX, header, rows, title="发函清单")
    return tuple(written), tuple(held)


def enter_sent(
    house: House, holdings: Holdings, book: Book, written: Sequence[Written], *, by: str, now: datetime
) -> None:
    """Enter that letters were sent: a step of each case, with the letter as exhibit; raises CaseError."""
    for one in written:
        for issue in one.issues:
            if issue.decided and one.due:
                freezing.enter_letter(holdings, book.period.name, issue.member.id, by=by, now=now, due=one.due)
                continue
            casebook.take(
                holdings,
                issue.finding,
                "notified",
                by=by,
                now=now,
                rules=house.cases,
                due=one.due,
                records=functools.partial(_admit, house, holdings, issue, one, by, now),
                current=functools.partial(judgements.current, holdings),
            )


def warn(house: House, holdings: Holdings, out: Path, *, now: datetime, days: int) -> tuple[Written, ...]:
    """Write a 预警 to each unit of which a column or account falls behind within so many days, and return them."""
    subjects = {one.id: one for one in house.subjects()}
    by_unit: dict[str, list[Warned]] = defaultdict(list)
    for fact in judgements.last(holdings).facts:
        subject = subjects.get(fact.target)
        last = last_day(fact)
        if subject is None or last is None or fact.newest is None or fact.as_of is None:
            continue
        if local_day(now) <= last <= local_day(now) + timedelta(days=days):
            by_unit[subject.unit or subject.name].append(
                Warned(
                    name=subject.name,
                    column=fact.path or fact.name,
                    url=fact.url,
                    newest=fact.newest,
                    limit=Span.parse(fact.limit or "").chinese,
                    last=last,
                    seen=fact.as_of,
                )
            )
    return tuple(
        _write_warning(house, unit, sorted(columns, key=lambda one: one.last), out / f"预警-{n:03}", local_day(now))
        for n, (unit, columns) in enumerate(sorted(by_unit.items()), 1)
    )


def last_day(fact: Fact) -> date | None:
    """Return the last day on which a new item keeps a column in time; None where it has no duty or limit, is behind
    already, or was not seen whole."""
    if fact.newest is None or fact.limit is None or fact.complete is not True or fact.coverage != "complete":
        return None
    if fact.stale is not False or fact.duty is False or fact.not_counted:
        return None
    span, day = Span.parse(fact.limit), fact.newest
    while fact.newest >= span.before(day + timedelta(days=1)):
        day += timedelta(days=1)
    return day


def _issues(book: Book, holdings: Holdings) -> Iterator[Issue]:
    """Yield what units may be asked about: standing problems nobody asked about yet, and what persons decided against them."""
    registered = {member.id for member in book.period.members}
    for member in (*book.period.members, *book.period.outside):
        end = outcome(book, member)
        if end.result in ("exempt", "passed") and member.id in registered:
            continue
        for cited, finding, case in book.of(member):
            asked = case is not None and case.last("notified", "withdrawn", "overturned") is not None
            counts = bears(finding) or finding.clause == freezing.UNREGISTERED
            if finding.state == "hit" and counts and not asked:
                yield Issue(member=member, cited=cited, finding=finding)
        if end.result == "failed" and end.decision and not any(one.held for one in end.standing):
            shown = [one for one in end.standing if human.of_finding(holdings, one.finding)]
            if shown and book.asked(member.id) is None:
                first = shown[0]
                yield Issue(member=member, cited=first.cited, finding=first.finding, decided=end.decision.reason)


def unit_of(issue: Issue, house: House, holdings: Holdings) -> str:
    """Return the unit that a finding is about: its name, else its code."""
    target = human.target_of(issue.finding, holdings, house.subjects)
    return target.unit or target.site_code or target.id


def _write_one(
    house: House,
    holdings: Holdings,
    book: Book,
    rules: RuleSet | None,
    unit: str,
    issues: Sequence[Issue],
    folder: Path,
    *,
    by: str,
    now: datetime,
    due: date,
    days: int,
) -> Written:
    make_folder(folder)
    provable = [one for one in issues if one.finding.exhibits]
    number = (provable or list(issues))[0].cited.number or book.period.name
    bundle = seal(house, number, [one.finding.id for one in provable], folder, by=by) if provable else None
    letter = Letter(
        unit=unit,
        office=house.office.name,
        contact=house.office.contact,
        period=period_words(book.period.name),
        at=book.period.at,
        matters=tuple(_matter(one, rules, holdings) for one in issues),
        days=days,
        due=due,
        dated=local_day(now),
        bundle=bundle.short if bundle else None,
    )
    for name, paper in ((INQUIRY, letters.inquiry(letter)), (RETURN_FORM, letters.return_form(letter))):
        with whole_file(folder / name) as out:
            paper.save(out)
    rows = [one.row(n) for n, one in enumerate(letter.matters, 1)]
    workbook.write(folder / SHEET, letters.SHEET, rows, title="核实事项", widths=letters.SHEET_WIDTHS)
    return Written(unit=unit, folder=folder, issues=tuple(issues), due=due, bundle=bundle)


def _matter(issue: Issue, rules: RuleSet | None, holdings: Holdings) -> Matter:
    return Matter(
        name=issue.member.name,
        code=issue.member.code,
        url=issue.member.url,
        basis=basis(issue.finding, rules),
        fact=issue.decided or facts(issue.finding),
        taken=taken(holdings, issue.finding.exhibits),
        number=issue.cited.number or "—",
    )


def _write_warning(house: House, unit: str, columns: Sequence[Warned], folder: Path, dated: date) -> Written:
    make_folder(folder)
    with whole_file(folder / WARNING) as out:
        letters.warning(unit, house.office.name, columns, dated).save(out)
    rows = [one.row(n) for n, one in enumerate(columns, 1)]
    workbook.write(folder / SHEET, letters.WARNING_SHEET, rows, title="即将超期栏目", widths=letters.WARNING_WIDTHS)
    return Written(unit=unit, folder=folder, issues=(), due=columns[0].last)


def _admit(house: House, holdings: Holdings, issue: Issue, one: Written, by: str, now: datetime) -> tuple[str, ...]:
    """Admit the letter as an exhibit of the case it opens."""
    return (admit_letter(house, holdings, issue.finding, one.folder / INQUIRY, by=by, now=now).id,)


def admit_letter(house: House, holdings: Holdings, finding: Finding, letter: Path, *, by: str, now: datetime) -> Record:
    """Admit a letter that was sent as an exhibit of the finding it is on."""
    stated = human.Statement(kind="letter", by=by, finding=finding.id, indicator=finding.indicator, at=finding.at)
    target = human.target_of(finding, holdings, house.subjects)
    return human.add(holdings, target, finding.label, [letter], stated, now=now)


def last_answer(dated: date, days: int) -> date:
    """Return the last day of a limit in working days; raises BulletinError where the calendar does not reach so far."""
    due = workdays.shipped().after(dated, days)
    if due is None:
        raise BulletinError(f"{dated.year}年的工作日历没有收录，算不出{days}个工作日的期限；请更新工作日历")
    return due
