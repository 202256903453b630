"""The annexes (附件): tables of counts, lists of who failed, who is undecided, who is unregistered, and of the evidence.

Each row of a list names its clause, what was seen, where, when, under which exhibit number, and the digest of its bundle.
What quotes harmful words or names persons, and what nobody confirmed, is marked to be cut from the public edition.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence

from evidence import digest
from evidence.bulletin.figures import CHANGE_RULE, RULE, Tally, by_group, by_place, points, tally
from evidence.bulletin.figures import Row as Counts
from evidence.bulletin.form import Annex, Cell, LedgerState, Line, Piece, Row, Table, Why
from evidence.bulletin.frame import Member
from evidence.bulletin.material import HARMFUL, NOUNS, PERSONAL, Material, not_registered, said
from evidence.bulletin.outcome import Outcome, Standing
from evidence.bulletin.sealed import Sealed
from evidence.bulletin.sections import numbered
from evidence.bulletin.wording import basis, facts, name_of, period_words, taken
from evidence.case_event import WORDS
from evidence.catalog import Row as Heading
from evidence.contents import verifier
from evidence.manifest import VERIFIER
from evidence.model import Finding
from evidence.quoting import plainly
from evidence.registers.register import Kind
from evidence.span import local_day, local_text

COUNTS = ("序号", "地区/部门", "应检数", "免检数", "实检数", "合格", "不合格", "未能判定", "合格率", "较上期")
COUNT_WIDTHS = (4, 16, 6, 6, 6, 6, 6, 7, 14, 12)
SITES = (
    "序号",
    "地区（部门）",
    "网站名称及标识码",
    "首页网址",
    "主办单位",
    "判定依据",
    "事实",
    "取证时间与有效访问",
    "证据",
)
SITE_WIDTHS = (4, 9, 14, 12, 11, 18, 27, 13, 13)
ACCOUNTS = (
    "序号", "平台", "账号名称（平台标识）", "认证主体/主办单位", "登记状态", "判定依据", "事实", "取证时间、查看方式与完整性", "证据",
)  # fmt: skip
ACCOUNT_WIDTHS = (4, 8, 15, 13, 12, 16, 24, 15, 13)
OPEN = ("序号", "类别/平台", "名称及标识", "地区（部门）", "未能判定的原因", "处理")
OPEN_WIDTHS = (4, 10, 20, 14, 46, 14)
UNREGISTERED_HEADS = (
    "序号",
    "平台",
    "账号名称（平台标识）",
    "认证主体/主办单位",
    "网址",
    "核对情况",
    "取证时间",
    "证据",
)
UNREGISTERED_WIDTHS = (4, 9, 16, 16, 18, 28, 14, 13)
EVIDENCE = ("序号", "证据编号", "证据包文件", "证据包名称", "manifest.json 的 SHA-256")
EVIDENCE_WIDTHS = (4, 14, 18, 20, 54)


def titles(material: Material) -> tuple[str, ...]:
    """Return the titles of the annexes, in order."""
    return tuple(title for title, _ in _planned(material))


def annexes(material: Material, ledger: LedgerState) -> tuple[Annex, ...]:
    """Return the annexes."""
    found = [Annex(title=title, tables=tuple(make())) for title, make in _planned(material)]
    last = found[-1]
    found[-1] = Annex(title=last.title, tables=last.tables, notes=_how_to_check(ledger))
    return tuple(found)


def _planned(material: Material) -> Iterator[tuple[str, Callable[[], Iterable[Table]]]]:
    name = period_words(material.book.period.name)
    for kind, noun in NOUNS.items():
        if material.of(kind):
            yield f"{name}{noun}检查情况表", functools.partial(_count_tables, material, kind)
    for kind, noun in NOUNS.items():
        if any(one.result == "failed" for one in material.of(kind)):
            yield f"{name}不合格{noun}名单", functools.partial(_failing_tables, material, kind)
    if any(one.result == "open" for one in material.ends):
        yield f"{name}未能判定名单", lambda: [_open(material)]
    if material.unregistered:
        yield f"{name}未登记（漏报）政务新媒体名单", lambda: [_unregistered(material)]
    yield "证据清单及核对办法", lambda: [_evidence(material)]


def _count_tables(material: Material, kind: Kind) -> Iterator[Table]:
    own = material.of(kind)
    before = material.past.bulletin.total(kind) if material.past else None
    total = Counts(name="合计", tally=tally(own))
    yield _counted(COUNTS, [*by_place(own), total], before)
    heading = "类别" if kind == "site" else "平台"
    past = {one.name: one.tally for one in material.past.bulletin.counted if one.kind == kind} if material.past else {}
    rows = [_count_row(n, row, past.get(row.name)) for n, row in enumerate(by_group(own), 1)]
    yield Table(
        header=tuple(heading if one == "地区/部门" else one for one in COUNTS), widths=COUNT_WIDTHS, rows=tuple(rows)
    )


def _counted(header: tuple[str, ...], rows: Sequence[Counts], before: Tally | None) -> Table:
    """Return the table of places; only its total is compared with the last period."""
    written = [_count_row(n, row, before if row is rows[-1] else None) for n, row in enumerate(rows, 1)]
    return Table(header=header, widths=COUNT_WIDTHS, rows=tuple(written))


def _count_row(n: int, row: Counts, before: Tally | None) -> Row:
    one = row.tally
    change = points(one.rate, before.rate) if before else ""
    numbers = (one.due, one.exempt, one.checked, one.passed, one.failed, one.open)
    number = "" if row.name == "合计" else str(n)
    return _row(number, row.name, *map(str, numbers), one.rate_text, change)


def _failing_tables(material: Material, kind: Kind) -> Iterator[Table]:
    ends = [one for one in material.of(kind) if one.result == "failed"]
    make = _site_row if kind == "site" else _account_row
    rows = [make(material, n, one) for n, one in enumerate(ends, 1)]
    header, widths = (SITES, SITE_WIDTHS) if kind == "site" else (ACCOUNTS, ACCOUNT_WIDTHS)
    yield Table(header=header, widths=widths, rows=tuple(rows))


def _site_row(material: Material, n: int, end: Outcome) -> Row:
    member = end.member
    return _of(
        material,
        end.failing or end.standing[:1],
        _cell(str(n)),
        _cell(member.place),
        _cell(f"{name_of(member.name)}\n（{member.code or '标识码未填'}）"),
        _cell(plainly(member.url or "—", 300)),
        _cell(name_of(member.unit or "—")),
        _basis(material, end),
        _fact(end),
        _visits(material, end),
    )


def _account_row(material: Material, n: int, end: Outcome) -> Row:
    member = end.member
    return _of(
        material,
        end.failing or end.standing[:1],
        _cell(str(n)),
        _cell(member.group_name),
        _cell(
            f"{name_of(member.name)}\n（{plainly(member.code or '平台标识未填')}）\n{plainly(member.url or '', 300)}"
        ),
        _cell(f"{name_of(member.certified_as or '—')}/{name_of(member.unit or '—')}"),
        _cell("；".join(member.rows)),
        _basis(material, end),
        _fact(end),
        _visits(material, end),
    )


def _basis(material: Material, end: Outcome) -> Cell:
    told = dict.fromkeys(basis(one.finding, material.rules) for one in end.failing)
    return _cell("\n".join(told) or "人工认定")


def _fact(end: Outcome) -> Cell:
    """Return what was found, with who confirmed it, or what persons decided."""
    pieces = []
    for one in end.failing:
        pieces.append(Piece(text=facts(one.finding), cut=why_cut(one.finding)))
        pieces.append(Piece(text="\n"))
        if one.case and one.case.reviewers:
            reviewers = "、".join(dict.fromkeys(event.by for event in one.case.events if event.step == "confirmed"))
            pieces.append(Piece(text=f"（确认：{reviewers}；{WORDS[one.case.events[-1].step]}）\n", cut="personal"))
    if end.decision:
        persons = "、".join(filter(None, (end.decision.by, end.decision.second)))
        pieces.append(Piece(text=plainly(end.because, 400)))
        pieces.append(Piece(text=f"\n（认定：{persons}）", cut="personal"))
    return Cell(pieces=tuple(pieces))


def why_cut(finding: Finding) -> Why:
    """Return why the words of a finding are not for the public; empty where they are."""
    if finding.indicator in HARMFUL:
        return "harmful"
    return "personal" if finding.indicator in PERSONAL else ""


def _visits(material: Material, end: Outcome) -> Cell:
    """Return when the exhibits were captured and how the target was seen in the window."""
    said_ = []
    for one in end.failing or end.standing[:1]:
        said_.append(f"取证：{taken(material.holdings, one.finding.exhibits)}")
        said_.append(_window(material, one.finding))
    return _cell("\n".join(dict.fromkeys(said_)) or "—")


def _window(material: Material, finding: Finding) -> str:
    period = material.book.period
    labels = {material.holdings.record(id).capture.label for id in finding.exhibits}
    rows = [
        row
        for row in material.holdings.rows(finding.target, None, None, period.at)
        if row.label in labels and local_day(row.started) >= period.since and row.purpose != "human"
    ]
    if not rows:
        return "窗口内没有浏览器访问"
    whole = sum(row.complete is True for row in rows)
    faults = {"ours": "我方原因", "theirs": "对方原因", "unknown": "原因未查明"}
    missed = [f"{word}{count}次" for fault, word in faults.items() if (count := _missed(rows, fault))]
    partial = "，只见部分内容" if any(row.coverage == "partial" for row in rows) else ""
    unseen = f"（未取全：{'、'.join(missed)}）" if missed else ""
    return f"窗口内访问{len(rows)}次，完整{whole}次{unseen}{partial}；末次{local_text(rows[-1].started)}"


def _missed(rows: Sequence[Heading], fault: str) -> int:
    return sum(row.complete is not True and row.fault == fault for row in rows)


def _open(material: Material) -> Table:
    rows = [
        Row(
            cells=(
                _cell(str(n)),
                _cell(one.member.group_name),
                _cell(f"{name_of(one.member.name)}\n（{plainly(one.member.code or '标识未填')}）"),
                _cell(name_of(one.member.place)),
                Cell(pieces=(Piece(text=plainly(one.because, 600), cut=_unsettled(one)),)),
                _cell("已转人工核查"),
            ),
            findings=tuple(each.finding.id for each in one.standing),
            exhibits=tuple(each.cited.number for each in one.standing if each.cited.number),
        )
        for n, one in enumerate((end for end in material.ends if end.result == "open"), 1)
    ]
    return Table(header=OPEN, widths=OPEN_WIDTHS, rows=tuple(rows))


def _unsettled(end: Outcome) -> Why:
    """Return that the reason is not for the public where it tells of a problem that is not settled."""
    return "internal" if any(one.finding.state == "hit" for one in end.standing) or end.decision else ""


def _unregistered(material: Material) -> Table:
    rows = []
    for n, end in enumerate(material.unregistered, 1):
        standing = not_registered(material.book, end.member)
        if standing is None:
            continue
        member = end.member
        also = "\n内容保障不合格" if end.result == "failed" else ""
        rows.append(
            _of(
                material,
                (standing,),
                _cell(str(n)),
                _cell(member.group_name),
                _cell(f"{name_of(member.name)}\n（{plainly(member.code or '平台标识未填')}）"),
                _cell(f"{name_of(member.certified_as or '—')}/{name_of(member.unit or '—')}"),
                _cell(plainly(member.url or "—", 300)),
                _cell(facts(standing.finding) + also),
                _cell(taken(material.holdings, standing.finding.exhibits)),
            )
        )
    return Table(header=UNREGISTERED_HEADS, widths=UNREGISTERED_WIDTHS, rows=tuple(rows))


def _evidence(material: Material) -> Table:
    rows = [
        Row(
            cells=(
                _cell(str(n)),
                _cell("\n".join(numbers(material, one))),
                *map(_cell, (one.file, one.bundle, one.sha256)),
            ),
            findings=one.findings,
        )
        for n, one in enumerate(dict.fromkeys(material.sealed.values()), 1)
    ]
    return Table(header=EVIDENCE, widths=EVIDENCE_WIDTHS, rows=tuple(rows))


def numbers(material: Material, sealed: Sealed) -> list[str]:
    """Return the numbers of all findings in a bundle."""
    everybody: tuple[Member, ...] = (*material.book.period.members, *material.book.period.outside)
    return [
        cited.number
        for member in everybody
        for cited in member.findings
        if cited.finding in sealed.findings and cited.number
    ]


def _how_to_check(ledger: LedgerState) -> tuple[Line, ...]:
    signed = "" if ledger.signed else "（未签名）"
    return numbered(
        (
            Line(
                kind="body",
                sentences=(
                    said(
                        "收到证据包的单位，可用 quzheng verify 证据包 核对；或在命令行用 certutil -hashfile manifest.json SHA256"
                        "（其他系统用 sha256sum）求出压缩包内 data/manifest.json 的摘要，应与上表一致。"
                    ),
                    said(f"证据包内独立核对程序（{VERIFIER}）的 SHA-256 为{digest.sha256(verifier())}。"),
                    said("本通报与证据包是否相符，可用 quzheng verify --bulletin 通报 证据包… 核对。"),
                ),
            ),
            Line(
                kind="body",
                sentences=(
                    said(f"印发时证据台账（{ledger.origin}）共{ledger.size}项，根值为{ledger.root}{signed}。"),
                    said("请各单位留存本页：此后台账如被改动，与此根值即不相符。"),
                ),
            ),
            Line(
                kind="body",
                sentences=(said(f"合格率=合格÷实检，{RULE}；{CHANGE_RULE}；应检=免检+合格+不合格+未能判定。"),),
            ),
        ),
        "n",
    )


def _of(material: Material, standing: Sequence[Standing], *cells: Cell) -> Row:
    """Return a row with what it rests on, and its last cell: exhibit numbers, short digest and code."""
    numbers = tuple(one.cited.number for one in standing if one.cited.number)
    sealed = next((found for one in standing if (found := material.sealed.get(one.finding.id))), None)
    printed = [*numbers, sealed.short] if sealed else [*numbers, "（证据包未封存）"]
    return Row(
        cells=(*cells, Cell(pieces=(Piece(text="\n".join(printed)),), code=sealed.code if sealed else None)),
        findings=tuple(one.finding.id for one in standing),
        exhibits=numbers,
        captures=tuple(dict.fromkeys(id for one in standing for id in one.finding.exhibits)),
    )


def _row(*texts: str) -> Row:
    return Row(cells=tuple(map(_cell, texts)))


def _cell(text: str) -> Cell:
    return Cell(pieces=(Piece(text=text),))
