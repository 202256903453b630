"""Column ledgers go to the unit and come back; each accepted version is in force from then on, and never before."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import ledger_forms, ledgers
from collector.cli import cli
from collector.errors import TargetsError
from collector.initialise import initialise
from collector.ledgers import Confirmation
from collector.targets import load
from collector.workspace import Workspace
from evidence import canonical, plain, spreadsheet, workbook
from evidence.columns import Column, ColumnLedger
from evidence.errors import RegisterError
from evidence.holdings import Holdings
from evidence.ledgers import every_in_force, in_force, versions

NOW = datetime(2021, 7, 5, 1, tzinfo=UTC)
TARGETS = "- id: shifan\n  name: 示范县人民政府网\n  url: http://a.test/\n"
COLUMNS = """\
# 单位手写的说明
columns:
  - {label: tzgg, name: 通知公告, url: zwgk/tzgg/, class: notice, level: 1, duty: true, kind: list, unit: 办公室}
  - {label: nb, name: 年报, url: zwgk/nb/, duty: yearly, document: 示府办〔2020〕1号}
  - {label: qt, name: 其他, url: qt/}
"""
NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs", "Cf", "Cn", "Co")), min_size=1, max_size=20
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    initialise(tmp_path)
    (tmp_path / "targets.yaml").write_text(TARGETS, "utf-8")
    (tmp_path / "columns" / "shifan.yaml").write_text(COLUMNS, "utf-8")
    return Workspace.open(tmp_path)


def quzheng(workspace: Workspace, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "-w", str(workspace.root)])


def sheet(workspace: Workspace, **cells: Any) -> Path:
    """The unit's sheet, with some cells changed: by name of column and row."""
    path = workspace.root / "台账.xlsx"
    assert quzheng(workspace, "columns", "export", "shifan", "-o", str(path)).exit_code == 0
    book = openpyxl.load_workbook(path)
    for cell, value in cells.items():
        book.active[cell] = value
    book.save(path)
    return path


def take(workspace: Workspace, file: Path, now: datetime = NOW, **said: Any) -> ledgers.Version:
    holdings = Holdings.open(workspace.store_path)
    return ledgers.accept(workspace, holdings, file, Confirmation(by="张三", **said), now=now)


def test_out_and_back_is_the_same_ledger(workspace: Workspace) -> None:
    (before,) = workspace.targets()
    version = take(workspace, sheet(workspace))
    assert version.ledger.columns == before.ledger.columns
    (after,) = workspace.targets()
    assert after.ledger.columns == before.ledger.columns


def test_what_the_unit_fills_in_is_taken(workspace: Workspace) -> None:
    file = sheet(workspace, I6="无", K6="机构合并后停用", L6="示府办〔2021〕3号")
    version = take(workspace, file, confirmed_by="示范县人民政府办公室", confirmed_on=date(2021, 7, 2))
    other = version.ledger.columns[2]
    assert (other.duty, other.exemption, other.document) == (False, "机构合并后停用", "示府办〔2021〕3号")
    (target,) = workspace.targets()
    assert (target.ledger.confirmed_by, target.ledger.confirmed_on) == ("示范县人民政府办公室", date(2021, 7, 2))


def test_a_row_the_unit_adds_gets_a_label_from_its_address(workspace: Workspace) -> None:
    version = take(workspace, sheet(workspace, B7="工作动态", D7="http://a.test/gzdt/index.html", I7="有"))
    assert (version.ledger.columns[3].label, version.ledger.columns[3].duty) == ("gzdt", True)


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ({"I4": "也许"}, "第4行"),
        ({"F4": "时政"}, "类别"),
        ({"G5": "很高"}, "级别"),
        ({"E5": "表格"}, "类型"),
        ({"H5": "常常"}, "周期"),
        ({"D6": "javascript:x"}, "网址"),
        ({"A6": "tzgg"}, "重复"),
        ({"A6": "../x"}, "标签"),
    ],
)
def test_a_sheet_with_one_fault_is_not_taken_at_all_and_the_row_is_named(
    workspace: Workspace, cells: dict[str, str], word: str
) -> None:
    file = sheet(workspace, **cells)
    before = (workspace.columns_dir / "shifan.yaml").read_text("utf-8")
    with pytest.raises(TargetsError, match=word):
        take(workspace, file)
    assert (workspace.columns_dir / "shifan.yaml").read_text("utf-8") == before
    assert versions(Holdings.open(workspace.store_path), "shifan") == ()


def test_a_sheet_of_another_target_or_of_nobody_is_refused(workspace: Workspace) -> None:
    file = sheet(workspace, A1="栏目台账　对象编号：qita")
    with pytest.raises(TargetsError, match="qita"):
        take(workspace, file)
    file = sheet(workspace, A1="栏目台账")
    with pytest.raises(TargetsError, match="--target"):
        take(workspace, file)
    with pytest.raises(RegisterError):
        broken = workspace.root / "x.xlsx"
        broken.write_bytes(b"PK\x03\x04")
        take(workspace, broken)


def test_columns_that_stand_in_the_list_itself_are_not_taken_twice(workspace: Workspace) -> None:
    file = sheet(workspace)
    (workspace.columns_dir / "shifan.yaml").unlink()
    (workspace.root / "targets.yaml").write_text(TARGETS + "  columns:\n  - {label: a, name: 甲, url: a/}\n", "utf-8")
    with pytest.raises(TargetsError, match="先删去"):
        take(workspace, file)


def test_a_version_is_a_ledger_event_with_who_when_and_the_file_that_came_back(workspace: Workspace) -> None:
    file = sheet(workspace)
    version = take(workspace, file)
    holdings = Holdings.open(workspace.store_path)
    (leaf,) = [leaf for leaf in holdings.ledger.leaves() if leaf.kind == "columns"]
    body = canonical.decode(holdings.store.read(leaf.digest))
    assert (body["schema"], body["by"]) == ("columns/1", "张三")
    assert holdings.store.read(body["source"]) == file.read_bytes()
    assert holdings.store.read(body["replaced"]).decode() == COLUMNS
    assert holdings.store.read(version.ledger.sha256) == canonical.encode(plain.dump(version.ledger))


def test_the_same_sheet_again_is_no_new_version(workspace: Workspace) -> None:
    file = sheet(workspace)
    assert take(workspace, file) == take(workspace, file, NOW + timedelta(days=1))
    assert len(versions(Holdings.open(workspace.store_path), "shifan")) == 1


def test_each_moment_has_the_version_that_was_in_force_then(workspace: Workspace) -> None:
    take(workspace, sheet(workspace, I6="有"))
    later = NOW + timedelta(days=10)
    take(workspace, sheet(workspace, I6="无"), later)
    holdings = Holdings.open(workspace.store_path)
    (subject,) = [target.subject for target in workspace.targets()]

    def duties(at: datetime) -> list[bool | None]:
        return [column.duty for column in in_force(holdings, subject, at).ledger.columns]

    assert duties(later) == [True, False, False]
    assert duties(later - timedelta(seconds=1)) == [True, False, True]
    assert duties(NOW) == [True, False, True]
    assert every_in_force(holdings, [replace(subject, id="another"), subject], later) == (
        replace(subject, id="another"),
        in_force(holdings, subject, later),
    )
    assert duties(NOW - timedelta(seconds=1)) == [None, False, None], "what is confirmed later accuses nobody earlier"


def test_judging_cites_the_version_in_force_and_keeps_it(workspace: Workspace) -> None:
    version = take(workspace, sheet(workspace))
    (workspace.columns_dir / "shifan.yaml").write_text("columns: []\n", "utf-8")
    said = quzheng(workspace, "judge", "--at", "2021-07-06T10:00:00+08:00", "--json")
    assert said.exit_code == 0, said.output
    judged = json.loads(said.output)
    assert {finding["ledger"] for finding in judged["findings"]} == {version.ledger.sha256}
    assert {"tzgg", "nb", "qt"} <= {fact["label"] for fact in judged["facts"]}
    assert Holdings.open(workspace.store_path).store.has(version.ledger.sha256)


def test_versions_are_listed_with_since_when_and_a_file_that_differs_is_told(workspace: Workspace) -> None:
    assert "尚无接收的版本" in quzheng(workspace, "columns", "list").output
    said = quzheng(
        workspace,
        "columns",
        "import",
        str(sheet(workspace)),
        "--by",
        "张三",
        "--confirmed-by",
        "县府办",
        "--on",
        "2021-07-02",
    )
    assert said.exit_code == 0, said.output
    (workspace.columns_dir / "shifan.yaml").write_text("columns: []\n", "utf-8")
    listed = quzheng(workspace, "columns", "list").output
    assert "县府办于2021-07-02确认" in listed
    assert "文件与最后接收的版本不同" in listed


def test_who_confirmed_and_when_go_together(workspace: Workspace) -> None:
    assert quzheng(workspace, "columns", "import", str(sheet(workspace)), "--confirmed-by", "县府办").exit_code == 2


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES, st.sampled_from([True, False, None])), min_size=1, max_size=5))
def test_whatever_columns_are_called_yaml_and_sheet_give_them_back(
    tmp_path_factory: pytest.TempPathFactory, written: list[tuple[str, str, bool | None]]
) -> None:
    folder = tmp_path_factory.mktemp("forms")
    (folder / "columns").mkdir()
    columns = tuple(
        Column(
            label=f"c{n}",
            name=spreadsheet.text(f"名{name}"),
            url=f"http://a.test/{n}/",
            unit=spreadsheet.text(f"位{unit}"),
            duty=duty,
        )
        for n, (name, unit, duty) in enumerate(written)
    )
    ledger = ColumnLedger(target="shifan", columns=columns)
    (folder / "targets.yaml").write_text(TARGETS, "utf-8")
    (folder / "columns" / "shifan.yaml").write_text(ledger_forms.to_yaml(ledger), "utf-8")
    assert load(folder / "targets.yaml", folder / "columns")[0].ledger.columns == columns
    ledger_forms.write_sheet(folder / "a.xlsx", ledger, "示范")
    assert ledger_forms.read_sheet((folder / "a.xlsx").read_bytes(), "a.xlsx", "http://a.test/") == columns


@pytest.mark.parametrize(
    "hostile",
    ["=cmd|'/c calc'!A1", "+1+1", "-2", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "a\x00\x0bb", "长" * 40_000],
)
def test_no_text_becomes_a_formula_in_a_sheet(tmp_path: Path, hostile: str) -> None:
    out = tmp_path / "a.xlsx"
    workbook.write(out, ("名称",), [(hostile,)])
    book = openpyxl.load_workbook(io.BytesIO(out.read_bytes()))
    cell = book.active["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix or not hostile.strip().startswith(("=", "+", "-", "@"))
    assert str(cell.value)[:3] == workbook.plain_text(hostile)[:3]
