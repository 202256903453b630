"""Tries flows on their stand-ins: loads each, runs its doctests, visits its stand-in, and names what came out otherwise.

A flow without a stand-in is loaded and no more. On the real system it is tried only where that is asked for; nothing of
it is kept.
"""

from __future__ import annotations

import asyncio
import doctest
import importlib
import importlib.util
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from collector import browser as browsers
from collector import targets
from collector.browser import BrowserSource
from collector.clock import SystemClock
from collector.errors import CollectError, FlowError
from collector.flow import BOX, Catalogue, Flow, Found
from collector.keeper import Keeper
from collector.login.access import Access
from collector.scribe import Circumstances
from collector.secrets import Secrets, variable_of
from collector.standin import Case, Expect, StandIn
from collector.targets import Target
from collector.visiting import visit
from collector.workspace import Limits
from evidence import words
from evidence.model import Capture, Reading, Record, Vantage
from evidence.reading import read
from evidence.reading.page import from_record
from evidence.readings import moment_of
from evidence.span import local_day
from evidence.store import FileStore

STAND_INS = "demo"
"""Folder beside a flow's file that holds its stand-in, under the same name."""
LIMITS = Limits(navigation_seconds=10, settle_seconds=2, page_seconds=60, challenge_seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of one flow."""

    name: str
    stand_in: bool
    """Whether it was visited on a stand-in."""
    faults: tuple[str, ...]
    live: bool = False
    """Whether it was visited on the real system."""

    def line(self) -> str:
        """Return what `flows check` says of it."""
        if self.faults:
            return f"✗ {self.name}：" + "；".join(self.faults)
        tried = "在真实系统上走通" if self.live else "能载入；没有替身网站，未试跑"
        return f"✓ {self.name}：" + ("在替身网站上走通" if self.stand_in else tried)


def try_all(
    found: Iterable[Found], setting: str | None = None, *, live: Mapping[str, Target] | None = None
) -> tuple[Tried, ...]:
    """Return what came of every flow, in order. `setting` names the browser; `live` gives real targets by flow.

    Raises BrowserError where no browser starts.
    """
    return asyncio.run(_try_all(tuple(found), browsers.find(setting), live or {}))


def real_targets(catalogue: Catalogue, every: Iterable[Target]) -> dict[str, Target]:
    """Return the first target of each of the office's own flows that has no stand-in."""
    found: dict[str, Target] = {}
    own = {one.name for one in catalogue.all() if one.local and one.flow and not _stand_in_file(one).is_file()}
    for target in every:
        try:
            name = catalogue.choose(target).name
        except FlowError:
            continue  # its flow does not load, which the check of the flow itself says
        if name in own:
            found.setdefault(name, target)
    return found


def stand_in_of(found: Found) -> StandIn | None:
    """Return a flow's stand-in; None where it has none. Raises FlowError for a file that cannot be used."""
    path = _stand_in_file(found)
    if not path.is_file():
        return None
    try:
        declared = getattr(_module(path, found.local), "stand_in", None)
    except Exception as error:  # an office's own file may fail in any way; its name must be said
        raise FlowError(f"stand-in {path} cannot be loaded: {type(error).__name__}: {error}") from error
    if not isinstance(declared, StandIn) or not declared.usable:
        raise FlowError(f"{path} declares no stand-in\ntry: stand_in = StandIn(__name__, cases=...) and @stand_in.site")
    return declared


def _stand_in_file(found: Found) -> Path:
    return found.path.parent / STAND_INS / found.path.name


def secrets_of(stand_in: StandIn) -> dict[str, str]:
    """Return the variables that hold the log-ins of a stand-in's cases."""
    return {
        variable_of(stand_in.target_id(case), name): value
        for case in stand_in.cases
        for name, value in case.secrets.items()
    }


def _module(path: Path, local: bool) -> ModuleType:
    if not local:
        return importlib.import_module(".".join(path.relative_to(BOX.parent).with_suffix("").parts))
    name = f"quzheng_local_stand_ins.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise FlowError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


async def _try_all(found: tuple[Found, ...], source: BrowserSource, live: Mapping[str, Target]) -> tuple[Tried, ...]:
    with tempfile.TemporaryDirectory(prefix="quzheng-trial-") as folder:
        store = FileStore(Path(folder))
        async with Keeper(source, store) as keeper:
            return tuple([await _try(one, keeper, store, live.get(one.name)) for one in found])


async def _try(found: Found, keeper: Keeper, store: FileStore, real: Target | None) -> Tried:
    if found.flow is None:
        return Tried(name=found.name, stand_in=False, faults=(f"不能载入：{found.error}",))
    faults = [*_doctests(found.flow)]
    stand_in = None
    try:
        stand_in = stand_in_of(found)
        if stand_in is not None:
            faults += await _on_stand_in(found.flow, stand_in, keeper, store)
        elif real is not None:
            faults += await _on_the_real(found.flow, real, keeper, store)
    except CollectError as error:
        faults.append(str(error))
    live = stand_in is None and real is not None
    return Tried(name=found.name, stand_in=stand_in is not None, live=live, faults=tuple(faults))


def _doctests(flow: Flow) -> Iterator[str]:
    module = sys.modules[flow.module]
    runner = doctest.DocTestRunner(verbose=False)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, extraglobs={}):
        said: list[str] = []
        runner.run(test, out=said.append)
        if said:
            yield f"文档测试 {test.name}：" + " ".join("".join(said).split())[:300]


async def _on_stand_in(flow: Flow, stand_in: StandIn, keeper: Keeper, store: FileStore) -> list[str]:
    faults: list[str] = []
    held = Secrets(variables=secrets_of(stand_in), folder=None)
    with stand_in.running(local_day(SystemClock().now())) as base:
        for case in stand_in.cases:
            target = targets.from_written(stand_in.target(case, base))
            captures = await _visit(flow, target, keeper, store, held)
            faults += differences(case, {taken.label: taken for taken in captures}, store)
    return faults


async def _on_the_real(flow: Flow, target: Target, keeper: Keeper, store: FileStore) -> list[str]:
    captures = await _visit(flow, target, keeper, store, Secrets.of_process())
    return [
        f"{target.id} {taken.label}：{words.OUTCOMES[taken.outcome]}（{taken.reason}）"
        for taken in captures
        if taken.outcome != "captured"
    ]


async def _visit(flow: Flow, target: Target, keeper: Keeper, store: FileStore, held: Secrets) -> tuple[Capture, ...]:
    running = await keeper.running()
    return await visit(
        target,
        flow,
        browser=running.browser,
        persona=running.persona,
        sink=store,
        clock=SystemClock(),
        limits=LIMITS,
        circumstances=Circumstances(
            run="trial",
            environment=await keeper.environment_on(running, flow.device),
            vantage=Vantage(egress="direct", address=None, resolver=None),
            purpose="demonstration",
        ),
        access=Access(secrets=held),
    )


def differences(case: Case, captures: Mapping[str, Capture], store: FileStore) -> Iterator[str]:
    """Yield what came out otherwise than the stand-in expects, one sentence each."""
    where = f"{case.name} " if case.name else ""
    for label, expected in case.expects.items():
        taken = captures.get(label)
        if taken is None:
            yield f"{where}{label}：没有采集"
        else:
            yield from (f"{where}{label}：{said}" for said in _of_capture(expected, taken, store))
    yield from (f"{where}{label}：多出的标签" for label in captures if label not in case.expects)


def _of_capture(expected: Expect, taken: Capture, store: FileStore) -> Iterator[str]:
    yield from _differs("结果", expected.outcome, taken.outcome)
    if expected.reason is not None or taken.outcome != expected.outcome:
        yield from _differs("原因", expected.reason, taken.reason)
    if expected.downloads is not None:
        yield from _differs("下载的文件", expected.downloads, len(taken.of_role("download")))
    if taken.outcome == expected.outcome == "captured":
        record = Record(capture=taken, previous=None)
        yield from _of_reading(expected, read(from_record(record, store), at=moment_of(record)), taken, store)


def _of_reading(expected: Expect, reading: Reading, taken: Capture, store: FileStore) -> Iterator[str]:
    today = local_day(taken.started)
    if expected.kind is not None:
        yield from _differs("页面种类", expected.kind, reading.page_kind)
    if expected.items is not None:
        yield from _differs("条目数", expected.items, len(reading.items))
    if expected.letters is not None:
        yield from _differs("信件数", expected.letters, len(reading.letters))
    if expected.elements is not None:
        yield from _differs("指南要素", expected.elements, len(reading.elements))
    if expected.newest is not None:
        yield from _differs("最新日期", today - timedelta(days=expected.newest), reading.newest)
    if expected.published is not None:
        published = reading.published.date if reading.published else None
        yield from _differs("发布日期", today - timedelta(days=expected.published), published)
    if expected.says:
        text = b"".join(store.read(dom.sha256) for dom in taken.of_role("dom")).decode("utf-8", "replace")
        yield from (f"页面上没有“{words}”" for words in expected.says if words not in text)


def _differs(what: str, expected: object, got: object) -> Iterator[str]:
    if expected != got:
        yield f"{what}应为 {expected}，得到 {got}"
