"""公开个人信息: identity numbers with a valid check digit, or lists of mobile telephones, on a public page (个人信息保护法; not a
national indicator; a proposal for two reviewers).

Only how many there are is kept, never the numbers.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).effect
'proposal'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence import signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign

indicator = Indicator(__name__, clause="公开个人信息", scope="site", reviewers=2)

MANY = 5
"""Mobile telephones in one list or table that are those of citizens and not of an office."""


@indicator.judge
def personal_numbers(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the target."""
    yield signs.answer(facts, series, rules, rules.of(indicator.name), _find, noun="页面或其附件公开了个人号码")


def _find(look: Look) -> tuple[Sign, ...]:
    known = look.reading.personal if look.reading else {}
    found = []
    if count := known.get("identity", 0):
        found.append(
            Sign(key="identity", said=f"有{count}个校验正确的身份证号（号码不录）", told=(("identity", count),))
        )
    if (count := known.get("mobile", 0)) >= MANY:
        found.append(Sign(key="mobile", said=f"有{count}个手机号列于名单（号码不录）", told=(("mobile", count),)))
    return tuple(found)
