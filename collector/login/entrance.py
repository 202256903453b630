"""The way into the system of one visit: with a kept session where one is still good, else by one try to log in."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Protocol
from urllib.parse import urljoin

from playwright.async_api import Error as PlaywrightError

from collector.clock import Clock
from collector.errors import LoginError, VaultError
from collector.frames import evaluate, tree
from collector.hosts import host_of
from collector.login import kinds
from collector.login.access import Access
from collector.login.attempt import PAUSE, Attempt, Moments
from collector.login.declared import Login
from collector.opening import Opening
from collector.passport import NONE, Passport
from collector.redactor import Redactor
from collector.secrets import Of
from collector.sessions import Session, end_of
from collector.targets import Target
from collector.window import Window
from collector.workspace import Limits

MOST_LOG_INS = 2
"""Log-ins in one visit that may succeed: the first, and one more where its session was lost."""
KEEPING = 10
"""Seconds that taking a session out of the browser may need."""
_TAB = "[location.origin, Object.entries(sessionStorage)]"


class Door(Protocol):
    """The visit that wants to get in."""

    @property
    def window(self) -> Window:
        """The window it looks through; another one after a crash."""
        ...

    async def open(self, url: str) -> Opening:
        """Open an address, minding manners."""
        ...


class Entrance:
    """One visit's way in. `failed` says why there is none."""

    def __init__(
        self,
        login: Login,
        target: Target,
        access: Access,
        redactor: Redactor,
        clock: Clock,
        limits: Limits,
        *,
        own: bool,
    ) -> None:
        """`own`: whether the system is the office's own."""
        self.login = login
        self.failed: LoginError | None = None
        self._log_ins = 0
        self._kind = kinds.of(login)
        redactor.guarded = True
        self._target = target
        self._access = access
        self._redactor = redactor
        self._clock = clock
        self._seconds = limits.navigation_seconds
        self._ocr = own and access.captcha_ocr
        self._address = login.address(target.url)
        self._of = Of(access.secrets, target.id, lambda value: redactor.learn(value, "typed"))
        self._session: Session | None = None
        self._attempt: Attempt | None = None

    @property
    def under_way(self) -> bool:
        """Whether something secret was typed, and the marker not seen since."""
        return self._attempt is not None and self._attempt.begun

    def passport(self) -> Passport:
        """Return what the next window is opened with; raises SecretMissing, VaultError, LoginError."""
        if self._access.sessions and self._kind.keeps:
            self._session = self._access.sessions.get(self._target.id, self._clock.now())
        if self._session:
            self._learn(self._session)
            return self._session.passport
        return self._kind.passport(self._address, self._of) or NONE

    async def enter(self, door: Door) -> None:
        """Go in; raises LoginError with the reason, SecretMissing, VaultError.

        After a try that failed there is no second one in a visit, since a locked account is worse than a lost night.
        """
        if self._session and await self._still_good(door):
            return
        await self.renew(door)

    @property
    def may_renew(self) -> bool:
        """Whether a session that was lost in the middle of the visit may be renewed: once, and not after a failure."""
        return self.failed is None and self._log_ins < MOST_LOG_INS

    async def renew(self, door: Door) -> None:
        """Log in, whatever was before; raises as `enter` does."""
        if not self.may_renew:
            raise LoginError("second_try")
        self._log_ins += 1
        if self._session and self._access.sessions:
            self._access.sessions.forget(self._target.id)
            self._session = None
            await door.window.context.clear_cookies()
        try:
            await self._log_in(door)
        except LoginError as error:
            self.failed = error
            raise

    async def asks(self, window: Window) -> bool:
        """Tell whether the page asks for a log-in (again): the session is not there."""
        for selector in (*self.login.asking, *filter(None, (self._kind.lost,))):
            try:
                if await window.page.locator(selector).first.is_visible():
                    return True
            except PlaywrightError:
                return False
        return False

    async def keep(self, window: Window) -> None:
        """Keep the session as it is now, for the next visit; where it cannot be, the log says why."""
        if self._access.sessions is None or not self._kind.keeps or self.failed or self._session is None:
            return
        try:
            self._session = replace(await _taken(window), ends=self._session.ends)
            self._learn(self._session)
            self._access.sessions.keep(self._target.id, self._session, self._clock.now())
        except (PlaywrightError, TimeoutError, VaultError, OSError) as error:
            window.note("log in", f"会话没有保存下来：{type(error).__name__}")

    async def _still_good(self, door: Door) -> bool:
        """Open the page that shows the marker, and look whether it does. A page that will not open says nothing of it."""
        opened = await door.open(urljoin(self._target.url, self.login.inside or ""))
        await door.window.leave_tab_alone()
        if opened.trouble:
            return True
        for _ in Moments(self._seconds):
            if await door.window.page.locator(self.login.marker).first.is_visible():
                door.window.note("log in", "沿用已保存的会话")
                return True
            if await self.asks(door.window):
                break
            await asyncio.sleep(PAUSE)
        door.window.note("log in", "已保存的会话失效，重新登录一次")
        return False

    async def _log_in(self, door: Door) -> None:
        window = door.window
        attempt = self._attempt = Attempt(
            window=window,
            login=self.login,
            address=self._address,
            of=self._of,
            person=self._access.person,
            redactor=self._redactor,
            seconds=self._seconds,
            go=door.open,
            count=self._count,
            ocr=self._ocr,
        )
        before = await window.cookies()
        async with AsyncExitStack() as stack:
            stack.callback(attempt.put_away)
            if self._access.tries and self._kind.secrets:
                await stack.enter_async_context(self._access.tries.turn(*self._account))
            await stack.enter_async_context(attempt.fence.around(window.context))
            await self._try(attempt)
        await window.traffic.quiet(1)
        attempt.begun = window.traffic.withhold = False
        now = self._clock.now()
        ends = end_of(before, await window.cookies(), self.login.lasts, now)
        self._session = Session(state={}, tab={}, ends=ends)
        await self.keep(window)

    async def _try(self, attempt: Attempt) -> None:
        """Make the try; one that succeeds is taken back from the count of failed ones."""
        try:
            await self._kind(attempt)
            attempt.fence.raise_if_stopped()
        except LoginError as error:
            for place in attempt.fence.kept_from[:5]:
                attempt.note(f"登录途中页面要向未声明的主机 {place} 发送内容，已拦下")
            if error.reason == "locked" and self._access.tries:
                self._access.tries.exhaust(*self._account, self._clock.now())
            raise
        except PlaywrightError:
            raise LoginError("form", "登录页面中途变化，没有完成登录") from None
        if attempt.counted and self._access.tries:
            self._access.tries.succeeded(*self._account, self._clock.now())

    @property
    def _account(self) -> tuple[str, str]:
        named = self._of("username") if "username" in self._kind.secrets else self._target.id
        return host_of(self._address), named

    def _count(self) -> None:
        if self._access.tries:
            self._access.tries.begin(*self._account, self._clock.now())

    def _learn(self, session: Session) -> None:
        for value in session.values():
            self._redactor.learn(value, "storage")


async def _taken(window: Window) -> Session:
    """Return the session that the browser holds now."""
    async with asyncio.timeout(KEEPING):
        state = await window.context.storage_state(indexed_db=True)
        tab: dict[str, dict[str, str]] = {}
        for frame in await tree(window.session):
            told = await evaluate(window.session, frame.id, _TAB)
            if told and told[1]:
                tab.setdefault(told[0], {}).update((name, value) for name, value in told[1])
    return Session(state=dict(state), tab=tab, ends=None)
