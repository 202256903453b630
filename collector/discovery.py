"""Walks a site's navigation and proposes its column ledger (栏目台账): path, address, class, level, cycle, kind.

Bounded in depth and pages, at the pace the workspace's manners set, on the site's own host only. What leads to another
authority is listed as a jump and not followed. The home page is captured as a record, so that the proposal has an
exhibit. Duty is left open: only the unit can confirm it, and without it no column counts.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError

from collector.clock import Clock
from collector.flow import Flow
from collector.present import page_input
from collector.run import visit_once
from collector.settle import settle
from collector.targets import Target
from collector.visit import Visit
from collector.workspace import Limits, Workspace
from evidence import navigation
from evidence.columns import HOME, Column, ColumnLedger
from evidence.holdings import Holdings
from evidence.model import ColumnKind, PageKind, Record
from evidence.navigation import HOME_NAME, Link, Navigation
from evidence.reading import read
from evidence.reading.page import PageInput
from evidence.ruleset import RuleSet

MOST_PAGES = 200
DEPTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the walk."""

    url: str
    """Where it came to."""
    name: str
    """As the link has it; empty where the link led on to this page, or says only 更多."""
    above: tuple[str, ...]
    """The path of the page whose link led here."""
    kind: PageKind
    trail: tuple[str, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """A proposed ledger, and what the walk could not do."""

    ledger: ColumnLedger
    record: Record
    """The capture of the home page."""
    opened: int
    failed: tuple[tuple[str, str], ...]
    """Address and reason of what could not be opened."""
    left: int
    """Pages that were not opened because the bounds were reached."""
    broken: bool
    """Whether the walk was cut off before its end."""


@dataclass(slots=True)
class _Walk:
    """What the walk knows so far."""

    host: str
    most: int
    depth: int
    limits: Limits
    due: deque[tuple[Link, tuple[str, ...], int]] = field(default_factory=deque)
    known: set[str] = field(default_factory=set)
    pages: list[Page] = field(default_factory=list)
    sent_on: list[tuple[Link, tuple[str, ...], ColumnKind]] = field(default_factory=list)
    """Links that lead on: to a child, which makes them parents, or to another host."""
    failed: list[tuple[str, str]] = field(default_factory=list)
    ended: bool = False

    def take(self, links: tuple[Link, ...], above: tuple[str, ...], depth: int) -> None:
        """Take note of the links of a page: those of this site are due, those of others jumps where a menu has them."""
        for link in links:
            key = navigation.same_page(link.url)
            if key in self.known:
                continue
            own = urlsplit(link.url).netloc.lower() == self.host
            if (
                own
                and depth <= self.depth
                and (navigation.leads_to_map(link.name) or not navigation.is_furniture(link.name))
            ):
                self.known.add(key)
                self.due.append((link, above, depth))
            elif not own and link.in_menu and link.name and not navigation.is_furniture(link.name):
                self.known.add(key)
                self.sent_on.append((link, above, "jump"))


async def discover(
    workspace: Workspace,
    holdings: Holdings,
    target: Target,
    *,
    clock: Clock,
    rules: RuleSet,
    most: int = MOST_PAGES,
    depth: int = DEPTH,
) -> Discovery:
    """Return the column ledger that a site's navigation proposes; what cannot be opened is told in it."""
    limits = workspace.settings.limits
    walk = _Walk(host=urlsplit(target.url).netloc.lower(), most=most, depth=depth, limits=limits)
    record = await visit_once(workspace, holdings, target, _flow(walk, clock), clock=clock)
    columns = tuple(_columns(walk, rules))
    return Discovery(
        ledger=ColumnLedger(target=target.id, columns=columns),
        record=record,
        opened=len(walk.pages) + 1,
        failed=tuple(walk.failed),
        left=len(walk.due),
        broken=not walk.ended,
    )


def _flow(walk: _Walk, clock: Clock) -> Flow:
    flow = Flow(__name__, labels=(HOME,))

    @flow.visit
    async def go(visit: Visit) -> None:
        await visit.open(visit.target.url)
        await visit.capture(HOME)
        at = clock.now()
        _, place = await _look(visit, at, walk.limits)
        walk.host = urlsplit(visit.page.url).netloc.lower()
        walk.known |= {navigation.same_page(visit.page.url), navigation.same_page(visit.target.url)}
        walk.take(place.links, (HOME_NAME,), 1)
        while walk.due and len(walk.pages) < walk.most:
            link, above, depth = walk.due.popleft()
            await _step(visit, walk, link, above, depth, at)
        walk.ended = True

    return flow


async def _step(visit: Visit, walk: _Walk, link: Link, above: tuple[str, ...], depth: int, at: datetime) -> None:
    """Open one page and take note of it; one that cannot be opened stops nothing."""
    opening = await visit.open(link.url)
    if opening.trouble:
        walk.failed.append((link.url, opening.trouble.reason))
        return
    try:
        kind, place = await _look(visit, at, walk.limits)
    except TimeoutError:
        walk.failed.append((link.url, "timeout"))
        return
    except PlaywrightError as error:
        walk.failed.append((link.url, error.message.splitlines()[0]))
        return
    final = visit.page.url
    if kind == "error":
        walk.failed.append((link.url, "页面出错" if final == link.url else f"转到 {final} 后打不开"))
        return
    new = navigation.same_page(final) not in walk.known
    walk.known.add(navigation.same_page(final))
    moved = navigation.same_page(final) != navigation.same_page(link.url)
    page = Page(url=final, name=link.name, above=above, kind=kind, trail=place.trail, links=place.links)
    if moved and link.name:
        elsewhere = urlsplit(final).netloc.lower() != walk.host
        walk.sent_on.append((link, _up_to(link.name, place.trail) or above, "jump" if elsewhere else "parent"))
        page = replace(page, name="")
    if urlsplit(final).netloc.lower() != walk.host:
        return
    if new or not moved:
        walk.pages.append(page)
    walk.take(place.links, _path(page), depth + 1)


async def _look(visit: Visit, at: datetime, limits: Limits) -> tuple[PageKind, Navigation]:
    """Return kind and navigation of the page, once it has come to rest and, if it sends itself elsewhere, has done so."""
    await settle(visit.window, limits)
    page = await page_input(visit.window)
    return await asyncio.to_thread(_read, page, at)


def _read(page: PageInput, at: datetime) -> tuple[PageKind, Navigation]:
    reading = read(page, at=at)
    rows = frozenset(item.href for item in reading.items if item.href and reading.page_kind == "list")
    return reading.page_kind, navigation.navigation(page, rows)


def _path(page: Page) -> tuple[str, ...]:
    """Return where a page stands: as it says itself, else as the walk came to it."""
    if len(page.trail) > 1:
        return page.trail
    return _below(page.above, page.name or urlsplit(page.url).path)


def _up_to(name: str, trail: tuple[str, ...]) -> tuple[str, ...]:
    """Return the trail down to a name; empty where it does not have it."""
    return trail[: trail.index(name) + 1] if name in trail else ()


def _below(above: tuple[str, ...], name: str) -> tuple[str, ...]:
    return above if above[-1] == name else (*above, name)


def _columns(walk: _Walk, rules: RuleSet) -> Iterator[Column]:
    taken: set[str] = {HOME}
    for url, path, kind in _found(walk):
        label = navigation.label_of(url, frozenset(taken))
        taken.add(label)
        yield navigation.proposal(url, path, kind, label, _cycle(path, kind, rules))


def _found(walk: _Walk) -> Iterator[tuple[str, tuple[str, ...], ColumnKind]]:
    """Yield address, path and kind of what are columns."""
    for page in walk.pages:
        if not navigation.leads_to_map(_path(page)[-1]):
            yield page.url, _path(page), _kind(page)
    for link, above, kind in walk.sent_on:
        yield link.url, _below(above, link.name), kind


def _kind(page: Page) -> ColumnKind:
    if page.kind == "list":
        return "list"
    if page.kind == "article" or navigation.exemption_of(_path(page)[-1]):
        return "static"
    folder = navigation.same_page(page.url).rpartition("/")[0] + "/"
    below = [link for link in page.links if navigation.same_page(link.url).startswith(folder)]
    return "parent" if len(below) > 1 else "static"


def _cycle(path: tuple[str, ...], kind: ColumnKind, rules: RuleSet) -> str | None:
    """Return the cycle that the rules set for a list of this class and level."""
    if kind != "list":
        return None
    class_, level = navigation.class_of(path), len(path) - 1
    return next((limit.limit for limit in rules.limits if limit.scope.covers(class_, level)), None)
