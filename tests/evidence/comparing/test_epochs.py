"""A page that looks different through another browser, other fonts, grey days or a skin did not change; all else did."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw

from evidence.admit import admit
from evidence.cli import cli
from evidence.comparing import Comparison, compare
from evidence.comparing.drawing import CHANGED, NOISE
from evidence.errors import ReadingError
from evidence.holdings import Holdings
from evidence.model import Artifact, Record
from tests.evidence.comparing.laid import Part, part, snapshot, titles
from tests.evidence.factory import NOON, artifact, capture

WIDE, HIGH = 600, 700
LIST = "<ul>" + "".join(
    f'<li><a href="t{n}.html">示范县召开第{n}次工作推进会议</a><span>2020-12-{n:02}</span></li>'
    for n in range(20, 10, -1)
)
BROWSER = {"program": "chrome", "version": "141.0", "sha256": "aa", "viewport": [1280, 720]}
ENVIRONMENT = {"browser": BROWSER, "fonts": {"files": 40, "sha256": "ff"}, "tool": {"version": "0.1"}, "ocr": "5.3"}
RED, GREEN, SKY, WHITE = (200, 20, 20), (20, 150, 60), (30, 110, 200), (255, 255, 255)

Picture = np.ndarray


def scene(banner: Any = RED, ground: Any = WHITE, ink: Any = (20, 20, 20), emblem: Any = SKY) -> Picture:
    """Return the picture of a page: banner at the top, an emblem in the matter, lines of text."""
    image = Image.new("RGB", (WIDE, HIGH), ground)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDE - 1, 99), fill=banner)
    pen.rectangle((400, 200, 499, 259), fill=emblem)
    for n in range(10):
        pen.rectangle((20, 300 + 30 * n, 220 + 7 * n, 310 + 30 * n), fill=ink)
    return np.asarray(image)


def greyed(picture: Picture, amount: float = 1) -> Picture:
    """Return what the CSS filter grayscale() makes of a picture."""
    light = (picture @ np.array([0.2126, 0.7152, 0.0722]))[..., None]
    return np.rint(light + (1 - amount) * (picture - light)).astype(np.uint8)


def png(picture: Picture) -> bytes:
    held = BytesIO()
    Image.fromarray(picture).save(held, "PNG")
    return held.getvalue()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One look at the page; a test changes what it is about."""

    picture: Picture = field(default_factory=scene)
    html: str = LIST
    environment: Any = field(default_factory=lambda: ENVIRONMENT)
    layout: bytes = b""
    bodies: dict[str, bytes] = field(default_factory=dict)
    moving: tuple[tuple[int, int, int, int], ...] = ()


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path / "store")


def record(holdings: Holdings, n: int, shown: Shown) -> Record:
    put = holdings.store.put
    tile_box = (0, 0, shown.picture.shape[1], shown.picture.shape[0])
    page = f"<html><head><title>部门动态</title></head><body><div class='list'>{shown.html}</div></body></html>"
    artifacts: list[Artifact] = [
        artifact(put(png(shown.picture), "image/png"), "tile", box=tile_box),
        artifact(put(page.encode(), "text/html"), "dom", url="http://www.shifan.test/"),
    ]
    if shown.layout:
        artifacts.append(artifact(put(shown.layout, "application/json"), "layout"))
    artifacts += [
        artifact(put(data, "image/png"), "body", n=at, url=url) for at, (url, data) in enumerate(shown.bodies.items())
    ]
    environment = shown.environment if isinstance(shown.environment, bytes) else json.dumps(shown.environment).encode()
    taken = capture(
        holdings.store,
        key=f"R{n}/shifan/news/1",
        label="news",
        started=NOON + timedelta(hours=n),
        artifacts=tuple(artifacts),
        environment=put(environment, "application/json").sha256,
        moving=shown.moving,
    )
    return admit(taken, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


def compared(holdings: Holdings, earlier: Shown, later: Shown) -> Comparison:
    return compare(record(holdings, 0, earlier), record(holdings, 1, later), holdings=holdings)


def browser(**fields: Any) -> dict[str, Any]:
    return {**ENVIRONMENT, "browser": {**BROWSER, **fields}}


OTHER = scene(ink=(60, 60, 60), emblem=GREEN)
"""The same page, drawn by something else."""


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        (browser(version="150.0"), "浏览器版本（141.0 → 150.0）"),
        (browser(sha256="bb"), "浏览器程序"),
        (browser(viewport=[390, 844]), "窗口大小"),
        ({**ENVIRONMENT, "fonts": {"files": 41, "sha256": "ee"}}, "字体"),
    ],
)
def test_another_look_through_another_browser_or_other_fonts_is_an_epoch_and_no_change(
    holdings: Holdings, environment: dict[str, Any], said: str
) -> None:
    found = compared(holdings, Shown(), Shown(picture=OTHER, environment=environment))
    assert (found.state, found.plain()["epoch"]) == ("noise", "browser")
    assert said in found.plain()["epoch_reason"]
    assert said in found.sentence()
    assert "条目与文字均相同，画面不同不作为网站的变化" in found.sentence()
    assert "已知变动" not in found.sentence()
    assert found.pixels.regions, "where the pictures differ is told all the same"


@pytest.mark.parametrize(
    "environment",
    [
        ENVIRONMENT,
        {**ENVIRONMENT, "tool": {"version": "0.2"}},
        {**ENVIRONMENT, "ocr": "5.4"},
        {**ENVIRONMENT, "fonts": {"files": None, "sha256": None}},
        browser(sha256=None),
        browser(flags=["--a"]),
        {},
        [],
        {"browser": "test"},
    ],
)
def test_an_environment_that_shows_in_no_picture_or_is_not_known_explains_nothing(
    holdings: Holdings, environment: Any
) -> None:
    found = compared(holdings, Shown(), Shown(picture=OTHER, environment=environment))
    assert (found.state, found.epoch) == ("changed", None)
    assert found.plain()["epoch"] is None


def test_an_environment_that_cannot_be_read_is_named(holdings: Holdings) -> None:
    with pytest.raises(ReadingError, match="environment [0-9a-f]{64} is not JSON"):
        compared(holdings, Shown(), Shown(picture=OTHER, environment=b"{"))


EPOCHS: dict[str, Callable[..., Shown]] = {
    "browser": lambda **fields: Shown(picture=OTHER, environment=browser(version="150.0"), **fields),
    "theme": lambda **fields: Shown(picture=greyed(scene()), **fields),
}


@pytest.mark.parametrize("kind", EPOCHS)
@pytest.mark.parametrize(
    "html",
    [
        LIST.replace(
            "<ul>", '<ul><li><a href="t30.html">示范县召开年终总结会议部署工作</a><span>2020-12-30</span></li>'
        ),
        LIST.replace("第15次", "第50次"),
        LIST.replace("2020-12-15", "2020-12-10"),
        LIST.replace("t15.html", "t99.html"),
        LIST + "<p>网站维护中</p>",
        LIST + "<table><tr><th>名称</th><th>金额</th></tr><tr><td>甲</td><td>1</td></tr></table>",
        "<p>暂无内容</p>",
    ],
)
def test_no_epoch_hides_a_change_of_the_list_the_words_or_a_table(holdings: Holdings, kind: str, html: str) -> None:
    found = compared(holdings, Shown(), EPOCHS[kind](html=html))
    assert (found.state, found.epoch) == ("changed", None)


@pytest.mark.parametrize("kind", EPOCHS)
def test_a_page_without_words_is_not_known_to_be_equal_so_there_is_no_epoch(holdings: Holdings, kind: str) -> None:
    html = "<img src='a.png'>"
    assert compared(holdings, Shown(html=html), EPOCHS[kind](html=html)).state == "changed"


@pytest.mark.parametrize("kind", EPOCHS)
def test_a_masked_clock_does_not_stand_in_the_way_of_an_epoch(holdings: Holdings, kind: str) -> None:
    clocks = [LIST + f"<p>今天是2021年1月{day}日 星期一</p>" for day in (4, 5)]
    found = compared(holdings, Shown(html=clocks[0]), EPOCHS[kind](html=clocks[1]))
    assert found.plain()["epoch"] == kind
    assert [one.reason for one in found.text.noise] == ["时钟"]


def test_where_pictures_are_equal_another_browser_is_no_epoch(holdings: Holdings) -> None:
    found = compared(holdings, Shown(), Shown(environment=browser(version="150.0")))
    assert (found.state, found.epoch) == ("same", None)


@pytest.mark.parametrize("amount", [1, 0.95, 0.8])
def test_a_page_made_grey_is_a_theme_and_so_is_the_way_back(holdings: Holdings, amount: float) -> None:
    grey = Shown(picture=greyed(scene(), amount))
    found = compared(holdings, Shown(), grey)
    assert (found.state, found.plain()["epoch"]) == ("noise", "theme")
    assert "变为灰色（如哀悼日）" in found.sentence()
    back = compare(
        record(holdings, 2, grey),
        record(holdings, 3, Shown()),
        holdings=holdings,
    )
    assert back.plain()["epoch"] == "theme"
    assert "恢复为彩色" in back.sentence()


@pytest.mark.parametrize(
    "later",
    [
        greyed(scene(emblem=WHITE)),
        greyed(scene(ink=WHITE)),
        np.concatenate([greyed(scene())[:150], scene()[150:]]),
        np.concatenate([scene()[:150], greyed(scene())[150:]]),
        greyed(scene(), 0.5),
        greyed(scene())[:-20],
        255 - greyed(scene()),
        np.full_like(scene(), 128),
    ],
    ids=["emblem gone", "text gone", "top grey", "rest grey", "half grey", "shorter", "inverted", "one colour"],
)
def test_a_grey_page_that_also_changed_or_is_grey_in_part_is_a_change(holdings: Holdings, later: Picture) -> None:
    assert compared(holdings, Shown(), Shown(picture=later)).state == "changed"


def test_a_red_dot_on_a_grey_page_that_went_grey_is_a_change(holdings: Holdings) -> None:
    dotted = greyed(scene()).copy()
    dotted[650:656, 500:506] = RED
    assert compared(holdings, Shown(picture=dotted), Shown(picture=greyed(dotted))).state == "changed"


def test_what_moves_on_a_greyed_page_may_show_anything_and_what_stands_beside_it_may_not(holdings: Holdings) -> None:
    later = greyed(scene()).copy()
    later[500:540, 400:440] = 90
    moving = ((398, 498, 44, 44),)
    assert compared(holdings, Shown(), Shown(picture=later, moving=moving)).plain()["epoch"] == "theme"
    later[500:540, 450:460] = 90
    pair = [record(holdings, n, one) for n, one in ((2, Shown()), (3, Shown(picture=later, moving=moving)))]
    assert compare(pair[0], pair[1], holdings=holdings).state == "changed"


NEWS = tuple(f"示范县召开第{n}次工作推进会议部署重点任务" for n in range(10))
INK = "rgb(20, 20, 20)"


def dressed(
    banner: str = "banner.png",
    *,
    ground: str = "rgb(255, 255, 255)",
    ink: str = INK,
    emblem: str = "emblem.png",
    link: str | None = None,
    more: tuple[Part, ...] = (),
    row: dict[str, str] | None = None,
    rows: int = 300,
) -> bytes:
    """Return the layout of the page of `scene`."""
    picture = part("img", (0, 0, WIDE, 100), src=f"/{banner}")
    head = picture if link is None else part("a", (0, 0, WIDE, 100), picture, href=link)
    listed = titles(NEWS, 20, rows, 500)
    if row:
        listed["inside"][4]["inside"][0]["style"] = row
    body = part(
        "body",
        (0, 0, WIDE, HIGH),
        head,
        part("img", (400, 200, 100, 60), src=f"/{emblem}"),
        *more,
        listed,
        style={"background-color": ground, "color": ink},
    )
    return snapshot(body, title="部门动态")


BODIES = {
    f"http://www.shifan.test/{name}": name.encode()
    for name in ("banner.png", "spring.png", "emblem.png", "other.png", "photo.png")
}
PLAIN_SKIN = Shown(layout=dressed(), bodies=BODIES)


def skin(picture: Picture, layout: bytes, **fields: Any) -> Shown:
    return Shown(picture=picture, layout=layout, **{"bodies": BODIES, **fields})


SKINS = {
    "banner": skin(scene(banner=GREEN), dressed("spring.png")),
    "banner under its old address": skin(
        scene(banner=GREEN), dressed(), bodies={**BODIES, "http://www.shifan.test/banner.png": b"spring"}
    ),
    "ground": skin(scene(ground=(255, 240, 235)), dressed(ground="rgb(255, 240, 235)")),
    "ink": skin(scene(ink=(150, 0, 0)), dressed(ink="rgb(150, 0, 0)")),
    "all": skin(
        scene(banner=GREEN, ground=(255, 240, 235), ink=(150, 0, 0)),
        dressed("spring.png", ground="rgb(255, 240, 235)", ink="rgb(150, 0, 0)"),
    ),
}


@pytest.mark.parametrize("name", SKINS)
def test_a_page_that_put_on_another_skin_is_a_theme(holdings: Holdings, name: str) -> None:
    found = compared(holdings, PLAIN_SKIN, SKINS[name])
    assert (found.state, found.plain()["epoch"]) == ("noise", "theme"), found.sentence()
    assert "只换了颜色或横幅图片" in found.sentence()


SPRING = {"ground": "rgb(255, 240, 235)"}
SPRING_GROUND = (255, 240, 235)
CHANGES = {
    "a picture of the matter": skin(scene(emblem=GREEN), dressed(emblem="other.png")),
    "a picture of the matter in a new skin": skin(
        scene(ground=SPRING_GROUND, emblem=GREEN), dressed(emblem="other.png", **SPRING)
    ),
    "a picture of the matter under its old address in a new skin": skin(
        scene(ground=SPRING_GROUND, emblem=GREEN),
        dressed(**SPRING),
        bodies={**BODIES, "http://www.shifan.test/emblem.png": b"another"},
    ),
    "a picture that is not kept, in a new skin": skin(
        scene(ground=SPRING_GROUND, emblem=GREEN),
        dressed(emblem="lost.png", **SPRING),
    ),
    "a banner that leads into the matter": skin(scene(banner=GREEN), dressed("spring.png", link="/2021/t1.html")),
    "pixels no style explains": skin(scene(emblem=GREEN), dressed()),
    "pixels no style explains under a new banner": skin(scene(banner=GREEN, emblem=GREEN), dressed("spring.png")),
    "one title painted red": skin(scene(), dressed(row={"color": "rgb(255, 0, 0)"})),
    "text painted away": skin(scene(ink=WHITE), dressed(ink="rgb(255, 255, 255)")),
    "text made transparent in a new skin": skin(
        scene(ground=SPRING_GROUND, ink=SPRING_GROUND), dressed(row={"opacity": "0.01"}, **SPRING)
    ),
    "the list elsewhere in a new skin": skin(scene(ground=SPRING_GROUND), dressed(rows=310, **SPRING)),
    "an element more in a new skin": skin(
        scene(ground=SPRING_GROUND),
        dressed(more=(part("img", (520, 200, 60, 60), src="/photo.png"),), **SPRING),
    ),
    "a page of another height": skin(scene(ground=SPRING_GROUND)[:-20], dressed(**SPRING)),
    "no layout": Shown(picture=scene(ground=SPRING_GROUND)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_page_that_changed_more_than_its_skin_is_a_change(holdings: Holdings, name: str) -> None:
    earlier = PLAIN_SKIN
    if name == "a banner that leads into the matter":
        earlier = skin(scene(), dressed(link="/2021/t1.html"))
    if name == "a picture that is not kept, in a new skin":
        earlier = skin(scene(), dressed(emblem="lost.png"))
    later = CHANGES[name]
    if name == "one title painted red":
        painted = scene().copy()
        painted[420:431, 20:160] = (255, 0, 0)
        later = skin(painted, later.layout)
    found = compared(holdings, earlier, later)
    assert (found.state, found.epoch) == ("changed", None), found.sentence()


def test_a_banner_that_leads_home_is_a_banner(holdings: Holdings) -> None:
    pair = skin(scene(), dressed(link="/")), skin(scene(banner=GREEN), dressed("spring.png", link="/"))
    assert compared(holdings, pair[0], pair[1]).plain()["epoch"] == "theme"


def charted(ground: tuple[int, int, int], colour: tuple[int, int, int], chart: Part) -> Shown:
    """Return the page on a ground, with an element at its left that shows a colour."""
    picture = scene(ground=ground).copy()
    picture[150:210, 20:140] = colour
    return skin(picture, dressed(more=(chart,), ground=f"rgb{ground}"))


@pytest.mark.parametrize("tag", ["canvas", "video", "svg", "object", "iframe"])
def test_what_paints_by_itself_is_explained_by_no_skin(holdings: Holdings, tag: str) -> None:
    chart = part(tag, (20, 150, 120, 60))
    plain, spring, other = (
        record(holdings, n, charted(ground, colour, chart))
        for n, (ground, colour) in enumerate(((WHITE, SKY), (SPRING_GROUND, SKY), (SPRING_GROUND, GREEN)))
    )
    assert compare(plain, spring, holdings=holdings).plain()["epoch"] == "theme"
    assert compare(plain, other, holdings=holdings).state == "changed"


def test_a_card_whose_ground_is_another_picture_is_a_change(holdings: Holdings) -> None:
    def card(name: str) -> Part:
        return part("div", (20, 150, 120, 60), style={"background-image": f'url("http://www.shifan.test/{name}")'})

    plain, spring, other = (
        record(holdings, n, charted(ground, colour, card(name)))
        for n, (ground, colour, name) in enumerate(
            ((WHITE, SKY, "photo.png"), (SPRING_GROUND, SKY, "photo.png"), (SPRING_GROUND, GREEN, "other.png"))
        )
    )
    assert compare(plain, spring, holdings=holdings).plain()["epoch"] == "theme"
    assert compare(plain, other, holdings=holdings).state == "changed"


def test_the_command_names_the_epoch_and_its_drawing_paints_nothing_as_a_change(
    holdings: Holdings, tmp_path: Path
) -> None:
    pair, out = [record(holdings, 0, Shown()), record(holdings, 1, EPOCHS["browser"]())], tmp_path / "look.png"
    arguments = ["compare", "-w", str(tmp_path), "--json", "--picture", str(out), *(one.id for one in pair)]
    answer = json.loads(CliRunner().invoke(cli, arguments, obj=None).stdout)
    assert (answer["state"], answer["epoch"]) == ("noise", "browser")
    assert answer["picture"]["path"] == str(out)
    with Image.open(out) as image:
        shown = np.asarray(image)
    assert not (shown == CHANGED).all(axis=2).any()
    assert (shown == NOISE).all(axis=2).any()
