"""The inspector's list of targets (检查对象): targets.yaml, and a column ledger for each in columns/TARGET.yaml.

Nothing is half taken: the first fault ends the reading with file, line and the mend. Messages are Chinese, since
inspectors write these files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, cast, get_args
from urllib.parse import urljoin, urlsplit

from collector import yamlfile
from collector.errors import TargetsError
from evidence import plain, words
from evidence.columns import ACCOUNT_KINDS, BY_HAND, SITE_KINDS, Column, ColumnClass, ColumnLedger, Subject
from evidence.errors import ShapeError
from evidence.model import ColumnKind, TargetRef

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LABEL = re.compile(r"[\w][\w.\-/]{0,79}")


CLASSES = {name: class_ for class_, name in words.CLASSES.items()} | {"调查征集": "survey", "专题": "topic"}
"""What inspectors write for a class, beside its identifier."""
EXEMPTIONS = {
    "static": "静态栏目",
    "yearly": "年度栏目",
    "event": "事件触发栏目",
    "ended": "已结束专题",
    "moved": "已迁移栏目",
    "静态": "静态栏目",
    "年度": "年度栏目",
    "专题结束": "已结束专题",
    "迁移": "已迁移栏目",
}
DUTIES = {
    **dict.fromkeys(("update", "required", "confirmed", "regular", "yes", "true", "有", "是", "应更新"), True),
    **dict.fromkeys(("none", "no", "false", "exempt", "无", "否", "免"), False),
}
_CYCLE = re.compile(r"(\d{1,3})\s*(d|days?|天|日|w|weeks?|周|m|months?|个?月|y|years?|年)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One website or new-media account to visit."""

    id: str
    name: str
    kind: str
    url: str
    site_code: str | None
    unit: str | None
    platform: str | None
    flow: str | None
    jurisdiction: str | None
    ledger: ColumnLedger
    platform_id: str | None = None
    certified_as: str | None = None

    @property
    def by_hand(self) -> bool:
        """Whether no browser can open it, so that a person must look at it."""
        return self.subject.by_hand

    @property
    def ref(self) -> TargetRef:
        """The target as its records name it."""
        return TargetRef(
            id=self.id, name=self.name, kind=self.kind, site_code=self.site_code, unit=self.unit, url=self.url
        )

    @property
    def subject(self) -> Subject:
        """The target as a judge sees it."""
        return Subject(
            id=self.id,
            name=self.name,
            kind=self.kind,
            site_code=self.site_code,
            unit=self.unit,
            url=self.url,
            platform=self.platform,
            jurisdiction=self.jurisdiction,
            ledger=self.ledger,
            platform_id=self.platform_id,
            certified_as=self.certified_as,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _ColumnLine:
    """A column as written."""

    label: str
    name: str
    url: str
    class_: str | None = None
    level: int | None = None
    cycle: str | int | None = None
    duty: bool | str | None = None
    exemption: str | None = None
    basis: str | None = None
    path: str | None = None
    kind: str | None = None
    unit: str | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _TargetLine:
    """A target as written."""

    id: str
    name: str
    url: str
    kind: str = "site"
    site_code: str | None = None
    unit: str | None = None
    platform: str | None = None
    flow: str | None = None
    jurisdiction: str | None = None
    platform_id: str | None = None
    certified_as: str | None = None
    columns: tuple[_ColumnLine, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _LedgerFile:
    """columns/TARGET.yaml as written."""

    columns: tuple[_ColumnLine, ...]
    confirmed_by: str | None = None
    confirmed_on: date | None = None


def load(path: Path, columns_folder: Path) -> tuple[Target, ...]:
    """Return the targets of `path` with their column ledgers; raises TargetsError."""
    source = _Source(path)
    lines = source.read(list)
    targets: list[Target] = []
    seen: dict[str, int] = {}
    for n, written in enumerate(lines or []):
        line = source.shape(_TargetLine, written, (n,))
        if not ID.fullmatch(line.id):
            source.fail((n, "id"), f"编号“{line.id}”只能用字母、数字和 . _ -，且以字母或数字开头，最长64个字符")
        if line.id.lower() in seen:
            source.fail((n, "id"), f"编号“{line.id}”与第{seen[line.id.lower()] + 1}个对象重复，请改成不同的编号")
        seen[line.id.lower()] = n
        targets.append(_target(source, n, line, columns_folder))
    return tuple(targets)


def from_written(written: Mapping[str, Any]) -> Target:
    """Return the target that one mapping in the form of targets.yaml describes; raises TargetsError."""
    source = _Source(None)
    return _target(source, 0, source.shape(_TargetLine, written, (0,)), None)


def column_of(written: Mapping[str, Any], site: str) -> Column:
    """Return the column that one mapping in the form of a column ledger describes; raises TargetsError."""
    source = _Source(None)
    line = source.shape(_ColumnLine, written, ())
    _check_label(source, ("label",), line.label)
    return _column(source, (), line, site)


def ledger_of(path: Path, target: Target) -> ColumnLedger:
    """Return the column ledger in a file of its own; raises TargetsError."""
    return _ledger_file(path, target.id, target.url)


def _target(source: _Source, n: int, line: _TargetLine, columns_folder: Path | None) -> Target:
    if line.kind not in SITE_KINDS + ACCOUNT_KINDS:
        source.fail((n, "kind"), f"kind“{line.kind}”不认识，可用：{'、'.join((*SITE_KINDS, *ACCOUNT_KINDS))}")
    if not (line.kind in ACCOUNT_KINDS and line.url.startswith(BY_HAND)):
        _web_address(source, (n, "url"), line.url)
    own_file = columns_folder / f"{line.id}.yaml" if columns_folder else None
    if own_file and own_file.exists() and line.columns is not None:
        source.fail(
            (n, "columns"), f"栏目既写在这里又写在 {own_file}，只能留一处（台账文件优先，请删去这里的 columns）"
        )
    if own_file and own_file.exists():
        ledger = _ledger_file(own_file, line.id, line.url)
    else:
        ledger = ColumnLedger(target=line.id, columns=_columns(source, (n, "columns"), line.columns or (), line.url))
    return Target(
        id=line.id,
        name=line.name,
        kind=line.kind,
        url=line.url,
        site_code=line.site_code,
        unit=line.unit,
        platform=line.platform,
        flow=line.flow,
        jurisdiction=line.jurisdiction,
        ledger=ledger,
        platform_id=line.platform_id,
        certified_as=line.certified_as,
    )


def _ledger_file(path: Path, target: str, site: str) -> ColumnLedger:
    source = _Source(path)
    line = source.shape(_LedgerFile, source.read(dict), ())
    return ColumnLedger(
        target=target,
        columns=_columns(source, ("columns",), line.columns, site),
        confirmed_by=line.confirmed_by,
        confirmed_on=line.confirmed_on,
    )


def _columns(
    source: _Source, place: tuple[str | int, ...], lines: Sequence[_ColumnLine], site: str
) -> tuple[Column, ...]:
    columns: list[Column] = []
    seen: set[str] = set()
    for n, line in enumerate(lines):
        here = (*place, n)
        _check_label(source, (*here, "label"), line.label)
        if line.label in seen:
            source.fail((*here, "label"), f"标签“{line.label}”重复，同一对象内每个栏目的标签必须不同")
        seen.add(line.label)
        columns.append(_column(source, here, line, site))
    return tuple(columns)


def _check_label(source: _Source, place: tuple[str | int, ...], label: str) -> None:
    if not LABEL.fullmatch(label) or ".." in label:
        source.fail(place, f"标签“{label}”只能用字母、数字和 . _ - /，最长80个字符")


def _column(source: _Source, here: tuple[str | int, ...], line: _ColumnLine, site: str) -> Column:
    address = urljoin(site, line.url)
    _web_address(source, (*here, "url"), address)
    column = Column(label=line.label, name=line.name, url=address, level=line.level, basis=line.basis, path=line.path)
    column = replace(column, cycle=_cycle(source, here, line.cycle), exemption=line.exemption)
    column = replace(column, kind=_kind(source, here, line.kind), unit=line.unit, document=line.document)
    column = _with_duty(source, here, line.duty, column)
    return _with_class(source, here, line.class_, column)


def _with_duty(source: _Source, here: tuple[str | int, ...], written: bool | str | None, column: Column) -> Column:
    if written is None or isinstance(written, bool):
        return replace(column, duty=written)
    word = written.strip().lower()
    if word in DUTIES:
        return replace(column, duty=DUTIES[word])
    if word in EXEMPTIONS:
        return replace(column, duty=False, exemption=column.exemption or EXEMPTIONS[word])
    if _CYCLE.fullmatch(word):
        return replace(column, duty=True, cycle=column.cycle or _cycle(source, here, word))
    return source.fail(
        (*here, "duty"), f"duty“{written}”不认识，请写 true（有更新责任）、false（没有），或 {'、'.join(EXEMPTIONS)}"
    )


def _with_class(source: _Source, here: tuple[str | int, ...], written: str | None, column: Column) -> Column:
    if written is None:
        return column
    word = written.strip().removesuffix("_column")
    if word in EXEMPTIONS:
        duty = False if column.duty is None else column.duty
        return replace(column, class_="other", duty=duty, exemption=column.exemption or EXEMPTIONS[word])
    word = CLASSES.get(word, word)
    if word not in get_args(ColumnClass):
        source.fail((*here, "class"), f"类别“{written}”不认识，可用：{'、'.join(get_args(ColumnClass))}")
    return replace(column, class_=cast(ColumnClass, word))


def _kind(source: _Source, here: tuple[str | int, ...], written: str | None) -> ColumnKind | None:
    if written is None or written in get_args(ColumnKind):
        return cast(ColumnKind | None, written)
    return source.fail((*here, "kind"), f"类型“{written}”不认识，可用：{'、'.join(get_args(ColumnKind))}")


def _cycle(source: _Source, here: tuple[str | int, ...], written: str | int | None) -> str | None:
    """Return a cycle as 14d or 6m, the two units the rules reckon in."""
    if written is None:
        return None
    text = f"{written}d" if isinstance(written, int) else written.strip().lower()
    found = _CYCLE.fullmatch(text)
    if not found or int(found[1]) == 0:
        return source.fail((*here, "cycle"), f"周期“{written}”不认识，请写成 14d、2w、6m 或 1y")
    number, unit = int(found[1]), found[2][0]
    if unit in "d天日":
        return f"{number}d"
    if unit in "w周":
        return f"{number * 7}d"
    return f"{number * 12}m" if unit in "y年" else f"{number}m"


def _web_address(source: _Source, place: tuple[str | int, ...], url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        source.fail(place, f"网址“{url}”应以 http:// 或 https:// 开头")
    if parts.username or parts.password:
        source.fail(place, "网址里不能带用户名和密码，请放进保密存储")


class _Source:
    """The file a fault is reported in; None where what is read stands in no file."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def read(self, kind: type) -> Any:
        if self.path is None:
            raise TargetsError("没有可读的文件")
        try:
            value = yamlfile.load(self.path)
        except FileNotFoundError as error:
            raise TargetsError(f"找不到 {self.path}；请先运行 quzheng init") from error
        except OSError as error:
            raise TargetsError(f"{self.path} 打不开：{error.strerror}") from error
        except yamlfile.YamlFault as fault:
            raise TargetsError(f"{self.path} 第{fault.line}行：不是正确的 YAML（{fault}）") from fault
        if value is not None and not isinstance(value, kind):
            wanted = "以“- id: …”开头的列表" if kind is list else "“键: 值”的形式"
            raise TargetsError(f"{self.path} 第1行：应为{wanted}")
        return value

    def shape(self, cls: type[plain.T], value: Any, place: tuple[str | int, ...]) -> plain.T:
        try:
            return plain.load(cls, value, place)
        except ShapeError as error:
            return self.fail(error.path, _in_chinese(error, self._written(error.path)))

    def fail(self, place: tuple[str | int, ...], problem: str) -> NoReturn:
        if self.path is None:
            raise TargetsError(problem)
        line = yamlfile.line_of(self.path, place)
        raise TargetsError(f"{self.path} 第{line}行：{problem}")

    def _written(self, place: tuple[str | int, ...]) -> str | None:
        """Return what stands in the file behind the key of a place, as far as one line tells; a parser drops its zeros."""
        if self.path is None or not place:
            return None
        line = self.path.read_text("utf-8", "replace").splitlines()[yamlfile.line_of(self.path, place) - 1]
        found = re.search(rf"\b{re.escape(str(place[-1]))}\s*:\s*([^\s,}}#]+)", line)
        return found[1] if found else None


def _in_chinese(error: ShapeError, written: str | None) -> str:
    key = next((str(part) for part in reversed(error.path) if isinstance(part, str)), "条目")
    if isinstance(error.got, int | float | date) and not isinstance(error.got, bool) and "text" in error.expected:
        said = written or error.got
        kind = "日期" if isinstance(error.got, date) else "数字"
        return f'{key} 应为文字，得到{kind} {said}；要加引号，如 {key}: "{said}"，否则前面的0会丢失'
    if error.expected.startswith("one of the keys"):
        return f"不认识的项“{key}”；可用：{error.expected.removeprefix('one of the keys ')}"
    if error.got is None and error.expected == "a value":
        return f"缺少 {key}"
    names = {"text": "文字", "a whole number": "整数", "a list": "列表", "a mapping": "“键: 值”的形式"}
    return f"{key} 应为{names.get(error.expected, error.expected)}，得到 {error.got!r:.60}"
