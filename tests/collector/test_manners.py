"""A host is asked for no more than the workspace allows, and left alone for as long as it asks; nobody else waits for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from collector.exchange import Exchange
from collector.manners import Gate, pause_asked

NOW = datetime(2021, 6, 29, 12, tzinfo=UTC)


class Time:
    """A clock that goes on only when everybody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asleep: list[tuple[float, asyncio.Event]] = []

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self.asleep.append((self.now + seconds, woken))
        await woken.wait()

    async def until(self, *work: asyncio.Task[Any]) -> None:
        """Let the time go on until the work is done."""
        while not all(task.done() for task in work):
            for _ in range(20):
                await asyncio.sleep(0)
            if self.asleep and not all(task.done() for task in work):
                self.asleep.sort(key=lambda pair: pair[0])
                self.now, woken = self.asleep.pop(0)
                woken.set()


def gate(time: Time, **more: Any) -> Gate:
    settings: dict[str, Any] = {"jobs": 1, "per_host": 1, "longest_pause": 100, **more}
    return Gate(now=lambda: time.now, sleep=time.sleep, **settings)


def answer(status: int, **fields: str) -> Exchange:
    told = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    exchange = Exchange(
        url="http://a/", method="GET", resource_type="Document", frame_id="", loader_id="", started=NOW, hop=0
    )
    exchange.status, exchange.response_headers = status, told
    return exchange


def test_pages_of_one_host_are_loaded_so_far_apart_and_others_wait_for_nothing() -> None:
    async def play() -> list[tuple[str, float]]:
        time, loaded = Time(), list[tuple[str, float]]()
        doors = gate(time, jobs=3, per_host=3, per_host_seconds=5)

        async def visit(url: str) -> None:
            async with doors.passed(url):
                await doors.page(url)
                loaded.append((url, time.now))

        urls = ("http://a/1", "http://A:8080/2", "http://b/", "http://a/3")
        await time.until(*(asyncio.ensure_future(visit(url)) for url in urls))
        return loaded

    assert asyncio.run(play()) == [("http://a/1", 0), ("http://b/", 0), ("http://A:8080/2", 5), ("http://a/3", 10)]


def test_a_host_that_asks_for_a_pause_gets_it_and_its_place_goes_to_the_others_meanwhile() -> None:
    async def play() -> list[tuple[str, float]]:
        time, done = Time(), list[tuple[str, float]]()
        doors = gate(time, jobs=1)

        async def paused() -> None:
            async with doors.passed("http://a/"):
                assert doors.pause("http://a/", 60) == 60
                assert await doors.page("http://a/next") == 60
                done.append(("a", time.now))

        async def other(url: str) -> None:
            async with doors.passed(url):
                await doors.page(url)
                done.append((url, time.now))

        work = [asyncio.ensure_future(paused()), *(asyncio.ensure_future(other(f"http://b{n}/")) for n in range(3))]
        await time.until(*work)
        return done

    assert asyncio.run(play()) == [("http://b0/", 0), ("http://b1/", 0), ("http://b2/", 0), ("a", 60)]


def test_a_visit_that_comes_back_from_a_pause_goes_before_the_rest_of_the_night_and_no_place_is_taken_twice() -> None:
    async def play() -> tuple[list[str], int]:
        time, done, working, most = Time(), list[str](), 0, 0
        doors = gate(time, jobs=1)

        async def work(name: str) -> None:
            nonlocal working, most
            working, most = working + 1, max(most, working + 1)
            await time.sleep(40)
            working -= 1
            done.append(name)

        async def paused() -> None:
            async with doors.passed("http://a/"):
                doors.pause("http://a/", 10)
                await doors.page("http://a/")
                await work("a")

        async def other(n: int) -> None:
            async with doors.passed(f"http://b{n}/"):
                await work(f"b{n}")

        await time.until(asyncio.ensure_future(paused()), *(asyncio.ensure_future(other(n)) for n in range(4)))
        return done, most

    done, most = asyncio.run(play())
    assert done == ["b0", "a", "b1", "b2", "b3"]
    assert most == 1


def test_a_pause_without_end_is_honoured_as_long_as_the_workspace_allows() -> None:
    async def play() -> tuple[float, float]:
        time = Time()
        doors = gate(time)
        honoured = doors.pause("http://a/", 10**8)
        async with doors.passed("http://b/"):
            waited = asyncio.ensure_future(doors.page("http://a/"))
            await time.until(waited)
        return honoured, waited.result()

    assert asyncio.run(play()) == (100, 100)


def test_a_visit_that_is_called_off_while_it_waits_takes_no_place_with_it() -> None:
    async def play() -> bool:
        time = Time()
        doors = gate(time)

        async def enter(url: str) -> bool:
            async with doors.passed(url):
                return True

        async with doors.passed("http://a/"):
            waiting = asyncio.ensure_future(enter("http://b/"))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        return await enter("http://c/")

    assert asyncio.run(play()) is True


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (answer(429, retry_after="30"), 30),
        (answer(503, Retry_After=" 0 "), 0),
        (answer(503, retry_after="9" * 5000), 10**8),
        (answer(503, retry_after="Tue, 29 Jun 2021 12:01:00 GMT"), 60),
        (answer(503, retry_after="Tue, 29 Jun 2021 12:01:00 GMT", date="Tue, 29 Jun 2021 12:00:30 GMT"), 30),
        (answer(503, retry_after="Tue, 29 Jun 2021 11:00:00 GMT"), 0),
        (answer(503, retry_after="Tue, 99 Jun 2021 12:01:00 GMT"), None),
        (answer(503, retry_after="-5"), None),
        (answer(503, retry_after="soon"), None),
        (answer(503, retry_after="٣"), None),
        (answer(503), None),
        (answer(200, retry_after="30"), None),
        (answer(403, retry_after="30"), None),
    ],
)
def test_retry_after_is_read_in_both_its_forms_and_nothing_else(told: Exchange, seconds: float | None) -> None:
    assert pause_asked(told, NOW) == seconds
