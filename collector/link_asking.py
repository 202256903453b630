"""One light look at where a link leads: each step resolved here and asked at an address we may ask, and what the answer proves.

Addresses on pages are hostile. Only http and https are asked, at the ports of the web, at public addresses; at others only
where the target itself is. A redirect is a new address and is looked at in the same way. No proxy is used: what a proxy
answers for a site it cannot reach is no word of the site.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_network

import httpx2

from collector import manners
from collector.asking import AGENT, GUARDED, reason_of
from collector.clock import Clock
from collector.hosts import address_of, is_public_address, is_public_name
from collector.signs import keeps_out
from evidence.link_checks import LinkLook

_MOST_HOPS = 6
"""Addresses of one look, redirects included."""
_MOST_ADDRESSES = 4
"""Of one name that are asked in turn where nobody takes the connection."""
_MOST_BYTES = 1 << 16
"""Of an error page that are read, to see whether a guard speaks."""
_NO_SUCH_NAME = (socket.EAI_NONAME, socket.EAI_NODATA)
_CARRIES_IPV4 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


class NotAsked(Exception):
    """An address that is not asked; the text is the reason, in one word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """How links are asked: with which manners, from which page, and where beside public addresses."""

    gate: manners.Gate
    clock: Clock
    seconds: float
    """For one step."""
    referer: str | None = None
    """The page that links there."""
    own: frozenset[str] = frozenset()
    """Addresses of the target itself, which may be asked though they are not public."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    address: str
    leads_to: str | None
    retry_after: str
    dated: str | None
    kept_out: bool
    """Whether the page of an error is a guard's."""


async def look(url: str, asker: Asker) -> LinkLook:
    """Ask where a link leads and return what that proves; raises nothing of the network."""
    at, following, address = asker.clock.now(), url, None
    try:
        for _ in range(_MOST_HOPS):
            answer = await _step(following, asker)
            address = answer.address
            if answer.leads_to is None:
                return _proved(answer, at)
            following = answer.leads_to
        reason, gone = "redirects", False
    except Exception as error:  # whatever a hostile address does to a client is no page; the reason is kept
        reason, gone = _why(error, following)
    return LinkLook(at=at, outcome="gone" if gone else "unsure", reason=reason, address=address)


async def addresses_of(url: str) -> frozenset[str]:
    """Return the addresses of a site by its name; none where it has none now."""
    try:
        host, port = _place(httpx2.URL(url))
        return frozenset(await _resolved(host, port))
    except (NotAsked, OSError, ValueError, httpx2.InvalidURL):
        return frozenset()


def _proved(answer: _Answer, at: datetime) -> LinkLook:
    """Return a look by its last answer: 404, 410 and faults of the server prove that nothing is there, if no guard says them."""
    status = answer.status
    if status < 400:
        return LinkLook(at=at, outcome="alive", status=status, address=answer.address)
    gone = status in (404, 410) or (status >= 500 and status not in GUARDED)
    guarded = gone and answer.kept_out
    return LinkLook(
        at=at,
        outcome="gone" if gone and not guarded else "unsure",
        reason="challenge" if guarded else f"http_{status}",
        status=status,
        address=answer.address,
    )


def _why(error: Exception, url: str) -> tuple[str, bool]:
    """Return why there was no answer, and whether that proves that nothing is there.

    Names of inside nets are answered inside; a name service that does not answer is not one that says no.
    """
    if isinstance(error, NotAsked):
        return str(error), False
    if isinstance(error, httpx2.InvalidURL):
        return "address", False
    reason = reason_of(error)
    if isinstance(error, socket.gaierror):
        return reason, error.errno in _NO_SUCH_NAME and is_public_name(httpx2.URL(url).raw_host.decode())
    return reason, reason == "refused"


async def _step(url: str, asker: Asker) -> _Answer:
    """Ask one address with our manners; raises NotAsked, and whatever the network does."""
    wanted = httpx2.URL(url)
    host, port = _place(wanted)
    async with asker.gate.passed(url):
        await asker.gate.page(url)
        async with asyncio.timeout(asker.seconds):
            places = await _resolved(host, port)
            _check(places, asker.own)
            answer = await _first_answer(wanted, places[:_MOST_ADDRESSES], asker)
    if answer.status in manners.ASKING:
        asked = manners.seconds_asked(answer.retry_after, answer.dated, asker.clock.now())
        asker.gate.pause(url, asked or 0)
    return answer


def _place(url: httpx2.URL) -> tuple[str, int]:
    """Return host and port of an address of the web; raises NotAsked for any other, and for ports of other services."""
    if url.scheme not in ("http", "https"):
        raise NotAsked("scheme")
    host, port = url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80)
    if not host or url.userinfo:
        raise NotAsked("address")
    if port not in (80, 443) and not 1024 <= port <= 65535:
        raise NotAsked("port")
    return host, port


async def _resolved(host: str, port: int) -> list[str]:
    """Return the addresses of a host, each once, IPv4 first."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ordered = sorted(found, key=lambda one: one[0] != socket.AF_INET)
    return list(dict.fromkeys(str(place[0]) for *_, place in ordered))


def _check(places: list[str], own: frozenset[str]) -> None:
    """Raise NotAsked unless every address of a name is public or the target's own: a mixed answer is a trap."""
    if not places or any(place not in own and not _is_public(place) for place in places):
        raise NotAsked("private")


def _is_public(text: str) -> bool:
    """Tell whether an address can be asked by anybody and leads to nothing else by way of a gateway."""
    address = address_of(text)
    if address is None or address.is_multicast or not is_public_address(text):
        return False
    if not isinstance(address, IPv6Address):
        return True
    inner = address.ipv4_mapped or address.sixtofour or address.teredo
    return inner is None and not any(address in network for network in _CARRIES_IPV4)


async def _first_answer(url: httpx2.URL, places: list[str], asker: Asker) -> _Answer:
    """Return the answer of the first address that gives one.

    Raises what the network did; a refusal only where each address refuses, for a browser would try them all.
    """
    faults: list[Exception] = []
    for place in places:
        try:
            return await _got(url, place, asker)
        except httpx2.ConnectError as error:
            faults.append(error)
    raise next((fault for fault in faults if reason_of(fault) != "refused"), faults[0])


async def _got(url: httpx2.URL, address: str, asker: Asker) -> _Answer:
    """Return what one address of a host answers; the connection ends when the head of a good answer is there."""
    headers = {
        "Host": url.netloc.decode("ascii"),
        "User-Agent": AGENT,
        "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        "Accept-Language": "zh-CN",
        "Accept-Encoding": "identity",
    } | ({"Referer": asker.referer} if asker.referer else {})
    async with (
        httpx2.AsyncClient(verify=False, trust_env=False, timeout=asker.seconds) as client,  # noqa: S501  # as a visitor may
        client.stream(
            "GET",
            url.copy_with(host=address, fragment=None),
            headers=headers,
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        ) as response,
    ):
        text = await _beginning(response) if response.status_code >= 400 else b""
        location = response.headers.get("location")
        return _Answer(
            status=response.status_code,
            address=address,
            leads_to=str(url.join(location)) if response.is_redirect and location else None,
            retry_after=response.headers.get("retry-after", ""),
            dated=response.headers.get("date"),
            kept_out=any(keeps_out(text.decode(charset, errors="replace")) for charset in ("utf-8", "gb18030")),
        )


async def _beginning(response: httpx2.Response) -> bytes:
    """Return the beginning of a body."""
    kept = b""
    async for piece in response.aiter_raw():
        kept += piece
        if len(kept) >= _MOST_BYTES:
            break
    return kept[:_MOST_BYTES]
