"""What the nights left behind, read as plain JSON: the last report (night/1) and the sign of life (nightly/1).

Both are written by others, in forms that may grow: what is not known is not shown, what is missing is empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

SILENT = timedelta(minutes=15)
"""Without a sign of life after which a night that should be running, or a service that should wait, is doubted."""
MOST = 64 * 1024 * 1024
"""Bytes of a report that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The sign of life."""

    state: str
    alive: datetime | None
    next: datetime | None
    last_complete: datetime | None

    def said(self, now: datetime) -> str:
        """Return how the nights stand, for people; empty where there is nothing to say."""
        if self.state in ("waiting", "running") and self.alive is not None and now - self.alive > SILENT:
            return "夜间任务应在运行，但已没有动静：请管理员查看"
        return {"running": "夜间任务正在运行", "stopped": "夜间任务中途停止，尚未接续"}.get(self.state, "")


class Report:
    """One night's report; asks for what it holds by name, and gives what is empty for what it does not hold."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body

    def text(self, name: str) -> str:
        """Return a text."""
        found = self._body.get(name)
        return found if isinstance(found, str) else ""

    def number(self, name: str) -> int:
        """Return a whole number."""
        found = self._body.get(name)
        return found if isinstance(found, int) and not isinstance(found, bool) else 0

    def yes(self, name: str) -> bool:
        """Return whether something holds; what is not said does not."""
        return self._body.get(name) is True

    def moment(self, name: str) -> datetime | None:
        """Return an instant."""
        return _moment(self._body.get(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(one for one in _list(self._body.get(name)) if isinstance(one, str))

    def rows(self, name: str) -> tuple[Report, ...]:
        """Return a list of objects."""
        return tuple(Report(one) for one in _list(self._body.get(name)) if isinstance(one, Mapping))

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return a list of pairs of texts."""
        pairs = (one for one in _list(self._body.get(name)) if isinstance(one, list) and len(one) == 2)
        return tuple((str(first), str(second)) for first, second in pairs)


def last_report(root: Path) -> Report | None:
    """Return the report of the last night that has one; None where there is none, or the last cannot be read."""
    files = sorted(root.glob("nights/*/night.json"))
    body = _read(files[-1], "night/1") if files else None
    return Report(body) if body is not None else None


def pulse(root: Path) -> Pulse | None:
    """Return the sign of life; None where there is none, or it cannot be read."""
    body = _read(root / "nightly.json", "nightly/1")
    if body is None:
        return None
    said = Report(body)
    return Pulse(
        state=said.text("state"),
        alive=said.moment("alive"),
        next=said.moment("next"),
        last_complete=said.moment("last_complete"),
    )


def _read(path: Path, schema: str) -> Mapping[str, Any] | None:
    try:
        if path.stat().st_size > MOST:
            return None
        body = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) and body.get("schema") == schema else None


def _moment(found: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(found) if isinstance(found, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _list(found: object) -> Sequence[Any]:
    return found if isinstance(found, list) else ()
