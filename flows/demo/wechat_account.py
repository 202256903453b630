"""Stand-in of WeChat's public pages: an album of two pages, ascending; its JSON; articles with `var ct`; the guard's page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from html import escape

from collector.standin import Answer, Asked, Case, Expect, StandIn
from flows.demo import sheet, town

BIZ = "MzAwMDAwMDAwMA=="
ALBUM, GUARDED = "1000000000000000001", "1000000000000000009"
PAGE = 10
NEWEST, EVERY, COUNT = 3, 9, 24
"""Days since the newest article, days between two, and how many there are."""
_WORDS = """<script>
document.querySelectorAll(".js_article_create_time").forEach((place) => {
  const day = new Date((Number(place.textContent) + 8 * 3600) * 1000);
  place.textContent = `${day.getUTCFullYear()}-${day.getUTCMonth() + 1}-${day.getUTCDate()}`;
});</script>"""
_GUARD = '<h2>环境异常</h2><p>当前环境异常，完成验证后即可继续访问。</p><p><a id="js_verify">去验证</a></p>'

stand_in = StandIn(
    __name__,
    cases=(
        Case(
            path=f"/mp/appmsgalbum?action=getalbum&__biz={BIZ}&album_id={ALBUM}",
            name="示范发布（微信合集）",
            kind="account",
            expects={
                "home": Expect(kind="list", items=PAGE, newest=NEWEST),
                "home/other-end": Expect(kind="list", items=20),
                "home/newest": Expect(kind="article", published=NEWEST),
            },
        ),
        Case(
            path=f"/mp/appmsgalbum?action=getalbum&__biz={BIZ}&album_id={GUARDED}",
            name="示范发布（遇到验证）",
            kind="account",
            suffix="_guarded",
            expects={"home": Expect(outcome="challenge", reason="challenge")},
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Article:
    mid: int
    title: str
    seconds: int


@stand_in.site
class Site:
    """The platform on one day."""

    def __init__(self, today: date) -> None:
        self._articles = [
            _Article(
                mid=2247480000 + n,
                title=f"【{n + 1}】{town.NEWS[n % len(town.NEWS)]}",
                seconds=int(sheet.before(today, NEWEST + EVERY * (COUNT - 1 - n)).timestamp()),
            )
            for n in range(COUNT)
        ]
        """Oldest first, as an album is shown unless asked otherwise."""

    def answer(self, asked: Asked) -> Answer:
        """Return the album, its JSON or an article."""
        if asked.path == "/s":
            return self._article(asked)
        if asked.path == "/mp/wappoc_appmsgcaptcha":
            return Answer(body=sheet.page("Weixin Official Accounts Platform", _GUARD, narrow=True))
        if asked.path != "/mp/appmsgalbum" or asked.query.get("__biz") != BIZ:
            return Answer(body=sheet.page("参数错误", "<p>参数错误</p>", narrow=True))
        if asked.query.get("album_id") == GUARDED:
            return Answer(status=302, headers={"Location": "/mp/wappoc_appmsgcaptcha?action=appmsgalbum"})
        return self._album(asked)

    def _album(self, asked: Asked) -> Answer:
        size = min(20, int(asked.query.get("count") or PAGE))
        ordered = self._articles[::-1] if asked.query.get("is_reverse") == "1" else self._articles
        base = "http://" + asked.headers.get("host", "")
        shown = ordered[:size]
        if asked.query.get("f") == "json":
            return Answer(body=self._json(base, shown), media_type="application/json; charset=UTF-8")
        rows = "".join(
            f'<li class="album__list-item js_album_item" data-msgid="{one.mid}" data-itemidx="1" data-title="{escape(one.title)}" '
            f'data-link="{escape(_link(base, one))}"><span class="album__item-title-wrp">{escape(one.title)}</span><div>'
            f'<span class="js_article_create_time album__item-info-item">{one.seconds}</span></div></li>'
            for one in shown
        )
        body = (
            f'<h2 class="album__label-title">#示范发布</h2><div class="album__author-name">示范发布</div>'
            f'<p class="soft">{COUNT}篇内容</p><ul class="album__list js_album_list">{rows}</ul>{_WORDS}'
        )
        return Answer(body=sheet.page("#示范发布", body, narrow=True))

    def _json(self, base: str, shown: list[_Article]) -> str:
        listed = [
            {
                "key": f"{one.mid}_1",
                "msgid": str(one.mid),
                "itemidx": "1",
                "title": one.title,
                "url": _link(base, one),
                "create_time": str(one.seconds),
            }
            for one in shown
        ]
        answer = {
            "base_info": {"nickname": "示范发布", "article_count": str(COUNT)},
            "article_list": listed,
            "continue_flag": "1" if len(shown) < COUNT else "0",
            "reverse_continue_flag": "0",
        }
        return json.dumps({"base_resp": {"ret": 0, "exportkey_token": ""}, "getalbum_resp": answer}, ensure_ascii=False)

    def _article(self, asked: Asked) -> Answer:
        found = next((one for one in self._articles if str(one.mid) == asked.query.get("mid")), None)
        if found is None:
            return Answer(body=sheet.page("", "<p>该内容已被发布者删除</p>", narrow=True))
        body = (
            f'<h1 class="rich_media_title" id="activity-name">{escape(found.title)}</h1>'
            '<p class="soft"><a id="js_name" href="javascript:void(0);">示范发布</a> <em id="publish_time"></em></p>'
            f'<div class="rich_media_content" id="js_content"><p>本页为演示文章，用来说明取证流程。</p><p>{escape(found.title)}。'
            "有关单位要明确责任，细化措施，确保各项工作落到实处。</p></div>"
            f'<script>var biz = "{BIZ}"; var nickname = "示范发布"; var user_name = "gh_000000000000"; var ct = "{found.seconds}";\n'
            "var day = new Date((Number(ct) + 8 * 3600) * 1000).toISOString();\n"
            'document.getElementById("publish_time").innerText = day.slice(0, 10) + " " + day.slice(11, 16);</script>'
        )
        return Answer(body=sheet.page(found.title, body, narrow=True))


def _link(base: str, one: _Article) -> str:
    return f"{base}/s?__biz={BIZ}&mid={one.mid}&idx=1&sn=0"
