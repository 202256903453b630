"""A quick look at a page: its words, its main region, its frames; two of them tell whether the list stands still."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from collector.frames import evaluate
from collector.window import Window

MAIN = r"""() => {
    const dated = /(19|20)?\d{2}\s*[-.\/年]\s*\d{1,2}|\d{1,2}\s*[-.\/月]\s*\d{1,2}/;
    const rows = (e) => [...e.children].filter((c) => c.querySelector("a[href]") && dated.test(c.textContent));
    let main = null, most = [];
    if (document.body)
        for (const e of document.body.querySelectorAll("ul, ol, dl, table, tbody, div, section, article, main")) {
            const found = e.children.length > most.length ? rows(e) : [];
            if (found.length > most.length) { main = e; most = found; }
        }
    return [main, most];
}"""
"""A function that gives the element with the largest list, and its dated rows with links; null and none without one."""

_LOOK = r"""(() => {
    const shown = (e) => !e.checkVisibility || e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
    const body = document.body;
    const plain = [];
    let links = 0;
    if (body) {
        links = body.querySelectorAll("a[href]").length;
        const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(), n = 0; node && n < 20000; node = walker.nextNode(), n++) {
            const text = node.data.trim(), parent = node.parentElement;
            if (text && parent && !parent.closest("a, script, style, noscript, template, option") && shown(parent))
                plain.push(text.slice(0, 300));
        }
    }
    const [main, rows] = (%s)(), most = rows.length;
    const text = ((main || body || {innerText: ""}).innerText || "").replace(/[ \t\u00a0]+/g, " ");
    const frames = [...document.querySelectorAll("iframe, frame")].map((f) => {
        const box = f.getBoundingClientRect();
        return [f.src || "", Math.round(box.width), Math.round(box.height)];
    });
    return {
        title: document.title || "", state: document.readyState, rows: most, links: links,
        main: text.slice(0, 400000), plain: plain, frames: frames,
        password: [...document.querySelectorAll("input[type=password]")].some(shown),
        drawn: document.querySelectorAll("img, canvas, svg, video, object, embed").length,
        scripts: document.querySelectorAll("script, meta[http-equiv=refresh i]").length,
    };
})()""".replace("%s", MAIN)

_STORED = """(() => {
    try { return [...Object.entries(localStorage), ...Object.entries(sessionStorage)]; } catch { return []; }
})()"""

_CLOCK = re.compile(
    r"\d{1,2}\s*[::时]\s*\d{1,2}|今天|现在|当前时间|北京时间|星期|农历|倒计时|\d+\s*秒|人次|访问|点击|浏览|在线"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a page said at one moment."""

    title: str
    state: str
    """The document's readyState."""
    rows: int
    """Dated rows with links of the largest list."""
    links: int
    main: str
    """Text of the region with that list, or of the whole page where there is none."""
    plain: tuple[str, ...]
    """Visible text outside links, piece by piece."""
    frames: tuple[tuple[str, int, int], ...]
    """Address, width and height of each inner frame."""
    password: bool
    """Whether it shows a password field."""
    drawn: int
    """Pictures, canvases, players."""
    scripts: int = 0
    """Scripts, and orders to go elsewhere after a while."""

    @property
    def text(self) -> str:
        """Title, main region and text outside links, together."""
        return "\n".join((self.title, self.main, *self.plain))


async def look(window: Window, frame: str | None = None) -> Look | None:
    """Look at the page, or one frame of it; None where it has gone. Raises TimeoutError where no script may run."""
    seen: dict[str, Any] | None = await evaluate(window.session, frame or window.frame_id, _LOOK)
    if seen is None:
        return None
    return Look(
        title=seen["title"],
        state=seen["state"],
        rows=seen["rows"],
        links=seen["links"],
        main=seen["main"],
        plain=tuple(seen["plain"]),
        frames=tuple((source, width, height) for source, width, height in seen["frames"]),
        password=seen["password"],
        drawn=seen["drawn"],
        scripts=seen["scripts"],
    )


async def stored(window: Window, frames: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return name and value of all web storage of the page's frames."""
    found: list[tuple[str, str]] = []
    for frame in frames:
        found += [(name, value) for name, value in await evaluate(window.session, frame, _STORED) or ()]
    return found


def same_main(earlier: Look, later: Look) -> bool:
    """Tell whether the main region stood still; clocks and counters in it may go on."""
    if earlier.main == later.main:
        return True
    changed = set(_lines(earlier)) ^ set(_lines(later))
    return all(_CLOCK.search(line) for line in changed)


def _lines(seen: Look) -> list[str]:
    return [line.strip() for line in seen.main.splitlines() if line.strip()]
