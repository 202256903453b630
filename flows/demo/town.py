"""What the demonstration city publishes: columns and their items, dated back from today, in a first and a second round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from evidence.columns import ColumnClass

CITY = "示范市"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a column."""

    n: int
    title: str
    date: date
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One column of the open portal, and how it is kept."""

    label: str
    name: str
    group: str
    class_: ColumnClass
    level: int
    duty: bool | str = True
    newest: int | None = None
    """Days since its newest item; None for a blank column."""
    every: int = 5
    """Days between its items, about."""
    empty: str = ""
    """What a blank column shows in place of a list."""
    subjects: tuple[str, ...] = ()


NEWS = (
    "市政府常务会议研究民生实事项目推进工作",
    "全市政务服务“一窗通办”改革现场会召开",
    "示范市召开数字政府建设专题调度会",
    "市领导调研城市更新和老旧小区改造",
    "示范湿地公园迎来首批越冬候鸟",
    "全市秋冬季森林防火工作电视电话会议召开",
    "示范市新增三条便民公交线路",
    "市图书馆新馆建成开放",
    "示范市举办政府开放日活动",
    "全市重点项目集中开工",
)
NOTICES = (
    "关于开展城乡居民医保集中缴费的通知",
    "关于部分路段实施交通管制的通告",
    "示范市事业单位公开招聘工作人员公告",
    "关于征集政府规章立法项目建议的公告",
    "关于公布市级行政许可事项清单的通知",
    "关于调整公共租赁住房申请条件的通知",
    "关于冬季采暖补贴发放安排的公告",
    "示范市本级政府采购意向公开",
)
POLICIES = (
    "关于进一步优化营商环境的若干措施",
    "示范市促进中小企业发展实施办法",
    "关于加强城市停车管理的意见",
    "示范市政务数据共享管理办法",
    "关于推进社区养老服务的实施意见",
    "示范市公共信用信息管理办法",
)
READINGS = (
    "图解：优化营商环境若干措施",
    "《示范市政务数据共享管理办法》解读",
    "一问一答：中小企业发展实施办法怎么用",
    "专家解读社区养老服务实施意见",
    "《关于加强城市停车管理的意见》政策解读",
)

SECTIONS = (
    Section(label="sfyw", name="示范要闻", group="新闻中心", class_="news", level=1, newest=0, every=2, subjects=NEWS),
    Section(label="bmdt", name="部门动态", group="新闻中心", class_="news", level=2, newest=41, subjects=NEWS),
    Section(label="qxdt", name="区县动态", group="新闻中心", class_="news", level=2, newest=56, subjects=NEWS),
    Section(label="ldhd", name="领导活动", group="新闻中心", class_="news", level=2, newest=33, subjects=NEWS),
    Section(
        label="tzgg", name="通知公告", group="政务公开", class_="notice", level=1, newest=4, every=9, subjects=NOTICES
    ),
    Section(
        label="gsgg",
        name="公示公告",
        group="政务公开",
        class_="notice",
        level=1,
        newest=224,
        every=21,
        subjects=NOTICES,
    ),
    Section(
        label="zfwj",
        name="政府文件",
        group="政务公开",
        class_="policy",
        level=1,
        newest=261,
        every=35,
        subjects=POLICIES,
    ),
    Section(
        label="gfxwj",
        name="规范性文件",
        group="政务公开",
        class_="policy",
        level=1,
        newest=310,
        every=30,
        subjects=POLICIES,
    ),
    Section(
        label="zcjd",
        name="政策解读",
        group="政务公开",
        class_="interpretation",
        level=1,
        newest=12,
        every=20,
        subjects=READINGS,
    ),
    Section(label="yjya", name="应急预案", group="政务公开", class_="disclosure", level=2, empty="list"),
    Section(label="zfcg", name="政府采购", group="政务公开", class_="disclosure", level=2, empty="none"),
    Section(label="zdxx", name="征地信息", group="政务公开", class_="disclosure", level=2, empty="count"),
    Section(label="xzzf", name="行政执法公示", group="政务公开", class_="disclosure", level=2, empty="soon"),
    Section(label="zcwd", name="政策问答", group="互动交流", class_="interaction", level=2, empty="none"),
    Section(label="dczj", name="调查征集", group="互动交流", class_="survey", level=1, empty="list"),
    Section(
        label="cjzt",
        name="创建文明城市专题",
        group="专题专栏",
        class_="topic",
        level=2,
        duty="专题结束",
        newest=402,
        subjects=NEWS,
    ),
)

INNER = (
    Section(
        label="nbtz", name="内部通知", group="协同办公", class_="notice", level=1, newest=2, every=6, subjects=NOTICES
    ),
    Section(label="gzdt", name="工作动态", group="协同办公", class_="news", level=1, newest=3, every=4, subjects=NEWS),
    Section(label="zbap", name="值班安排", group="协同办公", class_="disclosure", level=2, empty="none"),
)

POSTS = tuple(f"【{word}】{title}" for word, title in zip(("发布", "提醒", "服务", "关注", "便民"), NEWS, strict=False))
SILENT_DAYS = 47
"""Days since the account last posted."""
ROWS = 9


def items(section: Section, today: date, changed: bool) -> Iterator[Item]:
    """Yield the items of a column, newest first. In the second round 通知公告 has one more and 示范要闻 one less."""
    if section.newest is None:
        return
    if changed and section.label == "tzgg":
        yield Item(n=99, title="关于召开全市政府网站整改工作会议的通知", date=today)
    day = today - timedelta(days=section.newest)
    for n in range(ROWS):
        title = section.subjects[n % len(section.subjects)]
        if n >= len(section.subjects):
            title = f"{title}（续）"
        if not (changed and section.label == "sfyw" and n == 2):
            yield Item(n=n, title=title, date=day)
        day -= timedelta(days=section.every + n % 3)


def bulletins(today: date) -> tuple[Item, ...]:
    """Return the bulletins, newest first; the newest has the annex."""
    titles = (f"关于{CITY}政府网站检查情况的通报", *(f"关于{CITY}政府网站第{n}季度检查情况的通报" for n in "三二一"))
    return tuple(Item(n=n, title=title, date=today - timedelta(days=1 + 88 * n)) for n, title in enumerate(titles))


def posts(today: date) -> tuple[Item, ...]:
    """Return what the account published, newest first; all of it is old."""
    first = today - timedelta(days=SILENT_DAYS)
    return tuple(Item(n=n, title=title, date=first - timedelta(days=6 * n)) for n, title in enumerate(POSTS))
