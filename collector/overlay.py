"""What lies over the list (飘窗, notices, lightboxes): the page is pictured as it is, then the list once more without it.

The box is closed by its own button only, with the mouse, as a visitor would; one that wanders is waited for until it is
elsewhere. Nothing is ever hidden by us. Both pictures are exhibits: the tiles as it was, regions of the list without it.
A button that leads away, sends a form or stands in the list is not touched.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal

from playwright.async_api import Error as PlaywrightError

from collector import snapshot
from collector.clock import Clock
from collector.frames import evaluate
from collector.look import MAIN, Look, look, same_main
from collector.movement import Movement
from collector.redactor import Seam
from collector.scrollboxes import shot
from collector.window import Window
from evidence.model import Artifact, Box, Check

CLEAR = "nothing covers the list"
_SECONDS = 2.0
"""That what covers the list is given to go, by itself or after a click."""
_STEP_SECONDS = 0.1
_CLICKS = 3
"""Buttons of one page that are clicked: a notice may lie over a notice."""
_HIGHEST = 8000
"""CSS pixels of one picture's height."""

_FIND = r"""(() => {
    const [main, rows] = (MAIN)();
    const shown = (e) => !e.checkVisibility || e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
    const place = (e) => { const r = e.getBoundingClientRect(); return [r.left + scrollX, r.top + scrollY, r.width, r.height].map(Math.round); };
    const inView = (x, y) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
    const hides = (e) => {
        let opacity = 1;
        for (let p = e; p; p = p.parentElement) opacity *= parseFloat(getComputedStyle(p).opacity);
        const style = getComputedStyle(e), colour = style.backgroundColor;
        const parts = colour.replace(/[^\d.,\/ ]/g, "").split(/[,\/ ]+/).filter(Boolean);
        const alpha = colour === "transparent" ? 0 : parts.length === 4 ? parseFloat(parts[3]) : 1;
        const drawn = /^(img|video|canvas|iframe|frame|object|embed|svg)$/i.test(e.tagName) || style.backgroundImage !== "none";
        return opacity * (drawn ? 1 : alpha) >= 0.75;
    };
    const within = (e) => main && (main.contains(e) || e.contains(main));
    const outermost = (e) => {
        while (e.parentElement && e.parentElement !== document.body && e.parentElement !== document.documentElement
            && !(main && e.parentElement.contains(main))) e = e.parentElement;
        return e;
    };
    const covers = (x, y, row) => {
        if (!inView(x, y)) return null;
        for (const e of document.elementsFromPoint(x, y)) {
            if (row ? row.contains(e) || e.contains(row) : e === document.body || e === document.documentElement) return null;
            if (hides(e) && (row || floats(e))) return e;
        }
        return null;
    };
    const floats = (e) => {
        const box = outermost(e);
        for (let p = e; p && p !== document.body; p = p.parentElement) {
            const r = p.getBoundingClientRect();
            const over = getComputedStyle(p).position === "fixed" || (p.tagName === "DIALOG" && p.matches(":modal"));
            if (over && r.width * r.height * 4 >= innerWidth * innerHeight) return true;
            if (p === box) break;
        }
        return false;
    };
    const found = new Set();
    let hidden = 0;
    const written = (row) => {
        const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT), range = document.createRange(), rects = [];
        for (let node = walker.nextNode(); node && rects.length < 20; node = walker.nextNode())
            if (node.data.trim()) { range.selectNodeContents(node); rects.push(...range.getClientRects()); }
        return rects.filter((r) => r.width > 2 && r.height > 2);
    };
    for (const row of rows.filter(shown).slice(0, 60)) {
        const rects = written(row), points = rects.flatMap((r) => [r.left + 2, r.left + r.width / 2, r.right - 2].map((x) => [x, r.top + r.height / 2]));
        if (!points.some(([x, y]) => inView(x, y))) continue;
        const over = points.map(([x, y]) => covers(x, y, row)).filter(Boolean);
        if (over.length) hidden += 1;
        for (const e of over) found.add(outermost(e));
    }
    if (!rows.length)
        for (const fx of [0.35, 0.5, 0.65]) for (const fy of [0.3, 0.5, 0.7]) {
            const e = covers(innerWidth * fx, innerHeight * fy, null);
            if (e) found.add(outermost(e));
        }
    const words = [[/^关\s*闭$/, 6], [/^关闭(窗口|弹窗|公告|广告|提示)?$/, 5], [/^[×✕✖✗╳⊗xX]$/, 5], [/^close$/i, 5],
        [/^(我?知道了|我已知晓|我已阅读|不再(提示|显示|弹出)|跳过|稍后再说|忽略|取消)$/, 3], [/^(确\s*定|好的?)$/, 1]];
    const marks = /(^|[^a-z])(close|guanbi|closebtn|btnclose|shut)([^a-z]|$)|closebtn|关闭/i;
    const button = (box) => {
        let best = null;
        if (box.querySelector("input[type=password]")) return null;
        for (const e of [...box.querySelectorAll("*")].slice(0, 3000)) {
            const r = e.getBoundingClientRect(), x = r.left + r.width / 2, y = r.top + r.height / 2;
            if (r.width < 6 || r.height < 6 || r.width > 300 || r.height > 120 || !inView(x, y) || !shown(e)) continue;
            const label = (e.innerText || e.value || "").trim();
            const marked = ["aria-label", "title", "alt", "class", "id", "src", "onclick"].map((n) => e.getAttribute(n) || "");
            let score = Math.max(0, ...words.filter(([w]) => w.test(label)).map(([, n]) => n));
            if (!score && label.length <= 4 && marked.some((m) => marks.test(m))) score = 4;
            const at = document.elementFromPoint(x, y), link = e.closest("a[href], area[href]");
            if (!score || !at || !(e.contains(at) || at.contains(e))) continue;
            if (link && !/^\s*(javascript:|#|$)/i.test(link.getAttribute("href"))) continue;
            if (/window\.open|location|submit\(/.test([e, e.parentElement].map((n) => n.getAttribute("onclick") || "").join())) continue;
            const form = e.closest("form"), sends = e.closest("button, input[type=submit], input[type=image]");
            if (form && sends && sends.type !== "button" && sends.type !== "reset") continue;
            if (!best || score > best.score || (score === best.score && r.width * r.height < best.size))
                best = {score, size: r.width * r.height, x, y, words: label || marked.find((m) => marks.test(m)).slice(0, 40)};
        }
        return best && {x: best.x, y: best.y, words: best.words};
    };
    const list = rows.filter(shown).map(place);
    return {hidden, rows: list.length, list: list.length ? [
            Math.min(...list.map((b) => b[0])), Math.min(...list.map((b) => b[1])),
            Math.max(...list.map((b) => b[0] + b[2])), Math.max(...list.map((b) => b[1] + b[3]))] : [0, 0, innerWidth, innerHeight],
        boxes: [...found].map((e) => ({box: place(e), button: button(e)}))};
})()""".replace("MAIN", MAIN)

How = Literal["closed", "gone", "stays", "left"]
_HOW: dict[How, str] = {
    "closed": "已用其自带的“{words}”关闭，另行成像",
    "gone": "待其移开后另行成像",
    "stays": "未能移开",
    "left": "点击“{words}”后离开了本页，以先前所采为准",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """What lay over the list, and what came of it."""

    how: How | None = None
    """None: nothing lay over it."""
    said: str = "没有遮挡列表的内容"
    clean: bool = False
    """Whether the list was then seen whole, saying the same as before."""
    pictures: tuple[Artifact, ...] = ()

    def check(self) -> Check:
        """Return the check; what was moved aside is told, and both pictures are there."""
        return Check(name=CLEAR, scope="page", passed=self.how is None or self.clean, detail=self.said)


async def uncover(
    window: Window, moved: Movement, before: Look | None, seam: Seam, clock: Clock, first: int
) -> Uncovered:
    """Look whether anything lies over the list; where it does, picture the list once more without it.

    `moved` tells what passed over it meanwhile, `before` what the list said; pictures are numbered from `first` on. Raises
    TimeoutError where no script may run.
    """
    told = await _find(window)
    passing = any(mover.covers for mover in moved.movers)
    if told is None or not (told["boxes"] or passing):
        return Uncovered()
    lying = told
    loads, words = window.main_loads, ""
    for _ in range(_CLICKS):
        button = next((one["button"] for one in told["boxes"] if one["button"]), None)
        if button is None:
            break
        words = str(button["words"])[:40]
        await _click(window, button)
        told = await _clear(window, loads)
        if told is None or not told["boxes"]:
            break
    if told is not None and told["boxes"] and not words:
        told = await _clear(window, loads)
    return await _concluded(window, lying, told, words, loads, before, seam, clock, first)


async def _concluded(
    window: Window,
    lying: dict[str, Any],
    told: dict[str, Any] | None,
    words: str,
    loads: int,
    before: Look | None,
    seam: Seam,
    clock: Clock,
    first: int,
) -> Uncovered:
    """Picture the list where it is free now, and make sure that it was free all the while and says what it said."""
    pictures: list[Artifact] = []
    how: How = (
        "left"
        if told is None or window.main_loads != loads
        else "stays"
        if told["boxes"]
        else "closed"
        if words
        else "gone"
    )
    clean = False
    if told is not None and how in ("closed", "gone"):
        pictures += [picture async for picture in _pictures(window, told["list"], seam, clock, first)]
        after, again = await look(window), await _find(window)
        free = again is not None and not again["boxes"] and window.main_loads == loads
        clean = free and before is not None and after is not None and same_main(before, after)
    said = _said(lying, how, words, clean, [first, len(pictures)])
    window.note("over the list", json.dumps(_noted(lying, how, words, first, len(pictures)), ensure_ascii=False))
    return Uncovered(how=how, said=said, clean=clean, pictures=tuple(pictures))


async def _find(window: Window) -> dict[str, Any] | None:
    found: dict[str, Any] | None = await evaluate(window.session, window.frame_id, _FIND)
    return found


async def _click(window: Window, button: dict[str, Any]) -> None:
    """Click where the button is; a window that opens is closed, and told."""
    before = set(window.context.pages)
    try:
        await window.page.mouse.click(button["x"], button["y"])
        await window.page.mouse.move(0, 0)  # what shows itself under a mouse goes again
        for opened in set(window.context.pages) - before:
            window.note("popup", "the button opened a window, which was closed")
            await opened.close()
    except PlaywrightError as error:
        window.note("over the list", type(error).__name__)


async def _clear(window: Window, loads: int) -> dict[str, Any] | None:
    """Wait until nothing lies over the list, and return what is found then; None where the page has gone elsewhere."""
    clock = asyncio.get_running_loop().time
    end = clock() + _SECONDS
    while True:
        found = await _find(window)
        if found is None or window.main_loads != loads:
            return None
        if not found["boxes"] or clock() >= end:
            return found
        await asyncio.sleep(_STEP_SECONDS)


async def _pictures(window: Window, edges: list[int], seam: Seam, clock: Clock, first: int) -> AsyncIterator[Artifact]:
    left, top, right, bottom = (max(0, edge) for edge in edges)
    for n, start in enumerate(range(top, max(bottom, top + 1), _HIGHEST)):
        box: Box = (left, start, max(1, right - left), max(1, min(_HIGHEST, bottom - start)))
        blob = seam.put_clean(await shot(window, box), snapshot.PNG)
        yield snapshot.artifact(blob, "region", first + n, taken=clock.now(), box=box)


def _said(lying: dict[str, Any], how: How, words: str, clean: bool, pictures: list[int]) -> str:
    """Say it in Chinese; pictures are numbered as the report numbers them, from 1 on."""
    places = "、".join("（{}，{}，{}×{}）".format(*one["box"]) for one in lying["boxes"][:3]) or "活动内容"
    over = f"遮住列表{lying['hidden']}行" if lying["rows"] else "遮住页面主要区域"
    numbers = "、".join(str(pictures[0] + n + 1) for n in range(pictures[1]))
    done = _HOW[how].format(words=words) + (f"（单独成图第{numbers}幅）" if numbers else "")
    doubt = "" if clean or how in ("stays", "left") else "，但其后所见与先前不同或再被遮住"
    return f"{places}{over}；{done}{doubt}" if lying["boxes"] else f"曾有活动内容经过列表；{done}{doubt}"


def _noted(lying: dict[str, Any], how: How, words: str, first: int, count: int) -> dict[str, Any]:
    boxes = [one["box"] for one in lying["boxes"][:10]]
    return {"boxes": boxes, "rows": lying["hidden"], "how": how, "button": words or None, "pictures": [first, count]}
