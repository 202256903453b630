"""What lies around all answers: the host that was asked for, the headers that fence a page in."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Of our own pages: nothing inline, nothing from elsewhere."""
CAPTURED = "sandbox; default-src 'none'; frame-ancestors 'self'"
"""Of what was captured: no script, no origin, no request; only our own pages may frame it."""
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer browsers would send "Origin: null" and our own forms could not be told
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_UNLESS_SAID = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
_HERE = ("127.0.0.1", "localhost", "[::1]")


class Shell:
    """Refuses foreign hosts and puts the headers on every answer, errors too."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def fenced(message: Message) -> None:
            if message["type"] == "http.response.start":
                _fence(MutableHeaders(scope=message))
            await send(message)

        app = self._app if self._is_ours(Headers(scope=scope).getlist("host")) else _STRANGER
        try:
            await app(scope, receive, fenced)
        except Exception:  # what lies around us would answer without the headers
            log.exception("desk: a fault outside all pages")
            await _BROKEN(scope, receive, fenced)

    def _is_ours(self, named: Sequence[str]) -> bool:
        if len(named) != 1:
            return False
        host = named[0].lower()
        name, colon, port = host.rpartition(":")
        here = name if colon and port.isdecimal() else host
        return host in self._hosts or here in _HERE


_BROKEN: ASGIApp = PlainTextResponse("本方程序出错，没有完成。请告诉管理员，详情在服务日志里。\n", status_code=500)
_STRANGER: ASGIApp = PlainTextResponse("本工作台不以这个主机名提供服务。\n", status_code=421)


def _fence(headers: MutableHeaders) -> None:
    headers.update(_ALWAYS)
    for name, value in _UNLESS_SAID.items():
        headers.setdefault(name, value)
