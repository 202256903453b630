"""Rule sets: the numbers are data, and a file that cannot be used is refused with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evidence import ruleset
from evidence.errors import RulesError

TEXT = (ruleset.OURS / "national-2019.yaml").read_text("utf-8")


def written(folder: Path, text: str, name: str = "ours-2024") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text.replace("edition: national-2019", f"edition: {name}"), "utf-8")
    return path


def test_the_national_rules_have_the_numbers_of_the_document() -> None:
    rules = ruleset.load("national-2019")
    assert rules.document == "国办秘函〔2019〕19号"
    assert {name: rule.count for name, rule in rules.rules.items() if rule.count and rule.effect == "veto"} == {
        "columns_not_updated": 5,
        "columns_long_not_updated": 10,
        "blank_columns": 5,
    }
    assert (rules.of("site_unreachable").visits, rules.of("site_unreachable").share) == (20, 50)
    assert rules.of("account_not_updated").limit == "14d"
    assert {(one.class_, one.level): one.limit for one in rules.limits} == {
        ("news", None): "14d",
        ("notice", 1): "6m",
        ("policy", 1): "6m",
        ("interpretation", 1): "6m",
    }


def test_an_office_has_its_own_rules_in_a_folder(tmp_path: Path) -> None:
    written(tmp_path, TEXT.replace("count: 5", "count: 3"))
    assert ruleset.load("ours-2024", tmp_path).of("columns_not_updated").count == 3
    assert ruleset.names(tmp_path) == ("national-2019", "ours-2024")


def test_the_digest_changes_with_any_number_and_with_nothing_else(tmp_path: Path) -> None:
    same = ruleset.read(written(tmp_path, TEXT + "\n# a remark\n", "national-2019"))
    other = ruleset.read(written(tmp_path, TEXT.replace("limit: 6m", "limit: 5m"), "national-2019"))
    assert same.sha256 == ruleset.load().sha256
    assert other.sha256 != same.sha256


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("count: 5", "count: 0", "count: expected a number from 1 up"),
        ("count: 5", "count: five", "count: expected a whole number"),
        ("count: 5", "count: 5.0", "count: expected a whole number"),
        ("count: 5", "cuont: 5", "cuont"),
        ('comparator: ">="', 'comparator: "=>"', "comparator"),
        ("max_evidence_age: 24h", "max_evidence_age: 1m", "max_evidence_age"),
        ("max_evidence_age: 24h", "max_evidence_age: a day", "max_evidence_age"),
        ("limit: 6m", "limit: 24h", "limit"),
        ("class: notice", "class: notices", "class"),
        ("issuer: 国办", "", "issuer"),
        ("edition: national-2019", "edition: national-2018", "edition: expected the name of its file"),
        ("since: 2019-04-01", "since: spring", "since"),
        ("effect: veto", "effect: veto\n    effect: notice", "duplicate key"),
        ("rules:", "rules: [", "flow sequence"),
    ],
)
def test_a_file_with_a_fault_is_refused_with_its_place(tmp_path: Path, before: str, after: str, said: str) -> None:
    text = TEXT.replace("issuer: 国务院办公厅秘书局", "issuer: 国办").replace(before, after)
    if before == "issuer: 国办":
        text = text.replace("\n\ndocument", "\ndocument")
    path = tmp_path / "national-2019.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(RulesError, match="national-2019.yaml") as caught:
        ruleset.read(path)
    assert said in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RulesError, match="odd.yaml"):
        ruleset.read(path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "", "National", "."])
def test_a_name_is_a_name_and_no_path(name: str) -> None:
    with pytest.raises(RulesError, match="a rule set is named by"):
        ruleset.load(name)


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(RulesError, match="there are national-2019"):
        ruleset.load("national-2029")


def test_an_office_may_not_shadow_our_rules(tmp_path: Path) -> None:
    written(tmp_path, TEXT, "national-2019")
    with pytest.raises(RulesError, match="two rule sets are named national-2019"):
        ruleset.load("national-2019", tmp_path)


def test_a_rule_that_is_not_there_is_named() -> None:
    with pytest.raises(RulesError, match="has no rule spelling"):
        ruleset.load().of("spelling")


def test_a_rule_set_that_ended_is_not_used_for_a_later_day(tmp_path: Path) -> None:
    rules = ruleset.read(written(tmp_path, TEXT.replace("until: null", "until: 2020-12-31")))
    rules.check_in_force(date(2020, 12, 31))
    with pytest.raises(RulesError, match="to 2020-12-31, got the reference day 2021-01-01"):
        rules.check_in_force(date(2021, 1, 1))


@pytest.mark.parametrize(("comparator", "reached"), [(">=", True), (">", False)])
def test_the_comparator_is_data(tmp_path: Path, comparator: str, reached: bool) -> None:
    rules = ruleset.read(written(tmp_path, TEXT.replace('comparator: ">="', f'comparator: "{comparator}"')))
    assert rules.of("columns_not_updated").reached(5) is reached
