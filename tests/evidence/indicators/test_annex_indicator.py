"""附件表格空白列: a heading over nothing is shown to a person; forms and remarks are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from evidence.model import Finding, Table
from tests.evidence.judging_factory import Scene, T, Visit, annex, changed, column, reading, subject, visit

NAME = "annex_blank_column"
BULLETIN = subject([column("bulletin", None, None, duty=None)])


def findings(*visits: Visit) -> list[Finding]:
    return [one for one in Scene(subject=BULLETIN, visits=visits).judged().findings if one.indicator == NAME]


def test_a_column_with_a_heading_and_no_value_is_proposed_to_one_person() -> None:
    (found,) = findings(annex())
    assert (found.state, found.scope, found.label, found.reviewers) == ("hit", "column", "bulletin", 1)
    assert "图片表格第3列“责任单位”全列空白" in found.message
    assert found.numbers["counted"][0]["picture"] == "ab" * 32
    assert found.second_look == "missing"


def test_a_full_table_is_clear() -> None:
    (found,) = findings(annex(blank=()))
    assert found.state == "clear"


def test_a_page_without_tables_is_not_spoken_of() -> None:
    assert findings(visit("bulletin", read=reading(page_kind="article", blank=False))) == []


@pytest.mark.parametrize("heading", ["备注", "备  注", "签字（盖章）", "审核意见", ""])
def test_columns_left_blank_on_purpose_are_passed_over(heading: str) -> None:
    (found,) = findings(annex(blank=(heading,), header=("名称", "数量", heading)))
    assert found.state == "clear"
    assert found.numbers["not_counted"]


def test_a_form_to_be_filled_in_is_passed_over() -> None:
    (found,) = findings(annex(blank=("姓名", "单位"), header=("序号", "姓名", "单位", "类别")))
    assert found.state == "clear"


def test_a_table_without_rows_is_no_table() -> None:
    empty = Table(source="html", header=("甲", "乙", "丙"), rows=(), blank_columns=())
    assert findings(visit("bulletin", read=reading(page_kind="article", blank=False, tables=(empty,)))) == []


@pytest.mark.parametrize("page_kind", ["error", "redirect"])
def test_a_page_that_is_not_the_bulletin_says_nothing(page_kind: str) -> None:
    hit = annex()
    assert hit.reading
    assert findings(replace(hit, reading=replace(hit.reading, page_kind=page_kind))) == []


def test_an_incomplete_or_partial_page_says_nothing() -> None:
    assert findings(changed(annex(), complete=False)) == []
    assert findings(changed(annex(), coverage="partial")) == []


def test_a_look_older_than_a_day_is_undecided() -> None:
    (found,) = findings(annex(at=T - timedelta(days=3)))
    assert found.state == "undecided"
    assert found.missing


def test_two_visits_that_read_the_same_agree_and_two_that_do_not_are_undecided() -> None:
    before = T - timedelta(hours=6)
    (same,) = findings(annex(), annex(at=before))
    (other,) = findings(annex(), annex(blank=(), at=before))
    assert (same.state, same.second_look) == ("hit", "agrees")
    assert (other.state, other.second_look) == ("undecided", "disagrees")
