"""One finding in plain Chinese: what was seen, when, by which clause and number, what speaks for the unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from evidence import words
from evidence.human import HumanExhibit
from evidence.model import Finding
from evidence.quoting import plainly
from evidence.ruleset import Rule, RuleSet
from evidence.span import Span, local_text

_SECOND = {
    "agrees": "另一次访问结果一致",
    "disagrees": "另一次访问结果不一致",
    "missing": "尚无第二次查看；复看一致前不得确认或通报",
    "not needed": "不需要",
}
_REVIEWERS = {0: "无须人工复核即可提出", 1: "须1人核对后方可提出", 2: "须2人核对后方可提出"}


def explain(finding: Finding, rules: RuleSet | None = None, human: Sequence[HumanExhibit] = ()) -> str:
    """Return a finding as text for people; with its rule set the clause is quoted too, with `human` what was handed in."""
    told = (*_lines(finding, rules if rules and rules.sha256 == finding.rules else None), *_handed_in(human))
    return "\n".join(told) + "\n"


def _lines(finding: Finding, rules: RuleSet | None) -> Iterator[str]:
    yield f"证据编号　{finding.id[:12]}"
    yield f"结　　论　{words.conclusion(finding.state, finding.effect)}"
    yield f"事　　实　{finding.message}"
    yield f"判定依据　{_clause(finding, rules)}"
    yield f"检查时点　{local_text(finding.at)}；所依据的查看截至{local_text(finding.as_of) if finding.as_of else '（无）'}"
    yield f"复　　看　{_SECOND[finding.second_look]}；{_REVIEWERS.get(finding.reviewers, '须人工核对')}"
    yield from _section("计入的栏目", (_counted(one) for one in _entries(finding, "counted")))
    if not _entries(finding, "counted"):
        yield from _section("所见", finding.against)
    yield from _section("对单位有利的事实", finding.for_the_unit or ("未发现",))
    yield from _section("未能确定、尚缺的材料", finding.missing)
    yield from _section("未计入的栏目及理由", (_not_counted(one) for one in _entries(finding, "not_counted")))
    yield from _section("两种算法", both_ways(finding))
    yield from _section("所依据的记录", finding.exhibits)
    yield f"没有看到的　本结论不说明{local_text(finding.as_of) if finding.as_of else '时点'}以后的情况，也不说明其他网络位置所见。"


def _handed_in(exhibits: Sequence[HumanExhibit]) -> Iterator[str]:
    """Yield what people handed in: stated by them, not seen by the program."""
    yield from _section("人工提取的材料（所述情况为提取人陈述）", (handed_in(one) for one in exhibits))


def handed_in(exhibit: HumanExhibit) -> str:
    """Return one human exhibit in a sentence."""
    said = exhibit.statement
    when = f"，{local_text(said.begun)}至{local_text(said.ended)}" if said.begun and said.ended else ""
    second = f"，在场{plainly(said.second)}" if said.second else ""
    files = "、".join(f"{plainly(file.name)}（{file.size}字节，摘要{file.sha256[:12]}）" for file in said.files)
    tried = f"；所试：{'、'.join(one.said for one in said.tries)}" if said.tries else ""
    kind, by = words.HUMAN_KINDS[said.kind], plainly(said.by)
    return f"{kind}，{by}提取{second}{when}：{files}{tried}；记录{exhibit.record.id[:12]}"


def _clause(finding: Finding, rules: RuleSet | None) -> str:
    if rules is None:
        return f"{finding.clause}（规则集摘要{finding.rules[:12]}）"
    rule: Rule = rules.of(finding.indicator)
    return f"{rules.document} {finding.clause} {rule.name}：{rule.text}"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield title
        yield from (f"　{n}. {line}" for n, line in enumerate(found, 1))


def _entries(finding: Finding, key: str) -> list[Mapping[str, Any]]:
    return [one for one in finding.numbers.get(key, ()) if isinstance(one, Mapping)]


def _counted(one: Mapping[str, Any]) -> str:
    if "heading" in one:
        return f"第{int(one['index']) + 1}列“{plainly(str(one['heading']))}”，共{one['rows']}行全空"
    kind = words.CLASSES.get(str(one.get("class")), "未列类别")
    level = "" if one.get("level") is None else f"，{words.level(int(one['level']))}"
    basis = "；".join(map(str, one.get("basis", ())))
    newest = f"最新{one['newest']}，距查看日{one['age_days']}天" if one.get("newest") else basis or "没有任何条目"
    limit = f"，期限{Span.parse(str(one['limit'])).chinese}" if one.get("limit") else ""
    duty = "" if one.get("duty", True) is True else "，台账未确认更新责任，不计入认定"
    also = f"（{basis}）" if basis and one.get("newest") else ""
    return f"{one['name']}（{kind}{level}）：{newest}{limit}{also}{duty}　{one.get('url', '')}"


def _not_counted(one: Mapping[str, Any]) -> str:
    label = f"（{plainly(str(one['label']))}）" if one.get("label") not in (None, "", one["name"]) else ""
    return f"{plainly(str(one['name']))}{label}：{one['because']}"


def both_ways(finding: Finding) -> Iterator[str]:
    """Yield what both ways of counting a limit come to; nothing where it has one only."""
    count, other = finding.numbers.get("count"), finding.numbers.get("count_by_days")
    if isinstance(count, int) and isinstance(other, int) and finding.clause in ("WV-4.1", "WV-4.2"):
        yield f"按日历月：{count}个；按每月30天：{other}个"
