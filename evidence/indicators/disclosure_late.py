"""公开超期: documents put up later than 20 working days after they were made (政府信息公开条例第二十六条; a proposal).

Told by articles that print both days under their names: 成文日期 and 发布日期. The day at the end of a text (落款) may be that of
a letter or of what a report tells, and says nothing here. A document may have been put up elsewhere before.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).count
20
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from evidence import signs, workdays
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.quoting import title
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign

indicator = Indicator(__name__, clause="公开超期", scope="site", reviewers=1)


@indicator.judge
def disclosure_late(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the target; `count` of the rule are the working days."""
    rule = rules.of(indicator.name)
    limit = rule.count or 20
    found = signs.answer(
        facts,
        series,
        rules,
        replace(rule, count=None),
        lambda look: _find(look, limit),
        noun="文件公开晚于形成后的期限",
    )
    yield replace(found, numbers={**found.numbers, "working_days": limit, "calendar": workdays.shipped().edition})


def _find(look: Look, limit: int) -> tuple[Sign, ...]:
    reading = look.reading
    best = reading.published if reading is not None else None
    if (
        reading is None
        or reading.letters
        or best is None
        or not best.certain
        or best.kind not in ("displayed", "meta", "script")
    ):
        return ()
    made = [one.date for one in reading.dates if one.kind == "document" and not one.how and one.date <= best.date]
    due = workdays.shipped().after(max(made), limit) if made else None
    if due is None or best.date <= due:
        return ()
    said = f"{title(reading.title)}成文于{max(made)}，发布于{best.date}，{limit}个工作日为{due}"
    return (Sign(key=reading.url or reading.title, said=said),)
