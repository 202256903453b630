"""The sign of life of the nights (nightly.json): whether the last was complete, and if not, why; `doctor` judges it.

{"schema": "nightly/1", "state": "waiting|running|ended|stopped", "night", "started", "ended", "complete", "why": […],
 "alive", "last_complete", "next", "few_probes"}
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from evidence import plain
from evidence.errors import ShapeError
from evidence.files import write_whole
from evidence.span import local_text

FILE = "nightly.json"
SILENT = timedelta(minutes=15)
"""Without a sign of life after which a night that should be running, or a service that should wait, is dead."""
AHEAD = timedelta(minutes=5)
"""How far a sign of life may lie ahead before our clock must have gone back."""
_TURN = threading.Lock()
"""Who changes it reads it first; the lock's thread and the night take turns."""
State = Literal["waiting", "running", "ended", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """What the nights say of themselves."""

    state: State
    alive: datetime
    night: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    complete: bool | None = None
    """Of the last night that ended; None: none did yet."""
    why: tuple[str, ...] = ()
    """Why it was not complete, in Chinese."""
    last_complete: datetime | None = None
    """When a night last ended complete."""
    next: datetime | None = None
    """When the next one begins; None: somebody else calls us."""
    few_probes: int = 0
    """Sites that the last night found asked too seldom, on days that are over, for WV-2 to be concluded on."""


def read(root: Path) -> Heartbeat | None:
    """Return the heartbeat of a workspace; None where there is none, or it cannot be read."""
    try:
        body: dict[str, Any] = json.loads((root / FILE).read_bytes())
        if not isinstance(body, dict) or body.pop("schema", None) != "nightly/1":
            return None
        return plain.load(Heartbeat, body)
    except (OSError, ValueError, ShapeError):
        return None


def write(root: Path, beat: Heartbeat) -> None:
    """Put the heartbeat in its place; raises OSError."""
    body = {"schema": "nightly/1", **plain.dump(beat)}
    write_whole(root / FILE, json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n", lasting=False)


def changed(root: Path, now: datetime, **more: Any) -> Heartbeat:
    """Write the heartbeat with changes, keeping what the last night said, and return it; raises OSError."""
    with _TURN:
        before = read(root) or Heartbeat(state="waiting", alive=now)
        beat = replace(before, alive=now, **more)
        write(root, beat)
    return beat


def judged(beat: Heartbeat | None, now: datetime, overdue: timedelta) -> tuple[bool, str]:
    """Return whether the nights are well, and the sentence on it."""
    if beat is None:
        return False, "还没有夜间任务的记录"
    if beat.alive - now > AHEAD:
        return False, f"上次动静在未来（{local_text(beat.alive)}）：本机时钟可能被调回"
    if beat.state in ("waiting", "running") and now - beat.alive > SILENT:
        doing = "等待" if beat.state == "waiting" else "运行"
        return False, f"夜间任务应在{doing}，但自{local_text(beat.alive)}起没有动静"
    if beat.complete is False:
        return False, f"上次夜间任务（{beat.night}）不完整：" + "；".join(beat.why or ("原因不明",))
    if beat.state == "stopped":
        return False, f"夜间任务（{beat.night}）中途停止，尚未接续"
    if beat.last_complete is not None and now - beat.last_complete > overdue:
        return False, f"自{local_text(beat.last_complete)}起没有完整的夜间任务"
    if beat.last_complete is None:
        return True, "首次夜间任务尚未结束" if beat.state == "running" else "等待首次夜间任务"
    few = f"；{beat.few_probes} 个网站可用性监测次数不足" if beat.few_probes else ""
    return True, f"上次夜间任务完整，{local_text(beat.last_complete)}结束{few}"
