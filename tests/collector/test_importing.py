"""Importing registers: what is new is appended once and whole; what people wrote is never touched."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import importing
from collector.cli import cli
from collector.errors import TargetsError
from collector.initialise import initialise
from collector.targets import load
from evidence import human
from evidence.holdings import Holdings
from evidence.registers import archive, rows
from evidence.registers.register import Register
from evidence.spreadsheet import sheets
from tests.evidence.sheets import ACCOUNTS, SITES, account, csv, xlsx

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
SITE = ("示范县人民政府", "0110000012", "http://www.example.gov.cn/", "示范县政府办公室", "正常运行")


def register(*table: Any) -> Register:
    return rows.read(xlsx(*table), "导出.xlsx")


def bring(folder: Path, *registers: Register) -> importing.Imported:
    return importing.import_registers(registers, folder / "targets.yaml", folder / "columns")


def ids(folder: Path) -> list[str]:
    return [target.id for target in load(folder / "targets.yaml", folder / "columns")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    initialise(tmp_path)
    return tmp_path


def test_a_new_workspace_takes_sites_and_accounts_by_their_codes_and_ids(folder: Path) -> None:
    done = bring(
        folder,
        register(SITES, SITE),
        register(ACCOUNTS, account("示范发布"), account("示范发布", "微信公众号", "gh_1a")),
    )
    assert ids(folder) == ["0110000012", "weibo-1000000001", "wechat-gh_1a"]
    assert len(done.added) == 3
    site, weibo, wechat = done.added
    assert (site.site_code, site.kind, site.unit) == ("0110000012", "site", "示范县政府办公室")
    assert (weibo.platform, weibo.platform_id, weibo.url) == ("weibo", "1000000001", "https://weibo.com/u/1000000001")
    assert (wechat.url, wechat.by_hand, weibo.by_hand) == ("account:wechat/gh_1a", True, False)


@pytest.mark.parametrize(
    "written",
    [
        '# 我的说明\n- id: a   # 不要动\n  name: 甲\n  url: http://a.gov.cn/\n  site_code: "0000000001"\n',
        '# 我的说明\n  - {id: a, name: 甲, url: http://a.gov.cn/, site_code: "0000000001"}',
        '\ufeff- id: a\r\n  name: 甲\r\n  url: http://a.gov.cn/\r\n  site_code: "0000000001"\r\n',
        "# 只有说明\n[]   # 空\n",
        "",
    ],
)
def test_what_people_wrote_stays_as_it_is(folder: Path, written: str) -> None:
    file = folder / "targets.yaml"
    file.write_bytes(written.encode())
    before = load(file, folder / "columns")
    bring(folder, register(SITES, SITE))
    after = file.read_bytes().decode()
    kept = written.lstrip("\ufeff").replace("[]   # 空\n", "")
    assert after.startswith(kept)
    assert load(file, folder / "columns")[: len(before)] == before
    assert ids(folder)[-1] == "0110000012"


def test_importing_again_changes_nothing(folder: Path) -> None:
    bring(folder, register(SITES, SITE))
    before = (folder / "targets.yaml").read_bytes()
    done = bring(folder, register(SITES, SITE))
    assert (folder / "targets.yaml").read_bytes() == before
    assert (done.added, done.known) == ((), 1)


def test_what_differs_is_told_and_not_changed(folder: Path) -> None:
    bring(folder, register(SITES, SITE))
    before = (folder / "targets.yaml").read_bytes()
    done = bring(folder, register(SITES, ("示范县政府网", SITE[1], "https://WWW.example.gov.cn", SITE[3], "")))
    (one,) = done.differing
    assert (one.field, one.ours, one.theirs) == ("name", "示范县人民政府", "示范县政府网")
    assert "第2行" in str(one)
    assert (folder / "targets.yaml").read_bytes() == before


def test_a_list_in_brackets_is_refused_with_what_to_write_instead(folder: Path) -> None:
    file = folder / "targets.yaml"
    file.write_text('[\n {"id": "a", "name": "甲", "url": "http://a.gov.cn/"}\n]\n', "utf-8")
    before = file.read_bytes()
    with pytest.raises(TargetsError, match="targets.yaml 的写法不能在末尾追加，请改成每个对象以“- id"):
        bring(folder, register(SITES, SITE))
    assert file.read_bytes() == before
    assert not list(folder.glob(".targets*"))


def test_a_code_that_stands_twice_is_taken_once_and_the_difference_told(folder: Path) -> None:
    done = bring(folder, register(SITES, SITE, (SITE[0], SITE[1], "http://other.gov.cn", SITE[3], "")))
    assert ids(folder) == ["0110000012"]
    assert [(one.field, one.theirs) for one in done.differing] == [("url", "http://other.gov.cn")]


def test_ids_that_differ_only_by_case_are_two_accounts_with_two_names(folder: Path) -> None:
    bring(folder, register(ACCOUNTS, account("甲", "微信公众号", "MzA3Aa=="), account("乙", "微信公众号", "MzA3aA==")))
    first, second = ids(folder)
    assert first.lower() != second.lower()
    assert [t.platform_id for t in load(folder / "targets.yaml", folder / "columns")] == ["MzA3Aa==", "MzA3aA=="]


@settings(max_examples=40, deadline=None)
@given(WORDS, WORDS)
def test_no_name_or_unit_can_become_anything_but_a_name(
    tmp_path_factory: pytest.TempPathFactory, name: str, unit: str
) -> None:
    folder = tmp_path_factory.mktemp("w")
    initialise(folder)
    named = replace(register(SITES, SITE).entries[0], name=f"名{name}", unit=f"位{unit}")
    bring(folder, replace(register(SITES, SITE), entries=(named,)))
    (target,) = load(folder / "targets.yaml", folder / "columns")
    assert (target.name, target.unit) == (named.name, named.unit)


@pytest.mark.parametrize(
    "written",
    ["[{id: a, name: 甲, url: http://a.gov.cn/}]\n", "- id: a\n  name: 甲\n  url: http://a/\n...\n", "- id: [a\n"],
)
def test_a_list_that_nothing_can_be_appended_to_is_refused_and_left_alone(folder: Path, written: str) -> None:
    file = folder / "targets.yaml"
    file.write_text(written, "utf-8")
    with pytest.raises(TargetsError):
        bring(folder, register(SITES, SITE))
    assert file.read_text("utf-8") == written
    assert [path.name for path in folder.iterdir() if "importing" in path.name] == []


def quzheng(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "-w", str(folder)])


def test_the_file_is_an_exhibit_with_who_when_and_digest(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "国家.xlsx"
    file.write_bytes(xlsx(SITES, SITE))
    said = quzheng(
        folder,
        "targets",
        "import",
        str(file),
        "--by",
        "张三",
        "--fetched",
        "2021-06-28T09:00+08:00",
        "--whole",
        "--json",
    )
    assert said.exit_code == 0, said.output
    (told,) = json.loads(said.output)["registers"]
    holdings = Holdings.open(folder / "store")
    record = holdings.record(told["record"])
    statement = human.statement_of(record, holdings)
    assert (statement.by, statement.whole, statement.files[0].name) == ("张三", True, "国家.xlsx")
    assert statement.ended == datetime(2021, 6, 28, 1, tzinfo=UTC)
    assert holdings.store.read(told["sha256"]) == file.read_bytes()
    (kept,) = archive.kept(holdings)
    assert (kept.fetched, kept.whole, [e.code for e in kept.entries]) == (statement.ended, True, ["0110000012"])


def test_importing_a_file_twice_is_one_exhibit(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(xlsx(SITES, SITE))
    for _ in range(2):
        assert quzheng(folder, "targets", "import", str(file), "--by", "张三").exit_code == 0
    assert len(Holdings.open(folder / "store").records()) == 1


def test_one_file_that_is_no_register_keeps_all_of_them_out(folder: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "a.xlsx", tmp_path / "b.csv"
    good.write_bytes(xlsx(SITES, SITE))
    bad.write_bytes("姓名,电话\n王某,1\n".encode())
    before = (folder / "targets.yaml").read_bytes()
    said = quzheng(folder, "targets", "import", str(good), str(bad))
    assert said.exit_code == 2
    assert "没有找到表头" in said.output
    assert (folder / "targets.yaml").read_bytes() == before
    assert Holdings.open(folder / "store").records() == ()


def test_faults_are_told_row_by_row(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(csv(SITES, SITE, ("乙", "x", "http://b.gov.cn", "", ""), encoding="gbk"))
    said = quzheng(folder, "targets", "import", str(file)).output
    assert "a.csv 第3行B列（网站标识码）" in said
    assert "新增 1 个对象" in said


def test_reconcile_keeps_the_files_and_writes_every_difference(folder: Path, tmp_path: Path) -> None:
    ours, other, out = tmp_path / "国家.xlsx", tmp_path / "省.csv", tmp_path / "核对.xlsx"
    ours.write_bytes(xlsx(SITES, SITE))
    other.write_bytes(csv(SITES, ("乙", "1234567890", "http://b.gov.cn", "", "正常"), encoding="gbk"))
    assert quzheng(folder, "targets", "import", str(ours), "--whole").exit_code == 0
    said = quzheng(
        folder, "targets", "reconcile", str(ours), str(other), "--by", "张三", "--whole", "-o", str(out), "--json"
    )
    assert said.exit_code == 0, said.output
    rows_ = [json.loads(line) for line in said.output.splitlines()]
    assert [(row["matter"], row["key"]) for row in rows_] == [
        ("contradiction", "0110000012"),
        ("contradiction", "1234567890"),
        ("not_listed", "1234567890"),
    ]
    holdings = Holdings.open(folder / "store")
    assert {record for row in rows_ for record in row["exhibits"]} <= {record.id for record in holdings.records()}
    (table,) = sheets(out.read_bytes(), "核对")
    assert len(table.rows) == 4
    again = quzheng(folder, "targets", "reconcile")
    assert "登记表之间一有一无：2 项" in again.output


def test_without_any_register_reconcile_says_what_to_do(folder: Path) -> None:
    said = quzheng(folder, "targets", "reconcile")
    assert said.exit_code == 2
    assert "targets import" in said.output


def test_a_sample_is_drawn_from_the_accounts_of_the_list(folder: Path, tmp_path: Path) -> None:
    bring(folder, register(ACCOUNTS, *(account(f"号{n}", id=f"100000000{n}") for n in range(10))))
    one, two = (quzheng(folder, "targets", "sample", "--seed", "2021Q2", "--json").output for _ in range(2))
    assert one == two
    assert len(json.loads(one)["keys"]) == 3
    out = tmp_path / "抽查.xlsx"
    assert quzheng(folder, "targets", "sample", "--seed", "2021Q2", "-o", str(out)).exit_code == 0
    assert "2021Q2" in str(sheets(out.read_bytes(), "抽查")[0].rows[0])


def test_an_account_without_a_web_view_is_left_to_people(folder: Path) -> None:
    bring(folder, register(ACCOUNTS, account("示范发布", "微信公众号", "gh_1a")))
    assert "由人查看" in quzheng(folder, "targets", "check").output
    said = quzheng(folder, "run")
    assert said.exit_code == 0, said.output
    assert "1 个账号没有可打开的网页" in said.output
