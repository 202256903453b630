"""Registers are read row by row: columns by heading, codes with their zeros, faults told by file, sheet, row and column."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import RegisterError
from evidence.registers import rows
from evidence.registers.register import Register
from tests.evidence.sheets import ACCOUNTS, SITES, account, csv, xls, xlsx

SITE = ("示范县人民政府", "0110000012", "http://www.example.gov.cn/", "示范县政府办公室", "正常运行")


def read(data: bytes) -> Register:
    return rows.read(data, "导出.xlsx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_a_csv_is_read_in_every_encoding_offices_write(encoding: str, mark: str) -> None:
    (entry,) = read(csv(SITES, SITE, encoding=encoding, mark=mark)).entries
    assert (entry.name, entry.code, entry.url, entry.unit) == SITE[:4]
    assert entry.state == "running"


def test_a_four_byte_character_of_gb18030_is_kept() -> None:
    (entry,) = read(csv(SITES, ("㐂𠮷镇", *SITE[1:]), encoding="gb18030")).entries
    assert entry.name == "㐂𠮷镇"


def test_the_old_binary_workbook_is_read_like_the_new_one() -> None:
    site = ("示范县人民政府网", "0110000012", "http://www.shifan.gov.cn/", "示范县政府办", "正常")
    number = ("示范局", 110000013, "http://www.ju.gov.cn/", None, "正常")
    old = rows.read(xls(("网站一览表",), SITES, site, number, merged=((2, 3, 3, 3),)), "导出.xls")
    assert [(one.key, one.name, one.unit) for one in old.entries] == [
        ("0110000012", "示范县人民政府网", "示范县政府办"),
        ("0110000013", "示范局", "示范县政府办"),
    ]


def test_headings_are_found_below_title_rows_in_any_order() -> None:
    found = read(
        xlsx(
            ("全国政府网站信息报送系统导出表", None, None, None),
            ("填报单位：示范省政府办公厅", None, None, "2021年6月"),
            (),
            ("首页网址", "*网站名称", "运 行 状 态", "网站标识码（10位）"),
            ("http://a.gov.cn", "甲", "已关停", "1234567890"),
            merged=("A1:D1",),
        )
    )
    (entry,) = found.entries
    assert (entry.name, entry.code, entry.state, entry.place.row) == ("甲", "1234567890", "closed", 5)


@pytest.mark.parametrize("merged", [("B1:D1", "E1:F1", "A1:A2", "G1:G2"), ()])
def test_headings_in_two_levels_are_read_together(merged: tuple[str, ...]) -> None:
    found = read(
        xlsx(
            ("序号", "网站基本信息", None, None, "主办单位", None, "运行状态"),
            (None, "网站名称", "标识码", "首页网址", "名称", "联系人", None),
            (1, "甲", "1234567890", "http://a.gov.cn", "甲县政府办", "王某", "正常"),
            merged=merged,
        )
    )
    (entry,) = found.entries
    assert (entry.name, entry.unit, entry.state) == ("甲", "甲县政府办", "running")
    assert "王某" not in str(entry)


def test_a_unit_merged_over_several_accounts_stands_beside_each() -> None:
    found = read(
        xlsx(
            ("主办单位", "账号名称", "平台类型", "平台ID"),
            ("示范市教育局", "甲", "微博", "1000000001"),
            (None, "乙", "微博", "1000000002"),
            merged=("A2:A3",),
        )
    )
    assert [entry.unit for entry in found.entries] == ["示范市教育局", "示范市教育局"]


@pytest.mark.parametrize(
    ("cell", "code", "repaired"),
    [
        (2109000022.0, "2109000022", False),
        (110000012, "0110000012", True),
        ("110000012", "0110000012", True),
        ("0110000012", "0110000012", False),
        ('="0110000012"', "0110000012", False),
        ("２１０９００００２２", "2109000022", False),
        ("bm55000001", "bm55000001", False),
        ("BM55000001 ", "bm55000001", False),
    ],
)
def test_a_site_code_keeps_its_zeros_and_what_was_mended_is_told(cell: Any, code: str, repaired: bool) -> None:
    book = csv(SITES, ("甲", cell, "http://a.gov.cn", "", "")) if str(cell).startswith("=") else None
    found = read(book or xlsx(SITES, ("甲", cell, "http://a.gov.cn", None, None)))
    assert [entry.code for entry in found.entries] == [code]
    assert [repair.field for repair in found.repairs] == (["code"] if repaired else [])


@given(st.integers(min_value=1, max_value=10**10 - 1))
def test_whatever_number_stands_in_the_code_column_comes_out_with_ten_digits_and_the_same_value(number: int) -> None:
    (entry,) = rows.read(csv(SITES, ("甲", number, "http://a.gov.cn", "", "")), "a.csv").entries
    assert entry.code is not None
    assert len(entry.code) == 10
    assert int(entry.code) == number


@pytest.mark.parametrize(
    ("row", "column", "word"),
    [
        ((None, "1234567890", "http://a.gov.cn"), "A", "名称为空"),
        (("甲", None, "http://a.gov.cn"), "B", "标识码为空"),
        (("甲", "21-09", "http://a.gov.cn"), "B", "10位数字"),
        (("甲", "2.109E+09", "http://a.gov.cn"), "B", "科学计数法"),
        (("甲", "12345678901", "http://a.gov.cn"), "B", "10位数字"),
        (("甲", "1234567890", None), "C", "网址为空"),
        (("甲", "1234567890", "暂无"), "C", "网址为空"),
        (("甲", "1234567890", "见首页"), "C", "不是网址"),
        (("甲", "1234567890", "javascript:alert(1)"), "C", "不是网址"),
        (("甲", "1234567890", "http://u:p@a.gov.cn"), "C", "不是网址"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_with_its_cell_and_the_others_are_read(
    row: tuple[Any, ...], column: str, word: str
) -> None:
    found = read(xlsx(SITES, row, SITE, title="网站"))
    assert [entry.name for entry in found.entries] == [SITE[0]]
    (fault,) = found.faults
    assert str(fault).startswith(f"导出.xlsx〔网站〕第2行{column}列")
    assert word in str(fault)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (account("甲", id=""), "平台ID为空"),
        (account("甲", id="无"), "平台ID为空"),
        (account("甲", id="--"), "平台ID为空"),
        (account("甲", id="1.2E+15"), "末尾几位已丢失"),
        (account("甲", platform=""), "平台类型为空"),
        (account("甲", id="微信号：gh 12"), "不像一个ID"),
    ],
)
def test_an_account_without_its_platform_id_is_told_and_kept_as_a_loose_row(row: tuple[str, ...], word: str) -> None:
    found = read(xlsx(ACCOUNTS, row, account("乙")))
    assert [entry.name for entry in found.entries] == ["乙"]
    assert [entry.name for entry in found.loose] == ["甲"]
    assert word in str(found.faults[0])


def test_totals_notes_blank_lines_and_repeated_headings_are_no_entries() -> None:
    found = read(
        xlsx(
            SITES,
            SITE,
            (),
            SITES,
            ("乙", "1234567890", "http://b.gov.cn"),
            ("合计", 2),
            ("注：由系统导出",),
            ("填表人：王某", None, "审核人：李某"),
        )
    )
    assert [entry.name for entry in found.entries] == [SITE[0], "乙"]
    assert found.faults == ()


def test_full_width_letters_and_spaces_are_plain_in_codes_and_addresses_and_gone_between_characters() -> None:
    (entry,) = read(
        xlsx(SITES, ("示范　县 政府", "１２３４５６７８９０", "ｗｗｗ．ａ．ｇｏｖ．ｃｎ", None, None))
    ).entries
    assert (entry.name, entry.code, entry.url) == ("示范县政府", "1234567890", "http://www.a.gov.cn")


def test_the_day_of_a_state_is_read_from_its_column_or_its_words() -> None:
    found = read(
        xlsx(
            (*SITES, "状态变更时间"),
            ("甲", "1234567890", "http://a.gov.cn", None, "注销审核中", date(2021, 6, 20)),
            ("乙", "1234567891", "http://b.gov.cn", None, "临时下线（2021年5月1日起）", None),
        )
    )
    assert [(e.state, e.state_on) for e in found.entries] == [
        ("closing", date(2021, 6, 20)),
        ("offline", date(2021, 5, 1)),
    ]


def test_sheets_and_columns_that_were_not_read_are_told() -> None:
    found = read(xlsx((*SITES, "天气"), (*SITE, "晴")))
    assert any("天气" in sentence for sentence in found.unread)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "没有找到表头"),
        (b"\x00\x01\x02\xff\xff", "CSV"),
        (b"<html><table><tr><td>x</td></tr></table>", "另存为"),
        (b"PK\x03\x04 broken", "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", "另存为"),
        ("姓名,电话\n王某,1\n".encode(), "没有找到表头"),
    ],
)
def test_a_file_that_is_no_register_is_refused_with_what_to_do(data: bytes, word: str) -> None:
    with pytest.raises(RegisterError, match=word):
        read(data)


def test_a_workbook_that_unpacks_without_end_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.spreadsheet.MOST_UNPACKED", 1000)
    with pytest.raises(RegisterError, match="解开后"):
        read(xlsx(SITES, SITE))
