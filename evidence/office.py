"""The office whose evidence it is: what its first sheets say of it, as its workspace has it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An office that inspects; what is empty is said to be not filled in, never guessed."""

    name: str = ""
    """制作单位."""
    kept_at: str = ""
    """原始载体及保管地点: where the originals are kept, and on what."""
    contact: str = ""
    """Whom a unit turns to."""
    remedies: tuple[str, ...] = ()
    """救济途径: how, where and until when a unit may object, a sentence each; they differ by province and kind of notice."""
