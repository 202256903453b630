"""WV-5.2 互动回应差: consultations of the year before T that their page says are unanswered for more than three months
(国办秘函〔2019〕19号, 单项否决; here a proposal: the page is asked, not the office behind it).

Petitions, reports, surveys and interviews do not count. A letter whose page shows no reply may have been answered
otherwise: it is open, and named so; only a page that calls it unanswered counts.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).limit
'3m'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from evidence import signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.model import Letter
from evidence.quoting import plainly
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign
from evidence.span import Span

indicator = Indicator(__name__, clause="WV-5.2", scope="site", reviewers=1)

YEAR = Span.parse("12m")
_OTHER = re.compile(r"信访|举报|检举|纪检|征集|调查|访谈|投诉")
_UNANSWERED = re.compile(r"未(?:回复|答复|办理|处理|办结)|待(?:回复|答复|办理|处理|受理)|(?:办理|处理|受理|审核)中")


@indicator.judge
def letters_unanswered(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site."""
    rule = rules.of(indicator.name)
    limit = Span.parse(rule.limit or "3m")
    yield signs.answer(
        facts, series, rules, rule, lambda look: _find(look, limit), noun="超过期限未答复的留言", once=True
    )


def _find(look: Look, limit: Span) -> tuple[Sign, ...]:
    reading = look.reading
    if reading is None or (reading.column is not None and _OTHER.search("".join((reading.column.name, reading.title)))):
        return ()
    first, last = YEAR.before(look.day), limit.before(look.day)
    return tuple(_sign(letter, look.day) for letter in reading.letters if _counts(letter, first, last))


def _counts(letter: Letter, first: date, last: date) -> bool:
    sent = letter.submitted or letter.accepted
    if letter.replied is not None or sent is None or not first <= sent < last or _OTHER.search(letter.title):
        return False
    return not letter.state or bool(_UNANSWERED.search(letter.state))


def _sign(letter: Letter, day: date) -> Sign:
    sent = letter.submitted or letter.accepted
    said = f"留言“{plainly(letter.title or letter.number, 40)}”提交于{sent}，{day}查看时页面"
    said += f"标为“{plainly(letter.state)}”" if letter.state else "没有显示答复"
    return Sign(
        key=letter.number or letter.title,
        said=said,
        told=(("number", letter.number), ("submitted", str(sent))),
        open="" if letter.state else "没有显示答复，不等于没有答复，须由单位提供办理情况",
    )
