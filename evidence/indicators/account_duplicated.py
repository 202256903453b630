"""重复开设: two running accounts of one owner on one platform (国办发〔2018〕123号: 一个单位原则上在同一第三方平台只开设一个;
not an indicator with a number, so a proposal).

Counted only where one register, fetched in time, has both accounts as running under different ids, and both name the same
certified owner. Otherwise it may be one account under two ids, one that was closed, or another body's of the same unit.

>>> indicator.scope, indicator.clause, indicator.reviewers
('account', '重复开设', 1)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evidence import trying
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.model import State
from evidence.registers import duplicates, platforms
from evidence.registers.register import Entry
from evidence.registers.standing import Standing, cited, kept_from_counting, key_of
from evidence.ruleset import RuleSet
from evidence.series import Series, sighted
from evidence.span import Span, local_day, local_text

indicator = Indicator(__name__, clause="重复开设", scope="account", reviewers=1)

_IN_PRINCIPLE = "规定为“原则上”只开设一个；订阅号与服务号、确有需要另设的，由主管单位说明"
_OWN = ("app",)
"""Forms that are no third party's platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Twin:
    """Another account of the owner, and why it may not count."""

    key: str
    name: str
    where: str
    open: tuple[str, ...]

    @property
    def said(self) -> str:
        return f"“{self.name}”（{self.key.partition('/')[2]}，{self.where}）"


@indicator.judge
def account_duplicated(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on an account of a third party's platform, where there is a register or another target of its owner."""
    who = facts.subject
    if who.platform is None or who.platform in _OWN or not (facts.registers or facts.siblings):
        return
    if (excuse := trying.excused(facts, rules)) is not None:
        yield _clear(facts, excuse)
        return
    found = tuple(_twins(facts, rules))
    age = Span.parse(rules.max_evidence_age)
    lacking = tuple(_lacking(facts, sighted(series.values(), at=facts.at, age=age)))
    sure = [one for one in found if not one.open]
    if not found:
        yield _clear(facts, "没有见到同一主体在同一平台的其他账号")
        return
    state: State = "hit" if sure and not lacking else "undecided"
    listed = "、".join(one.said for one in (sure or found))
    tail = "，须人工核对是否重复开设" if state == "hit" else "，是否重复开设不能确定，不作认定"
    yield Answer(
        state=state,
        message=f"截至{local_text(facts.at)}，{who.name}的主体在{platforms.name(who.platform)}另有{len(sure or found)}个账号：{listed}{tail}。",
        as_of=max((one.fact.as_of for one in facts.observed if one.fact.as_of), default=None),
        numbers=_numbers(facts, sure),
        against=tuple(one.said for one in sure) if state == "hit" else (),
        missing=(*lacking, *(f"{one.said}：{reason}" for one in found for reason in one.open)),
        for_the_unit=(_IN_PRINCIPLE,),
        exhibits=tuple(dict.fromkeys(record for one in facts.observed for record in one.records)),
    )


def _lacking(facts: Facts, seen: bool) -> Iterator[str]:
    """Yield what is not known of the account itself."""
    if key_of(facts.subject) is None:
        yield "对象清单没有写平台ID，不能与登记表核对"
    if not seen:
        yield "时点前没有看到该账号内容的近期完整记录，不能确定其仍在使用"


def _twins(facts: Facts, rules: RuleSet) -> Iterator[_Twin]:
    """Yield the other accounts, each once, as the register tells of it that has the fewest doubts; closed and filed ones
    are none."""
    max_age, day = Span.parse(rules.of(indicator.name).limit or "31d"), local_day(facts.at)
    told: dict[str, list[_Twin]] = {}
    ended = {one.key for one in facts.siblings if rules.exempt(one.target, "", day)}
    for one in facts.registers:
        for entry in duplicates.twins(facts.subject, one.register):
            if entry.key is None:
                continue
            if entry.state not in ("running", "unknown", "changing"):
                ended.add(entry.key)
            told.setdefault(entry.key, []).append(_of_register(facts, one, entry, max_age))
    for sibling in facts.siblings:
        if sibling.key not in told:
            reason = "没有一份登记表同时列有这两个账号"
            told[sibling.key] = [
                _Twin(key=sibling.key, name=sibling.name, where=f"对象清单 {sibling.target}", open=(reason,))
            ]
    for key, each in told.items():
        if key not in ended:
            yield min(each, key=lambda twin: len(twin.open))


def _of_register(facts: Facts, one: Standing, entry: Entry, max_age: Span) -> _Twin:
    reasons = list(kept_from_counting(one.register, at=facts.at, max_age=max_age))
    if one.entry is None:
        reasons.append("没有一份登记表同时列有这两个账号")
    elif one.entry.state != "running" or entry.state != "running":
        reasons.append("登记表没有写明两个账号都在正常运行")
    if duplicates.same_owner(facts.subject, entry) is None:
        reasons.append("没有两个账号的认证主体，不能确定是同一主体")
    if duplicates.is_namesake(facts.subject, entry):
        reasons.append("名称相同，可能是同一账号以不同ID登记")
    return _Twin(key=entry.key or "", name=entry.name, where=str(entry.place), open=tuple(reasons))


def _clear(facts: Facts, because: str) -> Answer:
    said = f"截至{local_text(facts.at)}，{facts.subject.name}：{because}。"
    return Answer(state="clear", message=said, numbers=_numbers(facts, []), for_the_unit=(because,))


def _numbers(facts: Facts, sure: list[_Twin]) -> dict[str, object]:
    accounts = [{"id": one.key, "name": one.name, "where": one.where} for one in sure]
    return {"count": len(sure), "accounts": accounts, "registers": cited(facts.registers)}
