"""Annexes of an article: files, bodies below headings, headings with nothing below, and names that are only listed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence import digest
from evidence.model import Annex
from evidence.reading import read
from evidence.reading.page import Body
from tests.evidence.reading.pages import site
from tests.evidence.sheets import xlsx

BODY = (
    "<h1>关于2021年第二季度抽查情况的通报</h1><p>发布时间：2021-07-02</p><p>"
    + "现将抽查情况通报如下，请各单位认真整改。" * 12
    + "</p>"
)
TABLE = "<table><tr><th>网站名称</th><th>问题</th></tr><tr><td>甲网</td><td>更新不及时</td></tr></table>"


def annexes(more: str) -> list[tuple[str, str, bool | None]]:
    return [(one.label, one.title, one.blank) for one in read(site(BODY + more), at=None).annexes]


STANDING: dict[str, tuple[str, list[tuple[str, str, bool | None]]]] = {
    "the second has nothing below": (
        f"<p>附件1</p><p>网站抽查情况表</p>{TABLE}<p>附件2</p><p>不合格账号名单</p>",
        [("附件1", "网站抽查情况表", False), ("附件2", "不合格账号名单", True)],
    ),
    "only what every page has at its end stands below": (
        "<p>附件1 网站抽查情况表</p><p>【打印】【关闭】</p><p>责任编辑：张某</p>",
        [("附件1", "网站抽查情况表", True)],
    ),
    "a picture is a body": (
        "<p>附件</p><p>不合格网站名单</p><img src='a.png' width=800 height=600>",
        [("附件", "不合格网站名单", False)],
    ),
    "text is a body": (
        "<p>附件二</p><p>整改要求</p><p>各单位应当在十个工作日内完成整改并书面报告。</p>",
        [("附件二", "整改要求", False)],
    ),
    "names in the list at the end say nothing": (
        "<p>附件：1.网站抽查情况表</p><p>2.不合格账号名单</p><p>示范市政务公开办公室</p><p>2021年7月2日</p>",
        [],
    ),
    "numbered names in a list say nothing either": (
        "<p>附件1：网站抽查情况表</p><p>附件2：不合格账号名单</p><p>示范市政务公开办公室</p>",
        [],
    ),
    "a sentence that speaks of an annex is no heading": ("<p>附件1所列单位应当于7月底前完成整改。</p>", []),
}


@pytest.mark.parametrize("what", STANDING)
def test_headings_with_and_without_a_body_are_told_apart(what: str) -> None:
    more, expected = STANDING[what]
    assert annexes(more) == expected


def test_a_link_to_a_file_is_an_annex_of_which_nothing_more_is_said() -> None:
    page = site(f"{BODY}<p><a href='files/1.xlsx'>附件1：网站抽查情况表.xlsx</a></p><p>附件1</p>")
    first, second = read(page, at=None).annexes
    assert first == Annex(label="附件1", title="网站抽查情况表.xlsx", href=first.href, blank=None)
    assert first.href and first.href.endswith("/files/1.xlsx")
    assert second.blank is None


def test_tables_of_downloaded_files_are_read_and_those_that_cannot_be_are_told() -> None:
    book = xlsx(("单位", "责任人"), ("市教育局", None), ("市民政局", None))
    files = tuple(
        Body(url="http://a.test/f", media_type="application/octet-stream", sha256=digest.sha256(data), data=data)
        for data in (book, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"))
    )
    reading = read(replace(site(BODY), files=files), at=None)
    (table,) = reading.tables
    assert (table.source, table.file) == ("xlsx", digest.sha256(book))
    assert [blank.heading for blank in table.blank_columns] == ["责任人"]
    assert any("旧版 Word" in note for note in reading.notes)
