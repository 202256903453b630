"""Logging in by a form, as a flow declares it: one try, no capture before the marker is seen (law 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from collector.errors import LoginError


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A log-in form; selectors are Playwright's."""

    url: str
    """Address of the form, absolute or relative to the target's."""
    username: str
    password: str
    submit: str
    marker: str
    """What only somebody logged in sees."""
    refused: str | None = None
    """What the page shows when name or password are wrong."""
    kind: Literal["form"] = "form"

    def address(self, base: str) -> str:
        """Return the absolute address of the form."""
        return urljoin(base, self.url)


async def fill(page: Page, login: Login, username: str, password: str, seconds: float) -> None:
    """Fill in the form on `page`, send it, and wait for the marker; raises LoginError with the reason as its text.

    Reasons: form (there is no such form), wrong_credentials, marker (neither marker nor refusal came in time).
    """
    limit = seconds * 1000
    try:
        await page.fill(login.username, username, timeout=limit)
        await page.fill(login.password, password, timeout=limit)
        await page.click(login.submit, timeout=limit, no_wait_after=True)
    except PlaywrightError as error:
        raise LoginError("form") from error
    either = f"{login.marker} >> visible=true"
    answer = page.locator(either)
    if login.refused:
        answer = answer.or_(page.locator(f"{login.refused} >> visible=true"))
    try:
        await answer.first.wait_for(state="visible", timeout=limit)
    except PlaywrightError as error:
        raise LoginError("wrong_credentials" if await shows_form(page, login) else "marker") from error
    if not await page.locator(either).first.is_visible():
        raise LoginError("wrong_credentials")


async def shows_form(page: Page, login: Login) -> bool:
    """Tell whether the page asks for the password (again): the session is not there."""
    try:
        return await page.locator(login.password).first.is_visible()
    except PlaywrightError:
        return False
