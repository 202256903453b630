"""A flow: a scripted visit to one portal or platform, declared in one file and found by folder (law 2).

    flow = Flow(__name__, hosts=("www.shifan.gov.cn",))

    @flow.visit
    async def visit(visit: Visit) -> None:
        await visit.open(visit.target.url)
        await visit.capture("home")
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from collector.errors import FlowError
from collector.login import Login
from collector.targets import Target
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
    and `because` why; left out, it is complete for a website and partial for an account. `labels` are what it captures,
    where that is not the home page and the columns of the column ledger.
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
        authority: Authority = "public",
        verified: date | None = None,
        labels: tuple[str, ...] = (),
    ) -> None:
        self.name = module.rpartition(".")[2]
        self.hosts = hosts
        self.platform = platform
        self.login = login
        self.coverage = coverage
        self.because = because
        self.authority = authority
        self.verified = verified
        self.labels = labels
        self.source = b""
        """The file's bytes; every record cites them."""
        self._script: Script | None = None
        self._check()

    def visit(self, script: Script) -> Script:
        """Declare the decorated coroutine function as the script of this flow."""
        self._script = script
        self.source = Path(script.__code__.co_filename).read_bytes()  # type: ignore[attr-defined]
        return script

    async def __call__(self, visit: Visit) -> None:
        """Run the script; raises FlowError where there is none, and whatever the script raises."""
        if self._script is None:
            raise FlowError(f"flow {self.name} has no script\ntry: decorate an async def with @flow.visit")
        await self._script(visit)

    @property
    def ref(self) -> FlowRef:
        """The flow as records name it."""
        return FlowRef(name=self.name, sha256=digest.sha256(self.source), verified=self.verified)

    def due(self, target: Target) -> tuple[str, ...]:
        """Return the labels that a visit of `target` must bring, each once, in order."""
        own = self.labels or (HOME,)
        if target.subject.is_account and self.labels:
            return own
        return tuple(dict.fromkeys((*own, *(column.label for column in target.ledger.columns))))

    def coverage_of(self, target: Target) -> Coverage:
        """Return whether this flow sees everything of `target`: as declared; undeclared, a stranger's view of an account never does."""
        return self.coverage or ("partial" if target.subject.is_account else "complete")

    def _check(self) -> None:
        if self.coverage == "partial" and not self.because:
            raise FlowError(f"flow {self.name}: coverage is partial, but nothing says why\ntry: because='...'")
        if self.login and self.authority == "public":
            raise FlowError(
                f"flow {self.name}: logs in to a system of authority 'public', expected 'own' or 'authorised'"
            )
