"""The demonstration city: a local web server with four small sites, and the targets that lead there.

An open portal with fresh, stale and blank columns; a portal behind a log-in form; a new-media account that fell silent,
with its back office and its public page; a bulletin whose annex is only a picture. It listens on the loopback alone.
"""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping
from datetime import date, datetime
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from types import TracebackType
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from collector.secrets import variable_of
from flows.demo import drawing, pages, town
from flows.demo.town import CITY, INNER, SECTIONS, Section

BEIJING = ZoneInfo("Asia/Shanghai")
FIRST_VISIT = 1_286_403
SESSION = "DEMOSESSION"
USERNAME = "demo-editor"
ACCOUNTS = {"inner": "inner-portal-2026", "backoffice": "back-office-2026"}
"""Password by site; they open nothing but the demonstration."""
LOGINS = {"sf-inner": "inner", "sf-fabu": "backoffice"}
"""Site by target."""
Page = tuple[int, str, str | bytes]
"""Status, media type, content."""


class City:
    """The running city. A context manager: the server lives as long as the block."""

    def __init__(self, today: date | None = None, *, still: bool = False) -> None:
        self.today = today or datetime.now(BEIJING).date()
        self.still = still
        """Whether clocks, counter and animations stand still, so that every page can be the same twice."""
        self.changed = False
        self.visits = count(FIRST_VISIT)
        self.sessions: dict[str, str] = {}
        """Site by session."""
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.city = self
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """The city's address, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def change(self) -> None:
        """Go on to the second round: one column has a new item, another has lost one."""
        self.changed = True

    def __enter__(self) -> City:
        drawing.annex()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def page(self, path: str, session: str) -> Page:
        """Return the page at `path` for somebody with that session cookie."""
        status, media_type, content = self._page(path, session)
        if self.still and isinstance(content, str):
            content = pages.stand_still(content)
        return status, media_type, content

    def _page(self, path: str, session: str) -> Page:
        if path == "/style.css":
            return 200, "text/css; charset=utf-8", pages.STYLE
        site, _, rest = path.lstrip("/").partition("/")
        if site in ACCOUNTS and self.sessions.get(session) != site:
            return _html(pages.login(f"/{site}/login", _NAMES[site], wrong=rest == "wrong"), site)
        answers = {"portal": self._portal, "inner": self._inner, "backoffice": self._back_office}
        answers |= {"media": self._media, "bulletin": self._bulletin, "": self._portal}
        return answers.get(site, self._missing)(rest)

    def log_in(self, site: str, form: Mapping[str, list[str]]) -> str | None:
        """Return a new session if name and password are right."""
        if form.get("username") != [USERNAME] or form.get("password") != [ACCOUNTS.get(site)]:
            return None
        session = random.token_urlsafe(24)
        self.sessions[session] = site
        return session

    def _portal(self, rest: str) -> Page:
        if not rest:
            newest = {section.label: self._items(section) for section in SECTIONS}
            return _html(pages.portal(newest), "portal", visits=FIRST_VISIT if self.still else next(self.visits))
        return self._column(SECTIONS, "portal", rest)

    def _inner(self, rest: str) -> Page:
        if not rest:
            cards = "".join(
                f'<section class="card"><h2>{section.name}<a class="more" href="/inner/{section.label}/">更多</a></h2>'
                f"{pages.listing(self._items(section)[:5], f'/inner/{section.label}')}</section>"
                for section in INNER
            )
            return _html(
                f'<div class="crumb" id="signed-in">欢迎使用内部门户</div><div class="grid">{cards}</div>', "inner"
            )
        return self._column(INNER, "inner", rest, mark='<span id="signed-in"></span>')

    def _column(self, sections: tuple[Section, ...], site: str, rest: str, mark: str = "") -> Page:
        label, _, leaf = rest.partition("/")
        section = next((section for section in sections if section.label == label), None)
        if section is None:
            return self._missing(rest)
        items = self._items(section)
        if not leaf:
            return _html(mark + pages.column(section, items, f"/{site}"), site, title=section.name)
        item = next((item for item in items if leaf == f"{item.n}.html"), None)
        if item is None:
            return self._missing(rest)
        return _html(mark + pages.article(item.title, item.date, f"{CITY}政府办", f"/{site}"), site, title=item.title)

    def _back_office(self, rest: str) -> Page:
        posts = town.posts(self.today)
        if not rest:
            return _html(pages.back_office(posts), "backoffice")
        return self._post(rest, "/backoffice")

    def _media(self, rest: str) -> Page:
        name, _, leaf = rest.partition("/")
        if name != "shifanfabu":
            return self._missing(rest)
        if not leaf:
            return _html(pages.account(town.posts(self.today)[1:5]), "media")
        return self._post(leaf, "/media/shifanfabu")

    def _post(self, leaf: str, base: str) -> Page:
        post = next((post for post in town.posts(self.today) if leaf == f"{post.n}.html"), None)
        if post is None:
            return self._missing(leaf)
        return _html(pages.article(post.title, post.date, f"{CITY}发布", base), "media", title=post.title)

    def _bulletin(self, rest: str) -> Page:
        bulletins = town.bulletins(self.today)
        if not rest:
            return _html(pages.bulletins(bulletins), "bulletin", title="检查通报")
        if rest == "annex.png":
            return 200, "image/png", drawing.annex()
        item = next((item for item in bulletins if rest == f"{item.n}.html"), None)
        if item is None:
            return self._missing(rest)
        text = pages.annex_text("/bulletin/annex.png") if item is bulletins[0] else ""
        body = pages.article(item.title, item.date, _NAMES["bulletin"], "/bulletin", text)
        return _html(body, "bulletin", title=item.title)

    def _missing(self, rest: str) -> Page:
        return (
            404,
            "text/html; charset=utf-8",
            pages.page("404 页面不存在", _NAMES["portal"], "<p>您访问的页面不存在</p>"),
        )

    def _items(self, section: Section) -> list[town.Item]:
        return list(town.items(section, self.today, self.changed))


_NAMES = {
    "portal": f"{CITY}人民政府",
    "inner": f"{CITY}政务内部门户",
    "backoffice": f"{CITY}发布 · 内容管理平台",
    "media": f"{CITY}发布",
    "bulletin": f"{CITY}政务公开办公室",
}
_CODES = {"portal": "0000000001", "inner": "0000000002", "bulletin": "0000000003"}


def targets(city: City) -> list[dict[str, Any]]:
    """Return the city's targets in the form of targets.yaml."""
    unit = f"{CITY}人民政府办公室"
    annex = {"label": "annex", "name": "通报附件", "url": "/bulletin/0.html", "class": "disclosure", "duty": False}
    annex |= {"exemption": "文件", "path": "首页 > 检查通报 > 正文"}
    return [
        _target(city, "sf-portal", "portal", f"{CITY}人民政府门户网站", unit, columns=_columns(SECTIONS, "portal")),
        _target(
            city, "sf-inner", "inner", _NAMES["inner"], unit, flow="demo_portal_login", columns=_columns(INNER, "inner")
        ),
        _target(
            city,
            "sf-bulletin",
            "bulletin",
            _NAMES["bulletin"],
            f"{CITY}政务公开办公室",
            flow="demo_bulletin",
            columns=[annex],
        ),
        _account(city, "sf-fabu", "/backoffice/", f"{CITY}发布", "demo_account"),
        _account(city, "sf-fabu-public", "/media/shifanfabu", f"{CITY}发布（公开页）", "demo_account_public"),
    ]


def secrets() -> dict[str, str]:
    """Return the variables that hold the demonstration's log-ins."""
    found = {variable_of(target, "username"): USERNAME for target in LOGINS}
    return found | {variable_of(target, "password"): ACCOUNTS[site] for target, site in LOGINS.items()}


def _target(city: City, id_: str, site: str, name: str, unit: str, **more: Any) -> dict[str, Any]:
    place = {"id": id_, "name": name, "kind": "site", "url": f"{city.url}/{site}/", "site_code": _CODES[site]}
    return place | {"unit": unit} | more


def _account(city: City, id_: str, path: str, name: str, flow: str) -> dict[str, Any]:
    posts = {"label": "posts", "name": "发表记录", "url": city.url + path, "class": "news", "level": 1, "duty": True}
    return {
        "id": id_,
        "name": name,
        "kind": "account",
        "url": city.url + path,
        "unit": f"{CITY}人民政府办公室",
        "flow": flow,
        "columns": [posts],
    }


def _columns(sections: tuple[Section, ...], site: str) -> list[dict[str, Any]]:
    return [
        {
            "label": section.label,
            "name": section.name,
            "url": f"/{site}/{section.label}/",
            "class": section.class_,
            "level": section.level,
            "duty": section.duty,
            "path": f"首页 > {section.group} > {section.name}",
        }
        for section in sections
    ]


def _html(body: str, site: str, *, title: str = "", visits: int = 0) -> Page:
    name = _NAMES[site]
    whole = pages.page(
        f"{title}_{name}" if title else name,
        name,
        body,
        home="/portal/" if site in ("media", "bulletin") else f"/{site}/",
        code=_CODES.get(site, "0000000000"),
        visits=visits,
    )
    return 200, "text/html; charset=utf-8", whole


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    city: City


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a page; logging out ends the session."""
        path = urlsplit(self.path).path
        city = cast(_Server, self.server).city
        if path.endswith("/logout"):
            city.sessions.pop(self._session(), None)
            self._redirect(path.removesuffix("logout"))
        else:
            self._send(*city.page(path, self._session()))

    def do_POST(self) -> None:
        """Take a log-in form."""
        site = urlsplit(self.path).path.strip("/").partition("/")[0]
        length = int(self.headers.get("Content-Length") or 0)
        form = parse_qs(self.rfile.read(min(length, 10_000)).decode("utf-8", "replace"))
        session = cast(_Server, self.server).city.log_in(site, form)
        if session:
            self._redirect(f"/{site}/", f"{SESSION}={session}; Path=/{site}/; HttpOnly; SameSite=Lax")
        else:
            self._redirect(f"/{site}/wrong")

    def _session(self) -> str:
        try:
            held = SimpleCookie(self.headers.get("Cookie", "")).get(SESSION)
        except CookieError:
            return ""
        return held.value if held else ""

    def _redirect(self, place: str, cookie: str | None = None) -> None:
        self.send_response(303)
        self.send_header("Location", place)
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, media_type: str, content: str | bytes) -> None:
        body = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: the demonstration has its own progress."""
