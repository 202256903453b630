"""An office changes the national rules by a short file of its own: each kind of rule seen in practice, in under 20 lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from evidence import ruleset
from evidence.errors import RulesError
from evidence.indicator import discover
from evidence.judge import judge
from evidence.ruleset import RuleSet
from tests.evidence.indicators.signs_factory import burst
from tests.evidence.judging_factory import (
    TODAY,
    T,
    column,
    item,
    news,
    reading,
    series,
    stale_account,
    stale_site,
    subject,
    visit,
)

HEAD = """edition: ours
extends: national-2019
title: 某市检查指标
issuer: 某市人民政府办公室
document: 某府办〔2024〕1号
in_force: {since: 2020-01-01, until: null}
jurisdiction: '2109'
"""


def overlay(folder: Path, text: str, name: str = "ours", head: str = HEAD) -> RuleSet:
    assert len(text.splitlines()) < 20
    (folder / f"{name}.yaml").write_text(head.replace("edition: ours", f"edition: {name}") + text, "utf-8")
    return ruleset.load(name, folder)


def test_what_an_overlay_does_not_say_holds_as_it_did(tmp_path: Path) -> None:
    rules, national = overlay(tmp_path, ""), ruleset.load()
    assert (rules.issuer, rules.document, rules.extends) == ("某市人民政府办公室", "某府办〔2024〕1号", "national-2019")
    assert rules.rules == national.rules
    assert rules.limits == national.limits
    assert rules.sha256 != national.sha256


def test_bulletins_are_an_office_s_own_data(tmp_path: Path) -> None:
    """Without them nobody is asked about bursts; with one, whoever had it."""
    text = "bulletins:\n  - {day: 2020-12-31, document: 示范办通报〔2020〕4号}\n"
    scene = replace(burst(), rules=ruleset.load())
    assert "burst_after_bulletin" not in {one.indicator for one in scene.judged().findings}
    assert replace(scene, rules=overlay(tmp_path, text)).state("burst_after_bulletin") == "hit"


def test_a_number_a_comparator_an_effect_and_a_scope_are_changed_one_by_one(tmp_path: Path) -> None:
    rule = overlay(
        tmp_path, 'rules:\n  columns_not_updated: {count: 3, comparator: ">", effect: notice, scope: [{class: news}]}\n'
    ).of("columns_not_updated")
    assert (rule.count, rule.comparator, rule.effect, len(rule.scope)) == (3, ">", "notice", 1)
    assert rule.text == ruleset.load().of("columns_not_updated").text


def test_the_words_that_titles_are_known_by_are_data(tmp_path: Path) -> None:
    rules = overlay(
        tmp_path,
        "rules:\n  account_off_topic: {subjects: {shop: {name: 促销, words: [促销], unless: [禁止], not_for: [商务局]}}}\n",
    )
    rule = rules.of("account_off_topic")
    assert list(rule.subjects) == ["shop"]
    assert (rule.subjects["shop"].tells("周末促销"), rule.subjects["shop"].tells("禁止促销")) == ("促销", None)
    assert (rule.count, rule.share) == (10, 600)


@pytest.mark.parametrize("subjects", ["{店: {words: [促销]}}", "{shop: [促销]}", "{shop: {unless: [促销]}}"])
def test_words_that_are_no_vocabulary_are_refused(tmp_path: Path, subjects: str) -> None:
    with pytest.raises(RulesError, match=r"ours\.yaml"):
        overlay(tmp_path, f"rules:\n  account_off_topic: {{subjects: {subjects}}}\n")


def test_a_rule_is_switched_off(tmp_path: Path) -> None:
    rules = overlay(tmp_path, "rules:\n  columns_not_updated: {on: false}\n")
    scene = stale_site(5)

    found = replace(scene, rules=rules).judged().findings
    assert "columns_not_updated" not in {one.indicator for one in found}


def test_a_limit_at_t_is_changed(tmp_path: Path) -> None:
    rules = overlay(tmp_path, "limits:\n  - {class: news, limit: 10d}\n")
    scene = stale_site(1).seeing("c0", news("c0", 12))

    assert not scene.judged().facts[1].stale
    assert replace(scene, rules=rules).judged().facts[1].stale


def test_any_gap_within_a_window(tmp_path: Path) -> None:
    """贵州2025年第二季度：抽查时间范围为4月1日至6月15日."""
    demand = (
        overlay(tmp_path, "limits:\n  - {class: news, limit: 14d, since: 2025-04-01, until: 2025-06-15}\n")
        .limits[0]
        .demand
    )
    assert not demand.is_plain
    assert demand.period(date(2025, 7, 1)) == (date(2025, 4, 1), date(2025, 6, 15))


@pytest.mark.parametrize("per", ["working_day", "week", "month"])
def test_something_in_every_day_week_or_month(tmp_path: Path, per: str) -> None:
    """盘锦2024年：每个工作日不少于1条，首页每周、其他每月不少于1条."""
    assert overlay(tmp_path, f"limits:\n  - {{class: news, limit: 1m, per: {per}}}\n").limits[0].demand.per == per


def test_a_stricter_limit_for_one_form(tmp_path: Path) -> None:
    """福州2024年：APP动态资讯类10日内无更新的不合格."""
    rules = overlay(tmp_path, "accounts:\n  - {platform: app, limit: 10d}\n")
    posts = (news("posts", 12),)
    for platform, state in (("app", "hit"), ("weibo", "clear")):
        who = subject([column("posts", None, None)], kind="account", platform=platform)
        found = judge(who, series(posts), at=T, rules=rules, indicators=discover()).findings
        assert next(one.state for one in found if one.indicator == "account_not_updated") == state


def test_an_exemption_by_filing_takes_a_column_out_of_the_count_while_it_holds(tmp_path: Path) -> None:
    """盘锦2024年：特殊情况需提前报备."""

    filed = "exemptions:\n  - {target: shifan, label: c0, document: 某网信〔2021〕3号, since: 2021-01-01, until: %s}\n"
    scene = stale_site(5)
    during = replace(scene, rules=overlay(tmp_path, filed % "2021-02-01"))
    assert during.state("columns_not_updated") == "clear"
    named = [one for one in during.finding("columns_not_updated").numbers["not_counted"] if one["label"] == "c0"]
    assert "已报备（某网信〔2021〕3号）" in named[0]["because"]
    over = replace(scene, rules=overlay(tmp_path, filed % "2021-01-02", "over"))
    assert over.state("columns_not_updated") == "hit"


def test_an_edition_of_one_s_own_may_extend_another_of_one_s_own(tmp_path: Path) -> None:
    overlay(tmp_path, "rules:\n  blank_columns: {count: 2}\n", "province")
    rules = overlay(
        tmp_path, "rules:\n  columns_not_updated: {count: 3}\n", "city", HEAD.replace("national-2019", "province")
    )
    assert (rules.of("blank_columns").count, rules.of("columns_not_updated").count) == (2, 3)
    assert list(ruleset.sources("city", tmp_path)) == ["city", "province", "national-2019"]


LOCAL = {
    "reminders": '''"""本市-提醒: a column that was late twice in a week is named (盘锦：提醒每周累计2次的进行通报).

>>> indicator.clause
'本市-提醒'
"""

from evidence.indicator import Answer, Indicator

indicator = Indicator(__name__, clause="本市-提醒", scope="site")


@indicator.judge
def reminders(facts, series, rules):
    """Yield one answer."""
    late = [one.fact.name for one in facts.observed if one.fact.age_days and one.fact.age_days > 3]
    yield Answer(state="hit" if len(late) >= 2 else "clear", message=f"有{len(late)}个栏目须提醒。")
''',
    "renamed": '''"""本市-改名: an account whose name is not that of its unit (甘肃：随意改名).

>>> indicator.scope
'account'
"""

from evidence.indicator import Answer, Indicator

indicator = Indicator(__name__, clause="本市-改名", scope="account", reviewers=1)


@indicator.judge
def renamed(facts, series, rules):
    """Yield one answer."""
    known = facts.subject.certified_as in (None, facts.subject.unit)
    yield Answer(state="clear" if known else "hit", message="认证主体与责任单位不一致。")
''',
    "ratio": '''"""本市-更新率: share of columns kept up to date, at least nine in ten (转载率、IPv6等比例的写法).

>>> indicator.scope
'site'
"""

from evidence.indicator import Answer, Indicator

indicator = Indicator(__name__, clause="本市-更新率", scope="site")


@indicator.judge
def ratio(facts, series, rules):
    """Yield one answer."""
    told = [one.fact.stale for one in facts.columns if one.fact.duty]
    kept = told.count(False)
    state = "undecided" if None in told or not told else "clear" if 10 * kept >= 9 * len(told) else "hit"
    yield Answer(state=state, message=f"更新率{kept}/{len(told)}。", numbers={"kept": kept, "of": len(told)})
''',
}  # fmt: skip


@pytest.mark.parametrize("name", LOCAL)
def test_new_facts_and_ratios_are_indicators_of_the_office_s_own(tmp_path: Path, name: str) -> None:
    indicators, rules_dir = tmp_path / "indicators", tmp_path / "rules"
    indicators.mkdir()
    rules_dir.mkdir()
    assert len(LOCAL[name].splitlines()) < 20
    (indicators / f"{name}.py").write_text(LOCAL[name], "utf-8")
    clause = next(one for one in discover(indicators) if one.name == name).clause
    rules = overlay(rules_dir, f"rules:\n  {name}: {{clause: {clause}, name: 本市, text: 本市规定, effect: notice}}\n")
    scene = stale_account(unit="甲局", certified_as="乙局") if name == "renamed" else stale_site(5)
    found = judge(scene.subject, series(scene.visits), at=T, rules=rules, indicators=discover(indicators)).findings
    assert [one.state for one in found if one.indicator == name] == ["hit"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("extends: nowhere\n", "no rule set nowhere"), ("extends: ours\n", "does not come back"), ("extends: [1]\n", "another edition"),
     ("limits:\n  - {class: news, limit: 14d, until: 2025-01-01}\n", "until"), ("limits:\n  - {class: news, limit: 14d, per: hour}\n", "per"),
     ("accounts:\n  - {platform: app, limit: soon}\n", "limit"), ("rules:\n  columns_not_updated: 5\n", "a mapping"), ("exemptions:\n  - {target: x}\n", "document"),
     ("bulletins:\n  - {day: 2024-02-30, document: x}\n", "day"), ("bulletins:\n  - {day: 2024-03-01}\n", "document"), ("rules:\n  burst_after_bulletin: {quiet: 48h}\n", "quiet"),
     ("rules:\n  burst_after_bulletin: {items: 0}\n", "items")],
)  # fmt: skip
def test_a_broken_overlay_names_its_file_and_place(tmp_path: Path, text: str, said: str) -> None:
    head = HEAD.replace("extends: national-2019\n", "") if text.startswith("extends") else HEAD
    with pytest.raises(RulesError, match=said):
        overlay(tmp_path, text, head=head)


def test_removing_a_look_never_makes_a_hit_under_an_overlay(tmp_path: Path) -> None:

    rules = overlay(tmp_path, "limits:\n  - {class: news, limit: 14d, since: 2020-10-01, until: 2021-01-01}\n")
    days = [TODAY - timedelta(days=7 * n) for n in range(16)]
    looks = [
        visit(
            "c0",
            T - timedelta(days=n),
            reading(*(item(day) for day in days if day <= (T - timedelta(days=n)).date())),
            run=f"N{n}",
        )
        for n in range(5)
    ]
    whole = replace(stale_site(1).seeing("c0", *looks), rules=rules)
    assert whole.judged().facts[1].stale is False
    for n in range(5):
        fewer = whole.seeing("c0", *(one for m, one in enumerate(looks) if m != n))
        assert fewer.judged().facts[1].stale is not True
