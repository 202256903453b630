"""NV-2.2 移动客户端不可用: an APP that cannot be downloaded or used (国办秘函〔2019〕19号, new media, 单项否决; here a proposal).

One store need not have it and one telephone need not run it: only where it was sought in two stores or opened on two devices,
by two persons and in vain each time, is it proposed. That it opens and works is enough for the unit.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).count, indicator.clause
(2, 'NV-2.2')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evidence import trying
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.span import local_text
from evidence.trying import Outcome

indicator = Indicator(__name__, clause="NV-2.2", scope="account", reviewers=1)


@indicator.judge
def app_unusable(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on an account that is a mobile client."""
    if facts.subject.platform != "app":
        return
    rule = rules.of(indicator.name)
    use = trying.of(facts, rules, rule, "use")
    stores = tuple(trying.named(facts, rules, rule, "download").values())
    gone = [one for one in stores if one.shows == "fails"]
    found = any(one.shows == "works" for one in stores)
    said = f"截至{local_text(facts.at)}，{facts.subject.name}"
    if (excuse := trying.excused(facts, rules)) is not None:
        yield Answer(
            state="clear", message=f"{said}{excuse}，不查能否使用。", numbers=_numbers((), rule), for_the_unit=(excuse,)
        )
    elif use.shows == "works" and (found or not gone):
        yield Answer(state="clear", message=f"{said}能打开使用。", numbers=_numbers((), rule), exhibits=use.records)
    elif use.shows == "fails" and rule.reached(_devices(use)):
        yield _hit(said, f"在{_devices(use)}台设备上均不能使用", [use], rule)
    elif use.shows != "works" and not found and rule.reached(len(gone)):
        yield _hit(said, f"在{len(gone)}个应用商店均不能下载", gone, rule)
    else:
        yield Answer(
            state="undecided",
            message=f"{said}能否下载和使用不能确定，不作认定。",
            numbers=_numbers(gone, rule),
            missing=tuple(_missing(use, stores, rule)),
            exhibits=_records((use, *stores)),
        )


def _hit(said: str, seen: str, failing: Sequence[Outcome], rule: Rule) -> Answer:
    return Answer(
        state="hit",
        message=f"{said}经两人试用{seen}，须人工核对。",
        as_of=min(one.seen[0].tried.when for one in failing),
        numbers=_numbers(failing, rule),
        against=tuple(line for one in failing for line in one.said),
        exhibits=_records(failing),
        second_look=trying.together(failing),
    )


def _devices(use: Outcome) -> int:
    return len({(one.tried.device or "").strip().lower() for one in use.seen})


def _missing(use: Outcome, stores: Sequence[Outcome], rule: Rule) -> Iterator[str]:
    """Yield what would settle it."""
    needed, gone = rule.count or 1, [one for one in stores if one.shows == "fails"]
    if use.shows == "works":
        yield f"已装的客户端能用，但在{len(gone)}个应用商店不能下载，须核对从何处下载"
    if use.shows == "untried":
        yield "没有人打开使用过（exhibit add --tried use=works 或 use=dead）"
    if use.shows == "fails":
        yield f"只在{_devices(use)}台设备上试过，应另用设备再试，满{needed}台"
    if use.shows != "works" and not any(one.shows == "works" for one in stores):
        yield f"在{len(gone)}个应用商店试过下载，应满{needed}个（exhibit add --tried download:商店=works 或 download:商店=absent）"
    yield from (said for one in (use, *stores) for said in one.missing)


def _numbers(failing: Sequence[Outcome], rule: Rule) -> dict[str, object]:
    return {"count": len(failing), "limit": rule.count or 1, "tries": trying.told(failing)}


def _records(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(record for one in outcomes for record in one.records))
