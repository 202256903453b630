"""Registers against each other and against the targets: each difference once, with its place, and none by nickname."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from evidence.columns import Subject
from evidence.registers import rows
from evidence.registers.reconcile import Comparison, Row, Seen, not_looked_at, reconcile
from evidence.registers.register import Register
from evidence.span import Span
from tests.evidence.judging_factory import T, subject
from tests.evidence.sheets import ACCOUNTS, SITES, account, xlsx

SITE = ("示范市人民政府", "0000000001", "http://a.test/", "示范市人民政府办公室", "正常运行")
OPEN = Seen(opened=T - timedelta(hours=2), failed=(), records=("aa",))


def register(*table: Any, name: str = "国家", **fields: Any) -> Register:
    found = rows.read(xlsx(*table), f"{name}.xlsx", name=name)
    return replace(found, **{"whole": True, "fetched": T - timedelta(days=3), **fields})


def compare(
    *registers: Register, subjects: list[Subject] | None = None, seen: dict[str, Seen] | None = None
) -> list[Row]:
    return list(reconcile(compared(*registers, subjects=subjects, seen=seen)))


def compared(
    *registers: Register, subjects: list[Subject] | None = None, seen: dict[str, Seen] | None = None
) -> Comparison:
    return Comparison(
        registers=registers,
        subjects=[subject()] if subjects is None else subjects,
        seen={"shifan": OPEN} if seen is None else seen,
        at=T,
        max_age=Span.parse("31d"),
    )


def test_a_site_that_stands_in_the_register_as_in_the_list_is_no_row() -> None:
    assert compare(register(SITES, SITE)) == []


def test_a_changed_domain_or_name_is_told_with_both_values_and_the_place() -> None:
    found = compare(register(SITES, ("示范市政府网", SITE[1], "http://old.test/", *SITE[3:])))
    assert {(row.matter, row.weight) for row in found} == {("differs", "undecided")}
    assert any("http://old.test/" in row.said and "http://a.test/" in row.said for row in found)
    assert all("第2行" in row.places[0] for row in found)


def test_a_change_under_way_is_told_as_such() -> None:
    found = compare(register(SITES, (SITE[0], SITE[1], "http://old.test/", SITE[3], "变更审核中")))
    assert [(row.matter, row.weight) for row in found] == [("differs", "told"), ("under_way", "told")]


def test_two_registers_that_contradict_each_other_name_which_lacks_what() -> None:
    found = compare(register(SITES, SITE), register(SITES, (SITE[0], "1234567890", *SITE[2:]), name="省"))
    rows_ = {row.key: row for row in found if row.matter == "contradiction"}
    assert (rows_["0000000001"].has, rows_["0000000001"].lacks) == (("国家",), ("省",))
    assert (rows_["1234567890"].has, rows_["1234567890"].lacks) == (("省",), ("国家",))


def test_a_register_that_is_not_stated_to_be_whole_lacks_nothing_for_certain() -> None:
    found = compare(register(SITES, SITE), register(SITES, (SITE[0], "1234567890", *SITE[2:]), name="省", whole=False))
    (row,) = [row for row in found if row.matter == "contradiction" and row.key == "0000000001"]
    assert row.weight == "undecided"
    assert row.missing


def test_what_a_register_has_and_the_list_lacks_is_told_but_not_what_is_closed() -> None:
    found = compare(
        register(
            SITES,
            SITE,
            ("乙", "1234567890", "http://b.test", "", "正常"),
            ("丙", "1234567891", "http://c.test", "", "已关停"),
        )
    )
    assert [(row.matter, row.name) for row in found] == [("not_listed", "乙")]


def test_said_to_run_and_out_of_reach_on_two_days_is_proposed_on_one_undecided_and_closed_no_matter() -> None:
    def gone(days: int, state: str = "正常运行") -> list[str]:
        failed = tuple(date(2021, 1, day) for day in range(1, days + 1))
        seen = {"shifan": Seen(opened=None, failed=failed, records=("r",))}
        found = compare(register(SITES, (*SITE[:4], state)), seen=seen)
        return [row.weight for row in found if row.matter == "gone"]

    assert gone(2) == ["proposed"]
    assert gone(1) == ["undecided"]
    assert gone(0) == []
    assert gone(5, "临时下线") == []


def test_what_was_never_looked_at_is_counted_and_nothing_is_said_of_it() -> None:
    assert not_looked_at(compared(register(SITES, SITE), seen={})) == 1
    assert [row for row in compare(register(SITES, SITE), seen={}) if row.matter == "gone"] == []


def test_two_accounts_of_one_unit_on_one_platform_are_told_unless_one_is_closing() -> None:
    twice = register(
        ACCOUNTS, account("甲", id="1000000001"), account("乙", id="1000000002"), account("丙", "微信公众号", "gh_1")
    )
    (row,) = [row for row in compare(twice, subjects=[]) if row.matter == "repeated"]
    assert "2个账号" in row.said
    closing = register(ACCOUNTS, account("甲", id="1000000001"), account("乙", id="1000000002", state="注销中"))
    assert [row for row in compare(closing, subjects=[]) if row.matter == "repeated"] == []


def test_one_name_under_two_ids_is_told_and_not_matched() -> None:
    found = compare(
        register(
            ACCOUNTS,
            account("示范发布", id="1000000001", unit="甲县教育局"),
            account("示范发布", id="1000000002", unit="乙县教育局"),
        ),
        subjects=[],
    )
    (row,) = [row for row in found if row.matter == "namesake"]
    assert "1000000001" in row.said
    assert "1000000002" in row.said


def test_accounts_of_other_systems_are_listed_apart_and_those_in_no_register_proposed() -> None:
    def own(id: str, unit: str) -> Subject:
        return subject(id=id, kind="account", name=id, unit=unit, site_code=None, platform="weibo", platform_id=id)

    listed = [own("court", "示范县人民法院"), own("police", "示范县公安局"), own("center", "示范县服务中心")]
    found = compare(
        register(ACCOUNTS, account("别", id="1000000009", unit="别县教育局")),
        subjects=listed,
        seen={one.id: OPEN for one in listed},
    )
    assert {row.target: (row.matter, row.weight) for row in found if row.target} == {
        "court": ("apart", "told"),
        "police": ("unregistered", "proposed"),
        "center": ("unregistered", "undecided"),
    }


def test_rows_that_cannot_be_matched_are_listed_with_what_is_wrong() -> None:
    (row,) = compare(register(ACCOUNTS, account("缺号", id="")), subjects=[])
    assert (row.matter, row.weight) == ("unusable", "undecided")
    assert "平台ID" in row.said


def test_every_register_with_a_record_is_cited() -> None:
    found = compare(register(SITES, (SITE[0], SITE[1], "http://old.test/", *SITE[3:]), record="cd" * 32))
    assert all("cd" * 32 in row.exhibits for row in found)
