"""What tests of readings share: documents as an office's program prints them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from collector import browser as browsers


@dataclass(frozen=True)
class Printed:
    """What a browser printed, and pictured."""

    pdf: bytes
    png: bytes


@pytest.fixture(scope="module")
def printed() -> Iterator[Callable[[str], Printed]]:
    """Prints and pictures HTML as an office's program would."""

    async def go(html: str) -> Printed:
        async with browsers.start(browsers.find()) as browser:
            page = await browser.new_page(viewport={"width": 900, "height": 500}, device_scale_factor=2)
            await page.set_content(html)
            pdf = await page.pdf(format="A4", margin={"top": "20mm"}, prefer_css_page_size=True)
            return Printed(pdf=pdf, png=await page.screenshot())

    yield lambda html: asyncio.run(go(html))
