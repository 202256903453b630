"""征集无结果: surveys that ended long ago and say nothing of what came of them (a proposal; results published within a month
count in favour of a site, 国办秘函〔2019〕19号 加分项).

Results may stand elsewhere: any list of the site with an entry that may be one, or a survey column not seen whole, leaves it
open. The end is taken to be the latest day that the entry's text names.

>>> from evidence.ruleset import load
>>> rule = load("national-2019").of(indicator.name)
>>> rule.effect, rule.count, rule.limit
('proposal', 3, '3m')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from evidence import signs, soliciting
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.quoting import title
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign
from evidence.span import Span

indicator = Indicator(__name__, clause="征集无结果", scope="site", reviewers=1)


@indicator.judge
def survey_results(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site; none where it has no survey column. `limit` is the time results have to come."""
    if not any(soliciting.is_column(one) for one in facts.observed):
        return
    rule = rules.of(indicator.name)
    limit, elsewhere = Span.parse(rule.limit or "3m"), soliciting.may_tell_results(facts, series)

    def find(look: Look) -> tuple[Sign, ...]:
        return _find(look, limit.before(look.day), elsewhere)

    noun = "征集调查结束后未见结果"
    yield signs.answer(facts, series, rules, rule, find, noun=noun, of=soliciting.is_column, once=True)


def _find(look: Look, cutoff: date, elsewhere: str) -> tuple[Sign, ...]:
    survey, reading = soliciting.survey_of(look), look.reading
    if survey is None or reading is None or survey.results or survey.until is None or survey.until >= cutoff:
        return ()
    held = soliciting.unseen(survey)
    why = elsewhere or (f"页面有{'、'.join(held)}，结果可能在其中，须人工核对" if held else "")
    said = f"{title(reading.title)}所写日期最晚为{survey.until}，页面和列表均未见结果"
    return (Sign(key=reading.url or reading.title, said=said, open=why),)
