"""Looking again for a dispute: what cannot be looked at says why, what can gives records of purpose recheck, and nothing else is visited."""

from __future__ import annotations

import json
from pathlib import Path

from collector.rechecks import recapture
from collector.workspace import Workspace
from evidence.holdings import Holdings
from tests.site.server import Site


def workspace(folder: Path, url: str, **settings: object) -> Workspace:
    column = {"label": "tzgg", "name": "通知公告", "url": "/gzip"}
    targets = [
        {"id": "well", "name": "well", "url": url, "columns": [column]},
        {"id": "other", "name": "other", "url": url},
    ]
    limits = {"navigation_seconds": 5, "settle_seconds": 1}
    (folder / "quzheng.yaml").write_text(json.dumps({"limits": limits, "second_agent": False, **settings}))
    (folder / "targets.yaml").write_text(json.dumps(targets))
    return Workspace.open(folder)


def test_a_target_that_left_the_list_and_a_finding_without_pages_say_so(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, site.url)
    holdings = Holdings.open(opened.store_path)
    assert "已不在检查对象清单" in recapture(opened, holdings, "gone", ["tzgg"])
    assert "没有可以打开的页面" in recapture(opened, holdings, "well", [])
    assert holdings.ledger.size == 0


def test_without_a_browser_it_says_so_and_raises_nothing(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, site.url, browser="/nowhere/browser")
    holdings = Holdings.open(opened.store_path)
    said = recapture(opened, holdings, "well", ["tzgg"])
    assert said.startswith("未复采：") and "/nowhere" not in said
    assert holdings.ledger.size == 0, "a plan that nothing came of would leave the series open"


def test_only_the_contested_label_is_looked_at_again(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path, site.url)
    holdings = Holdings.open(opened.store_path)
    assert recapture(opened, holdings, "well", ["tzgg"]) == ""
    seen = {(r.capture.target.id, r.capture.label, r.capture.purpose) for r in holdings.records()}
    assert seen == {("well", "tzgg", "recheck")}
