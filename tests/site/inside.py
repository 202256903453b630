"""Pages on which something moves, and pages with boxes that scroll inside them."""

from __future__ import annotations

import io

from PIL import Image

from tests.site.pages import LIST, page


def _gif() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (60, 40), colour) for colour in ((200, 0, 0), (0, 0, 200))]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=60, loop=0)
    return out.getvalue()


GIF = _gif()
FLOATER = (
    '<div id="f" style="position:absolute;width:160px;height:90px;background:#c00;left:{x}px;top:{y}px">飘窗</div>'
)
DRIFT = """<script>let d = 0; setInterval(() => { d = (d + 9) %% 60; f.style.left = (%d + d) + "px"; }, 20);</script>"""
CAROUSEL = """<div style="position:relative;width:400px;height:120px;overflow:hidden" id="car"><div id="a" style="height:120px;background:#0a0">一
</div></div><script>let k = 0; setInterval(() => { a.style.background = `rgb(0,${(k += 40) % 256},99)`; }, 30);</script>"""
BESIDE = f"""{LIST}<hr><marquee id="m" style="width:500px;height:30px">欢迎访问示范区人民政府门户网站</marquee>
<p id="clock"></p><script>let n = 0; setInterval(() => {{ clock.textContent = "12:00:" + (n++ % 60); }}, 25);</script>
{CAROUSEL}<img id="gif" src="/moving.gif" width="60" height="40">"""
"""Marquee, clock, carousel and animated picture, all below the list."""

ICON = LIST.replace("</a><span>", '</a><img src="/moving.gif" width="24" height="12"><span>')
OVER_LIST = f"""<style>body{{margin:0}}</style>{LIST}
<div id="a" style="position:absolute;left:0;top:0;width:900px;height:300px;background:#0a0"></div>
<script>let k = 0; setInterval(() => {{ a.style.background = `rgb(0,${{(k += 40) % 256}},99)`; }}, 30);</script>"""
ROLLING = f"""<div id="roll" style="height:90px;overflow:hidden">{LIST}</div>
<script>setInterval(() => {{ roll.scrollTop = (roll.scrollTop + 3) % 60; }}, 16);</script>"""
PAINTED = f"""<canvas id="c" width="900" height="300" style="position:absolute;left:0;top:0;pointer-events:none"></canvas>{LIST}
<script>let k = 0; const g = c.getContext("2d");
setInterval(() => {{ g.fillStyle = `rgb(0,${{(k += 40) % 256}},99)`; g.fillRect(0, 0, 900, 300); }}, 20);</script>"""
FADING = f"""<style>@keyframes come {{ from {{ opacity: 0; }} to {{ opacity: 1; }} }}
#late {{ animation: come 4s linear; background: rgb(0, 0, 255); width: 200px; height: 100px; }}
@keyframes turn {{ to {{ transform: rotate(360deg); }} }}
#wheel {{ animation: turn 1s linear infinite; width: 80px; height: 80px; background: linear-gradient(90deg, #f00, #00f); }}</style>
{LIST}<div id="late"></div><div id="wheel"></div>"""


def colour(n: int) -> tuple[int, int, int]:
    """The colour of band n, which tells its number."""
    return (n * 7 % 256, 100 + n, 40)


def bands(count: int, height: int = 30) -> str:
    """Rows of a list, each in a colour of its own."""
    return "".join(
        f'<li style="height:{height}px;background:rgb{colour(n)};list-style:none;overflow:hidden;color:#fff">'
        f'<a href="/b{n}.html">.</a> 2021-01-{n % 28 + 1:02d}</li>'
        for n in range(count)
    )


def scroll_box(rows: int = 100, *, head: str = "", style: str = "", after: str = "") -> str:
    """A box 500 pixels high around rows of 30."""
    return page(
        f'<style>body{{margin:0}}ul{{margin:0;padding:0}}</style><h2 style="margin:0;height:40px">通知公告</h2>'
        f'<div id="box" style="width:700px;height:500px;overflow:auto;{style}">{head}<ul>{bands(rows)}</ul></div>{after}'
    )


STICKY = '<div style="position:sticky;top:0;height:50px;background:#111;color:#eee">标题　　发布日期</div>'
PORTAL = page(
    "<style>html,body{margin:0;height:100%;overflow:hidden}#app{height:100vh;overflow-y:auto}ul{margin:0;padding:0}</style>"
    f'<div id="app"><ul>{bands(80)}</ul></div>'
)
ENDLESS_BOX = scroll_box(
    40,
    after="""<script>box.addEventListener("scroll", () => { for (let i = 0; i < 20; i++) {
    const row = document.createElement("li"); row.style.height = "30px"; box.firstElementChild.append(row); } });</script>""",
)
STUBBORN_BOX = scroll_box(after='<script>box.addEventListener("scroll", () => { box.scrollTop = 0; });</script>')
SIDE_BOX = page(
    f'{LIST}<div style="width:300px;height:200px;overflow-y:scroll" id="s">{"<p>友情链接</p>" * 40}</div>'
    "<script>s.addEventListener('scroll', () => { s.scrollTop = 0; });</script>"
)
TALL_FRAME = page(
    '<style>body{margin:0}</style><div style="height:60px">示范区</div>'
    '<iframe src="/inside/rows" style="margin-left:100px;width:600px;height:400px;border:3px solid #000"></iframe>'
)
FOREIGN_FRAME = page(
    '<style>body{margin:0}</style><div style="height:60px">示范区</div><div id="p"></div><script>p.innerHTML ='
    '`<iframe src="http://localhost:${location.port}/inside/rows" style="width:600px;height:400px"></iframe>`</script>'
)
ROWS = page(f"<style>body{{margin:0}}ul{{margin:0;padding:0}}</style><ul>{bands(60)}</ul>")
FULL_SCREENS = page(
    "<style>body{margin:0}section{height:100vh}header{position:sticky;top:0;height:40px;background:rgb(1,2,3)}</style>"
    f'<header></header>{LIST}{"".join(f"""<section style="background:rgb(0,{n * 40},99)"></section>""" for n in range(1, 5))}'
)

SLIDE = '<li style="{0}width:400px;height:160px;list-style:none"><img src="/moving.png?{1}" width="400" height="150" style="background:#0a0">图{1}</li>'
SLOW = {
    "/slow/row": f"""<div style="width:400px;height:160px;overflow:hidden"><ul style="width:1300px;margin:0;padding:0">
{"".join(SLIDE.format("float:left;", n) for n in range(3))}</ul></div>""",
    "/slow/stack": f"""<ul style="position:relative;width:400px;height:160px;padding:0">
{"".join(SLIDE.format(f"position:absolute;left:0;top:0;opacity:{int(n == 1)};", n) for n in range(3))}</ul>""",
    "/slow/turns": f"""<ul style="width:400px;height:160px;padding:0">
{"".join(SLIDE.format("display:none;" if n else "", n) for n in range(3))}</ul>""",
}
"""Carousels between two steps, as a visitor mostly sees them."""
STILL = {
    "/still/gallery": f'<ul style="padding:0">{"".join(SLIDE.format("", n) for n in range(3))}</ul>',
    "/still/tabs": '<div><div style="width:400px;height:160px">一</div><div style="display:none">二</div></div>',
    "/still/menu": '<ul><li><a href="/a">首页</a></li><li><a href="/b">公开</a><ul style="display:none"><li><img src="/pixel.png"></li></ul></li></ul>',
    "/still/one": f'<div style="width:400px;height:160px;overflow:hidden"><ul style="padding:0">{SLIDE.format("", 0)}</ul></div>',
}
"""What has something of a carousel and is none."""

PAGES = {
    "/inside/beside": page(BESIDE),
    "/inside/icon": page(ICON),
    "/inside/over-list": page(OVER_LIST),
    "/inside/drift-beside": page(LIST + FLOATER.format(x=700, y=500) + DRIFT % 700),
    "/inside/drift-over": page(LIST + FLOATER.format(x=60, y=90) + DRIFT % 60),
    "/inside/rolling": page(ROLLING),
    "/inside/painted": page(PAINTED),
    "/inside/fading": page(FADING),
    "/inside/box": scroll_box(),
    "/inside/sticky-box": scroll_box(head=STICKY),
    "/inside/portal": PORTAL,
    "/inside/endless-box": ENDLESS_BOX,
    "/inside/stubborn-box": STUBBORN_BOX,
    "/inside/side-box": SIDE_BOX,
    "/inside/frame": TALL_FRAME,
    "/inside/foreign-frame": FOREIGN_FRAME,
    "/inside/rows": ROWS,
    "/inside/screens": FULL_SCREENS,
    **{path: page(f"<style>body{{margin:0}}</style>{LIST}{build}") for path, build in (SLOW | STILL).items()},
}
