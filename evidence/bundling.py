"""From finding ids to a sealed bundle: gathers what each finding rests on, and the source texts that made it."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from evidence import human, indicator, judgements, purged, ruleset
from evidence.bundle import BundleResult, write_bundle
from evidence.contents import Reply
from evidence.dossier import Dossier, gather, records_of
from evidence.errors import BundleError
from evidence.grounding import ground
from evidence.holdings import Holdings
from evidence.house import House
from evidence.model import Finding, TargetRef
from evidence.readings import readings

SHOWN = timedelta(days=366)
"""How long before T a bundle shows the whole series: the longest limit of a column is a year."""


def bundle(house: House, ids: Sequence[str], out: Path, *, by: str | None = None) -> BundleResult:
    """Write the findings whose ids begin so, with all they rest on, to `out`; `by` is who bundles.

    Where the office has no key and certificate, or no time-stamp or SM2 signature was to be had that it demands, the bundle
    is UNSEALED and its name says so (law 8). Raises NotFound for an unknown finding, BundleError where the findings do not belong in one bundle, SealError for a key that is there
    but cannot be used.
    """
    holdings = house.holdings()
    found = [holdings.derived.finding(holdings.derived.full_id(id)) for id in ids]
    return _bundle(house, holdings, found, out, by=by)


def bundle_finding(house: House, finding: Finding, out: Path, reply: Reply) -> BundleResult:
    """Write the answer to an objection against a finding, with all that the finding rests on; raises as `bundle` does."""
    return _bundle(house, house.holdings(), [finding], out, reply=reply)


def _bundle(
    house: House,
    holdings: Holdings,
    findings: Sequence[Finding],
    out: Path,
    *,
    by: str | None = None,
    reply: Reply | None = None,
) -> BundleResult:
    for finding in findings:
        for record in records_of(finding, holdings):
            if gone := purged.refusal(holdings, record):
                raise BundleError(gone)
    if house.replay:
        house.replay(holdings, [record for finding in findings for record in records_of(finding, holdings)])
    since = min(finding.at for finding in findings) - SHOWN
    salting = functools.cache(house.salting)
    subjects = {subject.id: subject for subject in house.subjects()}
    dossiers = [
        replace(
            _dossier(finding, holdings, house.jobs),
            grounded=ground(
                finding,
                subjects.get(finding.target),
                holdings=holdings,
                rules=ruleset.cited(finding.rules, house.rules_dir),
                since=since,
                indicators_dir=house.indicators_dir,
                salting=salting,
            ),
        )
        for finding in findings
    ]
    return write_bundle(
        dossiers,
        holdings=holdings,
        signer=house.signing(),
        authority=house.authority,
        second=house.second,
        out=out,
        sources=dict(_sources(findings, house, holdings)),
        by=by,
        office=house.office,
        since=since,
        reply=reply,
        salting=salting,
    )


def _dossier(finding: Finding, holdings: Holdings, jobs: int) -> Dossier:
    shown = records_of(finding, holdings)
    if not shown:
        raise BundleError(f"the finding {finding.id} has no exhibit: {finding.message}")
    read = {id: reading for id, reading in readings(shown, holdings, jobs=jobs).items() if reading}
    return gather(
        finding,
        subject=_subject(finding, holdings),
        holdings=holdings,
        facts=judgements.facts_of(holdings, finding.target),
        readings=read,
    )


def _subject(finding: Finding, holdings: Holdings) -> TargetRef:
    """Return the target as it stood when it was looked at, not as the list has it today."""
    return holdings.record(finding.exhibits[0]).capture.target


def _sources(findings: Sequence[Finding], house: House, holdings: Holdings) -> Iterator[tuple[str, bytes]]:
    indicators = {one.sha256: one for one in indicator.discover(house.indicators_dir)}
    for name, path in (("bad_links", house.bad_links), ("wording", house.wording)):
        if path is not None:
            yield f"words-{name}.txt", path.read_bytes()
    for finding in findings:
        if used := indicators.get(finding.indicator_sha256):
            yield f"indicator-{used.name}.py", used.source
        if rules := ruleset.cited(finding.rules, house.rules_dir):
            yield from (
                (f"rules-{name}.yaml", data) for name, data in ruleset.sources(rules.edition, house.rules_dir).items()
            )
        handed_in = (one.record for one in human.of_finding(holdings, finding))
        shown = (holdings.record(id) for id in finding.exhibits if id not in holdings.ledger.purged)
        for record in (*shown, *handed_in):
            flow = record.capture.flow
            yield f"flow-{flow.name}.py", holdings.store.read(flow.sha256)
