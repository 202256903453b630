"""The forms in which a secret can stand in bytes: encodings of text, escapes of URL, HTML and JSON, base64, hexadecimal.

>>> forms = disguises("p&ss/wörd")
>>> b"p%26ss%2Fw%C3%B6rd" in forms, b"p&amp;ss/w\\xc3\\xb6rd" in forms
(True, True)
"""

from __future__ import annotations

import base64
import functools
import html
import json
from urllib.parse import quote, quote_plus

TEXT_ENCODINGS = ("utf-8", "gb18030", "big5")
WIDE_ENCODINGS = ("utf-16-le", "utf-16-be")


@functools.lru_cache(maxsize=1024)
def disguises(secret: str) -> tuple[bytes, ...]:
    """Return every form of `secret` that we look for, the longest first."""
    texts = {secret, *_url_forms(secret), *_html_forms(secret), *_json_forms(secret)}
    raw = {data for name in TEXT_ENCODINGS if (data := _encode(secret, name))}
    found = {data for text in texts for name in TEXT_ENCODINGS if (data := _encode(text, name))}
    found |= {data for text in texts for name in WIDE_ENCODINGS if (data := _encode(text, name))}
    for data in raw | {d for name in WIDE_ENCODINGS if (d := _encode(secret, name))}:
        found |= _base64_forms(data)
        found |= {data.hex().encode(), data.hex().upper().encode()}
    return tuple(sorted(found, key=lambda form: (-len(form), form)))


def mark_for(form: bytes, mark: str) -> bytes:
    """Return the mark that takes the place of `form`, in UTF-16 where the form is."""
    if len(form) >= 4 and form[1::2].count(0) * 2 == len(form):
        return mark.encode("utf-16-le")
    if len(form) >= 4 and form[0::2].count(0) * 2 == len(form):
        return mark.encode("utf-16-be")
    return mark.encode("ascii")


def _encode(text: str, encoding: str) -> bytes | None:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


def _url_forms(secret: str) -> set[str]:
    forms = set()
    for encoding in ("utf-8", "gb18030"):
        for safe in ("", "/", "!~*'()", "!$&'()*+,;=:@/?"):
            escaped = quote(secret, safe=safe, encoding=encoding, errors="replace")
            forms |= {escaped, _lower_escapes(escaped), escaped.replace("%20", "+"), quote(escaped, safe="")}
        forms.add(quote_plus(secret, encoding=encoding, errors="replace"))
    return forms


def _lower_escapes(text: str) -> str:
    head, *rest = text.split("%")
    return head + "".join("%" + part[:2].lower() + part[2:] for part in rest)


def _html_forms(secret: str) -> set[str]:
    full, text = html.escape(secret, quote=True), html.escape(secret, quote=False)
    decimal = "".join(f"&#{ord(c)};" for c in secret)
    hexadecimal = "".join(f"&#x{ord(c):x};" for c in secret)
    return {full, text, full.replace("&#x27;", "&#39;"), text.replace('"', "&quot;"), decimal, hexadecimal}


def _json_forms(secret: str) -> set[str]:
    forms = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    forms |= {form.replace("/", "\\/") for form in forms}
    forms |= {form.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026") for form in forms}
    return forms | {json.dumps(form)[1:-1] for form in forms}


def _base64_forms(data: bytes) -> set[bytes]:
    """Return the characters of base64 that depend on `data` alone, for each of the three places it may start at."""
    forms = set()
    for lead in range(3):
        whole = base64.b64encode(b"\0" * lead + data)
        first = -(-lead * 8 // 6)
        last = (lead + len(data)) * 8 // 6
        core = whole[first:last]
        if len(core) >= 8:
            forms |= {core, core.replace(b"+", b"-").replace(b"/", b"_")}
    return forms
