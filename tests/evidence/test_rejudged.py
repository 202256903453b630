"""A bundle's findings come out again from the bundle alone; a forged one does not; and what cannot be asked is said.

The forger is an insider: he holds the office's key and puts every list, digest, name and seal right (`bundles.resealed`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence import bundling, canonical, digest, plans, ruleset
from evidence.admit import admit
from evidence.columns import Subject
from evidence.grounds import Grounds
from evidence.holdings import Holdings
from evidence.house import House
from evidence.judge import judge_holdings
from evidence.manifest import finding_path, grounds_path, heading
from evidence.model import Finding, FlowRef, Reading, VerdictCheck
from evidence.reproduce import reproduced
from evidence.seal import Signer, make_office_key
from tests.evidence import bundles
from tests.evidence.bundles import Members
from tests.evidence.factory import NOON, artifact, capture, target
from tests.evidence.judging_factory import column, subject
from tests.hostile import agreement

URL = "http://www.shifan.test/"
RULES = ruleset.load()
SITE = subject([column(f"c{n}") for n in range(6)], url=URL)
ACCOUNT = subject([], id="weibo", kind="account", url="http://weibo.test/u/1", platform="weibo", unit=SITE.unit)
T = NOON + timedelta(hours=30)


def page(newest: date, title: str = "部门动态") -> str:
    days = [newest - timedelta(days=3 * n) for n in range(8)]
    rows = "".join(
        f'<li><a href="t{day:%Y%m%d}.html">示范县召开第{n}次工作推进会议部署重点任务</a><span>{day}</span></li>'
        for n, day in enumerate(days)
    )
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body>"
        f"<div class='position'>当前位置：<a href='/'>首页</a> &gt; {title}</div>"
        f"<div class='list'><h2>{title}</h2><ul>{rows}</ul></div></body></html>"
    )


EMPTY = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'><title>部门动态</title></head><body>"
    "<div class='position'>当前位置：<a href='/'>首页</a> &gt; 部门动态</div>"
    "<div class='list'><h2>部门动态</h2><ul></ul><p>暂无数据</p></div></body></html>"
)
ANNEX = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'><title>公示</title></head><body><h1>关于项目资金安排的公示</h1>"
    "<p>发布时间：2021-01-02</p><div class='content'><p>现将项目资金安排情况公示如下，请社会各界监督，欢迎提出意见。</p><table>"
    "<tr><th>序号</th><th>项目名称</th><th>资金</th><th>责任单位</th></tr>"
    + "".join(f"<tr><td>{n}</td><td>项目{n}</td><td></td><td>单位{n}</td></tr>" for n in range(1, 7))
    + "</table></div></body></html>"
)


@dataclass(frozen=True)
class Office:
    """An office with its key; every night is planned."""

    house: House
    holdings: Holdings
    signer: Signer

    def night(self, run: str, who: Subject, pages: dict[str, str], **fields: Any) -> None:
        started = fields.get("started", NOON)
        plans.enter(self.holdings, run, "scheduled", [(who.id, tuple(pages))], started - timedelta(hours=1))
        for n, (label, html) in enumerate(pages.items()):
            taken_at = started + timedelta(minutes=n)
            url = who.url if label == "home" else f"{who.url}{label}/"
            dom = artifact(self.holdings.store.put(html.encode(), "text/html"), "dom", url=url, taken=taken_at)
            named = target(id=who.id, name=who.name, kind=who.kind, unit=who.unit, url=who.url)
            given = {"label": label, "target": named, "requested_url": url, "final_url": url, "artifacts": (dom,)}
            taken = capture(
                self.holdings.store, key=f"{run}/{who.id}/{label}/1", **{**given, **fields, "started": taken_at}
            )
            admit(taken, store=self.holdings.store, ledger=self.holdings.ledger, catalog=self.holdings.catalog)

    def judged(self, indicator: str, **fields: Any) -> Finding:
        given = {"at": T, "rules": RULES, **fields}
        found = judge_holdings(self.holdings, list(self.house.subjects()), **given).findings
        return next(one for one in found if one.indicator == indicator and one.exhibits)

    def bundle(self, finding: Finding, out: Path) -> Path:
        return bundling.bundle(self.house, [finding.id], out).path


def office(folder: Path, *who: Subject) -> Office:
    signer = Signer.load(*make_office_key(folder / "key", "示范市政务公开办"))
    house = House(store=folder / "store", subjects=lambda: who, signing=lambda: signer)
    return Office(house=house, holdings=house.holdings(), signer=signer)


def two_nights(folder: Path, pages: dict[str, str], who: Subject = SITE) -> Office:
    made = office(folder, who)
    made.night("N1", who, pages)
    made.night("N2", who, pages, started=NOON + timedelta(hours=24))
    return made


def stale(folder: Path) -> Office:
    """Its labels were visited in another order than that of their names, and each page is another."""
    new = page(date(2021, 1, 2), "首页")
    olds = {f"c{n}": page(date(2020, 11, 2), f"动态{n}") for n in (3, 0, 4, 2, 1)}
    return two_nights(folder, {"home": new, **olds, "c5": page(date(2021, 1, 3))})


def home(folder: Path) -> Office:
    made, still = office(folder, SITE), page(date(2020, 11, 2), "首页")
    for n in range(17):
        made.night(f"N{n}", SITE, {"home": still}, started=NOON - timedelta(days=15 - n))
    return made


KINDS: dict[str, tuple[str, str, Callable[[Path], Office]]] = {
    "stale columns": ("columns_not_updated", "hit", stale),
    "blank columns": (
        "blank_columns",
        "hit",
        lambda folder: two_nights(folder, {"home": page(date(2021, 1, 2)), **{f"c{n}": EMPTY for n in range(6)}}),
    ),
    "home not updated": ("home_not_updated", "hit", home),
    "annex": (
        "annex_blank_column",
        "hit",
        lambda folder: two_nights(folder, {"home": page(date(2021, 1, 2)), "c0": ANNEX}),
    ),
    "account": (
        "account_not_updated",
        "hit",
        lambda folder: two_nights(folder, {"posts": page(date(2020, 5, 2), "全部")}, ACCOUNT),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_ordinary_kinds_come_out_again(tmp_path: Path, kind: str) -> None:
    indicator, state, scene = KINDS[kind]
    made = scene(tmp_path)
    found = made.judged(indicator)
    assert found.state == state, found.message
    path = made.bundle(found, tmp_path / "b.zip")
    assert agreement.both_hold(path, None)
    check = reproduced(path)
    assert check.passed is True, check.detail
    assert "1 个问题由包内材料重新判定，结论一致" in check.detail


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, Finding, Path]:
    """An office, its finding on a blank column of a table, and the bundle."""
    folder = tmp_path_factory.mktemp("office")
    one = KINDS["annex"][2](folder)
    found = one.judged("annex_blank_column")
    return one, found, one.bundle(found, folder / "b.zip")


Made = tuple[Office, Finding, Path]
Change = Callable[[Finding], Finding]


def forged(made: Made, out: Path, change: Change, files: Callable[[Members], Members] = dict) -> VerdictCheck:
    """Return what is said of the bundle with its finding changed by an insider; the verdict itself sees nothing."""
    one, found, path = made
    inside = files(bundles.members(path))
    lie = change(found)
    inside = {name: data for name, data in inside.items() if digest.of_value(found.plain()) not in name}
    inside[finding_path(found.id)] = canonical.encode(lie.plain())
    told = bundles.resealed(
        inside, one.signer, out, describe=lambda manifest: replace(manifest, findings=(heading(lie),))
    )
    assert agreement.both_hold(told), "only judging again can see it"
    return reproduced(told)


def grounds_changed(made: Made, change: Callable[[Grounds], Grounds]) -> Callable[[Members], Members]:
    path = grounds_path(made[1].id)
    return lambda files: {
        **files,
        path: canonical.encode(change(Grounds.load(canonical.decode(files[path]))).plain()),
    }


def same(finding: Finding) -> Finding:
    return finding


LIES: dict[str, tuple[Change, str]] = {
    "the answer flipped": (lambda one: replace(one, state="clear"), "state（clear，重新判定为hit）"),
    "the number raised": (
        lambda one: replace(one, numbers={**one.numbers, "count": 7}),
        "numbers.count（7，重新判定为1）",
    ),
    "a number added": (lambda one: replace(one, numbers={**one.numbers, "more": None}), "numbers.more"),
    "another sentence": (lambda one: replace(one, message=f"{one.message}情节严重。"), "message"),
    "what speaks for the unit added": (lambda one: replace(one, for_the_unit=("已报备",)), "for_the_unit"),
    "a reason to leave it open taken out": (lambda one: replace(one, missing=("缺",)), "missing"),
    "fewer records": (lambda one: replace(one, exhibits=one.exhibits[:1]), "exhibits"),
    "a second look that was not": (lambda one: replace(one, second_look="not needed"), "second_look"),
    "no person to look at it": (lambda one: replace(one, reviewers=0), "reviewers"),
    "weightier": (lambda one: replace(one, effect="veto"), "effect"),
    "other readings": (lambda one: replace(one, readings=(digest.EMPTY,)), "readings"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_forged_finding_is_seen_and_the_field_is_named(made: Made, tmp_path: Path, lie: str) -> None:
    change, named = LIES[lie]
    check = forged(made, tmp_path / "f.zip", change)
    assert check.passed is False, check.detail
    assert named in check.detail


def test_looks_that_are_not_those_of_the_records_are_seen(made: Made, tmp_path: Path) -> None:
    later = timedelta(hours=1)

    def moved(one: Grounds) -> Grounds:
        first, *others = one.looks
        return replace(one, looks=(replace(first, row=replace(first.row, ended=first.row.ended + later)), *others))

    check = forged(made, tmp_path / "f.zip", same, grounds_changed(made, moved))
    assert check.passed is False
    assert "所计的访问与记录" in check.detail


def test_a_record_that_was_passed_over_is_seen_by_the_chain(made: Made, tmp_path: Path) -> None:
    def fewer(one: Grounds) -> Grounds:
        first = min(one.looks, key=lambda look: look.row.started)
        label = [look for look in one.looks if look.row.label == first.row.label]
        return replace(one, looks=tuple(look for look in one.looks if look is not label[0]))

    check = forged(made, tmp_path / "f.zip", same, grounds_changed(made, fewer))
    assert check.passed is False
    assert "漏计了记录" in check.detail


def test_a_record_before_t_that_came_into_the_ledger_late_leaves_it_open(tmp_path: Path) -> None:
    """It was not weighed, and need not have been; nobody can tell from outside, so nothing is said."""
    one = KINDS["annex"][2](tmp_path)
    found = one.judged("annex_blank_column")
    one.night("N3", SITE, {"home": page(date(2021, 1, 2))}, started=NOON + timedelta(hours=25))
    check = reproduced(one.bundle(found, tmp_path / "b.zip"))
    assert check.passed is None
    assert "判定时没有计入" in check.detail


def test_readings_that_are_not_the_ones_weighed_are_seen(made: Made, tmp_path: Path) -> None:
    def other(files: Members) -> Members:
        path = next(name for name in files if name.startswith("data/grounds/readings/"))
        read = Reading.load(canonical.decode(files[path]))
        return {**files, path: canonical.encode(replace(read, title="别的").plain())}

    check = forged(made, tmp_path / "f.zip", same, other)
    assert check.passed is False
    assert "判定所计的读取结果不是" in check.detail


def test_a_reading_that_is_not_brought_leaves_it_open(made: Made, tmp_path: Path) -> None:
    def without(files: Members) -> Members:
        return {name: data for name, data in files.items() if not name.startswith("data/grounds/readings/")}

    check = forged(made, tmp_path / "f.zip", same, without)
    assert check.passed is None
    assert "包内没有记录" in check.detail
    closed = grounds_changed(
        made, lambda one: replace(one, looks=tuple(replace(look, opened=False, reading=None) for look in one.looks))
    )
    assert forged(made, tmp_path / "g.zip", same, closed).passed is None


def test_other_editions_say_nothing_even_of_a_lie(made: Made, tmp_path: Path) -> None:
    def flipped(one: Finding) -> Finding:
        return replace(one, state="clear", indicator_sha256="0" * 64)

    check = forged(made, tmp_path / "f.zip", flipped)
    assert check.passed is None
    assert "指标程序版本不同" in check.detail
    edition = grounds_changed(made, lambda one: replace(one, edition="0" * 64))
    check = forged(made, tmp_path / "g.zip", lambda one: replace(one, state="clear"), edition)
    assert check.passed is None
    assert "判定程序版本不同" in check.detail
    foreign = forged(made, tmp_path / "h.zip", lambda one: replace(one, indicator="our_own"))
    assert foreign.passed is None
    assert "本机没有这个指标" in foreign.detail


def test_the_indicator_shown_must_be_the_one_cited_and_is_never_run(made: Made, tmp_path: Path) -> None:
    ran = tmp_path / "ran"

    def other(files: Members) -> Members:
        path = "data/sources/indicator-annex_blank_column.py"
        assert path in files
        return {**files, path: f"open({str(ran)!r}, 'w')\n".encode()}

    check = forged(made, tmp_path / "f.zip", same, other)
    assert check.passed is False
    assert "指标源文" in check.detail
    assert not ran.exists()


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9)) for n in range(20)
)


@pytest.mark.parametrize("text", [b"edition: national-2019\n", BOMB, b"&a [*a]", b"\xff", b"[" * 5000, b""])
def test_rules_that_are_not_those_cited_are_said(made: Made, tmp_path: Path, text: bytes) -> None:
    check = forged(
        made, tmp_path / "f.zip", same, lambda files: {**files, "data/sources/rules-national-2019.yaml": text}
    )
    assert check.passed is not True
    assert "规则" in check.detail or "无法读取" in check.detail


def test_grounds_of_another_target_or_finding_are_refused(made: Made, tmp_path: Path) -> None:
    def elsewhere(one: Grounds) -> Grounds:
        assert one.whom is not None
        return replace(one, whom=replace(one.whom, id="other"))

    assert forged(made, tmp_path / "f.zip", same, grounds_changed(made, elsewhere)).passed is False
    renamed = grounds_changed(made, lambda one: replace(one, finding="0" * 64))
    assert forged(made, tmp_path / "g.zip", same, renamed).passed is False
    broken = {grounds_path(made[1].id): canonical.encode({"schema": "grounds/1", "finding": 3})}
    assert forged(made, tmp_path / "h.zip", same, lambda files: {**files, **broken}).passed is False


@pytest.mark.parametrize("at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_a_time_that_breaks_the_calendar_is_an_answer(made: Made, tmp_path: Path, at: datetime) -> None:
    """The one is before the rules were in force, of the other no day in China is known: code for honest days raises."""
    check = forged(made, tmp_path / "f.zip", lambda one: replace(one, at=at, as_of=None))
    assert check.passed is False
    assert "不能由包内材料重新判定" in check.detail


def test_the_bundle_of_the_same_finding_has_the_same_bytes(made: Made, tmp_path: Path) -> None:
    one, found, path = made
    again = bundles.members(one.bundle(found, tmp_path / "again.zip"))
    assert bundles.payload(again) == bundles.payload(bundles.members(path))


def test_nights_that_came_after_the_judgement_are_not_weighed(tmp_path: Path) -> None:
    one = KINDS["annex"][2](tmp_path)
    found = one.judged("annex_blank_column")
    one.night(
        "N3", SITE, {"home": page(date(2021, 1, 2)), "c0": page(date(2021, 1, 6))}, started=NOON + timedelta(days=2)
    )
    path = one.bundle(found, tmp_path / "b.zip")
    assert agreement.both_hold(path)
    assert reproduced(path).passed is True
    grounds = Grounds.load(canonical.decode(bundles.members(path)[grounds_path(found.id)]))
    assert not [look for look in grounds.looks if look.row.key.startswith("N3")]


def test_what_cannot_be_judged_again_says_why(tmp_path: Path) -> None:
    one = KINDS["annex"][2](tmp_path)
    found = one.judged("annex_blank_column")
    gone = replace(one, house=replace(one.house, subjects=tuple))
    check = reproduced(gone.bundle(found, tmp_path / "b.zip"))
    assert check.passed is None
    assert "对象清单已没有该对象" in check.detail
    other = replace(SITE, name="改了名的县")
    renamed = replace(one, house=replace(one.house, subjects=lambda: (other,)))
    check = reproduced(renamed.bundle(found, tmp_path / "c.zip"))
    assert check.passed is None
    assert "message 与原判定不同" in check.detail


def test_where_readings_are_masked_agreement_is_said_and_a_difference_never_is(tmp_path: Path) -> None:
    """What is masked may be what the judgement turned on; so of a lie nothing is said, but neither that it came out again."""
    one = office(tmp_path, SITE)
    flow = FlowRef(name="box", sha256=one.holdings.store.put(b"#", "text/x-python").sha256, verified=None, private=())
    beside = ANNEX.replace("项目名称", "联系人").replace(
        "项目1", "李雷雷"
    )  # the heading of the blank column is masked with it
    apart = ANNEX.replace("责任单位", "联系人").replace("单位1", "李雷雷")
    for n in (1, 2):
        pages = {"home": page(date(2021, 1, 2)), "c0": apart, "c1": beside}
        one.night(f"N{n}", SITE, pages, started=NOON + timedelta(hours=24 * (n - 1)), flow=flow)
    found = one.judged("annex_blank_column")
    assert found.label == "c0"
    other = next(
        each for each in one.holdings.derived.findings() if (each.indicator, each.label) == (found.indicator, "c1")
    )
    check = reproduced(one.bundle(other, tmp_path / "o.zip"))
    assert check.passed is None
    assert "仅凭遮盖后的内容重新判定" in check.detail
    path = one.bundle(found, tmp_path / "b.zip")
    assert not [name for name, data in bundles.members(path).items() if "李雷雷".encode() in data]
    check = reproduced(path)
    assert check.passed is None, "the originals of its readings stay in the house"
    assert "1 个问题由包内材料重新判定，结论一致" in check.detail
    check = forged((one, found, path), tmp_path / "f.zip", lambda one: replace(one, state="clear"))
    assert check.passed is None
    assert "个人信息已遮盖，与原判定不同之处（state" in check.detail
    assert "结论一致" not in check.detail
