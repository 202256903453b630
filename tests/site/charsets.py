"""A list in every charset, declared right, wrong and not at all, by the header and by the page; whole pages and frames."""

from __future__ import annotations

from tests.site.answer import Answer
from tests.site.pages import LIST, page

RARE = LIST.replace("第3次专项检查", "第3次专项检查𠮷䶮")
"""With characters that take four bytes in GB18030."""
TRADITIONAL = LIST.replace("关于开展第", "關於開展第").replace("次专项检查的通知", "次專項檢查的通知")
ENCODINGS = {
    "utf-8": ("utf-8", LIST, b""),
    "gb2312": ("gb18030", LIST, b""),
    "gbk": ("gb18030", LIST, b""),
    "gb18030": ("gb18030", RARE, b""),
    "big5": ("big5", TRADITIONAL, b""),
    "utf-16le": ("utf-16-le", LIST, b""),
    "utf-16be": ("utf-16-be", LIST, b""),
    "utf-8-bom": ("utf-8", LIST, b"\xef\xbb\xbf"),
    "utf-16le-bom": ("utf-16-le", LIST, b"\xff\xfe"),
    "utf-16be-bom": ("utf-16-be", LIST, b"\xfe\xff"),
}
"""By name: the codec, the list, and the mark in front."""
WRONG = {"gb2312": "utf-8", "gbk": "big5", "gb18030": "utf-8", "big5": "gbk", "utf-8": "gbk"}
READABLE = ("第3次专项检查", "第3次專項檢查")


def _bytes(name: str, meta: str | None) -> bytes:
    codec, list_, mark = ENCODINGS[name]
    return mark + page(list_, title="通知公告", charset=meta).encode(codec)


def _type(charset: str | None) -> str:
    return f"text/html; charset={charset}" if charset else "text/html"


def _pages() -> dict[str, Answer]:
    found = {}
    for name in ENCODINGS:
        told = name.removesuffix("-bom")
        found[f"/charset/{name}/header"] = Answer(_bytes(name, None), type=_type(told))
        found[f"/charset/{name}/meta"] = Answer(_bytes(name, told), type=_type(None))
        found[f"/charset/{name}/none"] = Answer(_bytes(name, None), type=_type(None))
        if name in WRONG:
            found[f"/charset/{name}/wrong-header"] = Answer(_bytes(name, None), type=_type(WRONG[name]))
            found[f"/charset/{name}/wrong-meta"] = Answer(_bytes(name, WRONG[name]), type=_type(None))
            found[f"/charset/{name}/quarrel"] = Answer(_bytes(name, WRONG[name]), type=_type(told))
        frames = (
            f'<html><frameset cols="20%,*"><frame src="/plain"><frame src="/charset/{name}/header"></frameset></html>'
        )
        found[f"/charset/{name}/frame"] = Answer(frames)
    script = """<div id="app"></div><script>fetch("/charset/gbk/data").then((a) => a.arrayBuffer()).then((b) => {
        app.innerHTML = new TextDecoder("gbk").decode(b); });</script>"""
    found["/charset/gbk/xhr"] = Answer(page(script))
    found["/charset/gbk/data"] = Answer(LIST.encode("gb18030"), type="application/octet-stream")
    return found


PAGES = _pages()
