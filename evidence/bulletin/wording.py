"""How periods, clauses, exhibits and times are named in letters and bulletins.

>>> period_words("2021Q2"), period_words("2021-12"), period_words("2021H1"), period_words("2021"), period_words("专项")
('2021年第二季度', '2021年12月', '2021年上半年', '2021年度', '专项')
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from evidence.holdings import Holdings
from evidence.model import Finding
from evidence.quoting import plainly
from evidence.ruleset import RuleSet
from evidence.span import SHANGHAI

_PERIOD = re.compile(r"(20\d\d)(?:[-_]?(?:Q([1-4])|H([12])|M?(0[1-9]|1[0-2])))?")
LONGEST_NAME = 120
"""Characters of the name of a unit, site or account; a longer one is no name."""
_MARKS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def period_words(name: str) -> str:
    """Return the name of a period in words; one of no known form stays as it is."""
    found = _PERIOD.fullmatch(name)
    if found is None:
        return name
    year, quarter, half, month = found.groups()
    if quarter:
        return f"{year}年第{'一二三四'[int(quarter) - 1]}季度"
    if half:
        return f"{year}年{'上' if half == '1' else '下'}半年"
    return f"{year}年{int(month)}月" if month else f"{year}年度"


def name_of(said: str) -> str:
    """Return the name of a unit, site or account as it is printed: plain, whole."""
    return plainly(said, LONGEST_NAME)


def basis(finding: Finding, rules: RuleSet | None) -> str:
    """Return what a finding is judged by: document, clause and the words of the rule."""
    if rules is None:
        return finding.clause
    rule = rules.rules.get(finding.indicator)
    named = f"“{rule.name}”：{rule.text}" if rule else ""
    return f"{rules.document}，{finding.clause}{named}"


def rule_name(finding: Finding, rules: RuleSet | None) -> str:
    """Return what a problem is called."""
    rule = rules.rules.get(finding.indicator) if rules else None
    return rule.name if rule else finding.clause


def facts(finding: Finding) -> str:
    """Return what was found, with the facts that were counted, numbered."""
    counted = [
        f"{_MARKS[n] if n < len(_MARKS) else f'({n + 1})'}{plainly(said, 200)}"
        for n, said in enumerate(finding.against)
    ]
    return plainly(finding.message, 400) + (f"\n{'；'.join(counted)}" if counted else "")


def taken(holdings: Holdings, exhibits: Sequence[str]) -> str:
    """Return between when and when the exhibits of a finding were captured."""
    moments = sorted(holdings.record(id).capture.started for id in exhibits)
    if not moments:
        return "—"
    first, last = _minute(moments[0]), _minute(moments[-1])
    return first if first == last else f"{first}至{last}"


def _minute(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
