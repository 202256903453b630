"""Brings a registry's export into targets.yaml: new entries are appended, what people wrote there is never rewritten.

Entries are matched by site code, accounts by platform and platform id. What is there already and differs is told, not
changed. The file is replaced once, whole, after the new text has been read back; a fault anywhere leaves it as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector import targets, yamlfile
from collector.errors import TargetsError
from collector.targets import Target
from evidence import digest, plain
from evidence.columns import BY_HAND
from evidence.files import write_whole
from evidence.registers.register import FIELDS, Entry, Register, Remark, account_key

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_FIRST_ENTRY = re.compile(r"^( *)- ", re.MULTILINE)
_EMPTY_LIST = re.compile(r"^\[\s*\][ \t]*(#.*)?\r?\n?", re.MULTILINE)
_CLASSES = (("portal", "门户"), ("service", "政务服务"), ("credit", "信用"), ("department", "部门"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """One field in which the list (or an earlier row) and a register differ."""

    id: str
    field: str
    ours: str | None
    theirs: str | None
    place: str

    def __str__(self) -> str:
        ours, theirs = self.ours or "（空）", self.theirs or "（空）"
        return f"{self.id} 的{FIELDS.get(self.field, self.field)}不一致：现为“{ours}”，{self.place}为“{theirs}”；未改动"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did."""

    added: tuple[Target, ...]
    known: int
    """Entries that the list had already."""
    repeated: int
    """Rows that say again what an earlier row said."""
    differing: tuple[Differing, ...]


def import_registers(registers: Sequence[Register], path: Path, columns: Path) -> Imported:
    """Append the entries of `registers` that the targets file at `path` lacks; return what was done.

    Raises TargetsError where the file is wrong as it stands, or is of a form that nothing can be appended to; nothing
    is then changed.
    """
    there = targets.load(path, columns)
    plan = _Plan(there)
    for register in registers:
        for entry in register.entries:
            plan.take(entry)
    added = _append(path, columns, plan.lines, there=len(there)) if plan.lines else ()
    return Imported(added=added, known=plan.known, repeated=plan.repeated, differing=tuple(plan.differing))


def key_of(target: Target) -> str | None:
    """Return what registers match a target by: its site code, or platform and platform id."""
    if target.subject.is_account:
        return account_key(target.platform, target.platform_id)
    return target.site_code


class _Plan:
    """Decides, row by row, what is new."""

    def __init__(self, there: Iterable[Target]) -> None:
        self._ids = {target.id.lower() for target in there}
        self._known: dict[str, tuple[str, Mapping[str, str | None]]] = {}
        for target in there:
            if key := key_of(target):
                self._known.setdefault(key, (target.id, _of_target(target)))
        self._new: set[str] = set()
        self.lines: list[dict[str, str]] = []
        self.known = self.repeated = 0
        self.differing: list[Differing] = []

    def take(self, entry: Entry) -> None:
        """Take an entry: as a new line, or as one that is known."""
        key = entry.key or f"{entry.url}"
        fields = _of_entry(entry)
        if key not in self._known:
            id = self._id(entry)
            self._known[key] = id, fields
            self._new.add(key)
            self.lines.append({"id": id, **{name: value for name, value in fields.items() if value}})
            return
        if key in self._new:
            self.repeated += 1
        else:
            self.known += 1
        self._compare(key, entry, fields)

    def _compare(self, key: str, entry: Entry, fields: Mapping[str, str | None]) -> None:
        id, ours = self._known[key]
        for name in ("name", "url", "unit", "certified_as"):
            if fields.get(name) and ours.get(name) and not _same(name, ours[name], fields[name]):
                self.differing.append(
                    Differing(id=id, field=name, ours=ours[name], theirs=fields[name], place=str(entry.place))
                )

    def _id(self, entry: Entry) -> str:
        """Return an id for a new target: its site code, or platform and platform id, made unique."""
        said = entry.code or "-".join(filter(None, (entry.platform, entry.platform_id))) or _host(entry.url)
        slug = _UNFIT.sub("-", said).strip("-._")[:52]
        if slug != said or slug.lower() in self._ids:
            mark = digest.sha256(f"{said} {entry.url}".encode())[:8]
            slug = f"{slug}-{mark}".lstrip("-")
        self._ids.add(slug.lower())
        return slug


def _host(url: str | None) -> str:
    return re.sub(r"^https?://([^/?#]*).*$", r"\1", url or "")


def _of_entry(entry: Entry) -> dict[str, str | None]:
    account = entry.kind == "account"
    by_hand = f"{BY_HAND}{entry.platform}/{entry.platform_id}" if account else None
    return {
        "name": entry.name,
        "kind": "account" if account else _class(entry.class_),
        "url": entry.url or by_hand,
        "site_code": entry.code,
        "unit": entry.unit,
        "platform": entry.platform,
        "platform_id": entry.platform_id,
        "certified_as": entry.certified_as,
    }


def _of_target(target: Target) -> dict[str, str | None]:
    return {"name": target.name, "url": target.url, "unit": target.unit, "certified_as": target.certified_as}


def _class(said: str | None) -> str:
    return next((kind for kind, word in _CLASSES if word in (said or "")), "site")


def _same(field: str, ours: str | None, theirs: str | None) -> bool:
    """Tell whether two values say the same: addresses do without scheme, final stroke and case of the host."""
    if field == "url":
        return _address(ours) == _address(theirs)
    return ours == theirs


def _address(url: str | None) -> str:
    return re.sub(r"^https?://", "", (url or "").strip().rstrip("/").lower())


def _append(path: Path, columns: Path, lines: Sequence[Mapping[str, str]], *, there: int) -> tuple[Target, ...]:
    """Put the lines at the end of the file and return them as targets, read back before the file was replaced."""
    before = path.read_bytes()
    draft = path.with_name(f".{path.name}.importing")
    try:
        write_whole(draft, _appended(before, path, lines))
        found = targets.load(draft, columns)
        if len(found) != there + len(lines):
            raise _not_appendable(path)
        if path.read_bytes() != before:
            raise TargetsError(f"{path} 在导入期间被别人改动；未作改动，请重新导入")
        write_whole(path, draft.read_bytes())
        return found[there:]
    finally:
        for left in (draft, *path.parent.glob(f".{draft.name}.*.json")):
            left.unlink(missing_ok=True)


def _appended(before: bytes, path: Path, lines: Sequence[Mapping[str, str]]) -> bytes:
    text = before.decode("utf-8-sig")
    empty = yamlfile.load(path) in ([], None)
    if empty:
        text = _EMPTY_LIST.sub("", text)
    if text and not text.endswith("\n"):
        text += "\n"
    first = _FIRST_ENTRY.search(text)
    if first is None and not empty:  # a list in brackets, JSON for instance
        raise _not_appendable(path)
    indent = first[1] if first else ""
    entries = "\n".join(_entry(line, indent) for line in lines)
    return _with_newlines_of(before, text.replace("\r\n", "\n") + entries + "\n").encode()


def _not_appendable(path: Path) -> TargetsError:
    return TargetsError(f"{path} 的写法不能在末尾追加，请改成每个对象以“- id: …”开头的一项；未作改动")


def _entry(line: Mapping[str, str], indent: str) -> str:
    """Return one target as YAML; every value is quoted, so that codes keep their zeros and names are only names."""
    written = [f"{name}: {quoted(value)}" for name, value in line.items()]
    return f"{indent}- " + f"\n{indent}  ".join(written)


def quoted(value: str) -> str:
    """Return text as YAML in double quotes; what does not print is written by its number.

    >>> print(quoted('示范"县"'))
    "示范\\"县\\""
    """
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in json.dumps(value, ensure_ascii=False))


def _with_newlines_of(before: bytes, text: str) -> str:
    return text.replace("\n", "\r\n") if b"\r\n" in before else text


def sentences(imported: Imported, registers: Sequence[Register]) -> Iterator[str]:
    """Yield what an import did, for people."""
    sites = sum(not target.subject.is_account for target in imported.added)
    accounts = len(imported.added) - sites
    by_hand = sum(target.by_hand for target in imported.added)
    yield f"新增 {len(imported.added)} 个对象（网站 {sites}，账号 {accounts}）；已有 {imported.known} 个，重复 {imported.repeated} 行"
    if by_hand:
        yield f"其中 {by_hand} 个账号没有可打开的网页，由人查看：quzheng queue"
    for register in registers:
        kept_out = len({fault.place.row for fault in register.faults})
        if kept_out:
            yield f"{register.name}：{kept_out} 行有误，未导入"
    yield from map(str, imported.differing)


def answer(imported: Imported, registers: Sequence[Register]) -> dict[str, Any]:
    """Return what `targets import --json` prints."""
    return {
        "added": [{"id": target.id, "name": target.name, "kind": target.kind} for target in imported.added],
        "known": imported.known,
        "repeated": imported.repeated,
        "differing": [plain.dump(one) for one in imported.differing],
        "registers": [
            {
                "name": register.name,
                "sha256": register.sha256,
                "record": register.record,
                "faults": [_plain_remark(remark) for remark in register.faults],
                "repairs": [_plain_remark(remark) for remark in register.repairs],
                "unread": list(register.unread),
            }
            for register in registers
        ],
    }


def _plain_remark(remark: Remark) -> dict[str, Any]:
    return {**plain.dump(remark.place), "field": remark.field, "got": remark.got, "said": remark.said}
