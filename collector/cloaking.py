"""Whether a home page shows the same to every agent (cloaking): broken-into sites show search engines something else.

A plain request with a search engine's agent is made, and only where its status, title or text differ from what the browser
got, the browser looks once with that agent. All of it goes with the capture of the home page; nothing is concluded here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from difflib import SequenceMatcher

import httpx2
from playwright.async_api import Error as PlaywrightError
from selectolax.lexbor import LexborHTMLParser

from collector import charset, opening, snapshot
from collector.clock import Clock
from collector.exchange import Exchange
from collector.outcome import SCRIPTED
from collector.persona import Persona
from collector.redactor import Seam
from collector.scrollboxes import shot
from collector.settle import settle
from collector.window import Window
from collector.workspace import Limits
from evidence.model import Artifact, Check

AGENT = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"
CHECK = "same for every agent"
LIKE = 800
"""Per mille of the text that must agree; news and counters change between two requests."""
_MOST_BYTES = 4 << 20
_MOST_TEXT = 6000
"""Words that are compared."""
_SECONDS = 10
PLAIN, LOOKED = 2, 3
"""Numbers of the log artifacts: the plain answer, and the browser's look."""

Windows = Callable[[Persona], Awaitable[Window]]
"""Opens a window that names itself so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was got with one agent."""

    status: int | None
    title: str
    text: str
    data: bytes = b""
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What goes with the capture."""

    check: Check
    artifacts: tuple[Artifact, ...] = ()


async def compare(
    url: str, document: Exchange, windows: Windows, seam: Seam, clock: Clock, limits: Limits, *, proxied: bool
) -> Compared:
    """Ask for `url` with the other agent, and compare with the `document` the browser got; raises nothing of the network."""
    ours = of_bytes(document.status, document.body or b"")
    plain = await _asked(url, limits, proxied)
    if plain.fault is not None:
        return Compared(check=_check(None, f"以搜索引擎名义访问未成：{plain.fault}"))
    kept = [_kept(seam, plain.data, "text/html", PLAIN, clock, url)]
    differs = difference(ours, plain)
    if not differs:
        return Compared(check=_check(True, "以搜索引擎名义访问，所得一致"), artifacts=tuple(kept))
    seen, picture = await _looked(url, windows, limits)
    if picture:
        kept.append(_kept(seam, picture, snapshot.PNG, LOOKED, clock, url))
    passed, said = _conclusion(ours, seen)
    return Compared(check=_check(passed, f"以搜索引擎名义访问，{differs}；{said}"), artifacts=tuple(kept))


def _conclusion(ours: Answer, seen: Answer | None) -> tuple[bool | None, str]:
    """Return whether the browser saw the same under the other name; who turns that name away leaves it open."""
    if seen is None:
        return None, "浏览器未能复看"
    if seen.status is None or seen.status >= 400 or seen.status in SCRIPTED:
        return None, f"该名义被拒（状态码{seen.status}）"
    shown = difference(ours, seen)
    return not shown, f"浏览器以该名义所见也不同：{shown}" if shown else "浏览器以该名义所见一致"


def difference(one: Answer, other: Answer) -> str:
    """Return in what two answers differ, in Chinese; empty where they do not.

    >>> difference(Answer(status=200, title="示范区", text="通知"), Answer(status=200, title="彩票", text="通知"))
    '标题不同（“示范区”与“彩票”）'
    """
    if one.status != other.status:
        return f"状态码不同（{one.status}与{other.status}）"
    if one.title != other.title:
        return f"标题不同（“{one.title[:60]}”与“{other.title[:60]}”）"
    share = likeness(one.text, other.text)
    return "" if share >= LIKE else f"文字只有{share / 10:.1f}%相同"


def likeness(one: str, other: str) -> int:
    """Return how much of two texts agrees, per mille."""
    ours, theirs = _words(one), _words(other)
    if not ours and not theirs:
        return 1000
    return round(SequenceMatcher(None, ours, theirs, autojunk=False).quick_ratio() * 1000)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{2,}", text)[:_MOST_TEXT]


def of_bytes(status: int | None, data: bytes) -> Answer:
    """Return title and text of a page as it was sent; scripts and styles say nothing."""
    tree = LexborHTMLParser(charset.text(data[:_MOST_BYTES]))
    title = tree.css_first("title")
    said = " ".join((title.text() if title else "").split())
    for gone in tree.css("script, style, noscript, template"):
        gone.decompose()
    return Answer(status=status, title=said, text=tree.body.text(separator=" ") if tree.body else "", data=data)


async def _asked(url: str, limits: Limits, proxied: bool) -> Answer:
    """Ask once, without the browser; bounded in time and size."""
    seconds = min(_SECONDS, limits.navigation_seconds)
    settings = {"User-Agent": AGENT, "Accept": "text/html,*/*;q=0.8", "Accept-Language": "zh-CN,zh"}
    try:
        async with (
            asyncio.timeout(seconds),
            httpx2.AsyncClient(
                headers=settings,
                timeout=seconds,
                follow_redirects=True,
                max_redirects=5,
                trust_env=proxied,
                verify=False,  # noqa: S501 (a bad certificate is a fact of its own, kept elsewhere)
            ) as client,
            client.stream("GET", url) as answer,
        ):
            data = bytearray()
            async for piece in answer.aiter_bytes():
                data += piece
                if len(data) > min(_MOST_BYTES, limits.body_bytes):
                    return Answer(status=None, title="", text="", fault="应答过大")
            return of_bytes(answer.status_code, bytes(data))
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, ValueError) as error:
        return Answer(status=None, title="", text="", fault=type(error).__name__)


async def _looked(url: str, windows: Windows, limits: Limits) -> tuple[Answer | None, bytes | None]:
    """Look with the browser, under the other name; return what it saw, and its first screen."""
    window = await windows(Persona(user_agent=AGENT, hints=None))
    try:
        opened = await opening.go(window, url, limits.navigation_seconds)
        if opened.trouble:
            return None, None
        await settle(window, limits)
        picture = await shot(window, (0, 0, *window.viewport))
        document = window.traffic.documents(window.frame_id)[-1]
    except (TimeoutError, PlaywrightError):
        return None, None
    finally:
        await window.close()
    return of_bytes(document.status, document.body or b""), picture


def _kept(seam: Seam, data: bytes, media_type: str, n: int, clock: Clock, url: str) -> Artifact:
    blob = seam.put(data, media_type, "answer to another agent")
    return snapshot.artifact(blob, "log", n, taken=clock.now(), url=seam.url(url, "answer to another agent"))


def _check(passed: bool | None, detail: str) -> Check:
    return Check(name=CHECK, scope="page", passed=passed, detail=detail[:500])
