"""The form of a census: where the bytes of a store are, and what a night adds, by role, target, month and night.

A blob belongs to the record that cited it first. Three sizes are told of everything: `cited` as if every citation had a
copy of its own, `logical` each blob once, `stored` as it lies (text compressed); of all together also `disk`, what the file
system spends on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(slots=True, kw_only=True)
class Pile:
    """Bytes of one kind."""

    name: str
    files: int = 0
    cited: int = 0
    logical: int = 0
    stored: int = 0

    def add(self, size: int, stored: int) -> None:
        """Take in one more file."""
        self.files += 1
        self.logical += size
        self.stored += stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What one day (Asia/Shanghai) added: blobs, and lines of ledger and catalog."""

    day: date
    records: int
    stored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What pages add on a night on which they show nothing new, in stored bytes with ledger line and catalog row."""

    pages: int
    median: int | None
    """Over the pages, of each one's mean; None without any."""
    total: int
    """Of all pages together, a night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Another browser, from which on the same answers were pictured anew."""

    day: date
    before: str
    after: str
    pages: int
    """Whose answers were the same byte for byte on both sides of it."""
    redrawn: int
    """Of which every tile is another file."""
    stored: int
    """Bytes of those tiles."""

    def sentence(self) -> str:
        """Return it in Chinese."""
        said = f"{self.day} 浏览器由 {self.before} 换为 {self.after}："
        if not self.redrawn:
            return said + f"{self.pages} 个应答相同的页面，截图没有因此重存"
        return said + (
            f"{self.pages} 个应答相同的页面中 {self.redrawn} 个的截图全部重新编码，一次性增加 {self.stored} 字节，以后不再发生"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """The store, counted."""

    records: int
    moving: Cost
    """Pages whose list and text stayed, while clocks, counters or carousels went on."""
    unchanged: Cost
    """Pages of which every picture and every answer stayed, byte for byte."""
    updates: tuple[Update, ...]
    whole: Pile
    disk: int
    """Bytes that the file system spends on all files."""
    roles: tuple[Pile, ...]
    targets: tuple[Pile, ...]
    months: tuple[Pile, ...]
    nights: tuple[Night, ...]

    def sentence(self) -> str:
        """Return it in Chinese, the number that matters first."""
        lines = [
            _cost("只有时钟、计数、轮播在变的页面", self.moving),
            _cost("毫无变化的页面", self.unchanged),
            *(one.sentence() for one in self.updates),
            f"共 {self.records} 条记录，{self.whole.files} 个文件；逐次各存一份 {_size(self.whole.cited)}，相同内容只存一次 "
            f"{_size(self.whole.logical)}，压缩后 {_size(self.whole.stored)}，占用磁盘 {_size(self.disk)}",
        ]
        for head, piles in (("按种类", self.roles), ("按对象", self.targets), ("按月", self.months)):
            lines += [f"{head}：", *(f"  {_row(pile)}" for pile in piles)]
        lines += ["每日增长：", *(f"  {one.day}  {one.records} 条，{_size(one.stored)}" for one in self.nights)]
        return "\n".join(lines)


def _cost(what: str, cost: Cost) -> str:
    if cost.median is None:
        return f"{what}：尚无可比的两次采集（先运行 quzheng judge，判读后才能比较）"
    return f"{what}：每页每夜中位数 {cost.median} 字节（{cost.pages} 页，合计每夜 {_size(cost.total)}）"


def _row(pile: Pile) -> str:
    return (
        f"{pile.name:<14}{pile.files:>8} 个  各存一份 {_size(pile.cited):>10}  存一次 {_size(pile.logical):>10}  "
        f"压缩后 {_size(pile.stored):>10}"
    )


def _size(count: int) -> str:
    """Return a number of bytes as people read it.

    >>> _size(999), _size(12_345), _size(3_000_000_000)
    ('999 B', '12.3 kB', '3.0 GB')
    """
    size, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{count} B" if unit == "B" else f"{size:.1f} {unit}"
