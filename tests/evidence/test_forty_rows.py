"""Forty ways a false accusation slips through, each with the scene in which it would, and what is said instead.

The numbers are those of the list the requirements come from. A scene is a hit but for the one thing its row is about. Row 37,
grey days and festival skins, is about comparing: comparing/test_epochs.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from collector import probes
from collector.asking import GUARDED
from collector.clock import SimulatedClock
from evidence import incidents
from evidence.indicator import discover
from evidence.model import ColumnReading, DateReading, Reading
from evidence.reading import FrameDom, PageInput, read
from evidence.ruleset import Exemption
from tests.evidence.indicators.signs_factory import (
    BAD,
    MISPRINT,
    UNANSWERED,
    fault,
    front,
    link_day,
    linking,
    page,
    probe_day,
    probed,
    scene,
)
from tests.evidence.indicators.test_account_duplicated import GOLDEN as DUPLICATED
from tests.evidence.indicators.tries_factory import account as persons
from tests.evidence.indicators.tries_factory import tried
from tests.evidence.judging_factory import (
    RULES,
    TODAY,
    Scene,
    T,
    blank_site,
    changed,
    column,
    gone_site,
    item,
    news,
    reading,
    register,
    sites,
    stale_account,
    stale_site,
    subject,
    unregistered_account,
    visit,
)
from tests.evidence.sheets import account

HOUR = timedelta(hours=1)
OLD = TODAY - timedelta(days=400)
STALE, BLANK, ACCOUNT = "columns_not_updated", "blank_columns", "account_not_updated"


def kind(name: Any, **fields: Any) -> ColumnReading:
    return ColumnReading(kind=name, because="", name="", class_="news", trail=(), level=1, **fields)


def seen_as(
    how: Any, items: tuple[Any, ...] = (), label: str = "c4", scene: Scene | None = None, **fields: Any
) -> Scene:
    """Return five stale (or given) columns of which one was seen as a column of some kind."""
    return (scene or stale_site(5)).seeing(label, visit(label, T - HOUR, reading(*items, column=kind(how, **fields))))


def with_one(label: str, *visits: Any) -> Scene:
    return stale_site(5).seeing(label, *visits)


def filed(target: str) -> Scene:
    rules = replace(RULES, exemptions=(Exemption(target=target, document="示范办〔2020〕9号"),))
    return replace(stale_site(5), rules=rules)


def policy_site(*printed: date) -> Scene:
    """Return five stale policy columns whose articles print these days of publication."""
    columns = [column(f"c{n}", "policy", 1) for n in range(5)]
    visits = []
    for one in columns:
        visits.append(visit(one.label, T - HOUR, reading(*(item(OLD, f"第{n}件") for n in range(4)))))
        for n, day in enumerate(printed, 1):
            shown = DateReading(kind="displayed", date=day, text="", certain=True)
            article = reading(page_kind="article", blank=False, published=shown, dates=(shown,))
            visits.append(visit(f"{one.label}/article-{n}", T - HOUR, article))
    return Scene(subject=subject(columns), visits=tuple(visits))


def emptied() -> Scene:
    """Return five blank columns of which one held something a year ago."""
    return blank_site(5).with_(news("c4", 400, T - timedelta(days=300)))


def parent(scene: Scene, *children: Any) -> Scene:
    """Return a scene whose last column is a parent of two children."""
    ledger = [column("k1", path="首页 > 栏目c4 > 子一"), column("k2", path="首页 > 栏目c4 > 子二")]
    own = [
        replace(one, path="首页 > 栏目c4", kind="parent") if one.label == "c4" else one
        for one in scene.subject.ledger.columns
    ]
    who = replace(scene.subject, ledger=replace(scene.subject.ledger, columns=(*own, *ledger)))
    return replace(seen_as("parent", scene=replace(scene, subject=who))).with_(*children)


def ascending() -> Scene:
    """Return stale columns of which one runs from old to new and goes on over pages."""
    rising = [item(OLD + timedelta(days=n), f"第{n}期") for n in range(8)]
    return seen_as("list", tuple(rising), paged=True)


def impostor() -> Scene:
    """Return an account of the name of a registered one, itself registered under its own number."""
    scene = unregistered_account()
    row = account("示范教育（旧名）", id="1000000001", unit="示范市教育局")
    return replace(scene, registers=(register(row),))


def future() -> Scene:
    """Return stale columns of which one is headed by an item of the year 2099."""
    items = (item(date(2099, 1, 1), "长期有效", pinned=True), item(OLD, "旧闻"), item(OLD - timedelta(days=9), "更旧"))
    return with_one("c4", visit("c4", T - HOUR, reading(*items)))


SCENES: dict[int, tuple[Callable[[], Scene], str, str, str]] = {
    1: (lambda: replace(stale_site(5), at=T + timedelta(hours=30)), STALE, "undecided", "末次完整访问"),
    2: (lambda: stale_site(5).with_(news("c4", 3, T + 5 * HOUR)), STALE, "undecided", "栏目c4"),
    3: (lambda: policy_site(OLD, OLD + timedelta(days=60), OLD), STALE, "undecided", "列表日期不是发布日期"),
    4: (lambda: stale_site(5).with_(news("c4", 4, T - timedelta(days=3))), STALE, "clear", "期限内有更新"),
    5: (lambda: stale_site(5).where("c4", duty=False, exemption="static"), STALE, "clear", "有4个"),
    6: (lambda: stale_site(4), STALE, "clear", "未达到"),
    7: (lambda: policy_site(OLD, OLD, OLD).where("c4", level=3), STALE, "clear", "级别"),
    8: (lambda: probed(probe_day(1, shared=9), probe_day(3, shared=9)), "site_unreachable", "undecided", "平台事件"),
    9: (lambda: probed(probe_day(1, guarded=25), probe_day(3, guarded=25)), "site_unreachable", "clear", ""),
    10: (
        lambda: probed(probe_day(1, ours=9, visits=16), probe_day(3, ours=9, visits=16)),
        "site_unreachable",
        "undecided",
        "",
    ),
    11: (
        lambda: with_one("c4", visit("c4", outcome="tls_unsupported_here", fault="ours", complete=False)),
        STALE,
        "undecided",
        "栏目c4",
    ),
    12: (
        lambda: stale_site(5).with_(news("c4", 3, T - HOUR / 2, purpose="second_look")),
        STALE,
        "clear",
        "期限内有更新",
    ),
    14: (lambda: with_one("c4", changed(news("c4"), complete=False)), STALE, "undecided", "栏目c4"),
    15: (lambda: seen_as("tabbed", (item(None, "甲"), item(None, "乙")), tabs=2), STALE, "undecided", "标签页"),
    16: (
        lambda: parent(blank_site(5), news("k1", 3), news("k2", 400)),
        BLANK,
        "clear",
        "",
    ),
    17: (lambda: seen_as("search", scene=blank_site(5)), BLANK, "undecided", "查询"),
    18: (emptied, BLANK, "clear", "曾"),
    19: (lambda: stale_account().seeing("posts"), ACCOUNT, "undecided", "public"),
    20: (ascending, STALE, "undecided", "栏目c4"),
    21: (
        lambda: stale_account().seeing("posts", visit("posts", read=reading(page_kind="error", blank=None))),
        ACCOUNT,
        "undecided",
        "出错",
    ),
    22: (lambda: stale_account().with_(news("videos", 2, coverage="partial")), ACCOUNT, "clear", "期限内有更新"),
    23: (lambda: stale_account().seeing("posts", news("posts", coverage="partial")), ACCOUNT, "undecided", ""),
    24: (impostor, "account_not_registered", "clear", ""),
    25: (
        lambda: replace(
            stale_account(),
            rules=replace(RULES, exemptions=(Exemption(target="shifan", document="关停备案表"),)),
        ),
        ACCOUNT,
        "clear",
        "关停备案表",
    ),
    27: (lambda: scene(page(wording=(replace(MISPRINT, source="picture"),))), "wording", "undecided", "误识"),
    28: (
        lambda: blank_site(5).seeing("c4", visit("c4", read=reading(blank=False, page_kind="other"))),
        BLANK,
        "clear",
        "有内容",
    ),
    29: (
        lambda: scene(page(letters=(replace(UNANSWERED, state=""),))),
        "letters_unanswered",
        "undecided",
        "不等于没有答复",
    ),
    30: (lambda: linking(front(1, 2), link_day(0, fault(1)), link_day(1)), "dead_links", "undecided", "须人工点开核对"),
    31: (
        lambda: probed(*(probe_day(n, aaaa=True, visits6=25, failed6=25, controlled6=False) for n in range(1, 8))),
        "ipv6_unsupported",
        "undecided",
        "没有同一分钟的IPv6对照",
    ),
    33: (future, STALE, "hit", ""),
    34: (lambda: filed("shifan"), STALE, "clear", "示范办〔2020〕9号"),
    35: (
        lambda: with_one("c4", visit("c4", read=reading(item(OLD), url="http://other.gov.cn/c4/"))).with_(
            visit("home", read=reading(item(TODAY), page_kind="home", url="http://a.gov.cn/"))
        ),
        STALE,
        "undecided",
        "",
    ),
}


@pytest.mark.parametrize("row", sorted(SCENES))
def test_the_one_thing_of_a_row_keeps_the_scene_from_accusing(row: int) -> None:
    made, indicator, expected, said = SCENES[row]
    found = made().finding(indicator)
    told = "".join((found.message, *found.missing, *found.for_the_unit, str(found.numbers)))
    assert found.state == expected, told
    assert said in told


@pytest.mark.parametrize(
    ("scene_", "indicator"),
    [
        (stale_site(5), STALE),
        (policy_site(OLD, OLD, OLD), STALE),
        (blank_site(5), BLANK),
        (stale_account(), ACCOUNT),
        (probed(probe_day(1, failed=5), probe_day(3, failed=4)), "site_unreachable"),
        (unregistered_account(), "account_not_registered"),
    ],
)
def test_without_its_one_thing_the_scene_is_a_hit(scene_: Scene, indicator: str) -> None:
    """So that none of the rows above passes for another reason."""
    assert scene_.state(indicator) == "hit"


def test_row_9_what_guards_answer_is_known() -> None:
    assert {403, 405, 412, 418, 429, 432, 503, 521} <= GUARDED


def test_row_13_what_a_carrier_puts_into_every_page_is_one_incident() -> None:
    found = scene(page(bad_links=(BAD,))).finding("foreign_links")
    after = incidents.shared([replace(found, target=name) for name in ("a", "b", "c")])
    assert {one.state for one in after} == {"undecided"}


def test_row_24_two_accounts_of_one_unit_are_a_finding_of_their_own_and_only_a_proposal() -> None:
    found = DUPLICATED.finding("account_duplicated")
    assert (found.state, found.effect) == ("hit", "proposal")
    assert impostor().finding("account_duplicated").state != "hit", "the same name may be the same account"


def test_row_26_comments_that_are_off_are_nothing_by_themselves() -> None:
    assert persons(tried("comment=absent")).state("account_interaction_missing") == "undecided"


def test_row_26_that_nobody_can_comment_is_never_more_than_a_proposal() -> None:
    about = [one for one in discover() if one.clause.startswith(("NV-3", "WV-5"))]
    assert about
    assert {RULES.of(one.name).effect for one in about} == {"proposal"}


def test_row_32_holidays_inside_the_window_are_printed() -> None:
    at = datetime.fromisoformat("2021-02-18T12:00:00+08:00")
    five = stale_site(5)
    shown = [news(one.label, 30, at - HOUR) for one in five.subject.ledger.columns]
    found = replace(five, at=at, visits=tuple(shown)).finding(STALE)
    assert "法定节假日" in "".join(found.for_the_unit)


def test_row_33_a_future_date_does_not_clear_either() -> None:
    fresh = reading(item(date(2099, 1, 1)), item(TODAY - timedelta(days=2)))
    assert with_one("c4", visit("c4", T - HOUR, fresh)).state(STALE) == "clear"


def dom(body: str) -> Reading:
    frame = FrameDom(n=0, url="http://a.test/", html=f"<html><head><title>t</title></head><body>{body}")
    return read(PageInput(url="http://a.test/", status=200, headers={}, frames=(frame,), layout=None), at=T)


def test_row_36_a_minority_language_is_no_garbled_text() -> None:
    rows = "".join(f"<li><a href='/{n}'>བོད་ལྗོངས་མི་དམངས་སྲིད་གཞུང་གི་གསལ་བསྒྲགས་ཨང་{n}</a><span>2020-12-{n:02}</span></li>" for n in range(1, 9))  # fmt: skip
    found = dom(f"<ul>{rows}</ul>")
    assert len(found.items) == 8
    assert not [note for note in found.notes if "乱码" in note]


def test_row_38_nobody_is_probed_at_night(tmp_path: Any) -> None:
    from collector.initialise import initialise
    from collector.workspace import Workspace
    from evidence.holdings import Holdings

    initialise(tmp_path)
    (tmp_path / "targets.yaml").write_text("- {id: a, name: 甲, kind: portal, url: 'http://127.0.0.1:1/'}\n", "utf-8")
    workspace = Workspace.open(tmp_path)
    night = SimulatedClock(datetime.fromisoformat("2021-01-04T02:00:00+08:00"))
    done = probes.probe(workspace, Holdings.open(workspace.store_path), clock=night)
    assert (done.attempts, done.waiting) == ({}, 1)


def test_row_39_an_element_in_a_fold_is_there() -> None:
    from evidence.reading.guides import ELEMENTS

    shown = "".join(f"<dl><dt>{words[0]}</dt><dd>有</dd></dl>" for words in [*ELEMENTS.values()][:5])
    fold = "".join(f"<dl><dt>{words[0]}</dt><dd>有</dd></dl>" for words in [*ELEMENTS.values()][5:])
    assert len(dom(f"<h1>办事指南</h1>{shown}<div style='display:none'>{fold}</div>").elements) == len(ELEMENTS)


def test_row_40_two_sites_of_one_name_are_told_apart_by_their_code() -> None:
    assert gone_site().state("site_registered_gone") == "hit"
    other = replace(gone_site(), registers=(sites(code="9999999999", url="http://www.other.gov.cn/"),))
    assert "hit" not in {one.state for one in other.judged().findings}
