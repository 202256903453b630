"""Watches a page while it is pictured: what moves is recorded with its place, and whether it touches the list.

Two equal pictures prove little, and of a marquee they never come; so the page is watched as well: mutations, animations,
boxes that scroll by themselves, marquees, video, animated pictures. A carousel may wait longer than we do: pictures that lie
over or beside each other, of which one is shown, are taken for one by their build. Animations that end by themselves are brought to
their end, which the log tells; scripts are never stopped. The watch stands in a world of its own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from collector import thumbnail
from collector.exchange import Exchange
from collector.frames import Frame, evaluate
from collector.look import MAIN
from collector.thumbnail import Mask, Thumbnail
from collector.window import Window
from evidence.model import Box

_ENDING_SECONDS = 10
"""An animation that ends within so long is brought to its end; one that goes on longer is left alone."""
_CHANGED_ROW = 60
"""Per mille of a row's pixels that must have changed, beside what is known to move in it, before the row is in doubt."""
_MOST_FRAMES = 12
_ROLLS = ("scroll", "marquee")
"""Ways of moving that carry along what stands inside."""

_START = r"""((seconds) => {
    if (globalThis.quzhengWatch) globalThis.quzhengWatch.stop();
    const seen = new Map(), most = 300;
    const box = (e) => {
        const r = e.getBoundingClientRect();
        return [r.left + scrollX, r.top + scrollY, r.right + scrollX, r.bottom + scrollY];
    };
    const note = (node, how) => {
        const e = node.nodeType === 1 ? node : node.parentElement;
        if (!e || (!seen.has(e) && seen.size >= most)) return;
        const known = seen.get(e) || {how, times: 0, box: null};
        known.times += 1;
        if (how === "style" && known.times <= 200) {
            const b = box(e), k = known.box;
            known.box = k ? [Math.min(k[0], b[0]), Math.min(k[1], b[1]), Math.max(k[2], b[2]), Math.max(k[3], b[3])] : b;
        }
        seen.set(e, known);
    };
    const observer = new MutationObserver((records) => {
        for (const r of records)
            if (r.type === "attributes") note(r.target, r.attributeName === "src" ? "picture" : "style");
            else note(r.target, "text");
    });
    observer.observe(document, {subtree: true, childList: true, characterData: true,
        attributes: true, attributeFilter: ["style", "class", "src", "hidden", "width", "height"]});
    const scrolled = (event) => { if (event.target !== document) note(event.target, "scroll"); };
    document.addEventListener("scroll", scrolled, {capture: true, passive: true});
    const stop = () => { observer.disconnect(); document.removeEventListener("scroll", scrolled, {capture: true}); };
    globalThis.quzhengWatch = {seen, stop, box};
    let ended = 0;
    for (const a of document.getAnimations ? document.getAnimations() : []) {
        if (!(a instanceof CSSAnimation || a instanceof CSSTransition) || a.timeline !== document.timeline) continue;
        const end = a.effect ? a.effect.getComputedTiming().endTime : Infinity;
        if (a.playState !== "running" || !(end - (a.currentTime || 0) <= seconds * 1000)) continue;
        try { a.finish(); ended += 1; } catch { continue; }
    }
    return ended;
})(%d)"""

_END = r"""((animated) => {
    const watch = globalThis.quzhengWatch;
    if (!watch) return null;
    watch.stop();
    const shown = (e) => !e.checkVisibility || e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
    const found = new Map([...watch.seen].filter(([e]) => e.isConnected));
    const add = (e, how) => { if (!found.has(e) && found.size < 600) found.set(e, {how, box: null}); };
    for (const a of document.getAnimations ? document.getAnimations() : [])
        if (a.playState === "running" && a.effect && a.effect.target) add(a.effect.target, "animation");
    for (const e of document.querySelectorAll("marquee")) add(e, "marquee");
    for (const e of document.querySelectorAll("video")) if (!e.paused || e.autoplay) add(e, "video");
    const moves = new Set(animated), drawn = (e) => moves.has(e.currentSrc) || /^data:image\/(gif|apng)/i.test(e.src);
    for (const e of document.images) if (drawn(e)) add(e, "gif");
    if (moves.size && document.body) for (const e of document.body.getElementsByTagName("*")) {
        const back = getComputedStyle(e).backgroundImage;
        if (back !== "none" && [...back.matchAll(/url\("(.*?)"\)/g)].some((m) => moves.has(m[1]))) add(e, "gif");
    }
    const [main, rows] = (MAIN)();
    const pictured = (e) => e.tagName === "IMG" || getComputedStyle(e).backgroundImage !== "none" || e.querySelector("img") !== null;
    const clipOf = (e) => {
        let clip = e;
        while (clip !== document.body && getComputedStyle(clip).overflowX === "visible") clip = clip.parentElement || document.body;
        return clip === document.body ? e : clip;
    };
    const takesTurns = (e) => {
        const parts = [...e.children], frame = clipOf(e).getBoundingClientRect();
        if (parts.length > 40 || frame.width < 200 || frame.height < 80 || frame.height > 800) return false;
        if ((main && e.contains(main)) || parts.some((part) => part.tagName !== parts[0].tagName)) return false;
        let seen = 0, hidden = 0;
        for (const part of parts) {
            const r = part.getBoundingClientRect(), gone = getComputedStyle(part).display === "none";
            if (!gone && (r.width < frame.width * 0.9 || r.height < frame.height * 0.6)) continue;
            const across = Math.min(r.right, frame.right) - Math.max(r.left, frame.left);
            const down = Math.min(r.bottom, frame.bottom) - Math.max(r.top, frame.top);
            const inSight = !gone && shown(part) && across > r.width / 2 && down > r.height / 2;
            if (!pictured(part)) continue;
            if (inSight) seen += 1; else hidden += 1;
        }
        return seen === 1 && hidden >= 1;
    };
    for (const e of [...document.querySelectorAll("ul, ol, div, section")].slice(0, 3000))
        if (e.childElementCount > 1 && takesTurns(e)) {
            const frame = clipOf(e);
            if (!(main && frame.contains(main)) && !found.has(frame)) found.set(frame, {how: "carousel", box: null});
        }
    const floats = (e) => {
        for (; e && e !== document.body && !(main && e.contains(main)); e = e.parentElement)
            if (!["static", "relative"].includes(getComputedStyle(e).position)) return true;
        return false;
    };
    const places = rows.slice(0, 400).filter(shown).map((e) => [e, watch.box(e)]);
    const covers = (e, b) => {
        const floating = floats(e);
        return places.some(([row, r]) => {
            const left = Math.max(b[0], r[0]), top = Math.max(b[1], r[1]);
            const right = Math.min(b[2], r[2]), bottom = Math.min(b[3], r[3]);
            if (right - left < 4 || bottom - top < 4) return false;
            const top_most = document.elementFromPoint((left + right) / 2 - scrollX, (top + bottom) / 2 - scrollY);
            return top_most ? e.contains(top_most) && !row.contains(e) : floating;
        });
    };
    const page = document.documentElement;
    const area = Math.max(page.scrollWidth, innerWidth) * Math.max(page.scrollHeight, innerHeight);
    const whole = (n) => Math.round(n);
    const moved = [];
    for (const [e, known] of found) {
        if (!shown(e)) continue;
        const now = watch.box(e), k = known.box || now;
        const b = [Math.min(k[0], now[0]), Math.min(k[1], now[1]), Math.max(k[2], now[2]), Math.max(k[3], now[3])];
        const holds = !!main && e !== main && e.contains(main), inside = !!main && main.contains(e);
        if (b[2] - b[0] < 1 || b[3] - b[1] < 1) continue;
        const big = (b[2] - b[0]) * (b[3] - b[1]) * 4 > area;
        const over = !holds && !inside && covers(e, b);
        if (["text", "style", "picture"].includes(known.how) && (holds || e === main || (big && !over))) continue;
        const stays = known.how === "style" && k.every((n, i) => Math.abs(n - now[i]) < 1);
        moved.push({how: known.how, inside, holds, stays, covers: over,
            box: [whole(b[0]), whole(b[1]), whole(b[2] - b[0]), whole(b[3] - b[1])]});
    }
    delete globalThis.quzhengWatch;
    return {moved, rows: places.map(([, r]) => [whole(r[0]), whole(r[1]), whole(r[2] - r[0]), whole(r[3] - r[1])])};
})(%s)""".replace("MAIN", MAIN)

WORDS = {
    "text": "文字变动",
    "style": "移动或变形的元素",
    "picture": "换图",
    "scroll": "自动滚动",
    "animation": "动画",
    "marquee": "走马灯",
    "video": "视频",
    "gif": "动图",
    "carousel": "轮播图",
    "pixels": "画面变动",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """Something seen to move, or of a kind that always does."""

    how: str
    box: Box
    """On the page, in CSS pixels; of something that wanders, all the places where it was."""
    inside: bool = False
    """Whether it stands inside the list, as a moving icon beside a title does."""
    holds: bool = False
    """Whether the list stands inside it."""
    covers: bool = False
    """Whether it lies over a row of the list without belonging to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What moved on a page while it was pictured."""

    watched: bool
    """False where the page went away from under the watch."""
    movers: tuple[Mover, ...] = ()
    rows: tuple[Box, ...] = ()
    """The dated rows of the page's list."""
    mask: Mask | None = None

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Merged rectangles of all that moved, on the page, a bounded number."""
        drawn = thumbnail.boxes_of(self.mask) if self.mask is not None else ()
        known = [placed for mover in self.movers if (placed := _on_page(mover.box))]
        return thumbnail.merged((*known, *drawn))

    @property
    def said(self) -> str:
        """What moved, in Chinese, by kind; empty where nothing did."""
        kinds = [mover.how for mover in self.movers]
        if self.mask is not None and thumbnail.cleared(self.mask, (m.box for m in self.movers)).any():
            kinds.append("pixels")
        return "、".join(f"{said}{kinds.count(how)}处" for how, said in WORDS.items() if how in kinds)

    def of_main(self) -> tuple[bool | None, str]:
        """Tell whether the list was left in peace: False where something lay or ran over it, None where nobody knows."""
        if not self.watched:
            return None, "采集期间未能一直观察页面，无法确认是否静止"
        over = [mover for mover in self.movers if mover.covers]
        if over:
            return False, f"活动内容遮住列表：{_named(over)}"
        rolling = [mover for mover in self.movers if mover.holds and mover.how in _ROLLS]
        if rolling:  # two pictures of it may be equal by chance
            return False, f"列表自行滚动：{_named(rolling)}"
        doubtful = self._rows_in_doubt()
        if not doubtful:
            return True, "列表处没有活动内容"
        running = [mover for mover in self.movers if mover.holds or mover.inside]
        if running:
            return False, f"列表画面在动：{_named(running)}，涉及{doubtful}行"
        return None, f"列表有{doubtful}行画面前后不同，原因不明"

    def _rows_in_doubt(self) -> int:
        """Count the rows whose picture changed beyond what small things inside them, such as icons, explain."""
        if self.mask is None:
            return 0
        whole = sum(width * height for _, _, width, height in self.rows)
        small = [mover.box for mover in self.movers if mover.inside and 4 * mover.box[2] * mover.box[3] < whole]
        left = thumbnail.cleared(self.mask, small)
        return sum(thumbnail.share(left, row) >= _CHANGED_ROW for row in self.rows)


def _named(movers: Sequence[Mover]) -> str:
    """Name movers with the place of the first few."""
    return "、".join(f"{WORDS[m.how]}（{m.box[0]}，{m.box[1]}，{m.box[2]}×{m.box[3]}）" for m in movers[:3])


def _on_page(box: Box) -> Box | None:
    """Cut a box to the part that is right of and below the page's corner; None where nothing is."""
    left, top = max(0, box[0]), max(0, box[1])
    right, bottom = box[0] + box[2], box[1] + box[3]
    return (left, top, right - left, bottom - top) if right > left and bottom > top else None


async def watch(window: Window, frames: Sequence[Frame]) -> None:
    """Begin to watch the page and its frames, and bring to their end the animations that end soon."""
    ended = 0
    for frame in frames[: 1 + _MOST_FRAMES]:
        ended += await evaluate(window.session, frame.id, _START % _ENDING_SECONDS) or 0
    if ended:
        window.note("animations", f"{ended} CSS animations and transitions brought to their end")


async def watched(
    window: Window, frames: Sequence[Frame], places: Mapping[str, Box], first: Thumbnail, second: Thumbnail
) -> Movement:
    """End the watch and return what moved; `places` says where on the page each inner frame stands."""
    script = _END % json.dumps(sorted(_animated(window.traffic.exchanges)))
    mask, told = await asyncio.gather(
        asyncio.to_thread(thumbnail.compared, first, second), evaluate(window.session, window.frame_id, script)
    )
    parts = [_part(told, mask, None)] if told else []
    for frame in frames[1 : 1 + _MOST_FRAMES]:
        inner: dict[str, Any] | None = await evaluate(window.session, frame.id, script)
        if inner and frame.id in places:
            parts.append(_part(inner, mask, places[frame.id]))
    return Movement(
        watched=told is not None,
        movers=tuple(_seen_from_list(parts)),
        rows=max((part.rows for part in parts), key=len, default=()),
        mask=mask,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one frame told, in places of the page."""

    movers: tuple[Mover, ...]
    rows: tuple[Box, ...]


def _part(told: dict[str, Any], mask: Mask | None, frame: Box | None) -> _Part:
    """Place what a frame told on the page; a style that was written anew and changed nothing is no movement."""
    movers = []
    for one in told["moved"]:
        box = _placed(one["box"], frame)
        if box and not (one["stays"] and (mask is None or not thumbnail.share(mask, box))):
            movers.append(
                Mover(how=one["how"], box=box, inside=one["inside"], holds=one["holds"], covers=one["covers"])
            )
    rows = tuple(placed for row in told["rows"] if (placed := _placed(row, frame)))
    return _Part(movers=tuple(movers), rows=rows)


def _seen_from_list(parts: Sequence[_Part]) -> Iterator[Mover]:
    """Yield all movers, each as it stands to the one list that counts: the page's largest, in whichever frame it is."""
    lists = max(parts, key=lambda part: len(part.rows), default=None)
    for n, part in enumerate(parts):
        for mover in part.movers:
            if part is lists:
                yield mover
            else:
                over = (
                    n == 0
                    and mover.how != "text"
                    and any(_lies_on(mover.box, row) for row in (lists.rows if lists else ()))
                )
                yield replace(mover, inside=False, holds=False, covers=over)


def _lies_on(box: Box, row: Box) -> bool:
    """Tell whether a box of the page lies on a row of a frame: it overlaps the row, and does not hold all of it."""
    over = all(min(box[a] + box[a + 2], row[a] + row[a + 2]) - max(box[a], row[a]) >= 4 for a in (0, 1))
    return over and not all(box[a] <= row[a] and box[a] + box[a + 2] >= row[a] + row[a + 2] for a in (0, 1))


def _box(numbers: Sequence[int]) -> Box:
    left, top, width, height = numbers
    return left, top, width, height


def _placed(numbers: Sequence[int], frame: Box | None) -> Box | None:
    """Return a box told by a frame as it stands on the page, cut to the frame; None where it is out of sight."""
    if frame is None:
        return _box(numbers)
    left, top = max(0, numbers[0]), max(0, numbers[1])
    right, bottom = min(frame[2], numbers[0] + numbers[2]), min(frame[3], numbers[1] + numbers[3])
    return (frame[0] + left, frame[1] + top, right - left, bottom - top) if right > left and bottom > top else None


def _animated(exchanges: Iterable[Exchange]) -> set[str]:
    """Return the addresses of pictures with more than one frame, told by their bytes without decoding them."""
    return {e.url for e in exchanges if e.body and e.resource_type == "Image" and is_animated(e.body)}


def is_animated(picture: bytes) -> bool:
    """Tell whether a GIF, PNG or WebP has more than one frame.

    >>> is_animated(b"GIF89a" + 2 * b"\\x00\\x21\\xf9\\x04"), is_animated(b"GIF89a\\x00\\x21\\xf9\\x04")
    (True, False)
    """
    if picture.startswith(b"GIF8"):
        return picture.count(b"\x21\xf9\x04") > 1
    if picture.startswith(b"\x89PNG"):
        return b"acTL" in picture[:4096]
    return picture.startswith(b"RIFF") and b"ANIM" in picture[:256]
