"""WD-3.4 答复超期: letters whose page shows that they were answered later than five working days after they were accepted.

Only what is printed counts: a letter without a reply shown may have been answered otherwise, is open, and is named so.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).count
5
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from evidence import signs, workdays
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.model import Letter
from evidence.quoting import plainly
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.signs import Sign

indicator = Indicator(__name__, clause="WD-3.4", scope="site", reviewers=1)


@indicator.judge
def letters_late(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the target; `count` of the rule are the working days."""
    rule = rules.of(indicator.name)
    found = signs.answer(
        facts, series, rules, replace(rule, count=None), lambda look: _find(look, rule), noun="来信答复超过期限"
    )
    numbers = {**found.numbers, "working_days": rule.count, "calendar": workdays.shipped().edition}
    yield replace(found, numbers=numbers)


def _find(look: Look, rule: Rule) -> tuple[Sign, ...]:
    letters = look.reading.letters if look.reading else ()
    return tuple(sign for letter in letters if (sign := _sign(letter, rule.count or 5)) is not None)


def _sign(letter: Letter, limit: int) -> Sign | None:
    if letter.accepted is None or letter.replied is None:
        return None
    due = workdays.shipped().after(letter.accepted, limit)
    if due is None or letter.replied <= due:
        return None
    said = (
        f"信件{plainly(letter.number)}于{letter.accepted}受理、{letter.replied}答复，{limit}个工作日内应于{due}前答复"
    )
    return Sign(key=letter.number or letter.title, said=said, points=40, told=(("number", letter.number),))
