"""IPv6二三级页面: too few of a site's pages below its home page open over IPv6, though the home page does (地方要求：支持率不低于90%).

A page counts as failed only if it failed over IPv6 on each of the last days, each time opening over IPv4 a moment before
and a control answering over IPv6; one that opened once counts as open. What is open of a page counts for the unit.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).share
900
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evidence import inner_pages, words
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.inner_pages import Held
from evidence.model import PageTwice, State
from evidence.quoting import plainly
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.span import Span, local_text

indicator = Indicator(__name__, clause="IPv6二三级页面", scope="site", reviewers=1)

LISTED = 40
"""Pages listed one by one; the count tells the rest."""


@indicator.judge
def ipv6_pages(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site; none where nobody ever asked its pages over IPv6."""
    rule = rules.of(indicator.name)
    length = Span.parse(rule.limit or "2d").amount
    found = inner_pages.held(series.get(inner_pages.LABEL), length, Span.parse(rules.max_evidence_age))
    if found is not None:
        yield _answer(facts, rule, found, length)


def _answer(facts: Facts, rule: Rule, found: Held, length: int) -> Answer:
    states = {url: _state(pages, length) for url, pages in found.pages.items()}
    failed = [found.pages[url][-1] for url, state in states.items() if state == "failed"]
    opened, unsure = _count(states, "open"), _count(states, "unsure")
    sure, share, least = opened + len(failed), rule.share or 900, rule.visits or 20
    missing = (found.missing,) if found.missing else tuple(_missing(sure, unsure, least))
    enough = opened * 1000 >= share * len(states)
    state: State
    if found.missing or sure < least:
        state = "undecided"
    else:
        possible = (opened + unsure) * 1000 >= share * len(states)
        state = "clear" if enough else "undecided" if possible else "hit"
    told = f"{opened}个打开、{len(failed)}个打不开" + (f"、{unsure}个未能确定" if unsure else "")
    tail = {"hit": "，须人工核对", "clear": "", "undecided": "，不作认定"}[state]
    return Answer(
        state=state,
        message=f"截至{local_text(facts.at)}，{facts.subject.name}二、三级页面以IPv6访问{len(states)}个，{told}"
        f"（标准为{words.per_mille(share)}）{tail}。",
        as_of=found.as_of,
        numbers={
            "count": len(failed),
            "open": unsure,
            "of": sure,
            "limit": share,
            "reached_per_mille": 1000 * opened // sure if sure else None,
            "days": len(found.days),
            "left": found.left,
            "signs": [{"url": one.url, "level": one.level, "said": _said(one)} for one in failed[:LISTED]],
        },
        for_the_unit=(f"按网址摘要抽取，另有{found.left}个页面未访问",) if found.left else (),
        against=tuple(map(_said, failed[:LISTED])) if state == "hit" else (),
        missing=missing if state == "undecided" else (),
        exhibits=found.records,
        second_look="agrees" if state == "hit" else "not needed",
    )


def _state(pages: Sequence[PageTwice], length: int) -> str:
    """Return what a page comes to: opened once, failed on every one of the days, or neither."""
    if any(one.state == "open" for one in pages):
        return "open"
    return "failed" if len(pages) == length and all(one.state == "failed" for one in pages) else "unsure"


def _count(states: Mapping[str, str], state: str) -> int:
    return sum(one == state for one in states.values())


def _missing(sure: int, unsure: int, least: int) -> Iterator[str]:
    if sure < least:
        yield f"能确定的页面只有{sure}个，不足{least}个，算不出支持率"
    if unsure:
        yield f"{unsure}个页面未能确定：只有一天打不开、以IPv4同样打不开、被防护拦下，或同一分钟的IPv6对照访问也打不开"


def _said(one: PageTwice) -> str:
    return f"{words.level(one.level)}页面 {plainly(one.url, 200)}：IPv4打得开，IPv6打不开（{words.link_reason(one.reason or '')}）"
