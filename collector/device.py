"""The devices a page can be looked at with: desktop, mobile, and WeChat's web view (the window that opens a link there).

A device is a viewport, a scale, touch, and how the browser names itself. Only what a site can choose its page by is
given: no maker's model is claimed, the engine is the one that runs and its version is said as it is. Pictures are in CSS
pixels on every device (one pixel of a tile is one CSS pixel); the scale is what the page is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

DeviceName = Literal["desktop", "mobile", "wechat"]

_CHROME = re.compile(r"Chrome/(\d+)[\d.]*")
_ENGINE = "AppleWebKit/537.36 (KHTML, like Gecko)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One kind of device."""

    name: DeviceName
    viewport: tuple[int, int]
    """Width and height in CSS pixels."""
    scale: float = 1.0
    """Device pixels of a CSS pixel, as the page is told."""
    handheld: bool = False
    """Touch, a mobile layout, and a platform that is no desktop's."""
    hints: bool = True
    """Whether client hints are sent; WeChat's web view sends none."""

    def named(self, desktop: str) -> str:
        """Return the user agent on this device of the browser whose own is `desktop`.

        >>> DEVICES["mobile"].named("Mozilla/5.0 (X11; Linux x86_64) … Chrome/150.0.0.0 Safari/537.36")
        'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36'
        """
        found = _CHROME.search(desktop)
        version = f"{found[1]}.0.0.0" if found else "0.0.0.0"  # noqa: S104 - a version, no address
        if self.name == "wechat":
            return (
                f"Mozilla/5.0 (Linux; Android 10; K; wv) {_ENGINE} Version/4.0 Chrome/{version} Mobile Safari/537.36 "
                "MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN"
            )
        if self.name == "mobile":
            return f"Mozilla/5.0 (Linux; Android 10; K) {_ENGINE} Chrome/{version} Mobile Safari/537.36"
        return desktop


DESKTOP = Device(name="desktop", viewport=(1280, 800))
DEVICES: dict[str, Device] = {
    "desktop": DESKTOP,
    "mobile": Device(name="mobile", viewport=(412, 915), scale=2.625, handheld=True),
    "wechat": Device(name="wechat", viewport=(393, 852), scale=2.75, handheld=True, hints=False),
}
