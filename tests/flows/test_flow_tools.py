"""Flows are written, tried on their stand-ins and verified by an office; what is wrong is named."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from collector import browser as browsers
from collector import trial, verified
from collector.cli import cli
from collector.clock import SystemClock
from collector.errors import FlowError
from collector.flow import BOX, discover
from collector.opening import Opening
from collector.run import run
from collector.workspace import Workspace
from evidence.holdings import Holdings
from evidence.model import Purpose, Record
from flows import paging
from tests.site.server import Site

OWN = '''"""示例：打开首页。

>>> 1 + 1
{answer}
"""
from collector.flow import Flow

flow = Flow(__name__, labels=("home",))

@flow.visit
async def visit(visit):
    await visit.open(visit.target.url)
    {capture}
'''
STAND_IN = '''"""替身：一页。"""
from collector.standin import Answer, Case, Expect, StandIn

stand_in = StandIn(__name__, cases=(Case(path="/", expects={{"home": Expect({expected})}}),))

@stand_in.site
class Site:
    def __init__(self, today):
        pass
    def answer(self, asked):
        return Answer(body="<!doctype html><meta charset=utf-8><title>甲</title><h1>示范单位的页面</h1>")
'''


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "flows" / "demo").mkdir(parents=True)
    (tmp_path / "quzheng.yaml").write_text("limits: {navigation_seconds: 3}\n")
    (tmp_path / "targets.yaml").write_text("[]\n")
    return tmp_path


def quzheng(office: Path, *words: str) -> Result:
    result = CliRunner().invoke(cli, ["flows", words[0], "-w", str(office), *words[1:]])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def write(office: Path, name: str, *, answer: str = "2", capture: str = 'await visit.capture("home")') -> None:
    (office / "flows" / f"{name}.py").write_text(OWN.format(answer=answer, capture=capture), "utf-8")


def target(office: Path, url: str, **more: object) -> None:
    written = [{"id": "t", "name": "示范", "url": url, **more}]
    (office / "targets.yaml").write_text(json.dumps(written, ensure_ascii=False), "utf-8")


def test_a_new_flow_is_written_once_loads_and_says_how_to_go_on(office: Path) -> None:
    assert "quzheng flows check my_portal" in quzheng(office, "new", "my_portal").output
    path = office / "flows" / "my_portal.py"
    before = path.read_text("utf-8")
    again = quzheng(office, "new", "my_portal")
    assert (again.exit_code, path.read_text("utf-8")) == (1, before)
    (found,) = (one for one in discover(office / "flows").all() if one.local)
    assert (found.name, found.error) == ("my_portal", None)
    assert "✓ my_portal" in quzheng(office, "check", "my_portal").output


@pytest.mark.parametrize(
    "name", ["My", "1st", "a-b", "a/b", "../up", "", "class", "_hidden", "名", "a" * 90, "weibo_account"]
)
def test_a_name_that_cannot_be_a_flows_is_refused(office: Path, name: str) -> None:
    refused = quzheng(office, "new", "--", name)
    assert refused.exit_code == 1
    assert not list((office / "flows").glob("*.py"))
    assert "Traceback" not in refused.output + refused.stderr


def test_every_flow_in_the_box_passes_on_its_stand_in() -> None:
    tried = trial.try_all(one for one in discover().all() if one.path.parent == BOX)
    assert {one.name: one.faults for one in tried} == dict.fromkeys((one.name for one in tried), ())
    assert all(one.stand_in for one in tried)


def test_check_names_what_came_out_otherwise_and_exits_1(office: Path) -> None:
    write(office, "good")
    write(office, "silent", capture="pass")
    write(office, "wrong", answer="3")
    (office / "flows" / "torn.py").write_text("flow = Flow(__name__\n")
    expected = {"good": 'kind="other"', "silent": 'kind="other"', "wrong": 'kind="list", newest=3, items=2'}
    for name, told in expected.items():
        (office / "flows" / "demo" / f"{name}.py").write_text(STAND_IN.format(expected=told), "utf-8")
    result = quzheng(office, "check", "good", "silent", "wrong", "torn", "--json")
    said = {one["name"]: one for one in map(json.loads, result.stdout.splitlines())}
    assert result.exit_code == 1
    assert (said["good"]["faults"], said["good"]["stand_in"]) == ([], True)
    assert "flow_failed" in said["silent"]["faults"][0]
    assert "not_captured" in said["silent"]["faults"][1]
    assert [fault.partition("：")[0].split()[-1] for fault in said["wrong"]["faults"]][0].endswith("wrong")
    assert {"页面种类应为 list，得到 other", "条目数应为 2，得到 0"} <= {
        f.partition("：")[2] for f in said["wrong"]["faults"]
    }
    assert "SyntaxError" in said["torn"]["faults"][0]


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n",
        "raise OSError('gone')\n",
        "from collector.standin import StandIn\nstand_in = StandIn(__name__, cases=())\n",
    ],
)
def test_a_stand_in_that_is_none_is_a_fault_of_its_flow_alone(office: Path, text: str) -> None:
    write(office, "own")
    (office / "flows" / "demo" / "own.py").write_text(text)
    result = quzheng(office, "check", "own", "generic_portal")
    assert result.exit_code == 1
    assert re.search(r"✗ own：.*own\.py", result.output)
    assert "✓ generic_portal" in result.output


def test_a_flow_without_a_stand_in_visits_the_real_system_only_when_asked(office: Path) -> None:
    write(office, "own")
    with Site() as site:
        target(office, f"{site.url}/home", flow="own")
        loaded, live = (
            json.loads(quzheng(office, "check", "own", "--json", *more).stdout) for more in ((), ("--live",))
        )
        target(office, "http://127.0.0.1:9/", flow="own")
        dead = quzheng(office, "check", "own", "--live", "--json")
    assert (loaded["live"], live["live"], live["faults"]) == (False, True, [])
    assert dead.exit_code == 1
    assert "无法访问" in json.loads(dead.stdout)["faults"][0]
    assert not (office / "store").exists()


def test_an_unknown_name_is_told(office: Path) -> None:
    assert "nobody" in quzheng(office, "check", "nobody").stderr


def ran(office: Path, purpose: Purpose = "scheduled", only: tuple[str, ...] = ()) -> tuple[Record, ...]:
    opened = Workspace.open(office)
    holdings = Holdings.open(opened.store_path)
    return asyncio.run(run(opened, holdings, clock=SystemClock(), purpose=purpose, only=only)).records


def test_an_office_verifies_a_flow_by_its_own_records_until_the_file_changes(office: Path) -> None:
    write(office, "own")
    with Site() as site:
        target(office, f"{site.url}/home", flow="own")
        ran(office, "demonstration")
        early = quzheng(office, "verify", "own", "--by", "张三")
        assert (early.exit_code, "演示" in early.stderr) == (1, True)
        (first,) = ran(office)
        assert first.capture.flow.verified is None
        said = json.loads(quzheng(office, "verify", "own", "--by", "张三", "--json").stdout)
        (second,) = ran(office)
    assert (said["by"], said["records"]) == ("张三", [first.id])
    assert str(second.capture.flow.verified) == said["on"]
    assert "实测" in quzheng(office, "list").output
    write(office, "own", answer="4")
    (found,) = (one for one in discover(office / "flows").all() if one.name == "own")
    assert found.flow is not None
    assert found.flow.verified is None


def test_the_list_of_verified_flows_is_never_half_read(office: Path) -> None:
    (office / "flows" / verified.FILE).write_text('{"flows": [{"flow": "own"}]}')
    with pytest.raises(FlowError, match=verified.FILE):
        discover(office / "flows")


def test_a_flow_that_a_person_must_attend_is_skipped_with_a_record_unless_it_is_named(office: Path) -> None:
    write(office, "own")
    path = office / "flows" / "own.py"
    path.write_text(
        path.read_text("utf-8").replace('labels=("home",)', 'labels=("home",), attended="须由持账号的人在场"')
    )
    with Site() as site:
        target(office, f"{site.url}/home", flow="own")
        (skipped,) = ran(office)
        (attended,) = ran(office, only=("t",))
    assert (skipped.capture.outcome, skipped.capture.reason, skipped.capture.fault) == ("skipped", "attended", "ours")
    assert attended.capture.outcome == "captured"
    assert skipped.capture.flow.sha256 == attended.capture.flow.sha256
    assert "须有人在场" in quzheng(office, "list").output


LISTS = (
    (3, 9, ("<a href='?p=2'>下一页</a>", "<a href='?p=3'>下页</a>", "<span class=disabled>下一页</span>")),
    (2, 2, ("<a href='?p=2'>下一页</a>", "<a href='?p=3'>下一页</a>", "<a href='?p=4'>下一页</a>")),
    (2, 9, ("<button onclick=\"location = '?p=2'\">下一页</button>", "乙")),
    (1, 5, ("<a href='http://[broken'>下一页</a>",)),
    (1, 5, ("<button disabled>下一页</button>",)),
    (1, 5, ("<li class=disabled><a href='?p=2'>下一页</a></li>", "甲")),
    (1, 5, ("<a href='#'>下一页</a>",)),
)
"""Pages that must be captured, the most that may be, and the pagers of the pages."""


class Few:
    """What paging needs of a visit."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.captured: list[str] = []
        self.opened: list[str] = []

    async def capture(self, label: str) -> None:
        self.captured.append(label)

    async def open(self, url: str) -> Opening:
        self.opened.append(url)
        await self.page.goto(url)
        return Opening(url=url, trouble=None, loaded=True)


def test_a_list_is_gone_through_page_by_page_until_it_does_not_turn_or_is_enough() -> None:
    async def turned(browser: Any, most: int, pages: tuple[str, ...]) -> list[str]:
        page = await browser.new_page()

        async def answer(route: Any) -> None:
            n = int(route.request.url.partition("p=")[2].partition("#")[0] or 1)
            await route.fulfill(content_type="text/html; charset=utf-8", body=f"<p>第{n}页</p>{pages[n - 1]}")

        await page.route("**/*", answer)
        await page.goto("http://list.test/")
        few = Few(page)
        assert await paging.through(few, "list", most) == len(few.captured)  # type: ignore[arg-type]
        assert all(url.startswith("http://list.test/?p=") for url in few.opened)
        return few.captured

    async def every() -> list[list[str]]:
        async with browsers.start(browsers.find()) as browser:
            return list(await asyncio.gather(*(turned(browser, most, pages) for _, most, pages in LISTS)))

    labels = ["list", "list/page-2", "list/page-3"]
    assert asyncio.run(every()) == [labels[:wanted] for wanted, _, _ in LISTS]
