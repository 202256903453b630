"""NV-3.1 互动回应差: an account without any effective interaction (国办秘函〔2019〕19号, new media, 单项否决; here a proposal).

Decided by what two persons tried: a working menu link, an answered private message, a comment or a 12345 link is enough, each
by itself. Only where all four were tried and none works is it proposed. Since 2018年2月 new WeChat accounts have no comments
by default, so that comments alone say nothing.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).effect, indicator.clause
('proposal', 'NV-3.1')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence import trying
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.span import local_text
from evidence.tries import WHATS, What
from evidence.trying import Outcome

indicator = Indicator(__name__, clause="NV-3.1", scope="account", reviewers=1)

_WAYS: tuple[What, ...] = ("menu", "message", "comment", "hotline")
_YOUNG = "2018年2月以后新注册的微信公众号默认不开通评论；没有评论不单独作为依据"


@indicator.judge
def account_interaction_missing(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the account."""
    rule = rules.of(indicator.name)
    ways = {what: _of(facts, rules, rule, what) for what in _WAYS}
    working = [one for one in ways.values() if one.shows == "works"]
    failing = [one for one in ways.values() if one.shows == "fails"]
    said = f"截至{local_text(facts.at)}，{facts.subject.name}"
    if (excuse := trying.excused(facts, rules)) is not None:
        yield Answer(
            state="clear", message=f"{said}{excuse}，不查互动功能。", numbers=_numbers(()), for_the_unit=(excuse,)
        )
    elif working:
        yield Answer(
            state="clear",
            message=f"{said}有互动功能：{'；'.join(working[0].said)}。",
            numbers=_numbers(working),
            exhibits=working[0].records,
        )
    elif len(failing) == len(_WAYS):
        yield Answer(
            state="hit",
            message=f"{said}的菜单、私信、评论、12345链接经两人逐项试用均无效，须人工核对是否没有有效的互动功能。",
            as_of=min(one.seen[0].tried.when for one in failing),
            numbers=_numbers(failing),
            against=tuple(said for one in failing for said in one.said),
            for_the_unit=(_YOUNG,),
            exhibits=_records(failing),
            second_look=trying.together(failing),
        )
    else:
        yield Answer(
            state="undecided",
            message=f"{said}有无有效的互动功能不能确定，不作认定。",
            numbers=_numbers(failing),
            missing=tuple(said for what, one in ways.items() for said in _missing(what, one)),
            exhibits=_records(tuple(ways.values())),
        )


def _of(facts: Facts, rules: RuleSet, rule: Rule, what: What) -> Outcome:
    """Return what is known of one way; of menus a single entry that works is enough, one in doubt keeps it open, and only
    what was said of all of them fails."""
    every = trying.named(facts, rules, rule, what)
    told = {one.shows: one for one in every.values() if one.shows in ("works", "open")}
    return told.get("works") or told.get("open") or every.get(None) or Outcome(shows="untried")


def _missing(what: What, one: Outcome) -> tuple[str, ...]:
    if one.shows == "untried" and what == "menu":
        return ("没有人试过全部菜单（exhibit add --tried menu:名称=works，或 menu=absent、menu=dead）",)
    if one.shows == "untried":
        return (f"没有人试过{WHATS[what]}（exhibit add --tried {what}=works 或 {what}=absent）",)
    return one.missing


def _numbers(outcomes: tuple[Outcome, ...] | list[Outcome]) -> dict[str, object]:
    return {"count": len(outcomes), "limit": len(_WAYS), "tries": trying.told(outcomes)}


def _records(outcomes: tuple[Outcome, ...] | list[Outcome]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(record for one in outcomes for record in one.records))
