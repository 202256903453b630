"""A registry's words for a state: what is under way is a state, what is not understood accuses nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.registers import lifecycle

WORDS = {
    "running": ["正常", "正常运行", "运营中", "已备案", "审核通过", "在用", "已开通"],
    "filing": ["备案中", "待审核", "申请备案", "审核中", "开办申请"],
    "changing": ["变更中", "变更审核"],
    "migrating": ["迁移中", "账号迁移"],
    "merging": ["合并中", "整合"],
    "frozen": ["冻结", "已冻结"],
    "offline": ["临时下线", "暂停运行"],
    "closing": ["注销中", "申请注销", "拟关停", "关停审核中", "正在注销"],
    "closed": ["已注销", "注销", "关停", "永久下线", "已关闭"],
    "unknown": ["", "未备案", "运行异常", "审核不通过", "备案未通过", "？", "已退回"],
}


@pytest.mark.parametrize(("state", "said"), [(state, said) for state, every in WORDS.items() for said in every])
def test_the_words_of_registries(state: str, said: str) -> None:
    assert lifecycle.state(said) == state


@given(st.text(max_size=30))
def test_any_text_has_a_state_and_perhaps_a_day(said: str) -> None:
    assert lifecycle.state(said) in lifecycle.NAMES
    lifecycle.day(said)
