"""The log-in of stand-ins: a form, with or without a one-time code, a session cookie, a way out.

Who is not signed in sees the form, whatever he asks for. Its accounts tell the stories of log-ins: one is let in, one
is thrown out in the middle of his work, one is locked.
"""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass

from collector.login.codes.one_time import generator
from collector.standin import Answer, Asked
from flows.demo import sheet

PASSWORD = "back-office-2026"  # noqa: S105 - it opens nothing but a stand-in
COOKIE = "BOXSESSION"
OUT_OF_DOORS = 3
"""Requests after which the first session of `demo-cut-off` ends."""
EDITOR, CUT_OFF, LOCKED = "demo-editor", "demo-cut-off", "demo-locked"


def secrets(username: str = EDITOR, password: str = PASSWORD, **more: str) -> Mapping[str, str]:
    """Return what somebody types here."""
    return {"username": username, "password": password, **more}


@dataclass(slots=True)
class _Session:
    left: int | None
    """Requests until it ends; None: it does not."""


class Gate:
    """Who is signed in on one stand-in; `seed` is that of the one-time codes it asks for."""

    def __init__(self, title: str, seed: str | None = None) -> None:
        self._title = title
        self._codes = generator(seed) if seed else None
        self._sessions: dict[str, _Session] = {}
        self._cut_off: set[str] = set()

    def answer(self, asked: Asked) -> Answer | None:
        """Return the gate's own answer; None where the request may pass."""
        if asked.path == "/login" and asked.method == "POST":
            return self._try(asked.form)
        if asked.path == "/logout":
            self._sessions.pop(asked.cookies.get(COOKIE, ""), None)
            return Answer(status=303, headers={"Location": "/login"})
        return None if self._passes(asked.cookies.get(COOKIE, "")) else self._form(asked.query)

    def _passes(self, cookie: str) -> bool:
        session = self._sessions.get(cookie)
        if session is None or session.left == 0:
            return False
        if session.left is not None:
            session.left -= 1
        return True

    def _try(self, form: Mapping[str, str]) -> Answer:
        username = form.get("username", "")
        if username not in (EDITOR, CUT_OFF, LOCKED) or form.get("password") != PASSWORD:
            return Answer(status=303, headers={"Location": "/login?wrong=name"})
        if username == LOCKED:
            return Answer(status=303, headers={"Location": "/login?wrong=locked"})
        if self._codes and not self._codes.verify(form.get("code", ""), valid_window=1):
            return Answer(status=303, headers={"Location": "/login?wrong=code"})
        cut = username == CUT_OFF and username not in self._cut_off
        self._cut_off.add(username)
        name = random.token_urlsafe(24)
        self._sessions[name] = _Session(OUT_OF_DOORS if cut else None)
        cookie = f"{COOKIE}={name}; Path=/; HttpOnly; SameSite=Lax"
        return Answer(status=303, headers={"Location": "/", "Set-Cookie": cookie})

    def _form(self, query: Mapping[str, str]) -> Answer:
        wrong = {"name": "用户名或密码错误", "code": "动态口令错误", "locked": "账号已被锁定，请联系管理员"}
        told = wrong.get(query.get("wrong", ""))
        said = f'<p class="wrong" id="wrong">{told}</p>' if told else ""
        code = '<p><label>动态口令 <input id="code" name="code" autocomplete="off"></label></p>' if self._codes else ""
        return Answer(
            body=sheet.page(
                f"登录-{self._title}",
                f'<h2>{self._title}</h2>{said}<form method="post" action="/login">'
                '<p><label>用户名 <input id="username" name="username" autocomplete="off"></label></p>'
                '<p><label>密码 <input id="password" name="password" type="password"></label></p>'
                f'{code}<p><button id="submit">登录</button></p></form>',
            )
        )


def inside(title: str, body: str, *, more: str = "") -> str:
    """Return a page behind the gate."""
    head = f'<p id="signed-in" class="soft">您好　{more} <a href="/logout">退出</a></p>'
    return sheet.page(title, f"{head}<h2>{title}</h2>{body}")


def pager(number: int, last: int) -> str:
    """Return the pager of a list: 上一页, 下一页, each switched off at its end."""
    back = f'<a href="?page={number - 1}">上一页</a>' if number > 1 else '<span class="disabled">上一页</span>'
    on = f'<a href="?page={number + 1}">下一页</a>' if number < last else '<span class="disabled">下一页</span>'
    return f'<p class="soft">{back}　第{number}页/共{last}页　{on}</p>'
