"""Nights from end to end on a small city: complete or loudly not, resumed wherever they were killed."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from collector import alerts, due, heartbeat, metrics, night_report, nightly
from collector.clock import Clock, SimulatedClock, SystemClock
from collector.errors import NightHeld, WorkspaceError
from collector.initialise import initialise
from collector.night import Failed, Night
from collector.night_journal import NightJournal
from collector.nightly import Means
from collector.nightly_settings import Alerts
from collector.progress import Progress
from collector.secrets import Secrets
from collector.stopping import Stopped, Stopper
from collector.workspace import Workspace
from evidence import canonical, plain, store
from evidence.holdings import Holdings
from evidence.model import Record
from evidence.readings import readings
from evidence.span import local_text
from flows.demo import city as demo
from tests.conftest import ROOT
from tests.site.server import Site

PROGRAM = "from collector.cli import main; main()"
QUICK = "jobs: 1\nreplay_share: 0\nsecond_agent: false\nlimits: {navigation_seconds: 2, settle_seconds: 1, passes: 2}\n"
COLUMNS = [{"label": f"c{n}", "name": f"栏目{n}", "url": f"/gzip?{n}", "class": "news", "duty": True} for n in range(3)]


def workspace(folder: Path, targets: list[dict[str, Any]], settings: str = "") -> Workspace:
    initialise(folder, office="示范")
    (folder / "targets.yaml").write_text(json.dumps(targets))
    (folder / "quzheng.yaml").write_text(QUICK + settings)
    return Workspace.open(folder)


def target(id: str, url: str, **more: object) -> dict[str, Any]:
    return {"id": id, "name": id, "url": url, **more}


def night(opened: Workspace, clock: Clock | None = None, **options: Any) -> Night:
    with Progress(shown=False) as progress, Stopper() as stopper:
        means = Means(workspace=opened, clock=clock or SystemClock(), stopper=stopper, progress=progress)
        done = nightly.once(means, **options)
    assert done is not None
    return done


def command(folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, "nightly", "-w", str(folder), *more]


def records(folder: Path) -> tuple[Record, ...]:
    return Holdings.open(folder / "store").records()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace of the demonstration city, which is served meanwhile; copied by each test."""
    folder = tmp_path_factory.mktemp("city") / "workspace"
    with demo.City() as running, pytest.MonkeyPatch.context() as environment:
        workspace(folder, demo.targets(running))
        for name, value in demo.secrets().items():
            environment.setenv(name, value)
        yield folder


@dataclass(frozen=True)
class Undisturbed:
    """The city's workspace after a night that nothing disturbed; nobody changes it."""

    folder: Path
    night: Night
    seconds: float


@pytest.fixture(scope="module")
def undisturbed(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed") / "w"
    shutil.copytree(city, folder)
    begun = time.monotonic()
    return Undisturbed(folder=folder, night=night(Workspace.open(folder)), seconds=time.monotonic() - begun)


def test_two_nights_over_the_city_end_complete_and_the_second_asks_only_for_what_is_due(
    tmp_path: Path, undisturbed: Undisturbed
) -> None:
    folder, first = tmp_path / "w", undisturbed.night
    shutil.copytree(undisturbed.folder, folder)
    opened = Workspace.open(folder)
    assert (first.complete, first.why, first.missing, first.failed) == (True, (), (), ())
    assert (first.planned, first.captured, first.incomplete) == (25, 25, 0)
    assert {one.indicator for one in first.new} >= {"columns_not_updated", "blank_columns", "account_not_updated"}
    assert first.second_looks > 0
    second = night(opened)
    assert (second.complete, second.planned, second.new, second.gone) == (True, 0, (), ())
    assert second.second_looks == 0  # each hit was looked at again in its own night, whatever articles it rests on
    third = night(opened, every=True)
    assert (third.complete, third.planned, third.captured, third.new) == (True, 25, 25, ())
    assert third.grown_bytes < first.grown_bytes
    shown = (folder / "nights" / first.night / "index.html").read_text()
    assert "到期的页面都有记录" in shown
    assert "<script" not in shown
    written = json.loads((folder / "nights" / first.night / "night.json").read_text())
    assert written == json.loads(json.dumps(first.plain()))
    beat = heartbeat.read(folder)
    assert beat is not None
    assert (beat.state, beat.complete, beat.night) == ("ended", True, third.night)
    assert "quzheng_night_complete 1\n" in (folder / "nightly.prom").read_text()
    assert Holdings.open(folder / "store").ledger.checkpoints()


def outcome(folder: Path) -> dict[str, Any]:
    """What the records of the night say, whatever the night was called and however often it was killed."""
    holdings = Holdings.open(folder / "store")
    (night,) = [one.plan.night for one in NightJournal.newest_first(folder) if one.plan.waves]
    found = {}
    for record in holdings.records():
        taken = record.capture
        run, _, key = taken.key.partition("/")
        if run.startswith(night):
            assert (taken.purpose, key) not in found, "a page was done twice"
            reading = readings([record], holdings)[record.id]
            said = reading and (reading.page_kind, reading.blank, str(reading.newest), [i.title for i in reading.items])
            found[taken.purpose, key] = (taken.outcome, taken.reason, taken.complete, said)
    return found


def kill_a_night(folder: Path, moments: random.Random, most: int, longest: float) -> int:
    """Begin a night and kill it at random moments, at most so often; then let it end. Return how often it was killed."""
    for killed in range(most):
        with subprocess.Popen(
            command(folder, "--once"), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                assert process.wait(moments.uniform(0.3, longest)) == 0
                return killed
            except subprocess.TimeoutExpired:
                process.kill()
    last = subprocess.run(command(folder, "--once"), cwd=ROOT, capture_output=True, text=True)
    assert last.returncode == 0, last.stderr
    return most


def test_a_night_killed_at_any_moment_ends_as_one_that_was_not(
    tmp_path: Path, city: Path, undisturbed: Undisturbed, full: bool
) -> None:
    longest, expected = undisturbed.seconds / 3, outcome(undisturbed.folder)
    seed = random.randrange(10**6)
    moments, left = random.Random(seed), 20 if full else 2
    while left > 0:
        disturbed = tmp_path / f"disturbed-{left}"
        shutil.copytree(city, disturbed)
        left -= max(1, kill_a_night(disturbed, moments, left, longest))
        assert outcome(disturbed) == expected, seed
        assert Holdings.open(disturbed / "store").store.check().damaged == (), seed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_a_night_ends_soon_and_is_taken_up(tmp_path: Path, site: Site, number: signal.Signals) -> None:
    folder = tmp_path / "w"
    opened = workspace(folder, [target("slow", f"{site.url}/hang"), target("well", site.url, columns=COLUMNS)])
    process = subprocess.Popen(
        command(folder, "--once"), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    while not list((folder / "store" / "journal").glob("*.jsonl")):
        assert process.poll() is None
        threading.Event().wait(0.05)
    threading.Event().wait(0.5)
    asked = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert time.monotonic() - asked < 15
    assert process.returncode == 5
    assert "接续" in said
    beat = heartbeat.read(folder)
    assert beat is not None
    assert beat.state == "stopped"
    done = night(opened)
    assert done.resumed == 1
    assert done.missing == ()
    assert len({record.capture.key for record in records(folder)}) == len(records(folder))


def test_a_service_that_waits_says_so_and_ends_well_when_asked(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    workspace(folder, [], "nightly: {to: '00:02'}\n")
    with subprocess.Popen(command(folder, "--at", "00:01"), cwd=ROOT, stderr=subprocess.PIPE) as process:
        while (beat := heartbeat.read(folder)) is None:
            assert process.poll() is None
            threading.Event().wait(0.05)
        assert (beat.state, beat.next is not None) == ("waiting", True)
        process.terminate()
        assert process.wait(30) == 0
    refused = subprocess.run(command(folder, "--at", "08:30"), cwd=ROOT, capture_output=True, text=True)
    assert (refused.returncode, "nightly.to" in refused.stderr) == (2, True)


def test_what_does_not_end_by_itself_is_ended_hard(tmp_path: Path) -> None:
    program = (
        "import time\nfrom collector.stopping import Stopper\n"
        "with Stopper(grace=2):\n"
        "    while True:\n        try:\n            print('ready', flush=True)\n            time.sleep(60)\n        except KeyboardInterrupt:\n            pass\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        begun = time.monotonic()
        process.terminate()
        assert process.wait(30) == 5
        assert 1.5 < time.monotonic() - begun < 10


def test_work_under_way_is_cancelled_and_says_that_it_was() -> None:
    async def forever() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(600)

    with Stopper() as stopper, pytest.raises(Stopped):
        stopper.run(forever())


def test_two_nights_at_once_are_one_and_a_refusal(tmp_path: Path, site: Site) -> None:
    folder = tmp_path / "w"
    opened = workspace(folder, [target("slow", f"{site.url}/hang")])
    process = subprocess.Popen(
        command(folder, "--once"), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not list((folder / "store" / "journal").glob("*.jsonl")):
            assert process.poll() is None
            threading.Event().wait(0.05)
        with pytest.raises(NightHeld, match=str(process.pid)):
            night(opened)
        refused = subprocess.run(command(folder, "--once"), cwd=ROOT, capture_output=True, text=True)
        assert (refused.returncode, f"进程 {process.pid}" in refused.stderr) == (1, True)
    finally:
        process.wait(60)
    assert len(list(NightJournal.newest_first(folder))) == 1


class Hurried(SystemClock):
    """A clock that goes on by what is waited for."""

    ref = SimulatedClock.ref

    def __init__(self, start: str) -> None:
        self.at = datetime.fromisoformat(start).astimezone(UTC)

    def now(self) -> datetime:
        return self.at


class Impatient(Stopper):
    """Waits for nothing, and ends a service when its clock has come to `until`."""

    def __init__(self, clock: Hurried, until: str) -> None:
        super().__init__()
        self.clock = clock
        self.until = datetime.fromisoformat(until)

    def wait(self, seconds: float) -> None:
        self.clock.at += timedelta(seconds=seconds)
        if self.clock.at > self.until:
            raise Stopped


def served(opened: Workspace, start: str, until: str) -> None:
    clock = Hurried(start)
    with Progress(shown=False) as progress, Impatient(clock, until) as stopper, pytest.raises(Stopped):
        nightly.serve(Means(workspace=opened, clock=clock, stopper=stopper, progress=progress), "08:30")


def test_a_service_does_one_night_a_day_spread_over_the_window_and_waits(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    probed = []
    monkeypatch.setattr(nightly.probes, "probe", lambda *_, **__: probed.append(1))
    targets = [target(f"t{n}", site.url) for n in range(4)]
    opened = workspace(tmp_path / "w", targets, "nightly: {to: '10:30'}\n")
    served(opened, "2021-06-27T20:00:00+08:00", "2021-06-28T12:00:00+08:00")
    (journal,) = NightJournal.newest_first(opened.root)
    assert local_text(journal.plan.at) == "2021年6月28日08:30"
    assert [len(wave.due) for wave in journal.plan.waves] == [1, 1, 1, 1]
    hours = [local_text(record.capture.started)[-5:] for record in records(opened.root)]
    assert hours == ["08:30", "09:00", "09:30", "10:00"]
    beat = heartbeat.read(opened.root)
    assert beat is not None
    assert (beat.state, beat.complete) == ("waiting", True)
    assert beat.next is not None
    assert local_text(beat.next) == "2021年6月29日08:30"
    assert probed
    served(opened, "2021-06-28T12:00:00+08:00", "2021-06-28T13:00:00+08:00")
    assert len(list(NightJournal.newest_first(opened.root))) == 1


def test_a_service_outlives_a_night_that_cannot_be_done(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(nightly.probes, "probe", lambda *_, **__: None)
    opened = workspace(tmp_path / "w", [target("well", site.url)])
    (opened.root / "targets.yaml").write_text("- {id: [")
    served(opened, "2021-06-28T08:29:00+08:00", "2021-06-28T09:00:00+08:00")
    assert 1 < caplog.text.count("the night failed") < 10
    with pytest.raises(WorkspaceError, match="08:75"):
        nightly.serve(Means(workspace=opened, clock=SystemClock(), stopper=Stopper(), progress=Progress()), "08:75")


def test_a_network_that_is_down_is_said_and_laid_to_no_site(tmp_path: Path) -> None:
    dead = [target(f"t{n}", f"http://no-such-host-{n}.invalid/") for n in range(3)]
    opened = workspace(tmp_path / "w", dead)
    done = night(opened)
    assert not done.complete
    assert "疑为我方网络故障" in done.why[-1]
    assert (done.captured, done.theirs, done.missing) == (0, 0, ())
    assert done.new == ()
    again = night(opened)
    assert again.planned == 3  # what was not captured whole is due again


def test_one_dead_site_among_others_makes_no_night_incomplete(tmp_path: Path, site: Site) -> None:
    targets = [target("dead", "http://no-such-host.invalid/"), target("well", site.url, columns=COLUMNS)]
    done = night(workspace(tmp_path / "w", targets))
    assert (done.complete, done.captured) == (True, 4)
    assert [(one.outcome, one.count) for one in done.failed] == [("unreachable", 1)]
    assert done.fresh[0].target == "dead"
    assert (done.fresh[0].days, done.never) == (None, 1)
    assert done.retried == 1


def test_what_is_ours_to_mend_makes_the_night_incomplete(tmp_path: Path, site: Site) -> None:
    targets = [target("torn", site.url, flow="nobody"), target("well", site.url, columns=COLUMNS)]
    done = night(workspace(tmp_path / "w", targets))
    assert not done.complete
    assert done.why == ("取证步骤未完成 1 页，属我方原因",) or "属我方原因" in done.why[0]
    done_by = subprocess.run(command(tmp_path / "w", "--once"), cwd=ROOT, capture_output=True, text=True)
    assert (done_by.returncode, "不完整" in done_by.stdout) == (5, True)


def test_accounts_without_a_web_view_are_for_people_and_no_gap(tmp_path: Path, site: Site) -> None:
    account = {"id": "gh", "name": "示范发布", "kind": "account", "url": "account:wechat/gh_1", "platform": "wechat"}
    done = night(workspace(tmp_path / "w", [account, target("well", site.url)]))
    assert (done.complete, done.planned, done.by_hand) == (True, 1, 1)


def test_without_a_key_the_ledger_is_unsigned_and_the_night_incomplete(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path / "w", [target("well", site.url)])
    (opened.root / "seal" / "office.key").unlink()
    done = night(opened)
    assert done.why == ("步骤“签署”未完成：没有可用的单位密钥，账本未签署",)


def test_a_browser_that_does_not_start_loses_the_captures_and_says_so(tmp_path: Path, site: Site) -> None:
    opened = workspace(tmp_path / "w", [target("well", site.url)], "browser: /nowhere/chromium\n")
    done = night(opened)
    assert not done.complete
    assert any("步骤“采集 1”未完成" in why for why in done.why)
    assert done.missing == (("well", "home"),)


def test_a_disk_that_is_full_loses_nothing_and_the_next_night_is_whole(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = workspace(tmp_path / "w", [target("well", site.url, columns=COLUMNS)])

    def full_disk(*arguments: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(store, "_copied", full_disk)
        patched.setattr("evidence.store.write_whole", full_disk, raising=False)
        done = night(opened)
        assert not done.complete
    after = night(opened, every=True)
    assert (after.complete, after.captured) == (True, 4)


def test_a_report_that_cannot_be_written_leaves_the_night_open(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = workspace(tmp_path / "w", [target("well", site.url)])

    def full_disk(*arguments: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, Progress(shown=False) as progress, Stopper() as stopper:
        patched.setattr(nightly, "write_whole", full_disk)
        means = Means(workspace=opened, clock=SystemClock(), stopper=stopper, progress=progress)
        assert nightly.once(means) is None
    beat = heartbeat.read(opened.root)
    assert beat is not None
    assert (beat.state, beat.complete) == ("running", None)
    done = night(opened)
    assert (done.complete, done.resumed, done.captured) == (True, 1, 1)
    assert len(records(opened.root)) == 1


def test_a_clock_that_goes_back_within_a_night_loses_no_page_of_its_report(tmp_path: Path, site: Site) -> None:
    class Jumping(SystemClock):
        asked = 0

        def now(self):  # type: ignore[no-untyped-def]
            self.asked += 1
            return super().now() - (timedelta(days=40) if self.asked > 12 else timedelta())

    opened = workspace(tmp_path / "w", [target("well", site.url, columns=COLUMNS)])
    done = night(opened, Jumping())
    assert done.missing == ()
    assert done.captured == 4


def test_a_simulated_clock_is_told_in_the_report(tmp_path: Path, site: Site) -> None:
    clock = SimulatedClock(datetime.fromisoformat("2021-01-04T12:00:00+08:00"))
    opened = workspace(tmp_path / "w", [target("well", site.url)])
    done = night(opened, clock)
    assert done.simulated
    assert "模拟时钟" in (opened.root / "nights" / done.night / "index.html").read_text()


def test_a_night_says_beforehand_what_it_would_do_and_touches_nothing(tmp_path: Path, site: Site) -> None:
    folder = tmp_path / "w"
    workspace(
        folder,
        [target("well", site.url, columns=COLUMNS)],
        "nightly: {silent: [{from: '00:00', to: '00:00', why: 重保}]}\n",
    )
    said = subprocess.run(command(folder, "--plan"), cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "应采 0 页" in said
    assert "到期未排 4 页：静默：重保" in said
    assert not (folder / "nights").exists()
    done = night(Workspace.open(folder))
    assert (done.complete, done.planned, len(done.left)) == (True, 0, 4)


def test_what_tomorrow_cannot_hold_is_said_the_day_before_by_name(tmp_path: Path, site: Site) -> None:
    many = [{"label": f"x{n}", "name": f"栏目{n}", "url": f"/gzip?x{n}"} for n in range(20)]
    crowded = target("crowded", "http://no-such-host.invalid/", columns=many)
    settings = "nightly: {page_seconds: 3600, silent: [{from: 2021-06-28, to: 2021-06-28, why: 重保}]}\n"
    opened = workspace(tmp_path / "w", [target("well", site.url), crowded], settings)
    done = night(opened, SimulatedClock(datetime.fromisoformat("2021-06-28T12:00:00+08:00")))
    assert done.planned == 0
    assert done.tomorrow is not None
    assert local_text(done.tomorrow.begin) == "2021年6月29日08:30"
    (full,) = done.tomorrow.full
    assert (full.target, full.because) == ("crowded", "room")
    assert (done.tomorrow.planned, full.pages) == (9, 13)
    assert f"明日排不下 {full.pages} 页，涉及 1 个对象" in done.summary()
    report = (opened.root / "nights" / done.night / "index.html").read_text()
    assert f"排不下 {full.pages} 页" in report
    told = json.loads((opened.root / "nights" / done.night / "night.json").read_text())["tomorrow"]
    assert told["unfit"][0]["target"] == "crowded"


def test_bytes_a_page_are_those_of_the_nights_of_late(tmp_path: Path) -> None:
    now = datetime.fromisoformat("2021-06-28T12:00:00+08:00")
    for n, (days, pages, size) in enumerate([(1, 10, 3000), (2, 10, 1000), (3, 10, 2000), (40, 10, 9), (4, 0, 500)]):
        folder = tmp_path / "nights" / f"N{n}"
        folder.mkdir(parents=True)
        report = replace(BLANK, begun=now - timedelta(days=days), captured=pages, beside=0, grown_bytes=size)
        (folder / "night.json").write_bytes(canonical.encode(report.plain()))
    (tmp_path / "nights" / "torn").mkdir()
    (tmp_path / "nights" / "torn" / "night.json").write_text("{")
    assert due.grown(tmp_path, now) == 200
    assert due.grown(tmp_path / "elsewhere", now) is None


@pytest.mark.full
def test_ten_thousand_targets_are_planned_from_their_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "w"
    initialise(folder)
    column = "    - {label: bmdt, name: 部门动态, url: bmdt/, class: news, duty: true}\n"
    lines = (
        f"- id: t{n}\n  name: 网站{n}\n  url: https://www{n % 400}.example.gov.cn/{n}/\n  columns:\n{column}"
        for n in range(10_000)
    )
    (folder / "targets.yaml").write_text("".join(lines))
    for again in ("first", "again"):
        begun = time.perf_counter()
        made, _ = nightly.preview(Workspace.open(folder), SystemClock())
        with capsys.disabled():
            print(f"\n10,000 targets read and planned, {again}: {time.perf_counter() - begun:.1f} s")
        assert made.pages + len(made.left) == 20_000


BLANK = Night(
    night="20261126T003000-abcdef",
    begun=SystemClock().now(),
    ended=SystemClock().now(),
    complete=False,
    why=("3 页没有记录（a/home 等）",),
    resumed=0,
    planned=10,
    captured=6,
    incomplete=1,
    beside=0,
    missing=(("a", "home"),),
    failed=(Failed(outcome="http_error", reason='http_"500\n', fault="theirs", count=1),),
    ours=0,
    theirs=1,
    unknown=0,
    retried=2,
    rescued=1,
    second_looks=0,
    new=(),
    gone=(),
    tally="共 0 项",
    sessions=(),
    grown_bytes=12,
    grown_files=1,
    slowest=(),
    fresh=(),
    targets=0,
    never=0,
    forewarnings=(),
    left=(),
    notes=(),
    hosts=(),
    by_hand=0,
    steps=(),
    simulated=False,
)
NONE = Secrets(variables={}, folder=None)


@contextmanager
def hook(status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    heard: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_who_is_to_be_told_is_told_by_program_and_webhook(tmp_path: Path) -> None:
    out = tmp_path / "told"
    with hook() as (url, heard):
        alerts.send(Alerts(command=("tee", str(out)), webhook=url), BLANK, NONE)
    assert out.read_text().startswith("夜间任务 20261126T003000-abcdef：不完整\n  · 3 页没有记录")
    assert [(one["night"], one["complete"]) for one in heard] == [(BLANK.night, False)]
    assert heard[0]["text"] == BLANK.summary()


def test_a_complete_night_is_told_only_where_that_is_wanted() -> None:
    whole = replace(BLANK, complete=True, why=())
    with hook() as (url, heard):
        alerts.send(Alerts(webhook=url), whole, NONE)
        assert heard == []
        secret = Secrets(variables={"QUZHENG_SECRET_NIGHTLY_WEBHOOK": url}, folder=None)
        alerts.send(Alerts(when="always"), whole, secret)
        assert len(heard) == 1


@pytest.mark.parametrize(
    "told",
    [
        Alerts(command=("/nowhere/program",)),
        Alerts(command=("false",)),
        Alerts(command=("sleep", "60"), seconds=1),
        Alerts(webhook="http://127.0.0.1:9/"),
        Alerts(webhook="file:///etc/passwd"),
        Alerts(webhook="not an address"),
        Alerts(webhook="http://no-such-host.invalid/secret-token"),
    ],
)
def test_an_alert_that_fails_fails_no_night_and_its_address_is_not_logged(
    told: Alerts, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        alerts.send(told, BLANK, NONE)
    assert "could not be told" in caplog.text
    assert "secret-token" not in caplog.text


def test_a_webhook_that_answers_with_an_error_fails_no_night(caplog: pytest.LogCaptureFixture) -> None:
    with hook(500) as (url, _):
        alerts.send(Alerts(webhook=url), BLANK, NONE)
    assert "could not be told" in caplog.text


def test_the_metrics_have_the_form_that_prometheus_reads() -> None:
    lines = list(metrics.lines(BLANK, None))
    named = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    for line in lines:
        if not line.startswith("#"):
            name = line.partition("{")[0].partition(" ")[0]
            assert name in named
            assert line.rpartition(" ")[2].lstrip("-").isdigit()
    assert 'quzheng_night_pages_failed{outcome="http_error",reason="http_\\"500\\n",fault="theirs"} 1' in lines


@pytest.mark.parametrize(
    ("changes", "complete"),
    [
        ({"missing": ()}, False),
        ({"missing": (), "captured": 9}, True),
        ({"missing": (), "captured": 5}, True),
        ({"missing": (), "captured": 4}, False),
        ({"missing": (), "planned": 0, "captured": 0}, True),
    ],
)
def test_a_night_is_complete_only_if_every_page_has_a_record_and_most_were_captured(
    changes: Mapping[str, Any], complete: bool
) -> None:
    if changes == {"missing": ()}:
        changes = {}
    assert night_report.concluded(replace(BLANK, **changes), 500).complete is complete


def test_the_report_shows_hostile_text_as_text() -> None:
    nasty = replace(BLANK, why=("<script>alert(1)</script>\u202e",), failed=())
    shown = night_report.page(nasty, {"a": "<b>甲"}).decode()
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "&lt;b&gt;甲" in shown
    assert plain.dump(nasty)["why"] == list(nasty.why)
