"""How far this machine's clock is off, by the time sources that the office names (`time_source: ntp://…`).

The clock itself is never set (law 10): its offset is measured before and after a run, and written down.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlsplit

import ntplib

NOTABLE = 1000
"""Milliseconds that a clock may be off, and that two sources may differ."""
PORT = 123
_SECONDS = 2
"""That a source is given to answer."""
_UNSYNCHRONISED = 3
_ERA = 2_208_988_800
"""Seconds from the beginning of NTP's time to that of Unix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one source said."""

    source: str
    offset_ms: int | None
    """By how much our clock is behind (positive) or ahead (negative); None where the source gave no usable answer."""
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What all sources said at one moment."""

    heard: tuple[Heard, ...]

    @property
    def offset_ms(self) -> int | None:
        """The offset in the middle; None where no source answered, or where those that did contradict each other."""
        offsets = [one.offset_ms for one in self.heard if one.offset_ms is not None]
        return round(median(offsets)) if offsets and max(offsets) - min(offsets) <= NOTABLE else None

    @property
    def right(self) -> bool | None:
        """Whether our clock goes right; None where that cannot be told."""
        return None if self.offset_ms is None else abs(self.offset_ms) <= NOTABLE

    @property
    def said(self) -> str:
        """What was measured, in Chinese."""
        each = (f"{one.source} {_said(one)}" for one in self.heard)
        return "；".join(each) + f"（限 {NOTABLE} 毫秒）"


def _said(one: Heard) -> str:
    return f"未能校时：{one.fault}" if one.offset_ms is None else f"相差 {one.offset_ms} 毫秒"


def place_of(address: str) -> tuple[str, int] | None:
    """Return host and port of a source's address; None where it is none.

    >>> place_of("ntp://ntp.office.lan"), place_of("ntp://10.0.0.1:1123"), place_of("http://x")
    (('ntp.office.lan', 123), ('10.0.0.1', 1123), None)
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port or PORT
    except ValueError:
        return None
    if parts.scheme != "ntp" or not host or parts.username or parts.path not in ("", "/"):
        return None
    return host, port


def measure(sources: Sequence[str]) -> Measured:
    """Ask each source once, and wait for its answer or its time to end."""
    return Measured(heard=tuple(_hear(source) for source in sources))


def _hear(source: str) -> Heard:
    place = place_of(source)
    if place is None:
        return Heard(source=source, offset_ms=None, fault="地址有误")
    begun = time.time()
    try:
        answer = ntplib.NTPClient().request(place[0], port=place[1], version=4, timeout=_SECONDS)
    except (ntplib.NTPException, OSError, ValueError) as error:
        return Heard(source=source, offset_ms=None, fault=_why(error))
    if not 1 <= answer.stratum <= 15 or answer.leap == _UNSYNCHRONISED:
        return Heard(source=source, offset_ms=None, fault="时间源自身未同步")
    if not begun - 1 <= answer.orig_timestamp - _ERA <= time.time() + 1 or not answer.tx_timestamp:
        return Heard(source=source, offset_ms=None, fault="应答与询问不符")
    return Heard(source=source, offset_ms=round(answer.offset * 1000))


def _why(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "找不到该主机"
    return "没有应答" if isinstance(error, ntplib.NTPException | TimeoutError) else type(error).__name__
