"""A web application with all doors, and somebody (or nobody) at the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from collector.errors import LoginError
from collector.flow import Authority, Flow
from collector.login import Login
from collector.login.access import Access
from collector.login.person import Nobody, Person
from collector.secrets import Secrets, variable_of
from evidence.model import Capture
from tests.collector.conftest import Looker, target
from tests.site.gates import Gates


@dataclass
class Somebody:
    """Answers what they are told to; remembers what they were shown."""

    answers: list[str] = field(default_factory=list)
    scans: Callable[[], None] = lambda: None
    there: bool = True
    asked: list[str] = field(default_factory=list)
    shown: list[bytes] = field(default_factory=list)

    async def ask(self, question: str, picture: bytes | None = None) -> str:
        self.asked.append(question)
        self.shown += [picture] if picture else []
        if not self.answers:
            raise LoginError("no_answer")
        return self.answers.pop(0)

    @contextmanager
    def showing(self, said: str, picture: bytes) -> Iterator[None]:
        self.shown.append(picture)
        self.scans()
        yield


@pytest.fixture
def gates() -> Iterator[Gates]:
    with Gates() as running:
        yield running


def login(gates: Gates, path: str, **more: Any) -> Login:
    """A form at `path`, declared as the stand-in has it."""
    declared = {"username": "[name=user]", "password": "[name=pw]", "submit": "#go", "refused": ".wrong"} | more
    return Login(url=path, marker="#hello", **declared)


def secrets(gates: Gates, **other: str) -> Secrets:
    known = {"username": gates.username, "password": gates.password, "otp_seed": gates.seed} | other
    return Secrets(variables={variable_of("t", name): value for name, value in known.items()}, folder=None)


def access(gates: Gates, person: Person | None = None, **more: Any) -> Access:
    given = more.pop("secrets", None) or secrets(gates)
    return Access(secrets=given, person=person or Nobody(), **more)


def inside(declared: Login, authority: Authority = "own", download: bool = False) -> Flow:
    """A flow that captures one page behind the log-in."""
    flow = Flow("tests.inside", login=declared, authority=authority)

    @flow.visit
    async def visit(visit):  # type: ignore[no-untyped-def]
        await visit.open(f"{visit.target.url}/inside")
        if download:
            await visit.download("#file")
        await visit.capture("home")

    return flow


def entered(looker: Looker, gates: Gates, flow: Flow, means: Access, **more: Any) -> Capture:
    """The one capture of a visit that logs in."""
    (capture,) = looker.visit(target(gates.url), flow, access=means, **more)
    return capture


def told(looker: Looker, capture: Capture) -> str:
    """The log of a capture."""
    return "".join(looker.sink.blobs[a.sha256].decode() for a in capture.of_role("log"))
