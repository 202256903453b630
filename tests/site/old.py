"""Old ways of making pages: framesets, refreshes, redirects by script, what is no page at all."""

from __future__ import annotations

import zlib

from tests.site.answer import Answer
from tests.site.pages import LIST, PIXEL, page

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
XML = '<?xml version="1.0" encoding="utf-8"?><list><item date="2021-01-05">关于开展检查的通知</item></list>'
XSLT = """<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="/old/style.xsl"?><list/>"""
STYLE = f"""<?xml version="1.0"?><xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/"><html><head><title>通知公告</title></head><body>{LIST}</body></html></xsl:template></xsl:stylesheet>"""


def _refresh(seconds: int, aim: str) -> Answer:
    return Answer(
        page("<p>跳转中</p>", head=f'<meta http-equiv="refresh" content="{seconds};url={aim}">', title="跳转")
    )


def _script(code: str, body: str = "<p>跳转中</p>") -> Answer:
    return Answer(page(f"{body}<script>{code}</script>", title="跳转"))


PAGES: dict[str, Answer] = {
    "/old/frameset-nested": Answer(
        '<html><frameset rows="80,*"><frame src="/plain"><frame src="/frameset"></frameset></html>'
    ),
    "/old/noframes": Answer('<html><frameset cols="*"><noframes><body>不支持框架</body></noframes></frameset></html>'),
    "/old/frame-missing": Answer(
        '<html><frameset cols="20%,*"><frame src="/plain"><frame src="/404"></frameset></html>'
    ),
    "/old/refresh-3": _refresh(3, "/"),
    "/old/refresh-60": _refresh(60, "/plain"),
    "/old/refresh-self": Answer(page(LIST, head='<meta http-equiv="refresh" content="1">')),
    "/old/refresh-loop-a": _refresh(0, "/old/refresh-loop-b"),
    "/old/refresh-loop-b": _refresh(0, "/old/refresh-loop-a"),
    "/old/replace": _script("location.replace('/')"),
    "/old/assign-late": _script("setTimeout(() => location.assign('/'), 300)"),
    "/old/submits": _script("document.forms[0].submit()", '<form action="/" method="get"></form>'),
    "/old/top": Answer(page('<iframe src="/old/breaks-out"></iframe>', title="框架")),
    "/old/breaks-out": _script("top.location = '/'"),
    "/old/script-loop": _script("location.replace('/old/script-loop?' + Math.random())"),
    "/old/history": _script(
        "let n = 0; setInterval(() => { if (n++ < 200) { history.pushState(0, '', '?' + n); history.back(); } }, 15)",
        LIST,
    ),
    "/old/xml": Answer(XML, type="application/xml"),
    "/old/xslt": Answer(XSLT, type="application/xml"),
    "/old/style.xsl": Answer(STYLE, type="text/xsl"),
    "/old/text": Answer("通知公告\n关于开展检查的通知 2021-01-05\n", type="text/plain; charset=utf-8"),
    "/old/json": Answer('{"list": ["关于开展检查的通知"]}', type="application/json"),
    "/old/image": Answer(PIXEL, type="image/png"),
    "/old/svg": Answer(
        '<svg xmlns="http://www.w3.org/2000/svg"><text y="20">通知公告</text></svg>', type="image/svg+xml"
    ),
    "/old/pdf": Answer(PDF, type="application/pdf"),
    "/old/document": Answer(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, type="application/msword"),
    "/old/no-type": Answer(page(LIST), type=None),
    "/old/octets": Answer(page(LIST), type="application/octet-stream"),
    "/old/deflate": Answer(zlib.compress(page(LIST).encode()), fields=(("Content-Encoding", "deflate"),)),
    "/old/gzip-torn": Answer(b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"\x99" * 40, fields=(("Content-Encoding", "gzip"),)),
    "/old/quirks": Answer(f"<title>通知公告</title><body bgcolor=white><center>{LIST}</center><marquee>欢迎</marquee>"),
    "/old/base": Answer(page(LIST, head='<base href="http://elsewhere.invalid/x/">')),
    "/old/long-line": Answer(page(LIST + "<p>" + "很长" * 20_000 + "</p>")),
}
