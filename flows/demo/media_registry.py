"""Stand-in of the registry of government new media: two pages of accounts, two of them under one name."""

from __future__ import annotations

from datetime import date

from collector.standin import Case, Expect, StandIn
from flows.demo import gate
from flows.demo.office import BackOffice

COUNT = 13
_HEADINGS = ("账号名称", "平台", "平台标识", "认证主体", "主办单位", "状态")
_PLATFORMS = ("微信公众号", "新浪微博", "今日头条号", "抖音号")
_STATES = {4: "注销中", 8: "迁移中"}

stand_in = StandIn(
    __name__,
    cases=(
        Case(
            path="/accounts/",
            name="新媒体信息报送系统（替身）",
            secrets=gate.secrets(),
            expects={
                "accounts": Expect(downloads=1, says=("gh_000000000001", "注销中")),
                "accounts/page-2": Expect(says=("示范科普",)),
            },
        ),
        Case(
            path="/accounts/",
            name="新媒体信息报送系统（替身，账号锁定）",
            suffix="-locked",
            secrets=gate.secrets(gate.LOCKED),
            expects={"accounts": Expect(outcome="login_lost", reason="locked")},
        ),
    ),
)


@stand_in.site
def site(today: date) -> BackOffice:
    """Return the registry; it is the same on every day."""
    rows = [
        (
            "示范发布" if n in (1, 2) else f"示范科普{n}",
            _PLATFORMS[n % 4] if n > 2 else "微信公众号",
            f"gh_{n:012}",
            f"示范市第{n}中心",
            f"示范市第{n}中心",
            _STATES.get(n, "正常"),
        )
        for n in range(1, COUNT + 1)
    ]
    return BackOffice("全国政务新媒体信息报送系统", _HEADINGS, rows)
