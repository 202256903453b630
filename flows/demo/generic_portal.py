"""Stand-in of an ordinary portal: a home page, a fresh column, an old one, one with nothing in it."""

from __future__ import annotations

from datetime import date
from html import escape

from collector.standin import Answer, Asked, Case, Expect, StandIn
from flows.demo import sheet, town

FRESH, OLD = 2, 400
_COLUMNS = {"tzgg": ("通知公告", FRESH), "ghjh": ("规划计划", OLD), "dczj": ("调查征集", None)}

stand_in = StandIn(
    __name__,
    cases=(
        Case(
            path="/",
            name="示范县人民政府网（替身）",
            columns=tuple(
                {"label": label, "name": name, "url": f"/{label}/", "class": "notice", "level": 1}
                for label, (name, _) in _COLUMNS.items()
            ),
            expects={
                "home": Expect(says=("示范县人民政府",)),
                "tzgg": Expect(kind="list", items=6, newest=FRESH),
                "ghjh": Expect(kind="list", items=6, newest=OLD),
                "dczj": Expect(kind="list", items=0),
            },
        ),
    ),
)


@stand_in.site
class Site:
    """The portal on one day."""

    def __init__(self, today: date) -> None:
        self._today = today

    def answer(self, asked: Asked) -> Answer:
        """Return the home page or a column."""
        label = asked.path.strip("/")
        if not label:
            links = "".join(f'<li><a href="/{label}/">{name}</a></li>' for label, (name, _) in _COLUMNS.items())
            return Answer(body=sheet.page("示范县人民政府", f"<h1>示范县人民政府</h1><ul>{links}</ul>"))
        if label not in _COLUMNS:
            return Answer(status=404, body=sheet.page("404", "<p>页面不存在</p>"))
        name, newest = _COLUMNS[label]
        rows = "" if newest is None else "".join(self._row(n, newest) for n in range(6))
        crumb = f'<div class="position">当前位置：<a href="/">首页</a> &gt; {name}</div>'
        listed = f'<ul class="list">{rows}</ul>' if rows else '<div class="list"><p>暂无内容</p></div>'
        return Answer(body=sheet.page(f"{name}-示范县人民政府", f"{crumb}<h2>{name}</h2>{listed}"))

    def _row(self, n: int, newest: int) -> str:
        day = sheet.before(self._today, newest + 7 * n)
        return f'<li><a href="{n}.html">{escape(town.NOTICES[n])}</a> <span>{day:%Y-%m-%d}</span></li>'
