"""The layout snapshot: what stood where and looked how, so that it can be judged later without a browser.

CDP's DOMSnapshot without backend ids (they differ from run to run), with frames numbered instead of named and typed
values removed, coordinates as whole CSS pixels.
"""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import CDPSession

from collector.redactor import is_secret_field

STYLES = (
    "display",
    "visibility",
    "opacity",
    "position",
    "color",
    "background-color",
    "background-image",
    "font-size",
    "font-weight",
    "text-indent",
    "overflow-x",
    "overflow-y",
    "clip-path",
)
"""Computed styles kept for every laid-out node, in this order."""

_WORDED_RARE = ("shadowRootType", "pseudoType", "pseudoIdentifier", "currentSourceURL")
"""Node fields whose numbers are indexes into the string table; a rare field is {"index": [...], "value": [...]}."""


async def take(session: CDPSession) -> bytes:
    """Return the layout snapshot of the session's page as JSON bytes.

    {"styles": [...], "strings": [...], "documents": [{"n", "url", "size": [w, h], "scroll": [x, y], "nodes": {...},
    "layout": {"nodeIndex", "styles", "bounds", "text", "paintOrders"}, "textBoxes": {...}}]}; names, values, attributes,
    styles and texts are indexes into `strings` (-1: none), the rest as DOMSnapshot defines it.
    """
    return (await take_with_frames(session))[0]


async def take_with_frames(session: CDPSession) -> tuple[bytes, tuple[str, ...]]:
    """Return the layout snapshot, and the browser's frame id of each of its documents, in their order."""
    raw = await session.send(
        "DOMSnapshot.captureSnapshot",
        {"computedStyles": list(STYLES), "includePaintOrder": True},
    )
    frames = tuple(raw["strings"][document["frameId"]] for document in raw["documents"])
    return json.dumps(clean(raw), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"), frames


def clean(raw: dict[str, Any]) -> dict[str, Any]:
    """Return a raw DOMSnapshot with only what is stable and not secret.

    What a visitor typed stands in `inputValue` and, once more, as text inside the input's own shadow tree; both go, and
    the string table is rebuilt from what is left, so that no orphan keeps a password.
    """
    words = _Words(raw["strings"])
    documents = [_document(n, document, words) for n, document in enumerate(raw["documents"])]
    return {"styles": list(STYLES), "strings": words.kept, "documents": documents}


class _Words:
    """Renumbers string indexes, keeping only the strings that are used."""

    def __init__(self, strings: list[str]) -> None:
        self.strings = strings
        self.kept: list[str] = []
        self._numbers: dict[int, int] = {}

    def number(self, index: int) -> int:
        """Return the new index of an old one."""
        if index < 0:
            return -1
        if index not in self._numbers:
            self._numbers[index] = len(self.kept)
            self.kept.append(self.strings[index])
        return self._numbers[index]

    def numbers(self, indexes: list[int]) -> list[int]:
        """Return the new indexes of old ones."""
        return [self.number(index) for index in indexes]


def _document(n: int, document: dict[str, Any], words: _Words) -> dict[str, Any]:
    nodes, layout, boxes = document["nodes"], document["layout"], document["textBoxes"]
    typed = _typed_nodes(nodes, words.strings)
    kept: dict[str, Any] = {
        "parentIndex": nodes["parentIndex"],
        "nodeType": nodes["nodeType"],
        "nodeName": words.numbers(nodes["nodeName"]),
        "nodeValue": [-1 if i in typed else words.number(v) for i, v in enumerate(nodes["nodeValue"])],
        "attributes": [words.numbers(_without_password(pairs, words.strings)) for pairs in nodes["attributes"]],
        "contentDocumentIndex": nodes["contentDocumentIndex"],
        "isClickable": nodes["isClickable"],
    }
    for name in _WORDED_RARE:
        kept[name] = {"index": nodes[name]["index"], "value": words.numbers(nodes[name]["value"])}
    return {
        "n": n,
        "url": words.strings[document["documentURL"]],
        "size": [round(document.get("contentWidth", 0)), round(document.get("contentHeight", 0))],
        "scroll": [round(document.get("scrollOffsetX", 0)), round(document.get("scrollOffsetY", 0))],
        "nodes": kept,
        "layout": {
            "nodeIndex": layout["nodeIndex"],
            "styles": [words.numbers(styles) for styles in layout["styles"]],
            "bounds": [_whole(box) for box in layout["bounds"]],
            "text": [
                -1 if node in typed else words.number(text)
                for node, text in zip(layout["nodeIndex"], layout["text"], strict=True)
            ],
            "paintOrders": layout.get("paintOrders", []),
        },
        "textBoxes": {
            "layoutIndex": boxes["layoutIndex"],
            "bounds": [_whole(box) for box in boxes["bounds"]],
            "start": boxes["start"],
            "length": boxes["length"],
        },
    }


def _typed_nodes(nodes: dict[str, Any], strings: list[str]) -> set[int]:
    """Return the nodes inside input and textarea elements: they repeat what was typed. Parents precede children."""
    inside: set[int] = set()
    for node, parent in enumerate(nodes["parentIndex"]):
        if parent >= 0 and (parent in inside or strings[nodes["nodeName"][parent]] in ("INPUT", "TEXTAREA")):
            inside.add(node)
    return inside


def _without_password(pairs: list[int], strings: list[str]) -> list[int]:
    """Return a node's attributes, as name, value, name, value, without the value of a field that holds a secret."""
    named = {strings[name].lower(): strings[value] for name, value in zip(pairs[::2], pairs[1::2], strict=True)}
    if not is_secret_field(named):
        return pairs
    kept = [pair for pair in zip(pairs[::2], pairs[1::2], strict=True) if strings[pair[0]].lower() != "value"]
    return [index for pair in kept for index in pair]


def _whole(box: list[float]) -> list[int]:
    return [round(number) for number in box]
