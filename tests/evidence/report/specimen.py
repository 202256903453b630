"""A dossier with real pictures, made in memory: a county site with stale columns, captured twice."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from evidence.catalog import Row
from evidence.dossier import Dossier, Exhibit
from evidence.model import (
    Artifact,
    BlankColumn,
    Box,
    Capture,
    Check,
    ClockRef,
    ColumnRef,
    DateReading,
    Fact,
    Finding,
    FlowRef,
    ImageText,
    Item,
    Reader,
    Reading,
    Record,
    Redaction,
    Table,
    TargetRef,
    Vantage,
)

T = datetime(2021, 6, 29, 2, 0, tzinfo=UTC)
ZERO = "0" * 64
SITE = TargetRef(
    id="shifan",
    name="示范县人民政府网",
    kind="site",
    site_code="0000000001",
    unit="示范县人民政府办公室",
    url="http://www.shifan.test/",
)
COLUMNS = (
    ("bmdt", "部门动态", "news", None, "14d", date(2021, 5, 18)),
    ("xzdt", "乡镇动态", "news", None, "14d", date(2021, 6, 2)),
    ("tzgg", "通知公告", "notice", 1, "6m", date(2020, 11, 27)),
)


@dataclass(slots=True)
class Pictures:
    """Keeps drawn pictures by digest, as a bundle would."""

    held: dict[str, bytes] = field(default_factory=dict)

    def put(self, picture: Image.Image) -> str:
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        sha256 = hashlib.sha256(buffer.getvalue()).hexdigest()
        self.held[sha256] = buffer.getvalue()
        return sha256

    def href(self, sha256: str) -> str:
        return f"../artifacts/{sha256}.png"

    def save(self, folder: Path) -> None:
        (folder / "artifacts").mkdir(parents=True, exist_ok=True)
        for sha256, data in self.held.items():
            (folder / "artifacts" / f"{sha256}.png").write_bytes(data)


def artifact(sha256: str, *, role: str = "tile", n: int = 0, box: Box | None = None, **fields: Any) -> Artifact:
    body = {"frame": 0, "url": None, "taken": T, "media_type": "image/png", "size": 1, "sm3": ZERO, **fields}
    return Artifact(role=role, n=n, box=box, sha256=sha256, **body)  # type: ignore[arg-type]


def tiles(pictures: Pictures, height: int = 2400, step: int = 1000, ink: int = 0x1F4B7A) -> tuple[Artifact, ...]:
    """Draw a page in tiles: a head, rows with a rule each, a foot; the numbers on it are y coordinates."""
    page = Image.new("RGB", (1280, height), "white")
    draw = ImageDraw.Draw(page)
    colour = (ink >> 16, ink >> 8 & 255, ink & 255)
    draw.rectangle((0, 0, 1280, 180), fill=colour)
    draw.rectangle((60, 220, 300, height - 60), fill=(238, 242, 246))
    for y in range(240, height - 80, 40):
        draw.line((340, y + 30, 1220, y + 30), fill=(220, 224, 230))
        draw.rectangle((340, y + 6, 340 + 300 + (y * 7) % 340, y + 18), fill=(70, 80, 92))
        draw.text((1120, y + 4), f"y={y}", fill=(120, 130, 140), font_size=18)
    boxes = [(0, y, 1280, min(step, height - y)) for y in range(0, height, step)]
    cut = [(box, page.crop((0, box[1], 1280, box[1] + box[3]))) for box in boxes]
    return tuple(artifact(pictures.put(part), n=n, box=box) for n, (box, part) in enumerate(cut))


def capture(artifacts: tuple[Artifact, ...], **fields: Any) -> Capture:
    started = fields.pop("started", T - timedelta(minutes=19))
    body: dict[str, Any] = {
        "key": "r1/shifan/bmdt/1",
        "purpose": "scheduled",
        "target": SITE,
        "label": "bmdt",
        "column": ColumnRef(name="部门动态", class_="news", level=None, duty=True, ledger=None),
        "started": started,
        "ended": started + timedelta(seconds=6),
        "clock": ClockRef(source="system", offset_ms=12),
        "vantage": Vantage(egress="省政务云直连", address="192.0.2.10", resolver="192.0.2.53"),
        "requested_url": "http://www.shifan.test/bmdt/",
        "final_url": "http://www.shifan.test/bmdt/",
        "redirects": (),
        "outcome": "captured",
        "reason": None,
        "fault": "unknown",
        "coverage": "complete",
        "checks": (
            Check(name="status", scope="document", passed=True, detail="200"),
            Check(name="main answered", scope="main", passed=True, detail="3 of 3"),
            Check(name="other requests", scope="page", passed=False, detail="统计脚本未应答"),
        ),
        "moving": (),
        "artifacts": artifacts,
        "exchanges": ZERO,
        "times": ZERO,
        "environment": ZERO,
        "cleanliness": None,
        "flow": FlowRef(name="generic_portal", sha256=ZERO, verified=None),
        "redactions": (Redaction(kind="cookie", where="response header set-cookie", length=32),),
    }
    return Capture(**{**body, **fields})


def item(title: str, day: date, y: int, **fields: Any) -> Item:
    read = DateReading(kind="displayed", date=day, text=day.isoformat(), certain=True)
    return Item(**{"title": title, "href": "http://www.shifan.test/a.html", "date": day, "pinned": False,
                   "box": (340, y, 880, 34), "dated": read, **fields})  # fmt: skip


def reading(**fields: Any) -> Reading:
    body: dict[str, Any] = {
        "inputs": (ZERO,),
        "reader": Reader(name="evidence.reading", version="0.1.0", sha256=ZERO),
        "page_kind": "list",
        "title": "部门动态_示范县人民政府网",
        "items": (
            item("县水利局开展防汛演练", date(2021, 5, 18), 240),
            item("县教育局部署高考安全工作", date(2021, 5, 11), 280),
            item("县农业农村局推进春耕备耕", date(2021, 4, 20), 320, pinned=True),
        ),
        "newest": date(2021, 5, 18),
        "blank": False,
        "published": None,
        "hidden_links": (),
        "images": (),
        "tables": (),
        "identity": {},
        "notes": (),
        "main_box": (330, 220, 900, 1800),
    }
    return Reading(**{**body, **fields})


def row(n: int, **fields: Any) -> Row:
    started = T - timedelta(days=13 - n, minutes=19)
    body: dict[str, Any] = {
        "record": f"{n:064x}",
        "key": f"r{n}/shifan/bmdt/1",
        "target": "shifan",
        "label": "bmdt",
        "started": started,
        "ended": started + timedelta(seconds=6),
        "outcome": "captured",
        "reason": None,
        "fault": "unknown",
        "coverage": "complete",
        "complete": True,
        "purpose": "scheduled",
    }
    return Row(**{**body, **fields})


def fact(label: str, name: str, class_: str | None, level: int | None, limit: str | None, newest: date | None,
         **fields: Any) -> Fact:  # fmt: skip
    age = (date(2021, 6, 29) - newest).days if newest else None
    body: dict[str, Any] = {
        "target": "shifan", "label": label, "name": name, "class_": class_, "level": level, "path": f"首页 > {name}",
        "url": f"http://www.shifan.test/{label}/", "duty": True, "exemption": None, "newest": newest, "age_days": age,
        "blank": False, "stale": True, "limit": limit, "as_of": T - timedelta(minutes=19), "coverage": "complete",
        "complete": True, "record": None, "missing": (), "not_counted": None,
    }  # fmt: skip
    return Fact(**{**body, **fields})


def finding(exhibits: tuple[Exhibit, ...], **fields: Any) -> Finding:
    counted = [{"label": c[0], "name": c[1], "class": c[2], "level": c[3], "newest": c[5].isoformat(), "age_days": 42,
                "limit": c[4], "url": "http://www.shifan.test/", "record": ZERO} for c in COLUMNS]  # fmt: skip
    body: dict[str, Any] = {
        "id": "3f9a12c4" * 8,
        "indicator": "columns_not_updated",
        "clause": "WV-4.1",
        "scope": "site",
        "target": "shifan",
        "label": None,
        "at": T,
        "as_of": T - timedelta(minutes=19),
        "state": "hit",
        "message": "截至2021年6月29日10:00，示范县人民政府网有3个应更新栏目未按期更新，达到“累计超过（含）3个”的标准。",
        "numbers": {"count": 3, "limit": 3, "counted": counted,
                    "not_counted": [{"label": "djzt", "name": "党建专题", "because": "专题栏目，无定期更新要求"}]},
        "missing": (),
        "for_the_unit": ("“领导活动”6月20日曾见6月19日的信息，6月24日不再显示，已计入最新一条，故未列入。",
                         "6月22日未能访问系我方断网，未计。"),
        "against": ("“部门动态”最新一条2021-05-18，至检查时点42天，期限14天。",),
        "exhibits": tuple(exhibit.record.id for exhibit in exhibits),
        "readings": (),
        "rules": ZERO,
        "indicator_sha256": ZERO,
        "reviewers": 1,
        "second_look": "agrees",
    }  # fmt: skip
    return Finding(**{**body, **fields})


def exhibit(pictures: Pictures, **fields: Any) -> Exhibit:
    """The column page with its capture a week before, one visit lost on our side in between."""
    before = Record(capture=capture(tiles(pictures, 2300, ink=0x2B6A45), started=T - timedelta(days=7)), previous=None)
    record = Record(capture=capture(tiles(pictures)), previous=before.id)
    rows = tuple(row(n) for n in range(13))
    rows = (*rows[:6], replace(rows[6], outcome="unreachable", reason="dns", fault="ours", complete=False),
            replace(rows[7], complete=False), *rows[8:], row(13, record=record.id))  # fmt: skip
    environment = {"browser": {"name": "Chromium", "version": "150.0.1"}, "os": "Debian 12", "flags": ["--disable-gpu"]}
    body: dict[str, Any] = {"record": record, "reading": reading(), "earlier": before, "earlier_reading": reading(),
                            "rows": rows, "environment": environment}  # fmt: skip
    return Exhibit(**{**body, **fields})


def annex(pictures: Pictures) -> Exhibit:
    """A bulletin page whose annex is a picture of a table with a blank column."""
    page = Image.new("RGB", (900, 300), "white")
    draw = ImageDraw.Draw(page)
    for x in (20, 220, 520, 880):
        draw.line((x, 20, x, 280), fill="black", width=2)
    for y in (20, 80, 180, 280):
        draw.line((20, y, 880, y), fill="black", width=2)
    drawn = pictures.put(page)
    blank = BlankColumn(index=2, heading="整改情况", box=(520, 20, 360, 260))
    table = Table(source="picture", header=("序号", "网站", "整改情况"), rows=(("1", "甲", ""), ("2", "乙", "")),
                  blank_columns=(blank,), picture=drawn)  # fmt: skip
    text = ImageText(sha256=drawn, url=None, box=(340, 400, 900, 300), text="序号 网站 整改情况\n1 甲\n2 乙",
                     confidence=931, engine="tesseract 5.3.0", in_main=True)  # fmt: skip
    body = artifact(drawn, role="body", url="http://www.shifan.test/f.png")
    taken = capture((*tiles(pictures, 1400), body), label="tb", column=None, key="r1/shifan/tb/1")
    return Exhibit(
        record=Record(capture=taken, previous=None),
        reading=reading(page_kind="article", items=(), newest=None, images=(text,), tables=(table,),
                        published=DateReading(kind="displayed", date=date(2021, 6, 1), text="2021-06-01", certain=True)),
        earlier=None,
        earlier_reading=None,
        rows=(row(13, label="tb"),),
    )  # fmt: skip


def unreachable() -> Exhibit:
    """A visit that never got a picture."""
    lost = capture(
        (), label="tzgg", column=None, outcome="unreachable", reason="dns", checks=(), key="r1/shifan/tzgg/1"
    )
    return Exhibit(
        record=Record(capture=lost, previous=None), reading=None, earlier=None, earlier_reading=None, rows=()
    )


def dossier(pictures: Pictures, *exhibits: Exhibit, **fields: Any) -> Dossier:
    shown = exhibits or (exhibit(pictures),)
    facts = [fact(*column) for column in COLUMNS]
    facts[0] = replace(facts[0], record=shown[0].record.id)
    facts += [fact("djzt", "党建专题", "topic", None, None, date(2019, 3, 1), stale=False),
              fact("ldhd", "领导活动", "news", None, "14d", date(2021, 6, 19), stale=False),
              fact("zcwj", "政策文件", "policy", 1, "6m", None, stale=None, complete=False, missing=("完整的一次访问",))]  # fmt: skip
    return Dossier(finding=finding(shown, **fields), subject=SITE, exhibits=shown, facts=tuple(facts))
