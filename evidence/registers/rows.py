"""Reads a registry's export into a register, row by row: what is wrong is said, what can be mended is mended and said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from evidence import digest, spreadsheet
from evidence.errors import RegisterError
from evidence.registers import headings, lifecycle, platforms
from evidence.registers.headings import Headings
from evidence.registers.register import FIELDS, Entry, Kind, Place, Register, Remark
from evidence.spreadsheet import Sheet, Value, folded, is_number, text

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "name": (
        *(
            "网站名称",
            "网站中文名称",
            "网站名",
            "站点名称",
            "名称",
            "账号名称",
            "帐号名称",
            "账号名",
            "帐号名",
            "账号昵称",
        ),
        *("新媒体名称", "政务新媒体名称", "新媒体账号名称", "公众号名称", "昵称"),
    ),
    "code": ("网站标识码", "标识码", "政府网站标识码", "网站标识编码", "网站编码"),
    "url": (
        *(
            "首页网址",
            "网站首页网址",
            "首页地址",
            "网站网址",
            "网址",
            "网站地址",
            "主页地址",
            "首页url",
            "网站域名",
            "域名",
            "url",
        ),
        *("账号链接", "帐号链接", "账号网址", "账号主页", "主页链接", "链接", "链接地址"),
    ),
    "unit": (
        "主办单位",
        "主办单位名称",
        "主办部门",
        "网站主办单位",
        "账号主办单位",
        "责任单位",
        "开设单位",
        "开办单位",
    ),
    "operator": ("承办单位", "承办单位名称", "运维单位", "运营单位"),
    "supervisor": ("主管单位", "主管单位名称", "主管部门", "上级主管单位"),
    "region": ("所属地区", "地区", "所在地区", "行政区划", "所属区域", "所属区县", "地域"),
    "class": ("网站类型", "网站类别", "站点类型", "网站性质"),
    "platform": (
        "平台类型",
        "平台",
        "平台名称",
        "所属平台",
        "新媒体类型",
        "政务新媒体类型",
        "账号类型",
        "开设平台",
        "账号平台",
    ),
    "platform_id": (
        *(
            "平台id",
            "账号id",
            "帐号id",
            "平台账号id",
            "平台账号",
            "原始id",
            "账号uid",
            "uid",
            "id",
            "账号标识",
            "账号唯一标识",
        ),
    ),
    "certified_as": ("认证主体", "账号主体", "认证主体名称", "主体名称", "认证单位", "认证信息"),
    "state": ("运行状态", "状态", "网站状态", "账号状态", "运营状态", "当前状态", "备案状态", "审核状态"),
    "state_on": (
        "状态日期",
        "状态变更时间",
        "状态变更日期",
        "状态时间",
        "变更时间",
        "办理日期",
        "申请日期",
        "申请时间",
    ),
    "qr": ("二维码", "账号二维码", "二维码地址", "二维码链接"),
}
NEEDS = (
    frozenset({"name", "code"}),
    frozenset({"name", "url"}),
    frozenset({"name", "platform"}),
    frozenset({"name", "platform_id"}),
)
CODE = re.compile(r"bm\d{8}|\d{10}")
_SHORT_CODE = re.compile(r"\d{1,9}")
_ROUNDED = re.compile(r"\d(?:\.\d+)?e\+?\d+", re.IGNORECASE)
_TOTAL = re.compile(
    r"(合|总|小|共)计|汇总|(备注|注|说明|填表说明|附注)\d*[:：.、]?|填(表|报)(人|单位|日期)|制表|审核人|联系(人|电话)|单位负责人"
)
_NONE = re.compile(r"[-—–_/\\.。]+|(暂|尚)?(无|没有|未填|未知|不详|待定|空)|n/?a|none|null|nil", re.IGNORECASE)
"""How people and programs write that a cell is empty."""
_ID = re.compile(r"[!-~]{2,128}|[\w·.\-]{1,64}")
_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}|\[?[0-9a-f:.]+\]?")


def read(data: bytes, file: str, *, name: str | None = None) -> Register:
    """Return the register in a file's bytes; `file` is its name for messages.

    Raises RegisterError where the file cannot be opened or no sheet has headings we know.
    """
    found = _Rows()
    sheets = spreadsheet.sheets(data, file)
    for sheet in sheets:
        found.read(sheet, file)
    if not found.kinds:
        seen = "、".join(f"“{sheet.name}”" for sheet in sheets[:6]) or "没有工作表"
        raise RegisterError(
            f"{file}：没有找到表头（{seen}）；前{headings.DEEPEST}行里应有“网站名称、网站标识码、首页网址”"
            "或“账号名称、平台类型、平台ID”这样的一行"
        )
    return Register(
        name=name or file,
        sha256=digest.sha256(data),
        entries=tuple(found.entries),
        loose=tuple(found.loose),
        faults=tuple(found.faults),
        repairs=tuple(found.repairs),
        unread=tuple(found.unread),
        kinds=frozenset(found.kinds),
    )


class _Rows:
    """Gathers the entries of one file."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.loose: list[Entry] = []
        self.faults: list[Remark] = []
        self.repairs: list[Remark] = []
        self.unread: list[str] = []
        self.kinds: set[Kind] = set()

    def read(self, sheet: Sheet, file: str) -> None:
        heads = headings.find(sheet.rows, SYNONYMS, needs=NEEDS)
        if heads is None:
            if any(text(value) for row in sheet.rows for value in row):
                self.unread.append(f"{file}〔{sheet.name}〕没有找到表头，整表未读")
            return
        kind: Kind = "account" if {"platform", "platform_id"} & set(heads.columns) else "site"
        self.kinds.add(kind)
        if heads.unknown:
            self.unread.append(f"{file}〔{sheet.name}〕未使用的列：{'、'.join(heads.unknown[:30])}")
        heading_rows = {_words(row) for row in sheet.rows[: heads.first]}
        for n, row in enumerate(sheet.rows[heads.first :], heads.first + 1):
            if not _is_aside(row) and _words(row) not in heading_rows:
                self._row(_Row(row, heads, Place(file=file, sheet=sheet.name, row=n), kind))

    def _row(self, row: _Row) -> None:
        entry = row.entry()
        self.repairs += row.repairs
        self.faults += row.faults
        if not row.faults:
            self.entries.append(entry)
        elif entry.name:
            self.loose.append(entry)


def _words(row: Sequence[Value]) -> tuple[str, ...]:
    return tuple(text(value) for value in row)


def _is_aside(row: Sequence[Value]) -> bool:
    """Tell whether a row is empty, a total or a note and no entry."""
    said = list(dict.fromkeys(filter(None, map(text, row))))
    if not said:
        return True
    begins = _TOTAL.match(folded(said[0]).replace(" ", ""))
    return begins is not None and (len(said) <= 3 or "计" in begins[0])


class _Row:
    """Reads one row, noting what is wrong and what was mended."""

    def __init__(self, row: Sequence[Value], heads: Headings, place: Place, kind: Kind) -> None:
        self._row, self._heads, self._place, self._kind = row, heads, place, kind
        self.faults: list[Remark] = []
        self.repairs: list[Remark] = []

    def entry(self) -> Entry:
        name = self._said("name")
        if not name:
            self._fault("name", f"{FIELDS['name']}为空，应填写名称")
        account = self._kind == "account"
        said = self._said("state")
        return Entry(
            kind=self._kind,
            name=name,
            place=self._place,
            code=None if account else self._code(),
            url=self._url(),
            unit=self._said("unit") or None,
            supervisor=self._said("supervisor") or None,
            region=self._said("region") or None,
            class_=self._said("class") or None,
            platform=self._platform() if account else None,
            platform_id=self._platform_id() if account else None,
            certified_as=self._said("certified_as") or None,
            state=lifecycle.state(said),
            state_said=said,
            state_on=lifecycle.day(self._said("state_on")) or lifecycle.day(said),
        )

    def _said(self, field: str) -> str:
        """Return the text of a cell; what only says that there is nothing is empty."""
        said = self._heads.said(self._row, field)
        return "" if _NONE.fullmatch(said) else said

    def _code(self) -> str | None:
        if "code" not in self._heads.columns:
            return None
        value = self._heads.value(self._row, "code")
        said = folded(self._said("code")).replace(" ", "").lower()
        if CODE.fullmatch(said):
            return said
        if _SHORT_CODE.fullmatch(said):
            mended = said.zfill(10)
            how = "数字格式丢失了前面的0" if is_number(value) else "不足10位"
            self._repair("code", said, f"标识码{said}{how}，已补为{mended}，请核对")
            return mended
        self._fault("code", _wrong_code(said))
        return None

    def _url(self) -> str | None:
        said = folded(self._said("url")) or folded(self._said("qr"))
        if self._kind == "account" and not said.lower().startswith(("http://", "https://")):
            return platforms.address(platforms.platform(self._said("platform")), folded(self._said("platform_id")))
        if not said:
            self._fault("url", "网址为空，应为 http:// 或 https:// 开头的首页网址")
            return None
        address = said if "://" in said else f"http://{said}"
        if not _is_web(address):
            self._fault("url", f"网址“{said[:80]}”不是网址，应以 http:// 或 https:// 开头，不含空格和用户名密码")
            return None
        if address != said:
            self._repair("url", said, f"网址“{said}”没有写 http://，已补上")
        return address

    def _platform(self) -> str | None:
        said = self._said("platform")
        if not said:
            self._fault("platform", "平台类型为空，应如“微信公众号”“微博”")
        return platforms.platform(said) if said else None

    def _platform_id(self) -> str | None:
        value = self._heads.value(self._row, "platform_id")
        said = folded(self._said("platform_id"))
        if not said:
            self._fault("platform_id", "平台ID为空；账号按平台ID核对，不按昵称，缺ID不能导入")
            return None
        if _ROUNDED.fullmatch(said) or (isinstance(value, float) and value >= 1e15):
            self._fault("platform_id", f"平台ID“{said[:80]}”被当作数字保存，末尾几位已丢失；请把该列设为文本后重新填写")
            return None
        if not _ID.fullmatch(said):
            self._fault("platform_id", f"平台ID“{said[:80]}”不像一个ID，应为平台给出的字母和数字")
            return None
        return said

    def _at(self, field: str) -> Place:
        column = self._heads.columns.get(field)
        return Place(
            file=self._place.file,
            sheet=self._place.sheet,
            row=self._place.row,
            column=None if column is None else spreadsheet.letters(column),
        )

    def _fault(self, field: str, said: str) -> None:
        self.faults.append(Remark(place=self._at(field), field=field, got=self._said(field), said=said))

    def _repair(self, field: str, got: str, said: str) -> None:
        self.repairs.append(Remark(place=self._at(field), field=field, got=got, said=said))


def _wrong_code(said: str) -> str:
    wanted = "应为10位数字，或 bm 加8位数字"
    if not said:
        return f"标识码为空，{wanted}"
    if _ROUNDED.fullmatch(said):
        return f"标识码“{said}”是科学计数法，末尾几位已丢失；请把该列设为文本后重新填写，{wanted}"
    return f"标识码“{said[:40]}”不对，{wanted}"


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        return parts.scheme in ("http", "https") and _HOST.fullmatch(host) is not None and not parts.username
    except ValueError:
        return False
