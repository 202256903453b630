"""Targets: what inspectors write is read strictly, and every fault names file, line and the mend."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from collector import targets
from collector.cli import cli
from collector.errors import TargetsError
from collector.initialise import initialise

GOOD = """\
- id: county
  name: 示范县人民政府网
  kind: portal
  url: https://www.example.gov.cn/
  site_code: "0110000012"
  unit: 示范县人民政府办公室
  columns:
    - {label: news, name: 部门动态, url: xwzx/bmdt/, class: news, level: 1, duty: true}
    - {label: report, name: 年报, url: https://www.example.gov.cn/nb/, duty: yearly}
    - {label: other, name: 其他, url: /qt/}
"""


def load(folder: Path, text: str, ledgers: dict[str, str] | None = None) -> tuple[targets.Target, ...]:
    (folder / "columns").mkdir()
    for name, ledger in (ledgers or {}).items():
        (folder / "columns" / f"{name}.yaml").write_text(ledger, "utf-8")
    (folder / "targets.yaml").write_text(text, "utf-8")
    return targets.load(folder / "targets.yaml", folder / "columns")


def fault(folder: Path, text: str, ledgers: dict[str, str] | None = None) -> str:
    with pytest.raises(TargetsError) as caught:
        load(folder, text, ledgers)
    return str(caught.value)


def test_a_good_list_is_read_with_its_column_ledger(tmp_path: Path) -> None:
    (target,) = load(tmp_path, GOOD)
    assert (target.id, target.site_code, target.kind) == ("county", "0110000012", "portal")
    news, report, other = target.ledger.columns
    assert (news.url, news.class_, news.level, news.duty) == ("https://www.example.gov.cn/xwzx/bmdt/", "news", 1, True)
    assert (report.duty, report.exemption) == (False, "年度栏目")
    assert (other.duty, other.class_, other.exemption) == (None, None, None)
    assert other.url == "https://www.example.gov.cn/qt/"


def test_an_unquoted_site_code_is_refused_because_its_zeros_are_lost(tmp_path: Path) -> None:
    message = fault(tmp_path, "- id: a\n  name: 甲\n  url: http://a.gov.cn/\n  site_code: 0110000012\n")
    assert "targets.yaml 第4行" in message
    assert 'site_code: "0110000012"' in message
    assert "引号" in message


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("- id: a\n  name: 甲\n", 1, "缺少 url"),
        ("- id: a\n  name: 甲\n  url: ftp://a/\n", 3, "http"),
        ("- id: a\n  name: 甲\n  url: https://u:p@a/\n", 3, "密码"),
        ("- id: ../a\n  name: 甲\n  url: http://a/\n", 1, "编号"),
        ("- id: a\n  name: 甲\n  url: http://a/\n- id: A\n  name: 乙\n  url: http://b/\n", 4, "重复"),
        ("- id: a\n  name: 甲\n  url: http://a/\n  kind: 博客\n", 4, "kind"),
        ("- id: a\n  name: 甲\n  url: http://a/\n  colour: red\n", 4, "colour"),
        ("- id: a\n  id: b\n", 2, "duplicate key"),
        ("- id: [a\n", 2, "YAML"),
        ("id: a\n", 1, "列表"),
        (
            "- id: a\n  name: 甲\n  url: http://a/\n  columns:\n  - {label: x, name: 栏, url: x, duty: 也许}\n",
            5,
            "duty",
        ),
        (
            "- id: a\n  name: 甲\n  url: http://a/\n  columns:\n  - {label: x, name: 栏, url: x, class: 时政}\n",
            5,
            "类别",
        ),
        (
            "- id: a\n  name: 甲\n  url: http://a/\n  columns:\n  - {label: x, name: 栏, url: x, cycle: 常常}\n",
            5,
            "周期",
        ),
        ("- id: a\n  name: 甲\n  url: http://a/\n  columns:\n  - {label: ../x, name: 栏, url: x}\n", 5, "标签"),
        (
            "- id: a\n  name: 甲\n  url: http://a/\n  columns:\n  - {label: x, name: 栏, url: x}\n  - {label: x, name: 目, url: y}\n",
            6,
            "重复",
        ),
    ],
)
def test_a_fault_names_the_line_and_the_mend(tmp_path: Path, text: str, line: int, word: str) -> None:
    message = fault(tmp_path, text)
    assert f"targets.yaml 第{line}行" in message
    assert word in message


def test_the_column_ledger_may_stand_in_a_file_of_its_own_and_then_only_there(tmp_path: Path) -> None:
    ledger = (
        "confirmed_by: 示范县政府办\nconfirmed_on: 2026-05-20\ncolumns:\n- {label: x, name: 栏, url: x, duty: 2w}\n"
    )
    bare = "- id: a\n  name: 甲\n  url: http://a/\n"
    (target,) = load(tmp_path, bare, {"a": ledger})
    assert target.ledger.confirmed_by == "示范县政府办"
    assert (target.ledger.columns[0].duty, target.ledger.columns[0].cycle) == (True, "14d")
    twice = tmp_path / "twice"
    twice.mkdir()
    assert "只能留一处" in fault(twice, bare + "  columns: []\n", {"a": ledger})


def test_a_fault_in_the_ledger_file_names_that_file(tmp_path: Path) -> None:
    message = fault(tmp_path, "- id: a\n  name: 甲\n  url: http://a/\n", {"a": "columns:\n- {label: x, name: 栏}\n"})
    assert "a.yaml 第2行" in message


@pytest.mark.parametrize(
    ("written", "cycle"), [("14d", "14d"), ("2周", "14d"), ("6m", "6m"), ("半年", None), ("1y", "12m"), ("6个月", "6m")]
)
def test_cycles_are_kept_in_days_or_calendar_months(tmp_path: Path, written: str, cycle: str | None) -> None:
    text = (
        f'- id: a\n  name: 甲\n  url: http://a/\n  columns:\n  - {{label: x, name: 栏, url: x, cycle: "{written}"}}\n'
    )
    if cycle is None:
        assert "周期" in fault(tmp_path, text)
    else:
        assert load(tmp_path, text)[0].ledger.columns[0].cycle == cycle


def test_the_ledgers_digest_changes_with_its_content(tmp_path: Path) -> None:
    (first,) = load(tmp_path, GOOD)
    changed = tmp_path / "changed"
    changed.mkdir()
    (second,) = load(changed, GOOD.replace("level: 1", "level: 2"))
    assert first.ledger.sha256 != second.ledger.sha256


def test_a_large_list_is_parsed_once(tmp_path: Path) -> None:
    lines = "".join(
        f"- {{id: t{n}, name: 对象{n}, url: 'http://t{n}.example/', unit: {'单位' * 10}}}\n" for n in range(2500)
    )
    first = load(tmp_path, lines)
    kept = list(tmp_path.glob(".targets.yaml.*.json"))
    assert len(first) == 2500
    assert len(kept) == 1
    assert targets.load(tmp_path / "targets.yaml", tmp_path / "columns") == first


@pytest.mark.parametrize(
    ("written", "mend"),
    [("platform_id: 0012", '"0012"'), ("site_code: 2.109e9", '"2.109e9"'), ("name: 2021-01-04", '"2021-01-04"')],
)
def test_whatever_yaml_takes_for_a_number_or_a_day_is_shown_as_it_was_written(
    tmp_path: Path, written: str, mend: str
) -> None:
    rest = "" if written.startswith("name") else "  name: 甲\n"
    message = fault(tmp_path, f"- id: a\n{rest}  url: http://a.gov.cn/\n  {written}\n")
    assert mend in message


CHECKED = """\
- id: a
  name: 甲
  url: http://a.gov.cn/
  flow: nowhere
- {id: b, name: 乙, kind: account, url: "account:wechat/gh_1", platform: wechat, platform_id: gh_1}
- {id: c, name: 丙, kind: account, url: "http://c.gov.cn/", platform: wechat, platform_id: gh_1}
"""


def test_check_names_every_unknown_flow_and_every_account_that_stands_twice_with_its_line(tmp_path: Path) -> None:
    initialise(tmp_path)
    (tmp_path / "targets.yaml").write_text(CHECKED, "utf-8")
    said = CliRunner().invoke(cli, ["targets", "check", "-w", str(tmp_path)])
    assert said.exit_code == 2
    assert "targets.yaml 第4行：没有名为“nowhere”的流程；可用：" in said.output
    assert "targets.yaml 第6行：“c”与“b”是同一个账号" in said.output


def test_only_an_account_may_have_no_web_address(tmp_path: Path) -> None:
    assert "http" in fault(tmp_path, "- {id: a, name: 甲, url: 'account:wechat/gh_1'}\n")
