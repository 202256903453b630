"""The pages of the test server."""

from __future__ import annotations

import base64

ROWS = "".join(
    f'<li><a href="/a{n}.html">关于开展第{n}次专项检查的通知</a><span>2021-0{n}-15</span></li>' for n in range(1, 7)
)
LIST = f"<h2>通知公告</h2><ul>{ROWS}</ul>"


def page(body: str, *, title: str = "通知公告 - 示范区", head: str = "", charset: str | None = "utf-8") -> str:
    """Return a whole HTML page."""
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<!DOCTYPE html><html><head>{meta}<title>{title}</title>{head}</head><body>{body}</body></html>"


FORM = """<form method="post" action="/login"><input name="user"><input name="pw" type="password">
<button id="go">登录</button></form>"""
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
GBK = page(LIST, charset=None).encode("gb18030")
UTF16 = b"\xff\xfe" + page(LIST, charset=None).encode("utf-16-le")
BIG5 = page("<p>臺北市政府公告事項說明</p>" * 3, title="公告", charset=None).encode("big5")
CLOCK = """<div><span id="c"></span><marquee>欢迎访问</marquee></div><script>let n = 0;
setInterval(() => { document.getElementById("c").textContent = "今天是 12:00:" + (n++ % 60); }, 20);</script>
<script src="http://stat.invalid/count.js"></script><img src="/dead.png">"""
CHANGING = """<ul id="l"></ul><script>let n = 0; setInterval(() => { document.getElementById("l").innerHTML =
[1, 2, 3, 4].map((i) => `<li><a href="/x">第${n++}条</a> 2021-01-0${i}</li>`).join(""); }, 20);</script>"""
SHELL = """<div id="app"></div><script>fetch("/api/fails").then((r) => r.json()).then((d) => {
document.getElementById("app").textContent = d; }).catch(() => { document.getElementById("app").textContent = "通知公告"; });</script>"""
