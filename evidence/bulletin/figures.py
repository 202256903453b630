"""What outcomes add up to: counts per place, class and platform, and rates with all they follow from.

A rate is printed only with numerator, denominator and rounding rule. While some are undecided there is no one rate: the
least and the most that it may be are printed instead.

>>> Rate(part=40, whole=43).text, Rate(part=138, whole=149).text, Rate(part=0, whole=0).text
('93.02%', '92.62%', '—')
>>> Tally(due=43, exempt=0, passed=40, failed=2, open=1).rate_text
'93.02%至95.35%'
>>> points(Rate(part=40, whole=43), Rate(part=39, whole=43))
'上升2.32个百分点'
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from evidence.bulletin.frame import Member
from evidence.bulletin.outcome import Outcome
from evidence.bulletin.period import Result

RULE = "四舍五入到0.01%"
CHANGE_RULE = "较上期为两期所印合格率之差"
_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of counted things."""

    part: int
    whole: int

    @property
    def printed(self) -> Decimal | None:
        """In per cent, rounded half up to two places; None where there is nothing to take a share of."""
        if self.whole == 0:
            return None
        exact = Fraction(100 * self.part, self.whole)
        return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(_STEP, rounding=ROUND_HALF_UP)

    @property
    def text(self) -> str:
        """As it is printed; — where there is none."""
        found = self.printed
        if found is None:
            return "—"
        return "100%" if self.part == self.whole else f"{found}%"

    @property
    def told(self) -> str:
        """With numerator and denominator."""
        return f"{self.text}（{self.part}/{self.whole}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of one row; 应检 is the sum of the four others."""

    due: int = 0
    exempt: int = 0
    passed: int = 0
    failed: int = 0
    open: int = 0

    @property
    def checked(self) -> int:
        """实检数."""
        return self.due - self.exempt

    @property
    def least(self) -> Rate:
        """The rate where none of the undecided passes; the rate itself where none is undecided."""
        return Rate(part=self.passed, whole=self.checked)

    @property
    def most(self) -> Rate:
        """The rate where all of the undecided pass."""
        return Rate(part=self.passed + self.open, whole=self.checked)

    @property
    def rate(self) -> Rate | None:
        """The one rate that follows; None while some are undecided, or nothing was checked."""
        return self.least if not self.open and self.checked else None

    @property
    def rate_text(self) -> str:
        """The rate, or between what it lies."""
        return self.least.text if not self.open else f"{self.least.text}至{self.most.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The counts of one place, class or platform."""

    name: str
    tally: Tally


def tally(outcomes: Iterable[Outcome]) -> Tally:
    """Return the counts of some outcomes."""
    counted: dict[Result, int] = {"passed": 0, "failed": 0, "exempt": 0, "open": 0}
    for one in outcomes:
        counted[one.result] += 1
    return Tally(
        due=sum(counted.values()),
        exempt=counted["exempt"],
        passed=counted["passed"],
        failed=counted["failed"],
        open=counted["open"],
    )


def by(outcomes: Iterable[Outcome], named: Callable[[Member], str]) -> tuple[Row, ...]:
    """Return a row for each name, in the order in which they first come."""
    grouped: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        grouped[named(one.member)].append(one)
    return tuple(Row(name=name, tally=tally(own)) for name, own in grouped.items())


def by_place(outcomes: Iterable[Outcome]) -> tuple[Row, ...]:
    """Return a row a 地区 or 部门."""
    return by(outcomes, lambda member: member.place)


def by_group(outcomes: Iterable[Outcome]) -> tuple[Row, ...]:
    """Return a row a class of site, or platform."""
    return by(outcomes, lambda member: member.group_name)


def points(now: Rate | None, before: Rate | None) -> str:
    """Return the change against the last period in percentage points, as the difference of what both print; empty where
    one of them has no rate."""
    if now is None or before is None or now.printed is None or before.printed is None:
        return ""
    change = now.printed - before.printed
    if not change:
        return "与上期持平"
    return f"{'上升' if change > 0 else '下降'}{abs(change)}个百分点"
