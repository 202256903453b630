"""The first sheet of a bundle (证据说明): who made it, when and how, what it is to prove, what it does not, and the remedies.

Its headings are those that courts and inspectors look for first (《最高人民法院关于行政诉讼证据若干问题的规定》第12条; practice of
notaries). It claims no legal force: that is for whoever weighs the evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence import words
from evidence.case_event import WORDS, Event
from evidence.dossier import Dossier, Exhibit
from evidence.model import Finding, Record
from evidence.office import Office
from evidence.report.surroundings import Answer, answers, browsers

NOT_FILLED_IN = "（未填写）"
NO_REMEDIES = "按所收到的核实函或者通报载明的途径和期限提出；没有载明的，向制作单位书面提出，可使用本包内的异议书。"
CAN = (
    "在所列时间，从所列网络位置，用所列浏览器访问所列网址，收到并显示了所附内容；"
    "这些内容自签名（有时间戳的，自时间戳时间）起未被改动。"
)
CANNOT = (
    "其他时间、其他网络位置、其他设备所见；对方服务器内部的真实情况；文字由何人发布。",
    "电子签名和时间戳不证明网页内容本身真实。",
)
UNCLEAN = "清洁性检查在运行取证程序的环境内进行；宿主机的检查见附件，没有附件的即未做。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One thing the bundle is to prove (证明对象)."""

    finding: Finding
    conclusion: str
    named: str
    """The clause with its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSheet:
    """What the first sheet says, in Chinese; captured text in it is hostile and goes through the report's filter."""

    subjects: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    maker: str
    by: str
    begun: datetime | None
    ended: datetime | None
    method: tuple[str, ...]
    taken_by: tuple[str, ...]
    """提取人: programs and persons."""
    reviewed_by: tuple[str, ...]
    """复核人: who confirmed."""
    kept_at: str
    favourable: tuple[str, ...]
    open: tuple[str, ...]
    """What was not seen or could not be checked."""
    unclean: tuple[str, ...]
    """Questions of the cleanliness records before and after that did not pass."""
    cleanliness: str
    course: tuple[Event, ...]
    elsewhere: tuple[str, ...]
    """Where other cases of the same targets stand."""
    remedies: tuple[str, ...]
    contact: str
    demonstration: bool


def first_sheet(dossiers: Sequence[Dossier], events: Sequence[Event], office: Office, by: str | None) -> FirstSheet:
    """Return the first sheet of a bundle of these findings; `events` are of all cases of their targets, `by` who bundles."""
    exhibits = [exhibit for dossier in dossiers for exhibit in dossier.exhibits]
    records = [exhibit.record for exhibit in exhibits]
    captures = [record.capture for record in records]
    findings = [dossier.finding for dossier in dossiers]
    shown = {finding.id for finding in findings}
    return FirstSheet(
        subjects=tuple(dict.fromkeys(_subject(dossier) for dossier in dossiers)),
        purposes=tuple(map(_purpose, findings)),
        maker=office.name or NOT_FILLED_IN,
        by=by or NOT_FILLED_IN,
        begun=min((one.started for one in captures), default=None),
        ended=max((one.ended for one in captures), default=None),
        method=tuple(_method(records, exhibits)),
        taken_by=tuple(dict.fromkeys(_taken_by(dossiers))),
        reviewed_by=tuple(dict.fromkeys(e.by for e in events if e.step == "confirmed" and e.finding in shown)),
        kept_at=office.kept_at or NOT_FILLED_IN,
        favourable=tuple(dict.fromkeys(said for finding in findings for said in finding.for_the_unit)),
        open=tuple(dict.fromkeys(_open(findings, exhibits))),
        unclean=tuple(dict.fromkeys(_unclean(exhibits))),
        cleanliness=_cleanliness(exhibits),
        course=tuple(event for event in events if event.finding in shown),
        elsewhere=tuple(_elsewhere(event for event in events if event.finding not in shown)),
        remedies=office.remedies or (NO_REMEDIES,),
        contact=office.contact or NOT_FILLED_IN,
        demonstration=any(dossier.demonstration for dossier in dossiers),
    )


def course(events: Sequence[Event]) -> Iterator[tuple[datetime, str, str, str]]:
    """Yield moment, step, person and reason of each event, in Chinese."""
    return ((event.when, WORDS[event.step], event.by, event.reason) for event in events)


def _elsewhere(events: Iterable[Event]) -> Iterator[str]:
    """Yield where each case stands, in Chinese; events are in order, case by case."""
    for last in {event.finding: event for event in events}.values():
        of = f"（{last.label}）" if last.label else ""
        yield f"证据编号{last.finding[:12]}{of}：{words.moment(last.when)}{WORDS[last.step]}，共{last.n}步" + (
            f"；{last.reason}" if last.reason else ""
        )


def _subject(dossier: Dossier) -> str:
    target = dossier.subject
    unit = f"{target.unit}：" if target.unit else ""
    code = f"，标识码{target.site_code}" if target.site_code else ""
    return f"{unit}{target.name}（{target.url}{code}）"


def _purpose(finding: Finding) -> Purpose:
    name = words.CLAUSES.get(finding.clause)
    return Purpose(
        finding=finding,
        conclusion=words.conclusion(finding.state, finding.effect),
        named=f"{finding.clause} {name}" if name else finding.clause,
    )


def _method(records: Sequence[Record], exhibits: Sequence[Exhibit]) -> Iterator[str]:
    flows = "、".join(dict.fromkeys(record.capture.flow.name for record in records))
    yield f"由取证程序按预先写定的步骤（{flows}）操作浏览器打开网页，保存整页截图、页面结构、版面和网络往来原件，逐件计算 SHA-256 和 SM3，随即记入只增不改的台账。"
    yield f"浏览器：{'、'.join(browsers(exhibit.environment for exhibit in exhibits)) or '见各条记录'}。"
    egresses = dict.fromkeys(words.word(record.capture.vantage.egress, words.EGRESSES) for record in records)
    yield f"网络出口：{'、'.join(egresses)}。"
    yield "截图不裁剪、不涂画；需要标注的位置另标在报告上。判断由程序依据所附规则作出，读取结果和判断均可由原件重新得出。"


def _taken_by(dossiers: Sequence[Dossier]) -> Iterator[str]:
    for dossier in dossiers:
        for exhibit in dossier.exhibits:
            yield f"取证程序（步骤 {exhibit.record.capture.flow.name}）"
        for one in dossier.human:
            yield one.statement.by + (f"、{one.statement.second}" if one.statement.second else "")


def _open(findings: Sequence[Finding], exhibits: Sequence[Exhibit]) -> Iterator[str]:
    yield from (said for finding in findings for said in finding.missing)
    for exhibit in exhibits:
        capture = exhibit.record.capture
        if capture.complete is not True:
            yield f"“{capture.label}”{words.moment(capture.started)}的访问不完整或未能确认完整"
    if not any(exhibit.earlier for exhibit in exhibits):
        yield "没有更早的访问可供前后对照"


def _unclean(exhibits: Sequence[Exhibit]) -> Iterator[str]:
    for exhibit in exhibits:
        after = exhibit.after.record if exhibit.after else {}
        for when, record in (("采集前", exhibit.cleanliness), ("采集后", after)):
            for one in answers(record):
                if one.passed is not True:
                    yield f"{when}，{one.question}：{'未通过' if one.passed is False else '未能检查'}（{one.detail}）"


def _cleanliness(exhibits: Sequence[Exhibit]) -> str:
    before = [one for exhibit in exhibits for one in answers(exhibit.cleanliness)]
    if not before:
        return "没有清洁性检查记录"
    after = [one for exhibit in exhibits if exhibit.after for one in answers(exhibit.after.record)]
    lacking = dict.fromkeys(
        f"{one.after.run}轮未作事后检查（{one.after.missing}）" for one in exhibits if one.after and one.after.missing
    )
    counted = [_counted("采集前", before), *([_counted("采集后", after)] if after else []), *lacking]
    return "；".join(counted)


def _counted(when: str, asked: Sequence[Answer]) -> str:
    return f"{when}共检查{len(asked)}项次，通过{sum(one.passed is True for one in asked)}项次"
