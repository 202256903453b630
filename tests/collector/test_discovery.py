"""Discovering a site's columns: its lists with their paths, at its own pace, and never a duty that nobody confirmed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from collector import discovery
from collector.cli import cli
from collector.clock import SystemClock
from collector.discovery import Discovery
from collector.initialise import initialise
from collector.targets import from_written
from collector.workspace import Workspace
from evidence import navigation, ruleset
from evidence.columns import Column
from evidence.holdings import Holdings
from evidence.reading.page import FrameDom, PageInput
from tests.site.folder import serve

NAV = (
    '<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/gzdt/">工作动态</a></li><li><a href="/zwgk/">政务公开</a></li>'
    '<li><a href="/jgzn.html">机构职能</a></li><li><a href="http://zwfw.example.test/">政务服务网</a></li></ul></div>'
)
FOOT = '<div class="footer">主办单位：示范县教育局　网站标识码：0000000001　<a href="/map.html">网站地图</a><a href="/x.pdf">使用帮助</a></div>'
ROWS = "".join(
    f'<li><a href="202101/t202101{n:02d}_{n}001.html">关于做好第{n}项工作有关事项的通知</a><span>2021-01-{n:02d}</span></li>'
    for n in range(4, 16)
)

LATE = """<script>setTimeout(() => document.querySelector(".nav ul").insertAdjacentHTML(
    "beforeend", '<li><a href="/hdjl/">互动交流</a></li>'), 80)</script>"""
"""A menu that a script completes after the page has loaded."""


def page(body: str, crumb: str = "") -> str:
    trail = f'<div class="crumb">当前位置：{crumb}</div>' if crumb else ""
    return f"<!DOCTYPE html><html><head><meta charset=utf-8><title>示范县教育局</title></head><body>{NAV}{trail}{body}{FOOT}</body></html>"


SITE = {
    "index.html": page(
        f'<div><h3><a href="/zwgk/tzgg/">通知公告</a><a href="/zwgk/tzgg/">更多&gt;&gt;</a></h3><ul>{ROWS.replace("202101/", "/zwgk/tzgg/202101/")}</ul></div>'
    ),
    "gzdt/index.html": page(f"<ul>{ROWS}</ul>{LATE}", "首页 &gt; 工作动态"),
    "hdjl/index.html": page(f"<ul>{ROWS}</ul>", "首页 &gt; 互动交流"),
    "zwgk/index.html": '<html><head><meta http-equiv="refresh" content="0;url=tzgg/"></head></html>',
    "zwgk/tzgg/index.html": page(
        f'<div class="leftnav"><a href="/zwgk/zcjd/">政策解读</a></div><ul>{ROWS}</ul>',
        "首页 &gt; 政务公开 &gt; 通知公告",
    ),
    "zwgk/zcjd/index.html": page('<div class="list"><ul></ul></div>', "首页 &gt; 政务公开 &gt; 政策解读"),
    "jgzn.html": page(
        "<div class=article><p>示范县教育局主管全县教育工作，内设办公室、人事股、计财股、基础教育股等机构。</p></div>",
        "首页 &gt; 机构职能",
    ),
    "map.html": page('<div><a href="/zwgk/nb/">年度报告</a><a href="/gone/">已撤栏目</a></div>'),
    "zwgk/nb/index.html": page(f"<ul>{ROWS}</ul>", "首页 &gt; 政务公开 &gt; 年度报告"),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    folder, workspace = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("workspace")
    for name, html in SITE.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(html, "utf-8")
    initialise(workspace)
    with serve(folder) as address:
        yield workspace, address


def walk(workspace: Path, address: str, **bounds: Any) -> Discovery:
    opened = Workspace.open(workspace)
    target = from_written({"id": "jyj", "name": "示范县教育局", "url": address})
    return asyncio.run(
        discovery.discover(
            opened, Holdings.open(opened.store_path), target, clock=SystemClock(), rules=ruleset.load(), **bounds
        )
    )


@pytest.fixture(scope="module")
def found(small: tuple[Path, str]) -> Discovery:
    return walk(*small)


def by_label(found: Discovery) -> dict[str, Column]:
    return {column.label: column for column in found.ledger.columns}


def test_every_list_is_found_with_its_path_level_class_and_cycle(found: Discovery) -> None:
    columns = by_label(found)
    told = {label: (c.path, c.level, c.class_, c.kind, c.cycle) for label, c in columns.items()}
    assert told["gzdt"] == ("首页 > 工作动态", 1, "news", "list", "14d")
    assert told["zwgk/tzgg"] == ("首页 > 政务公开 > 通知公告", 2, "notice", "list", None)
    assert told["zwgk/zcjd"][:3] == ("首页 > 政务公开 > 政策解读", 2, "interpretation")


def test_a_page_that_sends_on_to_its_child_is_a_parent_and_another_authority_a_jump(found: Discovery) -> None:
    columns = {column.name: column for column in found.ledger.columns}
    assert (columns["政务公开"].kind, columns["政务公开"].level) == ("parent", 1)
    assert (columns["政务服务网"].kind, columns["政务服务网"].url) == ("jump", "http://zwfw.example.test/")


def test_a_menu_that_a_script_completes_late_is_read_to_its_end(found: Discovery) -> None:
    assert "互动交流" in {column.name for column in found.ledger.columns}


def test_static_and_yearly_columns_are_proposed_as_exempt_and_the_site_map_leads_to_what_no_menu_has(
    found: Discovery,
) -> None:
    columns = {column.name: column for column in found.ledger.columns}
    assert columns["机构职能"].exemption == "静态栏目"
    assert columns["年度报告"].exemption == "年度栏目"
    assert "网站地图" not in columns


def test_no_article_and_no_tool_of_the_site_is_a_column(found: Discovery) -> None:
    assert not [c for c in found.ledger.columns if "/t2021" in c.url or c.url.endswith(".pdf") or c.name == "首页"]


def test_no_duty_is_ever_proposed_and_what_failed_is_told(found: Discovery) -> None:
    assert {column.duty for column in found.ledger.columns} == {None}
    assert found.ledger.confirmed_by is None
    assert [url.rpartition("/gone")[1] for url, _ in found.failed] == ["/gone"]
    assert not found.broken


def test_the_walk_ends_at_its_bounds_and_says_what_it_left(small: tuple[Path, str]) -> None:
    cut = walk(*small, most=2)
    assert cut.opened == 3
    assert cut.left > 0


def test_the_command_writes_ledger_and_sheet_and_never_over_what_is_there(
    small: tuple[Path, str], tmp_path: Path
) -> None:
    workspace, address = small
    sheet = tmp_path / "台账.xlsx"
    arguments = [
        "targets",
        "discover",
        address,
        "-w",
        str(workspace),
        "--target",
        "jyj",
        "--pages",
        "1",
        "-o",
        str(sheet),
    ]
    first = CliRunner().invoke(cli, [*arguments, "--json"])
    assert first.exit_code == 0, first.output
    file = workspace / "columns" / "jyj.yaml"
    assert json.loads(first.output)["path"] == str(file)
    file.write_text("# 我的\ncolumns: []\n", "utf-8")
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    assert file.read_text("utf-8") == "# 我的\ncolumns: []\n"
    assert (workspace / "columns" / "jyj.proposed.yaml").exists()
    assert sheet.exists()


def test_a_home_page_that_does_not_open_writes_nothing(small: tuple[Path, str]) -> None:
    workspace, _ = small
    before = sorted(path.name for path in (workspace / "columns").iterdir())
    said = CliRunner().invoke(cli, ["targets", "discover", "http://127.0.0.1:9/", "-w", str(workspace)])
    assert said.exit_code == 1
    assert "首页打不开" in said.output
    assert sorted(path.name for path in (workspace / "columns").iterdir()) == before


def test_the_thirty_lists_of_a_real_site_are_found_with_their_names(shared_data: Path, tmp_path: Path) -> None:
    mirror = shared_data / "gov-daozhen-hrss"
    expected = json.loads((mirror / "expected_columns.json").read_text("utf-8"))["columns"]
    truth = {c["file"].removesuffix("/index.html"): c["column"] for c in expected if c["kind"] == "list"}
    initialise(tmp_path)
    with serve(mirror / "site") as address:
        columns = by_label(walk(tmp_path, f"{address}/index.html"))
    there = {label for label in truth if label in columns and columns[label].kind == "list"}
    print(f"list columns found: {len(there)} of {len(truth)}")
    assert sorted(set(truth) - there) == []
    assert {label: columns[label].name for label in truth} == truth


@pytest.mark.parametrize(
    ("crumb", "trail"),
    [
        ("您现在的位置：首页 &gt; 政务公开 &gt; 通知公告", ("首页", "政务公开", "通知公告")),
        ("当前位置： <a href=/>网站首页</a> » <a href=/a/>新闻中心</a> » 正文", ("首页", "新闻中心")),
        ("首页／政务公开／法定主动公开内容", ("首页", "政务公开", "法定主动公开内容")),
        ("位置: 首页-&gt;公开-&gt;政策", ("首页", "公开", "政策")),
    ],
)
def test_trails_are_read_in_the_ways_sites_write_them(crumb: str, trail: tuple[str, ...]) -> None:
    html = page(f'<div class="dqwz">{crumb}</div><p>{"内容" * 100}</p>')
    given = PageInput(
        url="http://a.test/", status=200, headers={}, frames=(FrameDom(n=0, url="", html=html),), layout=None
    )
    assert navigation.navigation(given).trail == trail
