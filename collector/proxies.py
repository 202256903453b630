"""The proxy settings of this machine, without the user names and passwords that stand in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "socks_proxy")
_SERVER = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """One setting that sends our requests through another machine."""

    variable: str
    server: str | None
    """Host and port; None where the setting cannot be read for certain, since what is left of it may be a secret."""
    credentials: bool
    """Whether a user name or password stood in it."""

    @property
    def told(self) -> str:
        """The setting in one word for people."""
        return f"{self.variable}={self.server or '（无法读出）'}"


def found(environ: Mapping[str, str]) -> tuple[Proxy, ...]:
    """Return the proxies the environment's variables set, in order of name.

    >>> found({"HTTPS_PROXY": "http://li:geheim@proxy.lan:3128/", "HOME": "/root"})
    (Proxy(variable='HTTPS_PROXY', server='proxy.lan:3128', credentials=True),)
    """
    return tuple(
        Proxy(variable=name, server=server(environ[name]), credentials="@" in environ[name])
        for name in sorted(environ)
        if name.lower() in VARIABLES and environ[name].strip()
    )


def server(setting: str) -> str | None:
    """Return host and port of a proxy setting; None where a secret could be taken for them.

    A password may hold @, / and #: whatever has both @ and one of the others can be read in two ways, and is not read.

    >>> server("socks5://10.0.0.1:1080"), server("http://u:p@ss/w@proxy:3128"), server("u:p@proxy:3128")
    ('10.0.0.1:1080', None, 'proxy:3128')
    """
    rest = re.sub(r"^\s*[A-Za-z][A-Za-z0-9+.-]*://", "", setting).strip()
    if "@" not in rest:
        rest = re.split(r"[/?#]", rest, maxsplit=1)[0]
    elif re.search(r"[?#\\\s]|/.", rest):
        return None
    else:
        rest = rest.rstrip("/").rpartition("@")[2]
    return rest if _SERVER.fullmatch(rest) else None
