"""Whether another edition of the rules would decide otherwise: the same records judged by every rule set at hand.

Editions that were not in force at T are judged too and say so: they decide nothing, yet the unit may ask.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from evidence import judge, ruleset
from evidence.columns import Subject
from evidence.errors import EvidenceError, RulesError
from evidence.holdings import Holdings
from evidence.house import House
from evidence.model import Finding, State
from evidence.ruleset import InForce, RuleSet
from evidence.span import local_day

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What one rule set makes of the same records."""

    name: str
    document: str
    sha256: str
    own: bool
    """Whether the finding was judged by this very edition."""
    in_force: bool
    """Whether it held on the day of T."""
    state: State | None
    """None: it cannot be asked, or says nothing of it."""
    message: str


def editions(house: House, holdings: Holdings, finding: Finding) -> tuple[Edition, ...]:
    """Return what every rule set at hand says of the finding's question; none is left out, whatever is wrong with it."""
    subject = next((one for one in house.subjects() if one.id == finding.target), None)
    return tuple(_editions(house, holdings, finding, subject))


def _editions(house: House, holdings: Holdings, finding: Finding, subject: Subject | None) -> Iterator[Edition]:
    for name in ruleset.names(house.rules_dir):
        try:
            rules = ruleset.load(name, house.rules_dir)
        except RulesError as error:
            log.warning("rule set %s cannot be asked: %s", name, error)  # what names this machine is not for the unit
            said = "该规则集写得有误，不能使用"
            yield Edition(name=name, document="", sha256="", own=False, in_force=False, state=None, message=said)
            continue
        yield _edition(house, holdings, finding, subject, rules)


def _edition(house: House, holdings: Holdings, finding: Finding, subject: Subject | None, rules: RuleSet) -> Edition:
    held = _held(rules, local_day(finding.at))
    state, message = _asked(house, holdings, finding, subject, rules if held else _always(rules))
    return Edition(
        name=rules.edition,
        document=rules.document,
        sha256=rules.sha256,
        own=rules.sha256 == finding.rules,
        in_force=held,
        state=state,
        message=message,
    )


def _asked(
    house: House, holdings: Holdings, finding: Finding, subject: Subject | None, rules: RuleSet
) -> tuple[State | None, str]:
    if subject is None:
        return None, "对象已不在检查对象清单里，不能重新判定"
    if finding.indicator not in rules.rules or not rules.of(finding.indicator).on:
        return None, "该规则集没有启用这一指标"
    try:
        again = judge.judge_again(holdings, subject, finding, rules, house.indicators_dir)
    except EvidenceError as error:
        log.warning("finding %s cannot be judged again by %s: %s", finding.id, rules.edition, error)
        return None, "不能重新判定：记录、台账或指标不能使用"
    return (again.state, again.message) if again else (None, "该指标对这一对象没有结论")


def _held(rules: RuleSet, day: date) -> bool:
    try:
        rules.check_in_force(day)
    except RulesError:
        return False
    return True


def _always(rules: RuleSet) -> RuleSet:
    return replace(rules, in_force=InForce(since=date.min))
