"""Going through a list page by page: for flows to use, itself no flow."""

from __future__ import annotations

import re
from urllib.parse import urldefrag

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page

from collector.visit import Visit

NEXT = re.compile(r"^\s*(下一?页|后一页|›|»|>)\s*$")
PATIENCE = 3_000
"""Milliseconds for a page to turn."""
_WHERE = """e => { const link = e.closest('a[href]');
  if (!link) return null;
  return link.protocol === ':' ? '' : !link.target && /^https?:$/.test(link.protocol) ? link.href : null; }"""
"""The web address that an element leads to in the same window; empty for a broken one, null for a script or a button."""


async def through(visit: Visit, label: str, most: int) -> int:
    """Capture the list as `label`, and its further pages as `label`/page-2 and so on, `most` in all; return how many.

    It ends where there is no next page, or the page does not change when it is turned.
    """
    await visit.capture(label)
    for n in range(2, most + 1):
        if not await _turned(visit):
            return n - 1
        await visit.capture(f"{label}/page-{n}")
    return most


async def _turned(visit: Visit) -> bool:
    """Turn the page: where that is another address by opening it, which minds manners and outlives a lost session."""
    page = visit.page
    forward = await _next(page)
    if forward is None:
        return False
    before = await page.locator("body").inner_text()
    where = await forward.evaluate(_WHERE)
    if where == "":
        return False
    if where and urldefrag(where).url != urldefrag(page.url).url:
        opened = await visit.open(where)
        return opened.trouble is not None or await visit.page.locator("body").inner_text() != before
    try:
        await forward.click(timeout=PATIENCE)
        await page.wait_for_function("before => document.body.innerText !== before", arg=before, timeout=PATIENCE)
    except PlaywrightError:
        return False
    return True


async def _next(page: Page) -> Locator | None:
    """Return what turns the page; None where it is not there or is switched off."""
    for role in ("link", "button"):
        found = page.get_by_role(role, name=NEXT).first
        if await found.count() and await found.is_enabled():
            off = await found.evaluate("e => e.closest('.disabled, [aria-disabled=true]') !== null")
            return None if off else found
    return None
