"""The report in a real browser, opened from a file: nothing captured runs, pictures stand without a seam."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page

from collector import browser
from evidence.dossier import Dossier
from evidence.model import ColumnRef, Record, Vantage
from evidence.report import render
from evidence.report.exhibit import Difference
from tests.evidence.report.specimen import SITE, Pictures, annex, artifact, capture, dossier, exhibit, reading

PAYLOADS = (
    "<script>window.ran = 1</script>",
    "</script></style></title></textarea><script>window.ran = 1</script>",
    "\"><img src=x onerror='window.ran = 1'>",
    "' onmouseover=window.ran=1 autofocus onfocus=window.ran=1 x='",
    "<svg onload=window.ran=1><animate onbegin=window.ran=1 attributeName=x dur=1s>",
    "{{ 7 * 7 }}{% raw %}<iframe srcdoc='<script>parent.ran = 1</script>'></iframe>",
    "javascript:window.ran=1//",
    "data:text/html,<script>window.ran=1</script>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:1/'><base href=http://127.0.0.1:1/>",
    "<link rel=stylesheet href=http://127.0.0.1:1/x.css><form action=http://127.0.0.1:1/><button autofocus>",
    "\x00<\x00s\x00cript>window.ran=1\ud800\u202e\u2066\u200b\ufeff\U000e0041",
    "--><!--><script>window.ran=1</script><![CDATA[",
)
HOSTILE = "".join(PAYLOADS)


@dataclass(slots=True)
class Watched:
    """A page with what it tried."""

    page: Page
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def look(
    given: Dossier,
    pictures: Pictures,
    folder: Path,
    see: Callable[[Watched], Awaitable[None]],
    differences: Mapping[str, Difference] | None = None,
    **context: Any,
) -> None:
    """Write the report as a bundle would hold it, open it from the file, and let `see` look."""
    pictures.save(folder)
    (folder / "report").mkdir(exist_ok=True)
    for name, data in render(given, href=pictures.href, differences=differences).items():
        (folder / "report" / name).write_bytes(data)

    async def visit() -> None:
        async with browser.start(browser.find()) as chromium:
            page = await chromium.new_page(viewport={"width": 1280, "height": 900}, **context)
            watched = Watched(page=page)
            page.on("dialog", lambda dialog: watched.dialogs.append(dialog.message))
            page.on("pageerror", lambda error: watched.errors.append(str(error)))
            page.on("console", lambda message: watched.errors.append(message.text))
            page.on("request", lambda request: watched.requests.append(request.url))
            await page.goto((folder / "report" / "index.html").as_uri())
            await see(watched)

    asyncio.run(visit())


async def load_pictures(page: Page) -> None:
    await page.evaluate(
        """async () => {
            for (const image of document.images) image.loading = "eager";
            await Promise.all([...document.images].map((image) => image.decode()));
        }"""
    )


def hostile_dossier(pictures: Pictures) -> Dossier:
    """Every text that can come from a page, a target or an office's own indicator, full of attacks."""
    shown = annex(pictures)
    read = shown.reading
    assert read is not None
    table = replace(read.tables[0], header=(HOSTILE,) * 3, rows=((HOSTILE,) * 3,), caption=HOSTILE)
    first = reading().items[0]
    assert first.dated is not None
    items = tuple(
        replace(first, title=one, href=one, dated=replace(first.dated, text=one, how=one)) for one in PAYLOADS
    )
    read = replace(
        read,
        title=HOSTILE,
        items=items,
        images=(replace(read.images[0], text=HOSTILE, url=HOSTILE, engine=HOSTILE),),
        tables=(table,),
        notes=(HOSTILE,),
        page_kind=HOSTILE,
        reader=replace(read.reader, name=HOSTILE),
    )
    caught = shown.record.capture
    caught = replace(
        caught,
        requested_url=PAYLOADS[6],
        final_url=HOSTILE,
        redirects=PAYLOADS,
        label=HOSTILE,
        reason=HOSTILE,
        column=ColumnRef(name=HOSTILE, class_=HOSTILE, level=1, duty=True, ledger=None),
        vantage=Vantage(egress=HOSTILE, address=HOSTILE, resolver=HOSTILE),
        checks=tuple(replace(check, name=HOSTILE, detail=HOSTILE) for check in caught.checks),
        flow=replace(caught.flow, name=HOSTILE),
        redactions=tuple(replace(gone, kind=HOSTILE, where=HOSTILE) for gone in caught.redactions),
    )
    row = replace(shown.rows[0], reason=HOSTILE, outcome=HOSTILE)
    shown = replace(
        shown,
        reading=read,
        rows=(row,),
        environment={"browser": HOSTILE, HOSTILE: [HOSTILE]},
        cleanliness={"checks": [{"name": HOSTILE, "passed": False, "detail": HOSTILE}], "premises": {"place": HOSTILE}},
    )
    # a record with a lone surrogate has no canonical form, so no id: the real record keeps that character out
    speakable = _clean(caught)
    given = dossier(pictures, replace(shown, record=Record(capture=speakable, previous=None)))
    facts = tuple(replace(fact, name=HOSTILE, path=HOSTILE, missing=(HOSTILE,)) for fact in given.facts)
    accused = replace(given.finding, message=HOSTILE, missing=PAYLOADS, for_the_unit=PAYLOADS, against=PAYLOADS,
                      clause=HOSTILE, indicator=HOSTILE,
                      numbers={"counted": [{"label": HOSTILE, "name": HOSTILE, "newest": HOSTILE, "limit": HOSTILE}],
                               "not_counted": [{"label": "djzt", "because": HOSTILE}], HOSTILE: HOSTILE})  # fmt: skip
    named = replace(SITE, name=HOSTILE, unit=HOSTILE, site_code=HOSTILE, url=PAYLOADS[6])
    return replace(given, finding=accused, facts=facts, subject=named)


def _clean(value: Any) -> Any:
    """Return a capture with lone surrogates taken out of all its texts."""
    if isinstance(value, str):
        return value.replace("\ud800", "")
    if isinstance(value, tuple):
        return tuple(_clean(inner) for inner in value)
    if hasattr(value, "__dataclass_fields__"):
        return replace(value, **{name: _clean(getattr(value, name)) for name in value.__dataclass_fields__})
    return value


def test_nothing_captured_runs_is_requested_or_becomes_a_link(tmp_path: Path) -> None:
    pictures = Pictures()

    async def see(watched: Watched) -> None:
        page = watched.page
        await load_pictures(page)
        await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
        for element in await page.locator("bdi").all():
            await element.dispatch_event("mouseover")
        assert await page.evaluate("window.ran") is None
        assert (watched.dialogs, watched.errors) == ([], [])
        allowed = {(tmp_path / "report" / "index.html").as_uri()}
        allowed |= {(tmp_path / "artifacts" / f"{sha256}.png").as_uri() for sha256 in pictures.held}
        assert set(watched.requests) <= allowed
        found = await page.evaluate(
            """() => ({
                scripts: document.scripts.length, styles: document.querySelectorAll("style, link").length,
                strange: document.querySelectorAll("iframe, object, embed, form, base, textarea, animate").length,
                handlers: [...document.querySelectorAll("*")].flatMap((e) => e.getAttributeNames())
                    .filter((n) => n.startsWith("on") || n === "style" || n === "autofocus"),
                links: [...document.links].map((a) => a.getAttribute("href")).filter((h) => !h.startsWith("#e")),
                pictures: [...document.images].map((i) => i.getAttribute("src")).filter((s) => !s.startsWith("../artifacts/")),
            })"""
        )
        assert found == {"scripts": 1, "styles": 1, "strange": 0, "handlers": [], "links": [], "pictures": []}
        assert "⟦U+202E⟧" in await page.inner_text("body")

    look(hostile_dossier(pictures), pictures, tmp_path, see)


def test_the_policy_would_stop_what_slipped_through(tmp_path: Path) -> None:
    pictures = Pictures()

    async def see(watched: Watched) -> None:
        await watched.page.evaluate(
            """(address) => {
                const script = document.createElement("script");
                script.textContent = "window.ran = 1";
                document.body.append(script);
                document.body.insertAdjacentHTML("beforeend", "<p onclick='window.ran = 1' id=probe>x</p>");
                document.getElementById("probe").click();
                const image = new Image();
                image.src = address;
                document.body.append(image);
            }""",
            address,
        )
        assert await watched.page.evaluate("window.ran") is None
        assert sum("Content Security Policy" in error for error in watched.errors) >= 2
        with pytest.raises(BlockingIOError):
            listener.accept()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/x.png"
        look(dossier(pictures), pictures, tmp_path, see)


def test_without_javascript_both_captures_stand_side_by_side(tmp_path: Path) -> None:
    pictures = Pictures()

    async def see(watched: Watched) -> None:
        page = watched.page
        earlier = await page.locator(".earlier .stage").bounding_box()
        later = await page.locator(".later .stage").bounding_box()
        assert earlier and later
        assert earlier["y"] == later["y"]
        assert earlier["x"] + earlier["width"] <= later["x"]
        assert not await page.locator(".slide").is_visible()

    look(dossier(pictures), pictures, tmp_path, see, java_script_enabled=False)


def test_the_slider_lays_the_later_capture_over_the_earlier(tmp_path: Path) -> None:
    pictures = Pictures()

    async def see(watched: Watched) -> None:
        page = watched.page
        await load_pictures(page)
        await page.click(".slide button")
        await page.locator(".slide input").fill("25")
        clip = await page.locator(".later").evaluate("(pane) => getComputedStyle(pane).clipPath")
        assert "25%" in clip
        await page.evaluate("for (const box of document.querySelectorAll('.stage, .panes')) box.scrollTop = 0")
        shot = Image.open(io.BytesIO(await page.locator(".panes").screenshot())).convert("RGB")
        left, right = shot.getpixel((shot.width // 8, 12)), shot.getpixel((shot.width * 3 // 4, 12))
        assert (left, right) == ((0x2B, 0x6A, 0x45), (0x1F, 0x4B, 0x7A))
        assert watched.errors == []

    look(dossier(pictures), pictures, tmp_path, see)


def differing(given: Dossier, folder: Path, height: int = 2400) -> Mapping[str, Difference]:
    """Put a difference picture beside the report, red where rows 1200 to 1300 of the page differ."""
    (folder / "report").mkdir()
    picture = Image.new("RGB", (1280, height), (245, 245, 245))
    picture.paste((214, 39, 40), (340, 1200, 1220, 1300))
    picture.save(folder / "report" / "difference-1.png")
    said = "有变化：画面1处不同。浅色为后次画面，只在前次有的不在图上；红色为变化，蓝色为无关变化。"
    shown = Difference(said=said, href="difference-1.png", width=1280, height=height, look_at=500)
    return {given.exhibits[0].record.id: shown}


@pytest.mark.parametrize("width", [1280, 390])
def test_the_difference_stands_below_the_two_captures_and_opens_where_it_begins(tmp_path: Path, width: int) -> None:
    pictures = Pictures()
    given = dossier(pictures)

    async def see(watched: Watched) -> None:
        page = watched.page
        await page.set_viewport_size({"width": width, "height": 900})
        await load_pictures(page)
        await page.reload()
        await load_pictures(page)
        pair, figure = await page.locator(".pair").bounding_box(), await page.locator(".difference").bounding_box()
        assert pair and figure
        assert pair["y"] + pair["height"] <= figure["y"]
        shot = Image.open(io.BytesIO(await page.locator(".difference .stage").screenshot())).convert("RGB")
        assert (214, 39, 40) in {shot.getpixel((shot.width // 2, y)) for y in range(shot.height)}
        assert "以原图为准" in await page.inner_text(".difference figcaption")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert watched.errors == []

    look(given, pictures, tmp_path, see, differing(given, tmp_path))


def test_the_difference_is_there_without_javascript(tmp_path: Path) -> None:
    pictures = Pictures()
    given = dossier(pictures)

    async def see(watched: Watched) -> None:
        assert await watched.page.locator(".difference img").is_visible()

    look(given, pictures, tmp_path, see, differing(given, tmp_path), java_script_enabled=False)


@pytest.mark.parametrize(("height", "printed"), [(2400, True), (9000, False)])
def test_paper_shows_a_difference_that_is_not_too_high_and_says_so_of_another(
    tmp_path: Path, height: int, printed: bool
) -> None:
    pictures = Pictures()
    given = dossier(pictures)

    async def see(watched: Watched) -> None:
        await watched.page.emulate_media(media="print")
        assert await watched.page.locator(".difference img").is_visible() is printed
        assert await watched.page.locator(".difference .paper").count() == (0 if printed else 1)

    look(given, pictures, tmp_path, see, differing(given, tmp_path, height))


def test_the_slider_can_be_moved_by_the_keyboard_and_on_a_phone(tmp_path: Path) -> None:
    pictures = Pictures()

    async def see(watched: Watched) -> None:
        page = watched.page
        await page.set_viewport_size({"width": 390, "height": 844})
        await load_pictures(page)
        await page.focus(".slide button")
        await page.keyboard.press("Enter")
        slider = page.locator(".slide input")
        assert await slider.is_visible()
        await slider.focus()
        await page.keyboard.press("End")
        assert "100%" in await page.locator(".later").evaluate("(pane) => getComputedStyle(pane).clipPath")
        box = await slider.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
        assert watched.errors == []

    look(dossier(pictures), pictures, tmp_path, see)


def test_tiles_join_without_a_seam_and_marks_lie_where_the_page_says(tmp_path: Path) -> None:
    pictures = Pictures()
    dark = Image.new("RGB", (1280, 333), (10, 20, 30))
    parts = tuple(artifact(pictures.put(dark), n=n, box=(0, 333 * n, 1280, 333)) for n in range(3))
    record = Record(capture=capture(parts), previous=None)
    given = dossier(pictures, exhibit(pictures, record=record, earlier=None, reading=None))

    async def see(watched: Watched) -> None:
        await load_pictures(watched.page)
        shot = Image.open(io.BytesIO(await watched.page.locator(".sheet").screenshot())).convert("RGB")
        column = {shot.getpixel((shot.width // 2, y)) for y in range(2, shot.height - 2)}
        assert column == {(10, 20, 30)}

    look(given, pictures, tmp_path, see)


def test_a_mark_lies_on_its_row_at_any_width(tmp_path: Path) -> None:
    pictures = Pictures()
    given = dossier(pictures, exhibit(pictures, earlier=None))

    async def see(watched: Watched) -> None:
        for width in (1280, 390):
            await watched.page.set_viewport_size({"width": width, "height": 900})
            sheet = await watched.page.locator(".sheet").bounding_box()
            mark = await watched.page.locator("rect.newest").first.bounding_box()
            assert sheet and mark
            scale = sheet["width"] / 1280
            assert abs((mark["x"] - sheet["x"]) / scale - 340) < 4 / scale
            assert abs((mark["y"] - sheet["y"]) / scale - 240) < 4 / scale
            assert abs(mark["width"] / scale - 880) < 8 / scale
            assert await watched.page.evaluate("document.documentElement.scrollWidth") <= width

    look(given, pictures, tmp_path, see)


def test_the_page_keeps_its_height_while_pictures_arrive(tmp_path: Path) -> None:
    pictures = Pictures()

    async def see(watched: Watched) -> None:
        before = await watched.page.evaluate("document.documentElement.scrollHeight")
        await load_pictures(watched.page)
        assert await watched.page.evaluate("document.documentElement.scrollHeight") == before

    look(dossier(pictures), pictures, tmp_path, see)


def test_paper_cuts_nothing_off_and_says_what_stays_folded(tmp_path: Path) -> None:
    pictures = Pictures()

    async def see(watched: Watched) -> None:
        page = watched.page
        await page.emulate_media(media="print")
        await page.evaluate("dispatchEvent(new Event('beforeprint'))")
        folded = page.locator("details:not([open]) > summary").first
        said = await folded.evaluate("(e) => getComputedStyle(e, '::after').content")
        assert "内容见电子版" in said
        assert not await page.locator(".slide").is_visible()
        clipped = await page.locator(".stage").evaluate_all(
            "(all) => all.some((e) => e.scrollHeight > e.clientHeight + 1)"
        )
        assert clipped is False
        assert (await page.pdf(prefer_css_page_size=True)).startswith(b"%PDF")

    look(dossier(pictures), pictures, tmp_path, see)


def test_undecided_and_hit_look_different_also_without_colour(tmp_path: Path) -> None:
    pictures = Pictures()
    looks: list[str] = []

    async def see(watched: Watched) -> None:
        looks.append(await watched.page.locator(".badge").evaluate("(e) => getComputedStyle(e).borderTopStyle"))
        looks.append(await watched.page.locator(".badge").inner_text())

    for n, state in enumerate(("hit", "undecided")):
        (tmp_path / str(n)).mkdir()
        look(dossier(pictures, state=state), pictures, tmp_path / str(n), see)
    assert looks == ["none", "发现问题", "dashed", "未能判定"]
