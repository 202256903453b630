"""A stand-in: a small site on the loopback that behaves like the system of a flow, as far as that is publicly known.

The stand-in of flows/NAME.py is demo/NAME.py beside it, which declares what is visited and what must come of it:

stand_in = StandIn(__name__, cases=(Case(path="/list/", expects={"home": Expect(kind="list", newest=3)}),))

@stand_in.site
class Site:
    def __init__(self, today: date) -> None: ...
    def answer(self, asked: Asked) -> Answer: ...

That a flow passes here shows that our code agrees with itself; only a run against the real system verifies it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl, urlsplit

from evidence.model import Outcome, PageKind

LONGEST_FORM = 100_000
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    cookies: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the site answers."""

    body: str | bytes = ""
    status: int = 200
    media_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)


class Site(Protocol):
    """What a stand-in is made of; it lives for one trial."""

    def answer(self, asked: Asked) -> Answer:
        """Return the answer to one request."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What must come of one label; days are counted back from the day of the trial. None: no matter."""

    outcome: Outcome = "captured"
    reason: str | None = None
    kind: PageKind | None = None
    items: int | None = None
    newest: int | None = None
    published: int | None = None
    letters: int | None = None
    elements: int | None = None
    """Of the ten of a service guide."""
    downloads: int | None = None
    says: tuple[str, ...] = ()
    """Words that stand on the captured page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One target on the site, in the words of targets.yaml, and what must come of its visit."""

    path: str
    expects: Mapping[str, Expect]
    name: str = "示范单位"
    kind: str = "site"
    suffix: str = ""
    """Added to the flow's name for the target's id, where a stand-in has several cases."""
    columns: tuple[Mapping[str, Any], ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By name (username, password …); they open nothing but the stand-in."""


class StandIn:
    """The declaration of one stand-in, found beside its flow."""

    def __init__(self, module: str, *, cases: tuple[Case, ...]) -> None:
        self.name = module.rpartition(".")[2]
        self.cases = cases
        self._make: Callable[[date], Site] | None = None

    def site(self, make: Any) -> Any:
        """Declare the decorated class (or function) as what makes the site of a day."""
        self._make = make
        return make

    @property
    def usable(self) -> bool:
        """Whether there is a site."""
        return self._make is not None

    @contextmanager
    def running(self, today: date) -> Iterator[str]:
        """Run the site for the length of the block, and yield its address without a slash at the end."""
        if self._make is None:
            raise RuntimeError(f"stand-in {self.name} declares no site")
        server = _Server(("127.0.0.1", 0), _Handler)
        server.site = self._make(today)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def target(self, case: Case, base: str) -> dict[str, Any]:
        """Return the target of a case in the form of targets.yaml, on the running site at `base`."""
        columns = [{**column, "url": base + column["url"]} for column in case.columns]
        return {
            "id": self.target_id(case),
            "name": case.name,
            "kind": case.kind,
            "url": base + case.path,
            "unit": "示范市人民政府办公室",
            "flow": self.name,
            "columns": columns,
        }

    def target_id(self, case: Case) -> str:
        """Return the id of a case's target."""
        return f"box-{self.name}{case.suffix}".replace("_", "-")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: Site


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer a request without a form."""
        self._answer({})

    def do_POST(self) -> None:
        """Answer a request with one."""
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(min(length, LONGEST_FORM)).decode("utf-8", "replace")
        self._answer(dict(parse_qsl(text, keep_blank_values=True)))

    def _answer(self, form: Mapping[str, str]) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            form=form,
            cookies=self._cookies(),
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        answer = cast(_Server, self.server).site.answer(asked)
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _cookies(self) -> dict[str, str]:
        try:
            return {name: one.value for name, one in SimpleCookie(self.headers.get("Cookie", "")).items()}
        except CookieError:
            return {}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""
