"""What of a page with citizens' personal data may leave the house: by rule, by selector, in pictures, texts and readings."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image

from evidence.errors import ReadingError
from evidence.masking import Private, find, personal
from evidence.masking.covering import COVER, covered, without
from evidence.reading.page import FrameDom, PageInput

ROWS = (
    "<table><tr><th>信件编号</th><th>来信人</th><th>联系电话</th><th>答复单位</th></tr>"
    "<tr><td>SF1</td><td>张三丰</td><td>138-0000-0001</td><td>市医保局</td></tr>"
    "<tr><td>SF2</td><td>匿名</td><td></td><td>市公安局</td></tr></table>"
)


def words(body: str, *selectors: str) -> set[str]:
    frame = FrameDom(n=0, url="http://x.test/", html=f"<body>{body}</body>")
    page = PageInput(url="http://x.test/", status=200, headers={}, frames=(frame,), layout=None)
    return set(find(page, selectors).words)


FOUND = (
    (ROWS, {"张三丰", "138-0000-0001"}),
    ("<p>来信人：李雷　答复单位：市住建局</p>", {"李雷"}),
    ("<dl><dt>姓名</dt><dd>韩梅梅</dd><dt>内容</dt><dd>路灯不亮</dd></dl>", {"韩梅梅"}),
    ("<p>我的电话 13912345678，身份证 110101199003078888。</p>", {"13912345678", "110101199003078888"}),
    ("<div>来信人：李雷</div><div>内容</div><div>来信人：韩梅梅</div>", {"李雷", "韩梅梅"}),
    ("<p>来信人：李雷　联系人：王小明　来信人：韩梅梅</p>", {"李雷", "王小明", "韩梅梅"}),
    ("<table><tr><td>来信人：李雷</td></tr><tr><td>来信人：韩梅梅</td></tr></table>", {"李雷", "韩梅梅"}),
    (
        "<p>来信人</p><input value='李雷'><textarea>家住某小区</textarea><input type=submit value='提交'>",
        {"李雷", "家住某小区"},
    ),
    ("<p>联系 someone@example.com</p>", {"someone@example.com"}),
    ("<table><tr><td>写信人</td><td>王小明</td><td>写信时间</td><td>2024-05-01</td></tr></table>", {"王小明"}),
    (
        "<table><tr><td>写信人</td><td>王小明</td><td>写信时间</td><td>2024-05-01</td></tr>"
        "<tr><td>信件编号</td><td>SF1</td><td>答复单位</td><td>市公安局</td></tr></table>",
        {"王小明"},
    ),
    (
        "<table><tr><th colspan=2>信件</th><th>姓名</th></tr><tr><td>1</td><td>咨询</td><td>赵六</td></tr></table>",
        {"赵六"},
    ),
)
KEPT = (
    "<p>2024-05-01 浏览 1380000 次，编号 SF202405010012</p>",
    "<table><tr><th>答复单位</th><th>办理状态</th></tr><tr><td>市公安局</td><td>已办结</td></tr></table>",
    "<p>来信人：匿名</p>",
    "<p>来信人：张**</p>",
    "<p>记录 8b1a9953c4611296a827abf8c47804d7138000000015e884898da28047151d0e</p>",
    "<table><tr><th>序号</th><th>姓名</th></tr><tr><td>1</td><td>—</td></tr></table>",
)


@pytest.mark.parametrize(("body", "expected"), FOUND)
def test_what_is_personal_is_found_by_rule(body: str, expected: set[str]) -> None:
    assert words(body) == expected


@pytest.mark.parametrize("body", KEPT)
def test_what_is_not_personal_stays(body: str) -> None:
    assert words(body) == set()


def test_a_flow_names_what_no_rule_finds() -> None:
    body = "<div class='w'><b>孙七</b>于昨日反映</div><div>周八</div>"
    assert words(body, ".w b") == {"孙七"}
    with pytest.raises(ReadingError, match="no CSS selector"):
        words(body, "div[[")


def test_without_a_layout_no_place_is_known_and_a_page_of_nothing_has_nothing() -> None:
    page = PageInput(url="http://x.test/", status=None, headers={}, frames=(), layout=None)
    assert find(page, (".x",)) == Private(words=(), boxes=(), urls=frozenset(), located=False)


@pytest.mark.parametrize("value", ["网友", " 匿名 ", "***", "—", ""])
def test_nobody_is_nobody(value: str) -> None:
    assert not personal.names_somebody(value)


WRITTEN: Sequence[Any] = ("李雷", "<p>李雷</p>", "?n=%E6%9D%8E%E9%9B%B7", "?n=%e6%9d%8e%e9%9b%b7", json.dumps("李雷"))


@pytest.mark.parametrize("text", WRITTEN)
def test_a_word_goes_however_it_is_written(text: str) -> None:
    masked = without(text, ["李雷"])
    assert "■■■" in masked
    assert not any(form in masked for form in ("李雷", "%E6", "%e6", "\\u674e"))


def test_a_picture_is_painted_over_at_the_place_and_nowhere_else() -> None:
    out = io.BytesIO()
    Image.new("RGB", (100, 50), "white").save(out, "PNG")
    with Image.open(io.BytesIO(covered(out.getvalue(), (0, 1000, 100, 50), [(10, 1010, 20, 10)]))) as image:
        assert image.size == (100, 50)
        assert image.getpixel((20, 15)) == COVER
        assert {image.getpixel(at) for at in ((5, 15), (20, 5), (40, 15), (20, 30))} == {(255, 255, 255)}
