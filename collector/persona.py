"""How the browser names itself: the same Chromium, only without the word Headless, in user agent and client hints alike.

Firewalls turn away what says Headless, and every page lost so would be our own fault. Nothing else is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, CDPSession, Route

_ASK = """async () => {
    const hints = ["architecture", "bitness", "model", "platformVersion", "fullVersionList", "wow64"];
    return [navigator.userAgent, await navigator.userAgentData.getHighEntropyValues(hints)];
}"""

_SECURE = "https://persona.invalid/"
"""Client hints are told only to secure pages; this one is answered by ourselves, and no request leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """User agent and client hints of one browser."""

    user_agent: str
    hints: dict[str, Any] | None
    """None: none are sent."""

    async def wear(self, session: CDPSession) -> None:
        """Make the session's page name itself so."""
        named: dict[str, Any] = {"userAgent": self.user_agent, "acceptLanguage": "zh-CN,zh"}
        if self.hints is not None:
            named["userAgentMetadata"] = self.hints
        await session.send("Emulation.setUserAgentOverride", named)


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
