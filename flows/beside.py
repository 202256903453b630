"""Opening what a column's own page leaves open (articles, tabs, a query): for flows to use, itself no flow.

A policy list may print dates of signing, a list may print none, rows may wait behind tabs or a query; what an
interpretation says, or how a survey is answered, only their own pages show. What is opened is captured as a part of the
column (`zcwj/article-1`, `zcwj/tab-1`, `zcwj/search-1`; `zcjd/document-1` is what `zcjd/article-1` is about).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urldefrag

from playwright.async_api import Error as PlaywrightError

from collector.frames import evaluate
from collector.visit import Visit
from evidence import interpreting
from evidence.beside import CONFIRMING
from evidence.columns import Column
from evidence.model import Item, Reading
from evidence.parts import label as part_label
from evidence.reading import addresses
from flows import annexes

UNDATED_MOST = 10
"""Articles opened of a list without dates."""
SAMPLED = 3
"""Articles opened of a list whose articles are looked at for what they say (WD-1.8 asks for as many interpretations)."""
TABS_MOST = 12
FRESH = timedelta(days=14)
"""A policy list that shows a date so close is fresh whichever date it is, and needs no articles."""
PATIENCE = 3_000
"""Milliseconds for a tab or an answer to come."""
_BUTTONS = r"""[...document.querySelectorAll('button, input[type=submit], input[type=button], a, span, div')].filter(e =>
    !e.children.length && e.getClientRects().length && /^\s*(查\s*询|搜\s*索|检\s*索|查\s*找)\s*$/.test(e.value || e.textContent)
    && !e.closest('header, nav, footer, [class*=head], [class*=top], [class*=nav], [class*=foot]'))"""
"""Buttons that ask a query of the page's content, and not of the whole site in its head."""
_HINTS = r"""(() => {
  const text = document.body ? document.body.innerText : '';
  const dates = text.match(/\d{2,4}\s*[-/.年]\s*\d{1,2}(\s*[-/.月]\s*\d{1,2})?|\d{1,2}\s*月\s*\d{1,2}\s*日|\d+\s*(天|小时|分钟)前|今天|昨天/g) || [];
  const shut = [...document.querySelectorAll('ul, ol, table, dl')].some(e =>
    e.querySelectorAll('a[href]').length > 1 && /\d{1,4}[-/.年]\d{1,2}/.test(e.textContent) && !e.getClientRects().length);
  const rows = [...document.links].filter(a => a.textContent.trim().length >= 8 && a.getClientRects().length).length > 2;
  return {open: dates.length < 3 && (rows || CANDIDATES.length > 0) || shut};
})()""".replace("CANDIDATES", _BUTTONS)
"""What is cheap to ask of every page, so that only a few are read on the way: a list without dates, a query, hidden rows."""
_TABS = r"""(() => {
  const dated = e => e.querySelectorAll('a[href]').length > 1 && /\d{1,4}[-/.年]\d{1,2}/.test(e.textContent);
  const lists = e => [e, ...e.querySelectorAll('ul, ol, table, dl')].filter(l => /^(UL|OL|TABLE|DL)$/.test(l.tagName));
  const shut = lists(document.body).find(e => dated(e) && !e.getClientRects().length);
  const away = a => { const to = a.getAttribute('href') || ''; return !/^(#|javascript:|$)/i.test(to.trim()); };
  const make = e => e.tagName + '|' + [...e.classList].filter(c => !/^(on|active|cur(rent)?|show|hide|hidden|none|selected)$/.test(c)).sort();
  for (let pane = shut; pane && pane.parentElement && pane !== document.body; pane = pane.parentElement) {
    const panes = [...pane.parentElement.children].filter(e => make(e) === make(pane) && lists(e).some(dated));
    if (panes.length < 2 || !panes.some(e => e.getClientRects().length)) continue;
    const rows = [...document.querySelectorAll('ul, ol, div, nav, dl, tr, p, h2, h3')].filter(row =>
      row.getClientRects().length && row.children.length === panes.length
      && !panes.some(p => p.contains(row) || row.contains(p))
      && row.compareDocumentPosition(panes[0]) & Node.DOCUMENT_POSITION_FOLLOWING
      && [...row.children].every(c => c.textContent.trim() && c.textContent.trim().length <= 20
        && ![c, ...c.querySelectorAll('a')].some(a => a.tagName === 'A' && away(a))));
    if (!rows.length) return 0;
    [...rows[rows.length - 1].children].forEach((c, n) => {
      c.setAttribute('data-quzheng-tab', n);
      c.toggleAttribute('data-quzheng-shown', !!panes[n].getClientRects().length);
    });
    return panes.length;
  }
  return 0;
})()"""
"""Marks the handles of the tabs whose panes hold dated lists, the nearest row of so many before the panes; 0: none."""
_CLEAR = """(() => {
  for (const name of ['data-quzheng-tab', 'data-quzheng-shown', 'data-quzheng-ask'])
    document.querySelectorAll(`[${name}]`).forEach(e => e.removeAttribute(name));
})()"""
"""What we marked is unmarked before anything is captured."""
_ASK = r"""(() => {
  const found = BUTTONS;
  const best = found.filter(e => /查\s*询/.test(e.value || e.textContent)).pop() || found.pop();
  if (best) best.setAttribute('data-quzheng-ask', '');
  return !!best;
})()""".replace("BUTTONS", _BUTTONS)
"""Marks the button of the content's own query: 查询 before 搜索, the last of several; never the site's search in its head."""


_SAID = ("interpretation", "survey")
"""Classes of columns whose articles matter for what they say."""
_READ = ("policy", *_SAID)
"""Classes of columns whose pages are read on the way whatever they look like."""


async def look(visit: Visit, label: str) -> None:
    """Open what the page of a column, captured as `label` just now, leaves open; nothing where it leaves nothing."""
    column = next((one for one in visit.target.ledger.columns if one.label == label), None)
    if column is None or visit.window.crashed:
        return
    hints = await _asked(visit, _HINTS) or {}
    if not (column.class_ in _READ or hints.get("open")):
        return
    reading = await visit.read()
    kind = reading.column.kind if reading.column else None
    if kind == "search":
        await _ask(visit, label)
    elif kind == "tabbed":
        await _tabs(visit, label)
    elif wanted := _wanted(reading, column, visit):
        await _articles(visit, label, reading.items[:wanted], documents=column.class_ == "interpretation")


async def _asked(visit: Visit, script: str) -> Any:
    """Return what a script says of the page, in a world of its own; None where the page lets none run."""
    try:
        return await evaluate(visit.window.session, visit.window.frame_id, script, seconds=PATIENCE / 1000)
    except (TimeoutError, PlaywrightError):
        return None


def _wanted(reading: Reading, column: Column, visit: Visit) -> int:
    """Return how many articles are to be opened."""
    if reading.page_kind != "list" or not reading.items:
        return 0
    if all(item.date is None for item in reading.items):
        return UNDATED_MOST
    if column.class_ in _SAID:
        return SAMPLED
    fresh = reading.newest is not None and visit.now.date() - reading.newest < FRESH
    return CONFIRMING if column.class_ == "policy" and not fresh else 0


async def _articles(visit: Visit, label: str, items: Sequence[Item], *, documents: bool) -> None:
    """Open the articles of some items, each as the part of its number; one on another host is left out and said.

    With `documents` the document that an article leads to is opened after it.
    """
    came_from = visit.page.url
    for n, item in enumerate(items, 1):
        if not _may_open(item.href, came_from):
            visit.window.note("article", f"第{n}条不在本站网页上，没有打开")
            continue
        opened = await visit.open(str(item.href))
        if opened.trouble is None:
            await annexes.fetch_named(visit)
        taken = await visit.capture(part_label(label, "article", n))
        if documents and opened.trouble is None and taken.trouble is None:
            await _document(visit, label, n)


async def _document(visit: Visit, label: str, n: int) -> None:
    """Open the document that the interpretation shown just now leads to, if it leads to one of this authority."""
    link = interpreting.link_of(await visit.read())
    if link is None or not _may_open(link.href, visit.page.url):
        return
    await visit.open(link.href)
    await visit.capture(part_label(label, "document", n))


def _may_open(href: str | None, here: str) -> bool:
    if href is None or not href.startswith(("http://", "https://")) or urldefrag(href)[0] == urldefrag(here)[0]:
        return False
    return _is_ours(href, here)


def _is_ours(url: str, here: str) -> bool:
    return addresses.registrable(addresses.host(url)) == addresses.registrable(addresses.host(here))


async def _tabs(visit: Visit, label: str) -> None:
    """Open every tab that is not shown, and capture it as a part; what cannot be opened is said in the log."""
    if not await _asked(visit, _TABS):
        visit.window.note("tab", "有未显示的列表，但找不到打开它的标签")
        return
    handles = visit.page.locator("[data-quzheng-tab]:not([data-quzheng-shown])")
    shut = [
        await handles.nth(n).get_attribute("data-quzheng-tab") for n in range(min(await handles.count(), TABS_MOST))
    ]
    for n, which in enumerate(shut, 1):
        if not await _asked(visit, _TABS) or not await _pressed(visit, f"[data-quzheng-tab='{which}']"):
            visit.window.note("tab", f"第{n}个标签页没有打开")
            break
        await _asked(visit, _CLEAR)
        await visit.capture(part_label(label, "tab", n))
    await _asked(visit, _CLEAR)


async def _ask(visit: Visit, label: str) -> None:
    """Press the button of an empty query, and capture what comes as a part."""
    here = visit.page.url
    answered = await _asked(visit, _ASK) and await _pressed(visit, "[data-quzheng-ask]")
    await _asked(visit, _CLEAR)
    if answered and _is_ours(visit.page.url, here):
        await visit.capture(part_label(label, "search", 1))
    else:
        visit.window.note("search", "按了查询，没有结果")


async def _pressed(visit: Visit, place: str) -> bool:
    """Press something, and tell whether the page's text changed of it within PATIENCE."""
    text = "document.body ? document.body.innerText : ''"
    before = await _asked(visit, text)
    try:
        handle = visit.page.locator(place).first
        await handle.hover(timeout=PATIENCE)
        await handle.click(timeout=PATIENCE)
    except PlaywrightError:
        return False
    for _ in range(PATIENCE // 100):
        if await _asked(visit, text) not in (before, None):
            return True
        await asyncio.sleep(0.1)
    return False
