"""What a browser context is opened with, so that the other side knows us: a kept session, a password, a certificate.

Nothing in it is ever printed or stored as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """Means of one context."""

    state: Mapping[str, Any] | None = field(default=None, repr=False)
    """Playwright's storage state: cookies, local storage, IndexedDB."""
    tab: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    """Session storage by origin, which the storage state leaves out."""
    credentials: Mapping[str, str] | None = field(default=None, repr=False)
    """User name and password of HTTP Basic, for one origin."""
    certificate: Mapping[str, Any] | None = field(default=None, repr=False)
    """A client certificate, for one origin."""

    @property
    def relayed(self) -> bool:
        """Whether connections run through a relay of our own, which shows the certificate: then the browser sees the
        relay's side of TLS and not the server's."""
        return self.certificate is not None

    def options(self) -> dict[str, Any]:
        """Return the options of Playwright's `new_context`."""
        found: dict[str, Any] = {}
        if self.state is not None:
            found["storage_state"] = dict(self.state)
        if self.credentials is not None:
            found["http_credentials"] = dict(self.credentials)
        if self.certificate is not None:
            found["client_certificates"] = [dict(self.certificate)]
        return found


NONE = Passport()


def origin_of(url: str) -> str:
    """Return the origin of an address as browsers write it.

    >>> origin_of("https://oa.example.gov.cn:8443/login?x=1")
    'https://oa.example.gov.cn:8443'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
