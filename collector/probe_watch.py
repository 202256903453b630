"""Which sites were asked too seldom on days that are over: such a day concludes nothing on WV-2, and cannot be made up for.

The days are those since the night before, a week at most: what an earlier report said is not said again. A site counts from
the first day on which it was already known at midnight. An attempt that our own network spoiled is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from collector import probe_days
from collector.night import FewProbes
from collector.night_journal import NightJournal
from collector.workspace import Workspace
from evidence import availability
from evidence.columns import SITE_KINDS
from evidence.errors import EvidenceError
from evidence.holdings import Stacks
from evidence.ruleset import RuleSet
from evidence.span import SHANGHAI, local_day

WEEK = 7
KNOWN = timedelta(days=31)
"""Within this before a day a site has a record, if it is one of ours: every page is looked at weekly at least."""
INDICATOR = "site_unreachable"


def too_few(workspace: Workspace, stacks: Stacks, rules: RuleSet, journal: NightJournal) -> Iterator[FewProbes]:
    """Yield each site and day with fewer visits than the rule set wants; nothing where it has no such rule."""
    least = rules.of(INDICATOR).visits if INDICATOR in rules.rules else None
    if least is None:
        return
    days = tuple(_days(workspace, journal))
    for target in workspace.targets():
        if target.kind in SITE_KINDS and not target.by_hand:
            for day in days:
                if _known(stacks, target.id, day) and (made := visits(stacks, target.id, day)) < least:
                    yield FewProbes(target=target.id, day=day, visits=made, least=least)


def visits(stacks: Stacks, target: str, day: date) -> int:
    """Return how many visits of a site count on a day that is over: of its record, or of its file where it has none yet."""
    path = probe_days.of(stacks.root, target, day).path
    made = []
    if path.is_file():
        # read only: putting a damaged file aside is for the round of probes, which holds the lock
        whole, _ = availability.readable(availability.whole_lines(path.read_bytes()))
        made.append(sum(one.outcome != "ours" for one in whole))
    rows = stacks.rows(target, availability.LABEL, *_bounds(day))
    made += [_recorded(stacks, row.record) for row in rows if not row.quarantined]
    return max(made, default=0)


def _recorded(stacks: Stacks, record: str) -> int:
    try:
        probes = availability.reading(stacks.record(record), stacks.store).probes
    except EvidenceError:
        return 0  # a record that cannot be read concludes nothing either
    return probes.visits if probes else 0


def _days(workspace: Workspace, journal: NightJournal) -> Iterator[date]:
    """Yield the days from that of the night before up to the one before this night, a week at most."""
    today = local_day(journal.plan.at)
    earlier = (one for one in NightJournal.newest_first(workspace.root) if one.plan.night < journal.plan.night)
    before = next(islice(earlier, 1), None)
    if before is not None:
        first = max(local_day(before.plan.at), today - timedelta(days=WEEK))
        yield from (first + timedelta(days=n) for n in range((today - first).days))


def _known(stacks: Stacks, target: str, day: date) -> bool:
    """Tell whether there is a record of a site from the month before a day."""
    midnight, _ = _bounds(day)
    return bool(stacks.rows(target, since=midnight - KNOWN, until=midnight))


def _bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first and the last instant of a day in Asia/Shanghai."""
    midnight = datetime.combine(day, time(), SHANGHAI)
    return midnight, midnight + timedelta(days=1) - timedelta(microseconds=1)
