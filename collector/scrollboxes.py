"""Boxes that scroll inside the page, and frames higher than their box: pictured screen by screen, each a `region`.

The page's own tiles show their first screen only; without this the rest would be missing with no sign. The regions are
taken after the tiles, and every box is left as it was found. The log says which picture shows which part of which box.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collector import shots, snapshot
from collector.clock import Clock
from collector.frames import Frame, evaluate
from collector.look import MAIN
from collector.redactor import Seam
from collector.window import Window
from evidence.model import Artifact, Box

MOST_BOXES = 12
"""Boxes of a page that are pictured; the rest are listed."""
MOST_STEPS = 40
"""Pictures of one box; one that grows without end is cut here, and the record says so."""
_MOST_FRAMES = 12
_SETTLE_SECONDS = 1
"""That pictures inside a box are given to load after a step."""

_FIND = r"""(() => {
    const shown = (e) => !e.checkVisibility || e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
    const root = document.scrollingElement || document.documentElement, framed = window !== window.top;
    const [main, rows] = (MAIN)();
    const style = (e) => getComputedStyle(e);
    const scrolls = (how) => how === "auto" || how === "scroll" || how === "overlay";
    const place = (e) => {
        if (e === root) return [0, 0, innerWidth, innerHeight];
        const r = e.getBoundingClientRect();
        let [left, top] = [r.left + e.clientLeft, r.top + e.clientTop];
        let [right, bottom] = [left + e.clientWidth, top + e.clientHeight];
        const fixed = style(e).position === "fixed";
        for (let p = e.parentElement; p && p !== root && !fixed; p = p.parentElement) {
            if (style(p).overflowX === "visible" && style(p).overflowY === "visible") continue;
            const c = p.getBoundingClientRect();
            [left, right] = [Math.max(left, c.left), Math.min(right, c.right)];
            [top, bottom] = [Math.max(top, c.top), Math.min(bottom, c.bottom)];
        }
        return [left + scrollX, top + scrollY, right + scrollX, bottom + scrollY];
    };
    const found = [];
    const all = document.body ? [root, document.body, ...document.body.getElementsByTagName("*")] : [];
    for (const e of all) {
        const high = e.scrollHeight - e.clientHeight, wide = e.scrollWidth - e.clientWidth;
        if ((high <= 20 && wide <= 20) || e.clientWidth < 120 || e.clientHeight < 60 || found.some((f) => f.e === e)) continue;
        if (e === root ? !framed : e instanceof HTMLTextAreaElement || e instanceof HTMLSelectElement || !shown(e)) continue;
        const ways = style(e);
        const own = e !== document.body || style(document.documentElement).overflowY !== "visible";
        const down = e === root ? high > 20 : own && high > 20 && scrolls(ways.overflowY);
        const across = e === root ? wide > 20 : own && wide > 20 && scrolls(ways.overflowX);
        if (!down && !across) continue;
        const [left, top, right, bottom] = place(e);
        if (right - left < 60 || bottom - top < 30) continue;
        const holds = !!main && (e.contains(main) || (main.contains(e) && 2 * e.clientHeight > main.clientHeight));
        found.push({e, down, across, box: [left, top, right - left, bottom - top].map(Math.round),
            client: [e.clientWidth, e.clientHeight], inner: [across ? e.scrollWidth : e.clientWidth, down ? e.scrollHeight : e.clientHeight], rows: holds ? rows.length : 0});
    }
    globalThis.quzhengBoxes = found.map(({e, across, down}) => [e, e.scrollLeft, e.scrollTop, across, down]);
    return {rows: rows.length, boxes: found.map(({e, ...told}) => told)};
})()""".replace("MAIN", MAIN)

_STEP = r"""(async (n, left, top, seconds) => {
    const [e, , , across, down] = globalThis.quzhengBoxes[n];
    const frame = () => new Promise((done) => { requestAnimationFrame(() => done()); setTimeout(done, 50); });
    const before = [e.scrollLeft, e.scrollTop];
    e.scrollTo({left, top, behavior: "instant"});
    if (before[0] !== e.scrollLeft || before[1] !== e.scrollTop) { await frame(); await frame(); }
    const late = [...e.querySelectorAll("img")].filter((i) => i.src && !i.complete);
    await Promise.race([Promise.all(late.map((i) => i.decode().catch(() => null))),
        new Promise((done) => setTimeout(done, late.length ? seconds * 1000 : 0))]);
    const upper = e.getBoundingClientRect().top + e.clientTop, root = e === document.scrollingElement;
    let held = 0, looked = 0;
    for (const part of e.getElementsByTagName("*")) {
        if ((looked += 1) > 5000) break;
        if (getComputedStyle(part).position !== "sticky" && !(root && getComputedStyle(part).position === "fixed")) continue;
        const r = part.getBoundingClientRect(), from = r.top - (root ? 0 : upper);
        if (from < 4 && r.height < e.clientHeight / 2) held = Math.max(held, from + r.height);
    }
    return {left: Math.round(e.scrollLeft), top: Math.round(e.scrollTop), held: Math.ceil(held),
        inner: [across ? e.scrollWidth : e.clientWidth, down ? e.scrollHeight : e.clientHeight]};
})(%d, %d, %d, %d)"""

_LEAVE = """(() => {
    for (const [e, left, top] of globalThis.quzhengBoxes || []) e.scrollTo({left, top, behavior: "instant"});
    delete globalThis.quzhengBoxes;
    return true;
})()"""


@dataclass(slots=True, kw_only=True)
class ScrollBox:
    """A box, or a frame, whose content is larger than itself, and what was pictured of it."""

    frame: str
    n: int
    """Its number within the frame."""
    box: Box
    """The visible part, on the page, in CSS pixels."""
    inner: tuple[int, int]
    """Width and height of its content."""
    carries_list: bool
    """Whether the page's list stands in it, or may stand in it where none is seen."""
    reachable: bool
    """Whether all of the box itself is in sight, so that scrolling can bring everything into view."""
    pictures: int = 0
    whole: bool = False
    """Whether the pictures show all of the content."""
    seen: list[tuple[int, int]] = field(default_factory=list)
    """Left and top within the content, of each picture."""

    @property
    def said(self) -> str:
        """Place, size and what was pictured, in Chinese."""
        left, top, width, height = self.box
        how = f"成像{self.pictures}幅" + ("，完整" if self.whole else "，不完整")
        return f"位于（{left}，{top}）的{width}×{height}区域，内容{self.inner[0]}×{self.inner[1]}，{how}"


async def find(
    window: Window, frames: Sequence[Frame], places: Mapping[str, Box], size: tuple[int, int]
) -> list[ScrollBox]:
    """Return the boxes of the page and its frames that scroll, those that carry the list first."""
    told: list[tuple[Frame, dict[str, Any]]] = []
    for frame in frames[: 1 + _MOST_FRAMES]:
        answer = await evaluate(window.session, frame.id, _FIND)
        if answer and (frame.id == window.frame_id or frame.id in places):
            told.append((frame, answer))
    most = max((answer["rows"] for _, answer in told), default=0)
    page = (0, 0, *size)
    boxes = [
        _scroll_box(frame, n, one, places.get(frame.id, page), most, window.viewport)
        for frame, answer in told
        for n, one in enumerate(answer["boxes"])
    ]
    return sorted(boxes, key=lambda box: not box.carries_list)


def _scroll_box(
    frame: Frame, n: int, told: dict[str, Any], place: Box, most: int, viewport: tuple[int, int]
) -> ScrollBox:
    left, top, width, height = told["box"]
    right, bottom = min(place[2], left + width), min(place[3], top + height)
    box = (place[0] + max(0, left), place[1] + max(0, top), max(0, right - max(0, left)), max(0, bottom - max(0, top)))
    big = 3 * told["client"][0] * told["client"][1] > viewport[0] * viewport[1]
    return ScrollBox(
        frame=frame.id,
        n=n,
        box=box,
        inner=(told["inner"][0], told["inner"][1]),
        carries_list=told["rows"] == most if most else big,
        reachable=abs(box[2] - told["client"][0]) <= 2 and abs(box[3] - told["client"][1]) <= 2,
    )


async def picture(
    window: Window, boxes: Sequence[ScrollBox], numbers: Mapping[str, int], seam: Seam, clock: Clock
) -> AsyncIterator[Artifact]:
    """Picture the boxes screen by screen, each picture stored as it is taken; then leave every box as it was found.

    `numbers` are those of the frames, by the browser's id. Raises TimeoutError where a frame lets no script run.
    """
    n = 0
    try:
        for box in boxes[:MOST_BOXES]:
            async for data in _screens(window, box):
                blob = seam.put_clean(data, snapshot.PNG)
                yield snapshot.artifact(
                    blob, "region", n, taken=clock.now(), frame=numbers.get(box.frame, 0), box=box.box
                )
                n += 1
            if box.pictures:
                window.note("region", _noted(box, n - box.pictures))
    finally:
        for frame in {box.frame for box in boxes}:
            await evaluate(window.session, frame, _LEAVE)


def _noted(box: ScrollBox, first: int) -> str:
    told = {"pictures": [first, box.pictures], "box": box.box, "inner": box.inner, "whole": box.whole, "at": box.seen}
    return json.dumps(told, separators=(",", ":"))


async def _screens(window: Window, box: ScrollBox) -> AsyncIterator[bytes]:
    """Yield pictures of a box from the upper left on, column by column, until its content or its share is at its end."""
    if min(box.box[2:]) <= 0:
        return
    left, covered_right = 0, 0
    whole = box.reachable
    while covered_right < box.inner[0] - 1 and box.pictures < MOST_STEPS:
        top, covered, reached = 0, 0, -1
        while covered < box.inner[1] - 1 and box.pictures < MOST_STEPS:
            step = await evaluate(window.session, box.frame, _STEP % (box.n, left, top, _SETTLE_SECONDS))
            if step is None or step["top"] <= reached or step["top"] + step["held"] > covered and covered:
                break
            reached, left_now = step["top"], step["left"]
            box.inner = (step["inner"][0], step["inner"][1])
            yield await shot(window, box.box)
            box.pictures += 1
            box.seen.append((step["left"], step["top"]))
            covered, top = step["top"] + box.box[3], step["top"] + box.box[3] - step["held"]
        whole = whole and covered >= box.inner[1] - 2
        if reached < 0 or left_now > covered_right or left_now + box.box[2] <= covered_right:
            break
        covered_right = left = left_now + box.box[2]
    box.whole = whole and covered_right >= box.inner[0] - 2


async def shot(window: Window, box: Box) -> bytes:
    """Return a picture of a place of the page; the view is left as it is where the place lies in it."""
    left, top, width, height = box
    beyond = left + width > window.viewport[0] or top + height > window.viewport[1]
    return await shots.png(window.session, box, beyond=beyond)
