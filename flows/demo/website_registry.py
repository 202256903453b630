"""Stand-in of the registry of government websites: two pages of sites, whose codes begin with noughts."""

from __future__ import annotations

from datetime import date

from collector.standin import Case, Expect, StandIn
from flows.demo import gate
from flows.demo.office import BackOffice

COUNT = 16
_HEADINGS = ("网站标识码", "网站名称", "首页网址", "主管单位", "主办单位", "状态")
_STATES = {3: "临时下线", 9: "关停中"}

stand_in = StandIn(
    __name__,
    cases=(
        Case(
            path="/sites/",
            name="网站信息报送系统（替身）",
            secrets=gate.secrets(),
            expects={
                "sites": Expect(downloads=1, says=("0000000001", "临时下线")),
                "sites/page-2": Expect(says=(f"{COUNT:010}",)),
            },
        ),
        Case(
            path="/sites/",
            name="网站信息报送系统（替身，口令错误）",
            suffix="-wrong",
            secrets=gate.secrets(password="not-this-one"),  # noqa: S106 - it opens nothing at all
            expects={"sites": Expect(outcome="login_lost", reason="wrong_credentials")},
        ),
    ),
)


@stand_in.site
def site(today: date) -> BackOffice:
    """Return the registry; it is the same on every day."""
    rows = [
        (
            f"{n:010}",
            f"示范市第{n}中心网站",
            f"http://site{n}.example.gov.cn/",
            "示范市人民政府办公室",
            f"示范市第{n}中心",
            _STATES.get(n, "正常"),
        )
        for n in range(1, COUNT + 1)
    ]
    return BackOffice("全国政府网站信息报送系统", _HEADINGS, rows)
