"""Pages that mean harm, or are merely badly made: dialogs without end, prototypes overridden, depth, floods."""

from __future__ import annotations

import functools
import zlib

from tests.site.answer import Answer
from tests.site.pages import LIST, ROWS, page

POLICY = "default-src 'none'; script-src 'none'; style-src 'none'; require-trusted-types-for 'script'"
OVERRIDES = """Array.prototype.map = Array.prototype.filter = Array.from = () => { throw 1; };
window.Promise = function () { throw 2; }; JSON.stringify = () => "{}"; Element.prototype.querySelectorAll = () => [];
Element.prototype.getBoundingClientRect = () => ({left: 0, top: 0, right: 0, bottom: 0, width: 0, height: 0});
Document.prototype.querySelectorAll = () => []; Element.prototype.getHTML = () => "nothing here";
Object.defineProperty(document, "title", {get: () => "404 Not Found"}); window.getComputedStyle = () => null;
Object.defineProperty(Node.prototype, "textContent", {get: () => ""});"""


def _bomb(size: int) -> bytes:
    """A list, and so many spaces behind it, packed: a thousandth of what it becomes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = [packer.compress(page(LIST).encode())]
    packed += [packer.compress(b" " * (1 << 20)) for _ in range(size >> 20)]
    return b"".join((*packed, packer.flush()))


def _page(script: str, body: str = LIST) -> Answer:
    return Answer(page(f"{body}<script>{script}</script>"))


PAGES: dict[str, Answer] = {
    "/hostile/dialogs-often": _page("setInterval(() => alert('再见'), 60)"),
    "/hostile/dialogs-endless": _page("setTimeout(() => { while (true) confirm('好吗'); }, 30)"),
    "/hostile/prompt": _page("prompt('姓名', '')"),
    "/hostile/leaving": _page(
        "onbeforeunload = (e) => { e.preventDefault(); return '真的离开吗'; }; document.body.click()"
    ),
    "/hostile/print": _page("print()"),
    "/hostile/permissions": _page(
        "Notification.requestPermission(); navigator.geolocation.getCurrentPosition(() => 0); document.body.requestFullscreen()"
    ),
    "/hostile/write-late": _page(
        "addEventListener('load', () => { document.write('<p>没有了</p>'); document.close(); })"
    ),
    "/hostile/open-document": _page(
        f"setTimeout(() => {{ document.open(); document.write(`{LIST}`); document.close(); }}, 40)"
    ),
    "/hostile/overrides": Answer(page(LIST, head=f"<script>{OVERRIDES}</script>")),
    "/hostile/policy": Answer(page(LIST), fields=(("Content-Security-Policy", POLICY),)),
    "/hostile/policy-meta": Answer(page(LIST, head=f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">')),
    "/hostile/deep": _page(
        "let e = document.body; for (let i = 0; i < 20000; i++) { const d = document.createElement('div'); e.append(d); e = d; } e.textContent = '底';"
    ),
    "/hostile/shadows": _page(
        "let e = document.body; for (let i = 0; i < 300; i++) { const d = document.createElement('div'); e.append(d); e = d.attachShadow({mode: 'open'}); } e.textContent = '影子';"
    ),
    "/hostile/nodes": Answer(page(LIST + "<i></i>" * 20_000)),
    "/hostile/table": Answer(page(LIST + "<table>" + ("<tr>" + "<td>1</td>" * 20 + "</tr>") * 300 + "</table>")),
    "/hostile/frames": Answer(page(LIST + '<iframe src="/plain" width="9" height="9"></iframe>' * 120)),
    "/hostile/frames-nested": Answer(
        page(LIST + '<iframe src="/hostile/frames-nested" width="500" height="300"></iframe>')
    ),
    "/hostile/frame-kinds": Answer(
        page(
            LIST
            + '<iframe src="data:text/html;charset=utf-8,<p>数据</p>"></iframe><iframe src="javascript:\'<p>脚本</p>\'"></iframe>'
            '<iframe srcdoc="<p>内文</p>"></iframe><iframe sandbox src="/plain"></iframe><object data="/plain"></object><iframe src="about:blank"></iframe>'
        )
    ),
    "/hostile/popups": _page("for (let i = 0; i < 30; i++) window.open('/plain')"),
    "/hostile/sockets": _page("for (let i = 0; i < 60; i++) new WebSocket('ws://127.0.0.1:9/' + i)"),
    "/hostile/workers": _page(
        "navigator.serviceWorker.register('/pixel.png').catch(() => 0); new Worker(URL.createObjectURL(new Blob(['while (true);'])))"
    ),
    "/hostile/connections": _page("for (let i = 0; i < 100; i++) fetch('/pixel.png?' + i)"),
    "/hostile/connections-hang": _page("for (let i = 0; i < 100; i++) new Image().src = '/hang?' + i"),
    "/hostile/busy-early": Answer(page(LIST, head="<script>while (true);</script>")),
    "/hostile/busy-frame": Answer(page(LIST + '<iframe src="/hostile/busy-early" width="500" height="300"></iframe>')),
    "/hostile/script-hangs": Answer(page(f'{LIST}<script src="/hang?script" defer></script>')),
    "/hostile/script-hangs-early": Answer(page(LIST, head='<script src="/hang?early"></script>')),
    "/hostile/style-hangs": Answer(page(LIST, head='<link rel="stylesheet" href="/hang?style">')),
    "/hostile/font-hangs": Answer(
        page(
            f'<div style="font-family:x">{LIST}</div>',
            head="<style>@font-face{font-family:x;src:url(/hang?font)}</style>",
        )
    ),
    "/hostile/detects": _page(
        "document.body.insertAdjacentHTML('beforeend', '<p id=w>' + navigator.webdriver + '</p>')"
    ),
    "/hostile/memory": _page(
        "const kept = []; for (let i = 0; i < 30; i++) kept.push(new Uint8Array(10 << 20).fill(i)); window.kept = kept"
    ),
    "/hostile/endless-list": Answer(
        page(f"""<ul id="l">{ROWS}</ul><div style="height:900px"></div><script>addEventListener("scroll", () => {{
            for (let i = 0; i < 40; i++) l.insertAdjacentHTML("beforeend", '<li style="height:40px"><a href="/x">第' + i + '条通知</a> 2021-01-05</li>'); }});</script>""")
    ),
    "/hostile/bomb": Answer(_bomb(200 << 20), fields=(("Content-Encoding", "gzip"),)),
    "/hostile/big": Answer(page(LIST + "<!--" + "x" * (5 << 20) + "-->")),
    "/hostile/headers": Answer(page(LIST), fields=tuple((f"X-Filler-{n}", "x" * 200) for n in range(90))),
    "/hostile/title": Answer(page(LIST, title="<script>alert(1)</script>" + "很长的标题" * 500)),
}


@functools.cache
def large() -> dict[str, Answer]:
    """Return pages of the issues' full size, made when they are asked for."""
    return {
        "/large/nodes": Answer(page(LIST + "<i></i>" * 100_000)),
        "/large/table": Answer(page(LIST + "<table>" + ("<tr>" + "<td>1</td>" * 20 + "</tr>") * 1500 + "</table>")),
        "/large/text": Answer(page(LIST + "<p>" + "很长" * 200_000 + "</p>")),
        "/large/50-mb": Answer(page(LIST + "<!--" + "x" * (50 << 20) + "-->")),
        "/large/bomb": Answer(_bomb(1 << 30), fields=(("Content-Encoding", "gzip"),)),
    }
