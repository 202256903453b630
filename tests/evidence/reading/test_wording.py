"""Wording is told wrong only where a fixed expression is surely meant: what is right, cut, quoted or misread accuses nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import ReadingError
from evidence.reading import FrameDom, PageInput, read, wording
from evidence.reading.wording import parse, shipped


def written(text: str) -> list[str]:
    return [one.written for one in shipped().find(text)]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("认真学习习近总书记重要讲话", "习近总书记"),
        ("认真学习习近平总书纪重要讲话", "习近平总书"),
        ("高举中国特色社主会义伟大旗帜", "中国特色社主会义"),
        ("高举中国特色社主义伟大旗帜", "中国特色社主义"),
        ("纪念中华人名共和国成立", "中华人名共和国"),
        ("纪念中华人民共共和国成立", "中华人民共共和国"),
        ("纪念中华民人共和国成立", "中华民人共和国"),
        ("以习近平新时代中国特社会主义思想为指导", "习近平新时代中国特社会主义思想"),
        ("贯彻总书安全生产重要论述", "贯彻总书"),
        ("践行社会主义核心价观", "社会主义核心价观"),
    ],
)
def test_one_character_too_many_too_few_or_wrong_is_found(text: str, wrong: str | None) -> None:
    assert written(text + "，抓好落实。") == ([wrong] if wrong else [])


@pytest.mark.parametrize(
    "text",
    [
        "认真学习习近平总书记重要讲话和习近平新时代中国特色社会主义思想",
        "培育社会主义核心价值体系",
        "建设有中国特色的社会主义",
        "走我国特色社会主义道路",
        "实现中华民族的伟大复兴",
        "中国人民志愿军抗美援朝",
        "全省人民代表大会常务委员会",
        "新时代中国特色社会主义思想",
        "习近平同志在会上讲话",
        "常见错误：“中华人名共和国”应为“中华人民共和国”",
        "新华人民网共和国新闻",
        "全面建设社会主义现代化国家",
        "社会主义核心价值理念",
        "选举习近平为总书记",
        "中华人民的共和国",
        "贯彻总书记讲话",
        "习近平，总书记",
    ],
)
def test_what_is_right_or_speaks_of_writing_is_not(text: str) -> None:
    assert written(f"会议指出，{text}。") == []


@pytest.mark.parametrize(
    "text", ["深入学习习近平总书", "深入学习习近平总书…", "深入学习习近平总书...", "近平总书记考察"]
)
def test_what_the_page_may_have_cut_is_not(text: str) -> None:
    assert written(text) == []


@given(st.text(alphabet="中华人民共和国特色社会主义习近平总书记的", max_size=40))
def test_a_place_that_is_told_is_never_the_right_expression_nor_a_part_of_it(text: str) -> None:
    for one in shipped().find(text):
        assert text[one.start : one.start + len(one.written)] == one.written
        assert one.right not in one.written


def page(body: str) -> PageInput:
    frame = FrameDom(n=0, url="http://a.test/", html=f"<title>t</title><body>{body}")
    return PageInput(url="http://a.test/", status=200, headers={}, frames=(frame,), layout=None)


def test_an_expression_in_several_pieces_is_one() -> None:
    body = "<p>学习<b>习近</b>平<i>总书记</i>讲话</p><p>纪念中华人</p><p>名共和国成立</p>"
    assert read(page(body), at=None).wording == ()


def test_the_sentence_and_the_right_form_are_told() -> None:
    (one,) = read(page("<p>热烈庆祝中华<b>人名</b>共和国成立七十周年大会召开</p>"), at=None).wording
    assert (one.written, one.right, one.severity, one.source) == ("中华人名共和国", "中华人民共和国", "严重", "text")
    assert "热烈庆祝" in one.context and "七十周年" in one.context


def test_hidden_text_is_not_read() -> None:
    assert read(page("<p style='display:none'>庆祝中华人名共和国成立</p>"), at=None).wording == ()


@pytest.mark.parametrize(
    "text",
    [
        "中华人民共和国",
        "[固定表述]\n太短了",
        "[误写]\n没有箭头",
        "[误写]\n( => x | 严重",
        "[误写]\na => b | 很重",
        "[别的]\nx",
    ],
)
def test_a_line_that_is_no_rule_is_named(text: str) -> None:
    with pytest.raises(ReadingError, match="wording:"):
        parse(text)


def test_rules_of_an_office_s_own_are_loaded_and_a_missing_file_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "own.txt").write_text("[固定表述]\n示范市人民政府\n", "utf-8")
    assert wording.load(tmp_path / "own.txt").find("由示范市人名政府主办")[0].right == "示范市人民政府"
    with pytest.raises(ReadingError, match="none.txt"):
        wording.load(tmp_path / "none.txt")
