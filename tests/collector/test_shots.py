"""A browser that was about to draw is asked once more; one that cannot is not asked for ever."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest
from playwright.async_api import Error as PlaywrightError

from collector import shots


class Session:
    """Fails so many times, then gives a picture."""

    def __init__(self, failures: int, said: str) -> None:
        self.failures = failures
        self.said = said
        self.asked: list[dict[str, Any]] = []

    async def send(self, _: str, words: dict[str, Any]) -> dict[str, str]:
        self.asked.append(words)
        if len(self.asked) <= self.failures:
            raise PlaywrightError(f"Protocol error (Page.captureScreenshot): {self.said}")
        return {"data": base64.b64encode(b"png").decode()}


def pictured(session: Session) -> bytes:
    return asyncio.run(shots.png(session, (1, 2, 3, 4), scale=0.25))  # type: ignore[arg-type]


def test_a_browser_that_was_busy_is_asked_once_more() -> None:
    session = Session(1, shots.BUSY)
    assert pictured(session) == b"png"
    assert session.asked[0] == session.asked[1]
    assert session.asked[0]["clip"] == {"x": 1, "y": 2, "width": 3, "height": 4, "scale": 0.25}


@pytest.mark.parametrize(("failures", "said", "asked"), [(2, shots.BUSY, 2), (1, "Target crashed", 1)])
def test_one_that_cannot_is_not_asked_for_ever(failures: int, said: str, asked: int) -> None:
    session = Session(failures, said)
    with pytest.raises(PlaywrightError, match=said):
        pictured(session)
    assert len(session.asked) == asked
