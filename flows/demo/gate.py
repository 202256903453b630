"""The log-in of stand-ins: a form, a session cookie, a way out. Who is not signed in sees the form, whatever he asks for."""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping

from collector.standin import Answer, Asked
from flows.demo import sheet

USERNAME = "demo-editor"
PASSWORD = "back-office-2026"  # noqa: S105 - it opens nothing but a stand-in
SECRETS: Mapping[str, str] = {"username": USERNAME, "password": PASSWORD}
COOKIE = "BOXSESSION"


class Gate:
    """Who is signed in on one stand-in."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._sessions: set[str] = set()

    def answer(self, asked: Asked) -> Answer | None:
        """Return the gate's own answer; None where the request may pass."""
        if asked.path == "/login" and asked.method == "POST":
            return self._try(asked.form)
        if asked.path == "/logout":
            self._sessions.discard(asked.cookies.get(COOKIE, ""))
            return Answer(status=303, headers={"Location": "/login"})
        return None if asked.cookies.get(COOKIE) in self._sessions else self._form(wrong="wrong" in asked.query)

    def _try(self, form: Mapping[str, str]) -> Answer:
        if (form.get("username"), form.get("password")) != (USERNAME, PASSWORD):
            return Answer(status=303, headers={"Location": "/login?wrong"})
        session = random.token_urlsafe(24)
        self._sessions.add(session)
        cookie = f"{COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax"
        return Answer(status=303, headers={"Location": "/", "Set-Cookie": cookie})

    def _form(self, *, wrong: bool) -> Answer:
        told = '<p class="wrong" id="wrong">用户名或密码错误</p>' if wrong else ""
        return Answer(
            body=sheet.page(
                f"登录-{self._title}",
                f'<h2>{self._title}</h2>{told}<form method="post" action="/login">'
                '<p><label>用户名 <input id="username" name="username" autocomplete="off"></label></p>'
                '<p><label>密码 <input id="password" name="password" type="password"></label></p>'
                '<p><button id="submit">登录</button></p></form>',
            )
        )


def inside(title: str, body: str, *, more: str = "") -> str:
    """Return a page behind the gate."""
    head = f'<p id="signed-in" class="soft">{USERNAME}，您好　{more} <a href="/logout">退出</a></p>'
    return sheet.page(title, f"{head}<h2>{title}</h2>{body}")


def pager(number: int, last: int) -> str:
    """Return the pager of a list: 上一页, 下一页, each switched off at its end."""
    back = f'<a href="?page={number - 1}">上一页</a>' if number > 1 else '<span class="disabled">上一页</span>'
    on = f'<a href="?page={number + 1}">下一页</a>' if number < last else '<span class="disabled">下一页</span>'
    return f'<p class="soft">{back}　第{number}页/共{last}页　{on}</p>'
