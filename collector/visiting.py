"""Runs a flow over a target, and keeps the promise that every label that is due gives exactly one capture.

A flow that breaks, a log-in that is refused, a browser that dies: each is told by the captures that are still due, and
no exception leaves.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from playwright.async_api import Browser
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from collector import persona as personas
from collector.clock import Clock
from collector.errors import LoginError, SecretMissing, VaultError
from collector.flow import Flow
from collector.login.access import Access
from collector.login.entrance import Entrance
from collector.lookout import Lookout
from collector.manners import Gate
from collector.opening import BROWSER_GONE, CRASHED
from collector.outcome import Trouble, of_error
from collector.passport import NONE
from collector.persona import Persona
from collector.redactor import Redactor
from collector.scribe import Circumstances, Scribe
from collector.secrets import Secrets
from collector.targets import Target
from collector.visit import Outfit, Visit, lost
from collector.window import Window
from collector.workspace import Limits
from evidence.model import Capture
from evidence.store import BlobSink


async def visit(
    target: Target,
    flow: Flow,
    *,
    browser: Browser,
    sink: BlobSink,
    clock: Clock,
    limits: Limits,
    circumstances: Circumstances,
    redactor: Redactor | None = None,
    access: Access | None = None,
    persona: Persona | None = None,
    due: Sequence[str] | None = None,
    gate: Gate | None = None,
    borrowed: bool = False,
    past_caches: Collection[str] = (),
    second_agent: bool = False,
    deliver: Callable[[Capture], None] = lambda capture: None,
) -> tuple[Capture, ...]:
    """Return the captures of one visit, at least one for each label that is due (default: all of the flow's).

    Each is given to `deliver` as soon as it is whole. `borrowed`: in the context of the person whose browser it is.
    `past_caches`: labels whose second look goes past the caches. `second_agent`: home pages are asked for with a search
    engine's agent too. Raises only what `deliver` and `sink` raise.
    """
    redactor = redactor or Redactor()
    scribe = Scribe(target, flow, circumstances, sink=sink, clock=clock, deliver=deliver)
    entrance = _entrance(target, flow, access, redactor, clock, limits)
    asked_twice = _is_asked_twice(target, flow, second_agent)
    outfit = Outfit(
        redactor=redactor,
        entrance=entrance,
        clock=clock,
        limits=limits,
        new_window=_windows(browser, persona, clock, limits, redactor, circumstances.lookout, flow, entrance, borrowed),
        gate=gate,
        past_caches=frozenset(past_caches),
        window_as=_named_otherwise(browser, clock, limits, redactor) if asked_twice else None,
    )
    labels = tuple(flow.due(target) if due is None else due)
    run = Visit(target, flow, labels, scribe, outfit)
    seconds = (len(labels) + 1) * 2 * (limits.page_seconds + limits.navigation_seconds)
    broken = await _drive(run, flow, browser, seconds)
    for label in labels:
        if label not in scribe.written:
            run.fail(label, broken.trouble, broken.said)
    return tuple(scribe.written.values())


def _entrance(
    target: Target, flow: Flow, access: Access | None, redactor: Redactor, clock: Clock, limits: Limits
) -> Entrance | None:
    if flow.login is None:
        return None
    means = access or Access(secrets=Secrets.of_process())
    return Entrance(flow.login, target, means, redactor, clock, limits, own=flow.authority == "own")


def _windows(
    browser: Browser,
    persona: Persona | None,
    clock: Clock,
    limits: Limits,
    redactor: Redactor,
    lookout: Lookout,
    flow: Flow,
    entrance: Entrance | None,
    borrowed: bool,
) -> Callable[[Window | None], Awaitable[Window]]:
    """Return what opens a window, in place of a broken one, with its cookies."""

    async def new_window(broken: Window | None) -> Window:
        cookies = await broken.cookies() if broken and not borrowed else ()
        if broken:
            await broken.close()
        worn = (persona or await personas.of(browser)).on(flow.device)
        return await Window.open(
            browser,
            persona=worn,
            clock=clock,
            limits=limits,
            redactor=redactor,
            cookies=cookies,
            lookout=lookout,
            any_certificate=entrance is None,
            passport=entrance.passport() if entrance and not borrowed else NONE,
            borrowed=borrowed,
        )

    return new_window


def _is_asked_twice(target: Target, flow: Flow, second_agent: bool) -> bool:
    """Tell whether the home page is asked for with another agent too: of public websites, never behind a log-in."""
    return second_agent and flow.login is None and not target.subject.is_account


def _named_otherwise(
    browser: Browser, clock: Clock, limits: Limits, redactor: Redactor
) -> Callable[[Persona], Awaitable[Window]]:
    """Return what opens a window of another name, in a context of its own."""

    async def window_as(persona: Persona) -> Window:
        return await Window.open(
            browser, persona=persona, clock=clock, limits=limits, redactor=redactor, any_certificate=True
        )

    return window_as


@dataclass(frozen=True, slots=True, kw_only=True)
class _Broken:
    """What kept a flow from its captures, and what it said."""

    trouble: Trouble
    said: str = ""


_NOT_CAPTURED = _Broken(trouble=Trouble(outcome="flow_failed", reason="not_captured", fault="ours"))


async def _drive(run: Visit, flow: Flow, browser: Browser, seconds: float) -> _Broken:
    """Run the flow to its end, at most `seconds`; return why labels that are still due were not captured."""
    try:
        async with asyncio.timeout(seconds) as run.limit:
            await run.ready()
            if flow.login is not None:
                await run.log_in()
            await flow(run)
            await run.keep_session()
    except (SecretMissing, VaultError) as error:
        reason = "vault" if isinstance(error, VaultError) else "no_secret"
        return _Broken(trouble=Trouble(outcome="login_lost", reason=reason, fault="ours"), said=str(error))
    except LoginError as error:
        return _Broken(trouble=lost(error), said=error.said)
    except PlaywrightError as error:
        return _Broken(trouble=_of_playwright(error, run, browser), said=_told(error, flow))
    except TimeoutError:
        return _Broken(trouble=Trouble(outcome="flow_failed", reason="flow_timeout", fault="ours"))
    except (
        Exception,
        SystemExit,
    ) as error:  # an office's flow may raise anything; the night goes on, and its captures say so
        reason = type(error).__name__.lower()[:60]
        return _Broken(trouble=Trouble(outcome="flow_failed", reason=reason, fault="ours"), said=_told(error, flow))
    finally:
        await run.close()
    return _NOT_CAPTURED


def _told(error: BaseException, flow: Flow) -> str:
    """Return the traceback; of a flow that logs in only the kind of error, since messages repeat what was typed."""
    if flow.login is not None:
        return type(error).__name__
    return "".join(traceback.format_exception(error))


def _of_playwright(error: PlaywrightError, run: Visit, browser: Browser) -> Trouble:
    if not browser.is_connected():
        return BROWSER_GONE
    if run.has_window and run.window.crashed:
        return CRASHED
    if isinstance(error, PlaywrightTimeout):
        return Trouble(outcome="flow_failed", reason="step_timeout", fault="ours")
    return of_error(error.message) or Trouble(outcome="flow_failed", reason="step", fault="ours")
