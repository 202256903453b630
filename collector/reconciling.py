"""`targets reconcile`: brings registers, targets and records together, and shows the differences as table and XLSX."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from collector.errors import TargetsError
from collector.workspace import Workspace
from evidence import ruleset, workbook
from evidence.registers import archive, government
from evidence.registers.reconcile import MATTERS, WEIGHTS, Comparison, Row, not_looked_at
from evidence.registers.reconcile import reconcile as compare
from evidence.registers.register import Register
from evidence.registers.sighting import sightings
from evidence.span import Span, local_text

HEADER = (
    "事项",
    "处理",
    "编号",
    "核对键",
    "名称",
    "主办单位",
    "所属系统",
    "说明",
    "尚缺",
    "有此项的登记表",
    "无此项的登记表",
    "位置",
    "证据记录",
)
SHOWN = 20
"""Rows of one matter that the terminal shows; all are in the JSON and the XLSX."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The differences, and of what."""

    registers: tuple[Register, ...]
    rows: tuple[Row, ...]
    not_looked_at: int


def reconcile(
    workspace: Workspace,
    files: Sequence[Path],
    *,
    by: str,
    fetched: datetime | None = None,
    whole: bool = False,
    at: datetime | None = None,
) -> Reconciled:
    """Return the differences between the registers in `files` (kept as exhibits) and the targets of a workspace.

    Without files the registers kept before are compared. Raises RegisterError for a file that is no register,
    TargetsError where there is no register at all.
    """
    subjects = [target.subject for target in workspace.targets()]
    read = archive.read_files(files, archive.Fetched(by=by, fetched=fetched, whole=whole))
    holdings = workspace.holdings()
    registers = archive.keep(holdings, read, now=datetime.now(UTC)) if read else archive.kept(holdings)
    if not registers:
        raise TargetsError("没有登记表可以对照；请给出报送系统导出的文件，或先 quzheng targets import")
    rule = ruleset.load(workspace.settings.rules, workspace.rules_dir).rules.get("account_not_registered")
    compared = Comparison(
        registers=registers,
        subjects=subjects,
        seen=sightings(holdings, subjects),
        at=at or datetime.now(UTC),
        max_age=Span.parse(rule.limit if rule and rule.limit else "31d"),
    )
    return Reconciled(registers=registers, rows=compare(compared), not_looked_at=not_looked_at(compared))


def sentences(done: Reconciled) -> Iterator[str]:
    """Yield the differences for people, matter by matter."""
    for register in done.registers:
        fetched = local_text(register.fetched) if register.fetched else "时间未写明"
        whole = "声明为完整" if register.whole else "未声明是否完整"
        yield f"{register.name}：{len(register.entries)} 项，{len(register.loose)} 行无法核对，取得于{fetched}，{whole}"
    for matter, group in itertools.groupby(done.rows, key=lambda row: row.matter):
        rows = list(group)
        yield f"{MATTERS[matter]}：{len(rows)} 项"
        yield from (
            f"　[{WEIGHTS[row.weight]}] {row.target or row.key or ''} {row.name}：{_told(row)}" for row in rows[:SHOWN]
        )
        if len(rows) > SHOWN:
            yield f"　……另有 {len(rows) - SHOWN} 项，见 -o 写出的表"
    if not done.rows:
        yield "没有发现不一致"
    if done.not_looked_at:
        yield f"另有 {done.not_looked_at} 个登记为正常运行的对象尚未查看，是否打得开不能说"
    yield "以上为核对建议，不是认定；漏报由 quzheng judge 按规则判定"


def _told(row: Row) -> str:
    return row.said + (f"；尚缺：{'；'.join(row.missing)}" if row.missing else "")


def write_rows(path: Path, done: Reconciled) -> None:
    """Write the differences as XLSX."""
    workbook.write(path, HEADER, map(_cells, done.rows), title="登记核对")


def _cells(row: Row) -> tuple[object, ...]:
    return (
        MATTERS[row.matter],
        WEIGHTS[row.weight],
        row.target,
        row.key,
        row.name,
        row.unit,
        government.NAMES[row.system] if row.system else None,
        row.said,
        "；".join(row.missing),
        "、".join(row.has),
        "、".join(row.lacks),
        "；".join(row.places),
        " ".join(row.exhibits),
    )
