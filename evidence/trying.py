"""What persons' tries show of one function of an account at T: that it works, that it fails, or neither, and what is missing.

One sighting of a working function is enough for the unit and stands for the span of the rule. Against it speaks only what
two persons recorded, with device, program and times, at or before T and not long before; what works after T, or worked at
another look close by, takes it back. All of it is what persons state and show, so that it never decides by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from evidence import workdays
from evidence.facts import Facts
from evidence.model import SecondLook
from evidence.registers import lifecycle
from evidence.ruleset import Rule, RuleSet
from evidence.span import Span, local_day, local_text
from evidence.tries import WHATS, Tried, Try, What

Shows = Literal["works", "fails", "open", "untried"]
_STANDS = "3m"
"""How long a working function that was seen stands, for a rule that does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One try and the exhibit that states it."""

    tried: Tried
    one: Try

    @property
    def said(self) -> str:
        """Return it in a sentence."""
        return f"{local_text(self.tried.when)}{self.one.said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is known of one function."""

    shows: Shows
    seen: tuple[Seen, ...] = ()
    """What it rests on."""
    missing: tuple[str, ...] = ()
    second_look: SecondLook = "not needed"

    @property
    def said(self) -> tuple[str, ...]:
        """Return the tries it rests on, a sentence each."""
        return tuple(dict.fromkeys(one.said for one in self.seen))

    @property
    def records(self) -> tuple[str, ...]:
        """The exhibits it rests on."""
        return tuple(dict.fromkeys(one.tried.record for one in self.seen))


def of(facts: Facts, rules: RuleSet, rule: Rule, what: What, name: str | None = None) -> Outcome:
    """Return what the tries of one function show; for one that has names, of those of this name."""
    return _of(facts, rules, rule, lambda one: (one.what, one.name) == (what, name))


def named(facts: Facts, rules: RuleSet, rule: Rule, what: What) -> dict[str | None, Outcome]:
    """Return what the tries of a function show by name, in the order in which the names were first tried."""
    names = dict.fromkeys(one.name for tried in facts.tried for one in tried.tries if one.what == what)
    return {name: of(facts, rules, rule, what, name) for name in names}


def excused(facts: Facts, rules: RuleSet) -> str | None:
    """Return why an account is not asked for its functions: a filing, or a registration, closing or moving under way."""
    filed = rules.exempt(facts.subject.id, "", local_day(facts.at))
    if filed is not None:
        return f"已报备（{filed.document}）"
    for one in facts.registers:
        if one.entry is not None and one.entry.state not in ("running", "unknown", "changing"):
            return f"{one.register.name}登记为{lifecycle.NAMES[one.entry.state]}"
    return None


def told(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    """Return the tries some outcomes rest on, as a finding's numbers hold them."""
    return [
        {
            "what": WHATS[one.one.what],
            "name": one.one.name,
            "came": one.one.came,
            "at": one.tried.when.isoformat(),
            "record": one.tried.record,
        }
        for outcome in outcomes
        for one in outcome.seen
    ]


def together(outcomes: Sequence[Outcome]) -> SecondLook:
    """Return what second looks say of several failures: they agree where each of them was seen twice."""
    return "agrees" if outcomes and all(one.second_look == "agrees" for one in outcomes) else "missing"


def _of(facts: Facts, rules: RuleSet, rule: Rule, picks: Callable[[Try], bool]) -> Outcome:
    seen = sorted(
        (Seen(tried=tried, one=one) for tried in facts.tried for one in tried.tries if picks(one)),
        key=lambda one: (one.tried.when, one.tried.record),
    )
    since = Span.parse(rule.limit or _STANDS).before(local_day(facts.at))
    works = [one for one in seen if one.one.came == "works" and local_day(one.tried.when) >= since]
    before = [one for one in works if one.tried.when <= facts.at]
    fails = [one for one in seen if one.one.came != "works" and local_day(one.tried.when) >= since]
    sound = [one for one in fails if not _weakness(one, facts.at, rules, rule)]
    if works and not [one for one in sound if not before or one.tried.when > before[-1].tried.when]:
        return Outcome(shows="works", seen=(works[-1],))
    if not fails:
        return Outcome(shows="untried")
    if not sound:
        return Outcome(shows="open", seen=(fails[-1],), missing=tuple(_weakness(fails[-1], facts.at, rules, rule)))
    return _failing(sound, works, facts, rules)


def _failing(sound: Sequence[Seen], works: Sequence[Seen], facts: Facts, rules: RuleSet) -> Outcome:
    last, near = sound[-1], Span.parse(rules.second_look_within).length
    contrary = [one for one in works if one.tried.when > last.tried.when - near]
    if contrary:
        said = f"{contrary[-1].said}，与{last.said}不一致"
        return Outcome(shows="open", seen=(last, contrary[-1]), missing=(said,))
    if faults := [tried.fault for tried in facts.tried if tried.fault]:
        return Outcome(shows="open", seen=(last,), missing=tuple(dict.fromkeys(faults)))
    again = [one for one in sound[:-1] if _is_apart(one, last) and last.tried.when - one.tried.when <= near]
    return Outcome(shows="fails", seen=(last, *again), second_look="agrees" if again else "missing")


def _is_apart(one: Seen, other: Seen) -> bool:
    """Tell whether two tries are two looks: of two exhibits, the one recorded before the other began."""
    begun = other.tried.begun
    return one.tried.record != other.tried.record and begun is not None and one.tried.when <= begun


def _weakness(seen: Seen, at: datetime, rules: RuleSet, rule: Rule) -> list[str]:
    """Return what keeps a failed try from counting against the unit at T."""
    return [f"{seen.said}：{reason}" for reason in _reasons(seen, at, rules, rule)]


def _reasons(seen: Seen, at: datetime, rules: RuleSet, rule: Rule) -> Iterator[str]:
    tried, age = seen.tried, Span.parse(rules.max_evidence_age)
    if not tried.second or tried.second.strip() in ("", tried.by.strip()):
        yield "须两人在场，没有写明第二人（--second）"
    if not tried.device:
        yield "没有写明设备（--device）"
    if not tried.app:
        yield "没有写明应用及版本（--app）"
    if tried.begun is None or tried.ended is None:
        yield "没有写明录制起止时间（--from、--to）"
    elif tried.ended > at:
        yield "录制于时点之后，只能用于排除"
    elif at - tried.ended > age.length:
        yield f"距时点超过{age.chinese}，须重新试"
    if seen.one.came == "unanswered":
        yield from _waiting(seen, rule)


def _waiting(seen: Seen, rule: Rule) -> Iterator[str]:
    """Yield why a message that nobody answered is none yet: it was sent too lately, or nobody knows."""
    needed = rule.count or 1
    if seen.one.since is None:
        yield "没有写明私信何日发出"
        return
    waited = workdays.shipped().between(seen.one.since, local_day(seen.tried.when))
    if waited is None:
        yield "工作日历没有这一年的通知，不能计算等候的工作日"
    elif waited < needed:
        yield f"发出后只过了{waited}个工作日，应满{needed}个"
