"""The frames of a page, and scripts run in a world of their own, where the page's scripts cannot reach them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

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


async def evaluate(session: CDPSession, frame: str, script: str, *, seconds: float = 10) -> Any:
    """Return what `script` (an expression, or a promise of one) gives in a frame; None where the frame has gone.

    Raises TimeoutError where the page does not let any script run.
    """
    try:
        async with asyncio.timeout(seconds):
            world = await session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": WORLD})
            answer = await session.send(
                "Runtime.evaluate",
                {
                    "contextId": world["executionContextId"],
                    "expression": script,
                    "returnByValue": True,
                    "awaitPromise": True,
                },
            )
    except PlaywrightError:
        return None
    return answer["result"].get("value") if "exceptionDetails" not in answer else None
