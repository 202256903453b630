"""Entries of a site (入口): whether its home page, as a whole and twice seen, leads to what it must offer.

That something is missing is proven by no single page: the home page may lead there by a picture, or a column of the ledger
may hold it. So every such possibility keeps the answer from being a hit, and a hit is a proposal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from evidence import signs
from evidence.columns import HOME, ColumnClass
from evidence.facts import Facts
from evidence.indicator import Answer
from evidence.look import Look
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.signs import Sign

LEAST_COLUMNS = 5
"""Columns of a ledger from which it is a site's inventory (摸底): with fewer nobody has looked over the site."""
LEAST_LINKS = 10
"""Links of a home page from which it is one; a gate with fewer leads to the real one."""


def missing(
    facts: Facts,
    series: Mapping[str, Series],
    rules: RuleSet,
    rule: Rule,
    class_: ColumnClass,
    *,
    noun: str,
) -> Answer:
    """Return the answer of an indicator that asks for an entry of a kind, or a column of that class."""
    answer = signs.answer(
        facts,
        series,
        rules,
        rule,
        lambda look: _find(look, class_),
        noun=noun,
        of=lambda one: one.fact.label == HOME,
        agrees=lambda look, _: bool(_find(look, class_)) if look.whole else None,
    )
    columns = [one.fact.name for one in facts.observed if one.fact.class_ == class_]
    if columns and answer.state != "clear":
        said = f"台账列有这类栏目：{'、'.join(columns)}"
        return replace(
            answer, state="clear", message=f"{facts.subject.name}：{said}。", for_the_unit=(said,), missing=()
        )
    listed = len(facts.subject.ledger.columns)
    if answer.state == "hit" and listed < LEAST_COLUMNS:
        said = f"栏目台账只有{listed}个栏目，不足以说明全站没有"
        return replace(answer, state="undecided", missing=(said,), second_look="not needed")
    return answer


def _find(look: Look, class_: ColumnClass) -> tuple[Sign, ...]:
    reading = look.reading
    if reading is None or reading.page_kind != "home" or len(reading.links) < LEAST_LINKS or class_ in reading.entries:
        return ()
    silent = sum(not link.text.strip() for link in reading.links)
    pictured = sum(image.state != "empty" for image in reading.images)
    said = f"首页的文字和{len(reading.links)}个链接的地址中没有这类入口"
    return (Sign(key="entry", said=said, open=_elsewhere(silent, pictured)),)


def _elsewhere(silent: int, pictured: int) -> str:
    if silent:
        return f"有{silent}个链接没有文字（图片或图标），入口可能在其中，须人工核对"
    return f"首页有{pictured}张带文字的图片，入口可能在其中，须人工核对" if pictured else ""
