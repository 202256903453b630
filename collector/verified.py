"""Which flows an office has run against the real system: flows/verified.json in the workspace.

A stand-in shows only that our code agrees with itself. What a flow brings that nobody has tried on the real system is
evidence all the same, but a finding on it needs a person. The entry holds for the very bytes that were run: a flow that
was changed must be verified anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from collector.errors import FlowError
from evidence import canonical, plain
from evidence.errors import CanonicalError, ShapeError
from evidence.files import write_whole
from evidence.model import Record

FILE = "verified.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """One flow, run and looked at by a person."""

    flow: str
    sha256: str
    """Of the flow's file as it was run."""
    on: date
    by: str
    records: tuple[str, ...]
    """What the run brought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    flows: tuple[Verified, ...]


def load(folder: Path) -> dict[str, Verified]:
    """Return the entries of an office's flows folder by flow; raises FlowError for a damaged file."""
    path = folder / FILE
    try:
        entries = plain.load(_File, canonical.decode(path.read_bytes())).flows
    except FileNotFoundError:
        return {}
    except (CanonicalError, ShapeError) as error:
        raise FlowError(f"{path} 读不出：{error}\n请恢复该文件，或删去后重新 quzheng flows verify") from error
    return {entry.flow: entry for entry in entries}


def add(folder: Path, name: str, sha256: str, records: Iterable[Record], *, by: str, on: date) -> Verified:
    """Write down that a flow was run for real, on what `records` show.

    Raises FlowError where none of them is a whole capture of a real system by this very flow.
    """
    if not by.strip():
        raise FlowError("请写明由谁核对：--by 姓名")
    brought = [record for record in records if _shows(record, name, sha256)]
    if not brought:
        raise FlowError(
            f"流程 {name}（现在的文件）还没有对真实系统的完整采集，不能登记\n"
            "请先 quzheng run --only 对象，核对画面与条目后再来；演示和失败的采集不算"
        )
    entry = Verified(flow=name, sha256=sha256, on=on, by=by.strip(), records=tuple(record.id for record in brought))
    entries = {**load(folder), name: entry}
    kept = _File(flows=tuple(entries[key] for key in sorted(entries)))
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / FILE, canonical.encode(plain.dump(kept)))
    return entry


def _shows(record: Record, name: str, sha256: str) -> bool:
    capture = record.capture
    own = (capture.flow.name, capture.flow.sha256) == (name, sha256)
    return own and capture.complete is True and capture.purpose != "demonstration"
