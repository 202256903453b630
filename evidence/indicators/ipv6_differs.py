"""IPv4与IPv6内容不一致: pages show other matter over IPv6 than over IPv4 in the same round (V6 测评“内容一致性”；提示).

Lines of words are compared, not bytes; numbers, clocks, counters and what the page changes by itself from one moment to the
next are left out. A page counts only if it differed on each of the last days; one day on which it did not clears it.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).effect
'proposal'
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

indicator = Indicator(__name__, clause="IPv4与IPv6内容不一致", scope="site", reviewers=1)

LISTED, QUOTED = 40, 3
"""Pages listed one by one, and lines quoted of each way of a page."""


@indicator.judge
def ipv6_differs(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site; none where nobody ever asked its pages both ways."""
    rule = rules.of(indicator.name)
    length = Span.parse(rule.limit or "2d").amount
    found = inner_pages.held(series.get(inner_pages.LABEL), length, Span.parse(rules.max_evidence_age))
    if found is not None:
        yield _answer(facts, rule, found, length)


def _answer(facts: Facts, rule: Rule, found: Held, length: int) -> Answer:
    share, least = rule.share or 200, rule.visits or 10
    compared = {
        url: kept for url, pages in found.pages.items() if (kept := [p for p in pages if p.differs is not None])
    }
    odd = {url: pages for url, pages in compared.items() if all((one.differs or 0) >= share for one in pages)}
    sure = [pages[-1] for pages in odd.values() if len(pages) == length]
    missing = tuple(_missing(found, len(compared), len(odd) - len(sure), least))
    state: State
    if found.missing or len(compared) < least:
        state = "undecided"
    elif rule.reached(len(sure)):
        state = "hit"
    else:
        state = "undecided" if rule.reached(len(odd)) else "clear"
    tail = {"hit": "，须人工核对", "clear": "", "undecided": "，不作认定"}[state]
    return Answer(
        state=state,
        message=f"截至{local_text(facts.at)}，{facts.subject.name}以IPv4和IPv6比对页面{len(compared)}个，"
        f"{len(sure)}个内容不一致{tail}。",
        as_of=found.as_of,
        numbers={
            "count": len(sure),
            "open": len(odd) - len(sure),
            "asked": len(compared),
            "limit": rule.count or 1,
            "comparator": rule.comparator,
            "least_per_mille": share,
            "days": len(found.days),
            "signs": [_told(one) for one in sure[:LISTED]],
        },
        against=tuple(map(_said, sure[:LISTED])) if state == "hit" else (),
        missing=missing if state == "undecided" else (),
        exhibits=found.records,
        second_look="agrees" if state == "hit" else "not needed",
    )


def _missing(found: Held, compared: int, once: int, least: int) -> Iterator[str]:
    if found.missing:
        yield found.missing
    if compared < least:
        yield f"能比对的页面只有{compared}个，不足{least}个"
    if once:
        yield f"{once}个页面只有一天比对过，须再比对一天"


def _told(one: PageTwice) -> dict[str, object]:
    return {"url": one.url, "level": one.level, "per_mille": one.differs, "said": _said(one)}


def _said(one: PageTwice) -> str:
    only = (("只见于IPv4", one.only4), ("只见于IPv6", one.only6))
    told = "；".join(f"{way}：{_quoted(lines)}" for way, lines in only if lines)
    return f"{plainly(one.url, 200)}：{words.per_mille(one.differs or 0)}的文字行不一致；{told}"


def _quoted(lines: Sequence[str]) -> str:
    return "、".join(f"“{plainly(line)}”" for line in lines[:QUOTED]) + ("等" if len(lines) > QUOTED else "")
