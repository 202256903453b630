"""The text of a bulletin, drafted from data in the sections of the founding bulletins; every sentence with what it rests on.

What data cannot say (appraisal, further requirements, whom it goes to) is left as a marked blank for a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evidence import workdays
from evidence.bulletin.figures import CHANGE_RULE, RULE, Rate, Tally, by_group, points, tally
from evidence.bulletin.form import Ended, Figure, Line, LineKind, Piece, Sentence
from evidence.bulletin.letters import day
from evidence.bulletin.material import NOUNS, Material, named, said
from evidence.bulletin.outcome import Outcome, Standing
from evidence.bulletin.wording import name_of, period_words, rule_name
from evidence.case_event import WORDS
from evidence.quoting import plainly
from evidence.registers.register import Kind
from evidence.span import local_text

LATE_REGISTRATION_DAYS = 3
"""Working days to register what was found unregistered."""
NAMED = 20
"""Units that are named in the text; the rest stands in the annex."""
_NUMERALS = "一二三四五六七八九十"


def title(material: Material) -> str:
    """Return the title."""
    nouns = "与".join(noun for kind, noun in NOUNS.items() if material.of(kind)) or "政府网站与政务新媒体"
    mark = "（演示，不作依据）" if material.demonstration else ""
    return f"关于{period_words(material.book.period.name)}{nouns}检查情况的通报{mark}"


def lines(material: Material, annexes: Sequence[str]) -> tuple[Line, ...]:
    """Return the text of a bulletin with annexes of these titles."""
    found = (
        _line("addressee", said(material.blank("addressees", "主送单位"), "：")),
        _line("body", _opening(material)),
        _line("h1", said("一、总体情况")),
        *_overall(material),
        _line("h1", said("二、检查发现的主要问题")),
        *_problems(material),
        _line("h1", said("三、上期通报问题的整改情况")),
        *_past(material),
        _line("h1", said("四、下一步工作要求")),
        *_requirements(material),
        *(_line("annexed", said(f"{'附件：' if n == 1 else ''}{n}.{name}")) for n, name in enumerate(annexes, 1)),
        _line("signature", said(_office(material))),
        _line("date", said(day(material.dated))),
    )
    return numbered(found)


def numbered(found: Iterable[Line], mark: str = "s") -> tuple[Line, ...]:
    """Return lines whose sentences have numbers of their own."""
    count = 0
    done = []
    for line in found:
        sentences = []
        for sentence in line.sentences:
            count += 1
            sentences.append(_with_id(sentence, f"{mark}{count}"))
        done.append(Line(kind=line.kind, sentences=tuple(sentences)))
    return tuple(done)


def _with_id(sentence: Sentence, id: str) -> Sentence:
    return Sentence(
        id=id,
        pieces=sentence.pieces,
        figures=sentence.figures,
        findings=sentence.findings,
        exhibits=sentence.exhibits,
    )


def _line(kind: LineKind, *sentences: Sentence) -> Line:
    return Line(kind=kind, sentences=sentences)


def _office(material: Material) -> Piece:
    return Piece(text=material.office.name) if material.office.name else material.blank("office", "发文机关")


def _opening(material: Material) -> Sentence:
    name = period_words(material.book.period.name)
    nouns = "和".join(noun for kind, noun in NOUNS.items() if material.of(kind))
    document = material.rules.document if material.rules else material.book.period.edition
    return said(f"按照{document}的要求，", _office(material), f"组织开展了{name}{nouns}检查，现将有关情况通报如下。")


def _overall(material: Material) -> Iterator[Line]:
    period = material.book.period
    registers = "、".join(dict.fromkeys(f"“{name_of(one.name)}”" for one in period.registers))
    closed = f"，其中已关停的{period.closed}个不计" if period.closed else ""
    yield _line(
        "body",
        said(
            f"检查对象取自{registers}登记表，共{period.frame_size + period.closed}个{closed}。",
            figures=(_count("登记数", period.frame_size + period.closed), _count("已关停", period.closed)),
        ),
        said(f"检查窗口为{day(period.since)}至{day(period.until)}，检查时点为{local_text(period.at)}。"),
    )
    for kind in NOUNS:
        if material.of(kind):
            yield _line("body", *_counts(material, kind))
    if material.unregistered:
        yield _line("body", _found_unregistered(material))
    yield _line("body", said("总体来看，", material.blank("appraisal", "总体评价"), "。"))


def _counts(material: Material, kind: Kind) -> Iterator[Sentence]:
    own = material.of(kind)
    noun, total = NOUNS[kind], tally(own)
    if kind == "account" and (sample := material.book.period.sample) is not None:
        share = Rate(part=len(sample.keys), whole=sample.frame_size)
        yield said(
            f"在登记的{sample.frame_size}个{noun}中抽查{len(sample.keys)}个，抽查比例{share.text}"
            f"（{len(sample.keys)}/{sample.frame_size}），随机种子为“{plainly(sample.seed)}”。",
            figures=(_rate("抽查比例", share),),
        )
    before = material.past.bulletin.total(kind) if material.past else None
    last = (_rate(f"上期{noun}合格率", before.rate),) if before and before.rate else ()
    figures = (*_figures(noun, total), *last)
    yield said(f"应检{noun}{_told(total)}", *_rates(total, before), "。", figures=figures)
    groups = by_group(own)
    if len(groups) > 1:
        parts = [f"{row.name}{row.tally.due}个，不合格{row.tally.failed}个{_short_rate(row.tally)}" for row in groups]
        yield said(
            f"其中，{'；'.join(parts)}。", figures=tuple(one for row in groups for one in _figures(row.name, row.tally))
        )


def _told(total: Tally) -> str:
    return (
        f"{total.due}个，免检{total.exempt}个，实检{total.checked}个，合格{total.passed}个，不合格{total.failed}个，"
        f"未能判定{total.open}个"
    )


def _rates(total: Tally, before: Tally | None) -> Iterator[str]:
    if not total.checked:
        yield "，没有实检对象，不计合格率"
        return
    if total.rate is None:
        yield f"；因有{total.open}个未能判定，合格率在{total.least.told}与{total.most.told}之间"
        return
    yield f"，合格率{total.rate.text}（{total.rate.part}/{total.rate.whole}，{RULE}）"
    if before is not None and (change := points(total.rate, before.rate)) and before.rate:
        yield f"，较上期{change}（上期{before.rate.told}，{CHANGE_RULE}）"


def _short_rate(total: Tally) -> str:
    if not total.checked:
        return ""
    if total.rate is None:
        return f"，未能判定{total.open}个，合格率在{total.least.told}与{total.most.told}之间"
    return f"，合格率{total.rate.told}"


def _figures(name: str, total: Tally) -> tuple[Figure, ...]:
    counts = (
        ("应检", total.due),
        ("免检", total.exempt),
        ("实检", total.checked),
        ("合格", total.passed),
        ("不合格", total.failed),
        ("未能判定", total.open),
    )
    rates = (total.least,) if total.rate else (total.least, total.most)
    return (
        *(_count(f"{name}{what}", number) for what, number in counts),
        *(_rate(f"{name}合格率", one) for one in rates if one.whole),
    )


def _count(name: str, number: int) -> Figure:
    return Figure(name=name, text=str(number), part=number)


def _rate(name: str, rate: Rate) -> Figure:
    return Figure(name=name, text=rate.text, part=rate.part, whole=rate.whole, rule=RULE)


def _found_unregistered(material: Material) -> Sentence:
    every = material.unregistered
    failing = [one for one in every if one.result == "failed"]
    also = f"，其中{len(failing)}个内容保障不合格" if failing else ""
    standing = [standing for one in every for standing in one.standing]
    return said(
        f"检查中另发现未在登记表中登记的政务新媒体{len(every)}个{also}。",
        figures=(_count("漏报", len(every)), _count("漏报且不合格", len(failing))),
        standing=standing,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """One kind of problem, and who has it."""

    name: str
    kind: Kind
    held: tuple[tuple[Outcome, Standing], ...]


def _problems(material: Material) -> Iterator[Line]:
    found = list(_kinds(material))
    for n, problem in enumerate(found):
        yield _line("h2", said(f"（{_numeral(n)}）{problem.name}。"))
        yield _line("body", _told_of(problem))
    open_ = [one for one in material.ends if one.result == "open"]
    if open_:
        yield _line("h2", said(f"（{_numeral(len(found))}）未能判定。"))
        yield _line(
            "body",
            said(
                f"另有{len(open_)}个检查对象按现有证据未能判定是否合格，未计入合格或不合格，名单及原因见附件，已转人工核查。",
                figures=(_count("未能判定", len(open_)),),
            ),
        )
    if not found and not open_:
        yield _line("body", said("本期检查未发现不合格的情形。"))


def _kinds(material: Material) -> Iterator[_Problem]:
    """Yield the problems that persons confirmed or decided on, those that fail somebody first, then the frequent ones."""
    grouped: dict[tuple[str, Kind], list[tuple[Outcome, Standing]]] = defaultdict(list)
    for one in material.ends:
        for standing in named(material.book, one):
            grouped[rule_name(standing.finding, material.rules), one.member.kind].append((one, standing))
    problems = [_Problem(name=name, kind=kind, held=tuple(held)) for (name, kind), held in grouped.items()]
    yield from sorted(
        problems, key=lambda one: (not any(end.result == "failed" for end, _ in one.held), -len(one.held))
    )


def _told_of(problem: _Problem) -> Sentence:
    names = list(dict.fromkeys(name_of(one.member.name) for one, _ in problem.held))
    failing = len({one.member.id for one, _ in problem.held if one.result == "failed"})
    members = len({one.member.id for one, _ in problem.held})
    listed = "、".join(f"“{name}”" for name in names[:NAMED])
    if members == 1:
        whom, of = listed, "，判定为不合格" if failing else "，未判定为不合格"
    else:
        whom = f"{listed}等{members}个{NOUNS[problem.kind]}"
        partly = f"，其中{failing}个判定为不合格" if failing else "，未判定为不合格"
        of = "，均判定为不合格" if failing == members else partly
    return said(
        f"{whom}经核实存在“{problem.name}”问题{of}。",
        figures=(_count(problem.name, members), _count(f"{problem.name}（不合格）", failing)),
        standing=[standing for _, standing in problem.held],
    )


def _past(material: Material) -> Iterator[Line]:
    past = material.past
    if past is None:
        yield _line("body", said(material.blank("past", "上期通报问题的整改情况；本系统中没有已印发的上期通报")))
        return
    failed = [one for one in past.bulletin.ended if one.result == "failed"]
    name = period_words(past.bulletin.period)
    if not failed:
        yield _line("body", said(f"{name}通报没有不合格名单。"))
        return
    grouped: dict[str, list[Ended]] = defaultdict(list)
    for one in failed:
        grouped[_state(material, one)].append(one)
    parts = [
        f"{'、'.join(f'“{name_of(one.name)}”' for one in ones[:NAMED])}{'等' if len(ones) > 1 else ''}{len(ones)}个{state}"
        for state, ones in grouped.items()
    ]
    yield _line(
        "body",
        said(
            f"{name}通报的{len(failed)}个不合格检查对象中，{'；'.join(parts)}。",
            figures=(_count("上期不合格", len(failed)), *(_count(state, len(ones)) for state, ones in grouped.items())),
        ),
    )


def _state(material: Material, ended: Ended) -> str:
    """Return what became of one of the last bulletin's failing members, by the least far step of its cases."""
    if material.past is None:
        return "未反馈整改情况"
    book = material.past.book
    members = {one.id: one for one in (*book.period.members, *book.period.outside)}
    if ended.member not in members:
        return "未反馈整改情况"
    steps = {case.state for cited, _, case in book.of(members[ended.member]) if case and cited.number in ended.exhibits}
    for step in ("overdue", "contested", "published", "upheld", "changed", "rectified", "rechecked", "overturned"):
        if step in steps:
            return "未反馈整改情况" if step in ("published", "upheld", "changed") else WORDS[step]
    return "未反馈整改情况"


def _requirements(material: Material) -> Iterator[Line]:
    failing = [one for one in (*material.ends, *material.unregistered) if one.result == "failed"]
    written: list[Sentence] = []
    if failing:
        written.append(
            said(
                f"（{_numeral(len(written))}）立即整改。对本次通报的{len(failing)}个不合格检查对象，有关单位应自本通报印发之日起"
                f"{material.due_days}个工作日内（",
                _until(material, material.due_days, "due"),
                "前）将整改情况书面报送",
                _office(material),
                "。",
                figures=(_count("须整改", len(failing)),),
            )
        )
    if material.unregistered:
        written.append(
            said(
                f"（{_numeral(len(written))}）补报登记。对{len(material.unregistered)}个未登记的政务新媒体，有关单位应在"
                f"{LATE_REGISTRATION_DAYS}个工作日内（",
                _until(material, LATE_REGISTRATION_DAYS, "registration_due"),
                "前）补报。",
                figures=(_count("须补报", len(material.unregistered)),),
            )
        )
    written.append(said(f"（{_numeral(len(written))}）", material.blank("requirements", "其他工作要求"), "。"))
    for sentence in written:
        yield _line("body", sentence)


def _until(material: Material, days: int, name: str) -> Piece:
    """Return the last day of a limit in working days, a blank where the calendar does not reach so far."""
    due = workdays.shipped().after(material.dated, days)
    return Piece(text=day(due)) if due else material.blank(name, f"印发后第{days}个工作日的日期")


def _numeral(n: int) -> str:
    return _NUMERALS[n] if n < len(_NUMERALS) else str(n + 1)
