"""What holds for every indicator, ours and the office's own: documentation, name, clause, and no accusation from ignorance."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evidence.errors import RulesError
from evidence.indicator import Indicator, discover
from evidence.judge import judge
from tests.evidence.indicators import (
    signs_factory,
    test_account_commercial_links,
    test_account_duplicated,
    test_account_empty,
    test_account_off_topic,
    test_deductions,
    tries_factory,
)
from tests.evidence.judging_factory import (
    INDICATORS,
    RULES,
    Scene,
    T,
    annex,
    blank_site,
    changed,
    gone_site,
    home_days,
    registered_site,
    series,
    sites,
    stale_account,
    stale_site,
    unregistered_account,
)

GOLDEN: dict[str, Scene] = {
    "columns_not_updated": stale_site(5),
    "columns_long_not_updated": stale_site(10),
    "blank_columns": blank_site(5),
    "account_not_updated": stale_account(),
    "home_not_updated": replace(stale_site(1), visits=home_days()),
    "account_not_registered": unregistered_account(),
    "site_filing_differs": registered_site(sites(url="http://www.old.gov.cn/")),
    "site_registered_gone": gone_site(),
    "annex_blank_column": replace(stale_site(0), visits=(annex(),)),
    **signs_factory.GOLDEN,
    **{name: test_deductions.golden(name) for name in test_deductions.POINTS},
    "other_columns_points": test_deductions.other(),
    "account_empty": test_account_empty.GOLDEN,
    "account_commercial_links": test_account_commercial_links.GOLDEN,
    "account_duplicated": test_account_duplicated.GOLDEN,
    **tries_factory.GOLDEN,
    "account_off_topic": test_account_off_topic.GOLDEN,
}
SEEN_IN_PART = ("account_not_registered", "site_filing_differs", "account_commercial_links", "account_duplicated")
"""Those that need a sighting and no absence."""
LOCAL = '''"""Never anything wrong.

>>> indicator.clause
'本市-1'
"""

from evidence.indicator import Answer, Indicator

indicator = Indicator(__name__, clause="本市-1", scope="site")


@indicator.judge
def quiet(facts, series, rules):
    """Yield one answer."""
    yield Answer(state="clear", message="没有问题。")
'''


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda one: one.name)
def test_every_indicator_has_a_clause_a_rule_a_docstring_with_an_example_and_a_golden_hit(indicator: Indicator) -> None:
    rule = RULES.of(indicator.name)
    assert rule.clause == indicator.clause
    assert rule.text
    assert indicator.documentation.startswith(indicator.clause)
    assert ">>>" in indicator.documentation
    assert indicator.name in GOLDEN


@pytest.mark.parametrize("name", GOLDEN)
def test_the_golden_scene_is_a_hit(name: str) -> None:
    assert GOLDEN[name].state(name) == "hit"


def degraded(scene: Scene, how: str) -> Scene:
    every = {
        "partial": {"coverage": "partial"},
        "incomplete": {"complete": False},
        "unchecked": {"complete": None},
        "failed": {"outcome": "timeout", "complete": False, "reason": "timeout", "fault": "ours"},
        "challenged": {"outcome": "challenge", "complete": False, "fault": "ours"},
        "logged out": {"outcome": "login_lost", "complete": False, "fault": "ours"},
    }
    if how == "unreadable":
        return replace(scene, visits=tuple(replace(one, reading=None) for one in scene.visits))
    if how == "never visited":
        return replace(scene, visits=())
    if how == "too old":
        return replace(scene, at=scene.at + timedelta(days=3))
    if how == "an error page":
        odd = [one.reading and replace(one.reading, page_kind="error") for one in scene.visits]
        return replace(scene, visits=tuple(replace(v, reading=r) for v, r in zip(scene.visits, odd, strict=True)))
    return replace(scene, visits=tuple(changed(one, **every[how]) for one in scene.visits))


DEGRADED = ["partial", "incomplete", "unchecked", "failed", "challenged"] + [
    "logged out",
    "unreadable",
    "never visited",
    "too old",
    "an error page",
]


@pytest.mark.parametrize("how", DEGRADED)
@pytest.mark.parametrize("name", GOLDEN)
def test_no_indicator_accuses_on_poor_evidence(name: str, how: str) -> None:
    if name in SEEN_IN_PART and how == "partial":
        pytest.skip("that an account is there a part of it shows; only absence it cannot show")
    if name in tries_factory.GOLDEN and how != "too old":
        pytest.skip("what persons tried rests on no visit; its own preconditions are taken away in its own tests")
    if name == "site_registered_gone" and how in ("incomplete", "unchecked", "unreadable", "an error page"):
        pytest.skip("a visit that brought no page has none that could be incomplete or unreadable")
    states = {finding.state for finding in degraded(GOLDEN[name], how).judged().findings}
    assert "hit" not in states


@pytest.mark.parametrize("name", GOLDEN)
def test_every_finding_gives_its_reason_and_its_numbers(name: str) -> None:
    for finding in GOLDEN[name].judged().findings:
        assert finding.message.endswith("。")
        assert finding.numbers
        assert finding.state != "undecided" or finding.missing


def test_an_office_adds_an_indicator_by_one_file_and_it_is_marked_local(tmp_path: Path) -> None:
    (tmp_path / "quiet.py").write_text(LOCAL, "utf-8")
    (own,) = [one for one in discover(tmp_path) if one.name == "quiet"]
    assert own.local
    assert own.source == LOCAL.encode()
    rule = replace(RULES.of("blank_columns"), clause="本市-1")
    rules = replace(RULES, rules={**RULES.rules, "quiet": rule})
    scene = stale_site(1)
    found = judge(scene.subject, series(scene.visits), at=T, rules=rules, indicators=[own]).findings
    assert [one.clause for one in found] == ["本市-1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("x = 1\n", "no `indicator"), ("raise OSError('gone')\n", "OSError: gone"), ("def (\n", "SyntaxError")],
)
def test_a_file_that_is_no_indicator_is_named_with_its_fault(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "odd.py").write_text(text, "utf-8")
    with pytest.raises(RulesError, match="odd.py") as caught:
        discover(tmp_path)
    assert said in str(caught.value)


def test_an_office_may_not_shadow_one_of_ours(tmp_path: Path) -> None:
    (tmp_path / "blank_columns.py").write_text(LOCAL, "utf-8")
    with pytest.raises(RulesError, match="two indicators are named blank_columns"):
        discover(tmp_path)


def test_a_rule_that_is_switched_off_gives_no_finding() -> None:
    rule = replace(RULES.of("columns_not_updated"), on=False)
    rules = replace(RULES, rules={**RULES.rules, "columns_not_updated": rule})
    scene = replace(stale_site(5), rules=rules)
    assert "columns_not_updated" not in {one.indicator for one in scene.judged().findings}
