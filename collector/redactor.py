"""The one seam between browser and store: what passes it has lost its secrets before it is hashed (law 9).

Positions first: headers, form fields, query parameters, and (of systems with a log-in) members of JSON that carry secrets
by their name. Then values: secrets of eight
characters or more that were typed, received as a cookie or found in web storage, in every encoding. Shorter ones never
by value: a one-time code 202106 would blank dates. Each removal is listed with kind, place and length; nothing of the
secret, not even a digest, is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from collector import packed
from collector.disguise import disguises, mark_for
from evidence.model import Blob, Redaction
from evidence.store import BlobSink

MARK = "[removed]"
SHORTEST = 8
"""Characters from which a secret is removed by value."""

Pairs = Sequence[tuple[str, str]]
Kind = Literal["typed", "cookie", "storage", "query", "header", "field", "path", "packed"]

_HEADERS = re.compile(
    r"(?i)cookie|set-cookie2?|authorization|proxy-authorization|.*(token|secret|api-?key|password|credential).*"
    r"|x-(auth|session).*"
)
_PARAMETERS = re.compile(
    r"(?i)(?:.*[_\-.]?(?:token|password|passwd|secret|sessionid)|pwd|passcode|passphrase|jsessionid|phpsessid"
    r"|session_?(?:id|key)?|asp\.net_sessionid|ticket|auth(?:orization)?|api_?key|access_?key|x?csrf.*|xsrf.*|_csrf"
    r"|captcha|otp|credential)"
)
_PATH_PARAMETER = re.compile(r"(?i);(jsessionid|phpsessid|sid)=([^/?#;]*)")
_INPUT = re.compile(r'<input\b(?:[^>"]|"[^"]*")*>', re.IGNORECASE)
_LINKED = re.compile(r"""[?&;]([\w.\-]{2,40})=([^"'&\s<>#;\\]{8,2000})""")
_MEMBER = re.compile(r'"([\w.\-]{2,40})"\s*:\s*"((?:[^"\\]|\\.)+)"')
"""A member of a JSON object that is text."""
_ADDRESS = re.compile(r"""https?://[^\s"'<>]+""")
_ATTRIBUTE = re.compile(r'\s([\w:.-]+)(?:="([^"]*)")?')


class Redactor:
    """The secrets of one visit. It only ever learns: what was secret once stays so to the visit's end."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}
        self.guarded = False
        """Whether the visit logs in: then JSON and packed files are looked through as well."""

    def learn(self, value: str, kind: Kind) -> None:
        """Remember a secret; those that are too short, or that received values no secret looks like, are let be."""
        for text in {value, unquote(value)}:
            if len(text) >= SHORTEST and (kind == "typed" or _looks_secret(text)):
                self._kinds.setdefault(text, kind)

    def learn_cookies(self, header: str, *, received: bool) -> None:
        """Remember the values of a Cookie (or, received, one Set-Cookie per line) header."""
        for line in header.split("\n" if received else ";"):
            _, _, value = line.partition(";")[0].partition("=")
            self.learn(value.strip().strip('"'), "cookie")

    def learn_url(self, url: str) -> None:
        """Remember what stands in the secret query parameters of an address."""
        for name, value in secret_parameters(url):
            self.learn(value, "query" if name else "path")

    def learn_html(self, html: str) -> None:
        """Remember what stands in secret fields of forms and in secret parameters of links."""
        for name, value in _LINKED.findall(html):
            if _PARAMETERS.fullmatch(name):
                self.learn(value, "query")
        for tag in _INPUT.findall(html):
            attributes = _attributes(tag)
            if is_secret_field(attributes):
                self.learn(unescape(attributes.get("value", "")), "field")

    def learn_json(self, data: bytes) -> None:
        """Remember what stands in secret members of a JSON answer, where the visit logs in."""
        if self.guarded:
            for name, value in _MEMBER.findall(data.decode("utf-8", "replace")):
                if _PARAMETERS.fullmatch(name):
                    self.learn(_plain(value), "field")

    def seam(self, sink: BlobSink) -> Seam:
        """Return the seam that one capture's bytes pass on their way to `sink`."""
        return Seam(self, sink)

    def secrets(self) -> Iterator[tuple[str, Kind]]:
        """Yield what is removed by value, the longest first, so that no part of one outlives a shorter one."""
        yield from sorted(self._kinds.items(), key=lambda pair: (-len(pair[0]), pair[0]))


def _plain(escaped: str) -> str:
    """Return what a JSON text says; where it is none, the text itself."""
    try:
        return str(json.loads(f'"{escaped}"'))
    except ValueError:
        return escaped


class Seam:
    """The passage of one capture; lists what it removed."""

    def __init__(self, redactor: Redactor, sink: BlobSink) -> None:
        self._redactor = redactor
        self._sink = sink
        self._removed: list[Redaction] = []

    @property
    def removed(self) -> tuple[Redaction, ...]:
        """What was removed so far, in order."""
        return tuple(self._removed)

    def put(self, data: bytes, media_type: str, where: str) -> Blob:
        """Store bytes without their secrets."""
        cleaned = self.clean(data, where)
        if self._redactor.guarded:
            cleaned = self._unpacked(cleaned, where)
        return self._sink.put(cleaned, media_type)

    def put_body(self, data: bytes, media_type: str, where: str) -> Blob:
        """Store the body of an answer: secrets are removed by position where it is HTML or JSON, then by value.

        Latin-1 gives every byte a character and back, so that all other bytes stay as they came, whatever the charset.
        """
        if "html" in media_type.lower():
            data = self._without_fields(data.decode("latin-1"), where).encode("latin-1")
        elif self._redactor.guarded and "json" in media_type.lower():
            data = self._without_members(data.decode("latin-1"), where).encode("latin-1")
        return self.put(data, media_type, where)

    def _unpacked(self, data: bytes, where: str) -> bytes:
        """Return bytes without the secrets that packed files hold; one that cannot be looked through is not kept."""
        try:
            return packed.cleaned(data, lambda plain: self.clean(plain, f"{where} (packed)"))
        except packed.Swells:
            self._note("packed", where, len(data))
            return MARK.encode()

    def put_clean(self, data: bytes, media_type: str) -> Blob:
        """Store bytes that cannot hold a secret: pixels, or what was put together from cleaned parts."""
        return self._sink.put(data, media_type)

    def clean(self, data: bytes, where: str) -> bytes:
        """Return `data` without the secrets known by value."""
        for secret, kind in self._redactor.secrets():
            for form in disguises(secret):
                count = data.count(form)
                if count:
                    data = data.replace(form, mark_for(form, MARK))
                    self._removed += [Redaction(kind=kind, where=where, length=len(secret))] * count
        return data

    def text(self, text: str, where: str) -> str:
        """Return `text` without the secrets known by value."""
        return self.clean(text.encode("utf-8", "surrogatepass"), where).decode("utf-8", "replace")

    def url(self, url: str, where: str) -> str:
        """Return an address without secret parameters, by name, and without secrets known by value."""
        parts = urlsplit_or_none(url)
        if parts is None:
            return self.text(url, where)
        if parts.username or parts.password:
            self._note("header", where, len(parts.netloc.rpartition("@")[0]))
            url = url.replace(parts.netloc.rpartition("@")[0] + "@", "", 1)
        for name, value in secret_parameters(url):
            pattern = rf"(?<=[?&;#]{re.escape(name)}=)[^&#;/?]+" if name else rf"(?<=;){re.escape(value)}"
            url, count = re.subn(pattern, MARK, url)
            if count:
                self._note("query", where, len(value))
        return self.text(url, where)

    def headers(self, pairs: Pairs, where: str) -> tuple[tuple[str, str], ...]:
        """Return header fields, the values of secret ones removed, addresses in the others cleaned."""
        kept = []
        for name, value in pairs:
            if _HEADERS.fullmatch(name):
                self._note("header", f"{where} {name.lower()}", len(value))
                value = MARK
            elif name.lower() in ("referer", "location", "content-location", "refresh", "link"):
                value = self.url(value, f"{where} {name.lower()}")
            kept.append((self.text(name, where), self.text(value, f"{where} {name.lower()}")))
        return tuple(kept)

    def prose(self, text: str, where: str) -> str:
        """Return a sentence of ours or of the browser's, the addresses in it without their secret parameters."""
        return _ADDRESS.sub(lambda found: self.url(found[0], where), text)

    def html(self, html: str, where: str) -> str:
        """Return serialised HTML without the values of password fields, and without secrets known by value."""
        return self.text(self._without_fields(html, where), where)

    def _without_members(self, text: str, where: str) -> str:
        def without_value(match: re.Match[str]) -> str:
            if not _PARAMETERS.fullmatch(match[1]):
                return match[0]
            self._note("field", where, len(match[2]))
            return match[0][: match.start(2) - match.start()] + MARK + '"'

        return _MEMBER.sub(without_value, text)

    def _without_fields(self, html: str, where: str) -> str:
        def without_value(match: re.Match[str]) -> str:
            tag = match[0]
            attributes = _attributes(tag)
            if not attributes.get("value") or not is_secret_field(attributes):
                return tag
            self._note("field", where, len(attributes["value"]))
            return re.sub(r'(\svalue=")[^"]*"', rf'\g<1>{MARK}"', tag, count=1, flags=re.IGNORECASE)

        return _INPUT.sub(without_value, html)

    def _note(self, kind: Kind, where: str, length: int) -> None:
        self._removed.append(Redaction(kind=kind, where=where, length=length))


def _attributes(tag: str) -> dict[str, str]:
    return {name.lower(): value for name, value in _ATTRIBUTE.findall(tag)}


def is_secret_field(attributes: Mapping[str, str]) -> bool:
    """Tell whether an input field holds a secret, by its type or its name; names of attributes are in lower case."""
    named = attributes.get("name") or attributes.get("id") or ""
    return attributes.get("type", "").lower() == "password" or _PARAMETERS.fullmatch(named) is not None


def secret_parameters(url: str) -> tuple[tuple[str, str], ...]:
    """Return name and value of the parameters of an address that carry a secret by their name.

    >>> secret_parameters("http://a/b;jsessionid=12AB?token=x%20y&page=2")
    (('token', 'x%20y'), ('jsessionid', '12AB'))
    """
    parts = urlsplit_or_none(url)
    if parts is None:
        return ()
    found = []
    for section in (parts.query, parts.fragment.partition("?")[2] or parts.fragment):
        for pair in section.split("&"):
            name, equals, value = pair.partition("=")
            if equals and value and _PARAMETERS.fullmatch(unquote(name)):
                found.append((name, value))
    found += [(name, value) for name, value in _PATH_PARAMETER.findall(parts.path) if value]
    return tuple(found)


def urlsplit_or_none(url: str) -> SplitResult | None:
    """Return the parts of an address, or None where it is none (hostile pages have such)."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


_NO_SECRET = re.compile(
    r"""(?xi)
    \d{1,15}                                                # counters, days, Unix times
  | \d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?([T\s+]\d.*)?        # dates and moments
  | (?-i:[A-Z]?[a-z]{1,14}([-_.\s][A-Z]?[a-z]{1,14})*)      # words
  | (https?:)?//[^?\s]*                                     # addresses without a query
  | /[^?\s=]*                                               # paths
  | [\w-]+(\.[\w-]+)*\.(cn|com|net|org|gov|local)(:\d+)?    # hosts
  | (\d{1,3}\.){3}\d{1,3}(:\d+)?                            # addresses in numbers
  | .*[^\x21-\x7e].*                                        # spaces, Chinese: text and not a token
    """,
    re.DOTALL,
)


def _looks_secret(value: str) -> bool:
    """Tell whether a cookie or stored value may be a secret; dates, words, hosts and text are what pages say aloud.

    Removing those by value would blank what the page shows, which is a false accusation in the making.

    >>> [_looks_secret(v) for v in ("2021-06-29", "www.gov.cn", "20210629", "f3a9c07be1d2")]
    [False, False, False, True]
    """
    return _NO_SECRET.fullmatch(value) is None


def stored_secrets(entries: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield what may be a secret in web storage: each whole value, and the strings inside those that are JSON."""
    for _, value in entries:
        yield value
        yield from (inner for inner in re.findall(r'"((?:[^"\\]|\\.){8,4096})"', value) if inner != value)
        yield from (inner for _, inner in parse_qsl(value) if inner != value)
