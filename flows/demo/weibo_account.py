"""Stand-in of Weibo: an account's posts with relative times and an old one pinned; a refusal (432); a page of error words."""

from __future__ import annotations

import zlib
from datetime import date
from html import escape

from collector.standin import Answer, Asked, Case, Expect, StandIn
from flows.demo import sheet, town

UID, REFUSED, MISSING = "1000000001", "1000000432", "1000000404"

stand_in = StandIn(
    __name__,
    cases=(
        Case(
            path=f"/u/{UID}",
            name="示范发布（微博）",
            kind="account",
            expects={"posts": Expect(kind="list", items=6, newest=1)},
        ),
        Case(
            path=f"/u/{REFUSED}",
            name="示范发布（微博拒绝访问）",
            kind="account",
            suffix="_refused",
            expects={"posts": Expect(outcome="blocked", reason="http_432")},
        ),
        Case(
            path=f"/u/{MISSING}",
            name="示范发布（微博报用户不存在）",
            kind="account",
            suffix="_missing",
            expects={"posts": Expect(kind="error", items=0)},
        ),
    ),
)


@stand_in.site
class Site:
    """The platform on one day."""

    def __init__(self, today: date) -> None:
        self._today = today

    def answer(self, asked: Asked) -> Answer:
        """Return an account's page, or what the platform says instead."""
        uid = asked.path.strip("/").rpartition("/")[2]
        if uid == REFUSED:
            return Answer(status=432, body=sheet.page("", "<p>用户不存在</p>"))
        if uid != UID:
            return Answer(body=sheet.page("微博", "<p>用户不存在</p>"))
        long_ago = sheet.before(self._today, 500)
        times = ["昨天 22:10", "昨天 08:05", *(self._written(days) for days in (9, 23, 380))]
        cards = [
            self._card(
                "关于本账号评论管理的说明，请广大网友知悉。",
                f"{long_ago:%y}-{long_ago.month}-{long_ago.day} 10:00",
                "置顶",
            )
        ]
        cards += [
            self._card(f"【{words}】{words}，请市民合理安排时间。", time)
            for words, time in zip(town.NOTICES, times, strict=False)
        ]
        head = (
            '<div><h2>示范发布</h2><p class="soft">示范市人民政府办公室官方微博（虚构）　登录后查看更多微博</p></div>'
        )
        return Answer(body=sheet.page("示范发布的个人主页 - 微博", head + "".join(cards)))

    def _written(self, days: int) -> str:
        day = sheet.before(self._today, days, 10, 22)
        return f"{day:%y}-{day.month}-{day.day} 10:22"

    def _card(self, words: str, time: str, mark: str = "") -> str:
        pinned = f'<span class="soft">{mark}</span> ' if mark else ""
        address = f"/{UID}/P{zlib.crc32(words.encode()):08x}"
        return (
            f'<article class="woo-panel-main Feed_wrap"><header>{pinned}<a href="/u/{UID}">示范发布</a> '
            f'<a class="head-info_time" href="{address}">{time}</a> <span class="soft">来自 微博网页版</span></header>'
            f'<div class="detail_wbtext">{escape(words)}</div><footer class="soft">转发 3　评论 1　赞 8</footer></article>'
        )
