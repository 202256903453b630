"""Listens to everything a page asks for and gets, with the bodies exactly as the server sent them.

Bodies come from CDP `Fetch` paused at the response stage: Playwright's `response.body()` hands text in other charsets
back re-encoded. They wait in memory until the capture knows all the secrets of the moment (law 9).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from collector.bodies import LET_THROUGH, Bodies, Bounds
from collector.certificate import Secured
from collector.clock import Clock
from collector.exchange import Exchange
from collector.redactor import Redactor

Event = dict[str, Any]
Answering = Callable[[Event], tuple[str, Event]]
"""Gives the CDP command, with its parameters, that decides a request in place of the network."""


class Traffic:
    """The requests of one page since the last capture, in the order in which they were sent."""

    def __init__(
        self,
        session: CDPSession,
        *,
        clock: Clock,
        redactor: Redactor,
        bounds: Bounds,
        resident: Callable[[], Awaitable[int | None]],
        answering: Answering | None = None,
        relayed: bool = False,
    ) -> None:
        self._session = session
        self._clock = clock
        self._redactor = redactor
        self._bodies = Bodies(session, bounds, resident)
        self._answering = answering
        self._relayed = relayed
        self._hops: dict[str, list[Exchange]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._early: dict[str, list[tuple[tuple[str, str], ...]]] = {}
        self._set_cookies: dict[str, list[tuple[str, str]]] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._old: set[str] = set()
        self.withhold = False
        """While a log-in is under way, no body is kept."""
        self.last_event = asyncio.get_running_loop().time()

    async def listen(self) -> None:
        """Begin; must be awaited before the page navigates."""
        for name, handler in (
            ("Network.requestWillBeSent", self._sent),
            ("Network.requestWillBeSentExtraInfo", self._sent_extra),
            ("Network.responseReceived", self._received),
            ("Network.responseReceivedExtraInfo", self._received_extra),
            ("Network.loadingFinished", self._finished),
            ("Network.loadingFailed", self._failed),
        ):
            self._session.on(name, handler)
        stage: str = "Response"
        decide: Callable[[Event], Coroutine[Any, Any, None]] = self._paused
        if self._answering:
            stage, decide = "Request", partial(self._answered, self._answering)
        self._session.on("Fetch.requestPaused", lambda event: self._start(decide(event)))
        await self._session.send("Network.enable", {"maxPostDataSize": 0})
        await self._session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        await self._session.send("Fetch.enable", {"patterns": [{"requestStage": stage}]})

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Everything since the last `restart`, redirects included."""
        return tuple(hop for hops in self._hops.values() for hop in hops)

    @property
    def unending(self) -> set[str]:
        """Addresses whose bodies did not end; asked for again, they are read in pieces."""
        return self._bodies.unending

    def pending(self) -> tuple[Exchange, ...]:
        """Return what was asked for and has neither ended nor failed."""
        return tuple(hops[-1] for hops in self._hops.values() if hops[-1].ended is None)

    def documents(self, frame_id: str) -> tuple[Exchange, ...]:
        """Return the documents asked for in one frame, redirects included, in order."""
        return tuple(e for e in self.exchanges if e.resource_type == "Document" and e.frame_id == frame_id)

    def downloaded(self, url: str) -> None:
        """Take note that what was asked for as a document became a file: the page stayed, and none of this is its own.

        What a link with `download` asks for belongs to no loader at all, redirects included.
        """
        loaders = {"", *(e.loader_id for e in self.exchanges if e.url == url and e.resource_type == "Document")}
        for exchange in self.exchanges:
            if exchange.loader_id in loaders and exchange.resource_type == "Document":
                exchange.resource_type = "Download"

    def restart(self) -> None:
        """Forget what was heard so far; answers still under way belong to the page before, and are forgotten too."""
        self._old |= set(self._hops)
        self._hops, self._early, self._set_cookies, self._counts = {}, {}, {}, {}
        self._bodies.restart()

    async def quiet(self, seconds: float) -> None:
        """Wait until the bodies being read are read, at most `seconds`."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)

    async def close(self) -> None:
        """Stop reading bodies."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _now(self) -> datetime:
        self.last_event = asyncio.get_running_loop().time()
        return self._clock.now()

    def _hop(self, stream: str, identity: str, request: Event, kind: str | None, frame: str) -> Exchange:
        """Return the exchange the next event of one stream is about; the first event of any stream makes it."""
        hop = self._counts.get((stream, identity), 0)
        self._counts[stream, identity] = hop + 1
        hops = self._hops.setdefault(identity, []) if identity not in self._old else []
        while len(hops) <= hop:
            hops.append(self._new(request, kind, frame, len(hops)))
        return hops[hop]

    def _new(self, request: Event, kind: str | None, frame: str, hop: int) -> Exchange:
        self._redactor.learn_url(request["url"])
        return Exchange(
            url=request["url"],
            method=request["method"],
            resource_type=_kind(kind),
            frame_id=frame,
            loader_id="",
            started=self._now(),
            hop=hop,
            request_headers=_pairs(request["headers"]),
            withheld=self.withhold,
        )

    def _sent(self, event: Event) -> None:
        now, request, identity = self._now(), event["request"], event["requestId"]
        if not request["url"].startswith(("http:", "https:")):
            return
        redirect = event.get("redirectResponse")
        if redirect:
            for before in self._hops.get(identity, [])[-1:]:
                before.ended = before.ended or now
                self._connected(before, redirect)
        exchange = self._hop("sent", identity, request, event.get("type"), event.get("frameId", ""))
        exchange.loader_id = event.get("loaderId", "")
        exchange.frame_id = event.get("frameId", exchange.frame_id)
        for headers in self._early.pop(identity, ()):
            exchange.request_headers = headers

    def _sent_extra(self, event: Event) -> None:
        """Take the header fields as they really went out, cookies included; they may come before the request itself."""
        headers = _pairs(event["headers"])
        for name, value in headers:
            if name.lower() == "cookie":
                self._redactor.learn_cookies(value, received=False)
        hops = self._hops.get(event["requestId"])
        if hops:
            hops[-1].request_headers = headers
        else:
            self._early.setdefault(event["requestId"], []).append(headers)

    def _received_extra(self, event: Event) -> None:
        """Take the cookies of an answer, which Fetch does not tell; this comes before the answer itself."""
        for name, value in event["headers"].items():
            if name.lower() == "set-cookie":
                self._redactor.learn_cookies(value, received=True)
                cookies = [(name, line) for line in value.split("\n")]
                self._set_cookies.setdefault(event["requestId"], []).extend(cookies)

    async def _paused(self, event: Event) -> None:
        """Take the body of an answer and let it go; one that is not let go would hang the page."""
        exchange = self._heading(event)
        verdict = LET_THROUGH
        try:
            if exchange.status is not None and not 300 <= exchange.status < 400:
                verdict = await self._bodies.take(event, exchange)
        finally:
            try:
                await self._session.send(verdict[0], {"requestId": event["requestId"], **verdict[1]})
            except PlaywrightError:
                self._now()  # the page has gone, and its requests with it

    async def _answered(self, answering: Answering, event: Event) -> None:
        """Decide a request in place of the network; one that the browser will not have answered so is ended."""
        command, words = answering(event)
        request = {"requestId": event["requestId"]}
        try:
            await self._session.send(command, {**request, **words})
        except PlaywrightError:
            with suppress(PlaywrightError):  # the page has gone, and its requests with it
                await self._session.send("Fetch.failRequest", {**request, "errorReason": "Failed"})

    def _heading(self, event: Event) -> Exchange:
        identity: str = event.get("networkId") or event["requestId"]
        exchange = self._hop("paused", identity, event["request"], event["resourceType"], event.get("frameId", ""))
        told = tuple((h["name"], h["value"]) for h in event.get("responseHeaders", ()))
        exchange.response_headers = (*told, *self._set_cookies.pop(identity, ()))
        exchange.status = event.get("responseStatusCode")
        exchange.status_text = event.get("responseStatusText", "")
        if reason := event.get("responseErrorReason"):
            exchange.ended = self._now()
            if not exchange.error:
                exchange.error = reason
        return exchange

    def _connected(self, exchange: Exchange, response: Event) -> None:
        """Take down whom the browser spoke with; behind a relay of our own it sees the relay's end, which is nobody's proof."""
        if not self._relayed:
            exchange.remote_address, exchange.secured = _address(response), Secured.of(response)

    def _received(self, event: Event) -> None:
        self._now()
        for exchange in self._hops.get(event["requestId"], [])[-1:]:
            self._connected(exchange, event["response"])
            exchange.resource_type = _kind(event.get("type"))
            exchange.frame_id = event.get("frameId", exchange.frame_id)
            if exchange.status is None:
                exchange.status = event["response"]["status"]

    def _finished(self, event: Event) -> None:
        for exchange in self._hops.get(event["requestId"], [])[-1:]:
            exchange.ended = exchange.ended or self._now()

    def _failed(self, event: Event) -> None:
        for exchange in self._hops.get(event["requestId"], [])[-1:]:
            exchange.ended = exchange.ended or self._now()
            if exchange.url not in self.unending:
                exchange.error = event["errorText"] or exchange.error or "failed"


def _pairs(headers: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in headers.items() if not name.startswith(":")))


def _kind(kind: str | None) -> str:
    """Fetch and Network name the same kinds differently: one name, whichever event comes first."""
    return {"Fetch": "XHR", None: "Other"}.get(kind, kind or "Other")


def _address(response: Event) -> str | None:
    address = response.get("remoteIPAddress")
    return f"{address}:{response.get('remotePort', 0)}" if address else None
