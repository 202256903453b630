"""What the network told of itself while a page was captured: certificates, names, clocks, and whose view it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError

from collector import certificate, hello
from collector.certificate import FAULTS, Secured
from collector.clock import Clock
from collector.exchange import Exchange
from collector.hosts import host_of
from collector.lookout import Lookout
from collector.outcome import Trouble
from collector.redactor import Seam
from collector.snapshot import artifact
from collector.window import Window
from evidence.model import Artifact, Check

PEM = "application/x-pem-file"
CHAIN = 10
"""Certificates of one chain that are kept."""
_GRANULE = 2
"""Seconds of a Date field that mean nothing: it is cut to whole seconds, and set before the answer leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """What is kept of it with a capture."""

    certificates: tuple[Artifact, ...] = ()
    """The chain of the page's own host, the leaf first."""
    secured: tuple[dict[str, Any], ...] = ()
    """How the connection to each host was secured; stands in the exchange list."""
    names: tuple[dict[str, Any], ...] = ()
    """The name service's answers; they stand with the times."""
    checks: tuple[Check, ...] = ()
    greeting: tuple[Artifact, ...] = ()
    """What the server answered to a greeting in TLS, where the browser cannot speak with it."""


def begin(window: Window, url: str, clock: Clock) -> None:
    """Ask for the names known so far, so that the answers are there when the capture is done.

    Behind a proxy, which asks for itself, our own name service has no say.
    """
    if window.lookout.proxied:
        return
    heard = (host_of(exchange.url) for exchange in window.traffic.exchanges)
    window.lookout.names.ask({host for host in (host_of(url), *heard) if host}, clock)


async def witness(window: Window, url: str, seam: Seam, clock: Clock, trouble: Trouble | None) -> Wire:
    """Return what the network told of itself; the run's lookout learns from it."""
    lookout, exchanges = window.lookout, window.traffic.exchanges
    host = host_of(url)
    hosts = set() if lookout.proxied else {host, *(host_of(e.url) for e in exchanges)}
    answers = await lookout.names.answers(hosts, clock)
    main = next((e for e in reversed(window.traffic.documents(window.frame_id)) if e.secured), None)
    chain = await _chain(window, main.url) if main else ()
    for answer in answers:
        for address in answer.addresses:
            lookout.see_address(answer.host, address)
    now = clock.now()
    _tell(lookout, exchanges, main, chain, simulated=clock.ref.source == "simulated", at=now)
    if trouble and trouble.reason == "own_side":
        lookout.see_block(host)
    return Wire(
        certificates=tuple(
            artifact(seam.put_clean(one, PEM), "certificate", n, taken=now, url=seam.url(main.url, "certificate"))
            for n, one in enumerate(chain)
            if main
        ),
        secured=tuple(_cleaned(line, seam, "tls") for line in _secured(exchanges)),
        names=tuple(_cleaned(answer.plain(), seam, "names") for answer in answers),
        checks=(*_certified(exchanges, main, now), _path(lookout)),
        greeting=await _greeting(url, seam, clock, trouble, lookout),
    )


async def _greeting(
    url: str, seam: Seam, clock: Clock, trouble: Trouble | None, lookout: Lookout
) -> tuple[Artifact, ...]:
    """Ask the server once more, without the browser, what it speaks; never past a proxy."""
    if trouble is None or trouble.outcome != "tls_unsupported_here" or lookout.proxied:
        return ()
    said = await hello.answer(url)
    if not said:
        return ()
    blob = seam.put(said, "application/octet-stream", "answer to ClientHello")
    return (artifact(blob, "log", 1, taken=clock.now(), url=seam.url(url, "answer to ClientHello")),)


async def _chain(window: Window, url: str) -> tuple[bytes, ...]:
    """Return the chain the page's own host showed, as PEM; nothing where the browser no longer answers."""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(1):
            told = await window.session.send("Network.getCertificate", {"origin": f"{parts.scheme}://{parts.netloc}"})
    except (TimeoutError, PlaywrightError):
        return ()
    return tuple(one for der in told["tableNames"][:CHAIN] if (one := certificate.pem(der)))


def _tell(
    lookout: Lookout,
    exchanges: tuple[Exchange, ...],
    main: Exchange | None,
    chain: tuple[bytes, ...],
    *,
    simulated: bool,
    at: datetime,
) -> None:
    """Let the lookout know the addresses, issuers and clocks that were seen."""
    for exchange in exchanges:
        host = host_of(exchange.url)
        if exchange.remote_address:
            lookout.see_address(host, exchange.remote_address.rpartition(":")[0])
        if not simulated and (offset := offset_of(exchange)) is not None:
            lookout.see_offset(host, offset)
        if exchange.secured and certificate.faults(exchange.secured, host, at) == ("not_trusted",):
            lookout.see_issuer(host, exchange.secured)
    if main and main.secured and chain and not certificate.is_publicly_logged(chain[0]):
        lookout.see_issuer(host_of(main.url), main.secured)


def offset_of(exchange: Exchange) -> int | None:
    """Return by how many seconds a server's clock is before ours; 0 where its Date lies within the exchange.

    What a cache kept for a while (Age) was dated that much earlier.
    """
    said, ended = exchange.header("date"), exchange.ended
    if said is None or ended is None:
        return None
    age = exchange.header("age") or "0"
    try:
        told = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    stamp = (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp() + (int(age) if _is_age(age) else 0)
    early, late = exchange.started.timestamp() - _GRANULE, ended.timestamp()
    return round(stamp - early) if stamp < early else round(stamp - late) if stamp > late else 0


def _is_age(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _secured(exchanges: tuple[Exchange, ...]) -> Iterator[dict[str, Any]]:
    """Yield how each host's connection was secured, each host once, in order of name."""
    found: dict[tuple[str, int], Secured] = {}
    for exchange in exchanges:
        if exchange.secured:
            parts = urlsplit(exchange.url)
            found.setdefault((parts.hostname or "", parts.port or 443), exchange.secured)
    for (host, port), secured in sorted(found.items()):
        yield {"host": host, "port": port, **secured.plain()}


def _certified(exchanges: tuple[Exchange, ...], main: Exchange | None, at: datetime) -> Iterator[Check]:
    """Yield what there is to say of certificates: nothing of a page that came without them.

    A bad certificate says nothing about content; but one made for another holder's site leaves open whose page it is.
    """
    shown = {host_of(e.url): e.secured for e in exchanges if e.secured}
    if not shown:
        return
    wrong = {host: certificate.faults(secured, host, at) for host, secured in shown.items()}
    said = "；".join(f"{host}：{'、'.join(FAULTS[f] for f in found)}" for host, found in sorted(wrong.items()) if found)
    yield Check(name="certificate", scope="page", passed=not said, detail=said[:1000] or "证书有效")
    if main and main.secured and "other_name" in wrong.get(host_of(main.url), ()):
        host, named = host_of(main.url), "、".join(main.secured.names[:3]) or main.secured.subject
        if certificate.is_of_another_site(main.secured, host):
            detail = f"{host} 出示的证书属于 {named[:200]}，不能确定页面属于该网站"
            yield Check(name="certified host", scope="document", passed=None, detail=detail)


def _path(lookout: Lookout) -> Check:
    """Say what marks our way out; of other sites only how many, since the record may go to one unit alone."""
    marks = lookout.marks()
    detail = "；".join(mark.told for mark in marks)[:1000]
    return Check(
        name="path clean", scope="page", passed=not marks, detail=detail or "未见代理、内容检查或分开解析的迹象"
    )


def _cleaned(line: Mapping[str, Any], seam: Seam, where: str) -> dict[str, Any]:
    """Return a line with the secrets of its texts removed."""

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return seam.text(value, where)
        return [clean(inner) for inner in value] if isinstance(value, list) else value

    return {key: clean(value) for key, value in line.items()}
