"""What quzheng.yaml says of the nights: what is due how often, when we may ask, who is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """After how many days what was captured whole is due again; 0: every night, even the second of a day."""

    home: int = 1
    """Home pages."""
    news: int = 1
    """Columns that owe something new within a month (动态要闻)."""
    column: int = 7
    """All other columns."""
    account: int = 2
    """Accounts; one that is cleared for the next T, as seldom as a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """A time in which nothing is asked (静默), or a target or host is not (维护): days, instants, or hours of every day."""

    from_: str | date
    """A day, an instant with its offset in quotes, or an hour such as "12:00", every day; all in Asia/Shanghai."""
    to: str | date
    """The last day, or the instant or hour at which it ends."""
    why: str
    host: str = ""
    """Only this host and those below it."""
    target: str = ""
    """Only this target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Who is told of a night, beside its report."""

    when: str = "incomplete"
    """incomplete, or always."""
    command: tuple[str, ...] = ()
    """A program with its arguments; the summary is on its standard input."""
    webhook: str = ""
    """An address the summary is posted to; better as the secret NIGHTLY WEBHOOK."""
    seconds: int = 10
    """After which we wait no longer for either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightlySettings:
    """How the nights go."""

    from_: str = "08:30"
    """The window in which pages are asked for, in Asia/Shanghai: waking hours, not those in which sites are served."""
    to: str = "18:00"
    days_off: bool = True
    """Whether on days off only what is due daily is looked at."""
    every: Every = field(default_factory=Every)
    next_t: str = ""
    """The next reference time T (检查时点), an instant with its offset; empty: none is set."""
    run_up: int = 3
    """Days before T in which everything is looked at daily."""
    silent: tuple[Quiet, ...] = ()
    maintenance: tuple[Quiet, ...] = ()
    page_seconds: int = 8
    """What a page is reckoned to take where we have not measured its host."""
    page_bytes: int = 150_000
    """What a page is reckoned to add to the store where no night has told."""
    least_captured: int = 500
    """Per mille of the pages of a night that must be captured, or our own network is doubted and the night is incomplete."""
    compare_minutes: int = 60
    """Given to comparing pages with their captures before; what is left then is said to be left."""
    overdue_hours: int = 36
    """After which without a complete night doctor complains."""
    lock_minutes: int = 15
    """Without a sign of life from another machine, after which its lock is taken over."""
    register_days: int = 31
    """After which a registry's export is old."""
    log_days: int = 400
    """How long logs are kept; never less than six months."""
    syslog: str = ""
    """Where logs go too: udp://host:514, or the path of a socket."""
    alerts: Alerts = field(default_factory=Alerts)
