"""A person's ruling on an objection, and the sealed answer that goes back to the unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from evidence import bundling, canonical, casebook
from evidence.bundle import BundleResult
from evidence.case_event import Step
from evidence.citation import Answer, Cited
from evidence.contents import Reply
from evidence.disputes import letter, sheet
from evidence.disputes.opening import Dispute, find
from evidence.disputes.sheet import Sheet
from evidence.errors import DisputeError
from evidence.holdings import Holdings
from evidence.house import House


def rule(
    house: House, holdings: Holdings, dispute: Dispute, step: Step, *, why: str, by: str, second: str, now: datetime
) -> Dispute:
    """Take a ruling into the casebook and return the dispute as ruled; on the disk when this returns.

    It rests on the last sheet that was made for the objection. Raises DisputeError where there is none, CaseError for a
    ruling without reason or second person, or a second one.
    """
    found = sheet.kept(holdings, dispute.contested)
    if dispute.ruling is None and found is None:
        raise DisputeError(f"异议{dispute.number}还没有核对：先运行 quzheng dispute answer {dispute.number}")
    if not second.strip():
        raise DisputeError("裁定须有复核人：用 --second 写明另一人")
    casebook.take(
        holdings,
        dispute.finding,
        step,
        by=by,
        second=second,
        now=now,
        rules=house.cases,
        reason=why,
        papers=(found.id,) if found else (),
    )
    return find(holdings, dispute.number)


def seal(house: House, dispute: Dispute, out: Path) -> BundleResult:
    """Write the sealed answer to `out`; the same dispute always gives the same answer.

    Raises DisputeError where nobody has ruled yet, and what `evidence.bundling.bundle` raises.
    """
    ruling = dispute.ruling
    if ruling is None:
        raise DisputeError(f"异议{dispute.number}还没有裁定：先运行 quzheng dispute rule {dispute.number}")
    holdings = house.holdings()
    found = _sheet(holdings, ruling.papers)
    if found.original is None:
        raise DisputeError(f"异议{dispute.number}的裁定没有写明所答复的证据包")
    answer = Answer(
        number=dispute.number,
        finding=dispute.finding.id,
        cites=Cited(bundle=found.original.bundle, manifest=found.original.manifest),
        contested=dispute.contested.plain(),
        ruling=ruling.plain(),
        sheet=found.plain(),
    )
    reply = Reply(
        answer=answer,
        letter=letter.letter(dispute, found, ruling, house.cases.remedy),
        records=tuple(holdings.record(id) for id in found.seen_now),
    )
    return bundling.bundle_finding(house, dispute.finding, out, reply)


def _sheet(holdings: Holdings, papers: tuple[str, ...]) -> Sheet:

    for sha256 in papers:
        body = canonical.decode(holdings.store.read(sha256))
        if isinstance(body, Mapping) and body.get("schema") == sheet.SCHEMA:
            return Sheet.load(body)
    raise DisputeError("裁定所依据的核对情况不在台账中：请核对存储（quzheng store check）")
