"""The 异议书 (objection): one text with fixed headings, filled in by hand or on a computer, read strictly.

It comes from the unit, so whatever stands in it is data: nothing named in it is opened, and it is never a path.

>>> filled = blank(("ab" * 32,)).replace(f"【{UNIT}】", f"【{UNIT}】\\n示范市教育局").replace(
...     f"【{STATEMENT}】", f"【{STATEMENT}】\\n6月25日已发布一条。")
>>> parse(filled.encode()).unit
'示范市教育局'
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evidence.errors import DisputeError
from evidence.quoting import plainly

FINDING, BUNDLE, UNIT, STATEMENT = "证据编号", "证据包名称", "异议单位", "异议内容"
FILES, CONTACT, DAY = "所附材料", "联系人及电话", "日期"
HEADINGS = (FINDING, BUNDLE, UNIT, STATEMENT, FILES, CONTACT, DAY)
NOTE = "※"
"""What a line of explanation begins with; such lines are not read."""
LARGEST = 256 * 1024
"""Bytes of a form."""
LONGEST = 20_000
"""Characters of a statement."""
LONGEST_LINE = 200
"""Characters of what stands on one line: a name, a number."""
MOST_FILES = 50
"""Files one objection may list or bring."""

_TITLE = "异议书"
_HEADING = re.compile(r"【(.{1,40})】")
_FINDING = re.compile(r"[0-9a-f]{8,64}")
_BUNDLE = re.compile(r"quzheng-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a unit wrote."""

    finding: str
    """The beginning of a finding's id."""
    unit: str
    statement: str
    bundle: str | None = None
    """Name of the bundle the unit had before it, as it says."""
    files: tuple[str, ...] = ()
    """What it says that it encloses, a line each; names, never places."""
    contact: str = ""
    day: str = ""
    """In the unit's own writing."""


def blank(findings: Sequence[str]) -> str:
    """Return the empty form of a bundle with these findings; the number is filled in where there is only one."""
    many = "、".join(id[:12] for id in findings)
    return _written({FINDING: findings[0][:12]} if len(findings) == 1 else {}, many)


def filled(said: Form) -> str:
    """Return a form filled in with what a unit said elsewhere, so that it can be read as any other."""
    parts = {FINDING: said.finding, BUNDLE: said.bundle or "", UNIT: said.unit, STATEMENT: said.statement}
    parts |= {FILES: "\n".join(said.files), CONTACT: said.contact, DAY: said.day}
    return _written(parts, said.finding)


def _written(parts: Mapping[str, str], numbers: str) -> str:
    notes = {
        FINDING: (f"本证据包的证据编号：{numbers}。一份异议书只写一个。",),
        BUNDLE: ("形如 quzheng-0123456789ab，即压缩包内文件夹的名称；可以不填。",),
        UNIT: ("单位全称；寄回纸质件的请加盖公章。",),
        STATEMENT: ("请写明哪一项事实有误、实际情况是什么、何时在何处（网址）可以看到。可写多行。",),
        FILES: (
            "每行写一个文件名，文件随本表一并交来。发布日志、后台记录请交原件；",
            "后台截图只能说明后台所记的时间，不能单独说明公众当时能否看到。没有材料的不填。",
        ),
        CONTACT: (),
        DAY: (),
    }
    lines = [_TITLE, ""]
    lines += [
        f"{NOTE} 请在各标题下面的空行里填写，不要改动【】内的标题，也不要改变它们的顺序。",
        f"{NOTE} 在电脑上填写的，保存时编码选“UTF-8”；打印后手写的，由收件人照录。",
        f"{NOTE} 以“{NOTE}”开头的行是说明，不作为填写内容。",
        "",
    ]
    for heading in HEADINGS:
        lines += [f"【{heading}】", *(f"{NOTE} {note}" for note in notes[heading])]
        lines += [parts[heading], ""] if parts.get(heading) else [""]
    return "\n".join(lines) + "\n"


def parse(data: bytes) -> Form:
    """Return what a filled-in form says; raises DisputeError naming the line and the mend."""
    parts = _parts(_text(data))
    finding = _line(parts, FINDING).lower().replace(" ", "")
    if not _FINDING.fullmatch(finding):
        raise _fault(FINDING, f"应为证据编号（至少8位，由数字和字母a—f组成），实为“{plainly(finding)}”")
    bundle = _line(parts, BUNDLE, needed=False).lower().removesuffix(".zip")
    if bundle and not _BUNDLE.fullmatch(bundle):
        raise _fault(BUNDLE, f"应形如 quzheng-0123456789ab，实为“{plainly(bundle)}”；不知道的请留空")
    return Form(
        finding=finding,
        unit=_line(parts, UNIT),
        statement=_statement(parts),
        bundle=bundle or None,
        files=_files(parts),
        contact=_line(parts, CONTACT, needed=False),
        day=_line(parts, DAY, needed=False),
    )


def checked_statement(said: str) -> str:
    """Return a statement without white space around it; raises DisputeError for an empty or endless one."""
    statement = said.strip()
    if not statement:
        raise _fault(STATEMENT, "没有填写")
    if len(statement) > LONGEST:
        raise _fault(STATEMENT, f"共{len(statement)}字，超过{LONGEST}字：请将详细材料作为附件交来")
    return statement


def checked_name(said: str, heading: str = UNIT) -> str:
    """Return what stands on one line; raises DisputeError where nothing does, or too much."""
    name = " ".join(said.split())
    if not name:
        raise _fault(heading, "没有填写")
    if len(name) > LONGEST_LINE:
        raise _fault(heading, f"共{len(name)}字，超过{LONGEST_LINE}字")
    return name


def _text(data: bytes) -> str:
    if len(data) > LARGEST:
        raise DisputeError(f"异议书有{len(data)}字节，超过{LARGEST}字节：详细材料请作为附件交来")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise DisputeError(
            "异议书不是UTF-8编码的文本：用记事本打开，“另存为”时编码选“UTF-8”；Word文件请把内容填入证据包中的 objection-zh.txt"
        ) from error


def _parts(text: str) -> dict[str, list[str]]:
    """Return the lines under each heading, explanations left out."""
    parts: dict[str, list[str]] = {}
    current: list[str] | None = None
    for n, line in enumerate(text.split("\n"), 1):
        said = line.strip()
        heading = _HEADING.fullmatch(said)
        if heading and (heading[1] in HEADINGS or current is not parts.get(STATEMENT, [])):
            current = parts.setdefault(_next(heading[1], len(parts), n), [])
        elif said.startswith(NOTE):
            continue
        elif current is not None:
            current.append(line)
        elif said not in ("", _TITLE):
            raise DisputeError(f"异议书第{n}行在第一个标题【{FINDING}】之前，不知道属于哪一项：“{plainly(said)}”")
    if len(parts) < len(HEADINGS):
        raise DisputeError(f"异议书缺少标题【{HEADINGS[len(parts)]}】：请使用证据包中的 objection-zh.txt，不要删改标题")
    return parts


def _next(heading: str, count: int, n: int) -> str:
    """Return a heading if it is the one that comes now."""
    if heading not in HEADINGS:
        raise DisputeError(f"异议书第{n}行的标题【{plainly(heading)}】不是本表的标题；应为：{'、'.join(HEADINGS)}")
    if count == len(HEADINGS) or heading != HEADINGS[count]:
        place = HEADINGS.index(heading)
        why = "重复出现" if place < count else f"之前缺少【{HEADINGS[count]}】"
        raise DisputeError(f"异议书第{n}行的标题【{heading}】{why}：一份异议书每个标题依次出现一次")
    return heading


def _line(parts: dict[str, list[str]], heading: str, *, needed: bool = True) -> str:
    written = [line.strip() for line in parts[heading] if line.strip()]
    if len(written) > 1:
        raise _fault(heading, f"只能填一行，实有{len(written)}行")
    if not written and not needed:
        return ""
    return checked_name(written[0] if written else "", heading)


def _statement(parts: dict[str, list[str]]) -> str:
    return checked_statement("\n".join(line.rstrip() for line in parts[STATEMENT]))


def _files(parts: dict[str, list[str]]) -> tuple[str, ...]:
    listed = tuple(" ".join(line.split()) for line in parts[FILES] if line.strip())
    if len(listed) > MOST_FILES:
        raise _fault(FILES, f"列有{len(listed)}个文件，超过{MOST_FILES}个")
    if longest := next((one for one in listed if len(one) > 2 * LONGEST_LINE), None):
        raise _fault(FILES, f"有一行共{len(longest)}字，不像文件名")
    return listed


def _fault(heading: str, why: str) -> DisputeError:
    return DisputeError(f"异议书【{heading}】{why}")
