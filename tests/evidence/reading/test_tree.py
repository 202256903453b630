"""The tree of a page: from the layout snapshot or the HTML, never trusting either."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import ReadingError
from evidence.reading import FrameDom, PageInput, from_dom, from_layout, read
from evidence.reading.tree import Node, finish

STYLES = [
    "display",
    "visibility",
    "opacity",
    "position",
    "color",
    "background-color",
    "background-image",
    "font-size",
    "text-indent",
    "overflow-x",
    "overflow-y",
]
PLAIN = [
    "block",
    "visible",
    "1",
    "static",
    "rgb(0, 0, 0)",
    "rgba(0, 0, 0, 0)",
    "none",
    "16px",
    "0px",
    "visible",
    "visible",
]


class Snapshot:
    """Builds a layout snapshot node by node."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self.documents: list[dict[str, Any]] = []

    def word(self, text: str) -> int:
        if text not in self.strings:
            self.strings.append(text)
        return self.strings.index(text)

    def document(
        self,
        nodes: list[tuple[int, int, str, str, dict[str, str], dict[str, str] | None]],
        inner: dict[int, int] | None = None,
    ) -> None:
        """Add a document of (parent, type, name, value, attributes, styles or None where it is not laid out)."""
        raw: dict[str, Any] = {key: [] for key in ("parentIndex", "nodeType", "nodeName", "nodeValue", "attributes")}
        layout: dict[str, Any] = {"nodeIndex": [], "styles": [], "bounds": [], "text": [], "paintOrders": []}
        for n, (parent, kind, name, value, attributes, styles) in enumerate(nodes):
            raw["parentIndex"].append(parent)
            raw["nodeType"].append(kind)
            raw["nodeName"].append(self.word(name))
            raw["nodeValue"].append(self.word(value) if value else -1)
            raw["attributes"].append([self.word(word) for pair in attributes.items() for word in pair])
            if styles is not None:
                merged = {**dict(zip(STYLES, PLAIN, strict=True)), **styles}
                layout["nodeIndex"].append(n)
                layout["styles"].append([self.word(merged[name]) for name in STYLES])
                layout["bounds"].append([int(number) for number in styles.get("box", "0 0 300 20").split()])
                layout["text"].append(-1)
        raw["contentDocumentIndex"] = {"index": list(inner or {}), "value": list((inner or {}).values())}
        raw["currentSourceURL"] = {"index": [], "value": []}
        self.documents.append(
            {
                "n": len(self.documents),
                "url": "http://www.example.gov.cn/",
                "size": [1280, 2000],
                "scroll": [0, 0],
                "nodes": raw,
                "layout": layout,
            }
        )

    def layout(self) -> dict[str, Any]:
        return {"styles": STYLES, "strings": self.strings, "documents": self.documents}


def link_page(
    styles: dict[str, str] | None,
    *,
    href: str = "http://www.gambling.example.com/",
    shell: dict[str, str] | None = None,
) -> dict[str, Any]:
    snapshot = Snapshot()
    snapshot.document(
        [
            (-1, 9, "#document", "", {}, {"box": "0 0 1280 2000"}),
            (0, 1, "HTML", "", {}, {"box": "0 0 1280 2000"}),
            (1, 1, "BODY", "", {}, {"box": "0 0 1280 2000", "background-color": "rgb(255, 255, 255)"}),
            (2, 1, "DIV", "", shell or {}, styles),
            (3, 1, "A", "", {"href": href}, styles),
            (4, 3, "#text", "澳门彩票投注", {}, styles),
            (2, 1, "P", "", {}, {}),
            (6, 3, "#text", "正文", {}, {}),
        ]
    )
    return snapshot.layout()


def hidden(layout: dict[str, Any]) -> list[tuple[str, str]]:
    page = PageInput(url="http://www.example.gov.cn/", status=200, headers={}, frames=(), layout=layout)
    return [(link.href, link.why) for link in read(page, at=None).hidden_links]


@pytest.mark.parametrize(
    ("styles", "why"),
    [
        (None, "display:none"),
        ({"visibility": "hidden"}, "visibility:hidden"),
        ({"opacity": "0"}, "opacity:0"),
        ({"position": "absolute", "box": "-9999 0 300 20"}, "off-screen"),
        ({"text-indent": "-9999px"}, "text-indent"),
        ({"font-size": "0px"}, "font-size"),
        ({"overflow-x": "hidden", "overflow-y": "hidden", "box": "0 0 0 0"}, "overflow:hidden"),
        ({"color": "rgb(255, 255, 255)"}, "color = background"),
    ],
)
def test_a_link_to_another_site_that_nobody_can_see_is_found_with_the_reason(
    styles: dict[str, str] | None, why: str
) -> None:
    found = hidden(link_page(styles))
    assert [href for href, _ in found] == ["http://www.gambling.example.com/"]
    assert why in found[0][1]


def test_a_link_that_is_seen_is_not_hidden() -> None:
    assert hidden(link_page({})) == []


@pytest.mark.parametrize(
    "href", ["/zwgk/", "http://sub.example.gov.cn/", "http://www.other.gov.cn/", "javascript:void(0)", "http://[broken"]
)
def test_links_of_the_own_site_and_of_other_authorities_are_not_hidden_links(href: str) -> None:
    assert hidden(link_page(None, href=href)) == []


@pytest.mark.parametrize("name", ["sr-only", "visually-hidden"])
def test_text_for_screen_readers_is_not_a_hidden_link(name: str) -> None:
    assert hidden(link_page({"overflow-x": "hidden", "box": "0 0 1 1"}, shell={"class": name})) == []


def test_layout_and_html_give_the_same_items() -> None:
    rows = [("示例县关于开展专项检查的通知", "2021-06-29"), ("示例县关于公布检查结果的公告", "2021-06-20")]
    snapshot = Snapshot()
    nodes: list[tuple[int, int, str, str, dict[str, str], dict[str, str] | None]] = [
        (-1, 9, "#document", "", {}, {}), (0, 1, "HTML", "", {}, {}), (1, 1, "BODY", "", {}, {}), (2, 1, "UL", "", {}, {})]  # fmt: skip
    for n, (title, day) in enumerate(rows):
        li = len(nodes)
        nodes += [(3, 1, "LI", "", {}, {}), (li, 1, "A", "", {"href": f"{n}.html"}, {}), (li + 1, 3, "#text", title, {}, {}),
                  (li, 1, "SPAN", "", {}, {}), (li + 3, 3, "#text", day, {}, {})]  # fmt: skip
    snapshot.document(nodes)
    html = (
        "<ul>"
        + "".join(f"<li><a href='{n}.html'>{t}</a><span>{d}</span></li>" for n, (t, d) in enumerate(rows))
        + "</ul>"
    )
    url = "http://www.example.gov.cn/a/"
    laid = read(PageInput(url=url, status=200, headers={}, frames=(), layout=snapshot.layout()), at=None)
    plain = read(
        PageInput(url=url, status=200, headers={}, frames=(FrameDom(n=0, url=url, html=html),), layout=None), at=None
    )
    assert [(i.title, i.href, i.date) for i in laid.items] == [(i.title, i.href, i.date) for i in plain.items]
    assert len(laid.items) == 2


def test_a_frame_stands_where_its_element_stands() -> None:
    snapshot = Snapshot()
    snapshot.document(
        [
            (-1, 9, "#document", "", {}, {}),
            (0, 1, "BODY", "", {}, {}),
            (1, 1, "IFRAME", "", {}, {"box": "100 200 600 400"}),
        ],
        inner={2: 1},
    )
    snapshot.document(
        [
            (-1, 9, "#document", "", {}, {}),
            (0, 1, "P", "", {}, {"box": "5 7 50 20"}),
            (1, 3, "#text", "框架里的文字", {}, {"box": "5 7 50 20"}),
        ]
    )
    tree = from_layout.tree(snapshot.layout())
    assert tree.text(tree.root) == "框架里的文字"
    assert next(tree.find(tree.root, "p")).box == (105, 207, 50, 20)


def broken(change: str) -> dict[str, Any]:
    layout = copy.deepcopy(link_page({}))
    nodes, laid = layout["documents"][0]["nodes"], layout["documents"][0]["layout"]
    match change:
        case "a node that is its own parent":
            nodes["parentIndex"][4] = 4
        case "a parent behind its child":
            nodes["parentIndex"][3] = 6
        case "a parent beyond the end":
            nodes["parentIndex"][3] = 10**9
        case "a string beyond the table":
            nodes["nodeName"][3] = 10**6
        case "a layout of a node that is not there":
            laid["nodeIndex"][2] = -5
        case "a document inside itself":
            nodes["contentDocumentIndex"] = {"index": [3], "value": [0]}
        case "a document that is not there":
            nodes["contentDocumentIndex"] = {"index": [3], "value": [7]}
        case "lists of different lengths":
            nodes["nodeType"].pop()
        case "no documents":
            layout["documents"] = []
        case "numbers that are words":
            nodes["parentIndex"][3] = "2"
        case "a missing part":
            del layout["strings"]
        case "two frames that show each other":
            layout["documents"].append(copy.deepcopy(layout["documents"][0]))
            nodes["contentDocumentIndex"] = {"index": [3], "value": [1]}
            layout["documents"][1]["nodes"]["contentDocumentIndex"] = {"index": [3], "value": [1]}
    return layout


@pytest.mark.parametrize(
    "change",
    ["a node that is its own parent", "a parent behind its child", "a parent beyond the end", "a string beyond the table",
     "a layout of a node that is not there", "a document inside itself", "a document that is not there", "lists of different lengths",
     "no documents", "numbers that are words", "a missing part", "two frames that show each other"],
)  # fmt: skip
def test_a_layout_that_contradicts_itself_is_refused_in_words(change: str) -> None:
    with pytest.raises(ReadingError, match="capture again"):
        from_layout.tree(broken(change))


def test_a_page_nested_five_thousand_deep_is_read() -> None:
    html = (
        "<div class='nav list'>" * 5000
        + "<ul><li><a href='1.html'>关于深层页面的公告</a><span>2021-06-29</span></li></ul>"
    )
    reading = read(
        PageInput(
            url="http://www.example.gov.cn/a/",
            status=200,
            headers={},
            frames=(FrameDom(n=0, url="", html=html),),
            layout=None,
        ),
        at=None,
    )
    assert [item.title for item in reading.items] == ["关于深层页面的公告"]


@given(st.lists(st.integers(0, 10**6), max_size=60))
def test_every_node_knows_exactly_its_descendants(parents: list[int]) -> None:
    nodes = [Node(tag="#document")]
    for parent in parents:
        owner = nodes[parent % len(nodes)]
        nodes.append(Node(tag="div", parent=owner))
        owner.children.append(nodes[-1])
    tree = finish(nodes[0], size=None)
    for node in tree.nodes:
        assert set(map(id, tree.inside(node))) == {id(node)} | {
            id(other) for other in tree.nodes if node in list(other.ancestors())
        }


@given(st.text(max_size=400))
def test_any_html_is_read_without_error(html: str) -> None:
    page = PageInput(
        url="http://www.example.gov.cn/",
        status=None,
        headers={},
        frames=(FrameDom(n=0, url="", html=html),),
        layout=None,
    )
    assert read(page, at=None).blank is not True


def test_scripts_and_styles_are_no_text() -> None:
    tree = from_dom.tree(
        (
            FrameDom(
                n=0,
                url="",
                html="<p>看得见</p><script>var a='看不见'</script><style>p{}</style><noscript>没有</noscript>",
            ),
        )
    )
    assert tree.text(tree.root) == "看得见"
