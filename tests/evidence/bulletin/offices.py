"""An office in a folder: registers as imported, targets, records, and one judgement at T, so that a period can be frozen."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from evidence import casebook, judgements
from evidence.bulletin import freezing
from evidence.bulletin.book import Book
from evidence.case_event import Step
from evidence.casebook import CaseRules
from evidence.columns import ColumnLedger, Subject
from evidence.holdings import Holdings
from evidence.house import House
from evidence.judgements import Judgement
from evidence.model import Artifact, Finding, TargetRef
from evidence.office import Office
from evidence.registers import archive
from evidence.seal import Signer, make_office_key
from tests.evidence import factory
from tests.evidence.bundles import admitted
from tests.evidence.judging_factory import NATIONAL
from tests.evidence.sheets import xlsx

T = factory.NOON + timedelta(hours=1)
"""2021-01-04T13:00:00+08:00, a Monday."""
NOW = datetime(2021, 1, 5, 2, 0, tzinfo=UTC)
SITE_HEADS = ("网站名称", "网站标识码", "首页网址", "主办单位", "所属地区", "网站类型", "运行状态")
ACCOUNT_HEADS = ("账号名称", "平台类型", "平台ID", "认证主体", "主办单位", "所属地区", "状态")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """One site or account, and what the judgement says of it."""

    id: str
    kind: str = "site"
    name: str = ""
    place: str = "甲县"
    group: str = "部门网站"
    registered: str = "正常运行"
    findings: tuple[dict[str, Any], ...] = ({"state": "clear"},)
    """Fields of each finding; none: it was never judged."""
    listed: bool = True
    """Whether our own list has it."""
    tiles: tuple[bytes, ...] = ()
    """PNGs of its page, from top to bottom; none: one of a single pixel."""

    @property
    def said(self) -> str:
        """Its name."""
        return self.name or f"网站{self.id}"

    @property
    def unit(self) -> str:
        """Its unit."""
        return f"{self.place}人民政府办公室"

    @property
    def code(self) -> str:
        """Site code or platform id."""
        return f"{abs(hash_of(self.id)):010d}"

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{self.id}.test/"

    @property
    def subject(self) -> Subject:
        """The target."""
        account = self.kind == "account"
        return Subject(
            id=self.id,
            name=self.said,
            kind=self.kind,
            site_code=None if account else self.code,
            unit=self.unit,
            url=self.url,
            platform="weibo" if account else None,
            jurisdiction=None,
            ledger=ColumnLedger(target=self.id, columns=()),
            platform_id=self.code if account else None,
            certified_as=self.unit if account else None,
        )

    @property
    def row(self) -> tuple[str, ...]:
        """Its row in the register."""
        if self.kind == "account":
            return (self.said, "微博", self.code, self.unit, self.unit, self.place, self.registered)
        return (self.said, self.code, self.url, self.unit, self.place, self.group, self.registered)


def hash_of(text: str) -> int:
    """Return a number of ten digits for a text, the same each time."""
    return int.from_bytes(text.encode()[-8:].rjust(8, b"a"), "big") % 10**10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bureau:
    """The office and those it inspects."""

    folder: Path
    house: House
    holdings: Holdings
    certificate: Path | None
    inspected: tuple[Inspected, ...]
    findings: dict[str, tuple[Finding, ...]] = field(default_factory=dict)

    def freeze(self, name: str = "2021Q1", **fields: Any) -> Book:
        """Freeze a period over all of it."""
        asked = freezing.Asked(
            **{
                "name": name,
                "since": date(2020, 12, 1),
                "until": date(2021, 1, 4),
                "at": T,
                "frame": ("国家",),
                "by": "张三",
                **{key: fields.pop(key) for key in list(fields) if key not in ("now", "rules", "registers")},
            }
        )
        given: dict[str, Any] = {"now": NOW, "rules": NATIONAL, "registers": archive.kept(self.holdings), **fields}
        return freezing.freeze(self.holdings, asked, subjects=self.house.subjects(), **given)

    def step(self, finding: Finding, *steps: Step, by: Sequence[str] = ("张三", "李四"), **fields: Any) -> None:
        """Take steps of a case ten days apart; a confirmation by as many persons as it takes."""
        for n, step in enumerate(steps):
            persons = by[: max(1, finding.reviewers)] if step == "confirmed" else by[:1]
            for person in persons:
                begun = fields.get("now", NOW)
                given: dict[str, Any] = {"reason": "核对无误", **fields, "now": begun + timedelta(days=10 * n)}
                casebook.take(self.holdings, finding, step, by=person, rules=CaseRules(), **given)


def bureau(folder: Path, inspected: Sequence[Inspected], *, sealed: bool = True) -> Bureau:
    """Return an office whose register "国家" has everybody, judged at T by the national rules."""
    holdings = Holdings.open(folder / "store")
    for kind, heads in (("site", SITE_HEADS), ("account", ACCOUNT_HEADS)):
        rows = [one.row for one in inspected if (one.kind == "account") == (kind == "account")]
        if rows:
            file = folder / f"{kind}s.xlsx"
            file.write_bytes(xlsx(heads, *rows))
            stated = archive.Fetched(by="张三", fetched=T - timedelta(days=3), whole=True, name="国家")
            archive.keep(holdings, archive.read_files([file], stated), now=T - timedelta(days=2))
    found = {one.id: _judged(holdings, one) for one in inspected if one.listed and one.findings}
    key, certificate = make_office_key(folder / "key", "示范市政务公开办") if sealed else (None, None)
    house = House(
        store=folder / "store",
        subjects=lambda: tuple(one.subject for one in inspected if one.listed),
        signing=lambda: Signer.load(key, certificate) if key and certificate else None,
        office=Office(name="示范市人民政府办公室", contact="0000-0000000"),
    )
    return Bureau(
        folder=folder,
        house=house,
        holdings=holdings,
        certificate=certificate,
        inspected=tuple(inspected),
        findings=found,
    )


def _tiles(holdings: Holdings, pictures: Sequence[bytes]) -> Iterator[Artifact]:
    top = 0
    for n, data in enumerate(pictures):
        with Image.open(io.BytesIO(data)) as shown:
            width, height = shown.size
        blob = holdings.store.put(data, "image/png")
        yield factory.artifact(blob, "tile", n=n, box=(0, top, width, height))
        top += height


def _judged(holdings: Holdings, one: Inspected) -> tuple[Finding, ...]:
    who = TargetRef(
        id=one.id, name=one.said, kind=one.kind, site_code=one.subject.site_code, unit=one.unit, url=one.url
    )
    given: dict[str, Any] = {"target": who, "label": "home", "html": f"<p>{one.said}</p>"}
    if one.tiles:
        given["artifacts"] = tuple(_tiles(holdings, one.tiles))
    record = admitted(holdings, f"N1/{one.id}/home/1", **given)
    findings = tuple(
        replace(
            factory.finding(
                record,
                **{
                    "at": T,
                    "target": one.id,
                    "clause": "WV-4.1",
                    "indicator": f"columns_not_updated_{n}" if n else "columns_not_updated",
                    "message": f"截至2021年1月4日13:00，{one.said}有6个应更新栏目未按期更新",
                    "second_look": "agrees",
                    "reviewers": 1,
                    "rules": NATIONAL.sha256,
                    **fields,
                },
            )
        )
        for n, fields in enumerate(one.findings)
    )
    judgements.keep(holdings, one.id, T, NATIONAL, Judgement(facts=(), findings=findings))
    return findings
