"""Keeps a registry's export as an exhibit (who fetched it, when, its digest), and reads the kept ones again for a judgement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from evidence import human
from evidence.errors import AdmitError, RegisterError
from evidence.holdings import Holdings
from evidence.human import HumanExhibit, Statement
from evidence.model import TargetRef
from evidence.registers import rows
from evidence.registers.register import Register

TARGET = TargetRef(
    id="register", name="报送系统导出表", kind="register", site_code=None, unit=None, url="register:export"
)
"""What the records of registers are filed under: they concern all targets, and go into no unit's bundle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What is stated of the files of one import."""

    by: str
    fetched: datetime | None = None
    whole: bool = False
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """A file that could be read as a register, and the statement about it; nothing is kept yet."""

    path: Path
    register: Register
    statement: Statement


def read_files(paths: Sequence[Path], stated: Fetched) -> tuple[ReadFile, ...]:
    """Read files as registers; raises RegisterError for the first that is none, so that none is kept then."""
    if not stated.by.strip():
        raise AdmitError("who fetched the register is not said\ntry: --by NAME")
    read = tuple(_read(path, stated) for path in paths)
    labels = [_label(file.register) for file in read]
    if twice := next((file for file in read if labels.count(_label(file.register)) > 1), None):
        raise RegisterError(
            f"有两个文件都是“{twice.register.name}”的同类登记表；请分开导入，用 --register 起不同的名字"
        )
    return read


def keep(holdings: Holdings, files: Sequence[ReadFile], *, now: datetime) -> tuple[Register, ...]:
    """Admit the files as exhibits and return the registers with their records; the same file again is no change."""
    return tuple(_keep(holdings, file, now) for file in files)


def kept(holdings: Holdings, until: datetime | None = None) -> tuple[Register, ...]:
    """Return the newest kept export of each register, of those admitted up to `until`.

    Raises what reading the records raises; a file that was read once is read the same again.
    """
    newest: dict[str, HumanExhibit] = {}
    for one in human.of_target(holdings, TARGET.id):
        if one.statement.kind == "register" and (until is None or one.record.capture.started <= until):
            newest[one.record.capture.label] = one
    return tuple(_again(holdings, one) for one in newest.values())


def _read(path: Path, stated: Fetched) -> ReadFile:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RegisterError(f"{path}：打不开（{error.strerror}）") from error
    register = rows.read(data, path.name, name=stated.name or path.stem)
    statement = Statement(
        kind="register",
        by=stated.by,
        begun=stated.fetched,
        ended=stated.fetched,
        whole=stated.whole,
        note=register.name,
    )
    return ReadFile(path=path, register=register, statement=statement)


def _keep(holdings: Holdings, file: ReadFile, now: datetime) -> Register:
    record = human.add(holdings, TARGET, _label(file.register), [file.path], file.statement, now=now)
    if record.capture.artifacts[0].sha256 != file.register.sha256:
        raise RegisterError(f"{file.path}：在导入期间被改动；请重新导入")
    return replace(file.register, whole=file.statement.whole is True, fetched=file.statement.ended, record=record.id)


def _again(holdings: Holdings, one: HumanExhibit) -> Register:
    (file,) = one.statement.files
    register = rows.read(holdings.store.read(file.sha256), file.name, name=one.statement.note)
    return replace(register, whole=one.statement.whole is True, fetched=one.statement.ended, record=one.record.id)


def _label(register: Register) -> str:
    """Return what a register's exports are filed under: its name and what it has tables of; a newer one takes its place."""
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in register.name)[:60]
    return f"{name}/{'-'.join(sorted(register.kinds))}"
