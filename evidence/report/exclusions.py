"""Other explanations of what was seen, and whether the records exclude them (已排除的其他解释)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence import words
from evidence.model import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """One other explanation: excluded, not excluded, or could not be checked (None)."""

    name: str
    excluded: bool | None
    said: str


def exclusions(captures: Sequence[Capture]) -> tuple[Exclusion, ...]:
    """Return what the records of all exhibits say for or against each other explanation; none without exhibits."""
    return tuple(_asked(captures)) if captures else ()


def _asked(captures: Sequence[Capture]) -> Iterator[Exclusion]:
    kept_out = [c for c in captures if c.outcome in ("challenge", "blocked", "login_lost", "interstitial")]
    yield _none_of("验证页、拦截页或登录失效", kept_out, "各次访问均未遇到")
    ours = [c for c in captures if c.fault == "ours"]
    yield _our_side(captures, ours)
    yield _moved(captures)
    yield _completeness(captures)
    partial = [c for c in captures if c.coverage == "partial"]
    yield _none_of("来源本身只显示部分内容", partial, "各来源均为完整来源")


def _our_side(captures: Sequence[Capture], ours: Sequence[Capture]) -> Exclusion:
    """Our own faults; and a path of ours that is marked leaves open what it did to the page."""
    name = "我方网络或设备原因"
    marks = [check for c in captures for check in c.checks if check.name == "path clean" and check.passed is not True]
    if ours or not marks:
        return _none_of(name, ours, "各次访问均无我方故障记录")
    said = "；".join(dict.fromkeys(check.detail for check in marks))
    return Exclusion(name=name, excluded=None, said=f"{len(marks)}次访问的网络路径带有标记：{said}")


def _none_of(name: str, against: Sequence[Capture], said: str) -> Exclusion:
    if not against:
        return Exclusion(name=name, excluded=True, said=said)
    labels = "、".join(dict.fromkeys(capture.label for capture in against))
    outcomes = "、".join(dict.fromkeys(words.word(capture.outcome, words.OUTCOMES) for capture in against))
    return Exclusion(name=name, excluded=False, said=f"{len(against)}次访问存在此情形：{labels}（{outcomes}）")


def _moved(captures: Sequence[Capture]) -> Exclusion:
    """A way that ends where it was meant to go, as after a log-in, is no move."""
    name = "栏目迁移或跳转"
    moved = [c for c in captures if c.final_url is not None and c.final_url != c.requested_url]
    if moved:
        labels = "、".join(dict.fromkeys(capture.label for capture in moved))
        return Exclusion(name=name, excluded=False, said=f"{len(moved)}次访问最终到达的不是所请求的网址：{labels}")
    passed = any(capture.redirects for capture in captures)
    return Exclusion(name=name, excluded=True, said="各页最终到达所请求的网址" if passed else "各页均未跳转")


def _completeness(captures: Sequence[Capture]) -> Exclusion:
    answers = [capture.complete for capture in captures]
    name = "页面没有装载完整"
    if all(answers):
        return Exclusion(name=name, excluded=True, said=f"{len(answers)}次访问的文档和主要区域均完整")
    if False in answers:
        return Exclusion(name=name, excluded=False, said=f"{answers.count(False)}次访问不完整，不作为认定依据")
    return Exclusion(name=name, excluded=None, said=f"{answers.count(None)}次访问的完整性未能确认")
