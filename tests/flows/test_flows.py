"""One contract over all flows, and the way in which a flow is found and chosen."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.clock import SystemClock
from collector.errors import FlowError
from collector.flow import BOX, Found, discover
from collector.run import run
from collector.targets import Target, from_written
from collector.workspace import Workspace
from evidence import digest
from evidence.holdings import Holdings
from tests.site.server import Site

FOUND = discover().all()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


def target(url: str = "http://www.shifan.gov.cn/", **more: object) -> Target:
    return from_written({"id": "t", "name": "示范", "url": url, **more})


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.py").write_text(text, encoding="utf-8")


def declared(arguments: str) -> str:
    return f'''"""示例。"""
from collector.flow import Flow

flow = Flow(__name__, {arguments})

@flow.visit
async def visit(visit):
    await visit.open(visit.target.url)
'''


@pytest.mark.parametrize("found", FOUND, ids=lambda found: found.name)
def test_every_flow_in_the_box_loads_is_documented_and_cites_its_own_file(found: Found) -> None:
    assert found.error is None
    assert found.flow is not None
    assert found.flow.name == found.path.stem
    assert found.flow.ref.sha256 == digest.sha256(found.path.read_bytes())
    assert len(found.line()) > len(found.name) + 8
    assert json.dumps(found.plain())


def test_a_flow_cites_the_helpers_it_uses_as_well() -> None:
    by_name = {found.name: found.flow for found in FOUND if found.flow}
    paging = digest.sha256((BOX / "paging.py").read_bytes())
    assert by_name["mayor_mailbox"].ref.helpers == (paging,)
    opened = {digest.sha256((BOX / name).read_bytes()) for name in ("annexes.py", "beside.py")}
    assert set(by_name["generic_portal"].ref.helpers) == opened
    assert by_name["wechat_account"].ref.helpers == ()


def test_an_office_s_own_helper_is_cited_too(tmp_path: Path) -> None:
    (tmp_path / "_steps.py").write_text("async def go(visit):\n    await visit.open(visit.target.url)\n", "utf-8")
    text = declared("").replace(
        "from collector", 'import sys; sys.path.insert(0, __file__.rpartition("/")[0])\nimport _steps\nfrom collector'
    )
    write(tmp_path, "own", text)
    (own,) = [found.flow for found in discover(tmp_path).all() if found.name == "own"]
    assert own is not None
    assert own.ref.helpers == (digest.sha256((tmp_path / "_steps.py").read_bytes()),)


@pytest.mark.parametrize("found", FOUND, ids=lambda found: found.name)
def test_every_flow_in_the_box_knows_what_is_due(found: Found) -> None:
    assert found.flow is not None
    due = found.flow.due(target(columns=[{"label": "tzgg", "name": "通知公告", "url": "/tzgg/"}]))
    assert len(due) == len(set(due))
    assert "tzgg" in due


def test_the_generic_flow_and_the_demonstrations_are_in_the_box() -> None:
    assert {"generic_portal", "demo_account", "demo_portal_login"} <= {found.name for found in FOUND}
    assert all(found.path.is_relative_to(BOX) and not found.local for found in FOUND)


def test_a_flow_is_chosen_by_name_then_by_platform_then_by_exact_host(tmp_path: Path) -> None:
    write(tmp_path, "named", declared(""))
    write(tmp_path, "family", declared("platform='trs'"))
    write(tmp_path, "hosted", declared("hosts=('www.shifan.gov.cn',)"))
    flows = discover(tmp_path)
    everything = {"flow": "named", "platform": "trs"}
    assert flows.choose(target(**everything)).name == "named"
    assert flows.choose(target(platform="trs")).name == "family"
    assert flows.choose(target()).name == "hosted"
    assert flows.choose(target("http://www.shifan.gov.cn:8080/x")).name == "hosted"
    assert flows.choose(target("http://shifan.gov.cn/")).name == "generic_portal"
    assert flows.choose(target("http://a.www.shifan.gov.cn/")).name == "generic_portal"


def test_an_own_flow_takes_the_place_of_ours_and_is_marked(tmp_path: Path) -> None:
    write(tmp_path, "generic_portal", declared(""))
    (found,) = (found for found in discover(tmp_path).all() if found.name == "generic_portal")
    assert (found.local, found.path.parent) == (True, tmp_path)
    assert "本地" in found.line()


def test_a_declaration_folded_over_several_lines_is_found_as_well(tmp_path: Path) -> None:
    write(
        tmp_path,
        "own",
        declared('\n    hosts=("www.shifan.gov.cn",),\n').replace("Flow(__name__", "Flow(\n    __name__"),
    )
    assert discover(tmp_path).choose(target()).name == "own"


def test_a_name_nobody_has_is_told_with_the_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="generic_portal"):
        discover(tmp_path).choose(target(flow="nobody"))


def test_a_broken_file_fails_only_the_targets_that_may_need_it(tmp_path: Path) -> None:
    write(tmp_path, "torn", "flow = Flow(__name__, hosts=('torn.example',)\n")
    write(tmp_path, "raises", "from collector.flow import Flow\nflow = Flow(__name__)\nraise OSError('no disk')\n")
    flows = discover(tmp_path)
    assert {found.name for found in flows.all() if found.error} == {"torn", "raises"}
    assert flows.choose(target()).name == "generic_portal"
    with pytest.raises(FlowError, match="no disk"):
        flows.choose(target(flow="raises"))
    with pytest.raises(FlowError, match="torn"):
        flows.choose(target("http://torn.example/"))  # never silently by another flow


def test_two_flows_for_one_host_are_refused(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path, name, declared("hosts=('www.shifan.gov.cn',)"))
    with pytest.raises(FlowError, match="one, two"):
        discover(tmp_path).choose(target())


def test_a_file_that_declares_no_script_is_told(tmp_path: Path) -> None:
    write(tmp_path, "empty", "from collector.flow import Flow\nflow = Flow(__name__)\n")
    with pytest.raises(FlowError, match="script"):
        discover(tmp_path).choose(target(flow="empty"))


def test_files_beside_flows_that_declare_none_are_let_be(tmp_path: Path) -> None:
    write(tmp_path, "words", "WORDS = ('通知',)\n")
    write(tmp_path, "_hidden", declared(""))
    assert {found.name for found in discover(tmp_path).all() if found.local} == set()


def test_the_flow_of_the_readme_works_as_written(tmp_path: Path, site: Site) -> None:
    (example, *_) = re.findall(r"```python\n(.*?)```", (BOX / "README.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "flows").mkdir()
    write(tmp_path / "flows", "my_portal", example)
    (tmp_path / "quzheng.yaml").write_text("limits: {navigation_seconds: 3}\n")
    written = [{"id": "t", "name": "示范", "url": f"{site.url}/home", "flow": "my_portal"}]
    (tmp_path / "targets.yaml").write_text(json.dumps(written))
    opened = Workspace.open(tmp_path)
    report = asyncio.run(run(opened, Holdings.open(opened.store_path), clock=SystemClock()))
    seen = {r.capture.label: (r.capture.outcome, r.capture.final_url) for r in report.records}
    assert seen == {"home": ("captured", f"{site.url}/home"), "notices": ("captured", f"{site.url}/")}
