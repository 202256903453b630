"""The reader: one page in, one reading out; pure, so that anyone can repeat it from the store."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from evidence.model import Box, DateReading, PageKind, Reader, Reading, Table
from evidence.reading import (
    annexes,
    bad_links,
    blank,
    choice,
    column,
    entries,
    feeds,
    guides,
    health,
    hidden,
    identity,
    kind,
    letters,
    links,
    lists,
    personal_numbers,
    pictures,
    prose,
    published,
    surveys,
    tags,
    wording,
    wordlists,
    years,
)
from evidence.reading.blank import Blankness
from evidence.reading.feeds import Feed
from evidence.reading.lists import Listing
from evidence.reading.matter import Matter, gather
from evidence.reading.page import PageInput
from evidence.reading.pictures import Shelf
from evidence.reading.regions import Regions
from evidence.reading.rows import Row
from evidence.reading.tables import from_html
from evidence.reading.tree import Tree, fold, grow
from evidence.reading.wordlists import WordLists

VERSION = "1"
MATTER = ("article", "list", "other")
"""Kinds of page whose tables, letters and guides are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A page taken apart."""

    page: PageInput
    tree: Tree
    regions: Regions
    listings: tuple[Listing, ...]
    main: Listing | None
    matter: Matter
    dates: tuple[DateReading, ...]
    """When it may have been published, were it an article; the best first."""


def read(
    page: PageInput, *, at: datetime | None, words: WordLists | None = None, shelf: Shelf | None = None
) -> Reading:
    """Return what a page says: kind, items, dates, blank or not, links, text in pictures, identity.

    `at` is the aware moment the page was taken; without it no relative date and no missing year is resolved against
    a present day. `words` are the lists that bad links and wording are known by, the shipped ones where none are given; `shelf`
    keeps what is made of pictures. Raises ReadingError where the layout snapshot contradicts itself.
    """
    tree, words = grow(page), words or wordlists.shipped()
    if (feed := feeds.find(tree, page.url, at=at)) is not None and not _refused(page):
        return _of_feed(page, tree, feed, words)
    view = _take_apart(page, tree, at)
    what, notes = kind.kind_of(page, view.tree, view.regions, view.listings, view.main, view.matter, view.dates)
    rows, dated = _rows(view, what, at)
    latest, about = _newest(view, what, rows, dated)
    emptiness = _agreed(page, at, blank.judge(page, view.tree, view.regions, what, view.main, view.matter))
    shown, doubts = (
        pictures.choose(page, view.tree, view.regions, view.matter)
        if what in ("list", "article", "other")
        else ((), ())
    )
    said = tree.text(tree.root)
    texts, painted, unlike = pictures.read(shown, said, shelf)
    best = next((one for one in view.dates if one.kind != "last_modified"), None) if what == "article" else None
    contradiction = published.disagreement(view.dates) if best is not None else None
    tables = _tables(page, what)
    files = annexes.enclosed(page, said, shelf)
    known = identity.read(view.tree)
    every, too_many = links.find(page, tree)
    hidden_links = hidden.find(page, tree, words.bad_links)
    noted = (
        *notes,
        about,
        emptiness.because if emptiness.blank is not False else "",
        contradiction or "",
        *doubts,
        *unlike,
        *files.notes,
        *identity.doubts(known, page.url),
        *health.faults(view.tree),
        health.unseen(view.tree, view.regions),
        too_many,
    )
    return Reading(
        inputs=page.inputs,
        reader=this_reader(words),
        page_kind="list" if emptiness.blank else what,
        title=title(view.tree),
        items=choice.items(rows, dated, page.url),
        newest=latest,
        blank=emptiness.blank,
        published=best,
        hidden_links=hidden_links,
        images=texts,
        tables=(*tables, *painted, *files.tables),
        file_pages=files.pages,
        identity=known,
        notes=tuple(note for note in noted if note),
        main_box=_main_box(view, what, emptiness.node.box if emptiness.node is not None else None),
        dates=view.dates if what == "article" else tuple(one for one in dated if one is not None),
        letters=letters.read(tree, view.regions, tables) if what in MATTER else (),
        elements=guides.read(tree, view.regions) if what in MATTER else (),
        annexes=annexes.read(tree, view.regions, view.matter, page.url, article=what == "article")
        if what in MATTER
        else (),
        url=page.url,
        links=every,
        bad_links=bad_links.find(page, tree, words.bad_links, hidden_links),
        column=column.read(_seen(view), "list" if emptiness.blank and what == "other" else what),
        personal=personal_numbers.count(tree, files.tables, files.pages),
        entries=entries.find(tree) if what == "home" else (),
        wording=wording.find(tree, texts, words.wording),
        missing_tags=tags.missing(tree, "list" if emptiness.blank else what),
        prose=prose.read(tree, view.matter) if what == "article" else None,
        survey=surveys.read(tree, view.regions, view.matter) if what in ("article", "other") else None,
    )


def _agreed(page: PageInput, at: datetime | None, emptiness: Blankness) -> Blankness:
    """Return the decision on blankness; one that only the layout bears out and not the DOM is none."""
    if not emptiness.blank or page.layout is None or not page.frames:
        return emptiness
    bare = replace(page, layout=None, bodies=tuple(one for one in page.bodies if "javascript" in one.media_type))
    view = _take_apart(bare, grow(bare), at)
    what, _ = kind.kind_of(bare, view.tree, view.regions, view.listings, view.main, view.matter, view.dates)
    by_dom = blank.judge(bare, view.tree, view.regions, what, view.main, view.matter)
    if by_dom.blank is not False:
        return emptiness
    return replace(emptiness, blank=None, because="版面上是空列表，而 DOM 中有内容，无法判断是否空白")


def title(tree: Tree) -> str:
    """Return the page's title as its head gives it."""
    node = tree.first("title")
    return fold("".join(child.value for child in node.children)) if node is not None else ""


def this_reader(words: WordLists | None = None) -> Reader:
    """Return which reader this is: its digest goes over the sources and words of `evidence.reading`, in order of name, and
    over an office's own lists."""
    own = words.sha256 if words else None
    sources = _sources()
    sha256 = hashlib.sha256(f"{sources} {own}".encode()).hexdigest() if own else sources
    return Reader(name="evidence.reading", version=VERSION, sha256=sha256)


@functools.cache
def _sources() -> str:
    sources, here = hashlib.sha256(), Path(__file__).parent
    for file in sorted((*here.glob("*.py"), *here.glob("*.txt"))):
        sources.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return sources.hexdigest()


def _refused(page: PageInput) -> bool:
    return page.status is not None and page.status >= 400


def _of_feed(page: PageInput, tree: Tree, feed: Feed, words: WordLists) -> Reading:
    """Return the reading of what a platform shows of an account; its own faults make an error page."""
    return Reading(
        inputs=page.inputs,
        reader=this_reader(words),
        page_kind="error" if feed.fault else "list",
        title=title(tree),
        items=feed.items,
        newest=feed.newest,
        blank=False if feed.items else None,
        published=None,
        hidden_links=hidden.find(page, tree, words.bad_links),
        images=(),
        tables=(),
        identity=identity.read(tree),
        notes=tuple(note for note in (feed.fault, feed.note) if note),
        dates=tuple(item.dated for item in feed.items if item.dated is not None),
        url=page.url,
    )


def _take_apart(page: PageInput, tree: Tree, at: datetime | None) -> _View:
    regions = Regions(tree)
    listings = lists.find(tree, regions)
    main = choice.main(listings, tree, page.url)
    matter = gather(tree, regions, listings)
    return _View(
        page=page,
        tree=tree,
        regions=regions,
        listings=listings,
        main=main,
        matter=matter,
        dates=published.published(tree, regions, matter, page.url, at=at, headers=page.headers),
    )


def _seen(view: _View) -> column.Seen:
    return column.Seen(
        page=view.page,
        tree=view.tree,
        regions=view.regions,
        listings=view.listings,
        main=view.main,
        matter=view.matter,
    )


def _rows(view: _View, what: PageKind, at: datetime | None) -> tuple[tuple[Row, ...], tuple[DateReading | None, ...]]:
    """Return the rows of the lists the page is for, list by list, with their dates."""
    if view.main is None or what not in ("list", "home"):
        return (), ()
    chosen = choice.together(view.main, view.listings, view.tree, all_of_them=what == "home")
    rows = tuple(row for one in chosen for row in one.rows)
    return rows, tuple(reading for one in chosen for reading in years.resolve(one.rows, at=at))


def _newest(
    view: _View, what: PageKind, rows: tuple[Row, ...], dated: tuple[DateReading | None, ...]
) -> tuple[date | None, str]:
    """Return the newest date of the page's lists; nothing where a tab that is not shown holds a newer one."""
    if what not in ("list", "home") or view.main is None:
        return None, ""
    latest, about = choice.newest(rows, dated)
    shut = choice.behind_tabs(view.main, view.tree) if what == "list" else None
    if latest is not None and what == "list":
        chosen = choice.together(view.main, view.listings, view.tree, all_of_them=False)
        if number := choice.later_page(view.main, view.tree):
            return None, f"这是列表的第{number}页，最新日期不能确定"
        if beside := choice.newer_beside(chosen, view.listings, view.tree, latest):
            return None, f"页面另有一个列表，其中有更新的日期 {beside}，最新日期不能确定"
    if latest is not None and shut is not None and shut > latest:
        return None, f"未显示的标签页中有更新的日期 {shut}，最新日期不能确定"
    return latest, about


def _tables(page: PageInput, what: PageKind) -> tuple[Table, ...]:
    if what not in MATTER:
        return ()
    return tuple(table for frame in page.frames for table in from_html(frame.html))


def _main_box(view: _View, what: PageKind, empty: Box | None) -> Box | None:
    if what in ("list", "home") and view.main is not None:
        return view.main.node.box
    if empty is not None:
        return empty
    return view.matter.container.box if view.matter.container is not None else None
