"""An entry is there wherever a word of it stands: in links, boxes with scripts, folded menus, pictures' words, addresses."""

from __future__ import annotations

import pytest

from evidence.reading import FrameDom, PageInput
from evidence.reading.entries import find
from evidence.reading.tree import grow

ROWS = "".join(f"<a href='/jgsz/{n}/'>机构设置{n}</a>" for n in range(12))
HOME = f"<html><head><title>示范县人民政府</title></head><body><div class='nav'><a href='/'>首页</a>{ROWS}</div>%s</body></html>"


def entries(extra: str) -> set[str]:
    frame = FrameDom(n=0, url="http://www.a.gov.cn/", html=HOME % extra)
    page = PageInput(url="http://www.a.gov.cn/", status=200, headers={}, frames=(frame,), layout=None)
    return set(find(grow(page)))


@pytest.mark.parametrize(
    "extra",
    [
        "<a href='/x'>互动交流</a>",
        "<div onclick='go()'>县长信箱</div>",
        "<ul style='display:none'><li>网上咨询</li></ul>",
        "<img src=a.png alt='领导信箱'>",
        "<a href='/jlhd/'><img src=a.png></a>",
        "<input type=button value='我要留言'>",
    ],
)
def test_any_word_or_address_of_it_is_an_entry(extra: str) -> None:
    assert "interaction" in entries(extra)


def test_a_page_that_speaks_of_neither_has_none() -> None:
    assert entries("") == set()
    assert entries("<p>今天天气晴</p>") == set()
