"""WD-3.3 留言公开: answered letters whose own page shows no day of the message, no day of the answer, or no answering unit, a
point each, six at most (国办秘函〔2019〕19号, 扣分项). Lists of letters often show less than their pages: they do not count.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).effect
'points'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from evidence import signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.quoting import plainly
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign

indicator = Indicator(__name__, clause="WD-3.3", scope="site")

MOST = 60
"""Tenths of a point that this item is worth."""


@indicator.judge
def letters_public(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    found = signs.answer(facts, series, rules, rules.of(indicator.name), _find, noun="公开留言缺少要素", once=True)
    yield replace(found, numbers={**found.numbers, "tenths": min(MOST, found.numbers.get("tenths", 0))})


def _find(look: Look) -> tuple[Sign, ...]:
    reading = look.reading
    if reading is None or reading.page_kind == "list" or len(reading.letters) != 1:
        return ()
    if reading.images or reading.file_pages:  # the answer may stand there
        return ()
    (letter,) = reading.letters
    if letter.replied is None and not letter.state.startswith("已"):
        return ()
    told = {"留言时间": letter.submitted, "答复时间": letter.replied, "答复单位": letter.unit}
    lacking = [name for name, value in told.items() if not value]
    if not lacking:
        return ()
    said = f"留言“{plainly(letter.title or letter.number, 40)}”未显示{'、'.join(lacking)}"
    return (Sign(key=letter.number or letter.title, said=said, points=10 * len(lacking)),)
