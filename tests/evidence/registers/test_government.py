"""Only what is surely of the government system can be unregistered; everything else is set apart or asked of a person."""

from __future__ import annotations

import pytest

from evidence.registers.government import standing

UNITS = {
    "government": [
        "示范市人民政府办公室",
        "示范县公安局",
        "示范县公安局交通警察大队",
        "示范省教育厅",
        "示范市发展和改革委员会",
        "示范市卫健委",
        "示范市国资委",
        "示范镇人民政府",
        "示范街道办事处",
        "示范经济开发区管委会",
        "国家税务总局示范县税务局",
    ],
    "party": ["中共示范县委宣传部", "示范市委组织部", "县纪委监委", "示范市委网信办", "示范县委党校"],
    "congress": ["示范市人大常委会办公室"],
    "consultative": ["政协示范县委员会"],
    "court": ["示范县人民法院", "示范市中级人民法院执行局"],
    "procuratorate": ["示范县人民检察院"],
    "media": ["示范县融媒体中心", "示范日报社", "示范市广播电视台"],
    "school": ["示范大学", "示范县第一中学", "示范市教育局附属小学", "示范县三中"],
    "hospital": ["示范县人民医院", "示范镇卫生院", "示范市妇幼保健院"],
    "enterprise": ["示范市公交集团有限公司", "示范农商银行"],
    "mass": ["共青团示范市委员会", "示范县妇女联合会", "示范市残联"],
    "undecided": ["示范县政务服务中心", "中共示范县委 示范县人民政府信访局", "", "某某工作室", "示范县档案馆"],
}


@pytest.mark.parametrize(("system", "unit"), [(system, unit) for system, units in UNITS.items() for unit in units])
def test_the_system_of_a_unit_is_told_by_its_name(system: str, unit: str) -> None:
    assert standing(unit).system == system


def test_every_answer_says_by_which_words() -> None:
    assert "公安" in standing("示范县公安局").because or "局" in standing("示范县公安局").because
    assert "看不出" in standing("某某工作室").because


def test_unit_and_certified_owner_that_disagree_are_undecided() -> None:
    found = standing("示范县教育局", "示范县第一中学")
    assert found.system == "undecided"
    assert "不一致" in found.because
