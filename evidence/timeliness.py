"""Timeliness of answers (办理时效): letters and error reports that were answered later than so many working days.

Only what is printed counts: one without a reply shown may have been answered otherwise. How many were answered at all is
told beside it, as a number for a person and never as an accusation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from evidence import signs, workdays
from evidence.facts import Facts
from evidence.indicator import Answer
from evidence.look import Look
from evidence.model import Letter
from evidence.observed import Observed
from evidence.quoting import plainly
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.signs import Sign
from evidence.span import Span

ENTRIES = "entries"
"""The label under which the flow in the box captures the entries of 我为政府网站找错."""


def is_error_reports(one: Observed) -> bool:
    """Tell whether a label holds entries of 我为政府网站找错, which have a limit of their own."""
    return one.fact.label == ENTRIES or "找错" in one.fact.name


def answer(
    facts: Facts,
    series: Mapping[str, Series],
    rules: RuleSet,
    rule: Rule,
    *,
    noun: str,
    points: int,
    of: Callable[[Observed], bool],
) -> Answer:
    """Return the answer on the letters of the labels that `of` picks.

    `count` of the rule are the working days, its `limit` how far before the look a letter counts; None: however old.
    """
    limit = rule.count or 5
    window = Span.parse(rule.limit) if rule.limit else None
    found = signs.answer(
        facts,
        series,
        rules,
        replace(rule, count=None),
        lambda look: _late(look, limit, window, points),
        noun=noun,
        of=of,
    )
    told = {"working_days": limit, "calendar": workdays.shipped().edition, **_answered(facts, series, of)}
    return replace(found, numbers={**found.numbers, **told})


def _late(look: Look, limit: int, window: Span | None, points: int) -> tuple[Sign, ...]:
    letters = look.reading.letters if look.reading else ()
    first = window.before(look.day) if window else date.min
    counted = (letter for letter in letters if letter.accepted is not None and letter.accepted >= first)
    return tuple(sign for letter in counted if (sign := _sign(letter, limit, points)) is not None)


def _sign(letter: Letter, limit: int, points: int) -> Sign | None:
    if letter.accepted is None or letter.replied is None:
        return None
    due = workdays.shipped().after(letter.accepted, limit)
    if due is None or letter.replied <= due:
        return None
    said = (
        f"信件{plainly(letter.number)}于{letter.accepted}受理、{letter.replied}答复，{limit}个工作日内应于{due}前答复"
    )
    return Sign(key=letter.number or letter.title, said=said, points=points, told=(("number", letter.number),))


def _answered(facts: Facts, series: Mapping[str, Series], of: Callable[[Observed], bool]) -> dict[str, Any]:
    """Return how many letters the latest complete looks show, and how many of them with a reply (办结率)."""
    own = [series[one.fact.label] for one in facts.observed if of(one) and one.fact.label in series]
    looks = [one.look(one.latest) for one in own if one.latest is not None]
    letters = [letter for look in looks if look.reading for letter in look.reading.letters]
    replied = sum(letter.replied is not None for letter in letters)
    per_mille = round(1000 * replied / len(letters)) if letters else None
    return {"letters": len(letters), "replied": replied, "replied_per_mille": per_mille}
