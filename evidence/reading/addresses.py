"""Where links lead: absolute addresses, and which of them belong to the same site.

>>> registrable("www.rsj.gzdaozhen.gov.cn"), registrable("news.example.com"), registrable("10.0.0.1")
('gzdaozhen.gov.cn', 'example.com', '10.0.0.1')
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

_SECOND = frozenset(
    [
        "com",
        "net",
        "org",
        "gov",
        "edu",
        "ac",
        "mil",
        "co",
        "ne",
        "or",
        "go",
        "政务",
        "公益",
        "ah",
        "bj",
        "cq",
        "fj",
        "gd",
        "gs",
        "gx",
        "gz",
        "ha",
        "hb",
        "he",
        "hi",
        "hk",
        "hl",
        "hn",
        "jl",
        "js",
        "jx",
        "ln",
        "mo",
        "nm",
        "nx",
        "qh",
        "sc",
        "sd",
        "sh",
        "sn",
        "sx",
        "tj",
        "tw",
        "xj",
        "xz",
        "yn",
        "zj",
    ]
)
_ADDRESS = re.compile(r"[\d.]+|\[?[0-9a-f:]+\]?")
_AUTHORITY = re.compile(r"(^|\.)(gov|mil)\.[a-z]{2}$|\.政务(\.cn)?$|\.公益(\.cn)?$")


def host(address: str) -> str:
    """Return the host of an address in lower case; empty where it has none or is no address."""
    try:
        return (urlsplit(address.strip()).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def registrable(name: str) -> str:
    """Return the part of a host name that somebody registered, by the second-level names in use."""
    labels = name.split(".")
    if len(labels) <= 2 or _ADDRESS.fullmatch(name):
        return name
    keep = 3 if len(labels[-1]) == 2 and labels[-2] in _SECOND else 2
    return ".".join(labels[-keep:])


def is_authority(name: str) -> bool:
    """Tell whether a host name is one that only public bodies get."""
    return _AUTHORITY.search(name) is not None


def absolute(base: str, href: str) -> str | None:
    """Return a link's address, absolute where the page's own address is known; None for what leads nowhere."""
    href = re.sub(r"[\t\r\n]", "", href).strip()
    if not href or href == "#" or href.lower().startswith(("javascript:", "data:", "about:")):
        return None
    if not base.startswith(("http://", "https://")):
        return href
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def joined(base: str, address: str) -> str:
    """Return an address as the browser would fetch it from a page, of any scheme."""
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return address
