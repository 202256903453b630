"""The gate: the one place where a request is let in or refused, where errors become pages, and the access log is written.

In this order: who asks; whether the log-in is complete; whether the role has the right; whether a change was asked for by
our own page (origin, form token); then the page; then the line in the access log; then the page is sent.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote_plus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Message, Receive

from evidence import errors
from evidence.desk.access_log import Entry
from evidence.desk.desk import Desk, Visitor
from evidence.desk.page import Declared, Terms
from evidence.desk.rendering import render
from evidence.desk.roles import may
from evidence.desk.sessions import is_token, new_token

log = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[Response]]
FORM_TOKEN = "form_token"  # noqa: S105  the name of a field
HEADER_TOKEN = "X-Form-Token"  # noqa: S105  the same, as scripts send it
FIELDS, FILES = 300, 60
"""Of one form."""
TOLD = (
    errors.DeskError,
    errors.CaseError,
    errors.PeriodError,
    errors.BulletinError,
    errors.DisputeError,
    errors.QuarantineError,
    errors.RetentionError,
)
"""Errors that are written for whoever asked; all others are told to the machine's log only."""
_STAGES = {
    "code": "/second-factor",
    "password": "/account/password",
    "enrol": "/account/second-factor",
    "out": "/login",
}
_NO_USERS = "用户文件读不出，无人能登录：请联系管理员。"
SAID = {
    400: "请求的内容不完整或不合要求。",
    403: "你的角色无权查看或办理这一项。",
    404: "没有这个页面，或其内容已移出存储。",
    405: "这个地址不接受这样的请求。",
    413: "提交的内容太大。",
    429: "尝试次数过多，请稍后再试。",
    503: "访问日志写不下，页面不予显示：请联系管理员。",
}


class Refused(Exception):
    """A request that is not let in; says why, in Chinese."""

    def __init__(self, status: int, said: str = "") -> None:
        self.status = status
        self.said = said or SAID[status]
        super().__init__(self.said)


class Guarded(APIRoute):
    """A route behind the gate."""

    def __init__(self, declared: Declared, desk: Desk) -> None:
        self.terms, self._desk = declared.terms, desk
        super().__init__(
            declared.path,
            declared.answer,
            methods=[declared.method],
            response_model=None,
            response_class=HTMLResponse,
            include_in_schema=False,
        )

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Return what answers a request: the gate, and behind it the page."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                who = visitor(self._desk, request)
            except errors.DeskError:
                log.exception("the users cannot be read")
                return refusal(self._desk, nobody(self._desk, request), Refused(503, _NO_USERS))
            request = Request(request.scope, _limited(request.receive, self.terms.body))
            request.state.desk, request.state.visitor = self._desk, who
            response = await _answered(self._desk, self.terms, who, request, inner)
            if self.terms.logged and who.user is not None:
                try:
                    await run_in_threadpool(_log, self._desk, who, request, response.status_code)
                except errors.DeskError:
                    log.exception("the access log cannot be written")
                    return refusal(self._desk, who, Refused(503))
            return response

        return handler


def cookie_name(desk: Desk) -> str:
    """Return the cookie's name; with TLS the browser itself sees to it that no other host and no plain page set it."""
    return "__Host-quzheng" if desk.house.desk.tls else "quzheng"


def keep(desk: Desk, response: Response, token: str) -> Response:
    """Give a browser what it is to keep until it is closed, out of reach for scripts and other sites."""
    response.set_cookie(
        cookie_name(desk), token, httponly=True, samesite="strict", secure=desk.house.desk.tls, path="/"
    )
    return response


def visitor(desk: Desk, request: Request) -> Visitor:
    """Return who asks; a session whose user is gone, or was changed since, is none."""
    kept = request.cookies.get(cookie_name(desk), "")
    token = kept if is_token(kept) else new_token()
    session = desk.sessions.find(token, desk.now())
    user = desk.users.find(session.user) if session else None
    if session is not None and (user is None or user.changed > session.begun):
        desk.sessions.end(token)
        session = user = None
    return replace(
        nobody(desk, request), token=token, form_token=desk.sessions.form_token(token), user=user, session=session
    )


def nobody(desk: Desk, request: Request) -> Visitor:
    """Return who asks as somebody unknown, where it cannot be told."""
    token = new_token()
    return Visitor(address=_address(desk, request), token=token, form_token=desk.sessions.form_token(token))


def refusal(desk: Desk, who: Visitor, why: Refused) -> Response:
    """Return the page that says why not."""
    page = render(
        "refused.html.j2", desk, who, {"title": "不能办理", "status": why.status, "said": why.said, "current": ""}
    )
    return HTMLResponse(page, status_code=why.status)


def origin(desk: Desk, request: Request) -> str:
    """Return the origin under which the browser has us."""
    return f"{'https' if desk.house.desk.tls else 'http'}://{request.headers.get('host', '')}"


async def _answered(desk: Desk, terms: Terms, who: Visitor, request: Request, inner: Handler) -> Response:
    try:
        if (elsewhere := _elsewhere(desk, terms, who, request)) is not None:
            return elsewhere
        if terms.right is not None and (who.role is None or not may(who.role, terms.right)):
            raise Refused(403)
        if request.method != "GET":
            await _check_ours(desk, who, request, terms.body)
        return await inner(request)
    except Refused as why:
        return refusal(desk, who, why)
    except TOLD as error:
        return refusal(desk, who, Refused(400, str(error)))
    except errors.NotFound:
        return refusal(desk, who, Refused(404))
    except RequestValidationError:
        return refusal(desk, who, Refused(400))
    except HTTPException as error:
        return refusal(desk, who, Refused(error.status_code if error.status_code in SAID else 400))
    except Exception:
        number = secrets.token_hex(4)
        log.exception("desk: fault %s at %s", number, request.url.path)
        return refusal(
            desk, who, Refused(500, f"本方程序出错，没有完成。请把编号 {number} 告诉管理员，详情在服务日志里。")
        )


def _elsewhere(desk: Desk, terms: Terms, who: Visitor, request: Request) -> Response | None:
    """Return where a visitor must go first; None where he may ask for this."""
    if terms.right is None:
        return None
    stage = desk.stage(who)
    if stage in terms.stages:
        return None
    if stage == "open":
        return RedirectResponse("/", status_code=303)
    place = _STAGES[stage]
    if stage == "out" and request.method == "GET" and request.url.path != "/":
        place += "?next=" + quote(request.url.path, safe="/")
    return RedirectResponse(place, status_code=303)


async def _check_ours(desk: Desk, who: Visitor, request: Request, most: int) -> None:
    """Raise Refused where a change was not asked for by a page of ours, in this browser's session."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Refused(403, "请求来自别的网站，没有办理。")
    if request.headers.get("origin") != origin(desk, request):
        raise Refused(403, "请求不是从本工作台的页面发出的，没有办理。")
    form = await request.form(max_fields=FIELDS, max_files=FILES, max_part_size=most)
    given = request.headers.get(HEADER_TOKEN) or _text(form, FORM_TOKEN)
    if not hmac.compare_digest(given.encode("utf-8", "replace"), who.form_token.encode()):
        raise Refused(403, "页面已过期（或登录已换人），没有办理：请重新打开页面再试。")


def _limited(receive: Receive, most: int) -> Receive:
    """Return what gives a body of so many bytes at most; raises Refused with the first beyond."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise Refused(413)
        return message

    return limited


def _text(form: FormData, name: str) -> str:
    found = form.get(name)
    return found if isinstance(found, str) else ""


def _log(desk: Desk, who: Visitor, request: Request, status: int) -> None:
    query = f"?{unquote_plus(request.url.query, errors='replace')}" if request.url.query else ""
    note(desk, who, method=request.method, path=request.url.path + query, status=status)


def note(desk: Desk, who: Visitor, *, method: str, path: str, status: int, said: str = "", user: str = "") -> None:
    """Write a line in the access log; raises DeskError where the disk does not take it."""
    desk.log.write(
        Entry(
            at=desk.now(),
            user=who.name or user,
            role=who.role or "",
            address=who.address,
            method=method,
            path=path,
            status=status,
            said=said,
        )
    )


def _address(desk: Desk, request: Request) -> str:
    """Return from where somebody asks: what a proxy of ours says, never what the asker says of himself."""
    peer = request.client.host if request.client else ""
    if peer in desk.house.desk.proxies:
        said = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        return said[:60] or peer
    return peer
