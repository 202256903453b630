"""The words of 整改通知单 and the form of its reply: what was found and published, what must be done until when, how to object.

It states only what persons confirmed and a bulletin published, as of the reference time. What a unit may do against it is
said in the office's own words; where the office has none, a marked blank says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from docx.shared import Mm

from evidence.bulletin.cells import Cell
from evidence.bulletin.letters import FILLED_IN, day
from evidence.bulletin.paper import Paper, Words
from evidence.span import local_text

TITLE, REPLY_TITLE = "整改通知单", "整改报告"
SHEET = ("序号", "对象名称", "标识码或平台ID", "网址", "判定依据", "已核实的事实", "整改要求", "取证时间", "证据编号")
SHEET_WIDTHS = (4, 11, 12, 13, 16, 24, 16, 10, 13)
REPLY = ("证据编号", "对象名称", "问题", "整改措施和结果", "完成日期", "所附材料")
REPLY_WIDTHS = (15, 14, 16, 22, 10, 12)
GENERAL = "纠正所列问题，并排查同类问题"
_COLUMNS = "更新所列栏目，公开应当公开的信息；确不需要更新的栏目，按规定报备或调整"
_WORDING = "更正所列内容，排查全部页面中的同类内容，健全发布前的审核"
_ANSWERS = "答复所列留言，开通并公布可用的互动渠道"
_SERVICES = "补齐所列办事事项的要素，核对其准确性"
DEMANDS = {
    "WV-1.1": _WORDING,
    "WV-1.3": "清除所列链接，排查其来源，核查系统安全",
    "WV-1.4": "清除被篡改的内容，修补漏洞，报告处置经过",
    "WV-1.5": "按实际发布时间更正日期，说明经过",
    "WV-2": "恢复访问，说明中断原因；确需下线的，按规定报备",
    "WV-3": "更新首页内容；确需停办的，按规定报备",
    "WV-4.1": _COLUMNS,
    "WV-4.2": _COLUMNS,
    "WV-4.3": "补充所列栏目的内容；不再需要的栏目，按规定调整或撤除",
    "WV-5.1": _ANSWERS,
    "WV-5.2": _ANSWERS,
    "WV-6.1": _SERVICES,
    "WV-6.2": _SERVICES,
    "WV-6.3": _SERVICES,
    "NV-2.1": "更新账号内容；无力维护的，按规定整合或注销",
    "NV-3.1": _ANSWERS,
    "漏报": "补报登记；不再使用的，按规定注销",
}
"""What must be done, by clause; of all others: GENERAL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One problem that must be put right."""

    name: str
    code: str | None
    url: str | None
    problem: str
    """What it is called."""
    basis: str
    fact: str
    clause: str
    taken: str
    numbers: tuple[str, ...]
    """Its exhibit numbers; several where persons decided on more than one finding."""
    bundle: str | None
    """Short digest of its bundle; None where none was issued with the bulletin."""
    qr: str | None

    @property
    def asked(self) -> str:
        """What must be done."""
        return DEMANDS.get(self.clause, GENERAL)

    def row(self, n: int) -> tuple[Cell, ...]:
        """Return it as a row of the sheet."""
        said = (str(n), self.name, self.code or "", self.url or "", self.basis, self.fact, self.asked, self.taken)
        shown = (*self.numbers, self.bundle) if self.bundle else self.numbers
        return (*(Cell(text=text) for text in said), Cell(text="\n".join(shown), code=self.qr))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a notice and the form of its reply share."""

    unit: str
    office: str
    contact: str
    period: str
    at: datetime
    bulletins: tuple[str, ...]
    """Title and number of what published it; empty where a case was published without a bulletin of ours."""
    demands: tuple[Demand, ...]
    days: int
    """Working days to put it right."""
    due: date
    dated: date
    remedies: tuple[str, ...]


def order(notice: Notice) -> Paper:
    """Return the 整改通知单 with its sheet."""
    paper = Paper(title=TITLE, author=notice.office)
    paper.title(TITLE)
    paper.centred((_blank("编号"),))
    paper.space()
    paper.body(_said(f"{notice.unit}："), indent=0)
    numbers = "、".join(dict.fromkeys(number for one in notice.demands for number in one.numbers))
    published = f"已由{'、'.join(notice.bulletins)}通报，" if notice.bulletins else ""
    paper.body(
        _said(
            f"在{notice.period}检查中，贵单位主办的下列检查对象截至{local_text(notice.at)}（检查时点）存在{len(notice.demands)}项问题，"
            f"{published}证据编号{numbers}（见附件1）。请按下列要求整改。"
        )
    )
    for text in _text(notice):
        paper.body(text)
    paper.body(_said(f"联系方式：{notice.contact}") if notice.contact else (_blank("联系方式"),))
    paper.space()
    paper.body(_said("附件：1.问题清单"))
    paper.body(_said("2.整改报告（填报后寄回）"), indent=5)
    paper.space()
    paper.right(notice.office or "【待填：发文单位】", spare=2)
    paper.right(day(notice.dated), spare=4)
    paper.annex("附件1", "问题清单")
    paper.table(SHEET, [one.row(n) for n, one in enumerate(notice.demands, 1)], SHEET_WIDTHS)
    return paper


def reply(notice: Notice) -> Paper:
    """Return the 整改报告: a form that the unit fills in, a row a problem."""
    paper = Paper(title=REPLY_TITLE, author=notice.office)
    paper.title(REPLY_TITLE)
    paper.body(_said(f"对应整改通知单：{notice.unit}，{day(notice.dated)}，{notice.period}检查"))
    paper.body(_said(f"请于{day(notice.due)}前寄回：{notice.office}　{notice.contact or '【联系方式见通知单】'}"))
    rows = [
        [Cell(text=text) for text in ("\n".join(one.numbers), one.name, one.problem, "", "", "")]
        for one in notice.demands
    ]
    paper.table(REPLY, rows, REPLY_WIDTHS, least=Mm(18))
    paper.body(_said("所附材料应能说明整改后前台可见的内容和时间（页面截图及网址、发布记录）。"))
    for line in FILLED_IN:
        paper.body(_said(line))
    return paper


def _text(notice: Notice) -> Sequence[tuple[Words, ...]]:
    sealed = any(one.bundle for one in notice.demands)
    checked = "证据包随通报发出，摘要见附件1，可用 quzheng verify 或包内“核对说明”核对。" if sealed else ""
    remedies = [_said(_sentence(one)) for one in notice.remedies] or [(_blank("异议、复核的途径和期限"),)]
    return (
        _said(
            f"一、自收到本通知之日起{notice.days}个工作日内（按本通知日期计算为{day(notice.due)}前）完成整改，"
            "并将整改报告（附件2）连同证明材料报送我单位。"
        ),
        _said(
            "二、逐项说明原因、措施和结果。在检查时点之后已经更新的，写明更新时间；这不影响对检查时点事实的记载，"
            "整改后我单位将再次查看。"
        ),
        (*_said(f"三、对所列事实有异议的，可以提出。{checked}"), *(word for one in remedies for word in one)),
    )


def _sentence(text: str) -> str:
    said = text.strip()
    return said if said.endswith(("。", "；", "！", "？")) else f"{said}。"


def _said(text: str) -> tuple[Words, ...]:
    return (Words(text=text),)


def _blank(hint: str) -> Words:
    return Words(text=f"【待填：{hint}】", blank=True)
