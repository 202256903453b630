"""Gathers the 证据图册 of a bulletin or correction: what each exhibit page says, and copies of the pictures its problem rests on.

Of pages with personal data only masked copies are shown, to anybody; what can be neither read nor masked is not shown. The
public sees no picture of a page on which harmful words or personal data were found, whenever it was captured.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evidence import dossier as dossiers
from evidence import masking, words
from evidence.bulletin.annexes import why_cut
from evidence.bulletin.form import Bulletin, Piece, Why
from evidence.bulletin.frame import Member
from evidence.bulletin.letters import day
from evidence.bulletin.material import HARMFUL, PERSONAL, Material, named
from evidence.bulletin.outcome import Standing
from evidence.bulletin.sealed import Sealed
from evidence.bulletin.strips import Strip, strips
from evidence.bulletin.strips import copy as copied
from evidence.bulletin.volume import CONCLUSION, Entry, Page, Shot, Volume
from evidence.bulletin.wording import basis, facts, name_of
from evidence.case_event import WORDS, Event
from evidence.dossier import Dossier
from evidence.errors import EvidenceError
from evidence.files import write_whole
from evidence.holdings import Holdings
from evidence.house import House
from evidence.model import Capture, Finding, Reading, Record
from evidence.quoting import plainly
from evidence.readings import readings
from evidence.report.exclusions import exclusions
from evidence.report.first_sheet import NO_REMEDIES
from evidence.report.sheet import lay_out
from evidence.report.surroundings import browsers
from evidence.span import local_day, local_text

log = logging.getLogger(__name__)

UNSEEN = "本页不说明所列时间以外的情况，也不说明其他网络位置、其他设备所见。"
NOTHING = "本次检查的记录中没有发现。"
STRUCK = "更正后不再列入。原通报所列："
CHANGED = "异议裁定为变更，以所列更正为准。原通报所列："
_EXCLUDED = {True: "已排除", False: "未排除", None: "未能确认"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """One finding that a correction strikes from a bulletin, or adds to it, or still names."""

    member: Member
    standing: Standing
    said: str
    """What the member was, what it is now, and why."""
    stands: bool
    """Whether the correction still names it."""


def volume(
    house: House, material: Material, bulletin: Bulletin, folder: Path, corrected: Sequence[Corrected] = ()
) -> Volume:
    """Return the volume that goes with the internal edition of a bulletin, and put the copies of its pictures into a folder.

    That of a correction shows what is `corrected`, and nothing else. Raises what reading the store raises.
    """
    ends = (*material.ends, *material.unregistered)
    of_correction = {one.standing.finding.id: one for one in corrected}
    every = {one.standing.finding.id: (one.member, one.standing) for one in corrected}
    if bulletin.kind == "bulletin":
        every = {one.finding.id: (end.member, one) for end in ends for one in named(material.book, end)}
    order = [id for id in _cited(bulletin) if id in every and id in material.sealed]
    shut = _shut(material)
    return Volume(
        title=f"《{bulletin.title.replace('《', '〈').replace('》', '〉')}》证据图册",
        dated=bulletin.dated,
        final=bulletin.final,
        mark="",
        pages=tuple(_page(house, material, *every[id], of_correction.get(id), shut, folder) for id in order),
    )


def _cited(bulletin: Bulletin) -> tuple[str, ...]:
    """Return the findings in the order in which annexes and then bundles name them, each once."""
    rows = (row.findings for annex in bulletin.annexes for table in annex.tables for row in table.rows)
    bundles = (sealed.findings for sealed in bulletin.bundles)
    return tuple(dict.fromkeys(id for findings in (*rows, *bundles) for id in findings))


def _shut(material: Material) -> Mapping[tuple[str, str], Why]:
    """Return the pages that the public must not see a picture of: those on which harmful words or personal data were found,
    at whatever time they were captured."""
    found: dict[tuple[str, str], Why] = {}
    for finding in material.book.findings.values():
        why: Why = "harmful" if finding.indicator in HARMFUL else "personal" if finding.indicator in PERSONAL else ""
        if why and finding.state != "clear":
            captures = (material.holdings.record(id).capture for id in finding.exhibits)
            found.update({(one.target.id, one.label): why for one in captures})
    return found


def _page(
    house: House,
    material: Material,
    member: Member,
    standing: Standing,
    corrected: Corrected | None,
    shut: Mapping[tuple[str, str], Why],
    folder: Path,
) -> Page:
    finding, holdings = standing.finding, material.holdings
    subject = holdings.record(finding.exhibits[0]).capture.target
    dossier = dossiers.gather(finding, subject=subject, holdings=holdings)
    read = readings([one.record for one in dossier.exhibits], holdings, jobs=house.jobs)
    shots = (
        shot(one.record, read.get(one.record.id), finding, holdings, shut, folder)
        for one in dossier.exhibits
        if one.record.capture.purpose != "human"
    )
    cut = _cut_of(finding, corrected)
    return Page(
        number=standing.cited.number or finding.id[:12],
        name=Piece(text=name_of(member.name)),
        entries=tuple(_entries(house, material, member, standing, corrected, dossier)),
        shots=tuple(replace(one, cut=one.cut or cut) for one in shots),
        sealed=material.sealed[finding.id],
    )


def _cut_of(finding: Finding, corrected: Corrected | None) -> Why:
    """Return why the public does not read what a finding says; what a correction struck is not told it again."""
    struck: Why = "internal" if corrected and not corrected.stands else ""
    return why_cut(finding) or struck


def _entries(
    house: House,
    material: Material,
    member: Member,
    standing: Standing,
    corrected: Corrected | None,
    dossier: Dossier,
) -> Iterator[Entry]:
    """Yield what an exhibit page says; what quotes the page is cut by the rule of its finding, what we say of ourselves never:
    words that stand on every page would be cut on all of them."""
    finding = standing.finding
    cut = _cut_of(finding, corrected)
    code = plainly(member.code or "标识未填")
    yield _entry("对象", f"{name_of(member.name)}（{code}），主办单位：{name_of(member.unit or '—')}")
    yield _entry("状态", _state(standing))
    if corrected is not None:
        yield _entry("更正", corrected.said)
    concluded = Piece(text=plainly(finding.message, 600), cut=cut)
    yield Entry(label=CONCLUSION, pieces=(*_no_longer(corrected), concluded))
    yield _entry("判定依据", basis(finding, material.rules))
    yield _entry("怎么看到的", _seen(dossier))
    if finding.against:
        yield _entry("事实", facts(finding).partition("\n")[2], cut)
    favourable = "\n".join(f"{n}. {plainly(one, 300)}" for n, one in enumerate(finding.for_the_unit, 1))
    yield _entry("对单位有利的事实", favourable or NOTHING, why_cut(finding) if favourable else "")
    others = exclusions([one.record.capture for one in dossier.exhibits])
    yield _entry(
        "其他解释",
        "\n".join(f"{one.name}：{_EXCLUDED[one.excluded]}（{plainly(one.said, 200)}）" for one in others) or "—",
    )
    yield _entry("没有看到的", UNSEEN)
    if dossier.set_aside:
        gone = (f"{local_text(one.capture.started)}，摘要{one.id}" for one in dossier.set_aside)
        yield _entry("已隔离的记录", "内容已移出存储，不显示也不作依据：\n" + "\n".join(gone))
    if dossier.human:
        yield _entry("人工提交的材料", f"{len(dossier.human)}份，见证据包。")
    yield _entry("如何核对", _how_to_check(material.sealed[finding.id]))
    yield _entry("如何异议", "\n".join(house.office.remedies) or NO_REMEDIES)
    if persons := dict.fromkeys(event.by for event in _events(standing) if event.step == "confirmed"):
        yield _entry("复核人", "、".join(map(plainly, persons)), "personal")


def _no_longer(corrected: Corrected | None) -> tuple[Piece, ...]:
    """Return what stands before words that a correction no longer says so."""
    if corrected is None:
        return ()
    if not corrected.stands:
        return (Piece(text=STRUCK),)
    return (Piece(text=CHANGED),) if corrected.standing.step == "changed" else ()


def _events(standing: Standing) -> Sequence[Event]:
    return standing.case.events if standing.case else ()


def _state(standing: Standing) -> str:
    """Return the steps of a case with their days; persons are named elsewhere."""
    steps = dict.fromkeys(f"{day(local_day(event.when))}{WORDS[event.step]}" for event in _events(standing))
    return "，".join(steps) or "人工认定"


def _entry(label: str, text: str, cut: Why = "") -> Entry:
    return Entry(label=label, pieces=(Piece(text=text, cut=cut),))


def _seen(dossier: Dossier) -> str:
    captures = [one.record.capture for one in dossier.exhibits]
    if not captures:
        return "没有可以引用的访问记录。"
    first, last = min(one.started for one in captures), max(one.ended for one in captures)
    places = "、".join(dict.fromkeys(f"“{words.word(one.vantage.egress, words.EGRESSES)}”" for one in captures))
    used = "、".join(browsers(one.environment for one in dossier.exhibits)) or "所列环境中的浏览器"
    whole = sum(one.complete is True for one in captures)
    return (
        f"{local_text(first)}至{local_text(last)}，自{plainly(places, 200)}，用{plainly(used, 200)}打开{len(captures)}个页面，"
        f"其中{whole}个的文档和主要区域完整；复看：{words.word(dossier.finding.second_look, words.SECOND_LOOKS)}。"
    )


def _how_to_check(sealed: Sealed) -> str:
    return (
        f"证据包{sealed.file}（{sealed.bundle}）内 data/manifest.json 的 SHA-256 应为{sealed.sha256}；"
        "可用 quzheng verify 核对，或打开包内“核对说明”。"
    )


def shot(
    record: Record,
    reading: Reading | None,
    finding: Finding,
    holdings: Holdings,
    shut: Mapping[tuple[str, str], Why],
    folder: Path,
) -> Shot:
    """Return the pictures of one capture, their copies put into a folder; what cannot be shown says why."""
    capture = record.capture
    cut = why_cut(finding) or shut.get((capture.target.id, capture.label), "")
    column = f"{plainly(capture.column.name)}　" if capture.column else ""
    made: tuple[Strip, ...] = ()
    without = ""
    try:
        masked = masking.masked(record, holdings.store)
        seen = masking.reading(reading, record, holdings.store) if reading else None
        copies = masked.copies if masked else {}
        made, left = strips(lay_out(capture, seen, lambda sha256: sha256, finding.indicator))
        for strip in made:
            copy = copies.get(strip.sha256)
            data = copy.data if copy else holdings.store.read(strip.sha256)
            write_whole(folder / strip.name, copied(data or b"", strip))
        without = _without(capture, made, left, masked=masked is not None)
    except (EvidenceError, OSError) as error:
        log.warning("pictures of %s are not in the volume: %s", record.id, error)
        made, without = (), "画面不能读取或不能遮盖，不予显示，见证据包"
    return Shot(
        record=record.id,
        caption=(
            Piece(
                text=f"{column}{plainly(capture.final_url or capture.requested_url, 300)}　{local_text(capture.started)}"
            ),
        ),
        strips=made,
        without=without,
        cut=cut,
    )


def _without(capture: Capture, made: Sequence[Strip], left: int, *, masked: bool) -> str:
    """Return what is to be said below the pictures of a capture."""
    said = ["页面含个人信息，所示为遮盖副本"] if masked else []
    if not made and not left:
        said.append(f"没有画面：{words.reason(capture.outcome, capture.reason)}")
    if left:
        said.append(f"另有{left}幅纸面从略，见证据包")
    return "；".join(said)
