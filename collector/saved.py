"""Reads saved HTML files as `quzheng read-file` does: rendered offline, several at once, answered in their order."""

from __future__ import annotations

import asyncio
import functools
import multiprocessing
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from collector import offline
from collector.offline import Rendered, Room
from evidence import plain
from evidence.errors import ReadingError
from evidence.model import Reading
from evidence.reading.page import PageInput
from evidence.reading.reader import read
from evidence.reading.wordlists import WordLists
from evidence.words import COLUMN_KINDS

TABS = 3
_FEW = 12
"""So few files are read in this process: a pool takes longer to start."""
_READERS = 2


def read_files(
    paths: Sequence[Path],
    *,
    url: str | None = None,
    at: datetime | None = None,
    browser: str | None = None,
    words: WordLists | None = None,
) -> Iterator[tuple[Path, Reading]]:
    """Yield each file with its reading, in the given order.

    `url` is the address a single file was saved from; `at` the aware moment it was saved, without which nothing is
    resolved against a present day; `words` the lists that bad links and wording are known by, the shipped ones
    where none are given. Raises ReadingError for a file that is not there or cannot be shown, and for a
    `url` given with several files; BrowserError where no browser will start.
    """
    files = [_checked(path) for path in paths]
    if url is not None and len(files) != 1:
        raise ReadingError(f"one address for {len(files)} files\ntry: give an address with one file at a time")
    answers = _answers(files, url, functools.partial(read, at=at, words=words), browser)
    with asyncio.Runner() as runner:
        try:
            for path in paths:
                yield path, runner.run(_next(answers))
        finally:
            runner.run(answers.aclose())


def file_answer(path: Path, reading: Reading) -> dict[str, Any]:
    """Return what `read-file --json` says of one file: the keys of the design's contract."""
    best = reading.published
    return {
        "file": str(path),
        "page_kind": reading.page_kind,
        "title": reading.title,
        "items": [
            {"title": item.title, "href": item.href, "date": _day(item.date), "pinned": item.pinned}
            for item in reading.items
        ],
        "newest": _day(reading.newest),
        "blank": reading.blank,
        "published": best and {"date": _day(best.date), "certain": best.certain, "kind": best.kind, "text": best.text},
        "hidden_links": plain.dump(reading.hidden_links),
        "bad_links": plain.dump(reading.bad_links),
        "links": plain.dump(reading.links),
        "column": plain.dump(reading.column),
        "wording": plain.dump(reading.wording),
        "missing_tags": list(reading.missing_tags),
        "identity": dict(reading.identity),
        "notes": list(reading.notes),
    }


def file_line(path: Path, reading: Reading) -> str:
    """Return one line for a person: file, kind, number of items, newest date, whether blank, hidden links, notes."""
    parts = [str(path), _KINDS[reading.page_kind]]
    if reading.items:
        parts.append(f"{len(reading.items)} 条，最新 {_day(reading.newest) or '不能确定'}")
    if reading.published is not None:
        parts.append(f"发布于 {reading.published.date}{'' if reading.published.certain else '（不确定）'}")
    if reading.blank is not False and reading.page_kind in ("list", "other"):
        parts.append("空白" if reading.blank else "是否空白不能确定")
    if reading.hidden_links:
        parts.append(f"暗链 {len(reading.hidden_links)} 处")
    if reading.bad_links:
        parts.append(f"不良外链 {len(reading.bad_links)} 处")
    if reading.column is not None and reading.column.kind not in (None, "list"):
        parts.append(f"{COLUMN_KINDS[reading.column.kind]}栏目（{reading.column.because}）")
    return "\t".join((*parts, *reading.notes))


_KINDS = {
    "list": "列表页",
    "article": "文章页",
    "home": "首页",
    "error": "错误页",
    "redirect": "跳转页",
    "other": "其他",
}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _checked(path: Path) -> Path:
    if not path.is_file():
        raise ReadingError(f"{path}: expected a file, got {'a folder' if path.is_dir() else 'nothing'}")
    return path.resolve()


async def _next(answers: AsyncGenerator[Reading, None]) -> Reading:
    return await anext(answers)


async def _answers(
    files: Sequence[Path], url: str | None, reader: Callable[[PageInput], Reading], browser: str | None
) -> AsyncGenerator[Reading, None]:
    """Yield the readings in the order of the files; TABS pages are shown ahead, and read beside."""
    with _readers(len(files)) as pool:
        async with offline.room(browser) as room:
            gate = asyncio.Semaphore(2 * TABS)
            tabs = asyncio.Semaphore(min(TABS, len(files)))
            tasks = [asyncio.ensure_future(_one(file, url, reader, room, pool, gate, tabs)) for file in files]
            try:
                for task in tasks:
                    reading = await task
                    gate.release()
                    yield reading
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


async def _one(
    file: Path,
    url: str | None,
    reader: Callable[[PageInput], Reading],
    room: Room,
    pool: Executor,
    gate: asyncio.Semaphore,
    tabs: asyncio.Semaphore,
) -> Reading:
    """Show one file and have it read; `gate` keeps finished ones from piling up, `tabs` the browser from choking."""
    await gate.acquire()
    async with tabs:
        shown = await room.render(file, url=url)
    return await asyncio.get_running_loop().run_in_executor(pool, functools.partial(_read, shown, reader))


def _readers(files: int) -> Executor:
    if files <= _FEW:
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(_READERS, mp_context=multiprocessing.get_context("spawn"))


def _read(shown: Rendered, reader: Callable[[PageInput], Reading]) -> Reading:
    reading = reader(shown.page)
    return replace(reading, notes=(*reading.notes, *shown.notes))
