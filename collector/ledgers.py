"""Takes a returned column ledger into the workspace: the file is replaced whole, and the new version is a ledger event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from collector import ledger_forms, targets
from collector.errors import TargetsError
from collector.targets import Target
from collector.workspace import Workspace
from evidence import ledgers
from evidence.columns import Column, ColumnLedger
from evidence.files import write_whole
from evidence.holdings import Holdings
from evidence.ledgers import Version
from evidence.span import local_text

YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Who accepts a ledger, and who confirmed it."""

    by: str
    confirmed_by: str | None = None
    confirmed_on: date | None = None


def accept(
    workspace: Workspace,
    holdings: Holdings,
    file: Path,
    said: Confirmation,
    *,
    now: datetime,
    target: str | None = None,
) -> Version:
    """Take the ledger in `file` (XLSX, XLS, CSV or YAML) as the new version of its target, and return it.

    Raises TargetsError or RegisterError with what is wrong; nothing is then changed.
    """
    data = file.read_bytes()
    found, columns = _read(workspace, file, data, target)
    ledger = ColumnLedger(
        target=found.id, columns=columns, confirmed_by=said.confirmed_by, confirmed_on=said.confirmed_on
    )
    place = _place(workspace, found)
    before = holdings.store.put(place.read_bytes(), "text/yaml").sha256 if place.exists() else None
    source = holdings.store.put(data, "application/octet-stream").sha256
    write_whole(place, ledger_forms.to_yaml(ledger).encode())
    version = Version(
        ledger=ledger,
        accepted=now,
        by=said.by,
        confirmed_by=said.confirmed_by,
        confirmed_on=said.confirmed_on,
        source=source,
        replaced=before,
    )
    return ledgers.accept(holdings, version)


def propose(workspace: Workspace, ledger: ColumnLedger, known: Target | None) -> Path:
    """Write a proposed ledger into the workspace and return where; one that stands there is never touched."""
    folder = workspace.columns_dir
    taken = (folder / f"{ledger.target}.yaml").exists() or (known is not None and known.ledger.columns)
    path = folder / f"{ledger.target}{'.proposed' if taken else ''}.yaml"
    write_whole(path, ledger_forms.to_yaml(ledger).encode())
    return path


def told(workspace: Workspace, holdings: Holdings) -> Iterator[tuple[Target, tuple[Version, ...], bool]]:
    """Yield each target that has columns, its accepted versions, and whether its file differs from the last of them."""
    for target in workspace.targets():
        known = ledgers.versions(holdings, target.id)
        if known or target.ledger.columns:
            yield target, known, bool(known) and known[-1].ledger.columns != target.ledger.columns


def line(version: Version) -> str:
    """Return one version for people."""
    confirmed = f"{version.confirmed_by}于{version.confirmed_on}确认" if version.confirmed_by else "单位尚未确认"
    duties = sum(column.duty is True for column in version.ledger.columns)
    return (
        f"自{local_text(version.accepted)}起，{len(version.ledger.columns)} 个栏目（{duties} 个有更新责任），{confirmed}，"
        f"{version.by}接收，摘要 {version.ledger.sha256[:12]}"
    )


def _read(workspace: Workspace, file: Path, data: bytes, asked: str | None) -> tuple[Target, tuple[Column, ...]]:
    known = {target.id: target for target in workspace.targets()}
    if file.suffix.lower() in YAML:
        target = _known(known, asked or file.stem.removesuffix(".proposed"), file)
        return target, targets.ledger_of(file, target).columns
    named = ledger_forms.target_of(data, file.name)
    if asked and named and asked != named:
        raise TargetsError(f"{file.name} 是对象 {named} 的台账，不是 {asked} 的；未作改动")
    target = _known(known, asked or named or "", file)
    return target, ledger_forms.read_sheet(data, file.name, target.url)


def _known(known: dict[str, Target], id: str, file: Path) -> Target:
    if id in known:
        return known[id]
    if not id:
        raise TargetsError(f"{file.name} 没有写明是哪个对象的台账；请加 --target 编号")
    raise TargetsError(f"没有编号为 {id} 的对象，{file.name} 未导入；现有：{'、'.join(known) or '（没有对象）'}")


def _place(workspace: Workspace, target: Target) -> Path:
    place = workspace.columns_dir / f"{target.id}.yaml"
    if target.ledger.columns and not place.exists():
        raise TargetsError(f"{target.id} 的栏目写在 targets.yaml 里；请先删去那里的 columns，再导入台账；未作改动")
    return place
