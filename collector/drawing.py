"""Shows a sample of the targets: on the terminal, as JSON, as XLSX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from collector.targets import Target
from evidence import canonical, workbook
from evidence.files import write_whole
from evidence.registers import platforms
from evidence.registers.sampling import Member, Sample


def member(target: Target) -> Member:
    """Return a target as a member of a frame; a site's stratum is its kind."""
    return Member(key=target.id, platform=target.platform or target.kind, unit=target.unit or "")


def sentences(drawn: Sample, frame: Sequence[Target]) -> Iterator[str]:
    """Yield the sample for people: how it was drawn, then whom."""
    yield f"抽样框 {drawn.frame_size} 个，抽出 {len(drawn.keys)} 个（比例 {drawn.share}，种子“{drawn.seed}”）"
    yield f"算法 {drawn.algorithm} 第{drawn.version}版，抽样框摘要 {drawn.frame}"
    yield from (
        f"{target.id}  {target.name}  {target.unit or '—'}  {platforms.name(target.platform)}"
        for target in _of(drawn, frame)
    )


def write(path: Path, drawn: Sample, frame: Sequence[Target]) -> None:
    """Write the sample to a file: XLSX by its name, else JSON."""
    if path.suffix.lower() != ".xlsx":
        write_whole(path, canonical.encode(drawn.plain()) + b"\n")
        return
    rows = [(t.id, t.name, t.unit, platforms.name(t.platform), t.platform_id, t.url) for t in _of(drawn, frame)]
    header = ("编号", "名称", "主办单位", "平台", "平台ID", "网址")
    workbook.write(path, header, rows, title="抽查名单", above=tuple(sentences(drawn, ())))


def _of(drawn: Sample, frame: Sequence[Target]) -> list[Target]:
    chosen = set(drawn.keys)
    return sorted((target for target in frame if target.id in chosen), key=lambda target: target.id)
