"""One try to log in: what a kind of log-in may do on the page, and what it must not.

Secrets are typed only into a form on a host that the flow names, into the very element that was looked at. Errors of the
browser repeat what was typed, so none is passed on.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import NoReturn

from playwright.async_api import ElementHandle, FrameLocator, Locator, Page, Route
from playwright.async_api import Error as PlaywrightError

from collector.errors import LoginError
from collector.login.codes import Code
from collector.login.declared import Login
from collector.login.person import Person, needs_person
from collector.login.reach import Fence, Reach
from collector.opening import Opening
from collector.redactor import Redactor
from collector.secrets import Of
from collector.window import Window

PAUSE = 0.05
_LOCKED = re.compile(
    r"(?<!将)(?<!将被)(?<!将会被)(?<!将自动)(?:锁定|冻结|停用|禁用)|次数(?:过多|超限|已达)|\blocked|disabled"
)
_ABOUT_CODE = re.compile(r"(?i)验证码|校验码|动态码|动态口令|短信码|captcha|\bcode\b|\btoken\b")
_ABOUT_NAME = re.compile(r"(?i)密码|(?<!动态)口令错|用户名|账号|帐号|password|user ?name")


@dataclass(kw_only=True)
class Attempt:
    """One try, on the page of a window."""

    window: Window
    login: Login
    address: str
    """Where the log-in is, absolute."""
    of: Of
    person: Person
    redactor: Redactor
    seconds: float
    """Until the page must have answered."""
    go: Callable[[str], Awaitable[Opening]]
    """Opens an address in the window."""
    count: Callable[[], None]
    """Counts the try; is called before a password leaves. Raises LoginError where there were enough."""
    ocr: bool = False
    begun: bool = False
    """Whether something secret is on the page: then nothing is captured or kept."""
    typed: list[str] = field(default_factory=list, repr=False)
    _shown: AbstractContextManager[None] | None = None
    counted: bool = False
    """Whether it counts among the tries of the account."""

    def __post_init__(self) -> None:
        self.reach = Reach.of(self.address, self.login.hosts)
        self.fence = Fence(self.reach, self.typed)

    @property
    def page(self) -> Page:
        """The page."""
        return self.window.page

    @property
    def scope(self) -> Page | FrameLocator:
        """Where the form is: the page, or the declared frame of it."""
        return self.page.frame_locator(self.login.frame) if self.login.frame else self.page

    def secret(self, name: str) -> str:
        """Return a secret of the target, which will be removed from all that is kept; raises SecretMissing."""
        return self.of(name)

    def note(self, text: str) -> None:
        """Add a line to the log of the next capture."""
        self.window.note("log in", text)

    # a person

    async def somebody(self) -> None:
        """Raise LoginError where there is nobody to ask."""
        if not self.person.there:
            raise needs_person(f"登录方式 {self.login.told}")

    async def ask(self, question: str, picture: bytes | None = None) -> str:
        """Return what a person answers; raises LoginError where there is none."""
        return await self.person.ask(question, picture)

    def show(self, said: str, picture: bytes) -> None:
        """Show a person a picture until the next one, or the end of the try."""
        self.put_away()
        self._shown = self.person.showing(said, picture)
        self._shown.__enter__()

    def put_away(self) -> None:
        """Show the last picture no longer."""
        shown, self._shown = self._shown, None
        if shown is not None:
            shown.__exit__(None, None, None)

    # the page

    async def open(self) -> int | None:
        """Open the declared address, and return its status; raises LoginError where it will not open."""
        opened = await self.go(self.address)
        if opened.trouble:
            raise LoginError(opened.trouble.reason)
        documents = self.window.traffic.documents(self.window.frame_id)
        return documents[-1].status if documents else None

    async def is_let_in(self) -> bool:
        """Click what comes before the form; tell whether the page lets us in unasked, a common log-in being still good.

        Raises LoginError where there is no form either, or where the marker is seen beside it: then it proves nothing.
        """
        marker, form = self.login.marker, (*self.login.asking, *filter(None, (self.login.username,)))
        for selector in self.login.before:
            found = await self.wait_for(selector, marker)
            if found is not None and not await self.is_inside():
                await self._click(found)
        if await self.wait_for(*form, marker) is None:
            raise LoginError("form", "页面上没有声明的登录表单")
        inside = await self.is_inside()
        if inside and await self.find(*form):
            raise LoginError("bad_marker", f"未登录时就能看到标志 {marker}，不能用它判断是否已登录")
        return inside

    async def is_inside(self) -> bool:
        """Tell whether the marker is seen."""
        return await self.find(self.login.marker) is not None

    async def find(self, *selectors: str) -> Locator | None:
        """Return the first of what is seen now, on the page or in the form's frame."""
        scopes = (self.page, self.scope) if self.login.frame else (self.page,)
        for selector in selectors:
            for scope in scopes:
                if await _visible(locator := scope.locator(selector).first):
                    return locator
        return None

    async def wait_for(self, *selectors: str) -> Locator | None:
        """Return the first of what is seen within the page's time; None where nothing is."""
        for _ in self._moments():
            if found := await self.find(*selectors):
                return found
            await asyncio.sleep(PAUSE)
        return None

    async def gone(self, selector: str) -> None:
        """Wait until something is no longer seen, at most the page's time."""
        for _ in self._moments():
            if not await self.find(selector):
                return
            await asyncio.sleep(PAUSE)

    async def picture(self, selector: str) -> bytes:
        """Return what an element of the form looks like, as PNG; raises LoginError where it is not there."""
        handle = await self.trusted(selector)
        try:
            return await handle.screenshot(timeout=self.seconds * 1000)
        except PlaywrightError:
            raise LoginError("form", f"页面上的图片 {selector} 截取不到") from None

    async def text(self) -> str:
        """Return the text of the page; nothing where it has gone."""
        try:
            return await self.page.inner_text("body", timeout=self.seconds * 1000)
        except PlaywrightError:
            return ""

    async def trusted(self, selector: str) -> ElementHandle:
        """Return an element of the form; raises LoginError where it is not there, or not on a host that the flow names."""
        locator = self.scope.locator(selector).first
        try:
            await locator.wait_for(state="visible", timeout=self.seconds * 1000)
            handle = await locator.element_handle(timeout=self.seconds * 1000)
            frame = await handle.owner_frame()
        except PlaywrightError:
            self.reach.check(self.page.main_frame)
            raise LoginError("form", f"页面上没有声明的登录表单（{selector}）") from None
        self.reach.check(frame)
        return handle

    async def type(self, selector: str, value: str) -> None:
        """Type a secret into a field, after a look at whose it is; from here on nothing is captured or kept."""
        handle = await self.trusted(selector)
        self.begin(value)
        try:
            await handle.fill(value, timeout=self.seconds * 1000)
        except PlaywrightError:
            raise LoginError("form", f"登录表单的输入框 {selector} 不能填写") from None

    def begin(self, *secrets: str) -> None:
        """Capture and keep nothing until the marker is seen; let `secrets` go nowhere else."""
        for secret in secrets:
            self.redactor.learn(secret, "typed")
            self.typed.append(secret)
        self.begun = self.window.traffic.withhold = True

    async def click(self, selector: str) -> None:
        """Click something of the form."""
        await self._click(self.scope.locator(selector).first)

    async def send(self, selector: str) -> None:
        """Send the form: the first time, this counts as a try."""
        await self.trusted(selector)
        if not self.counted:
            self.count_it()
        await self.click(selector)

    def count_it(self) -> None:
        """Count the try, before a password leaves; raises LoginError where there were enough today."""
        self.count()
        self.counted = True

    async def answer(self, later: tuple[Code, ...] = ()) -> Code | None:
        """Wait for what comes of it: None where we are inside, else the code that is asked for next.

        Raises LoginError: wrong_credentials, wrong_code, locked, wrong_host, marker (nothing of all that was seen).
        """
        for _ in self._moments():
            self.fence.raise_if_stopped()
            if await self.is_inside():
                return None
            if said := await self.find(*filter(None, (self.login.locked, self.login.refused))):
                await self._refused(said)
            for code in later:
                if await self.find(code.field):
                    return code
            await asyncio.sleep(PAUSE)
        self.fence.raise_if_stopped()
        raise LoginError(
            "wrong_credentials" if self.login.password and await self.find(self.login.password) else "marker"
        )

    async def _refused(self, said: Locator) -> NoReturn:
        """Raise LoginError with what the page's words mean; they are not kept, since they may repeat what was typed."""
        try:
            words = await said.inner_text(timeout=1000)
        except PlaywrightError:
            words = ""
        if (self.login.locked and await self.find(self.login.locked)) or _LOCKED.search(words):
            raise LoginError("locked", "对方系统提示账号已被锁定")
        about_code = _ABOUT_CODE.search(words) and not _ABOUT_NAME.search(words)
        raise LoginError("wrong_code" if self.login.codes and about_code else "wrong_credentials")

    @asynccontextmanager
    async def document_alone(self) -> AsyncIterator[None]:
        """For the length of the block, let the page load none of its files."""

        async def judge(route: Route) -> None:
            await (route.fallback() if route.request.is_navigation_request() else route.abort())

        await self.page.route("**/*", judge)
        try:
            yield
        finally:
            await self.page.unroute("**/*", judge)

    async def _click(self, locator: Locator) -> None:
        try:
            await locator.click(timeout=self.seconds * 1000, no_wait_after=True)
        except PlaywrightError:
            raise LoginError("form", "登录页面上声明的按钮不能点击") from None

    def _moments(self) -> Moments:
        return Moments(self.seconds)


class Moments:
    """Goes round until so many seconds are over, at least once."""

    def __init__(self, seconds: float) -> None:
        self._now = asyncio.get_running_loop().time
        self._end = self._now() + seconds
        self._first = True

    def __iter__(self) -> Moments:
        return self

    def __next__(self) -> None:
        if not self._first and self._now() >= self._end:
            raise StopIteration
        self._first = False


async def _visible(locator: Locator) -> bool:
    """Tell whether something is seen now; a page that is just going to another shows nothing."""
    try:
        return await locator.is_visible()
    except PlaywrightError:
        return False
