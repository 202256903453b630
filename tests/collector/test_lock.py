"""One night at a time: what is held is refused, what was left behind is taken over, and who it was is said."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from collector import lock
from collector.clock import SystemClock
from collector.errors import NightHeld
from evidence import plain
from tests.conftest import ROOT

STALE = timedelta(minutes=15)
HOLDER = """
import sys, time
from datetime import timedelta
from pathlib import Path
from collector import lock
from collector.clock import SystemClock
with lock.held(Path(sys.argv[1]), SystemClock(), stale=timedelta(minutes=15)):
    print("held", flush=True)
    time.sleep(600)
"""


@contextmanager
def another(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def left_behind(path: Path, *, host: str, alive: timedelta) -> None:
    then = SystemClock().now() - alive
    owner = lock.Owner(owner="li", host=host, pid=4_000_000, since=then, alive=then)
    path.write_text(json.dumps(plain.dump(owner)))


def test_it_says_who_holds_it_and_is_free_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "nights" / ".lock"
    with lock.held(path, SystemClock(), stale=STALE):
        holder = lock.holder(path)
        assert holder is not None
        assert (holder.host, holder.pid) == (socket.gethostname(), os.getpid())
    assert lock.holder(path) is None
    assert lock.holder(tmp_path / "none") is None


def test_a_living_process_keeps_it_whatever_its_lock_says(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with another(path) as process:
        with pytest.raises(NightHeld, match=str(process.pid)), lock.held(path, SystemClock(), stale=STALE):
            pytest.fail("held twice")
        path.write_text("")
        with pytest.raises(NightHeld, match="另一个进程"), lock.held(path, SystemClock(), stale=timedelta()):
            pytest.fail("held twice")


def test_what_a_killed_process_left_is_taken_over_at_once_with_a_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / ".lock"
    with another(path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    with caplog.at_level(logging.WARNING), lock.held(path, SystemClock(), stale=STALE):
        assert f"进程 {process.pid}" in caplog.text
        assert "taken over" in caplog.text


@pytest.mark.parametrize(("minutes", "free"), [(1, False), (14, False), (16, True), (-1, False), (-60, True)])
def test_a_lock_of_another_machine_is_taken_over_only_after_an_age(tmp_path: Path, minutes: int, free: bool) -> None:
    path = tmp_path / ".lock"
    left_behind(path, host="elsewhere", alive=timedelta(minutes=minutes))
    if free:
        with lock.held(path, SystemClock(), stale=STALE):
            return
    with pytest.raises(NightHeld, match="li@elsewhere"), lock.held(path, SystemClock(), stale=STALE):
        pytest.fail("taken from a living machine")


def test_a_number_that_another_process_has_by_now_keeps_nobody_out(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    left_behind(path, host=socket.gethostname(), alive=timedelta(seconds=1))
    path.write_text(path.read_text().replace("4000000", str(os.getppid())))
    with lock.held(path, SystemClock(), stale=STALE):
        assert str(os.getpid()) in path.read_text(), "taken by this process"


@pytest.mark.parametrize("rubbish", ["", "{", "[]", '{"owner": 3}', "\x00" * 100])
def test_rubbish_in_it_keeps_nobody_out(tmp_path: Path, rubbish: str) -> None:
    path = tmp_path / ".lock"
    path.write_text(rubbish)
    with lock.held(path, SystemClock(), stale=STALE):
        assert lock.holder(path) is not None


def test_signs_of_life_are_given_while_it_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    monkeypatch.setattr(lock, "BEAT", 0.01)
    beaten = Event()
    with lock.held(tmp_path / ".lock", SystemClock(), stale=STALE, beat=beaten.set):
        assert beaten.wait(10)
