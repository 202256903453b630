"""High pages of dense text; a cell at the left of every row tells by its colour which row it is, pixel by pixel."""

from __future__ import annotations

from tests.site.pages import page

ROW = 20
"""Height of a row in CSS pixels; the last row has what is left."""
HEADER = 40
LAZY = 97
"""Every so many rows of the page with lazily loaded pictures has one."""
_STYLE = """<style>body { margin: 0; font: 14px sans-serif }
p { margin: 0; height: 20px; line-height: 20px; overflow: hidden; white-space: nowrap }
i { display: inline-block; width: 8px; height: 20px; vertical-align: top }</style>"""
_TEXT = "关于印发政务公开工作要点的通知各区县人民政府市政府各委办局现予公布请认真贯彻执行" * 3
_ABOVE = f"""<div style="position:sticky;top:0;height:{HEADER}px;background:#00ff00;text-indent:2em">示范区人民政府</div>
<section style="height:100vh;background:#ff0000"></section>"""


def text(height: int) -> str:
    """Return a page of `height` pixels of rows."""
    return page(_rows(height), head=_STYLE)


def wide(height: int) -> str:
    """Return such a page that is 3,000 pixels wide."""
    return page(f'<div style="width:3000px">{_rows(height)}</div>', head=_STYLE)


def rich(height: int) -> str:
    """Return such a page below a header that sticks and a section as high as the window; some rows load pictures late."""
    return page(_ABOVE + _rows(height, pictures=True), head=_STYLE)


LAYERS = 16
"""Of a page in layers; the browser, left alone, has room for twelve where the tiles are highest."""


def layered(height: int) -> str:
    """Return such a page below layers of its whole size, each with an upright stripe of its own colour."""
    style = f"""<style>u {{ position: absolute; top: 0; left: 0; width: 1280px; height: {height}px; will-change: transform;
background: repeating-linear-gradient(#fff0 0 10px, #0000 10px 20px) }}
u b {{ position: absolute; top: 0; width: 8px; height: 100% }}</style>"""
    stripes = "".join(f'<u><b style="left:{stripe(n)}px;background:#{n:02x}80ff"></b></u>' for n in range(LAYERS))
    return page(_rows(height) + stripes, head=_STYLE + style)


def stripe(n: int) -> int:
    """Return where the stripe of a layer begins, in pixels from the left."""
    return 40 + 20 * n


def _rows(height: int, *, pictures: bool = False) -> str:
    return "".join(
        f'<p{"" if left >= ROW else f" style=height:{left}px"}><i style="background:#{n:06x}"></i>'
        f"{_picture(n) if pictures and n % LAZY == 0 else n} {_TEXT[n % 40 :]}"
        for n, left in enumerate(range(height, 0, -ROW))
    )


def _picture(n: int) -> str:
    return f'<img src="/pixel.png?row{n}" loading="lazy" width=8 height=8>'
