"""WV-1.1 严重表述错误: fixed expressions with a character lost, wrong, doubled or out of place, and listed misprints
(国办秘函〔2019〕19号, 单项否决; here a proposal for two reviewers, who tell 错误 from 不规范).

What only a picture shows may have been misread, and what is merely 不规范 is no serious error: both are open, and named, until
somebody has looked at them.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).effect, indicator.reviewers
('proposal', 2)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence import signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.model import Wording
from evidence.quoting import plainly
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign

indicator = Indicator(__name__, clause="WV-1.1", scope="site", reviewers=2)


@indicator.judge
def wording(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the target."""
    yield signs.answer(facts, series, rules, rules.of(indicator.name), _find, noun="表述错误", once=True)


def _find(look: Look) -> tuple[Sign, ...]:
    return tuple(_sign(one) for one in (look.reading.wording if look.reading else ()))


def _sign(one: Wording) -> Sign:
    said = f"“{plainly(one.context, 80)}”中“{plainly(one.written)}”应为“{one.right}”（{one.severity}）"
    return Sign(
        key=f"{one.written}{one.context}",
        said=said,
        told=(("written", one.written), ("right", one.right), ("severity", one.severity)),
        open=_doubt(one),
    )


def _doubt(one: Wording) -> str:
    """Return why a place does not count by itself; empty where it does."""
    if one.source == "picture":
        return "仅见于图片文字识别，可能误识，须人工核对原图"
    return "属不规范表述，不是严重表述错误，不计入" if one.severity == "不规范" else ""
