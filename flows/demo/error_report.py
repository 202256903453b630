"""Stand-in of the office side of 我为政府网站找错: entries on two pages, their export, a one-time code."""

from __future__ import annotations

from datetime import date

from collector.standin import Case, Expect, StandIn
from flows.demo import gate, sheet
from flows.demo.office import PAGE, BackOffice

COUNT = 14
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""Of the one-time codes; it opens nothing but the stand-in."""
ANOTHER = "KRSXG5DTMVSWIZLTKRSXG5DTMVSWIZLT"
_HEADINGS = ("留言编号", "问题类型", "网站名称", "提交时间", "转办时间", "办理单位", "答复时间", "当前状态")
_KINDS = ("内容无法访问", "信息不准确", "咨询留言不回复", "错别字", "虚假伪造内容")

stand_in = StandIn(
    __name__,
    cases=(
        Case(
            path="/entries/",
            name="找错平台办理端（替身，动态口令）",
            secrets=gate.secrets(otp_seed=SEED),
            expects={
                "entries": Expect(letters=PAGE, downloads=1),
                "entries/page-2": Expect(letters=COUNT - PAGE),
            },
        ),
        Case(
            path="/entries/",
            name="找错平台办理端（替身，动态口令错误）",
            suffix="-wrong-code",
            secrets=gate.secrets(otp_seed=ANOTHER),
            expects={"entries": Expect(outcome="login_lost", reason="wrong_code")},
        ),
    ),
)


@stand_in.site
def site(today: date) -> BackOffice:
    """Return the platform on one day."""
    return BackOffice("我为政府网站找错·办理端", _HEADINGS, [_entry(n, today) for n in range(COUNT)], seed=SEED)


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
