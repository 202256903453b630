"""Pages that guard the page: what they answer before they let a browser in, or that never do."""

from __future__ import annotations

from tests.site.pages import LIST, page

WAITS = """<script>setTimeout(() => {{ document.cookie = "{0}=1;path=/"; location.reload(); }}, {1});</script>"""
SLIDER = "<p>请完成安全验证</p><div>拖动滑块</div>"
TURNED_AWAY = "<h1>您的访问请求被拦截</h1><p>事件编号 0a1b2c</p>"
CHECKING = f"""<p>Checking your browser before accessing the site</p><template id="t">{LIST}</template>
<script>setTimeout(() => {{ document.body.innerHTML = t.innerHTML; document.title = "通知公告"; }}, 700);</script>"""

GUARDS: dict[str, tuple[int, str]] = {
    "/202-then-list": (202, page("", head=WAITS.format("w202", 1300), title="")),
    "/slider-then-list": (200, page(SLIDER + WAITS.format("slid", 900), title="安全验证")),
}
"""By path: status and page for a browser without the cookie; with it, the list comes."""

PAGES: dict[str, tuple[int, str]] = {
    "/checking": (200, page(CHECKING, title="Just a moment...")),
    "/slider-stuck": (200, page(f"{SLIDER}<script>var a = 1</script>", title="安全验证")),
    "/waf-200": (200, page(TURNED_AWAY, title="访问拦截")),
    "/405-silent": (405, page("<p>Method Not Allowed</p>", title="405")),
    "/412-silent": (412, page("<p>Precondition Failed</p>", title="412")),
    "/503-checking": (503, page("<p>Checking your browser</p><script>var a = 1</script>", title="Just a moment...")),
    "/429-words": (429, page("<p>访问过于频繁，请稍后再试</p>", title="429")),
    "/500-waf": (500, page(TURNED_AWAY, title="500")),
    "/own-side": (200, page("<p>本页面由上网行为管理系统提示</p>", title="提示")),
}
"""By path: status and page, always."""


def cookie_of(path: str) -> str:
    """The cookie by which a guard knows who has passed."""
    return {"/202-then-list": "w202", "/slider-then-list": "slid"}[path]
