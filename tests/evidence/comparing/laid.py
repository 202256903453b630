"""Layout snapshots made from a short nested form, for tests of what stands where and in which colour."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from evidence.model import Box

PLAIN = {
    "display": "block",
    "visibility": "visible",
    "opacity": "1",
    "position": "static",
    "color": "rgb(0, 0, 0)",
    "background-color": "rgba(0, 0, 0, 0)",
    "background-image": "none",
    "font-size": "16px",
    "text-indent": "0px",
    "overflow-x": "visible",
    "overflow-y": "visible",
}

Part = dict[str, Any]


def part(tag: str, box: Box, *inside: Part | str, style: Mapping[str, str] | None = None, **attributes: str) -> Part:
    """Return an element at a place, with what stands in it; a text fills its element."""
    return {"tag": tag, "box": box, "inside": inside, "style": style or {}, "attributes": attributes}


def snapshot(body: Part, title: str = "") -> bytes:
    """Return the layout snapshot of a page with one body, whose box is the page's size."""
    strings: list[str] = []
    nodes: dict[str, Any] = {name: [] for name in ("parentIndex", "nodeType", "nodeName", "nodeValue", "attributes")}
    layout: dict[str, Any] = {name: [] for name in ("nodeIndex", "styles", "bounds", "text", "paintOrders")}

    def word(text: str) -> int:
        if text not in strings:
            strings.append(text)
        return strings.index(text)

    def node(parent: int, kind: int, name: str, value: str, attributes: Mapping[str, str]) -> int:
        nodes["parentIndex"].append(parent)
        nodes["nodeType"].append(kind)
        nodes["nodeName"].append(word(name))
        nodes["nodeValue"].append(word(value) if value else -1)
        nodes["attributes"].append([word(text) for pair in attributes.items() for text in pair])
        return len(nodes["parentIndex"]) - 1

    def lay(index: int, box: Box, style: Mapping[str, str]) -> None:
        layout["nodeIndex"].append(index)
        layout["styles"].append([word(text) for text in {**PLAIN, **style}.values()])
        layout["bounds"].append(list(box))
        layout["text"].append(-1)
        layout["paintOrders"].append(len(layout["paintOrders"]))

    def add(parent: int, one: Part | str, box: Box, style: Mapping[str, str]) -> None:
        if isinstance(one, str):
            lay(node(parent, 3, "#text", one, {}), box, style)
            return
        own = {**style, **one["style"]}
        index = node(parent, 1, one["tag"].upper(), "", one["attributes"])
        lay(index, one["box"], {**one["style"], **({"color": own["color"]} if "color" in own else {})})
        for inner in one["inside"]:
            add(index, inner, one["box"], {"color": own["color"]} if "color" in own else {})

    top = node(-1, 9, "#document", "", {})
    if title:
        node(node(node(top, 1, "HEAD", "", {}), 1, "TITLE", "", {}), 3, "#text", title, {})
    add(top, body, body["box"], {})
    document = {
        "n": 0,
        "url": "http://www.shifan.test/",
        "size": [body["box"][2], body["box"][3]],
        "scroll": [0, 0],
        "nodes": {
            **nodes,
            "contentDocumentIndex": {"index": [], "value": []},
            "currentSourceURL": {"index": [], "value": []},
        },
        "layout": layout,
    }
    return json.dumps({"styles": list(PLAIN), "strings": strings, "documents": [document]}).encode()


def titles(texts: Sequence[str], left: int, top: int, width: int) -> Part:
    """Return a list of linked titles, a row each thirty pixels."""
    rows = [
        part(
            "li",
            (left, top + n * 30, width, 24),
            part("a", (left, top + n * 30, 14 * len(text), 20), text, href=f"/{abs(hash(text))}.html"),
        )
        for n, text in enumerate(texts)
    ]
    return part("ul", (left, top, width, 30 * len(texts)), *rows)
