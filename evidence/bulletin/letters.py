"""The words of 核实函, 异议书 and 预警: what we saw, what we ask, until when; never that something is settled.

A 核实函 asks a unit before anything is published. It says as of when we looked and names the evidence; what the unit
may know better (duties, publications we did not see, filings) it asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from docx.shared import Mm

from evidence.bulletin.cells import Cell
from evidence.bulletin.paper import Paper, Words
from evidence.span import local_text

QUESTIONS = (
    "一、栏目类别、层级和更新周期，或者账号的类型和主办单位，是否有误；",
    "二、检查时点前是否有已发布而我们未看到的内容（请附发布后台记录或页面截图及网址）；",
    "三、是否存在已报备的下线、迁移、合并、注销等情形。",
)
CLOSING = "逾期未复的，按现有证据处理。情况属实且已更新的，请一并说明更新时间，不影响对检查时点事实的记载。"
FILLED_IN = ("填报单位（盖章）：", "填报人及联系电话：", "日期：　　　　年　　月　　日")
"""Lines at the foot of a form that a unit returns."""
SHEET = ("序号", "对象名称", "标识码或平台ID", "网址", "判定依据", "我们看到的", "取证时间", "证据编号")
SHEET_WIDTHS = (4, 12, 12, 16, 16, 26, 11, 11)
WARNING_SHEET = ("序号", "对象名称", "栏目", "网址", "最新一条", "更新期限", "最迟更新日期", "我们看到的时间")
WARNING_WIDTHS = (4, 14, 12, 20, 9, 8, 10, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One thing a unit is asked about."""

    name: str
    code: str | None
    url: str | None
    basis: str
    fact: str
    taken: str
    number: str

    def row(self, n: int) -> tuple[str, ...]:
        """Return it as a row of the sheet."""
        return (str(n), self.name, self.code or "", self.url or "", self.basis, self.fact, self.taken, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What all papers of one letter share."""

    unit: str
    office: str
    contact: str
    period: str
    at: datetime
    matters: tuple[Matter, ...]
    days: int
    """Working days to answer."""
    due: date
    """The last of them, counted from the day the letter is dated."""
    dated: date
    bundle: str | None
    """Short digest of the bundle that goes with it; None where there is nothing to bundle."""

    @property
    def title(self) -> str:
        """Return the title."""
        names = list(dict.fromkeys(one.name for one in self.matters))
        several = f"等{len(names)}个检查对象" if len(names) > 1 else ""
        return f"关于核实“{names[0]}”{several}有关情况的函"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """One column that is about to fall behind."""

    name: str
    column: str
    url: str
    newest: date
    limit: str
    last: date
    """The last day on which a new item keeps it in time."""
    seen: datetime

    def row(self, n: int) -> tuple[str, ...]:
        """Return it as a row of the sheet."""
        return (
            str(n),
            self.name,
            self.column,
            self.url,
            self.newest.isoformat(),
            self.limit,
            self.last.isoformat(),
            local_text(self.seen),
        )


def inquiry(letter: Letter) -> Paper:
    """Return the 核实函 with its sheet."""
    paper = _begun(letter.title, letter.office, letter.unit)
    numbers = "、".join(one.number for one in letter.matters)
    attached = f"，证据包随函，摘要{letter.bundle}" if letter.bundle else ""
    paper.body(
        _words(
            f"在{letter.period}检查中，我们于{local_text(letter.at)}（检查时点）看到贵单位主办的下列检查对象存在须核实的情况"
            f"（见附表，证据编号{numbers}{attached}）。请于收到本函之日起{letter.days}个工作日内"
            f"（按本函日期计算为{day(letter.due)}前）核对："
        )
    )
    for question in QUESTIONS:
        paper.body(_words(question))
    paper.body(_words(CLOSING))
    paper.body(
        _words(f"联系方式：{letter.contact}") if letter.contact else (Words(text="【待填：联系方式】", blank=True),)
    )
    paper.space()
    paper.body(_words("附件：1.核实事项附表"))
    paper.body(_words("2.异议书"), indent=5)
    if letter.bundle:
        paper.body(_words("3.证据包（压缩文件，另附）"), indent=5)
    _signed(paper, letter.office, letter.dated)
    paper.annex("附件1", "核实事项附表")
    rows = [[Cell(text=text) for text in one.row(n)] for n, one in enumerate(letter.matters, 1)]
    paper.table(SHEET, rows, SHEET_WIDTHS)
    return paper


def return_form(letter: Letter) -> Paper:
    """Return the 异议书: a form that the unit fills in, a row an exhibit."""
    paper = Paper(title="异议书", author=letter.office)
    paper.title("异议书")
    paper.body(_words(f"对应来函：{letter.title}（{day(letter.dated)}）"))
    paper.body(_words(f"证据包摘要：{letter.bundle or '（无证据包）'}"))
    paper.body(_words(f"请寄回：{letter.office}　{letter.contact or '【联系方式见来函】'}"))
    paper.body(_words("我单位意见（请在对应一栏填写；没有异议的写“无异议”）："))
    rows = [[Cell(text=text) for text in (one.number, one.name, "", "", "")] for one in letter.matters]
    paper.table(
        ("证据编号", "对象名称", "有无异议", "理由（对应来函第一、二、三项）", "所附材料"),
        rows,
        (12, 14, 8, 22, 12),
        least=Mm(14),
    )
    paper.body(_words("所附材料应能说明前台可见的时间；只有后台创建时间的截图，不能单独说明。"))
    for line in FILLED_IN:
        paper.body(_words(line))
    return paper


def warning(unit: str, office: str, columns: Sequence[Warned], dated: date) -> Paper:
    """Return the 预警: which columns are about to fall behind; it states no problem."""
    paper = _begun("关于有关栏目即将超过更新期限的提醒", office, unit)
    paper.body(
        _words(
            f"日常监测中看到，贵单位主办的下列{len(columns)}个栏目（账号）的最新内容临近规定的更新期限（见附表）。"
            "请核对并及时更新；所列“最迟更新日期”当日及以前发布的，不超过期限。"
        )
    )
    paper.body(_words("本提醒只说明所列时间看到的情况，不是检查结论；如已更新，或者栏目无定期更新要求，请告知我们。"))
    paper.space()
    paper.body(_words("附件：即将超期栏目附表"))
    _signed(paper, office, dated)
    paper.annex("附件", "即将超期栏目附表")
    rows = [[Cell(text=text) for text in one.row(n)] for n, one in enumerate(columns, 1)]
    paper.table(WARNING_SHEET, rows, WARNING_WIDTHS)
    return paper


def day(value: date) -> str:
    """Return a day as letters date it.

    >>> day(date(2021, 7, 9))
    '2021年7月9日'
    """
    return f"{value.year}年{value.month}月{value.day}日"


def _begun(title: str, office: str, unit: str) -> Paper:
    paper = Paper(title=title, author=office)
    paper.title(title)
    paper.space()
    paper.body(_words(f"{unit}："), indent=0)
    return paper


def _signed(paper: Paper, office: str, dated: date) -> None:
    paper.space()
    paper.right(office or "【待填：发函单位】", spare=2)
    paper.right(day(dated), spare=4)


def _words(text: str) -> tuple[Words, ...]:
    return (Words(text=text),)
