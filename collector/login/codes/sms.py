"""A code sent to a telephone: the form is made to send it, a person is asked for what came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from collector.login.codes.asked import Asking, When


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsCode:
    """A code that comes by SMS."""

    name: ClassVar[str] = "sms_code"
    secrets: ClassVar[tuple[str, ...]] = ()

    field: str
    send: str | None = None
    """What is clicked so that it is sent; None: it is sent by itself."""
    when: When = "with"
    confirm: str | None = None

    async def value(self, asking: Asking) -> str:
        """Return the code; raises LoginError where there is nobody to ask, before any is sent."""
        await asking.somebody()
        if self.send:
            await asking.click(self.send)
        return await asking.ask("手机收到的短信验证码")
