"""Writes the 整改通知单 after a bulletin, a folder a unit, with the form of the reply that `case step … rectified` takes in.

Only what persons confirmed and published, and what still stands so, is demanded: published, upheld after an objection, or
overdue. What waits for a ruling, was changed by one, or is confirmed and not yet published is held back, and said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from evidence import ruleset, workbook
from evidence.bulletin import demands, issue
from evidence.bulletin.book import Book
from evidence.bulletin.demands import Demand, Notice
from evidence.bulletin.form import Bulletin
from evidence.bulletin.notice import Held, Issue, Written, last_answer, unit_of
from evidence.bulletin.outcome import Standing, outcome
from evidence.bulletin.sealed import Sealed, judged_anew
from evidence.bulletin.wording import basis, facts, name_of, period_words, rule_name, taken
from evidence.case_event import Step
from evidence.files import make_folder, whole_file
from evidence.holdings import Holdings
from evidence.house import House
from evidence.ruleset import RuleSet
from evidence.span import local_day

NOTICE, REPLY, INDEX = "整改通知单.docx", "整改报告.docx", "整改通知清单.xlsx"
_DEMANDED: tuple[Step, ...] = ("published", "upheld", "overdue")
_SETTLED: tuple[Step, ...] = ("rectified", "rechecked")
"""After which nothing is demanded; what a re-check still finds is entered as overdue first."""
_HELD_BACK: Mapping[Step, str] = {
    "contested": "单位提出的异议还没有裁定",
    "changed": "异议裁定为变更，须按变更后的事实另行通知",
}
_INDEX = ("序号", "单位", "对象名称", "证据编号", "问题编号", "文件夹", "整改期限")


def write(
    house: House, holdings: Holdings, book: Book, out: Path, *, now: datetime, days: int
) -> tuple[tuple[Written, ...], tuple[Held, ...]]:
    """Write the 整改通知单 of a period, a folder a unit, and return them, with what may not be demanded yet.

    Enters nothing: that a unit put something right is entered when its reply comes. Raises BulletinError where the last day
    cannot be counted or an issued bulletin cannot be read.
    """
    due = last_answer(local_day(now), days)
    by_unit: dict[str, list[Issue]] = defaultdict(list)
    held = []
    for one, step in _confirmed(book):
        why = _why_not(one, step) or judged_anew(holdings, one.finding)
        if why is None:
            by_unit[unit_of(one, house, holdings)].append(one)
        else:
            held.append(Held(issue=one, why=why))
    rules, issued = ruleset.cited(book.period.rules, house.rules_dir), tuple(_issued(book, holdings))
    written = []
    for n, (unit, issues) in enumerate(sorted(by_unit.items()), 1):
        notice = Notice(
            unit=name_of(unit),
            office=house.office.name,
            contact=house.office.contact,
            period=period_words(book.period.name),
            at=book.period.at,
            bulletins=_publishing(issues, issued),
            demands=tuple(_demand(one, rules, holdings, issued) for one in issues),
            days=days,
            due=due,
            dated=local_day(now),
            remedies=house.office.remedies,
        )
        written.append(_write_one(notice, unit, issues, out / f"整改-{n:03}"))
    if written:
        _write_index(out / INDEX, written)
    return tuple(written), tuple(held)


def _confirmed(book: Book) -> Iterator[tuple[Issue, Step | None]]:
    """Yield the problems that persons confirmed and nobody withdrew, with the last step of their cases; and what a member
    fails for by a decision of persons alone, which has no case."""
    for member in (*book.period.members, *book.period.outside):
        standing = [Standing(cited=cited, finding=finding, case=case) for cited, finding, case in book.of(member)]
        known = [one for one in standing if one.held or one.step in _HELD_BACK]
        for one in known:
            if one.step not in _SETTLED:
                yield Issue(member=member, cited=one.cited, finding=one.finding), one.step
        end = outcome(book, member)
        if end.result == "failed" and end.decision is not None and not known and end.standing:
            first = end.standing[0]
            yield Issue(member=member, cited=first.cited, finding=first.finding, decided=end.decision.reason), None


def _why_not(one: Issue, step: Step | None) -> str | None:
    """Return why nothing is demanded yet on what persons confirmed; None where it is."""
    if one.decided:
        return "由人工认定，没有逐项案卷，整改通知须另行起草"
    if step in _DEMANDED:
        return None
    return _HELD_BACK.get(step or "confirmed", "已确认，还没有通报")


def _issued(book: Book, holdings: Holdings) -> Iterator[Bulletin]:
    """Yield the bulletins and corrections of a period, the last first."""
    for event in reversed(book.events):
        if event.step in ("issued", "corrected") and event.document is not None:
            yield issue.load(holdings, event.document)


def _publishing(issues: Sequence[Issue], issued: Sequence[Bulletin]) -> tuple[str, ...]:
    """Return the titles and numbers of the bulletins that the problems of a unit were published in, each once."""
    numbers = {one.cited.number for one in issues}
    found = [one for one in issued if any(numbers.intersection(ended.exhibits) for ended in one.ended)]
    return tuple(
        f"《{one.title}》" + (f"（{one.number.text}）" if not one.number.blank else "")
        for one in found
        if one.kind == "bulletin"
    )


def _bundle(finding: str, issued: Sequence[Bulletin]) -> Sealed | None:
    """Return the bundle that was issued last with a finding; None where none was."""
    return next((sealed for one in issued for sealed in one.bundles if finding in sealed.findings), None)


def _demand(one: Issue, rules: RuleSet | None, holdings: Holdings, issued: Sequence[Bulletin]) -> Demand:
    sealed = _bundle(one.finding.id, issued)
    return Demand(
        name=name_of(one.member.name),
        code=one.member.code,
        url=one.member.url,
        problem=rule_name(one.finding, rules),
        basis=basis(one.finding, rules),
        fact=facts(one.finding),
        clause=one.finding.clause,
        taken=taken(holdings, one.finding.exhibits),
        number=one.cited.number or "—",
        bundle=sealed.short if sealed else None,
        qr=sealed.code if sealed else None,
    )


def _write_one(notice: Notice, unit: str, issues: Sequence[Issue], folder: Path) -> Written:
    make_folder(folder)
    for name, paper in ((NOTICE, demands.order(notice)), (REPLY, demands.reply(notice))):
        with whole_file(folder / name) as out:
            paper.save(out)
    return Written(unit=unit, folder=folder, issues=tuple(issues), due=notice.due)


def _write_index(path: Path, written: Sequence[Written]) -> None:
    """Write who got what: with it the person who takes in a reply finds the case of each problem."""
    every = [(one, said) for one in written for said in one.issues]
    rows = [
        (n, one.unit, said.member.name, said.cited.number, said.finding.id[:12], one.folder.name, one.due)
        for n, (one, said) in enumerate(every, 1)
    ]
    workbook.write(path, _INDEX, rows, title="整改通知清单")
