"""What quzheng.yaml says of the desk; apart from it, so that settings are read where no web server is installed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """How the desk is reached, and what it asks of those who log in."""

    hosts: tuple[str, ...] = ()
    """Names, with their port where it is not the usual one, by which browsers reach it, beside 127.0.0.1 and localhost; a
    request for any other is refused, so that no foreign name can be turned to this machine (DNS rebinding)."""
    tls: bool = False
    """Whether a reverse proxy in front speaks TLS; then cookies go over TLS only. Without it the desk listens on loopback only."""
    proxies: tuple[str, ...] = ()
    """Addresses of reverse proxies whose X-Forwarded-For is believed; of anybody else it is not."""
    idle_minutes: int = 20
    """Without a request after which a session ends."""
    longest_hours: int = 10
    """After which a session ends in any case."""
    failures: int = 5
    """Failed log-ins in a row, of a name or from an address, after which each further one must wait, ever longer."""
    password_length: int = 12
    """Characters that a password has at least."""
    second_factor: tuple[str, ...] = ("reviewer", "leader", "admin")
    """Roles that cannot work without a one-time code (TOTP)."""
