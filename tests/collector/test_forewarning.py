"""Forewarnings: what the rules will ask within four days, and nothing that they do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from collector import forewarning
from evidence.model import Fact

NOW = datetime(2021, 6, 28, 1, tzinfo=UTC)
FACT = Fact(
    target="shifan",
    label="bmdt",
    name="部门动态",
    class_="news",
    level=1,
    path="首页 > 部门动态",
    url="https://www.example.gov.cn/bmdt/",
    duty=True,
    exemption=None,
    newest=date(2021, 6, 15),
    age_days=13,
    blank=False,
    stale=False,
    limit="14d",
    as_of=NOW,
    coverage="complete",
    complete=True,
    record="r",
    missing=(),
    not_counted=None,
)


def said(fact: Fact) -> list[str]:
    return [one.said for one in forewarning.columns([fact], NOW, {"shifan": "示范县"})]


def test_a_column_about_to_pass_its_limit_is_told_with_the_day() -> None:
    assert said(FACT) == ["示范县“部门动态”最新一条2021-06-15，再不更新将于2021-06-30超过14天的期限"]


@pytest.mark.parametrize(
    "fact",
    [
        replace(FACT, duty=False),
        replace(FACT, limit=None),
        replace(FACT, newest=None),
        replace(FACT, stale=True),
        replace(FACT, not_counted="静态栏目"),
        replace(FACT, newest=date(2021, 6, 1)),  # past its limit: no forewarning any more
        replace(FACT, newest=date(2021, 6, 22)),  # five days and more ahead
        replace(FACT, newest=date(2021, 7, 22)),
        replace(FACT, limit="24h"),
    ],
)
def test_nothing_else_is(fact: Fact) -> None:
    assert said(fact) == []


def test_months_are_counted_as_the_rules_count_them() -> None:
    assert "2021-07-01" in said(replace(FACT, limit="6m", newest=date(2020, 12, 31)))[0]


@pytest.mark.parametrize(("days", "told"), [(-1, False), (0, True), (4, True), (5, False)])
def test_t_is_told_when_it_is_near(days: int, told: bool) -> None:
    assert bool([*forewarning.t(NOW + timedelta(days=days), NOW)]) is told
    assert [*forewarning.t(None, NOW)] == []


@pytest.mark.parametrize(("days", "told"), [(1, False), (26, False), (27, True), (90, True)])
def test_a_register_is_told_when_its_export_is_old(days: int, told: bool) -> None:
    found = [*forewarning.registers([("国家", NOW - timedelta(days=days))], NOW, 31)]
    assert bool(found) is told
