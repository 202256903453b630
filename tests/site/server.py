"""A web server on 127.0.0.1 with a fault table: one path, one way in which a site misbehaves."""

from __future__ import annotations

import base64
import gzip
import http.server
import socket
import struct
import threading
from collections.abc import Callable
from urllib.parse import parse_qs, quote

from tests.site import challenges, charsets, covering, hostile, inside, old, practice, restless, tall
from tests.site.answer import Answer
from tests.site.pages import BIG5, CHANGING, CLOCK, FORM, GBK, LIST, PIXEL, SHELL, UTF16, page

Handler = http.server.BaseHTTPRequestHandler
Fault = Callable[["_Handler"], Answer | None]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Site

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append((self.path, self.headers))
        fault = TABLE.get(path) or _large(path)
        try:
            answer = fault(self)
            if answer is not None:
                self._send(answer)
        except OSError:
            self.close_connection = True

    do_POST = do_GET

    def _send(self, answer: Answer) -> None:
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        self.send_response(answer.status)
        if answer.type:
            self.send_header("Content-Type", answer.type)
        for name, value in answer.fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if answer.length is None else answer.length))
        self.end_headers()
        self.wfile.write(body)
        if answer.length is not None and answer.length > len(body):
            self.close_connection = True

    def form(self) -> str:
        """Return the body of a POST."""
        return self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()

    def cookie(self) -> str:
        """Return the Cookie field."""
        return self.headers.get("Cookie", "")


def _large(path: str) -> Fault:
    """Return what answers with a very large page; those are made only when somebody asks for one."""
    answer = hostile.large().get(path) if path.startswith("/large/") else None
    return _fixed(answer) if answer else _missing


def _missing(handler: _Handler) -> Answer:
    return Answer("<h1>404 Not Found</h1>", status=404)


def _chunk(handler: _Handler, data: bytes) -> None:
    handler.wfile.write(b"%x\r\n" % len(data) + data + b"\r\n")


def _hang(handler: _Handler) -> None:
    handler.server.closing.wait(30)
    handler.close_connection = True


def _first(trouble: Answer) -> Fault:
    """Answer the first request for an address, query included, with trouble, and each later one with the list."""

    def answer(handler: _Handler) -> Answer:
        before = sum(path == handler.path for path, _ in handler.server.asked)
        return trouble if before == 1 else Answer(page(LIST))

    return answer


def _empty_reply(handler: _Handler) -> None:
    handler.close_connection = True


def _reset(handler: _Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def _endless(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html; charset=utf-8")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    _chunk(handler, page(LIST).encode())
    while not handler.server.closing.wait(0.2):
        _chunk(handler, b"<p>more</p>")


def _broken_chunk(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html; charset=utf-8")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    _chunk(handler, page(LIST).encode())
    handler.wfile.write(b"ZZZ\r\n")
    handler.close_connection = True


def _challenge(status: int) -> Fault:
    def answer(handler: _Handler) -> Answer:
        if "passed=1" in handler.cookie():
            return Answer(page(LIST))
        script = "<script>document.cookie='passed=1;path=/';setTimeout(() => location.reload(), 50)</script>"
        return Answer(page("", head=script, title=""), status=status)

    return answer


def _guard(path: str) -> Fault:
    """Answer as a guard of the list does to who has no cookie of it."""
    status, before = challenges.GUARDS[path]
    cookie = f"{challenges.cookie_of(path)}=1"
    return lambda handler: Answer(page(LIST)) if cookie in handler.cookie() else Answer(before, status=status)


def _twice_521(handler: _Handler) -> Answer:
    seen = handler.cookie()
    if "b=2" in seen:
        return Answer(page(LIST))
    cookie = "b=2" if "a=1" in seen else "a=1"
    return Answer(f"<script>document.cookie='{cookie};path=/';location.reload()</script>", status=521)


def _tall(handler: _Handler) -> Answer:
    """16,385 px: every band of 100 px says its number in the colour of its first pixels."""
    bands = "".join(f'<div style="height:100px;background:rgb({n // 16},{n % 16 * 16},200)"></div>' for n in range(163))
    last = '<div style="height:85px;background:rgb(10,48,200)"></div>'
    return Answer(page(f"{bands}{last}<style>body{{margin:0}}</style>"))


def _of_height(made: Callable[[int], str]) -> Fault:
    return lambda handler: Answer(made(int(handler.path.partition("?")[2])))


def _lazy(handler: _Handler) -> Answer:
    gap = '<div style="height:3000px"></div>'
    script = """<script>new IntersectionObserver((seen) => { if (seen.some((s) => s.isIntersecting))
        document.getElementById("late").textContent = "滚动后出现"; }).observe(document.getElementById("late"));</script>"""
    return Answer(
        page(f'{LIST}{gap}<img src="/pixel.png?lazy" loading="lazy" width=9 height=9><p id="late"></p>{script}')
    )


def _late_list(handler: _Handler) -> Answer:
    """A page that is filled after it has loaded, and shows its end only to who scrolls there."""
    script = """<script>addEventListener("load", () => fetch("/late-rows").then((answer) => answer.text()).then((rows) => {
        app.innerHTML = rows + '<div style="height:3000px"></div><p id="late"></p>';
        addEventListener("scroll", () => { if (scrollY > 1500) late.textContent = "滚动后出现"; }); }));</script>"""
    return Answer(page(f'{LIST}<div id="app"></div>{script}'))


def _late_rows(handler: _Handler) -> Answer:
    handler.server.closing.wait(0.5)
    return Answer(LIST)


def _log_in(handler: _Handler) -> Answer:
    """Answer the log-in form: the right password sets a session, the wrong one is told."""
    site = handler.server
    if handler.command == "POST":
        sent = parse_qs(handler.form())
        if sent == {"user": [site.username], "pw": [site.password]}:
            session = ("Set-Cookie", f"SESSION={site.session}; Path=/; HttpOnly")
            return Answer(b"", status=302, fields=(("Location", f"/inside?token={site.token}"), session))
        return Answer(page(f'<p class="wrong">用户名或密码错误</p>{FORM}', title="登录"))
    return Answer(page(FORM, title="登录"))


def _inside(handler: _Handler) -> Answer:
    """A page only for the logged in; it repeats its secrets in every way that careless pages do."""
    site = handler.server
    if f"SESSION={site.session}" not in handler.cookie():
        return Answer(page(FORM, title="登录"))
    shown = "".join(
        f'<p data-x="{value}">{quote(value)} {base64.b64encode(("x" + value).encode()).decode()}</p>'
        for value in (site.session, site.token, site.password)
    )
    script = f"<script>localStorage.setItem('auth', '{site.stored}');console.error('{site.session}')</script>"
    return Answer(
        page(
            f'<p id="hello">欢迎您</p><p>验证码 202106 发布于 2021-06-29</p>{LIST}{shown}<img src="/pixel.png?ticket={site.token}">{script}'
        )
    )


def _cloaked(path: str) -> Fault:
    """Answer a search engine otherwise than others."""
    spam = page("<h1>开户送彩金</h1>" + "<p>点此进入官方网站</p>" * 20, title="365足球官方网站")
    others = {
        "/cloaked": Answer(spam),
        "/cloaked/titled": Answer(page(LIST, title="365足球官方网站")),
        "/cloaked/refused": Answer(page("<p>Forbidden</p>"), status=403),
        "/cloaked/gone": Answer(page("<p>404</p>"), status=404),
        "/cloaked/source": Answer(page("<script>document.write('x')</script>" + LIST.replace("通知", "公示"))),
    }

    def answer(handler: _Handler) -> Answer:
        agent = handler.headers.get("User-Agent", "")
        return others[path] if "spider" in agent.lower() else Answer(page(LIST))

    return answer


def _fixed(answer: Answer) -> Fault:
    return lambda handler: answer


TABLE: dict[str, Fault] = {
    "/": _fixed(Answer(page(LIST))),
    "/pixel.png": _fixed(Answer(PIXEL, type="image/png")),
    "/500": _fixed(Answer("<h1>500</h1>", status=500)),
    "/403": _fixed(Answer(page("<p>Forbidden</p>"), status=403)),
    "/405": _fixed(Answer(page("<p>您的访问请求被拦截</p>"), status=405)),
    "/503": _fixed(Answer(page("<p>Service Unavailable</p>"), status=503)),
    "/204": _fixed(Answer(b"", status=204)),
    "/loop": _fixed(Answer(b"", status=302, fields=(("Location", "/loop"),))),
    "/moved": _fixed(Answer(b"", status=301, fields=(("Location", "/"),))),
    "/hang": _hang,
    "/once-502": _first(Answer("<h1>502 Bad Gateway</h1>", status=502)),
    "/busy": _first(Answer("<h1>429</h1>", status=429, fields=(("Retry-After", "3600"),))),
    "/white": _fixed(Answer(page('<div style="height:2500px"></div>', title=""))),
    "/white-once": _first(Answer(page('<div style="height:2500px"></div>', title=""))),
    "/closed": _empty_reply,
    "/reset": _reset,
    "/truncated": _fixed(Answer(page(LIST), length=100_000)),
    "/broken-chunk": _broken_chunk,
    "/endless": _endless,
    "/zero-bytes": _fixed(Answer(b"")),
    "/412": _challenge(412),
    "/412-stuck": _fixed(Answer("<script>var a = 1</script>", status=412)),
    "/521": _twice_521,
    "/202-empty": _fixed(Answer("<script>var a = 1</script>", status=202)),
    "/slider": _fixed(Answer(page("<p>请完成安全验证</p><div>拖动滑块</div>", title="安全验证"))),
    "/wechat-abnormal": _fixed(Answer(page("<p>当前环境异常，完成验证后即可继续访问。</p><a>去验证</a>", title=""))),
    "/soft-404": _fixed(Answer(page("<p>抱歉，您访问的页面不存在</p>", title="提示"))),
    "/maintenance": _fixed(Answer(page("<h1>系统维护中，请稍后访问</h1>", title="系统维护"))),
    "/login-page": _fixed(Answer(page(FORM, title="登录"))),
    "/list-about-errors": _fixed(
        Answer(page(LIST.replace("关于开展第1次专项检查", "网站系统维护暂停访问") + "<p>404 Not Found 的处理办法</p>"))
    ),
    "/gbk-right": _fixed(Answer(GBK, type="text/html; charset=gb2312")),
    "/gbk-wrong": _fixed(Answer(GBK, type="text/html; charset=utf-8")),
    "/gbk-none": _fixed(Answer(GBK, type="text/html")),
    "/utf8-as-gbk": _fixed(Answer(page(LIST, charset=None), type="text/html; charset=gbk")),
    "/utf16": _fixed(Answer(UTF16, type="text/html")),
    "/big5": _fixed(Answer(BIG5, type="text/html; charset=big5")),
    "/bom": _fixed(Answer(b"\xef\xbb\xbf" + page(LIST).encode())),
    "/gzip": _fixed(Answer(gzip.compress(page(LIST).encode(), mtime=0), fields=(("Content-Encoding", "gzip"),))),
    "/late-list": _late_list,
    "/late-rows": _late_rows,
    "/lazy": _lazy,
    "/tall": _tall,
    "/tall-text": _of_height(tall.text),
    "/tall-wide": _of_height(tall.wide),
    "/tall-rich": _of_height(tall.rich),
    "/tall-layered": _of_height(tall.layered),
    "/no-height": _fixed(Answer(page("", head="<style>html,body{margin:0;height:0;width:0;overflow:hidden}</style>"))),
    "/wide": _fixed(Answer(page('<div style="width:3000px;height:50px;background:#0a0">宽</div>'))),
    "/frameset": _fixed(Answer('<html><frameset cols="20%,*"><frame src="/plain"><frame src="/"></frameset></html>')),
    "/plain": _fixed(Answer(page("<p>导航</p>", title="导航"))),
    "/shadow": _fixed(
        Answer(page('<div id="h"></div><script>h.attachShadow({mode:"open"}).innerHTML="<b>影子内容</b>"</script>'))
    ),
    "/dialogs": _fixed(Answer(page(f"{LIST}<script>alert('欢迎');confirm('好吗')</script>"))),
    "/popup": _fixed(Answer(page(f"{LIST}<script>window.open('/plain')</script>"))),
    "/download": _fixed(
        Answer(b"PK-file", type="application/zip", fields=(("Content-Disposition", "attachment; filename=a.zip"),))
    ),
    "/refresh": _fixed(Answer(page("跳转中", head='<meta http-equiv="refresh" content="0;url=/">', title=""))),
    "/script-redirect": _fixed(Answer("<script>location.href = '/'</script>")),
    "/moving": _fixed(Answer(page(CLOCK + LIST))),
    "/changing": _fixed(Answer(page(CHANGING))),
    "/hung-script": _fixed(Answer(page(f"{LIST}<script>setTimeout(() => {{ while (true) {{}} }}, 30)</script>"))),
    "/dead-image": _fixed(Answer(page(f'{LIST}<img src="/hang">'))),
    "/shell": _fixed(Answer(page(SHELL))),
    "/api/fails": _fixed(Answer("{}", status=500, type="application/json")),
    "/frame-fails": _fixed(Answer(page('<p>通知公告</p><iframe src="/500" width=900 height=600></iframe>'))),
    "/other-host-fails": _fixed(Answer(page(f'{LIST}<script src="http://other.invalid/x.js"></script>'))),
    "/surrogate": _fixed(
        Answer(
            page(
                f"{LIST}<p id=p></p><script>p.textContent = '\\ud800'; p.title = '\\udfff'; document.title += '\\ud801'</script>"
            ),
            fields=(("X-Odd", "\xff\xfe"), ("Date", "\xff")),
        )
    ),
    "/reloads": _fixed(Answer(page(f"{LIST}<script>setTimeout(() => location.reload(), 120)</script>"))),
    "/frame-changes": _fixed(
        Answer('<html><frameset cols="20%,*"><frame src="/plain"><frame src="/changing"></frameset></html>')
    ),
    "/home": _fixed(Answer(page('<a href="/">通知公告</a><p>示范区人民政府</p>', title="示范区"))),
    "/form": _fixed(Answer(page('<a id="file" href="/download">附件</a>'))),
    **{
        path: _cloaked(path)
        for path in ("/cloaked", "/cloaked/titled", "/cloaked/refused", "/cloaked/gone", "/cloaked/source")
    },
    "/persona": lambda handler: Answer(page(f"<pre>{handler.headers}</pre>")),
    "/login": _log_in,
    "/inside": _inside,
    "/moving.gif": _fixed(Answer(inside.GIF, type="image/gif")),
    **{path: _fixed(Answer(html)) for path, html in (inside.PAGES | covering.PAGES | restless.PAGES).items()},
    **{path: _fixed(answer) for family in (charsets, hostile, old, practice) for path, answer in family.PAGES.items()},
    **{path: _guard(path) for path in challenges.GUARDS},
    **{path: _fixed(Answer(html, status=status)) for path, (status, html) in challenges.PAGES.items()},
}


class Site(http.server.ThreadingHTTPServer):
    """The server, on a free port of 127.0.0.1, for the length of a `with` block."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.closing = threading.Event()
        self.asked: list[tuple[str, object]] = []
        self.username = "CANARY-user-8f3a"
        self.password = "CANARY&pass/9d2b"
        self.session = "CANARYsession77e1"
        self.token = "CANARYtoken55c4"
        self.stored = "CANARYstored31aa"

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of visitors that hang up."""

    def __enter__(self) -> Site:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()
