"""What a finding or a record shows, for a page: the report's own parts, with pictures at the desk's addresses.

Nothing is read here that was not read before: a captured page is parsed by the programs that judge, never by the one that
serves people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from evidence import judgements, report
from evidence.columns import Subject
from evidence.dossier import gather, records_of
from evidence.errors import NotFound
from evidence.holdings import Holdings
from evidence.model import Finding, Record, TargetRef
from evidence.readings import kept


def of_finding(holdings: Holdings, finding: Finding, subject: Subject | None) -> dict[str, Any]:
    """Return what the report's macros show of a finding; raises NotFound where a record it cites is not in the ledger."""
    shown = records_of(finding, holdings)
    dossier = gather(
        finding,
        subject=_target(shown, finding, subject),
        holdings=holdings,
        facts=judgements.facts_of(holdings, finding.target),
        readings=kept(shown, holdings),
    )
    return report.shown(dossier, href=pictures([*shown, *(one.record for one in dossier.human)]))


def pictures(records: Iterable[Record]) -> Callable[[str], str]:
    """Return what gives the address of an artifact of these records by its digest; raises NotFound for one of none."""
    named = ((record.id, record) for record in records)  # an id is a digest over the whole record: once each
    places = {artifact.sha256: id for id, record in named for artifact in record.capture.artifacts}

    def href(sha256: str) -> str:
        if sha256 not in places:
            raise NotFound(sha256)
        return f"/records/{places[sha256]}/pictures/{sha256}"

    return href


def _target(shown: tuple[Record, ...], finding: Finding, subject: Subject | None) -> TargetRef:
    """Return the target as it stood when it was looked at; of one never seen, as the list has it, or by its id alone."""
    if shown:
        return shown[0].capture.target
    if subject is None:
        return TargetRef(id=finding.target, name=finding.target, kind="", site_code=None, unit=None, url="")
    return TargetRef(
        id=subject.id,
        name=subject.name,
        kind=subject.kind,
        site_code=subject.site_code,
        unit=subject.unit,
        url=subject.url,
    )
