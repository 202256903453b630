"""Stand-in of the office side of 我为政府网站找错: entries on two pages, and their export."""

from __future__ import annotations

from datetime import date

from collector.standin import Answer, Asked, Case, Expect, StandIn
from flows.demo import gate, sheet

COUNT, PAGE = 14, 10
_HEADINGS = ("留言编号", "问题类型", "网站名称", "提交时间", "转办时间", "办理单位", "答复时间", "当前状态")
_KINDS = ("内容无法访问", "信息不准确", "咨询留言不回复", "错别字", "虚假伪造内容")

stand_in = StandIn(
    __name__,
    cases=(
        Case(
            path="/entries/",
            name="找错平台办理端（替身）",
            secrets=gate.SECRETS,
            expects={
                "entries": Expect(letters=PAGE, downloads=1),
                "entries/page-2": Expect(letters=COUNT - PAGE),
            },
        ),
    ),
)


@stand_in.site
class Site:
    """The platform on one day."""

    def __init__(self, today: date) -> None:
        self._gate = gate.Gate("我为政府网站找错·办理端")
        self._rows = [_entry(n, today) for n in range(COUNT)]

    def answer(self, asked: Asked) -> Answer:
        """Return a page of entries or the export, to those who are signed in."""
        if refused := self._gate.answer(asked):
            return refused
        if asked.path == "/export.csv":
            lines = "\r\n".join(",".join(row) for row in (_HEADINGS, *self._rows))
            kept = {"Content-Disposition": 'attachment; filename="entries.csv"'}
            return Answer(body=lines.encode("gb18030"), media_type="text/csv", headers=kept)
        number = int(asked.query.get("page") or 1)
        shown = self._rows[(number - 1) * PAGE : number * PAGE]
        body = sheet.table(_HEADINGS, shown) + gate.pager(number, -(-COUNT // PAGE))
        return Answer(body=gate.inside("找错留言", body, more='<a id="export" href="/export.csv">导出</a>'))


def _entry(n: int, today: date) -> tuple[str, ...]:
    sent = sheet.before(today, 1 + 5 * n)
    return (
        f"ZC{sent:%Y%m%d}{n:04}",
        _KINDS[n % len(_KINDS)],
        "示范市人民政府门户网站",
        f"{sent:%Y-%m-%d %H:%M}",
        f"{sheet.before(today, 5 * n, 16):%Y-%m-%d %H:%M}",
        "示范市政务公开办公室",
        "" if n == 0 else f"{sheet.before(today, 5 * n - 2):%Y-%m-%d %H:%M}",
        "待核实" if n == 0 else "已办结",
    )
