"""与政务无关: accounts most of whose posts in the window are plainly of subjects that are no government business (a proposal;
国办发〔2018〕123号 keeps advertisements out of such accounts, and bulletins name posts that have nothing to do with government).

Only posts of the latest complete looks count, by the words of the rule and with none that clears them; posts that a partial
source shows, or that were seen in part, only swell the whole. What a unit's name makes its business (养生 of a health
commission) never counts.

>>> from evidence.ruleset import load
>>> rule = load("national-2019").of(indicator.name)
>>> indicator.scope, rule.count, rule.share, rule.limit
('account', 10, 600, '3m')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from evidence import showing
from evidence.columns import Subject
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.model import Item, SecondLook
from evidence.quoting import title
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.signs import MOST
from evidence.span import Span, local_day, local_text
from evidence.words import per_mille

indicator = Indicator(__name__, clause="与政务无关", scope="account", reviewers=1)

WHOLE = 120
"""Characters from which what stands for a post's title may be only its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    item: Item
    subject: str
    """The subject that is no government business; empty for any other post."""
    word: str
    open: bool
    """Whether only part of its text was seen."""

    @property
    def said(self) -> str:
        return f"{title(self.item.title)}（{self.item.date}；{self.subject}：{self.word}）"


@indicator.judge
def account_off_topic(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the account."""
    rule = rules.of(indicator.name)
    until = local_day(facts.at)
    since = Span.parse(rule.limit or "3m").before(until)
    labels = [one.fact.label for one in facts.columns if one.fact.label in series]
    fit = {label: series[label] for label in labels if showing.unfit(series[label], rules) is None}
    whole = {label: own.look(own.latest) for label, own in fit.items() if own.latest}
    parts = [look for label in labels if label not in whole and (look := _partial(series[label])) is not None]
    subjects = _subjects(rule, facts.subject)
    posts = {_key(item): _post(item, rule, subjects) for look in whole.values() for item in _in(look, since, until)}
    others = {_key(item) for look in parts for item in _in(look, since, until)} - posts.keys()
    off = [post for post in posts.values() if post.subject]
    open_ = sum(post.open for post in posts.values())
    total = len(posts) + len(others)
    said = f"截至{local_text(facts.at)}，{facts.subject.name}自{since}起所见{total}条内容中有{len(off)}条属于与政务无关的主题"
    second, seconds = _second(fit, {_key(post.item) for post in off}, rules)
    records = tuple(dict.fromkeys((*(look.row.record for look in whole.values()), *seconds)))
    numbers = {"count": len(off), "posts": total, "open": open_, "share_per_mille": rule.share, "entries": rule.count}
    if missing := _missing(rule, len(off), open_, total, second, whole=bool(whole)):
        yield Answer(
            state="undecided", message=f"{said}，不作认定。", numbers=numbers, missing=(missing,), exhibits=records
        )
        return
    hit = _reached(rule, len(off), total)
    yield Answer(
        state="hit" if hit else "clear",
        message=f"{said}（{per_mille(1000 * len(off) // max(total, 1))}）" + ("，须人工核对。" if hit else "。"),
        as_of=min((look.row.started for look in whole.values()), default=None),
        numbers=numbers,
        against=tuple(post.said for post in off[:MOST]),
        exhibits=records,
        second_look=second if hit else "not needed",
    )


def _missing(rule: Rule, off: int, open_: int, total: int, second: SecondLook, *, whole: bool) -> str:
    """Return what would have to be known to say more; empty where enough is."""
    if not whole:
        return "时点前没有完整来源的访问记录，不能断定"
    if not _reached(rule, off + open_, total, least=1):
        return ""
    if total < (rule.count or 1):
        return f"窗口内只见到{total}条，不足{rule.count}条"
    if not _reached(rule, off, total):
        return f"有{open_}条只看到开头，不能确定主题"
    return "前后两次查看结果不一致" if second == "disagrees" else ""


def _reached(rule: Rule, off: int, total: int, *, least: int | None = None) -> bool:
    enough = total >= (least or rule.count or 1)
    return enough and off > 0 and 1000 * off >= (rule.share or 1000) * total


def _subjects(rule: Rule, who: Subject) -> tuple[str, ...]:
    """Return the subjects that are not this unit's business."""
    named = f"{who.name}{who.unit or ''}{who.certified_as or ''}"
    return tuple(key for key, words in rule.subjects.items() if not any(word in named for word in words.not_for))


def _post(item: Item, rule: Rule, subjects: Sequence[str]) -> _Post:
    """Return a post with its subject, where that is none of government and nothing speaks for another."""
    cut = item.cut or len(item.title) >= WHOLE or item.title.endswith(("…", "...", "⋯", "全文", "展开"))
    sure = not cut and item.date is not None and (item.dated is None or item.dated.certain)
    cleared = any(word in item.title for word in rule.words)
    found = ((key, rule.subjects[key].tells(item.title)) for key in subjects if not cleared)
    key, word = next(((key, word) for key, word in found if word), ("", ""))
    return _Post(
        item=item,
        subject=(rule.subjects[key].name or key) if key and sure else "",
        word=word,
        open=not sure and not cleared and (cut or bool(key)),
    )


def _in(look: Look, since: date, until: date) -> Iterator[Item]:
    """Yield the posts of a look that lie in the window, or whose day is not known."""
    yield from (item for item in look.items if item.date is None or since <= item.date <= min(until, look.day))


def _partial(own: Series) -> Look | None:
    """Return the last look that shows something, whole or not."""
    return next((look for look in own.looks(own.rows, newest_first=True) if look.items), None)


def _second(fit: Mapping[str, Series], keys: set[str], rules: RuleSet) -> tuple[SecondLook, tuple[str, ...]]:
    """Return what other visits close by say of the posts that count: that they show some of them, or none."""
    if not keys:
        return "not needed", ()

    def agrees(look: Look) -> bool | None:
        return bool(keys & {_key(item) for item in look.items}) if look.whole else None

    asked = [own for own in fit.values() if own.latest and agrees(own.look(own.latest))]
    told = [showing.second_look(own, rules, agrees) for own in asked]
    records = tuple(record for _, found in told for record in found)
    if any(said == "disagrees" for said, _ in told):
        return "disagrees", records
    return ("agrees" if told and all(said == "agrees" for said, _ in told) else "missing"), records


def _key(item: Item) -> str:
    return f"{item.title}\n{item.href or ''}"
