"""What nightly.json says to those outside: alive or dead, complete or not, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from collector import heartbeat
from collector.cli import cli
from collector.clock import SystemClock
from collector.heartbeat import Heartbeat

NOW = datetime(2026, 11, 26, 1, tzinfo=UTC)
OVERDUE = timedelta(hours=36)
WELL = Heartbeat(
    state="ended", alive=NOW - timedelta(hours=3), night="N", complete=True, last_complete=NOW - timedelta(hours=3)
)


def judged(beat: Heartbeat | None) -> tuple[bool, str]:
    return heartbeat.judged(beat, NOW, OVERDUE)


def test_a_complete_night_lately_is_well() -> None:
    assert judged(WELL) == (True, "上次夜间任务完整，2026年11月26日6:00结束".replace("6:00", "06:00"))


@pytest.mark.parametrize(
    ("beat", "said"),
    [
        (None, "还没有夜间任务的记录"),
        (replace(WELL, complete=False, why=("3 页没有记录",)), "3 页没有记录"),
        (replace(WELL, last_complete=NOW - timedelta(hours=37)), "没有完整的夜间任务"),
        (replace(WELL, state="running", alive=NOW - timedelta(minutes=16)), "没有动静"),
        (replace(WELL, state="waiting", alive=NOW - timedelta(minutes=16)), "没有动静"),
        (replace(WELL, state="stopped"), "中途停止"),
        (replace(WELL, alive=NOW + timedelta(hours=1)), "时钟可能被调回"),
    ],
)
def test_what_is_not_well_says_why(beat: Heartbeat | None, said: str) -> None:
    well, sentence = judged(beat)
    assert not well
    assert said in sentence


@pytest.mark.parametrize(
    "beat",
    [
        replace(WELL, state="running", alive=NOW - timedelta(minutes=1)),
        Heartbeat(state="waiting", alive=NOW),
        Heartbeat(state="running", alive=NOW),
    ],
)
def test_a_night_under_way_and_the_wait_for_the_first_are_well(beat: Heartbeat) -> None:
    assert judged(beat)[0]


def test_it_keeps_what_the_last_night_said_until_the_next_ends(tmp_path: Path) -> None:
    heartbeat.write(tmp_path, WELL)
    changed = heartbeat.changed(tmp_path, NOW, state="running", night="M")
    assert (changed.complete, changed.last_complete, changed.alive) == (True, WELL.last_complete, NOW)
    assert heartbeat.read(tmp_path) == changed


@pytest.mark.parametrize(
    "rubbish", ["", "{", "[]", '{"schema": "nightly/2"}', '{"schema": "nightly/1", "state": "gone"}']
)
def test_rubbish_is_no_heartbeat(tmp_path: Path, rubbish: str) -> None:
    (tmp_path / heartbeat.FILE).write_text(rubbish)
    assert heartbeat.read(tmp_path) is None


def doctored(workspace: Path) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["doctor", "--heartbeat", "-w", str(workspace)])
    return done.exit_code, done.output


def test_a_healthcheck_asks_only_for_the_heartbeat(tmp_path: Path) -> None:
    (tmp_path / "quzheng.yaml").write_text("")
    assert doctored(tmp_path) == (1, "✗ nights: 还没有夜间任务的记录\n")
    now = SystemClock().now()
    heartbeat.write(tmp_path, replace(WELL, alive=now, last_complete=now))
    assert doctored(tmp_path)[0] == 0
    heartbeat.write(tmp_path, replace(WELL, alive=now, complete=False, why=("磁盘已满",)))
    code, output = doctored(tmp_path)
    assert (code, "磁盘已满" in output) == (1, True)
