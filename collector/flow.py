"""A flow: a scripted visit to one portal or platform, declared in one file and found by folder (law 2).

flow = Flow(__name__, hosts=("www.shifan.gov.cn",))

@flow.visit
async def visit(visit: Visit) -> None:
    await visit.open(visit.target.url)
    await visit.capture("home")
"""

from __future__ import annotations

import copy
import importlib
import importlib.util
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from collector import verified
from collector.device import DEVICES, Device, DeviceName
from collector.errors import FlowError
from collector.login import Login, kinds
from collector.targets import Target
from collector.verified import Verified
from evidence import digest
from evidence.columns import HOME
from evidence.model import Coverage, FlowRef

if TYPE_CHECKING:
    from collector.visit import Visit

Authority = Literal["own", "authorised", "public"]
"""Whose system it is: the office's own, one it is authorised for, or one that anyone may look at."""

Script = Callable[["Visit"], Awaitable[None]]


class Flow:
    """What a flow file declares: where it may be used, what its view is worth, and the script itself.

    `name` is the file's; `coverage` says whether the source shows everything (complete) or only a part (partial, law 6),
    and `because` why, `since` the day from which the platform is known to behave so; left out, it is complete for a
    website and partial for an account. `labels` are what it captures, where that is not the home page and the columns of
    the column ledger. `device` is what it looks with. A flow with `attended` (why a person must be there) is skipped
    unless its target is named.
    """

    def __init__(
        self,
        module: str,
        *,
        hosts: tuple[str, ...] = (),
        platform: str | None = None,
        login: Login | None = None,
        coverage: Coverage | None = None,
        because: str = "",
        since: date | None = None,
        authority: Authority = "public",
        verified: date | None = None,
        labels: tuple[str, ...] = (),
        device: DeviceName = "desktop",
        attended: str = "",
        scripted: bool = True,
        private: tuple[str, ...] | None = None,
    ) -> None:
        self.module = module
        self.name = module.rpartition(".")[2]
        self.hosts = hosts
        self.platform = platform
        self.login = login
        self.coverage = coverage
        self.because = because
        self.since = since
        self.authority = authority
        self.verified = verified
        self.labels = labels
        self.attended = attended
        self.scripted = scripted
        """Whether it has steps of its own; one that only opens the addresses it is given has nothing to verify."""
        self.private = private
        """Selectors of citizens' personal data (by rule it is found as well); None: the pages show none."""
        self.device = self._device(device)
        self.source = b""
        """The file's bytes; every record cites them."""
        self.helpers: tuple[bytes, ...] = ()
        """The bytes of the files beside it whose help it uses, which records cite as well."""
        self.script: Script | None = None
        self._check()

    def visit(self, script: Script) -> Script:
        """Declare the decorated coroutine function as the script of this flow."""
        self.script = script
        file = Path(script.__code__.co_filename)
        self.source = file.read_bytes()
        if self.module.startswith((IN_THE_BOX, LOCAL)):
            self.helpers = tuple(_helpers(script, file))
        return script

    async def __call__(self, visit: Visit) -> None:
        """Run the script; raises FlowError where there is none, and whatever the script raises."""
        if self.script is None:
            raise FlowError(f"flow {self.name} has no script\ntry: decorate an async def with @flow.visit")
        await self.script(visit)

    @property
    def ref(self) -> FlowRef:
        """The flow as records name it."""
        return FlowRef(
            name=self.name,
            sha256=digest.sha256(self.source),
            verified=self.verified,
            scripted=self.scripted,
            private=self.private,
            helpers=tuple(digest.sha256(source) for source in self.helpers),
        )

    @property
    def tried(self) -> str:
        """Whether it was run on the real system, in Chinese."""
        return f"{self.verified} 实测" if self.verified else "未经实测"

    def due(self, target: Target) -> tuple[str, ...]:
        """Return the labels that a visit of `target` must bring, each once, in order."""
        own = self.labels or (HOME,)
        if target.subject.is_account and self.labels:
            return own
        return tuple(dict.fromkeys((*own, *(column.label for column in target.ledger.columns))))

    def coverage_of(self, target: Target) -> Coverage:
        """Return whether this flow sees everything of `target`: as declared; undeclared, a stranger's view of an account never does."""
        return self.coverage or ("partial" if target.subject.is_account else "complete")

    def _device(self, name: DeviceName) -> Device:
        if name not in DEVICES:
            raise FlowError(f"flow {self.name}: device {name!r:.40} is unknown, expected one of {', '.join(DEVICES)}")
        return DEVICES[name]

    def _check(self) -> None:
        if self.coverage == "partial" and not self.because:
            raise FlowError(f"flow {self.name}: coverage is partial, but nothing says why\ntry: because='...'")
        if self.login:
            self._check_login(self.login)

    def _check_login(self, login: Login) -> None:
        try:
            kinds.of(login)
        except FlowError as error:
            raise FlowError(f"flow {self.name}: {error}") from None
        if self.authority == "public":
            raise FlowError(
                f"flow {self.name}: logs in to a system of authority 'public', expected 'own' or 'authorised'\n"
                "a log-in, its session and its picture code are for systems of our own or ones we are authorised for"
            )


IN_THE_BOX, LOCAL = "flows.", "quzheng_local_flows."
"""How the modules of found flows are named: ours, and an office's."""
BOX = Path(__file__).resolve().parent.parent / "flows"
"""The flows that come with the program."""
GENERIC = "generic_portal"
_DECLARES = re.compile(r"\bFlow\(\s*__name__")
"""A file that says this declares a flow; other files beside flows only help them."""


def _helpers(script: Script, file: Path) -> Iterator[bytes]:
    """Yield the sources of what a flow's file uses of the files beside it or in the box: `paging`, and an office's own."""
    used = (
        value if isinstance(value, ModuleType) else sys.modules.get(getattr(value, "__module__", None) or "")
        for value in vars(sys.modules[script.__module__]).values()
    )
    paths = {Path(path).resolve() for module in used if (path := getattr(module, "__file__", None))}
    for path in sorted(
        path for path in paths if path.parent in (BOX, file.parent.resolve()) and path != file.resolve()
    ):
        yield path.read_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One flow file: the flow it declares, or why it cannot be used."""

    name: str
    path: Path
    local: bool
    """Whether it is the office's own."""
    flow: Flow | None
    error: str | None = None

    def plain(self) -> dict[str, Any]:
        """Return what `flows list --json` says of it."""
        flow = self.flow
        return {
            "name": self.name,
            "path": str(self.path),
            "local": self.local,
            "error": self.error,
            "hosts": list(flow.hosts) if flow else [],
            "platform": flow.platform if flow else None,
            "login": flow.login.told if flow and flow.login else None,
            "coverage": flow.coverage if flow else None,
            "because": flow.because if flow else "",
            "since": flow.since.isoformat() if flow and flow.since else None,
            "authority": flow.authority if flow else None,
            "device": flow.device.name if flow else None,
            "attended": flow.attended if flow else "",
            "verified": flow.verified.isoformat() if flow and flow.verified else None,
        }

    def line(self) -> str:
        """Return what `flows list` says of it."""
        if self.flow is None:
            return f"{self.name}  不能使用：{self.error}"
        doc = (sys.modules[self.flow.module].__doc__ or "").strip().partition("\n")[0]
        marks = (
            ["本地"] * self.local + ["须有人在场"] * bool(self.flow.attended) + [self.flow.tried] * self.flow.scripted
        )
        return f"{self.name}  {'  '.join((*marks, doc))}"


class Catalogue:
    """All flows found; one that is broken fails only the targets that need it."""

    def __init__(self, found: tuple[Found, ...]) -> None:
        self._found = {entry.name: entry for entry in found}

    def all(self) -> tuple[Found, ...]:
        """Return every flow file, by name."""
        return tuple(self._found[name] for name in sorted(self._found))

    def choose(self, target: Target) -> Flow:
        """Return the flow for a target: named, else by platform, else by exact host, else the generic one.

        Raises FlowError where it cannot be used, two would fit, or a broken file may be the one that is meant.
        """
        if target.flow:
            return self._named(target.flow, target)
        host = urlsplit(target.url).hostname or ""
        platform = [f for f in self._flows() if target.platform and f.platform == target.platform]
        for fit, by in ((platform, target.platform), ([f for f in self._flows() if host in f.hosts], host)):
            if len(fit) > 1:
                names = ", ".join(sorted(f.name for f in fit))
                raise FlowError(f"target {target.id}: flows {names} all serve {by}\ntry: flow: NAME in targets.yaml")
            if fit:
                return fit[0]
            self._none_broken(target, by)
        return self._named(GENERIC, target)

    def _flows(self) -> tuple[Flow, ...]:
        return tuple(entry.flow for entry in self.all() if entry.flow)

    def _named(self, name: str, target: Target) -> Flow:
        entry = self._found.get(name)
        if entry is None:
            known = ", ".join(sorted(self._found)) or "none"
            raise FlowError(f"target {target.id}: no flow is called {name!r}, got {known}")
        if entry.flow is None:
            raise FlowError(f"target {target.id}: flow {name} cannot be used: {entry.error}")
        return entry.flow

    def _none_broken(self, target: Target, by: str | None) -> None:
        """Raise FlowError where a flow that does not load names what the target would be chosen by."""
        for entry in self.all():
            if by and entry.flow is None and by in entry.path.read_text("utf-8", "replace"):
                raise FlowError(f"target {target.id}: flow {entry.name} names {by}, and cannot be used: {entry.error}")


def discover(folder: Path | None = None) -> Catalogue:
    """Return the flows in the box and in the office's own `folder`; an own flow takes the place of ours of that name.

    What the office has verified is so in what is returned. Raises FlowError where its list of them is damaged.
    """
    box = [_load(path, local=False) for place in (BOX, BOX / "demo") for path in _files(place)]
    own = [_load(path, local=True) for path in _files(folder)] if folder else []
    known = verified.load(folder) if folder else {}
    return Catalogue(tuple(_with_verified(found, known.get(found.name)) for found in (*box, *own)))


def _with_verified(found: Found, entry: Verified | None) -> Found:
    """Return a flow with the day it was verified, where the entry is for its very bytes."""
    if found.flow is None or entry is None or entry.sha256 != found.flow.ref.sha256:
        return found
    flow = copy.copy(found.flow)
    flow.verified = entry.on
    return replace(found, flow=flow)


def _files(folder: Path) -> tuple[Path, ...]:
    if not folder.is_dir():
        return ()
    files = (path for path in sorted(folder.glob("*.py")) if not path.name.startswith("_"))
    return tuple(path for path in files if _DECLARES.search(path.read_text("utf-8", "replace")))


def _load(path: Path, *, local: bool) -> Found:
    """Load one flow file; whatever it raises is its own affair, and is said where it is needed."""
    try:
        module = _module(path, local)
        flow = next((value for value in vars(module).values() if isinstance(value, Flow)), None)
        if flow is None or not flow.source:
            raise FlowError(f"{path} declares no script\ntry: flow = Flow(__name__) and @flow.visit")
    except Exception as error:
        return Found(name=path.stem, path=path, local=local, flow=None, error=f"{type(error).__name__}: {error}")
    return Found(name=path.stem, path=path, local=local, flow=flow)


def _module(path: Path, local: bool) -> ModuleType:
    if not local:
        return importlib.import_module(".".join(path.relative_to(BOX.parent).with_suffix("").parts))
    name = f"{LOCAL}{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise FlowError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
