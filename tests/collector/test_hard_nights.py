"""Nights on which everything of ours fails at once: browsers, disk, clock, time-stamps; each ends clearly, and accuses nobody."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from collector.clock import SystemClock
from collector.workspace import Workspace
from evidence import checkpoints, judgements
from evidence.holdings import Holdings
from tests.collector.test_nightly import COLUMNS, command, night, records, target, workspace
from tests.collector.test_targets import fault, load
from tests.conftest import ROOT
from tests.site.server import Site

STORM = '''
"""Ends its own browser at every page."""
import os, signal
from collector.flow import Flow

flow = Flow(__name__)

@flow.visit
async def visit(visit):
    for label in visit.due:
        await visit.open(visit.address(label))
        session = await visit.page.context.browser.new_browser_cdp_session()
        info = await session.send("SystemInfo.getProcessInfo")
        os.kill(next(p["id"] for p in info["processInfo"] if p["type"] == "browser"), signal.SIGKILL)
        await visit.capture(label)
'''


def test_a_browser_that_dies_at_every_page_ends_in_a_loud_night_of_bounded_tries_and_no_accusation(
    tmp_path: Path, site: Site
) -> None:
    targets = [target("storm", site.url, flow="storm", columns=COLUMNS[:1]), target("well", f"{site.url}/gzip")]
    opened = workspace(tmp_path / "w", targets)
    (opened.flows_dir / "storm.py").write_text(STORM)
    done = night(opened)
    assert not done.complete
    assert any("2 页，属我方原因" in why for why in done.why)
    assert (done.captured, done.ours, done.theirs, done.unknown, done.missing) == (1, 2, 0, 0, ())
    tries = Counter(record.capture.label for record in records(opened.root) if record.capture.target.id == "storm")
    assert max(tries.values()) <= opened.settings.limits.passes
    holdings = Holdings.open(opened.store_path)
    assert not [one for one in judgements.last(holdings).findings if one.state == "hit"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Mount a disk of 16 MB as the store of the workspace `w`; what is given back mounts it anew with other options."""
    place = tmp_path / "w" / "store"
    place.mkdir(parents=True)

    def mount(*options: str) -> None:
        subprocess.run(["mount", *options, str(place)], check=True, capture_output=True)

    try:
        mount("-t", "tmpfs", "-o", "size=16m", "tmpfs")
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no disk can be mounted here: {error}")
    try:
        yield lambda options: mount("-o", f"remount,{options}")
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True, capture_output=True)


@pytest.mark.full
def test_on_a_disk_that_is_really_full_the_night_says_so_and_with_room_again_it_is_whole(
    tmp_path: Path, site: Site, small_disk: Callable[[str], None]
) -> None:
    folder = tmp_path / "w"
    opened = workspace(folder, [target("well", site.url, columns=COLUMNS[:1])])
    ballast = folder / "store" / "ballast"
    with pytest.raises(OSError, match="No space left"), ballast.open("wb", buffering=0) as stream:
        while True:
            stream.write(bytes(1 << 16))
    full = subprocess.run(command(folder, "--once"), cwd=ROOT, capture_output=True, text=True)
    assert full.returncode in (1, 5)
    assert "No space left" in full.stderr + full.stdout
    assert "Traceback" not in full.stdout
    ballast.unlink()
    done = night(Workspace.open(folder), every=True)
    assert (done.complete, done.captured) == (True, 2)
    assert Holdings.open(opened.store_path).store.check().clean


def test_on_a_store_that_may_only_be_read_the_night_is_refused_with_the_place_and_nothing_changes(
    tmp_path: Path, site: Site, small_disk: Callable[[str], None]
) -> None:
    folder = tmp_path / "w"
    opened = workspace(folder, [target("well", site.url)])
    assert night(opened).complete
    before = records(folder)
    small_disk("ro")
    refused = subprocess.run(command(folder, "--once", "--all"), cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith(f"error: {folder}/store")
    assert refused.stderr.rstrip().endswith("Read-only file system")
    small_disk("rw")
    assert records(folder) == before
    assert night(Workspace.open(folder), every=True).complete


class Jumping(SystemClock):
    """A clock that is off by `by` from the `after`-th time on that it is asked."""

    def __init__(self, after: int, by: timedelta) -> None:
        self.left, self.by = after, by

    def now(self) -> datetime:
        self.left -= 1
        return super().now() + (self.by if self.left < 0 else timedelta())


@pytest.mark.full
@pytest.mark.parametrize(
    "by", [timedelta(days=40), timedelta(seconds=-1)], ids=["40 days forward", "a leap second: one comes twice"]
)
def test_a_clock_that_jumps_within_a_night_loses_no_page_and_accuses_nobody(
    tmp_path: Path, site: Site, by: timedelta
) -> None:
    opened = workspace(tmp_path / "w", [target("well", site.url, columns=COLUMNS[:1])])
    done = night(opened, Jumping(12, by))
    assert (done.missing, done.captured, done.new) == ((), 2, ())
    again = night(Workspace.open(opened.root), every=True)
    assert (again.complete, again.captured) == (True, 2)
    assert len(records(opened.root)) == 4


def test_a_time_stamp_authority_that_is_down_leaves_a_queue_and_the_night_says_so(tmp_path: Path, site: Site) -> None:
    settings = "seal: {timestamp: {url: 'http://127.0.0.1:9/', ca: quzheng.yaml, seconds: 1}}\n"
    opened = workspace(tmp_path / "w", [target("well", site.url)], settings)
    done = night(opened)
    waiting = checkpoints.without_stamp(Holdings.open(opened.store_path).ledger)
    assert len(waiting) == 2  # of the run, and of the night
    said = "时间戳机构没有应答：2 个账本检查点还没有时间戳，下次签署时再申请"
    assert said in done.summary()
    assert said in (opened.root / "nights" / done.night / "index.html").read_text()
    assert done.captured == 1


@pytest.mark.full
def test_ten_thousand_targets_are_read_in_bounded_time_and_a_fault_in_the_last_has_its_line(tmp_path: Path) -> None:
    lines = [f"- {{id: t{n}, name: 对象{n}, url: 'http://t{n}.example/'}}\n" for n in range(10_000)]
    torn = [*lines[:-1], "- {id: t9999, name: 对象, url: 'ftp://t.example/'}\n"]
    begun = time.process_time()
    assert "targets.yaml 第10000行" in fault(tmp_path, "".join(torn))
    (tmp_path / "mended").mkdir()
    assert len(load(tmp_path / "mended", "".join(lines))) == 10_000
    assert time.process_time() - begun < 120  # some seconds; the square of the targets would take an hour
