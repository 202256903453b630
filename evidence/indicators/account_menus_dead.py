"""菜单失效: entries of an account's own menu (公众号菜单) that lead nowhere (bulletins name them; not an indicator with a number).

Menus are seen only in the client, so that two persons try them; an entry that one look finds dead may be back at the next. An
account without a menu has no dead one.

>>> indicator.scope, indicator.clause, indicator.reviewers
('account', '菜单失效', 1)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evidence import trying
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.span import local_text
from evidence.trying import Outcome

indicator = Indicator(__name__, clause="菜单失效", scope="account", reviewers=1)

_WITH_MENUS = ("wechat",)
"""Platforms whose accounts are asked for menus; those of others only where somebody tried one."""


@indicator.judge
def account_menus_dead(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on an account that may have a menu."""
    tried = {name: one for name, one in _menus(facts, rules).items() if one.shows != "untried"}
    if not tried and facts.subject.platform not in _WITH_MENUS:
        return
    absent = [one for one in tried.values() if one.seen[0].one.came == "absent"]
    gone = max((one.seen[0].tried.when for one in absent), default=None)
    dead = [
        one
        for one in tried.values()
        if one.shows == "fails" and one not in absent and (gone is None or gone < one.seen[0].tried.when)
    ]
    open_ = [one for one in tried.values() if one.shows == "open" and one not in absent]
    said = f"截至{local_text(facts.at)}，{facts.subject.name}"
    if (excuse := trying.excused(facts, rules)) is not None:
        yield Answer(state="clear", message=f"{said}{excuse}，不查菜单。", numbers=_numbers(()), for_the_unit=(excuse,))
    elif dead:
        yield Answer(
            state="hit",
            message=f"{said}有{len(dead)}处菜单经两人试用无效，须人工核对。",
            as_of=min(one.seen[0].tried.when for one in dead),
            numbers=_numbers(dead),
            against=tuple(said for one in dead for said in one.said),
            missing=tuple(said for one in open_ for said in one.missing),
            exhibits=_records(dead),
            second_look=trying.together(dead),
        )
    elif open_ or not tried:
        untried = ("没有人试过菜单（exhibit add --tried menu:名称=works 或 menu:名称=dead）",)
        yield Answer(
            state="undecided",
            message=f"{said}的菜单是否有效不能确定，不作认定。",
            numbers=_numbers(()),
            missing=tuple(said for one in open_ for said in one.missing) or untried,
            exhibits=_records(open_),
        )
    else:
        seen = "没有菜单" if absent else f"所试的{len(tried)}处菜单均有效"
        yield Answer(
            state="clear", message=f"{said}{seen}。", numbers=_numbers(()), exhibits=_records([*tried.values()])
        )


def _menus(facts: Facts, rules: RuleSet) -> dict[str | None, Outcome]:
    return trying.named(facts, rules, rules.of(indicator.name), "menu")


def _numbers(dead: Sequence[Outcome]) -> dict[str, object]:
    return {"count": len(dead), "tries": trying.told(dead)}


def _records(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(record for one in outcomes for record in one.records))
