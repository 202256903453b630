"""The answer in words (异议答复书): what the unit said, what was looked up and came of it, the ruling of a person, the remedy.

It holds no conclusion but that person's. What the unit or a page wrote is shown with nothing in it that steers a reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evidence import words
from evidence.case_event import Event
from evidence.disputes import form, opening, pictures
from evidence.disputes.editions import Edition
from evidence.disputes.nights import Around
from evidence.disputes.opening import Dispute
from evidence.disputes.original import Original
from evidence.disputes.pictures import Likeness
from evidence.disputes.sheet import Now, Sheet
from evidence.model import Finding
from evidence.quoting import plainly, title
from evidence.span import local_day, local_text

RULINGS = {
    "upheld": "维持。原通报所列事实不变。",
    "changed": "变更。更正内容见理由，在下期通报更正，并函告原抄送单位。",
    "overturned": "撤销。所通报的这一问题不再成立，在下期通报更正，并函告原抄送单位。",
}
REMEDY = "对本答复仍有异议的，可以填写本证据包内的 objection-zh.txt，向作出通报的单位申请复核。"
_SHOWN = 3
"""Nights, items or captures that are named one by one; all of them stand in the sheet."""
_LONG = 1000
_STATES = {
    "read": "已识别文字", "empty": "未识别出文字", "too_small": "图片太小，未比对", "too_large": "图片太大，未比对",
    "unreadable": "不是能读取的图片，未比对", "timeout": "识别超时", "no_engine": "没有文字识别程序，只比对了画面",
}  # fmt: skip


def letter(dispute: Dispute, sheet: Sheet, ruling: Event, remedy: str = "") -> str:
    """Return the answer to an objection as text; the same arguments give the same text."""
    return "\n".join(_letter(dispute, sheet, ruling, remedy)) + "\n"


def told(sheet: Sheet, finding: Finding) -> str:
    """Return what was looked up as text for the person who rules, or who re-checks."""
    return "\n".join(_looked_up(sheet, finding))


def _letter(dispute: Dispute, sheet: Sheet, ruling: Event, remedy: str) -> Iterator[str]:
    said = dispute.objection.statement
    yield "异议答复书"
    yield ""
    yield f"异议编号　{dispute.number}"
    if sheet.original:
        yield f"对应证据　{sheet.original.bundle}（证据目录摘要 {sheet.original.manifest}）"
    yield f"异议单位　{plainly(said.by, _LONG)}"
    yield f"通报事实　{dispute.finding.message}"
    yield ""
    yield "一、你单位的意见"
    yield from (f"　{plainly(line, form.LONGEST)}" for line in (said.note or "").splitlines() if line.strip())
    yield from (f"　所附材料：{line}" for line in _handed_in(dispute))
    yield ""
    yield "二、我们核对了什么"
    yield from _looked_up(sheet, dispute.finding)
    yield ""
    yield f"三、结论：{RULINGS[ruling.step]}"
    yield ""
    yield "四、理由"
    yield from (f"　{plainly(line, form.LONGEST)}" for line in ruling.reason.splitlines() if line.strip())
    yield ""
    yield "五、不服本答复的途径和期限"
    yield f"　{remedy.strip() or REMEDY}"
    yield ""
    yield f"承办人　{plainly(ruling.by)}　　复核人　{plainly(ruling.second)}　　{local_text(ruling.when)}"
    yield "（承办人、复核人由本单位自行记载；本答复及全部材料另成证据包，可按包内 verify-zh.txt 核对。）"


def _handed_in(dispute: Dispute) -> Iterator[str]:
    said = dispute.objection.statement
    for file in said.files:
        yield f"{plainly(file.name, 100)}（{file.size}字节，SHA-256 {file.sha256}）"
    for key, value in said.checklist:
        if key == opening.LACKING:
            yield f"{plainly(value, 100)}（异议书列有，未收到）"


def _looked_up(sheet: Sheet, finding: Finding) -> Iterator[str]:
    parts = (
        ("原证据是否完好", _original(sheet.original) if sheet.original else ()),
        ("当时的采集是否完整", _captures(sheet)),
        ("时点前后各次访问", (line for one in sheet.around for line in _around(sheet, one, finding))),
        ("现在打开所见", (_now(sheet, one) for one in sheet.now)),
        ("缓存", _caches(sheet)),
        ("换用其他规则版本", map(_edition, sheet.editions)),
        ("换用其他算法", sheet.counts or ("本项只有一种算法",)),
        ("贵方图片与当时画面", _pictures(sheet.pictures)),
    )
    shown = [(name, tuple(lines)) for name, lines in parts]
    for n, (name, lines) in enumerate(((name, lines) for name, lines in shown if lines), 1):
        yield f"　{n}. {name}"
        yield from (f"　　{line}" for line in lines)


def _called(sheet: Sheet, label: str) -> str:
    """Return what a column is called, with its label; a page that is none has only its label."""
    return f"{plainly(sheet.names[label])}（{label}）" if label in sheet.names else label


def _original(one: Original) -> Iterator[str]:
    if one.said and one.said != one.bundle:
        yield f"贵方所写的 {one.said} 不是本单位就这一问题出具的证据包；以下按台账所记的 {one.bundle}"
    if one.holds is None:
        yield f"未核对：核对时手头没有 {one.bundle} 的文件；台账所记的证据目录摘要为 {one.manifest}"
        return
    if not one.same:
        yield "手头的文件不是台账所记的那个证据包，其核对结果不作为依据"
    failed = [f"{check.name}：{check.detail}" for check in one.checks if check.passed is False]
    yield f"核验{'成立：签名、清单、台账均相符' if one.holds else '不成立：' + '；'.join(failed)}"
    open_ = [f"{check.name}（{check.detail}）" for check in one.checks if check.passed is None]
    if open_:
        yield f"未能核对的：{'、'.join(open_)}"


def _captures(sheet: Sheet) -> Iterator[str]:
    whole = [one for one in sheet.captures if one.complete is True]
    yield f"所依据的{len(sheet.captures)}次采集中，文档和主要区域完整的{len(whole)}次"
    for one in sheet.captures:
        if one.complete is not True:
            why = "、".join(
                f"{words.word(lack.name, words.CHECKS)}：{words.ANSWERS[lack.passed]}" for lack in one.lacking
            )
            yield f"{_called(sheet, one.label)} {local_text(one.at)}：{words.word(one.outcome, words.OUTCOMES)}{f'（{why}）' if why else ''}"


def _around(sheet: Sheet, one: Around, finding: Finding) -> Iterator[str]:
    before = one.whole_until(finding.at)
    newest = sorted({night.newest for night in before if night.newest})
    shown = f"，所见最新一条的日期为{'、'.join(map(str, newest[-_SHOWN:]))}" if newest else "，列表中没有读出日期"
    others = len([night for night in one.nights if night.at <= finding.at]) - len(before)
    failed = f"，另有{others}次不完整或没有取得画面" if others else ""
    yield f"{_called(sheet, one.label)}：时点前15日内完整访问{len(before)}次{shown if before else ''}{failed}；共列出条目{one.total}条"
    late = one.late(local_day(finding.at))
    for seen in late[:_SHOWN]:
        since = f"{seen.first_seen}首次见到" + ("" if seen.certain else "（此前没有完整的查看，不能确定何时开始有）")
        yield f"　所注日期{seen.dated}在时点以前、时点前各次查看中没有见到的：{title(seen.title)}，{since}，{seen.how}"
    if len(late) > _SHOWN:
        yield f"　另有这样的条目{len(late) - _SHOWN}条，见核对情况"


def _now(sheet: Sheet, one: Now) -> str:
    if one.record is None or one.outcome is None:
        return f"{_called(sheet, one.label)}：{one.said}"
    whole = "" if one.complete else "，不完整"
    named = "、".join(f"{title(item.title)}（{item.date or '无日期'}）" for item in one.added[:_SHOWN])
    more = f"等{len(one.added)}条" if len(one.added) > _SHOWN else ""
    added = f"新出现的：{named}{more}" if named else ""
    return f"{_called(sheet, one.label)}：{words.word(one.outcome, words.OUTCOMES)}{whole}；与当时相比，{one.said}{added}（时点以后所见）"


def _caches(sheet: Sheet) -> Iterator[str]:
    fresh = [one for one in sheet.caches if one.fresh is True]
    yield f"{len(sheet.caches)}次采集中，应答未经缓存的{len(fresh)}次"
    for one in sheet.caches:
        if one.fresh is not True:
            said = "应答可能是旧的" if one.fresh is False else "应答可能经过缓存，或没有核对"
            yield f"{_called(sheet, one.label)} {local_text(one.at)}：{said}（{plainly(one.detail, 200)}）"


def _edition(one: Edition) -> str:
    own = "，即原判定所用" if one.own else ""
    held = "" if one.in_force else "，时点时未施行，仅供参考"
    state = words.STATES[one.state] if one.state else "没有结论"
    return (
        f"{one.name}{f'（{one.document}）' if one.document else ''}{own}{held}：{state}。{plainly(one.message, _LONG)}"
    )


def _pictures(found: Iterable[Likeness]) -> Iterator[str]:
    looked = [one for one in found if one.state is not None]
    for one in looked:
        yield f"{plainly(one.name, 100)}：{_likeness(one)}"
    others = [plainly(one.name, 60) for one in found if one.state is None]
    if others:
        yield f"由人查看、未自动比对的：{'、'.join(others)}"
    if looked:
        yield pictures.CAUTION


def _likeness(one: Likeness) -> str:
    seen = (
        f"，与当时画面（记录{one.record[:12]}第{(one.tile or 0) + 1}幅）的感知摘要相差{one.distance}/{pictures.BITS}"
        if one.record
        else ""
    )
    text = "" if one.repeated is None else f"，图中文字有{words.per_mille(one.repeated)}也见于当时的页面"
    return f"{_STATES[one.state or 'unreadable']}{seen}{text}"
