"""更正通报: which rows of an issued bulletin no longer stand, why, and the figures as they are now; both evidences are named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evidence.bulletin import annexes, embedded, issue
from evidence.bulletin.figures import RULE, Tally
from evidence.bulletin.form import Annex, Bulletin, Cell, Ended, Figure, LedgerState, Line, Piece, Row, Table
from evidence.bulletin.frame import Member
from evidence.bulletin.gathering import Corrected
from evidence.bulletin.issue import Issued, Order
from evidence.bulletin.letters import day
from evidence.bulletin.material import NOUNS, Material, not_registered, said
from evidence.bulletin.outcome import Outcome, outcome, standings
from evidence.bulletin.period import RESULT_WORDS
from evidence.bulletin.sealed import Sealed
from evidence.bulletin.sections import numbered
from evidence.bulletin.wording import name_of
from evidence.case_event import WORDS
from evidence.errors import BulletinError
from evidence.house import House
from evidence.quoting import plainly

HEADER = ("序号", "检查对象", "原通报结论", "现结论", "更正理由", "原证据（编号、摘要）", "现证据（编号、摘要）")
WIDTHS = (4, 20, 12, 12, 34, 18, 18)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row that no longer stands."""

    end: Outcome
    registered: bool
    was: str
    now: str
    why: str
    before: tuple[str, ...]
    """The exhibit numbers it was printed with."""
    after: tuple[str, ...]

    @property
    def member(self) -> Member:
        """Whom it is about."""
        return self.end.member


def correct(house: House, order: Order, path: Path) -> Issued:
    """Write the correction of the issued bulletin in `path`; raises BulletinError where it was not issued, or still stands."""
    material = issue.gather(house, order)
    issued = _issued(material, path)
    found = tuple(changes(material, issued))
    if not found:
        raise BulletinError(f"《{issued.title}》没有需要更正的：各检查对象的结论与印发时相同")
    nowhere = LedgerState(origin="—", size=0, root="0" * 64, signed=False)
    draft = _composed(material, issued, found, nowhere, {}, final=order.final)
    issue.refuse(list(_refusals(house, order, material, draft, found)))
    sealed = issue.bundled(house, order, material.book, [one.end for one in found], also=_evidence_of(found))
    holdings = house.holdings()
    ledger = issue.ledger_state(house, holdings)
    material = replace(material, holdings=holdings, sealed=sealed)
    bulletin = _composed(material, issued, found, ledger, sealed, final=order.final)
    return issue.finish(house, order, bulletin, material, tuple(_corrected(material, found)))


def changes(material: Material, issued: Bulletin) -> Iterator[Change]:
    """Yield every member that would be printed otherwise now than it was."""
    was = {(one.member, one.registered): one for one in issued.ended}
    for end in material.ends:
        before = was.get((end.member.id, True))
        now = issue.ending(material.book, end, registered=True)
        if before is None and now.result in ("passed", "exempt") and not now.exhibits:
            continue
        if before is None or (before.result, before.exhibits) != (now.result, now.exhibits):
            yield _change(end, before, now.exhibits, registered=True)
    for member in material.book.period.outside:
        before = was.get((member.id, False))
        standing = not_registered(material.book, member)
        if (before is None) != (standing is None):
            number = (standing.cited.number,) if standing and standing.cited.number else ()
            yield _change(outcome(material.book, member), before, number, registered=False)


def _change(end: Outcome, before: Ended | None, after: tuple[str, ...], *, registered: bool) -> Change:
    if registered:
        was, now = RESULT_WORDS[before.result] if before else "未列入名单", RESULT_WORDS[end.result]
        if was == now:
            old = before.exhibits if before else ()
            was, now = f"{was}（所列问题：{'、'.join(old) or '无'}）", f"{now}（所列问题：{'、'.join(after) or '无'}）"
    else:
        was, now = ("未登记（漏报）", "不列入漏报") if before else ("未列入漏报", "未登记（漏报）")
    return Change(
        end=end,
        registered=registered,
        was=was,
        now=now,
        why=_why(end),
        before=before.exhibits if before else (),
        after=after,
    )


def _why(end: Outcome) -> str:
    """Return the reason: what persons decided, or the last step of the case that changed it."""
    if end.decision is not None:
        return plainly(end.because, 400)
    events = [one.case.events[-1] for one in end.standing if one.case and one.case.events]
    last = max(events, key=lambda event: event.when, default=None)
    return f"{WORDS[last.step]}：{plainly(last.reason, 400)}" if last and last.reason else plainly(end.because, 400)


def _issued(material: Material, path: Path) -> Bulletin:
    """Return the internal edition of the issued bulletin that a file holds either edition of."""
    given = embedded.read(path).bulletin
    event = next(
        (
            one
            for one in material.book.events
            if one.step in ("issued", "corrected") and one.document in (given.id, given.source)
        ),
        None,
    )
    if given.period != material.book.period.name or event is None or event.document is None:
        raise BulletinError(
            f"{path.name}不是检查期{material.book.period.name}印发过的通报（台账里没有它的摘要{given.id[:12]}）"
        )
    last = material.book.issued()
    if last is not None and last.document != event.document:
        raise BulletinError(f"{path.name}之后已印发过更正通报，请以最后一份为准更正")
    return issue.load(material.holdings, event.document)


def _refusals(
    house: House, order: Order, material: Material, draft: Bulletin, found: Sequence[Change]
) -> Iterator[str]:
    yield from issue.unfounded(draft)
    if not order.final:
        return
    yield from (f"还有待填的内容：{name}（{hint}）" for name, hint in draft.blanks().items())
    for change in found:
        yield from issue.unready(house, order, material, change.end)


def _evidence_of(found: Sequence[Change]) -> tuple[str, ...]:
    """Return the exhibit numbers whose bundles, with all that happened since, go with the correction."""
    return tuple(number for change in found for number in (*change.before, *change.after))


def _corrected(material: Material, found: Sequence[Change]) -> Iterator[Corrected]:
    """Yield the findings of the rows that changed: what they were printed with, and what they are named for now."""
    for change in found:
        said = f"原为{change.was}，现更正为{change.now}。理由：{change.why.rstrip('。')}。"
        for one in standings(material.book, change.member):
            if one.cited.number in (*change.before, *change.after):
                stands = one.cited.number in change.after
                yield Corrected(member=change.member, standing=one, said=said, stands=stands)


def _composed(
    material: Material,
    issued: Bulletin,
    found: Sequence[Change],
    ledger: LedgerState,
    sealed: Mapping[str, Sealed],
    *,
    final: bool,
) -> Bulletin:
    base = issue.compose(replace(material, sealed=sealed), ledger, final=final)
    return replace(
        base,
        kind="correction",
        title=f"关于更正《{issued.title}》的通报",
        number=material.blank("number", "发文字号"),
        lines=numbered(_lines(material, issued, base, found)),
        annexes=(
            Annex(title="更正对照表", tables=(_table(issued, found, sealed, material),)),
            base.annexes[-1],
        ),
        corrects=issued.id,
    )


def _lines(material: Material, issued: Bulletin, base: Bulletin, found: Sequence[Change]) -> Iterator[Line]:
    yield Line(kind="addressee", sentences=(said(material.blank("addressees", "主送单位"), "："),))
    number = f"（{issued.number.text}）" if not issued.number.blank else ""
    yield Line(
        kind="body",
        sentences=(
            said(f"{day(issued.dated)}印发的《{issued.title}》{number}有{len(found)}处需要更正，现更正如下。"),
            said("原通报其余内容不变。"),
        ),
    )
    for n, one in enumerate(found, 1):
        yield Line(
            kind="body",
            sentences=(
                said(
                    f"{n}.“{name_of(one.member.name)}”：原为{one.was}，现更正为{one.now}。理由：{one.why.rstrip('。')}。",
                    standing=one.end.standing,
                ),
            ),
        )
    for kind, noun in NOUNS.items():
        before, now = issued.total(kind), base.total(kind)
        if before is not None and now is not None and before != now:
            yield Line(
                kind="body", sentences=(said(*_figures_now(noun, before, now), figures=_figures(noun, before, now)),)
            )
    yield Line(kind="annexed", sentences=(said("附件：1.更正对照表"),))
    yield Line(kind="annexed", sentences=(said("2.证据清单及核对办法"),))
    office = Piece(text=material.office.name) if material.office.name else material.blank("office", "发文机关")
    yield Line(kind="signature", sentences=(said(office),))
    yield Line(kind="date", sentences=(said(day(material.dated)),))


def _figures_now(noun: str, before: Tally, now: Tally) -> tuple[str, ...]:
    return (
        f"更正后，应检{noun}{now.due}个，免检{now.exempt}个，合格{now.passed}个，不合格{now.failed}个，未能判定{now.open}个，",
        f"合格率{_rate_now(now)}（原印{_rate_now(before)}）。",
    )


def _rate_now(one: Tally) -> str:
    if one.rate is None:
        return f"{one.least.told}至{one.most.told}" if one.checked else "不计"
    return f"{one.rate.text}（{one.rate.part}/{one.rate.whole}，{RULE}）"


def _figures(noun: str, before: Tally, now: Tally) -> tuple[Figure, ...]:
    return tuple(
        Figure(name=f"{noun}合格率（{when}）", text=rate.text, part=rate.part, whole=rate.whole, rule=RULE)
        for when, one in (("原", before), ("现", now))
        for rate in dict.fromkeys((one.least, one.most))
        if rate.whole
    )


def _table(issued: Bulletin, found: Sequence[Change], sealed: Mapping[str, Sealed], material: Material) -> Table:
    by_number = {number: one for one in dict.fromkeys(sealed.values()) for number in annexes.numbers(material, one)}
    printed = {one.number: one for one in issued.bundles}
    rows = []
    for n, one in enumerate(found, 1):
        old = [f"{number}\n{_short(printed.get(_first(one.before)))}" for number in one.before]
        new = dict.fromkeys(found_ for number in (*one.after, *one.before) if (found_ := by_number.get(number)))
        code = next(iter(new)).code if new else None
        cells = (
            str(n),
            f"{name_of(one.member.name)}\n（{plainly(one.member.code or '标识未填')}）",
            one.was,
            one.now,
            one.why,
            "\n".join(old) or "—",
        )
        last = Cell(pieces=(Piece(text="\n".join(f"{each.number}\n{each.short}" for each in new) or "—"),), code=code)
        rows.append(
            Row(
                cells=(*(Cell(pieces=(Piece(text=text),)) for text in cells), last),
                findings=tuple(each.finding.id for each in one.end.standing),
                exhibits=(*one.before, *(number for number in one.after if number not in one.before)),
            )
        )
    return Table(header=HEADER, widths=WIDTHS, rows=tuple(rows))


def _first(numbers: Sequence[str]) -> str:
    """Return the number by which the bundle of a row was filed."""
    return numbers[0] if numbers else ""


def _short(sealed: Sealed | None) -> str:
    return sealed.short if sealed else "（无证据包）"
