"""Later passes: what failed for the moment is tried again at the end of the run, each try a record of its own.

What a site decided (403, 404), a lost log-in or a broken flow is not tried again: it would be no better, and a locked
account or a blocked address is worse than a lost page. A challenge is tried once more; where it stands again, it is a
block, which is let be.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from collector.executor import Job
from evidence.model import Capture

PASSING = ("dns", "refused", "reset", "closed", "route", "offline", "network_changed", "proxy")
"""Reasons of `unreachable` that may be over in a while."""
TWICE = 2
"""Tries in all of what does not answer, which costs the whole time of a page, and of a challenge, which should not be pressed."""
_LATER = re.compile(r"http_(429|5(?!01|05|21)\d\d)")
"""Too many requests, and faults of a server; not 501 and 505 (it never will), nor 521 (a firewall's riddle)."""

Last = Mapping[tuple[str, str], tuple[int, str, str | None]]
"""By target and label: the last attempt, its outcome and its reason."""


def tries(outcome: str, reason: str | None, most: int) -> int:
    """Return how often a page that ended so is tried in all, at most `most` times.

    >>> tries("unreachable", "refused", 3), tries("timeout", "timeout", 3), tries("blocked", "http_403", 3)
    (3, 2, 1)
    """
    if outcome in ("timeout", "challenge"):
        return min(TWICE, most)
    passing = outcome == "unreachable" and reason in PASSING
    later = outcome in ("http_error", "blocked") and _LATER.fullmatch(reason or "") is not None
    return most if passing or later or outcome == "crashed" else 1


def again(jobs: Iterable[Job], last: Last, most: int) -> tuple[Job, ...]:
    """Return what of `jobs` is to be tried once more, after their `last` attempts."""
    found = []
    for job in jobs:
        attempts: dict[int, list[str]] = defaultdict(list)
        for label in job.labels:
            attempt, outcome, reason = last.get((job.target.id, label), (0, "captured", None))
            if attempt < tries(outcome, reason, most):
                attempts[attempt + 1].append(label)
        found += [replace(job, labels=tuple(labels), attempt=n) for n, labels in sorted(attempts.items())]
    return tuple(found)


def standing(capture: Capture) -> tuple[int, str, str | None]:
    """Return attempt, outcome and reason of a capture."""
    return int(capture.key.rpartition("/")[2]), capture.outcome, capture.reason
