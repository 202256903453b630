"""Stand-in of a service hall: a list of items; one guide in tabs, one in folds, one as a page that lacks five elements."""

from __future__ import annotations

from datetime import date
from html import escape

from collector.standin import Answer, Asked, Case, Expect, StandIn
from flows.demo import sheet

ITEMS = ("公共租赁住房保障资格确认", "城乡居民基本医疗保险参保登记", "食品经营许可（小餐饮）核发")
_GUIDE = {
    "事项名称": "{}",
    "设定依据": "《示范市公共服务办法》第十二条",
    "申请条件": "具有本市户籍或者持有居住证",
    "申请材料": "申请表一份；身份证原件和复印件",
    "办理地点": "示范市政务服务中心二楼 12 号窗口",
    "实施主体": "示范市政务服务局",
    "收费标准": "不收费",
    "承诺时限": "5 个工作日",
    "咨询电话": "0000-12345678",
    "办理流程": "申请、受理、审核、办结",
}
_SHORT = ("事项名称", "办理地点", "实施主体", "咨询电话", "承诺时限")
_TURN = """<script>
for (const tab of document.querySelectorAll("[role=tab]")) tab.addEventListener("click", () => {
  for (const part of document.querySelectorAll("[role=tabpanel]")) part.hidden = part.id !== tab.dataset.part;
  for (const other of document.querySelectorAll("[role=tab]")) other.setAttribute("aria-selected", String(other === tab));
});</script>"""

stand_in = StandIn(
    __name__,
    cases=(
        Case(
            path="/items/",
            name="示范市政务服务网（替身）",
            kind="service",
            expects={
                "home": Expect(items=3),
                "item-1": Expect(elements=10, says=("不收费",)),
                "item-1/tab-2": Expect(elements=10),
                "item-2": Expect(elements=10, says=("<details open",)),
                "item-3": Expect(elements=5),
            },
        ),
    ),
)


@stand_in.site
class Site:
    """The hall; it is the same on every day."""

    def __init__(self, today: date) -> None:
        self._makes = (self._in_tabs, self._in_folds, self._short)

    def answer(self, asked: Asked) -> Answer:
        """Return the list of items or a guide."""
        leaf = asked.path.removeprefix("/items/").removesuffix(".html")
        if not leaf:
            rows = "".join(f'<li><a href="{n}.html">{escape(item)}</a></li>' for n, item in enumerate(ITEMS))
            crumb = '<div class="position">当前位置：<a href="/items/">首页</a> &gt; 部门事项</div>'
            return Answer(
                body=sheet.page("部门事项-示范市政务服务网", f'{crumb}<h2>部门事项</h2><ul class="list">{rows}</ul>')
            )
        if not leaf.isdigit() or int(leaf) >= len(ITEMS):
            return Answer(status=404, body=sheet.page("404", "<p>页面不存在</p>"))
        n = int(leaf)
        guide = {name: value.format(ITEMS[n]) for name, value in _GUIDE.items()}
        return Answer(body=sheet.page(f"{ITEMS[n]}-办事指南", f"<h1>{escape(ITEMS[n])}</h1>{self._makes[n](guide)}"))

    def _in_tabs(self, guide: dict[str, str]) -> str:
        names = list(guide)
        first, second = _rows(guide, names[:6]), _rows(guide, names[6:])
        return (
            '<ul class="tabs"><li role="tab" data-part="a" aria-selected="true">基本信息</li>'
            '<li role="tab" data-part="b" aria-selected="false">办理信息</li></ul>'
            f'<div role="tabpanel" id="a">{first}</div><div role="tabpanel" id="b" hidden>{second}</div>{_TURN}'
        )

    def _in_folds(self, guide: dict[str, str]) -> str:
        return "".join(f"<details><summary>{name}</summary><p>{value}</p></details>" for name, value in guide.items())

    def _short(self, guide: dict[str, str]) -> str:
        lines = "".join(f"<p>{name}：{guide[name]}</p>" for name in _SHORT)
        return f"<h2>办事指南</h2>{lines}<p>其他事项请到窗口咨询，工作人员将为您解答。</p>"


def _rows(guide: dict[str, str], names: list[str]) -> str:
    return "<table><tbody>" + "".join(f"<tr><th>{n}</th><td>{guide[n]}</td></tr>" for n in names) + "</tbody></table>"
