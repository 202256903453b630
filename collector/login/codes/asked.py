"""What every kind of code has in common, and what it may ask of the attempt it serves."""

from __future__ import annotations

from typing import Literal, Protocol

When = Literal["with", "after", "perhaps"]
"""Asked for on the page of the password; on a page after it; on that of the password, but not always."""


class Asking(Protocol):
    """The attempt at logging in that needs a code."""

    ocr: bool
    """Whether the workspace lets picture codes be read by OCR, and the system is the office's own."""

    def secret(self, name: str) -> str:
        """Return a secret of the target; raises SecretMissing."""
        ...

    async def picture(self, selector: str) -> bytes:
        """Return what an element looks like, as PNG."""
        ...

    async def click(self, selector: str) -> None:
        """Click something of the form."""
        ...

    async def somebody(self) -> None:
        """Raise LoginError where there is nobody to ask."""
        ...

    async def ask(self, question: str, picture: bytes | None = None) -> str:
        """Ask a person; raises LoginError where there is none."""
        ...

    def note(self, text: str) -> None:
        """Add a line to the log."""
        ...
