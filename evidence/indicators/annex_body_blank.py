"""附件正文空白: an annex's heading with nothing below it, which is how annexes got lost in published bulletins (not a
national indicator; a proposal).

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
from evidence.quoting import plainly
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign

indicator = Indicator(__name__, clause="附件正文空白", scope="site", reviewers=1)


@indicator.judge
def annex_body_blank(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the target."""
    yield signs.answer(facts, series, rules, rules.of(indicator.name), _find, noun="附件只有标题而无正文")


def _find(look: Look) -> tuple[Sign, ...]:
    annexes = look.reading.annexes if look.reading else ()
    return tuple(
        Sign(
            key=f"{annex.label}{annex.title}",
            said=f"{plainly(annex.label)}“{plainly(annex.title, 60)}”只有标题，没有正文",
        )
        for annex in annexes
        if annex.blank
    )
