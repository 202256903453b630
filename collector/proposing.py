"""`targets discover`: walks a site and leaves its proposed column ledger in the workspace, as YAML and as a sheet."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from collector import discovery, ledger_forms, ledgers
from collector.clock import SystemClock
from collector.discovery import Discovery
from collector.errors import CollectError
from collector.targets import Target, from_written
from collector.workspace import Workspace
from evidence import navigation, plain, ruleset, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What was found, and where it was written."""

    found: Discovery
    path: Path
    sheet: Path | None

    def plain(self) -> dict[str, Any]:
        """Return what `targets discover --json` prints."""
        found = self.found
        return {
            "target": found.ledger.target,
            "path": str(self.path),
            "record": found.record.id,
            "opened": found.opened,
            "left": found.left,
            "broken": found.broken,
            "failed": [{"url": url, "reason": reason} for url, reason in found.failed],
            "columns": plain.dump(found.ledger.columns),
        }

    def sentences(self) -> Iterator[str]:
        """Yield what was found, for people."""
        found = self.found
        kinds = Counter(ledger_forms.KINDS[column.kind] for column in found.ledger.columns if column.kind)
        counted = "，".join(f"{name} {count}" for name, count in kinds.items())
        yield f"打开 {found.opened} 页，建议 {len(found.ledger.columns)} 个栏目（{counted}）"
        yield from (
            f"　{column.path}  {ledger_forms.KINDS[column.kind or 'list']}  {column.url}"
            for column in found.ledger.columns
        )
        yield from (f"打不开：{url}（{words.REASONS.get(reason, reason)}）" for url, reason in found.failed)
        if found.left:
            yield f"另有 {found.left} 个链接因页数或层数上限没有打开，台账可能不全"
        if found.broken:
            yield "走查中途中断，台账不全；请再试一次"
        yield f"已写入 {self.path}" + (f" 和 {self.sheet}" if self.sheet else "")
        yield "更新责任都未确认，不计入任何认定；请单位确认后 quzheng columns import"


def propose(workspace: Workspace, url: str, *, id: str | None, depth: int, pages: int, sheet: Path | None) -> Proposed:
    """Walk the site at `url` and write what it proposes; raises CollectError where its home page cannot be opened."""
    known = _known(workspace, url, id)
    target = known or from_written({"id": id or _slug(url), "name": urlsplit(url).hostname or url, "url": url})
    holdings = workspace.holdings()
    rules = ruleset.load(workspace.settings.rules, workspace.rules_dir)
    found = asyncio.run(
        discovery.discover(workspace, holdings, target, clock=SystemClock(), rules=rules, most=pages, depth=depth)
    )
    taken = found.record.capture
    if taken.outcome != "captured":
        raise CollectError(
            f"首页打不开：{words.reason(taken.outcome, taken.reason)}；没有写任何文件（记录 {found.record.id[:12]}）"
        )
    path = ledgers.propose(workspace, found.ledger, known)
    if sheet:
        ledger_forms.write_sheet(sheet, found.ledger, target.name)
    return Proposed(found=found, path=path, sheet=sheet)


def _known(workspace: Workspace, url: str, id: str | None) -> Target | None:
    """Return the target that is meant: the one named, else the one of that very address."""
    same = navigation.same_page(url)
    return next(
        (t for t in workspace.targets() if t.id == id or (id is None and navigation.same_page(t.url) == same)), None
    )


def _slug(url: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", urlsplit(url).netloc).strip("-._")[:60] or "site"
