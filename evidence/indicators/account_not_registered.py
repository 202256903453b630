"""漏报: an account of the government system that stands in none of the registers (全国政务新媒体信息报送系统 and its like).

A proposal for a person, from the registries' exports that people fetched: matched by platform id, never by nickname.
Accounts of party, courts, schools, hospitals, media and enterprises are no 漏报; a registration or closing under way is
a state. Without a register there is no answer at all. The registers themselves go into no bundle, since they name other
units; findings cite them by record and digest.

>>> indicator.scope, indicator.clause, indicator.reviewers
('account', '漏报', 1)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.registers.standing import cited, registration
from evidence.ruleset import RuleSet
from evidence.series import Series, sighted
from evidence.span import Span, local_text

indicator = Indicator(__name__, clause="漏报", scope="account", reviewers=1)

_SAID = {"hit": "未登记", "clear": "不属漏报", "undecided": "是否漏报不能确定，不作认定"}


@indicator.judge
def account_not_registered(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the account, where there is a register of accounts."""
    if not facts.registers:
        return
    max_age = Span.parse(rules.of(indicator.name).limit or "31d")
    age = Span.parse(rules.max_evidence_age)
    found = registration(
        facts.subject,
        facts.registers,
        at=facts.at,
        max_age=max_age,
        seen=sighted(series.values(), at=facts.at, age=age),
    )
    yield Answer(
        state=found.state,
        message=f"截至{local_text(facts.at)}，{facts.subject.name}{_SAID[found.state]}：{found.because}。",
        as_of=max((one.fact.as_of for one in facts.observed if one.fact.as_of), default=None),
        numbers={"system": found.system, "registers": cited(facts.registers)},
        against=(found.because,) if found.state == "hit" else (),
        missing=found.missing,
        for_the_unit=found.for_the_unit,
        exhibits=tuple(dict.fromkeys(record for one in facts.observed for record in one.records)),
    )
