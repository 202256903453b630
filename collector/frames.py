"""The frames of a page, and scripts run in a world of their own, where the page's scripts cannot reach them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

WORLD = "quzheng"

DOM = """(() => {
    const roots = [];
    const gather = (root) => {
        for (const element of root.querySelectorAll("*"))
            if (element.shadowRoot) { roots.push(element.shadowRoot); gather(element.shadowRoot); }
    };
    gather(document);
    const root = document.documentElement;
    if (!root) return "";
    const kind = document.doctype ? new XMLSerializer().serializeToString(document.doctype) + "\\n" : "";
    if (!root.getHTML) return kind + root.outerHTML;
    const shell = root.cloneNode(false).outerHTML;
    const cut = shell.lastIndexOf("</");
    return kind + shell.slice(0, cut) + root.getHTML({shadowRoots: roots}) + shell.slice(cut);
})()"""
"""The rendered DOM of a frame, open shadow roots as declarative templates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame of a page as the browser has it."""

    id: str
    url: str


async def tree(session: CDPSession) -> tuple[Frame, ...]:
    """Return the frames of the page, the page itself first, children behind their parents."""
    found: list[Frame] = []
    waiting = [(await session.send("Page.getFrameTree"))["frameTree"]]
    while waiting:
        node = waiting.pop(0)
        found.append(Frame(id=node["frame"]["id"], url=node["frame"]["url"] + node["frame"].get("urlFragment", "")))
        waiting = [*node.get("childFrames", ()), *waiting]
    return tuple(found)


@dataclass  # no slots: playwright hangs its wrappers on the owner of a handler
class _Worlds:
    """The worlds of ours in the documents that a session's page shows now, by frame."""

    known: dict[str, int] = field(default_factory=dict)
    navigations: int = 0

    def forget(self, _: object) -> None:
        """Forget all: some frame shows another document, perhaps in another process, which numbers its worlds anew."""
        self.known.clear()
        self.navigations += 1


_WORLDS: WeakKeyDictionary[CDPSession, _Worlds] = WeakKeyDictionary()
"""To ask for a world costs as much as to run a script in it."""
_NO_WORLD = "Cannot find context"


async def evaluate(session: CDPSession, frame: str, script: str, *, seconds: float = 30) -> Any:
    """Return what `script` (an expression, or a promise of one) gives in a frame; None where the frame has gone.

    Raises TimeoutError where the page does not let any script run.
    """
    try:
        async with asyncio.timeout(seconds):
            answer = await _answer(session, frame, script)
    except PlaywrightError:
        return None
    return answer["result"].get("value") if "exceptionDetails" not in answer else None


async def _answer(session: CDPSession, frame: str, script: str) -> dict[str, Any]:
    """Run a script in the world we have in a frame, or in a new one where that has gone with its document."""
    worlds = _worlds(session)
    if frame in worlds.known:
        try:
            return await _run(session, worlds.known[frame], script)
        except PlaywrightError as error:
            if _NO_WORLD not in error.message:
                raise
    navigations = worlds.navigations
    made = await session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": WORLD})
    if worlds.navigations == navigations:
        worlds.known[frame] = made["executionContextId"]
    return await _run(session, made["executionContextId"], script)


def _worlds(session: CDPSession) -> _Worlds:
    if session not in _WORLDS:
        _WORLDS[session] = _Worlds()
        session.on("Page.frameNavigated", _WORLDS[session].forget)
    return _WORLDS[session]


async def _run(session: CDPSession, world: int, script: str) -> dict[str, Any]:
    words = {"contextId": world, "expression": script, "returnByValue": True, "awaitPromise": True}
    return await session.send("Runtime.evaluate", words)
