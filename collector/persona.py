"""What the browser gives itself out as: the same Chromium, only without the word Headless, in user agent and client hints
alike; and the device it is looked at with.

Firewalls turn away what says Headless, and every page lost so would be our own fault. Nothing else is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, Route

from collector.device import DESKTOP, Device

_ASK = """async () => {
    const hints = ["architecture", "bitness", "model", "platformVersion", "fullVersionList", "wow64"];
    return [navigator.userAgent, await navigator.userAgentData.getHighEntropyValues(hints)];
}"""

_SECURE = "https://persona.invalid/"
"""Client hints are told only to secure pages; this one is answered by ourselves, and no request leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """User agent, client hints and device of one browser."""

    user_agent: str
    hints: dict[str, Any] | None
    """None: none are sent."""
    device: Device = DESKTOP

    def on(self, device: Device) -> Persona:
        """Return this desktop browser as it names itself on another device."""
        if device == self.device:
            return self
        handheld = {"mobile": True, "platform": "Android", "platformVersion": "10.0.0"} | _NO_MACHINE
        hints = {**(self.hints or {}), **handheld} if device.hints else None
        return replace(self, user_agent=device.named(self.user_agent), hints=hints, device=device)

    @property
    def context(self) -> dict[str, Any]:
        """What playwright is asked for in a context of this device."""
        width, height = self.device.viewport
        return {
            "viewport": {"width": width, "height": height},
            "device_scale_factor": self.device.scale,
            "is_mobile": self.device.handheld,
            "has_touch": self.device.handheld,
            "user_agent": self.user_agent,
        }

    async def shape(self, page: Page, session: CDPSession) -> None:
        """Give one page the device's shape where its context is not ours to make."""
        width, height = self.device.viewport
        await page.set_viewport_size({"width": width, "height": height})
        if self.device.handheld:
            metrics = {"width": width, "height": height, "deviceScaleFactor": self.device.scale, "mobile": True}
            await session.send("Emulation.setDeviceMetricsOverride", metrics)
            await session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    async def wear(self, session: CDPSession) -> None:
        """Make the session's page name itself so."""
        named: dict[str, Any] = {"userAgent": self.user_agent, "acceptLanguage": "zh-CN,zh"}
        if self.hints is not None:
            named["userAgentMetadata"] = self.hints
        if self.device.handheld:
            named["platform"] = "Linux armv81"
        await session.send("Emulation.setUserAgentOverride", named)


_NO_MACHINE = {"architecture": "", "bitness": "", "model": "", "wow64": False}
"""What a telephone says of its machine; no maker's model is claimed."""


async def of(browser: Browser) -> Persona:
    """Return the persona of a running browser."""
    context = await browser.new_context()
    try:
        page = await context.new_page()

        async def answer(route: Route) -> None:
            await route.fulfill(status=200, content_type="text/html", body="<!doctype html>")

        await page.route("**/*", answer)
        await page.goto(_SECURE)
        user_agent, hints = await page.evaluate(_ASK)
    finally:
        await context.close()
    for key in ("brands", "fullVersionList"):
        hints[key] = [brand for brand in hints.get(key, []) if "Headless" not in brand["brand"]]
    return Persona(user_agent=user_agent.replace("HeadlessChrome", "Chrome"), hints=hints)
