"""Host names and addresses: which site a host belongs to, which names and addresses are public."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

_NOT_PUBLIC = ("local", "localhost", "internal", "intranet", "private", "corp", "home", "lan", "test", "invalid")
_NOT_PUBLIC_EITHER = ("example", "arpa", "onion", "alt")


def host_of(url: str) -> str:
    """Return the host an address names, in lower case; nothing where it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def site_of(host: str) -> str:
    """Return the part of a host name that one holder has registered, near enough: three labels under .cn, else two.

    >>> site_of("rsj.gzdaozhen.gov.cn"), site_of("www.shanghai.cn"), site_of("10.1.2.3")
    ('gzdaozhen.gov.cn', 'shanghai.cn', '10.1.2.3')
    """
    labels = host.split(".")
    if host.replace(".", "").isdigit() or ":" in host:
        return host
    second_level = len(labels) >= 3 and labels[-2] in ("gov", "org", "com", "net", "edu", "ac", "mil")
    return ".".join(labels[-3:] if second_level else labels[-2:])


def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """Return an address as browsers write it, with or without brackets; None for a name."""
    try:
        return ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None


def is_public_name(host: str) -> bool:
    """Tell whether everybody's name service should know a host; an address is no name.

    >>> is_public_name("www.gov.cn"), is_public_name("oa.lan"), is_public_name("server"), is_public_name("10.1.2.3")
    (True, False, False, False)
    """
    labels = host.rstrip(".").lower().split(".")
    if len(labels) < 2 or address_of(host) is not None:
        return False
    return labels[-1] not in (*_NOT_PUBLIC, *_NOT_PUBLIC_EITHER)


def is_public_address(text: str) -> bool | None:
    """Tell whether an address is one that the whole Internet can reach; None where the text is no address.

    >>> is_public_address("10.1.2.3"), is_public_address("198.18.0.4"), is_public_address("1.1.1.1")
    (False, False, True)
    """
    address = address_of(text)
    return None if address is None else address.is_global
