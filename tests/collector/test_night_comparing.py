"""The comparison of a night: equal at once, noise told from change, hostile pages fail alone, nothing is done twice."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from collector import night_comparing
from collector.clock import SystemClock
from collector.night import Compared
from collector.night_comparing import Pair
from collector.night_journal import NightJournal
from collector.nightly import Means, once
from collector.progress import Progress
from collector.stopping import Stopper
from collector.workspace import Workspace
from evidence.holdings import Holdings
from tests.collector.test_nightly import target, workspace
from tests.site.folder import serve

STILL = "<!doctype html><meta charset=utf-8><title>通知公告</title><h1>通知公告</h1><ul class=list>{items}</ul>{more}"
ITEM = '<li><a href="/{n}.html">关于第{n}号事项的通知公告</a><span>2021-06-1{n}</span></li>'


def page(*items: int, more: str = "") -> str:
    return STILL.format(items="".join(ITEM.format(n=n) for n in items), more=more)


def night(opened: Workspace) -> Any:
    with Progress(shown=False) as progress, Stopper() as stopper:
        done = once(Means(workspace=opened, clock=SystemClock(), stopper=stopper, progress=progress), every=True)
    assert done is not None
    return done


def columns(*labels: str) -> list[dict[str, Any]]:
    return [{"label": one, "name": one, "url": f"/{one}.html", "class": "news", "duty": True} for one in labels]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Any, Any]:
    """Two nights over a site of which one page stays, one only ticks, one gets an item, and one is new in the second."""
    folder = tmp_path_factory.mktemp("nights")
    www = folder / "www"
    www.mkdir()
    first = {
        "index": page(1),
        "same": page(1, 2),
        "tick": page(1, more="<p>您是第 1 位访问者</p>"),
        "grows": page(1, 2),
    }
    for name, html in first.items():
        (www / f"{name}.html").write_text(html, "utf-8")
    with serve(www) as url:
        opened = workspace(folder / "w", [target("site", url, columns=columns("same", "tick", "grows"))])
        before = night(opened)
        (www / "tick.html").write_text(page(1, more="<p>您是第 2 位访问者</p>"), "utf-8")
        (www / "grows.html").write_text(page(1, 2, 3), "utf-8")
        (www / "late.html").write_text(page(4), "utf-8")
        listed = [target("site", url, columns=columns("same", "tick", "grows", "late"))]
        (opened.root / "targets.yaml").write_text(json.dumps(listed))
        opened = Workspace.open(opened.root)
        return opened, before, night(opened)


def test_a_first_night_has_nothing_to_compare_and_says_so(nights: tuple[Workspace, Any, Any]) -> None:
    _, first, _ = nights
    assert (first.complete, dict(first.comparison), first.compared) == (True, {"first": 4}, ())


def test_what_stayed_what_only_ticks_and_what_changed_are_told_apart(nights: tuple[Workspace, Any, Any]) -> None:
    opened, _, second = nights
    assert dict(second.comparison) == {"same": 2, "noise": 1, "changed": 1, "first": 1}
    (changed,) = second.compared
    assert (changed.label, changed.state, "新增1条" in changed.said) == ("grows", "changed", True)
    folder = opened.root / "nights" / second.night
    shown = (folder / "index.html").read_text()
    assert "没有变化 2 页，只有无关变化 1 页，有变化 1 页，首次采到 1 页" in shown
    assert changed.later[:12] in shown
    assert '"comparison":{"changed":1,"first":1,"noise":1,"same":2}' in (folder / "night.json").read_text()
    assert 'quzheng_night_pages_compared{state="changed"} 1\n' in (opened.root / "nightly.prom").read_text()
    assert "比对" in [one.name for one in second.steps]


def test_a_night_that_is_taken_up_compares_nothing_twice(
    nights: tuple[Workspace, Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, _, second = nights
    holdings = Holdings.open(opened.root / "store")
    journal = next(NightJournal.newest_first(opened.root))
    path = journal.folder / night_comparing.FILE
    whole = path.read_bytes()
    monkeypatch.setattr(night_comparing, "ProcessPoolExecutor", None)  # nothing is left for a process
    night_comparing.work(holdings, journal, jobs=1, seconds=60)
    assert path.read_bytes() == whole
    monkeypatch.undo()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]) + lines[2][:20])  # killed while it wrote the third
    night_comparing.work(holdings, journal, jobs=1, seconds=60)
    assert {(one.label, one.state) for one in night_comparing.kept(journal.folder)} == {
        ("home", "same"),
        ("same", "same"),
        ("tick", "noise"),
        ("grows", "changed"),
        ("late", "first"),
    }


def test_what_time_does_not_suffice_for_is_said_to_be_left(nights: tuple[Workspace, Any, Any]) -> None:
    opened, _, _ = nights
    holdings = Holdings.open(opened.root / "store")
    journal = next(NightJournal.newest_first(opened.root))
    path = journal.folder / night_comparing.FILE
    whole = path.read_bytes()
    path.unlink()
    night_comparing.work(holdings, journal, jobs=1, seconds=0)
    states = {one.label: one.state for one in night_comparing.kept(journal.folder)}
    assert states == {"home": "same", "same": "same", "late": "first", "tick": "left", "grows": "left"}
    path.write_bytes(whole)


def _dies(root: Path, words: object, pair: Pair) -> Compared:
    """Stands in for a page that kills its process."""
    if pair.page[1] == "killer":
        os.kill(os.getpid(), signal.SIGKILL)
    return pair.answer("same", "")


@pytest.mark.full
def test_a_page_that_kills_its_process_fails_alone(
    nights: tuple[Workspace, Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    holdings = Holdings.open(nights[0].root / "store")
    monkeypatch.setattr(night_comparing, "_answered", _dies)
    every = [Pair(page=("t", name), earlier="a", later=name) for name in ("one", "killer", "two")]
    found = {one.label: one for one in night_comparing._in_processes(every, holdings, 2, time.monotonic() + 60)}
    assert {label: one.state for label, one in found.items()} == {"one": "same", "killer": "failed", "two": "same"}
    assert found["killer"].said == "比对进程异常终止"


def test_a_damaged_record_or_picture_is_an_answer_and_takes_no_other_along(
    nights: tuple[Workspace, Any, Any], tmp_path: Path
) -> None:
    opened, _, second = nights
    root = tmp_path / "w"
    shutil.copytree(opened.root, root)
    holdings = Holdings.open(root / "store")
    journal = next(NightJournal.newest_first(root))
    by_label = {one.label: one for one in night_comparing.kept(journal.folder)}
    (journal.folder / night_comparing.FILE).unlink()
    tile = holdings.record(by_label["grows"].later).capture.of_role("tile")[0].sha256
    for blob in (by_label["same"].later, tile):
        (file,) = (holdings.store.blobs / blob[:2]).glob(f"{blob[2:]}*")
        file.chmod(0o600)
        file.write_bytes(b"damaged")
    night_comparing.work(Holdings.open(root / "store"), journal, jobs=1, seconds=60)
    after = {one.label: one for one in night_comparing.kept(journal.folder)}
    states = {label: one.state for label, one in after.items()}
    assert states == {"home": "same", "same": "failed", "tick": "noise", "grows": "failed", "late": "first"}
    assert after["same"].said and after["grows"].said
