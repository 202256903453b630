"""变更未报备: what a register says of a running site (name, domain, unit) is not what our list of targets has.

A proposal for a person: the list of targets may be what is wrong. A change that is filed and under way is a state. The
registers themselves go into no bundle, since they name other units; findings cite them by record and digest.

>>> indicator.scope, indicator.clause, indicator.reviewers
('site', '变更未报备', 1)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.model import State
from evidence.registers.reconcile import differences
from evidence.registers.standing import cited, kept_from_counting
from evidence.ruleset import RuleSet
from evidence.series import Series, sighted
from evidence.span import Span, local_text

indicator = Indicator(__name__, clause="变更未报备", scope="site", reviewers=1)


@indicator.judge
def site_filing_differs(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer where a register has the site as running."""
    running = [one for one in facts.registers if one.entry and one.entry.state == "running"]
    if not running:
        return
    found = {one.register.name: tuple(differences(facts.subject, one)) for one in running}
    against = tuple(said for every in found.values() for said in every)
    missing = tuple(_missing(facts, series, rules)) if against else ()
    agreeing = tuple(f"{name}所登记的与对象清单一致" for name, every in found.items() if not every)
    if against and agreeing:
        missing = (*missing, "各登记表不一致，以哪一个为准")
    state: State = "clear" if not against else "undecided" if missing else "hit"
    said = "与登记表一致" if not against else "与登记表不一致：" + "；".join(against)
    yield Answer(
        state=state,
        message=f"截至{local_text(facts.at)}，{facts.subject.name}{said}。",
        as_of=facts.home.fact.as_of if facts.home else None,
        numbers={"registers": cited(running), "differences": list(against)},
        against=against if state == "hit" else (),
        missing=missing,
        for_the_unit=agreeing if against else (),
        exhibits=facts.home.records if facts.home else (),
    )


def _missing(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[str]:
    """Yield what keeps a difference from showing anything."""
    age = Span.parse(rules.max_evidence_age)
    if not sighted(series.values(), at=facts.at, age=age):
        yield f"时点前{age.chinese}内没有看到该网站内容的完整记录"
    max_age = Span.parse(rules.of(indicator.name).limit or "31d")
    for one in facts.registers:
        yield from kept_from_counting(one.register, at=facts.at, max_age=max_age)
