"""Stand-in of a letter-box's back office: letters on three pages, two of them open; statistics; an export; one session that ends midway."""

from __future__ import annotations

from datetime import date

from collector.standin import Case, Expect, StandIn
from flows.demo import gate, sheet
from flows.demo.office import PAGE, BackOffice

COUNT = 23
_HEADINGS = ("信件编号", "信件标题", "来信人", "来信时间", "受理时间", "答复单位", "答复时间", "办理状态")
_SUBJECTS = ("咨询医保缴费时间", "反映路灯不亮", "建议增设公交站", "咨询落户手续", "反映噪声扰民")
_UNITS = ("市医保局", "市住建局", "市交通局", "市公安局", "市生态环境局")

_WHOLE = {
    "letters": Expect(letters=PAGE, downloads=1),
    "letters/page-2": Expect(letters=PAGE),
    "letters/page-3": Expect(letters=COUNT - 2 * PAGE),
    "statistics": Expect(says=("来信总数", "办结率")),
}

stand_in = StandIn(
    __name__,
    cases=(
        Case(path="/letters/", name="示范市市长信箱（替身）", secrets=gate.secrets(), expects=_WHOLE),
        Case(
            path="/letters/",
            name="示范市市长信箱（替身，会话中途失效）",
            suffix="-cut-off",
            secrets=gate.secrets(gate.CUT_OFF),
            expects=_WHOLE,
        ),
    ),
)


@stand_in.site
def site(today: date) -> BackOffice:
    """Return the back office on one day; its writers are made up."""
    rows = [_letter(n, today) for n in range(COUNT)]
    done = sum(bool(row[6]) for row in rows)
    told = (("来信总数", str(COUNT)), ("已办结", str(done)), ("办结率", f"{done * 100 // COUNT}%"))
    statistics = "信件统计", sheet.table(("指标", "数量"), told)
    return BackOffice("示范市市长信箱管理平台", _HEADINGS, rows, beside={"statistics": statistics})


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
