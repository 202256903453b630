"""征集无渠道: entries of survey columns that show no way to answer: no form, link, mailbox, telephone, address or code (a proposal;
a survey column run without real solicitation is named in bulletins among what is to be put right).

An entry that is over, or whose time is not known, may have had its form before. What is in a picture, a file, a frame or on a next page
was not seen, and leaves it open.

>>> from evidence.ruleset import load
>>> rule = load("national-2019").of(indicator.name)
>>> rule.effect, rule.count, rule.limit
('proposal', 2, '1m')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from evidence import signs, soliciting
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.model import Reading, Survey
from evidence.quoting import title
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign
from evidence.span import Span

indicator = Indicator(__name__, clause="征集无渠道", scope="site", reviewers=1)


@indicator.judge
def survey_unanswerable(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site; none where it has no survey column. `limit` is how old an entry without an end may be."""
    if not any(soliciting.is_column(one) for one in facts.observed):
        return
    rule = rules.of(indicator.name)
    limit = Span.parse(rule.limit or "1m")

    def find(look: Look) -> tuple[Sign, ...]:
        return _find(look, limit.before(look.day))

    noun = "征集调查没有可见的参与渠道"
    yield signs.answer(facts, series, rules, rule, find, noun=noun, of=soliciting.is_column, once=True)


def _find(look: Look, since: date) -> tuple[Sign, ...]:
    survey, reading = soliciting.survey_of(look), look.reading
    if survey is None or reading is None or survey.ended or survey.results:
        return ()
    if (survey.until is not None and survey.until < look.day) or _is_old(reading, survey, since):
        return ()
    unseen = soliciting.unseen(survey)
    if len(unseen) < len(survey.ways):
        return ()
    why = f"页面有{'、'.join(unseen)}，渠道可能在其中，须人工核对" if unseen else _undated(reading, survey)
    said = f"{title(reading.title)}没有表单、链接、邮箱、电话、地址或二维码等参与渠道"
    return (Sign(key=reading.url or reading.title, said=said, open=why),)


def _is_old(reading: Reading, survey: Survey, since: date) -> bool:
    """Tell whether an entry that names no end is so old that it may be over."""
    return survey.until is None and reading.published is not None and reading.published.date < since


def _undated(reading: Reading, survey: Survey) -> str:
    known = survey.until is not None or (reading.published is not None and reading.published.certain)
    return "" if known else "未标时间，可能已经结束，须人工核对"
