"""Makes a bulletin of a period: drafts it, checks it, bundles what it names, writes both editions, and enters it when final.

A final bulletin is refused, with every reason at once, before anything is written: problems that may not be published yet,
undecided members that nobody asked to list, blanks, rates that do not follow, no key. What is published is entered as a
step of each case, and the bulletin itself, by its digest, as a step of the period.
"""

from __future__ import annotations

import functools
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from evidence import canonical, casebook, checkpoints, judgements, rates, ruleset
from evidence.bulletin import annexes, binding, claims, freezing, gathering, printing, sections
from evidence.bulletin.book import Book, names, open_book
from evidence.bulletin.editions import Cutting, editions
from evidence.bulletin.figures import by_group, tally
from evidence.bulletin.form import Bulletin, Counted, Ended, LedgerState
from evidence.bulletin.gathering import Corrected
from evidence.bulletin.material import BLANKS, NOUNS, Material, Past, named, unregistered
from evidence.bulletin.outcome import Outcome, outcomes, standings
from evidence.bulletin.sealed import Sealed, judged_anew, seal
from evidence.errors import BulletinError, CanonicalError, ShapeError
from evidence.holdings import Holdings
from evidence.house import House
from evidence.model import Table as TableOfText
from evidence.span import local_day

BUNDLES = "证据包"
_QUOTED = re.compile(r"“[^”]*”")
"""Names of sites and accounts, which may hold any sign."""
_NOWHERE = LedgerState(origin="—", size=0, root="0" * 64, signed=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for."""

    period: str
    out: Path
    by: str
    now: datetime
    dated: date
    final: bool = False
    list_undecided: bool = False
    """Whether a person wants the undecided to be published as a list."""
    past: str | None = None
    """The period to compare with; None: the last one that was issued before this T."""
    due_days: int = 10
    fill: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What was written."""

    internal: Bulletin
    public: Bulletin
    files: tuple[Path, ...]
    sealed: bool
    """Whether every bundle it names is sealed."""
    no_volume: str = ""
    """Why it has no 证据图册; empty where it has one."""


def issue(house: House, order: Order) -> Issued:
    """Write the bulletin of a period; raises BulletinError with the reasons where it may not be written as asked."""
    material = gather(house, order)
    draft = compose(material, _NOWHERE, final=order.final)
    refuse(list(_refusals(house, order, material, draft)))
    sealed = bundled(house, order, material.book, (*material.ends, *material.unregistered))
    holdings = house.holdings()
    material = replace(material, holdings=holdings, sealed=sealed)
    bulletin = compose(material, ledger_state(house, holdings), final=order.final)
    return finish(house, order, bulletin, material)


def finish(
    house: House, order: Order, bulletin: Bulletin, material: Material, corrected: Sequence[Corrected] = ()
) -> Issued:
    """Write both editions of a bulletin, and enter it where it is final; raises BulletinError for what was not sealed.

    From `material` its 证据图册 is gathered, where there is a browser; that of a correction has what is `corrected`.
    """
    whole = all(one.sealed for one in bulletin.bundles) and bulletin.ledger.signed
    if order.final and not whole:
        raise BulletinError("有证据包或台账检查点没有签名：先配好单位密钥（quzheng doctor），再印发")
    internal, public, bound = _editions(house, material, bulletin, corrected)
    holdings = house.holdings()
    with holdings.ledger.exclusive():
        if order.final:
            _check_still(holdings, order, internal)
        files = tuple(
            path
            for edition, folder, volume in zip((internal, public), ("内部", "公开"), bound, strict=True)
            for path in printing.write(edition, order.out / folder, volume)
        )
        if order.final:
            _enter(house, holdings, order, internal)
    return Issued(internal=internal, public=public, files=files, sealed=whole, no_volume=_no_volume(house, internal))


def _editions(
    house: House, material: Material, bulletin: Bulletin, corrected: Sequence[Corrected]
) -> tuple[Bulletin, Bulletin, tuple[bytes | None, bytes | None]]:
    """Return both editions, and the 证据图册 of each where it can be printed and there is anything to show."""
    if house.printer is None or not material.sealed:
        return *editions(bulletin), (None, None)
    stems = printing.CORRECTION_VOLUME_STEM if bulletin.kind == "correction" else printing.VOLUME_STEM
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        whole = gathering.volume(house, material, bulletin, folder, corrected)
        # What a correction struck is cut where it stands: the same words may hold of somebody else.
        cutting = Cutting(bulletin, also=(one for one in whole.pieces() if one.cut != "internal"))
        public, shown = cutting.public(), cutting.volume(whole)
        own = binding.printed(whole, stems["internal"], folder, house.printer)
        others = binding.printed(shown, stems["public"], folder, house.printer)
    internal, public = cutting.closed(public, (own.bound, others.bound))
    return internal, public, (own.data, others.data)


def _no_volume(house: House, internal: Bulletin) -> str:
    if internal.volume is not None:
        return ""
    if house.printer is None:
        return "没有浏览器"
    return "更正所涉各行没有可列的证据" if internal.kind == "correction" else "没有可列的证据"


def gather(house: House, order: Order) -> Material:
    """Return what a bulletin is drafted from; raises BulletinError for a filled-in blank that there is not."""
    if unknown := [name for name in order.fill if name not in BLANKS]:
        raise BulletinError(f"没有名为{'、'.join(unknown)}的空白；可填的有：{'、'.join(BLANKS)}")
    holdings = house.holdings()
    book = open_book(holdings, order.period)
    return Material(
        holdings=holdings,
        office=house.office,
        book=book,
        ends=outcomes(book),
        unregistered=unregistered(book),
        rules=ruleset.cited(book.period.rules, house.rules_dir),
        past=_past(holdings, book, order.past),
        dated=order.dated,
        due_days=order.due_days,
        fill=order.fill,
    )


def compose(material: Material, ledger: LedgerState, *, final: bool) -> Bulletin:
    """Return the internal edition that material gives."""
    return Bulletin(
        kind="bulletin",
        final=final,
        edition="internal",
        period=material.book.period.name,
        frozen=material.book.frozen.document or "",
        dated=material.dated,
        title=sections.title(material),
        number=material.blank("number", "发文字号，如×政办函〔2021〕12号"),
        lines=sections.lines(material, annexes.titles(material)),
        annexes=annexes.annexes(material, ledger),
        bundles=tuple(dict.fromkeys(material.sealed.values())),
        counted=counted(material),
        ended=ended(material),
        ledger=ledger,
    )


def counted(material: Material) -> tuple[Counted, ...]:
    """Return the counts of each kind, and of each class and platform of it."""
    found: list[Counted] = []
    for kind in NOUNS:
        if own := material.of(kind):
            found.append(Counted(kind=kind, name="", tally=tally(own)))
            found += [Counted(kind=kind, name=row.name, tally=row.tally) for row in by_group(own)]
    return tuple(found)


def ended(material: Material) -> tuple[Ended, ...]:
    """Return all that did not pass or are named for something."""
    return _everybody(material.book, material.ends, material.unregistered)


def _everybody(book: Book, ends: Sequence[Outcome], strangers: Sequence[Outcome]) -> tuple[Ended, ...]:
    inside = [ending(book, one, registered=True) for one in ends]
    outside = [ending(book, one, registered=False) for one in strangers]
    return (*(one for one in inside if one.result in ("failed", "open") or one.exhibits), *outside)


def ending(book: Book, end: Outcome, *, registered: bool) -> Ended:
    """Return how one member is printed."""
    numbers = tuple(one.cited.number for one in named(book, end) if one.cited.number)
    return Ended(
        member=end.member.id,
        name=end.member.name,
        kind=end.member.kind,
        result=end.result,
        exhibits=numbers,
        registered=registered,
    )


def bundled(
    house: House, order: Order, book: Book, ends: Sequence[Outcome], also: Sequence[str] = ()
) -> dict[str, Sealed]:
    """Write a bundle for each member that is named, and return them by finding.

    `also` are exhibit numbers that go in whether they still stand or not.
    """
    found: dict[str, Sealed] = {}
    for end in ends:
        own = named(book, end)
        more = (one for one in standings(book, end.member) if one.cited.number in also and one not in own)
        wanted = [one for one in (*own, *more) if one.finding.exhibits]
        number = next((one.cited.number for one in wanted if one.cited.number), None)
        if number is not None:
            one = seal(house, number, [each.finding.id for each in wanted], order.out / BUNDLES, by=order.by)
            found.update(dict.fromkeys(one.findings, one))
    return found


def ledger_state(house: House, holdings: Holdings) -> LedgerState:
    """Return the state of the ledger, signed where there is a key."""
    signed = checkpoints.sign(holdings, house.signing(), house.authority)
    state = signed or holdings.ledger.state()
    return LedgerState(origin=state.origin, size=state.size, root=state.root.hex(), signed=signed is not None)


def load(holdings: Holdings, sha256: str) -> Bulletin:
    """Return an issued bulletin from the store; raises BulletinError where it cannot be read."""
    try:
        return Bulletin.load(canonical.decode(holdings.store.read(sha256)))
    except (CanonicalError, ShapeError) as error:
        raise BulletinError(f"存储中的通报{sha256[:12]}不能读取：{error}") from error


def refuse(reasons: Sequence[str]) -> None:
    """Raise BulletinError with all reasons, where there are any."""
    if reasons:
        raise BulletinError("通报不能写出：\n" + "\n".join(f"　{n}. {why}" for n, why in enumerate(reasons, 1)))


def _past(holdings: Holdings, book: Book, named: str | None) -> Past | None:
    """Return the last issued bulletin before this period; raises BulletinError where one was named that was not issued."""
    if named is not None:
        other = open_book(holdings, named)
        event = other.issued()
        if event is None or event.document is None:
            raise BulletinError(f"检查期{named}没有印发过通报，不能作为上期比较")
        return Past(bulletin=load(holdings, event.document), book=other)
    found: Past | None = None
    for name in names(holdings):
        other = open_book(holdings, name)
        event = other.issued()
        earlier = other.period.at < book.period.at and (found is None or found.book.period.at < other.period.at)
        if event is not None and event.document is not None and earlier:
            found = Past(bulletin=load(holdings, event.document), book=other)
    return found


def _refusals(house: House, order: Order, material: Material, draft: Bulletin) -> Iterator[str]:
    """Yield why a bulletin may not be written as asked; a draft is refused only for figures that do not follow."""
    yield from unfounded(draft)
    if not order.final:
        return
    if material.book.issued() is not None:
        yield f"检查期{order.period}的通报已经印发；要更正，用 quzheng bulletin --correct"
    yield from (f"还有待填的内容：{name}（{hint}）" for name, hint in draft.blanks().items())
    open_ = sum(one.result == "open" for one in material.ends)
    if open_ and not order.list_undecided:
        yield f"还有{open_}个未能判定：逐个认定（quzheng period decide），或用 --list-undecided 列入名单"
    if house.signing() is None:
        yield "没有单位密钥，证据包不能签名（quzheng doctor）"
    for end in (*material.ends, *material.unregistered):
        yield from unready(house, order, material, end)


def unfounded(bulletin: Bulletin) -> Iterator[str]:
    """Yield the rates of a bulletin that do not follow: in its text from its figures, or from what a person wrote beside them;
    in its tables from two columns of counts."""
    for sentence in bulletin.sentences():
        for figure in sentence.figures:
            if not figure.follows:
                yield f"“{figure.name}”印作{figure.text}，与{figure.part}/{figure.whole}不符"
        known = {figure.text for figure in sentence.figures if figure.whole is not None}
        for claim in claims.claims(_QUOTED.sub("", sentence.text)):
            if f"{claim.printed}%" not in known and claim.verdict != "follows":
                yield f"比率没有依据：{claim.told}"
    for table in (one for annex in bulletin.annexes for one in annex.tables):
        rows = tuple(tuple(cell.text for cell in row.cells) for row in table.rows)
        read = TableOfText(source="docx", header=table.header, rows=rows, blank_columns=())
        for wrong in rates.unfounded(read):
            yield f"表中“{wrong.name}”的比率{wrong.printed}%与{wrong.part}/{wrong.whole}不符，应为{wrong.expected}%"


def unready(house: House, order: Order, material: Material, end: Outcome) -> Iterator[str]:
    """Yield why a member may not be named yet."""
    own = named(material.book, end)
    name = f"“{end.member.name}”"
    if end.result == "failed" and not any(one.finding.exhibits for one in own):
        yield f"{name}没有可以封存的画面证据"
    yield from (
        f"{name}（{one.cited.number}）：{why}" for one in own if (why := judged_anew(material.holdings, one.finding))
    )
    current = functools.partial(judgements.current, material.holdings)
    for one in (each for each in own if each.held and each.step in _BEFORE):
        why = casebook.why_not(
            material.holdings, one.finding, "published", by=order.by, now=order.now, rules=house.cases, current=current
        )
        if why:
            yield f"{name}（{one.cited.number}）：{why}"
    if end.result == "failed" and end.decision and not any(one.held for one in own) and house.cases.notify_first:
        yield from _unheard(material.book, end, order, name)


_BEFORE = ("warned", "notified", "answered", "silent", "confirmed")


def _unheard(book: Book, end: Outcome, order: Order, name: str) -> Iterator[str]:
    """Yield that a unit was not asked about what persons decided, or may still answer."""
    asked = book.asked(end.member.id)
    if asked is None or asked.due is None:
        yield f"{name}由人工认定不合格，没有先发核实函（quzheng notice --sent）"
    elif local_day(order.now) <= asked.due and end.decision is not None and end.decision.n < asked.n:
        yield f"{name}的核实函回复期限到{asked.due}为止，尚未届满"


def _check_still(holdings: Holdings, order: Order, internal: Bulletin) -> None:
    """Raise BulletinError where a case or decision has changed since the bulletin was drafted."""
    book = open_book(holdings, order.period)
    now = _everybody(book, outcomes(book), unregistered(book))
    if now != internal.ended:
        raise BulletinError("起草期间有案卷或认定发生变化，请重新生成")


def _enter(house: House, holdings: Holdings, order: Order, internal: Bulletin) -> None:
    """Enter a final bulletin: a step of every case it names for the first time, then itself."""
    book = open_book(holdings, order.period)
    current = functools.partial(judgements.current, holdings)
    for end in (*outcomes(book), *unregistered(book)):
        for one in named(book, end):
            if one.held and one.step in _BEFORE:
                casebook.take(
                    holdings,
                    one.finding,
                    "published",
                    by=order.by,
                    now=order.now,
                    rules=house.cases,
                    reason=f"{internal.title}（{internal.number.text}）",
                    current=current,
                )
    document = holdings.store.put(canonical.encode(internal.plain()), "application/json").sha256
    correction = internal.kind == "correction"
    freezing.enter_issue(holdings, order.period, document, by=order.by, now=order.now, correction=correction)
