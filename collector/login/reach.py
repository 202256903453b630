"""Where the secrets of a log-in may go: the hosts that the flow names, and nowhere else.

A form on another host gets nothing typed; and while a log-in is under way, a fence keeps what the page sends from all
other hosts, so that a script put into the page does not get the password either.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Frame, Request, Route

from collector.disguise import disguises
from collector.errors import LoginError

PORTS = {"http": 80, "https": 443}
LEAST = 4
"""Characters from which a secret is looked for in what a page sends."""
Place = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Reach:
    """The places that may be given a secret: scheme, host, port."""

    places: frozenset[Place]

    @classmethod
    def of(cls, address: str, hosts: Iterable[str] = ()) -> Reach:
        """Return the reach of a log-in: its address's host and `hosts`, by its scheme, or by https at the usual port."""
        scheme = urlsplit(address).scheme
        named = (address, *(f"{scheme}://{host}" for host in hosts))
        found = {place for url in named if (place := _place(url))}
        return cls(
            frozenset(found | {("https", host, 443) for scheme, host, port in found if port == PORTS.get(scheme)})
        )

    def allows(self, url: str) -> bool:
        """Tell whether what stands at `url` may be given a secret.

        >>> reach = Reach.of("http://oa.example.gov.cn/login", ("sso.example.gov.cn",))
        >>> reach.allows("https://sso.example.gov.cn/x"), reach.allows("http://oa.example.gov.cn.evil.cn/login")
        (True, False)
        >>> Reach.of("https://oa.example.gov.cn/").allows("http://oa.example.gov.cn/")
        False
        """
        return _place(url) in self.places

    def check(self, frame: Frame | None) -> None:
        """Raise LoginError where a frame, or one it is in, comes from elsewhere."""
        while frame is not None:
            inherits = frame.parent_frame is not None and frame.url.startswith("about:")
            if not inherits and not self.allows(frame.url):
                raise LoginError("wrong_host", f"登录表单在未声明的主机上（{_shown(frame.url)}），没有输入口令")
            frame = frame.parent_frame


def _place(url: str) -> Place | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname:
        return None
    return parts.scheme, parts.hostname.lower(), port or PORTS[parts.scheme]


def _shown(url: str) -> str:
    place = _place(url)
    return f"{place[0]}://{place[1]}:{place[2]}" if place else url.partition(":")[0][:20]


class Fence:
    """Stops what a page sends to other places while a log-in is under way; says so afterwards."""

    def __init__(self, reach: Reach, typed: Sequence[str]) -> None:
        """`typed` may grow while the fence stands."""
        self.stopped: list[str] = []
        """Where secrets, or the form itself, were about to go."""
        self.kept_from: list[str] = []
        """Where something else was about to be sent, of which we cannot tell what it holds."""
        self._reach = reach
        self._typed = typed

    @asynccontextmanager
    async def around(self, context: BrowserContext) -> AsyncIterator[None]:
        """Stand round everything a context asks for."""
        await context.route("**/*", self._judge)
        try:
            yield
        finally:
            await context.unroute("**/*", self._judge)

    def raise_if_stopped(self) -> None:
        """Raise LoginError where a secret was about to go elsewhere."""
        if self.stopped:
            raise LoginError("wrong_host", f"页面要把登录信息发往未声明的主机（{self.stopped[0]}），已拦下")

    async def _judge(self, route: Route) -> None:
        request = route.request
        if not self._typed or not request.url.startswith(("http:", "https:")) or self._reach.allows(request.url):
            await route.fallback()
            return
        bare = request.method in ("GET", "HEAD", "OPTIONS")
        holds = self._holds_a_secret(request)
        if bare and not holds:
            await route.fallback()
            return
        told = self.stopped if holds or request.is_navigation_request() else self.kept_from
        told.append(_shown(request.url))
        await route.abort("blockedbyclient")

    def _holds_a_secret(self, request: Request) -> bool:
        fields = "\n".join(f"{name}: {value}" for name, value in request.headers.items())
        sent = request.url.encode() + b"\n" + fields.encode() + b"\n" + (request.post_data_buffer or b"")
        return any(form in sent for typed in self._typed if len(typed) >= LEAST for form in disguises(typed))
