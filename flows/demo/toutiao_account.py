"""Stand-in of a Toutiao account: three tabs that a script turns, of which only 微头条 is fresh; another account has two."""

from __future__ import annotations

from datetime import date
from html import escape

from collector.standin import Answer, Asked, Case, Expect, StandIn
from flows.demo import sheet, town

TOKEN, WITHOUT_VIDEOS = "MS4wLjABAAAAdemo", "MS4wLjABAAAAdemo2"
ARTICLES, VIDEOS = 41, 66
"""Days since the newest of each; of 微头条 it is three hours."""
_TURN = """<script>
for (const tab of document.querySelectorAll(".tabs li")) tab.addEventListener("click", () => {
  for (const other of document.querySelectorAll(".tabs li")) other.setAttribute("aria-selected", String(other === tab));
  const shown = document.querySelector(`template[data-tab="${tab.dataset.tab}"]`);
  document.querySelector(".profile-tab-feed").replaceChildren(shown.content.cloneNode(true));
});
document.querySelector(".tabs li").click();</script>"""

_EXPECTS = {
    "articles": Expect(kind="list", items=6, newest=ARTICLES),
    "videos": Expect(kind="list", items=6, newest=VIDEOS),
    "weitoutiao": Expect(kind="list", items=6, newest=0),
}
stand_in = StandIn(
    __name__,
    cases=(
        Case(path=f"/c/user/token/{TOKEN}/", name="示范发布（头条号）", kind="account", expects=_EXPECTS),
        Case(
            path=f"/c/user/token/{WITHOUT_VIDEOS}/",
            name="示范教育（没有视频的头条号）",
            kind="account",
            suffix="_two_tabs",
            expects={**_EXPECTS, "videos": Expect(outcome="flow_failed", reason="no_tab")},
        ),
    ),
)


@stand_in.site
class Site:
    """The platform on one day."""

    def __init__(self, today: date) -> None:
        self._today = today

    def answer(self, asked: Asked) -> Answer:
        """Return an account's page."""
        token = asked.path.strip("/").rpartition("/")[2]
        if token not in (TOKEN, WITHOUT_VIDEOS):
            return Answer(status=404, body=sheet.page("404", "<p>页面不存在</p>"))
        tabs = {"文章": self._cards("article", ARTICLES), "视频": self._cards("video", VIDEOS), "微头条": self._posts()}
        if token == WITHOUT_VIDEOS:
            del tabs["视频"]
        names = "".join(f'<li role="tab" data-tab="{name}" aria-selected="false">{name}</li>' for name in tabs)
        held = "".join(f'<template data-tab="{name}">{cards}</template>' for name, cards in tabs.items())
        head = '<div class="name"><h2>示范发布</h2><p class="soft">认证：示范市人民政府办公室官方账号（虚构）　粉丝 1.2万</p></div>'
        body = f'{head}<ul class="tabs">{names}</ul><div class="profile-tab-feed"></div>{held}{_TURN}'
        return Answer(body=sheet.page("示范发布的头条主页 - 今日头条", body))

    def _cards(self, kind: str, newest: int) -> str:
        wrapper = "profile-article-card-wrapper" if kind == "article" else "profile-normal-video-card-wrapper"
        rows = ""
        for n, title in enumerate(town.NEWS[:6]):
            day = sheet.before(self._today, newest + 11 * n)
            rows += (
                f'<div class="{wrapper}"><div class="feed-card-article"><a class="title" href="/{kind}/73{n:017}/" '
                f'target="_blank">{escape(title)}</a><div class="feed-card-footer-cmp soft">'
                f'<div class="feed-card-footer-comment-cmp">{n}评论</div>'
                f'<div class="feed-card-footer-time-cmp">{day:%Y-%m-%d %H:%M}</div></div></div></div>'
            )
        return rows

    def _posts(self) -> str:
        times = (
            "3小时前",
            "昨天 16:20",
            "4天前",
            "6天前",
            *(f"{sheet.before(self._today, n):%Y-%m-%d %H:%M}" for n in (9, 15)),
        )
        return "".join(
            f'<div class="profile-wtt-card-wrapper"><div class="feed-card-wtt"><a class="wtt-content" href="/w/18{n:016}/">'
            f"<p class='content'>{escape(words)}，详情请见公告。</p></a><div class='soft'><div class='time'>{time}</div></div></div></div>"
            for n, (words, time) in enumerate(zip(town.NOTICES, times, strict=False))
        )
