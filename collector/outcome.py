"""Why a page is not there, in our words: outcome, reason, and whose fault it is (law 4).

What our own path does is never the site's fault, and from here a refusal cannot be told from a firewall's: so network
faults are `unknown`, blocks are `ours`, and only an answer of the server itself (a 500) is `theirs`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from evidence.model import Fault, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One way in which a page is not there."""

    outcome: Outcome
    reason: str
    fault: Fault = "unknown"


BLOCKING = (403, 405, 412, 418, 429, 432, 503, 521)
"""Statuses by which firewalls turn programs away: never evidence that a site is down."""

SCRIPTED = (202, 412, 521)
"""Statuses that come with a script after which a browser is let in."""

_ERRORS: dict[str, tuple[Outcome, str, Fault]] = {
    "NAME_NOT_RESOLVED": ("unreachable", "dns", "unknown"),
    "NAME_RESOLUTION_FAILED": ("unreachable", "dns", "unknown"),
    "DNS_TIMED_OUT": ("unreachable", "dns", "unknown"),
    "CONNECTION_REFUSED": ("unreachable", "refused", "unknown"),
    "CONNECTION_RESET": ("unreachable", "reset", "unknown"),
    "CONNECTION_ABORTED": ("unreachable", "reset", "unknown"),
    "CONNECTION_CLOSED": ("unreachable", "closed", "unknown"),
    "EMPTY_RESPONSE": ("unreachable", "closed", "unknown"),
    "SOCKET_NOT_CONNECTED": ("unreachable", "closed", "unknown"),
    "CONNECTION_TIMED_OUT": ("timeout", "timeout", "unknown"),
    "TIMED_OUT": ("timeout", "timeout", "unknown"),
    "ADDRESS_UNREACHABLE": ("unreachable", "route", "unknown"),
    "TOO_MANY_REDIRECTS": ("http_error", "redirect_loop", "theirs"),
    "INVALID_RESPONSE": ("http_error", "broken_answer", "theirs"),
    "INVALID_HTTP_RESPONSE": ("http_error", "broken_answer", "theirs"),
    "INVALID_CHUNKED_ENCODING": ("http_error", "broken_answer", "unknown"),
    "INCOMPLETE_CHUNKED_ENCODING": ("http_error", "broken_answer", "unknown"),
    "CONTENT_LENGTH_MISMATCH": ("http_error", "broken_answer", "unknown"),
    "CONTENT_DECODING_FAILED": ("http_error", "broken_answer", "unknown"),
    "RESPONSE_HEADERS_MULTIPLE_LOCATION": ("http_error", "broken_answer", "theirs"),
    "SSL_VERSION_OR_CIPHER_MISMATCH": ("tls_unsupported_here", "tls", "ours"),
    "SSL_PROTOCOL_ERROR": ("tls_unsupported_here", "tls", "ours"),
    "SSL_OBSOLETE_VERSION": ("tls_unsupported_here", "tls", "ours"),
    "SSL_WEAK_SERVER_EPHEMERAL_DH_KEY": ("tls_unsupported_here", "tls", "ours"),
    "SSL_DECRYPT_ERROR_ALERT": ("tls_unsupported_here", "tls", "ours"),
    "SSL_DECOMPRESSION_FAILURE_ALERT": ("tls_unsupported_here", "tls", "ours"),
    "SSL_UNRECOGNIZED_NAME_ALERT": ("tls_unsupported_here", "tls", "ours"),
    "SSL_KEY_USAGE_INCOMPATIBLE": ("tls_unsupported_here", "tls", "ours"),
    "SSL_SERVER_CERT_BAD_FORMAT": ("tls_unsupported_here", "tls", "ours"),
    "SSL_CLIENT_AUTH_CERT_NEEDED": ("tls_unsupported_here", "client_certificate", "ours"),
    "SSL_CLIENT_AUTH_SIGNATURE_FAILED": ("tls_unsupported_here", "client_certificate", "ours"),
    "BAD_SSL_CLIENT_AUTH_CERT": ("tls_unsupported_here", "client_certificate", "ours"),
    "UNSAFE_PORT": ("unreachable", "unsafe_port", "ours"),
    "INTERNET_DISCONNECTED": ("unreachable", "offline", "ours"),
    "NETWORK_CHANGED": ("unreachable", "network_changed", "ours"),
    "NETWORK_ACCESS_DENIED": ("blocked", "own_side", "ours"),
    "BLOCKED_BY_ADMINISTRATOR": ("blocked", "own_side", "ours"),
    "BLOCKED_BY_CLIENT": ("blocked", "own_side", "ours"),
    "PROXY_CONNECTION_FAILED": ("unreachable", "proxy", "ours"),
    "TUNNEL_CONNECTION_FAILED": ("unreachable", "proxy", "ours"),
    "INSUFFICIENT_RESOURCES": ("crashed", "resources", "ours"),
    "OUT_OF_MEMORY": ("crashed", "resources", "ours"),
}


def at_attempt(trouble: Trouble, attempt: int) -> Trouble:
    """Return what a trouble means at the nth attempt of a run: a challenge that stands again, in a fresh context, is a block.

    >>> at_attempt(Trouble(outcome="challenge", reason="http_412", fault="ours"), 2).outcome
    'blocked'
    """
    return replace(trouble, outcome="blocked") if trouble.outcome == "challenge" and attempt > 1 else trouble


def of_error(text: str) -> Trouble | None:
    """Return what a browser's error message means; None where it is no error of the network.

    >>> of_error("Page.goto: net::ERR_CONNECTION_REFUSED at http://127.0.0.1:9/")
    Trouble(outcome='unreachable', reason='refused', fault='unknown')
    """
    _, found, rest = text.partition("net::ERR_")
    if not found:
        return None
    name = rest.split()[0].strip(".,;:")
    if name in _ERRORS:
        outcome, reason, fault = _ERRORS[name]
        return Trouble(outcome=outcome, reason=reason, fault=fault)
    if name.startswith(("CERT_", "SSL_")):
        return Trouble(outcome="unreachable", reason="tls")
    return Trouble(outcome="unreachable", reason=name.lower()[:60])


def of_status(status: int) -> Trouble | None:
    """Return what the status of the last main document means; None for an ordinary answer.

    >>> of_status(500), of_status(200)
    (Trouble(outcome='http_error', reason='http_500', fault='theirs'), None)
    """
    if status in BLOCKING:
        fault: Fault = "unknown" if status == 503 else "ours"  # 503 may be a firewall's, or the server's own
        return Trouble(outcome="blocked", reason=f"http_{status}", fault=fault)
    if status >= 400 or status in (204, 205, 304) or status < 200:
        return Trouble(outcome="http_error", reason=f"http_{status}", fault=_whose(status))
    return None


def _whose(status: int) -> Fault:
    """A server that says 404, 410 or 500 says it itself; a gateway's 502 or 504, or a 401, may be about us."""
    return "theirs" if status in (404, 410, 500, 501) else "unknown"
