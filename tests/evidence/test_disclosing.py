"""A masked field of a reading is disclosed alone: value and salt fit the bundle's commitment, and nothing else does."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evidence import canonical, digest, plans, readings
from evidence.admit import admit
from evidence.bundle import write_bundle
from evidence.cli import cli
from evidence.disclosing import Disclosure
from evidence.dossier import gather
from evidence.holdings import Holdings
from evidence.house import House
from evidence.manifest import reading_path
from evidence.masking.committing import Salting, salts_of, unsalted
from evidence.model import Commitment, FlowRef, Reader, Reading, Record
from evidence.seal import Signer, make_office_key
from tests.evidence import bundles, factory
from tests.hostile import agreement

KEY = b"k" * 32
WRITERS = ("李雷雷", "韩梅梅")
NUMBERS = ("13800138000", "110101199003077758")


def page(night: int) -> str:
    rows = "".join(
        f"<tr><td>{n}</td><td>{who}</td><td>{number}</td><td>第{night}夜反映小区停电问题</td></tr>"
        for n, (who, number) in enumerate(zip(WRITERS, NUMBERS, strict=True), 1)
    )
    return (
        f"<!DOCTYPE html><html><head><title>{WRITERS[0]}的来信</title></head><body><h2>领导信箱</h2><table>"
        f"<tr><th>序号</th><th>来信人</th><th>联系电话</th><th>标题</th></tr>{rows}</table></body></html>"
    )


@dataclass(frozen=True)
class Office:
    """Two nights of a letter-box."""

    holdings: Holdings
    signer: Signer
    records: tuple[Record, ...]

    def bundle(self, out: Path, salting: Salting = lambda: salts_of(KEY)) -> Path:
        last = self.records[-1]
        read = {id: one for id, one in readings.readings(self.records, self.holdings).items() if one}
        assert len(read) == 2
        finding = factory.finding(last, at=last.capture.ended, as_of=last.capture.started)
        dossier = gather(finding, subject=last.capture.target, holdings=self.holdings, readings=read)
        return write_bundle([dossier], holdings=self.holdings, signer=self.signer, out=out, salting=salting).path

    def opener(self, salting: Salting = lambda: salts_of(KEY)) -> dict[str, Any]:
        return {"opener": lambda _: House(store=self.holdings.root, salting=salting)}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("letters")
    holdings = Holdings.open(folder / "store")
    found = []
    for n in (1, 2):
        at = factory.NOON + timedelta(days=n)
        plans.enter(holdings, f"N{n}", "scheduled", [("shifan", ("letters",))], at - timedelta(hours=1))
        flow = FlowRef(
            name="box", sha256=holdings.store.put(b"# box\n", "text/x-python").sha256, verified=None, private=()
        )
        taken = factory.capture(holdings.store, key=f"N{n}/shifan/letters/1", label="letters", started=at, flow=flow)
        blob = holdings.store.put(page(n).encode(), "text/html")
        dom = factory.artifact(blob, "dom", url="http://www.shifan.test/", taken=at)
        taken = replace(taken, artifacts=(dom,))
        found.append(admit(taken, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog))
    signer = Signer.load(*make_office_key(folder / "key", "示范市政务公开办"))
    return Office(holdings=holdings, signer=signer, records=tuple(found))


@pytest.fixture(scope="module")
def bundle(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return office.bundle(tmp_path_factory.mktemp("bundle") / "b.zip")


def reading_in(path: Path, record: Record) -> Reading:
    return Reading.load(canonical.decode(bundles.members(path)[reading_path(record.id)]))


def disclosed(office: Office, bundle: Path, record: Record, out: Path, *fields: str) -> Result:
    named = [word for one in fields for word in ("--field", one)]
    words = ["disclose", str(bundle), record.id, *named, "-o", str(out)]
    return CliRunner().invoke(cli, words, obj=office.opener())


def verified(bundle: Path, *files: Path) -> Result:
    return CliRunner().invoke(cli, ["verify", "--json", str(bundle), "--disclosed", *map(str, files)])


def test_masked_fields_are_bound_and_nothing_of_them_is_told(office: Office, bundle: Path) -> None:
    assert agreement.both_hold(bundle)
    read = reading_in(bundle, office.records[-1])
    assert "/title" in {one.path for one in read.withheld}
    assert len({one.commitment for one in read.withheld}) == len(read.withheld) > 2
    files = bundles.members(bundle)
    for secret in (*WRITERS, *NUMBERS):
        assert not [path for path, data in files.items() if secret.encode() in data]
        guesses = [secret.encode(), canonical.encode(secret), canonical.encode(f"{secret}的来信")]
        assert not {digest.sha256(guess) for guess in guesses} & {one.commitment for one in read.withheld}
    report = files["data/report/index.html"].decode()
    assert "加盐承诺" in report


def test_the_same_key_gives_the_same_bytes_and_another_other_commitments(
    office: Office, bundle: Path, tmp_path: Path
) -> None:
    again = office.bundle(tmp_path / "a.zip")
    assert bundles.payload(bundles.members(again)) == bundles.payload(bundles.members(bundle))
    other = office.bundle(tmp_path / "o.zip", lambda: salts_of(b"o" * 32))
    one, two = (reading_in(path, office.records[-1]).withheld for path in (bundle, other))
    assert [each.path for each in one] == [each.path for each in two]
    assert not {each.commitment for each in one} & {each.commitment for each in two}


def test_without_a_key_there_is_no_commitment_and_the_report_says_so(office: Office, tmp_path: Path) -> None:
    path = office.bundle(tmp_path / "b.zip", unsalted)
    assert agreement.both_hold(path)
    assert reading_in(path, office.records[-1]).withheld == ()
    assert "未附字段承诺" in bundles.members(path)["data/report/index.html"].decode()
    done = disclosed(office, path, office.records[-1], tmp_path / "d.json", "/title")
    assert done.exit_code == 1
    assert not (tmp_path / "d.json").exists()


def test_the_fields_are_listed_and_one_is_disclosed_alone(office: Office, bundle: Path, tmp_path: Path) -> None:
    record, out = office.records[-1], tmp_path / "d.json"
    listed = CliRunner().invoke(cli, ["disclose", str(bundle), record.id], obj=office.opener())
    assert listed.output.split() == [one.path for one in reading_in(bundle, record).withheld]
    done = disclosed(office, bundle, record, out, "/title")
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert WRITERS[1] not in out.read_text("utf-8"), "no other field is told"
    said = verified(bundle, out)
    assert said.exit_code == 0, said.output
    (field,) = json.loads(said.output)["disclosed"][0]["fields"]
    assert (field["path"], field["holds"]) == ("/title", True)
    assert f"{WRITERS[0]}的来信" in field["said"]
    plain = CliRunner().invoke(cli, ["verify", str(bundle), "--disclosed", str(out)])
    assert f"✓ 记录 {record.id} 读取结果的字段 /title" in plain.output


LIES: dict[str, tuple[dict[str, str], str]] = {
    "another value under the same mask": ({"value": "李四四的来信"}, "与包内承诺不符"),
    "a value that the mask does not fit": ({"value": WRITERS[0]}, "与遮盖后的文字对不上"),
    "another salt": ({"salt": "0" * 64}, "与包内承诺不符"),
    "no salt": ({"salt": ""}, "盐值不是规定的写法"),
    "a salt that runs into the value": ({"salt": "0" * 66}, "盐值不是规定的写法"),
    "an unknown field": ({"path": "/items/99/title"}, "包内没有对该字段的承诺"),
    "a field that is shown": ({"path": "/page_kind"}, "包内没有对该字段的承诺"),
    "no pointer": ({"path": "title"}, "包内没有对该字段的承诺"),
    "a record that is not there": ({"record": "0" * 64}, "包内没有该记录的读取结果"),
    "a way out of the bundle": ({"record": "../manifest"}, "包内没有该记录的读取结果"),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_was_not_masked_so_is_refused(office: Office, bundle: Path, tmp_path: Path, lie: str) -> None:
    changes, why = LIES[lie]
    good, bad = tmp_path / "d.json", tmp_path / "bad.json"
    assert disclosed(office, bundle, office.records[-1], good, "/title").exit_code == 0
    told = Disclosure.load(canonical.decode(good.read_bytes()))
    forged = replace(told, fields=(replace(told.fields[0], **changes),))
    bad.write_bytes(canonical.encode(forged.plain()))
    said = verified(bundle, bad)
    assert said.exit_code == 3
    (field,) = json.loads(said.output)["disclosed"][0]["fields"]
    assert field["holds"] is False
    assert why in field["said"]


def test_a_disclosure_of_another_nights_reading_is_refused(office: Office, bundle: Path, tmp_path: Path) -> None:
    """Both nights show the same title: the salt belongs to one record alone."""
    first, last = office.records
    assert disclosed(office, bundle, first, tmp_path / "d.json", "/title").exit_code == 0
    assert verified(bundle, tmp_path / "d.json").exit_code == 0
    told = Disclosure.load(canonical.decode((tmp_path / "d.json").read_bytes()))
    replayed = replace(told, fields=(replace(told.fields[0], record=last.id),))
    (tmp_path / "r.json").write_bytes(canonical.encode(replayed.plain()))
    assert verified(bundle, tmp_path / "r.json").exit_code == 3


def resealed(office: Office, bundle: Path, out: Path, change: Callable[[Reading], Reading]) -> Path:
    files, path = bundles.members(bundle), reading_path(office.records[-1].id)
    changed = change(Reading.load(canonical.decode(files[path])))
    return bundles.resealed({**files, path: canonical.encode(changed.plain())}, office.signer, out)


def test_an_office_that_bound_itself_twice_can_disclose_neither(office: Office, bundle: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "d.json", Commitment(path="/title", commitment="0" * 64)
    assert disclosed(office, bundle, office.records[-1], out, "/title").exit_code == 0
    twice = resealed(office, bundle, tmp_path / "f.zip", lambda one: replace(one, withheld=(*one.withheld, other)))
    said = verified(twice, out)
    assert said.exit_code == 3
    assert "2个承诺" in json.loads(said.output)["disclosed"][0]["fields"][0]["said"]


def test_a_file_that_is_no_disclosure_is_held_against_the_originals(bundle: Path, tmp_path: Path) -> None:
    for n, data in enumerate(
        (b"", b"{}", b'{"schema":"disclosure/1"}', b'{"fields":[],"schema":"disclosure/1"}', b"\xff")
    ):
        file = tmp_path / f"{n}.json"
        file.write_bytes(data)
        assert verified(bundle, file).exit_code == 3


def test_of_a_bundle_that_does_not_hold_nothing_is_disclosed(office: Office, bundle: Path, tmp_path: Path) -> None:
    out, damaged = tmp_path / "d.json", tmp_path / "b.zip"
    assert disclosed(office, bundle, office.records[-1], out, "/title").exit_code == 0
    for data in (bundle.read_bytes()[:-30], b"nothing"):
        damaged.write_bytes(data)
        assert verified(damaged, out).exit_code == 3


def test_a_field_that_is_not_hidden_or_another_key_makes_no_file(office: Office, bundle: Path, tmp_path: Path) -> None:
    out = tmp_path / "d.json"
    assert disclosed(office, bundle, office.records[-1], out, "/page_kind").exit_code == 1
    words = ["disclose", str(bundle), office.records[-1].id, "--field", "/title", "-o", str(out)]
    wrong = CliRunner().invoke(cli, words, obj=office.opener(lambda: salts_of(b"o" * 32)))
    assert wrong.exit_code == 1
    assert "密钥与封装时不同" in wrong.output
    assert not out.exists()
    assert CliRunner().invoke(cli, words[:3] + ["-o", str(out)], obj=office.opener()).exit_code == 2


def test_after_an_update_of_the_reader_what_was_bundled_before_can_still_be_disclosed(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = office.bundle(tmp_path / "b.zip")
    newer = Reader(name="evidence.reading", version="2", sha256="1" * 64)
    monkeypatch.setattr(readings, "this_reader", lambda words=None: newer)
    assert disclosed(office, bundle, office.records[-1], tmp_path / "d.json", "/title").exit_code == 0
    assert verified(bundle, tmp_path / "d.json").exit_code == 0
