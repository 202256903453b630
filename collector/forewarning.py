"""What falls due in the next days (预警): columns about to pass their limit, the coming T, sessions, old registers.

A forewarning accuses nobody: it says what the rules will ask, so that a unit can be told in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from evidence.model import Fact
from evidence.span import Span, local_day, local_text

DAYS = 4
"""How far ahead is looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forewarning:
    """One thing that falls due."""

    kind: Literal["column", "t", "session", "register"]
    on: date
    """The day on which it does."""
    said: str
    target: str | None = None
    label: str | None = None


def columns(facts: Iterable[Fact], now: datetime, names: dict[str, str], days: int = DAYS) -> Iterator[Forewarning]:
    """Yield the columns with a duty that pass their limit within so many days if nothing new comes."""
    today = local_day(now)
    for fact in facts:
        if fact.duty is False or fact.limit is None or fact.newest is None or fact.stale is True or fact.not_counted:
            continue
        if (due := passes(fact.newest, Span.parse(fact.limit), today, days)) is not None:
            name = names.get(fact.target, fact.target)
            said = (
                f"{name}“{fact.name or fact.label}”最新一条{fact.newest}，"
                f"再不更新将于{due}超过{Span.parse(fact.limit).chinese}的期限"
            )
            yield Forewarning(kind="column", on=due, said=said, target=fact.target, label=fact.label)


def passes(newest: date, limit: Span, today: date, days: int) -> date | None:
    """Return the first of the days from today on which `newest` is older than the limit; None where that is not soon, or past.

    >>> passes(date(2021, 6, 15), Span.parse("14d"), date(2021, 6, 28), 4)
    datetime.date(2021, 6, 30)
    >>> passes(date(2021, 6, 1), Span.parse("14d"), date(2021, 6, 28), 4) is None
    True
    """
    if limit.unit == "h" or limit.before(today) > newest:
        return None
    coming = (today + timedelta(days=n) for n in range(1, days + 1))
    return next((day for day in coming if limit.before(day) > newest), None)


def t(next_t: datetime | None, now: datetime, days: int = DAYS) -> Iterator[Forewarning]:
    """Yield that T comes."""
    if next_t is not None and now <= next_t <= now + timedelta(days=days):
        yield Forewarning(kind="t", on=local_day(next_t), said=f"检查时点{local_text(next_t)}将至")


def registers(
    newest: Iterable[tuple[str, datetime]], now: datetime, days: int, ahead: int = DAYS
) -> Iterator[Forewarning]:
    """Yield the registers whose last import is, or soon will be, `days` old."""
    for name, taken in newest:
        due = local_day(taken) + timedelta(days=days)
        if due <= local_day(now) + timedelta(days=ahead):
            said = f"登记表“{name}”是{local_day(taken)}导入的，满{days}天应重新导出：quzheng targets import"
            yield Forewarning(kind="register", on=due, said=said)
