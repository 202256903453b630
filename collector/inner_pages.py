"""Pages below the home page asked over IPv4 and IPv6 in one round (`quzheng probe --pages`), kept as one record a day.

Which pages there are is told by the latest complete records of the home page and of the columns; where there are too many,
those are asked whose addresses have the least digests, which are the same ones on another day. A page is asked over IPv4,
then over IPv6, and where the two differ over IPv4 once more.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from urllib.parse import urldefrag, urlsplit

from collector import charset, day_records, ipv6, manners, probes
from collector.asking import Answer, Tried, request
from collector.clock import Clock
from collector.day_records import DayLog
from collector.hosts import host_of
from collector.manners import Gate
from collector.rounds import Control, check_way_out, is_due, page_of
from collector.signs import keeps_out
from collector.targets import Target
from collector.workspace import ProbeSettings, Workspace
from evidence import digest, inner_pages
from evidence.columns import HOME, SITE_KINDS
from evidence.comparing import both_ways
from evidence.files import Exclusive, make_folder
from evidence.holdings import Holdings
from evidence.inner_pages import AskedPage, Difference, PageChecks, Way
from evidence.model import Check, PagesDay, Reading
from evidence.reading import addresses
from evidence.reading.matter import FILE
from evidence.reading.page import PAGES6
from evidence.span import local_day

AT_ONCE = 8
"""Pages asked side by side, of all targets."""
APART = 1.0
"""Least seconds between two requests to one host."""
_SCRIPTED = 202
"""What a guard answers to a browser that has yet to run its script."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRound:
    """What one call of `probe --pages` did."""

    days: dict[str, PagesDay]
    """By target; each is in a record now."""
    waiting: int
    """Targets that were asked today, or are not to be asked at this hour."""
    without_home: tuple[str, ...]
    """Targets that have no complete record of their home page from the last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """The pages below a home page that are to be asked, each with its level."""

    home: str
    front: str
    """The address of the home page."""
    pages: tuple[tuple[str, int], ...]
    left: int


def check(
    workspace: Workspace,
    holdings: Holdings,
    *,
    clock: Clock,
    only: Sequence[str] = (),
    apart: float = APART,
    has_aaaa: ipv6.HasAaaa | None = None,
) -> PageRound:
    """Ask the pages of every site that is due both ways, and admit a record for each; one call at a time.

    Raises WorkspaceError where this machine has no direct way out: then what does not answer may be behind our own gateway.
    """
    settings = workspace.settings.probe
    check_way_out(workspace, "--pages")
    sites = [one for one in workspace.targets() if one.kind in SITE_KINDS and (not only or one.id in only)]

    def is_asked(one: Target) -> bool:
        label, prefix = inner_pages.LABEL, inner_pages.PREFIX
        return is_due(holdings, one, label, prefix, settings, clock.now(), named=bool(only))

    make_folder(holdings.root / "probes")
    with Exclusive(holdings.root / "probes" / ".pages6.lock").held():
        due = [one for one in sites if settings.pages6 and is_asked(one)]
        named = {one.id: pages for one in due if (pages := _named(holdings, one, settings.pages6, clock)) is not None}
        asked = [one for one in due if one.id in named]
        told = has_aaaa or probes.has_aaaa(workspace)
        days = asyncio.run(_all(workspace, holdings, asked, named, clock, apart, told))
    missing = tuple(one.id for one in due if one.id not in named)
    return PageRound(days=days, waiting=len(sites) - len(due), without_home=missing)


def pages_of(
    home: Reading, columns: Iterable[Reading], target: Target, most: int
) -> tuple[tuple[tuple[str, int], ...], int]:
    """Return the pages to be asked with their levels, and how many more there are; half of them of each level, if possible.

    Only pages at the site's own place count, and no files: what lies elsewhere is somebody else's, or another site.
    """
    places = set(_places(home, target))
    fronts = {_bare(home.url), _bare(target.url)}
    second = dict.fromkeys(chain(_addresses(home, places), (_bare(one.url) for one in target.ledger.columns)))
    third = dict.fromkeys(url for one in columns for url in _addresses(one, places))
    levels = {**dict.fromkeys(third, 3), **dict.fromkeys(second, 2)}
    every = sorted(levels.keys() - fronts, key=lambda url: digest.sha256(url.encode()))
    every = [url for url in every if _is_page(url, places)]
    of = {level: [url for url in every if levels[url] == level] for level in (2, 3)}
    third_part = min(len(of[3]), max(most // 2, most - len(of[2])))
    taken = [*of[2][: most - third_part], *of[3][:third_part]]
    return tuple((url, levels[url]) for url in taken), len(every) - len(taken)


def _named(holdings: Holdings, target: Target, most: int, clock: Clock) -> _Named | None:
    if (home := page_of(holdings, target, HOME, clock.now())) is None:
        return None
    found = (page_of(holdings, target, one.label, clock.now()) for one in target.ledger.columns if one.label != HOME)
    pages, left = pages_of(home[1], [one[1] for one in found if one is not None], target, most)
    return _Named(home=home[0], front=home[1].url or target.url, pages=pages, left=left)


def _places(home: Reading, target: Target) -> Iterator[str]:
    """Yield the hosts with ports that are the site's own: where it is said to be, and where its home page was found."""
    yield urlsplit(target.url).netloc.lower()
    here, said = addresses.host(home.url), addresses.host(target.url)
    if here and addresses.registrable(here) == addresses.registrable(said):
        yield urlsplit(home.url).netloc.lower()


def _addresses(reading: Reading, places: set[str]) -> Iterator[str]:
    """Yield the addresses of the links that a visitor sees on a page of the site's own."""
    if urlsplit(reading.url).netloc.lower() in places:
        yield from (_bare(link.href) for link in reading.links if not link.hidden)


def _is_page(url: str, places: set[str]) -> bool:
    """Tell whether an address is a page at the site's own place; addresses on pages are hostile."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() in places and not FILE.search(parts.path)


def _bare(url: str) -> str:
    return urldefrag(url).url


async def _all(
    workspace: Workspace,
    holdings: Holdings,
    targets: Sequence[Target],
    named: Mapping[str, _Named],
    clock: Clock,
    apart: float,
    has_aaaa: ipv6.HasAaaa,
) -> dict[str, PagesDay]:
    """Return the day of each target."""
    asker, settings = _Round(workspace, holdings, clock, apart), workspace.settings.probe
    hosts = {host_of(named[one.id].front) for one in targets}
    known = await ipv6.known_of(hosts, settings, asyncio.Semaphore(AT_ONCE), has_aaaa)
    every = (asker.day(one, named[one.id], known[host_of(named[one.id].front)]) for one in targets)
    return dict(zip((one.id for one in targets), await asyncio.gather(*every), strict=True))


class _Round:
    """One call's way of asking: with its manners, its clock and its control. Made inside the event loop."""

    def __init__(self, workspace: Workspace, holdings: Holdings, clock: Clock, apart: float) -> None:
        limits = workspace.settings.limits
        self._workspace, self._holdings, self._clock = workspace, holdings, clock
        self._settings: ProbeSettings = workspace.settings.probe
        self._gate = Gate(
            jobs=AT_ONCE,
            per_host=limits.per_host,
            per_host_seconds=max(apart, limits.per_host_seconds),
            longest_pause=limits.retry_after_most,
        )
        self._control = Control(self._settings.control6, self._opens)

    async def day(self, target: Target, named: _Named, aaaa: bool | None) -> PagesDay:
        """Ask the pages of one target, admit the record, and return what it comes to."""
        begun = self._clock.now()
        before = after = None
        pages: Sequence[AskedPage] = ()
        if aaaa:
            before = _way(await self._ask(named.front, socket.AF_INET6))
            if before.came:
                pages = await self._each(named.pages)
                after = _way(await self._ask(named.front, socket.AF_INET6))
        checks = PageChecks(home=named.home, aaaa=aaaa, before=before, after=after, left=named.left, pages=tuple(pages))
        log = DayLog(
            label=inner_pages.LABEL,
            prefix=inner_pages.PREFIX,
            day=local_day(begun),
            started=begun,
            ended=self._clock.now(),
            stands_for=PAGES6,
            media_type=inner_pages.MEDIA_TYPE,
            body=checks.encoded(),
            check=Check(
                name="pages kept", scope="main", passed=True, detail=f"{len(pages)} pages asked, {named.left} left"
            ),
            program=__file__,
        )
        record = day_records.admit(self._workspace, self._holdings, target.ref, log, self._clock)
        return inner_pages.day_of(checks, local_day(record.capture.started))

    async def _each(self, pages: Sequence[tuple[str, int]]) -> Sequence[AskedPage]:
        """Return each page as it answered; a few at a time, so that the two ways of one page are asked close together."""
        turns = asyncio.Semaphore(self._workspace.settings.limits.per_host)

        async def one(url: str, level: int) -> AskedPage:
            async with turns:
                return await self._both(url, level)

        return await asyncio.gather(*(one(url, level) for url, level in pages))

    async def _both(self, url: str, level: int) -> AskedPage:
        """Return what a page answers both ways; a failure over IPv6 with what the control said beside it."""
        first = await self._ask(url, socket.AF_INET)
        second = await self._ask(url, socket.AF_INET6)
        four, six = _way(first), _way(second)
        doubted = six.outcome == "failed" and four.came
        return AskedPage(
            url=url,
            level=level,
            v4=four,
            v6=six,
            control=await self._control.answers() if doubted else None,
            difference=await self._difference(url, first, second),
        )

    async def _difference(self, url: str, first: Tried, second: Tried) -> Difference | None:
        """Return what the two answers have not in common; where that is something, the page is asked over IPv4 once more."""
        four, six = _page(first), _page(second)
        if four is None or six is None:
            return None
        found = both_ways.difference(four, six, four)
        if found is None or not found.per_mille:
            return found
        again = _page(await self._ask(url, socket.AF_INET))
        return None if again is None else both_ways.difference(four, six, again)

    async def _ask(self, url: str, family: socket.AddressFamily) -> Tried:
        async with self._gate.passed(url):
            await self._gate.page(url)
            tried = await request(url, self._settings.seconds, self._clock, family, keep=True)
        if tried.answer is not None and tried.answer.status in manners.ASKING:
            fields = tried.answer.fields
            told = manners.seconds_asked(fields.get("retry-after", ""), fields.get("date"), self._clock.now())
            self._gate.pause(url, told or 0)
        return tried

    async def _opens(self, url: str) -> bool:
        """Tell whether a control opens over IPv6; it waits behind no page."""
        return not (await request(url, self._settings.seconds, self._clock, socket.AF_INET6)).failed


def _way(tried: Tried) -> Way:
    """Return what a request came to; an error page that is a guard's, and a guard's script, are no word of the page."""
    made = tried.attempt
    guarded = made.outcome == "guarded" or made.status == _SCRIPTED or (tried.failed and _is_guards(tried.answer))
    return Way(
        at=made.at,
        outcome="guarded" if guarded else "failed" if tried.failed else "open",
        reason=made.reason,
        status=made.status,
        address=made.address,
    )


def _is_guards(answer: Answer | None) -> bool:
    return answer is not None and keeps_out(charset.text(answer.body))


def _page(tried: Tried) -> str | None:
    """Return the text of a whole page; None for anything else, and for what may be a guard's page."""
    answer = tried.answer
    if answer is None or answer.status != 200 or not answer.whole:
        return None
    if "html" not in answer.fields.get("content-type", "").lower():
        return None
    html = charset.text(answer.body)
    lines = both_ways.matter(html)
    slight = len(lines) < both_ways.FEW
    return None if slight and ("<script" in html.lower() or keeps_out(html)) else html
