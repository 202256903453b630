"""登记运行而打不开: a site that a register has as running, and that on several days did not open, each time by its own fault.

A proposal for a person, who asks the unit whether the site was closed without a filing. Days that failed for reasons of
ours, or that nobody can tell whose they were, count for nothing; one whole visit among them begins the count anew.

>>> indicator.scope, indicator.clause, indicator.reviewers
('site', '登记运行而打不开', 1)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence.catalog import Row
from evidence.columns import HOME
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.registers.standing import cited, kept_from_counting
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.span import Span, local_day, local_text

indicator = Indicator(__name__, clause="登记运行而打不开", scope="site", reviewers=1)
_DAYS = 3


@indicator.judge
def site_registered_gone(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer where a register has the site as running, and visits of its home page failed."""
    running = [one for one in facts.registers if one.entry and one.entry.state == "running"]
    home = series.get(HOME)
    failed = _failed(home) if home else ()
    if not running or not failed:
        return
    rule = rules.of(indicator.name)
    theirs = [row for row in failed if row.fault == "theirs" and row.coverage == "complete"]
    days = sorted({local_day(row.started) for row in theirs})
    missing = list(_missing(failed, theirs, len(days), rule.count or _DAYS, facts, rules))
    for one in running:
        missing += kept_from_counting(one.register, at=facts.at, max_age=Span.parse(rule.limit or "31d"))
    said = f"登记为正常运行，{len(days)}天因对方原因打不开（{'、'.join(map(str, days[-5:]))}）"
    yield Answer(
        state="undecided" if missing else "hit",
        message=f"截至{local_text(facts.at)}，{facts.subject.name}{said}。",
        numbers={"days": [day.isoformat() for day in days], "limit": rule.count or _DAYS, "registers": cited(running)},
        against=() if missing else (said,),
        missing=tuple(missing),
        exhibits=tuple(row.record for row in theirs[-3:]),
    )


def _failed(home: Series) -> tuple[Row, ...]:
    """Return the visits since the page last opened, all of which failed; none where a later one opened."""
    opened = max((n for n, row in enumerate(home.rows) if row.outcome == "captured"), default=-1)
    if any(row.outcome == "captured" for row in home.later):
        return ()
    return tuple(row for row in home.rows[opened + 1 :] if row.outcome in ("unreachable", "http_error", "timeout"))


def _missing(
    failed: tuple[Row, ...], theirs: list[Row], days: int, limit: int, facts: Facts, rules: RuleSet
) -> Iterator[str]:
    if days < limit:
        yield f"因对方原因打不开的只有{days}天，应有{limit}天；其余{len(failed) - len(theirs)}次不能确定是哪一方的原因"
    age = Span.parse(rules.max_evidence_age)
    if theirs and facts.at - theirs[-1].ended > age.length:
        yield f"时点前{age.chinese}内没有打不开的记录"
