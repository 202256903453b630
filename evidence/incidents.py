"""Platform incidents: the same sign on three targets or more within an hour is one incident, and nobody's own fault yet.

A platform that was broken into shows the same foreign link on every site it carries; a network that puts a script into
pages shows it everywhere. What each site has to answer for is told when the operator has spoken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from evidence.model import Finding
from evidence.reading import addresses

SHARED = 3
"""Targets from which a sign is one incident."""
WITHIN = timedelta(hours=1)
INDICATORS = ("foreign_links",)
"""What can come to a page without its site's doing."""
Mark = tuple[str, str, datetime]
"""What is shared, on which target, and when it was seen."""


def shared(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield findings of many targets; hits that rest on signs which several targets share at one time become undecided."""
    common = _common(findings)
    for finding in findings:
        as_of = finding.as_of or finding.at
        marks = [(common[key], mark) for mark in _marks(finding) if (key := (mark, finding.target, as_of)) in common]
        if finding.state != "hit" or finding.indicator not in INDICATORS or not marks:
            yield finding
            continue
        targets, mark = max(marks)
        said = f"同一迹象（{mark}）一小时内见于{targets}个对象，按一次平台事件处理，须先由平台运营方说明"
        numbers: dict[str, Any] = {**finding.numbers, "incident": mark, "incident_targets": targets}
        yield replace(
            finding,
            state="undecided",
            message=f"{finding.message.removesuffix('。')}；属平台事件迹象，不作认定。",
            missing=(*finding.missing, said),
            numbers=numbers,
            second_look="not needed",
        )


def _common(findings: Iterable[Finding]) -> Mapping[Mark, int]:
    """Return the marks, each on its target at its time, that SHARED targets show within an hour, with how many do."""
    seen: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for finding in findings:
        if finding.state == "hit" and finding.indicator in INDICATORS and finding.as_of is not None:
            for mark in _marks(finding):
                seen[mark].append((finding.as_of, finding.target))
    common: dict[Mark, int] = {}
    for mark, looks in seen.items():
        ordered = sorted(looks)
        for n, (begun, _) in enumerate(ordered):
            together = [(at, target) for at, target in ordered[n:] if at - begun <= WITHIN]
            targets = len({target for _, target in together})
            for at, target in together if targets >= SHARED else ():
                common[mark, target, at] = max(targets, common.get((mark, target, at), 0))
    return common


def _marks(finding: Finding) -> Iterator[str]:
    """Yield what a finding's signs can be known by on another site: the host a link leads to, the script that wrote it."""
    for sign in finding.numbers.get("signs", ()):
        if href := sign.get("href"):
            yield addresses.registrable(addresses.host(str(href))) or str(href)
        if str(sign.get("block") or "").startswith("script "):
            yield str(sign["block"])
