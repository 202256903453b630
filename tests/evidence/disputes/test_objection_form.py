"""The objection form: what a unit writes is data, faults are named in Chinese with the mend, and nothing is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.disputes import form
from evidence.disputes.form import Form, blank, filled, parse
from evidence.errors import DisputeError

ID = "0123456789ab" + "0" * 52
UNIT = f"【{form.UNIT}】"
STATEMENT = f"【{form.STATEMENT}】"


def written(**parts: str) -> str:
    """Return the form of a bundle filled in by hand, in the way people do it: below the heading."""
    said = {form.UNIT: "示范市教育局", form.STATEMENT: "“部门动态”6月25日已发布信息1条。", **parts}
    text = blank((ID,))
    for heading, value in said.items():
        text = text.replace(f"【{heading}】", f"【{heading}】\n{value}")
    return text


def refusal(text: str | bytes) -> str:
    with pytest.raises(DisputeError) as caught:
        parse(text if isinstance(text, bytes) else text.encode())
    return str(caught.value)


def test_a_filled_in_form_is_read_as_it_was_meant() -> None:
    said = parse(written(**{form.FILES: "后台截图.png\n日志.txt", form.DAY: "2021年7月2日"}).encode())
    assert (said.finding, said.unit, said.statement) == (ID[:12], "示范市教育局", "“部门动态”6月25日已发布信息1条。")
    assert (said.files, said.day, said.bundle) == (("后台截图.png", "日志.txt"), "2021年7月2日", None)


def test_it_may_come_back_as_old_editors_save_it() -> None:
    plain = written()
    assert parse(b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode()) == parse(plain.encode())


def test_a_statement_keeps_its_lines_and_its_own_brackets() -> None:
    said = parse(written(**{form.STATEMENT: "一、见【附图】\n【附图】\n\n二、已更新"}).encode())
    assert said.statement == "一、见【附图】\n【附图】\n\n二、已更新"


def test_the_empty_form_asks_for_what_is_missing() -> None:
    assert f"【{form.UNIT}】没有填写" in refusal(blank((ID,)))
    assert f"【{form.STATEMENT}】没有填写" in refusal(written(**{form.STATEMENT: "  \n "}))


def test_a_form_for_several_findings_leaves_the_number_open_and_lists_them() -> None:
    text = blank((ID, "f" * 64))
    assert ID[:12] in text and "f" * 12 in text
    assert f"【{form.FINDING}】没有填写" in refusal(text)


@pytest.mark.parametrize("heading", form.HEADINGS)
def test_a_lost_heading_is_named(heading: str) -> None:
    assert heading in refusal(written().replace(f"【{heading}】\n", ""))


def test_a_heading_twice_or_out_of_order_is_refused_with_its_line() -> None:
    assert "重复出现" in refusal(written() + f"\n{UNIT}\n另一单位\n")
    swapped = written().replace(UNIT, "?").replace(STATEMENT, UNIT).replace("?", STATEMENT)
    assert "之前缺少" in refusal(swapped)


def test_a_heading_of_ones_own_is_refused() -> None:
    assert "不是本表的标题" in refusal(written().replace(f"【{form.DAY}】", "【盖章】"))


def test_words_before_the_first_heading_are_not_passed_over() -> None:
    assert "第一个标题" in refusal("此件速办\n" + written())


@pytest.mark.parametrize(
    "data",
    [written().encode("gb18030"), written().encode("utf-16"), b"PK\x03\x04\x14\x00\xff\xfe", b"\xff\xd8\xff\xe0"],
)
def test_another_encoding_or_a_word_file_says_how_to_save_it(data: bytes) -> None:
    assert "UTF-8" in refusal(data)


@pytest.mark.parametrize("number", ["../../etc/passwd", "12", "证据一", "0123456789ab x9", "g" * 12])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    assert "证据编号" in refusal(written().replace(ID[:12] + "\n", number + "\n"))


def test_a_bundle_that_is_none_is_refused_and_a_file_name_is_understood() -> None:
    assert form.BUNDLE in refusal(written(**{form.BUNDLE: "C:\\下载\\证据.zip"}))
    assert parse(written(**{form.BUNDLE: "quzheng-0123456789ab.zip"}).encode()).bundle == "quzheng-0123456789ab"


def test_nothing_is_endless() -> None:
    assert "超过" in refusal(b"x" * (form.LARGEST + 1))
    assert "超过" in refusal(written(**{form.STATEMENT: "字" * (form.LONGEST + 1)}))
    assert "超过" in refusal(written(**{form.UNIT: "字" * 201}))
    assert "不像文件名" in refusal(written(**{form.FILES: "a" * 5000}))
    assert "超过" in refusal(written(**{form.FILES: "\n".join("ab" for _ in range(51))}))
    assert "只能填一行" in refusal(written(**{form.UNIT: "甲\n乙"}))


def test_paths_and_nul_are_names_and_words_and_nothing_else() -> None:
    said = parse(
        written(**{form.FILES: "../../../etc/passwd\n/dev/zero\nCON\na\x00b.png", form.STATEMENT: "a\x00b"}).encode()
    )
    assert said.files == ("../../../etc/passwd", "/dev/zero", "CON", "a\x00b.png")
    assert said.statement == "a\x00b"


def test_a_message_about_a_hostile_form_steers_no_terminal() -> None:
    assert "\x1b" not in refusal("\x1b[2J\u202e此件\n" + written())


@given(
    unit=st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40),
    statement=st.text(st.characters(codec="utf-8", exclude_characters="【】※\r"), min_size=1, max_size=200),
)
def test_what_a_person_writes_down_is_read_again_as_it_was(unit: str, statement: str) -> None:
    if unit.startswith(("【", form.NOTE)) or not statement.strip():
        return
    told = Form(finding=ID, unit=unit, statement=form.checked_statement(statement), files=("甲.png",), day="7月2日")
    again = parse(filled(told).encode())
    assert (again.finding, again.unit, again.files, again.day) == (told.finding, told.unit, told.files, told.day)
    assert [line.rstrip() for line in again.statement.split("\n")] == [
        line.rstrip() for line in told.statement.split("\n")
    ]


@given(st.binary(max_size=300))
def test_whatever_bytes_come_the_answer_is_a_form_or_a_sentence(data: bytes) -> None:
    try:
        parse(data)
    except DisputeError as error:
        assert str(error)
