"""What a flow declares of its log-in: addresses and selectors, never a secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin

from collector.login.codes import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A log-in; selectors are Playwright's. Which fields a kind needs, its file in `kinds/` says."""

    url: str
    """Address of the form (or of any page behind the log-in), absolute or relative to the target's."""
    marker: str
    """What only somebody logged in sees."""
    kind: str = "form"
    username: str = ""
    """Field of the user name."""
    password: str = ""
    submit: str = ""
    refused: str | None = None
    """What the page shows when it takes name, password or code for wrong."""
    locked: str | None = None
    """What the page shows when the account is locked; its words are looked at, too."""
    before: tuple[str, ...] = ()
    """What is clicked first, in order: a tab 账号登录, a box 同意协议."""
    next: str | None = None
    """What is clicked between user name and password, where they are asked for on two pages."""
    frame: str | None = None
    """The frame the form is in."""
    hosts: tuple[str, ...] = ()
    """Other hosts (`host` or `host:port`) that the form may stand on and be sent to: a common log-in of many systems."""
    codes: tuple[Code, ...] = ()
    """What is asked for besides the password, in order."""
    inside: str | None = None
    """Address of a page that shows the marker, to look whether a kept session is still good; None: the target's own."""
    lost: str | None = None
    """What a page shows when the session has ended, where that is not the log-in itself."""
    lasts: timedelta | None = None
    """How long a session lives, where that is known."""
    qr: str = ""
    """The picture of the QR code."""
    expired: str | None = None
    """What the page shows over a QR code that is no longer good."""
    renew: str | None = None
    """What is clicked for a new QR code; None: the page is loaded again."""

    def address(self, base: str) -> str:
        """Return the absolute address of the form."""
        return urljoin(base, self.url)

    @property
    def told(self) -> str:
        """The kind with its codes.

        >>> Login(url="/", marker="#out", codes=()).told
        'form'
        """
        return "+".join((self.kind, *(code.name for code in self.codes)))

    @property
    def asking(self) -> tuple[str, ...]:
        """Selectors of what only somebody who is not logged in is shown."""
        return tuple(selector for selector in (self.password, self.qr, self.lost) if selector)
