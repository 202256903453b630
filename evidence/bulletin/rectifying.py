"""Writes the 整改通知单 after a bulletin, a folder a unit, with the form of the reply that `case step … rectified` takes in.

Only what persons confirmed and published, and what still stands so, is demanded: published, upheld after an objection,
overdue, or decided by two persons on what one handed in and published so. What waits for a ruling, was changed by one, or
is not yet published is held back, and said. That a notice was sent is entered only when a person says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidence import digest, human, ruleset, words, workbook
from evidence.bulletin import demands, freezing, issue
from evidence.bulletin.book import Book, open_book
from evidence.bulletin.demands import Demand, Notice
from evidence.bulletin.form import Bulletin
from evidence.bulletin.frame import Member
from evidence.bulletin.letters import day
from evidence.bulletin.material import named
from evidence.bulletin.notice import Held, Issue, Written, last_answer, unit_of
from evidence.bulletin.outcome import Outcome, Standing, outcome, standings
from evidence.bulletin.period import Event
from evidence.bulletin.sealed import Sealed, judged_anew
from evidence.bulletin.wording import basis, facts, name_of, period_words, rule_name, taken
from evidence.case_event import Step
from evidence.errors import BulletinError
from evidence.files import make_folder, whole_file
from evidence.holdings import Holdings
from evidence.house import House
from evidence.human import HumanExhibit
from evidence.model import Finding
from evidence.quoting import plainly
from evidence.ruleset import RuleSet
from evidence.span import local_day, local_text

NOTICE, REPLY, INDEX = "整改通知单.docx", "整改报告.docx", "整改通知清单.xlsx"
_DEMANDED: tuple[Step, ...] = ("published", "upheld", "overdue")
_SETTLED: tuple[Step, ...] = ("rectified", "rechecked")
"""After which nothing is demanded; what a re-check still finds is entered as overdue first."""
_HELD_BACK: Mapping[Step, str] = {
    "contested": "单位提出的异议还没有裁定",
    "changed": "异议裁定为变更，须按变更后的事实另行通知",
}
_INDEX = ("序号", "单位", "对象名称", "证据编号", "问题编号", "文件夹", "整改期限")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """One problem that persons confirmed, or decided on."""

    member: Member
    standing: Standing
    decision: Event | None = None
    """What persons decided; None where the problem has a case of its own."""
    also: tuple[Standing, ...] = ()
    """By what the bulletin named a member that persons decided on."""
    material: tuple[HumanExhibit, ...] = ()
    """What the decision rests on."""

    @property
    def finding(self) -> Finding:
        """The finding that it is cited by."""
        return self.standing.finding

    @property
    def numbers(self) -> tuple[str, ...]:
        """The exhibit numbers it goes by, that of its finding first."""
        return tuple(dict.fromkeys(one.cited.number or "—" for one in (self.standing, *self.also)))

    @property
    def findings(self) -> tuple[str, ...]:
        """The findings it goes by, in the same order."""
        return tuple(dict.fromkeys(one.finding.id for one in (self.standing, *self.also)))

    @property
    def issue(self) -> Issue:
        """It, as letters tell of it."""
        decided = self.decision.reason if self.decision else ""
        return Issue(member=self.member, cited=self.standing.cited, finding=self.finding, decided=decided)


def write(
    house: House, holdings: Holdings, book: Book, out: Path, *, now: datetime, days: int
) -> tuple[tuple[Written, ...], tuple[Held, ...]]:
    """Write the 整改通知单 of a period, a folder a unit, and return them, with what may not be demanded yet.

    Enters nothing. Raises BulletinError where the last day cannot be counted or an issued bulletin cannot be read.
    """
    due = last_answer(local_day(now), days)
    rules, issued = ruleset.cited(book.period.rules, house.rules_dir), tuple(_issued(book, holdings))
    by_unit: dict[str, list[_Problem]] = defaultdict(list)
    held = []
    for one in _confirmed(book, holdings):
        why = _why_not(house, holdings, book, issued, one)
        if why is None:
            by_unit[unit_of(one.issue, house, holdings)].append(one)
        else:
            held.append(Held(issue=one.issue, why=why))
    written = []
    for n, (unit, problems) in enumerate(sorted(by_unit.items()), 1):
        notice = Notice(
            unit=name_of(unit),
            office=house.office.name,
            contact=house.office.contact,
            period=period_words(book.period.name),
            at=book.period.at,
            bulletins=_publishing(problems, issued),
            demands=tuple(_demand(one, rules, holdings, issued) for one in problems),
            days=days,
            due=due,
            dated=local_day(now),
            remedies=house.office.remedies,
        )
        written.append(_write_one(notice, unit, [one.issue for one in problems], out / f"整改-{n:03}"))
    if written:
        _write_index(out / INDEX, written)
    return tuple(written), tuple(held)


def enter_sent(
    house: House, holdings: Holdings, name: str, written: Sequence[Written], *, by: str, now: datetime
) -> None:
    """Enter that notices were sent: a step of the period for each member, with its last day; the paper becomes an exhibit.

    A case waits for the unit as before, so it has no step of its own for this. Raises BulletinError, and enters nothing,
    where something that was written may no longer be demanded.
    """
    with holdings.ledger.exclusive():
        book = open_book(holdings, name)
        issued = tuple(_issued(book, holdings))
        problems = _confirmed(book, holdings)
        open_ = [_key(one.issue) for one in problems if _why_not(house, holdings, book, issued, one) is None]
        if not all(_key(one) in open_ for letter in written for one in letter.issues):
            raise BulletinError("起草期间有案卷、认定或整改通知发生变化，没有登记为已发出；请重新生成")
        for letter in written:
            for own in _by_member(letter.issues):
                paper = letter.folder / NOTICE
                for one in own:
                    human.add_letters(holdings, one.finding, house.subjects, [(paper.name, paper)], by=by, now=now)
                freezing.enter_demand(
                    holdings,
                    name,
                    own[0].member,
                    [one.finding.id for one in own],
                    by=by,
                    now=now,
                    due=letter.due or last_answer(local_day(now), house.cases.rectify_days),
                    document=digest.sha256(paper.read_bytes()),
                )


def _key(one: Issue) -> tuple[str, str, str]:
    return (one.member.id, one.finding.id, one.decided)


def _by_member(issues: Sequence[Issue]) -> Iterable[Sequence[Issue]]:
    found: dict[str, list[Issue]] = defaultdict(list)
    for one in issues:
        found[one.member.id].append(one)
    return found.values()


def _confirmed(book: Book, holdings: Holdings) -> Iterator[_Problem]:
    """Yield the problems that persons confirmed and nobody withdrew; and what a member fails for by a decision of persons
    alone, which has no case."""
    for member in (*book.period.members, *book.period.outside):
        every = standings(book, member)
        known = [one for one in every if one.held or one.step in _HELD_BACK]
        yield from (_Problem(member=member, standing=one) for one in known if one.step not in _SETTLED)
        end = outcome(book, member)
        if end.result == "failed" and end.decision is not None and end.standing and not _has_case(end):
            yield _decided(book, holdings, end, every, end.decision)


def _has_case(end: Outcome) -> bool:
    return any(one.held or one.step in _HELD_BACK for one in end.standing)


def _decided(book: Book, holdings: Holdings, end: Outcome, every: Sequence[Standing], decision: Event) -> _Problem:
    """Return what persons decided on; cited by the finding that they handed something in on, where they did."""
    shown = {one.finding.id: _showing(holdings, one.finding) for one in every}
    first = next((one for one in end.standing if shown[one.finding.id]), end.standing[0])
    material = {one.record.id: one for own in shown.values() for one in own}
    return _Problem(
        member=end.member,
        standing=first,
        decision=decision,
        also=named(book, end),
        material=tuple(material.values()),
    )


def _showing(holdings: Holdings, finding: Finding) -> list[HumanExhibit]:
    """Return what a person handed in on a finding that shows something; a letter by itself does not."""
    return [one for one in human.of_finding(holdings, finding) if one.statement.kind in human.SHOWING]


def _why_not(house: House, holdings: Holdings, book: Book, issued: Sequence[Bulletin], one: _Problem) -> str | None:
    """Return why nothing is demanded on what persons confirmed or decided; None where it is."""
    why = _unpublished(house, book, issued, one) if one.decision else _not_standing(one.standing.step)
    return why or _already(book, one) or judged_anew(holdings, one.finding)


def _not_standing(step: Step | None) -> str | None:
    if step in _DEMANDED:
        return None
    return _HELD_BACK.get(step or "confirmed", "已确认，还没有通报")


def _unpublished(house: House, book: Book, issued: Sequence[Bulletin], one: _Problem) -> str | None:
    """Return why what persons decided is not what was published, or does not bear a demand."""
    last, decision = book.issued(), one.decision
    ended = (
        (each for each in issued[0].ended if (each.member, each.registered) == (one.member.id, True)) if issued else ()
    )
    if last is None or not any(each.result == "failed" for each in ended):
        return "由人工认定，还没有通报"
    before = [
        each for each in book.events if (each.step, each.member) == ("decided", one.member.id) and each.n < last.n
    ]
    printed = before[-1] if before else None
    if decision and (printed is None or (printed.result, printed.reason) != (decision.result, decision.reason)):
        return "通报之后另有认定，理由与所通报的不同，整改通知须另行起草"
    if house.cases.notify_first and book.asked(one.member.id) is None:
        return "由人工认定，没有先发核实函听取单位意见"
    return None if one.material else "由人工认定，所依据的材料已不在，整改通知须另行起草"


def _already(book: Book, one: _Problem) -> str | None:
    """Return that a notice was sent and nothing has happened since that asks for another."""
    sent = book.demanded(one.finding.id)
    if sent is None:
        return None
    case = one.standing.case
    if case is not None and case.events and case.events[-1].when > sent.when:
        return None
    return f"整改通知已于{day(local_day(sent.when))}发出，期限{sent.due}"


def _issued(book: Book, holdings: Holdings) -> Iterator[Bulletin]:
    """Yield the bulletins and corrections of a period, the last first."""
    for event in reversed(book.events):
        if event.step in ("issued", "corrected") and event.document is not None:
            yield issue.load(holdings, event.document)


def _publishing(problems: Sequence[_Problem], issued: Sequence[Bulletin]) -> tuple[str, ...]:
    """Return the titles and numbers of the bulletins that the problems of a unit were published in, each once."""
    numbers = {number for one in problems for number in one.numbers}
    found = [one for one in issued if any(numbers.intersection(ended.exhibits) for ended in one.ended)]
    return tuple(
        f"《{one.title}》" + (f"（{one.number.text}）" if not one.number.blank else "")
        for one in found
        if one.kind == "bulletin"
    )


def _bundle(findings: Sequence[str], issued: Sequence[Bulletin]) -> Sealed | None:
    """Return the bundle that was issued last with one of some findings; None where none was."""
    return next((sealed for one in issued for sealed in one.bundles if set(findings) & set(sealed.findings)), None)


def _demand(one: _Problem, rules: RuleSet | None, holdings: Holdings, issued: Sequence[Bulletin]) -> Demand:
    sealed = _bundle(one.findings, issued)
    return Demand(
        name=name_of(one.member.name),
        code=one.member.code,
        url=one.member.url,
        problem=rule_name(one.finding, rules),
        basis=basis(one.finding, rules),
        fact=_decided_on(one.decision, one.material) if one.decision else facts(one.finding),
        clause=one.finding.clause,
        taken=taken(holdings, one.finding.exhibits),
        numbers=one.numbers,
        bundle=sealed.short if sealed else None,
        qr=sealed.code if sealed else None,
    )


def _decided_on(decision: Event, material: Sequence[HumanExhibit]) -> str:
    """Return what persons decided, who they are, and on what; what the rules could not decide is no fact."""
    second = f"、{plainly(decision.second, 40)}复核" if decision.second else ""
    rests = "；".join(
        f"{words.word(one.statement.kind, words.HUMAN_KINDS)}{len(one.statement.files)}份（{plainly(one.statement.by, 40)}提取，"
        f"{local_text(one.record.capture.started)}收到，记录{one.record.id[:12]}）"
        for one in material
    )
    return (
        f"人工认定不合格：{plainly(decision.reason, 400)}\n"
        f"{day(local_day(decision.when))}由{plainly(decision.by, 40)}认定{second}\n依据：{rests}"
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
