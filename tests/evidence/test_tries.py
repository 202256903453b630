"""What a person tried, written on a command line: understood in our words and in Chinese ones, refused where it cannot be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from evidence import tries
from evidence.errors import AdmitError
from evidence.tries import Try

NOW = datetime(2021, 1, 4, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("menu:办事大厅=dead", Try("menu", "dead", "办事大厅")),
        ("菜单：办事大厅＝无效", Try("menu", "dead", "办事大厅")),
        (" MENU:办事 : 大厅 =works", Try("menu", "works", "办事 : 大厅")),
        ("menu=dead", Try("menu", "dead")),
        ("menu=absent", Try("menu", "absent")),
        ("comment=absent", Try("comment", "absent")),
        ("12345=有效", Try("hotline", "works")),
        ("message=unanswered@2020-12-20", Try("message", "unanswered", None, date(2020, 12, 20))),
        ("download:华为应用市场=absent", Try("download", "absent", "华为应用市场")),
        ("使用=无效", Try("use", "dead")),
    ],
)
def test_a_try_is_understood(written: str, meant: Try) -> None:
    assert tries.parse(written) == meant


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "写法不对"),
        ("menu", "写法不对"),
        ("menu:办事=", "写法不对"),
        ("menu:a=dead=works", "写法不对"),
        ("toString=works", "不认识"),
        ("menu:办事=坏了", "应为works（有效）"),
        ("menu=works", "哪一个菜单有效"),
        ("menu:办事=absent", "不带名称"),
        ("menu:办事=unanswered@2020-12-20", "不能是"),
        ("use=absent", "不能是“没有”"),
        ("download=absent", "从哪里下载"),
        ("comment:第一条=absent", "不带名称"),
        ("message=unanswered", "何日发出"),
        ("message=works@2020-12-20", "其他结果不写日期"),
        ("message=unanswered@昨天", "不是日期"),
        ("menu:" + "长" * 61 + "=dead", "至多60字"),
        ("menu:办\x00事=dead", "不可见字符"),
        ("menu:办\u202e事=dead", "不可见字符"),
    ],
)
def test_what_is_none_is_refused_in_chinese_with_what_would_be_right(written: str, said: str) -> None:
    with pytest.raises(AdmitError, match=said) as caught:
        tries.parse(written)
    assert "\u202e" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["menu:办事=dead", "menu:办事=works"], "两种结果"),
        (["menu=absent", "menu:办事=works"], "请核对"),
        (["menu=dead", "menu=absent"], "两种结果"),
        (["message=unanswered@2021-01-05"], "发出日期在录制结束之后"),
    ],
)
def test_tries_that_contradict_each_other_or_their_times_are_refused(written: list[str], said: str) -> None:
    with pytest.raises(AdmitError, match=said):
        tries.check([tries.parse(one) for one in written], ended=NOW, now=NOW)


def test_a_recording_that_ends_in_the_future_is_refused() -> None:
    with pytest.raises(AdmitError, match="在此刻之后"):
        tries.check([tries.parse("comment=absent")], ended=NOW + timedelta(minutes=1), now=NOW)


def test_the_same_twice_and_different_names_are_no_contradiction() -> None:
    written = ("menu:甲=dead", "menu:乙=works", "menu:甲=dead", "message=unanswered@2021-01-04")
    read = [tries.parse(one) for one in written]
    tries.check(read, ended=NOW, now=NOW)
    assert [(one.name, one.came) for one in read[:3]] == [("甲", "dead"), ("乙", "works"), ("甲", "dead")]


def test_every_result_has_its_word_and_every_function_something_that_works() -> None:
    assert set(tries.CAN_COME) == set(tries.WHATS)
    assert all("works" in came and set(came) <= set(tries.CAMES) for came in tries.CAN_COME.values())
