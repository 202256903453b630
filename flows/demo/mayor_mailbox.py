"""Stand-in of a letter-box's back office: letters on three pages, one of them long open; statistics; an export."""

from __future__ import annotations

from datetime import date

from collector.standin import Answer, Asked, Case, Expect, StandIn
from flows.demo import gate, sheet

COUNT, PAGE = 23, 10
_HEADINGS = ("信件编号", "信件标题", "来信人", "来信时间", "受理时间", "答复单位", "答复时间", "办理状态")
_SUBJECTS = ("咨询医保缴费时间", "反映路灯不亮", "建议增设公交站", "咨询落户手续", "反映噪声扰民")
_UNITS = ("市医保局", "市住建局", "市交通局", "市公安局", "市生态环境局")

stand_in = StandIn(
    __name__,
    cases=(
        Case(
            path="/letters/",
            name="示范市市长信箱（替身）",
            secrets=gate.SECRETS,
            expects={
                "letters": Expect(letters=PAGE, downloads=1),
                "letters/page-2": Expect(letters=PAGE),
                "letters/page-3": Expect(letters=COUNT - 2 * PAGE),
                "statistics": Expect(says=("来信总数", "办结率")),
            },
        ),
    ),
)


@stand_in.site
class Site:
    """The back office on one day; its writers are made up."""

    def __init__(self, today: date) -> None:
        self._gate = gate.Gate("示范市市长信箱管理平台")
        self._rows = [_letter(n, today) for n in range(COUNT)]

    def answer(self, asked: Asked) -> Answer:
        """Return a page of letters, the statistics or the export, to those who are signed in."""
        if refused := self._gate.answer(asked):
            return refused
        if asked.path == "/export.csv":
            lines = "\r\n".join(",".join(row) for row in (_HEADINGS, *self._rows))
            kept = {"Content-Disposition": 'attachment; filename="letters.csv"'}
            return Answer(body=lines.encode("gb18030"), media_type="text/csv", headers=kept)
        if asked.path == "/statistics":
            done = sum(bool(row[6]) for row in self._rows)
            told = (("来信总数", str(COUNT)), ("已办结", str(done)), ("办结率", f"{done * 100 // COUNT}%"))
            return Answer(body=gate.inside("信件统计", sheet.table(("指标", "数量"), told)))
        number = int(asked.query.get("page") or 1)
        shown = self._rows[(number - 1) * PAGE : number * PAGE]
        links = '<a id="export" href="/export.csv">导出</a>　<a id="statistics" href="/statistics">统计</a>'
        body = sheet.table(_HEADINGS, shown) + gate.pager(number, -(-COUNT // PAGE))
        return Answer(body=gate.inside("信件列表", body, more=links))


def _letter(n: int, today: date) -> tuple[str, ...]:
    came = sheet.before(today, 3 + 4 * n)
    open_still = n in (0, 11)
    replied = "" if open_still else f"{sheet.before(today, max(0, 4 * n - 1)):%Y-%m-%d %H:%M}"
    return (
        f"SF{came:%Y%m%d}{n:03}",
        f"{_SUBJECTS[n % 5]}（{n + 1}）",
        f"网友{n:02}（虚构）",
        f"{came:%Y-%m-%d %H:%M}",
        f"{sheet.before(today, 2 + 4 * n):%Y-%m-%d %H:%M}",
        _UNITS[n % 5],
        replied,
        "办理中" if open_still else "已办结",
    )
