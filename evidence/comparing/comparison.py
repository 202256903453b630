"""Comparing two records: equal digests end it; then items, text, pixels; and one answer: same, noise or changed.

Noise is what a mask, a recorded movement or an epoch explains, each with its reason; what nothing explains is a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from evidence.comparing import asides, epochs, items, levelled, pixels, tables, text
from evidence.comparing.epochs import Epoch
from evidence.comparing.items import ItemChanges
from evidence.comparing.masks import Noise
from evidence.comparing.pixels import PixelChanges
from evidence.comparing.side import Side
from evidence.comparing.tables import TableChanges
from evidence.comparing.text import TextChanges
from evidence.errors import ReadingError
from evidence.holdings import Stacks
from evidence.model import Box, Reading, Record
from evidence.reading.lists import Listing
from evidence.reading.page import from_record
from evidence.reading.tree import grow
from evidence.readings import readings

_SEEN = ("tile", "region", "dom", "layout")
"""What a visitor would see: equal digests of these are an equal page."""
Boxes = Mapping[str, tuple[Listing, ...]]
"""The boxes beside the matter of a page, by their headings."""
_CHINESE = {"same": "没有变化", "noise": "只有无关变化", "changed": "有变化"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs between two records."""

    earlier: str
    """Record id."""
    later: str
    state: Literal["same", "noise", "changed"]
    items: ItemChanges
    text: TextChanges
    pixels: PixelChanges
    tables: TableChanges = TableChanges()
    notes: tuple[str, ...] = ()
    epoch: Epoch | None = None
    """Why the pages look different where the site did not change; None where nothing of the kind is proved."""

    @property
    def masked(self) -> tuple[Noise, ...]:
        """What a mask explains, each with its reason."""
        return (*self.text.noise, *self.items.noise)

    @property
    def explained(self) -> int:
        """How many differences a mask or a recorded movement explains."""
        return len(self.masked) + len(self.pixels.excused)

    def plain(self) -> dict[str, Any]:
        """Return the comparison as `compare --json` prints it."""
        return {
            "earlier": self.earlier,
            "later": self.later,
            "state": self.state,
            "items": self.items.plain(),
            "text": self.text.plain(),
            "pixels": self.pixels.plain(),
            "tables": self.tables.plain(),
            "notes": list(self.notes),
            "epoch": self.epoch.kind if self.epoch else None,
            "epoch_reason": self.epoch.reason if self.epoch else None,
        }

    def sentence(self) -> str:
        """Return the comparison as one Chinese sentence."""
        found = self.items
        parts = [
            f"新增{len(found.added)}条" if found.added else "",
            f"减少{len(found.removed)}条" if found.removed else "",
            f"改题{len(found.renamed)}条" if found.renamed else "",
            f"改期{len(found.redated)}条" if found.redated else "",
            f"换位{found.moved}条" if found.moved else "",
            f"文字增{len(self.text.added)}行、减{len(self.text.removed)}行" if self.text.changed else "",
            f"表格{self.tables.count}格不同、增{self.tables.rows_added}行、减{self.tables.rows_removed}行"
            if self.tables
            else "",
            f"画面{len(self.pixels.regions)}处不同" if self.pixels.regions else "",
            f"已知变动{self.explained}处" if self.state == "noise" and self.explained else "",
            f"{self.epoch.reason}，条目与文字均相同，画面不同不作为网站的变化" if self.epoch else "",
            *self.notes,
        ]
        return f"{_CHINESE[self.state]}：{'，'.join(part for part in parts if part) or '内容与画面均相同'}。"


def compare(earlier: Record, later: Record, *, holdings: Stacks) -> Comparison:
    """Return what differs between two records; raises ReadingError for pictures or layouts that cannot be read."""
    failed = [record for record in (earlier, later) if record.capture.outcome != "captured"]
    if failed:
        return _of_failures(earlier, later)
    if _seen(earlier) == _seen(later):
        return _comparison(earlier, later)
    known = readings([earlier, later], holdings, jobs=1)
    before, after = (_side(record, known.get(record.id), holdings) for record in (earlier, later))
    found, cells = _items(before.reading, after.reading), _tables(before.reading, after.reading)
    boxes = asides.find(before.tree, before.reading), asides.find(after.tree, after.reading)
    words = _words(before, after, boxes)
    excuses = [*earlier.capture.moving, *later.capture.moving, *(box for one in words.noise for box in one.boxes)]
    seen, notes = _pixels(before, after, excuses), _notes(known, earlier, later)
    looks = bool(seen.regions or seen.gone) and not (found or cells or words.changed)
    if looks and (uneven := _uneven(before, after, boxes, words)):
        seen, looks = replace(seen, regions=(), ssim=(), gone=(), excused=(*seen.excused, *seen.regions)), False
        notes = (*notes, f"{'、'.join(uneven)}框高度不同，框外各行对齐后相同")
    return _comparison(
        earlier,
        later,
        found=found,
        words=words,
        seen=seen,
        cells=cells,
        notes=notes,
        epoch=epochs.between(before, after, excuses) if looks else None,
    )


def _side(record: Record, reading: Reading | None, holdings: Stacks) -> Side:
    tree = grow(from_record(record, holdings.store))
    return Side(record=record, tree=tree, reading=reading, store=holdings.store)


def _comparison(
    earlier: Record,
    later: Record,
    *,
    found: ItemChanges | None = None,
    words: TextChanges | None = None,
    seen: PixelChanges | None = None,
    cells: TableChanges | None = None,
    notes: tuple[str, ...] = (),
    epoch: Epoch | None = None,
) -> Comparison:
    found, words, seen = found or ItemChanges(), words or TextChanges(), seen or PixelChanges()
    cells = cells or TableChanges()
    looks = bool(seen.regions or seen.gone) and epoch is None
    changed = bool(found or cells) or words.changed or looks
    explained = bool(words.noise or found.noise or seen.excused)
    noise = explained or _seen(earlier) != _seen(later)
    if noise and not changed and not explained and epoch is None:
        notes = (*notes, "页面文件不同，可见内容相同")
    return Comparison(
        earlier=earlier.id,
        later=later.id,
        state="changed" if changed else "noise" if noise else "same",
        items=found,
        text=words,
        pixels=seen,
        tables=cells,
        notes=notes,
        epoch=epoch,
    )


def _of_failures(earlier: Record, later: Record) -> Comparison:
    """Compare visits of which at least one gave no page: only their outcomes can differ."""
    outcomes = [(record.capture.outcome, record.capture.reason) for record in (earlier, later)]
    said = "两次访问的结果：" + "，".join(f"{outcome}（{reason or '无原因'}）" for outcome, reason in outcomes)
    return Comparison(
        earlier=earlier.id,
        later=later.id,
        state="same" if outcomes[0] == outcomes[1] else "changed",
        items=ItemChanges(),
        text=TextChanges(),
        pixels=PixelChanges(),
        notes=(said,),
    )


def _seen(record: Record) -> list[tuple[str, int, int, str]]:
    return sorted((a.role, a.frame, a.n, a.sha256) for a in record.capture.artifacts if a.role in _SEEN)


def _items(earlier: Reading | None, later: Reading | None) -> ItemChanges:
    if earlier is None or later is None:
        return ItemChanges()
    return items.changes(earlier.items, later.items)


def _tables(earlier: Reading | None, later: Reading | None) -> TableChanges:
    if earlier is None or later is None:
        return TableChanges()
    return tables.changes(earlier.tables, later.tables)


def _notes(known: Mapping[str, Reading | None], earlier: Record, later: Record) -> tuple[str, ...]:
    unread = [record for record in (earlier, later) if known.get(record.id) is None]
    return (f"{len(unread)}条记录未能判读，条目未比较",) if unread else ()


def _words(earlier: Side, later: Side, boxes: tuple[Boxes, Boxes]) -> TextChanges:
    """Compare the visible texts; boxes beside the matter are noise where both pages have them, under one heading."""
    common = frozenset(boxes[0].keys() & boxes[1].keys())
    before, after = (
        text.lines(side.tree, asides.texts(side.tree, own, common))
        for side, own in zip((earlier, later), boxes, strict=True)
    )
    return text.changes(before, after)


def _uneven(earlier: Side, later: Side, boxes: tuple[Boxes, Boxes], words: TextChanges) -> tuple[str, ...]:
    """Return the headings of boxes beside the matter whose heights differ, where that explains all that the pictures show."""
    pairs: dict[str, list[levelled.Pair]] = {}
    for heading in sorted(boxes[0].keys() & boxes[1].keys()):
        before, after = (
            asides.places(side.tree, own[heading]) for side, own in zip((earlier, later), boxes, strict=True)
        )
        if before is None or after is None or len(before) != len(after):
            return ()
        pairs[heading] = list(zip(before, after, strict=True))
    uneven = tuple(heading for heading, own in pairs.items() if any(one[3] != other[3] for one, other in own))
    masked = [box for one in words.noise if one.reason not in pairs for box in one.boxes]
    moving = [(*side.record.capture.moving, *masked) for side in (earlier, later)]
    every = [pair for own in pairs.values() for pair in own]
    return uneven if uneven and levelled.alike(earlier, later, every, moving) else ()


def _pixels(earlier: Side, later: Side, excuses: Iterable[Box]) -> PixelChanges:
    tiles = [side.record.capture.of_role("tile") for side in (earlier, later)]
    if not all(tiles):
        raise ReadingError(f"records {earlier.record.id} and {later.record.id}: no picture to compare in one of them")
    if [tile.sha256 for tile in tiles[0]] == [tile.sha256 for tile in tiles[1]]:
        return PixelChanges()
    return pixels.changes(earlier.picture(), later.picture(), excuses)
