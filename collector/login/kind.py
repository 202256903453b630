"""One kind of log-in: what a flow must declare for it, which secrets it takes, and how it gets in.

kind = Kind(__name__, needs=("qr",))

@kind.enter
async def enter(attempt: Attempt) -> None: ...
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from collector.passport import Passport

if TYPE_CHECKING:
    from collector.login.attempt import Attempt
    from collector.secrets import Of

Enter = Callable[["Attempt"], Awaitable[None]]
Issue = Callable[[str, "Of"], Passport]


class Kind:
    """A kind of log-in; its name is its file's."""

    def __init__(
        self,
        module: str,
        *,
        needs: tuple[str, ...] = (),
        secrets: tuple[str, ...] = (),
        optional: tuple[str, ...] = (),
        keeps: bool = True,
        lost: str = "",
    ) -> None:
        """`needs` are fields of Login; `secrets` (and `optional` ones) those of the target; `keeps`: there is a session.

        `lost` is what stands in the place of any page where this kind of log-in no longer holds.
        """
        self.name = module.rpartition(".")[2]
        self.needs = needs
        self.secrets = secrets
        self.optional = optional
        self.keeps = keeps
        self.lost = lost
        self._enter: Enter | None = None
        self._issue: Issue | None = None

    def enter(self, how: Enter) -> Enter:
        """Declare the decorated coroutine function as the way in; it raises LoginError where it does not get in."""
        self._enter = how
        return how

    def issues(self, what: Issue) -> Issue:
        """Declare what a browser context must be opened with, given the address of the log-in and the target's secrets."""
        self._issue = what
        return what

    async def __call__(self, attempt: Attempt) -> None:
        """Get in; raises LoginError, SecretMissing."""
        if self._enter is None:
            raise NotImplementedError(f"log-in of kind {self.name} declares no way in")
        await self._enter(attempt)

    def passport(self, address: str, of: Of) -> Passport | None:
        """Return what a context is opened with, beside a kept session; None where this kind needs nothing."""
        return self._issue(address, of) if self._issue else None
