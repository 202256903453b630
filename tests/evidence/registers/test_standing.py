"""漏报 is proposed only where every register is whole, fresh and without a doubt; each missing piece makes it undecided."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from evidence.model import Finding
from evidence.registers.register import Register
from tests.evidence.judging_factory import Scene, T, register, unregistered_account
from tests.evidence.sheets import account

SCENE = unregistered_account()
OTHER = account("别的账号", id="2000000002", unit="示范市公安局")


def finding(*registers: Register, scene: Scene = SCENE, **who: Any) -> Finding:
    return replace(scene, registers=registers, subject=replace(SCENE.subject, **who)).finding("account_not_registered")


def test_a_government_account_in_no_whole_and_fresh_register_is_proposed() -> None:
    found = finding(register(OTHER), register(OTHER, name="省"))
    assert (found.state, found.reviewers) == ("hit", 1)
    assert "国家、省均无" in found.message
    assert found.exhibits
    assert [one["name"] for one in found.numbers["registers"]] == ["国家", "省"]


@pytest.mark.parametrize(
    ("registers", "who", "seen", "word"),
    [
        ([register(OTHER, whole=False)], {}, True, "完整"),
        ([register(OTHER, fetched=None)], {}, True, "何时取得"),
        ([register(OTHER, fetched=T - timedelta(days=60))], {}, True, "超过31天"),
        ([register(OTHER, fetched=T + timedelta(days=1))], {}, True, "时点之后"),
        ([register(OTHER)], {}, False, "没有看到"),
        ([register(OTHER)], {"platform_id": None}, True, "平台ID"),
        ([register(OTHER)], {"unit": "示范市政务服务中心", "certified_as": None}, True, "人工认定"),
        ([register(OTHER)], {"unit": None, "certified_as": None}, True, "未填主办单位"),
        ([register(OTHER)], {"certified_as": "示范市第一中学"}, True, "不一致"),
        ([register(account("示范教育", id=""))], {}, True, "可能就是该对象"),
        ([register(account("示范教育", id="sfjy2020", unit="甲"))], {}, True, "可能就是该对象"),
        ([register(account("旧名", id="sfjy2020"))], {}, True, "可能就是该对象"),
        ([register(OTHER), register(OTHER, name="省", whole=False)], {}, True, "省是否为完整"),
    ],
)
def test_take_away_one_thing_and_it_is_undecided_and_says_what_is_missing(
    registers: list[Register], who: dict[str, Any], seen: bool, word: str
) -> None:
    found = finding(*registers, scene=SCENE if seen else replace(SCENE, visits=()), **who)
    assert found.state == "undecided"
    assert word in "；".join(found.missing)


def test_an_account_that_is_registered_is_clear_whatever_its_state_and_however_late_it_was_fetched() -> None:
    for state in ("正常", "注销中", "已注销", "备案中"):
        own = account("示范教育", state=state)
        assert finding(register(own, fetched=T + timedelta(days=30), whole=False)).state == "clear"


def test_a_register_that_has_it_and_a_whole_one_that_lacks_it_contradict_each_other_and_are_named() -> None:
    found = finding(register(account("示范教育")), register(OTHER, name="省"))
    assert found.state == "undecided"
    assert "国家" in found.message
    assert "省没有" in found.message


def test_a_part_of_a_register_that_lacks_it_says_nothing_against_one_that_has_it() -> None:
    assert finding(register(account("示范教育")), register(OTHER, name="省", whole=False)).state == "clear"


@pytest.mark.parametrize(
    "unit", ["示范县人民法院", "中共示范县委宣传部", "示范县融媒体中心", "示范大学", "示范县人民医院", "示范公司"]
)
def test_other_systems_are_set_apart_and_never_unregistered(unit: str) -> None:
    found = finding(register(OTHER), unit=unit, certified_as=unit)
    assert found.state == "clear"
    assert found.for_the_unit


def test_ids_are_told_apart_by_case_and_a_nickname_matches_nothing() -> None:
    found = finding(register(account("示范教育", "微信公众号", "gh_AA")), platform="wechat", platform_id="gh_aa")
    assert found.state == "undecided"


def test_without_a_register_of_accounts_there_is_no_answer() -> None:
    found = replace(SCENE, registers=()).judged()
    assert [f for f in found.findings if f.indicator == "account_not_registered"] == []
