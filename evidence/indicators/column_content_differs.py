"""栏目与内容不符: columns whose entries are nearly all of another kind, as a 政策解读 that lists meetings, or a 通知公告 that copies
news (a proposal; bulletins name it among what is to be put right).

Told by titles alone: an entry counts that has a word of news and none by which it may belong to its column after all.
Columns with few entries, those that only part of was seen, and those whose ledger and page disagree of their class say nothing.

>>> from evidence.ruleset import load
>>> rule = load("national-2019").of(indicator.name)
>>> rule.count, rule.share, sorted(rule.subjects)
(10, 900, ['interpretation', 'notice', 'policy', 'survey'])
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from evidence import signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.model import Fact, Item
from evidence.quoting import plainly, title
from evidence.reading.classes import class_of
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.signs import Sign
from evidence.words import CLASSES

indicator = Indicator(__name__, clause="栏目与内容不符", scope="site", reviewers=1)

SHOWN = 3
"""Titles that a finding quotes of a column."""
LONG, ALIKE = 15, 3
"""Characters, and titles of so many, from which the longest of a list may have been cut at a fixed length."""


@indicator.judge
def column_content_differs(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site; none where it has no column of a class that the rule has words for."""
    rule = rules.of(indicator.name)
    asked = {one.fact.label: one.fact for one in facts.columns if _is_known(one.fact, rule)}
    if not asked:
        return
    found = signs.answer(
        facts,
        series,
        rules,
        replace(rule, count=None),
        lambda look: _find(look, asked, rule),
        noun="栏目名称与所列内容不符",
        of=lambda one: one.fact.label in asked,
    )
    yield replace(found, numbers={**found.numbers, "entries": rule.count, "share_per_mille": rule.share})


def _is_known(fact: Fact, rule: Rule) -> bool:
    """Tell whether the rule has words for a column's class, and its name does not say another."""
    return fact.class_ in rule.subjects and class_of((fact.name,)) in (fact.class_, "other")


def _find(look: Look, asked: Mapping[str, Fact], rule: Rule) -> tuple[Sign, ...]:
    fact, reading = asked.get(look.row.label), look.reading
    if fact is None or fact.class_ is None or reading is None or reading.page_kind != "list":
        return ()
    own = reading.column
    if own is None or own.kind != "list" or own.class_ not in (fact.class_, "other"):
        return ()
    if len(look.items) < (rule.count or 1):
        return ()
    words = rule.subjects[fact.class_]
    whole = _whole(look.items)
    others = [item.title for item in look.items if whole(item) and words.tells(item.title)]
    if 1000 * len(others) < (rule.share or 1000) * len(look.items):
        return ()
    quoted = "、".join(map(title, others[:SHOWN]))
    said = f"{CLASSES[fact.class_]}类栏目“{plainly(fact.name)}”所列{len(look.items)}条中{len(others)}条是会议活动报道，如{quoted}"
    return (Sign(key=fact.label, said=said),)


def _whole(items: Sequence[Item]) -> Callable[[Item], bool]:
    """Return what tells whether a title was seen to its end, where what it is often stands (…的通知).

    Some sites cut titles without a sign: several of one length, the greatest of the list, may all go on.
    """
    lengths = Counter(len(item.title) for item in items)
    longest = max(lengths, default=0)
    most = longest if longest >= LONG and lengths[longest] >= ALIKE else longest + 1
    return lambda item: not item.cut and len(item.title) < most
