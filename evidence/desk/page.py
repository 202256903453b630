"""How a page is declared: one file in `pages/`, which says who may see it and takes what is asked of it.

    page = Page(__name__, right="see", title="检查对象", menu=20)

    @page.get("/targets/{target}")
    def target(desk: TheDesk, who: TheVisitor, target: str) -> Response:
        return page.show(desk, who, target=...)

The template has the file's name (`templates/target.html.j2`) and extends `layout.html.j2`. A form posts to a route of
`page.post` and holds `{{ form_token() }}`; the route redirects to a page (`see_other`), so that a reload repeats nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from evidence.desk.desk import Desk, Visitor
from evidence.desk.rendering import render
from evidence.desk.roles import Right

BODY = 64 * 1024
"""Bytes of a form, where a route says nothing else."""
Stage = Literal["open", "code", "password", "enrol"]
Taken = TypeVar("Taken", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Who may take a route, and how."""

    right: Right | None
    """None: anybody, logged in or not."""
    stages: tuple[Stage, ...] = ("open",)
    """Of a log-in, in which it may be taken."""
    body: int = BODY
    """Bytes of what is posted."""
    logged: bool = True
    """Whether the access log has a line of it; the files of the desk itself tell nothing of anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One route."""

    path: str
    method: Literal["GET", "POST"]
    answer: Callable[..., Any]
    terms: Terms


@dataclass(slots=True)
class Page:
    """A page with its routes."""

    module: str
    right: Right | None = field(kw_only=True)
    title: str = field(kw_only=True)
    menu: int | None = field(default=None, kw_only=True)
    """Its place in the menu, which leads to its first route; None: it is not in it."""
    routes: list[Declared] = field(default_factory=list, init=False)

    @property
    def name(self) -> str:
        """The name of its file."""
        return self.module.rpartition(".")[2]

    @property
    def path(self) -> str:
        """The path of its first route."""
        return self.routes[0].path

    def get(self, path: str, **terms: Any) -> Callable[[Taken], Taken]:
        """Declare a route that shows something; `terms` are those that differ from the page's."""
        return self._declare(path, "GET", terms)

    def post(self, path: str, **terms: Any) -> Callable[[Taken], Taken]:
        """Declare a route that changes something."""
        return self._declare(path, "POST", terms)

    def show(
        self, desk: Desk, who: Visitor, *, template: str | None = None, status: int = 200, **values: Any
    ) -> Response:
        """Return the page, from its template or another of the folder; a `title` among the values stands for the page's own."""
        shown = {"title": self.title, **values, "current": self.name}
        return HTMLResponse(render(template or f"{self.name}.html.j2", desk, who, shown), status_code=status)

    def _declare(self, path: str, method: Literal["GET", "POST"], terms: dict[str, Any]) -> Callable[[Taken], Taken]:
        def declared(answer: Taken) -> Taken:
            said = Terms(**({"right": self.right} | terms))
            self.routes.append(Declared(path=path, method=method, answer=answer, terms=said))
            return answer

        return declared


def see_other(path: str) -> Response:
    """Return what sends a browser to a page after a change."""
    return RedirectResponse(path, status_code=303)


async def _desk(request: Request) -> Desk:
    desk: Desk = request.state.desk
    return desk


async def _visitor(request: Request) -> Visitor:
    visitor: Visitor = request.state.visitor
    return visitor


TheDesk = Annotated[Desk, Depends(_desk)]
TheVisitor = Annotated[Visitor, Depends(_visitor)]
