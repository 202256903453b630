"""Manners: never more visits to one host at once than the workspace allows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Gate:
    """Lets at most `jobs` visits run, and at most `per_host` of them on one host."""

    def __init__(self, *, jobs: int, per_host: int) -> None:
        self._jobs = asyncio.Semaphore(jobs)
        self._per_host = per_host
        self._hosts: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def passed(self, url: str) -> AsyncIterator[None]:
        """Hold a place for the length of the block; a visit that waits for its host takes no place from others."""
        host = (urlsplit(url).hostname or "").lower()
        gate = self._hosts.setdefault(host, asyncio.Semaphore(self._per_host))
        async with gate, self._jobs:
            yield
