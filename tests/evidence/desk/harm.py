"""What a page, a picture, a file's name or a unit may say that means harm to whoever shows it in a browser."""

from __future__ import annotations

CORPUS = (
    "<script>window.taken=1</script>",
    "<img src=x onerror=window.taken=2>",
    "\"><svg/onload=window.taken=3>",
    "' autofocus onfocus=window.taken=4 x='",
    "</textarea></title></style><script>window.taken=5</script>",
    "javascript:window.taken=6//",
    "<iframe srcdoc='<script>parent.taken=7</script>'></iframe>",
    "<div hx-get=/account hx-trigger=load hx-target=body>hx</div>",
    "{{ cycler.__init__.__globals__.os.popen('id') }}{% raw %}",
    "<base href=http://evil.test/><meta name=evil http-equiv=refresh content=0>",
    "<a href=\"data:text/html,<script>opener.taken=8</script>\" target=_blank>点</a>",
    "<!--><math><mtext></mtext><mglyph><style><!--</style><img src=x onerror=window.taken=9>",
    "&lt;script&gt;window.taken=10&lt;/script&gt;",
    "公示\u202egnp.exe\u2066\u200b\u0000",
)  # fmt: skip
