"""Pages on which something lies over the list, and pages on which it only seems so."""

from __future__ import annotations

from tests.site.pages import LIST, page

CLOSE = "document.getElementById('box').remove()"
GREEN, RED = "#0a0", "#c00"


def box(inside: str, *, style: str = "", tag: str = "div") -> str:
    """A box over the first rows of the list, red all over."""
    placed = f"position:fixed;left:0;top:40px;width:900px;height:150px;background:{RED};{style}"
    return f'<{tag} id="box" style="{placed}">{inside}</{tag}>'


def _page(over: str, script: str = "") -> str:
    return page(f"<style>body{{margin:0}}</style>{LIST}{over}<script>{script}</script>")


CROSS = f'<b style="position:absolute;right:4px;top:4px" onclick="{CLOSE}">×</b>'
NOTICE = f"""<div id="back" style="position:fixed;inset:0;background:rgba(0,0,0,.5)"></div>
{box(f'重要公告<button type="button" onclick="{CLOSE};back.remove()">关 闭</button>')}"""
WANDER = "let there = true; setInterval(() => { box.style.left = (there = !there) ? '0px' : '1100px'; }, 1500);"
STEADY = "box.style.left = '0px'; let x = 0; setInterval(() => { x = (x + 5) % 60; box.style.left = x + 'px'; }, 30);"
TWO = f"""{box(CROSS)}<div id="second" style="position:fixed;left:0;top:30px;width:900px;height:180px;background:#00c">
<img alt="关闭" width="20" height="20" src="/pixel.png" onclick="second.remove()"></div>"""

PAGES = {
    "/over/notice": _page(NOTICE),
    "/over/cross": _page(box(CROSS)),
    "/over/image-button": _page(
        box(f'<img class="btn-close" src="/pixel.png" width="16" height="16" onclick="{CLOSE}">')
    ),
    "/over/script-link": _page(box(f'<a href="javascript:void(0)" onclick="{CLOSE}">我知道了</a>')),
    "/over/dialog": _page(
        f'<dialog id="box" style="width:880px;height:150px;margin:40px 0;background:{RED}">提示<button type="button" onclick="box.close()">关闭</button></dialog>',
        "box.showModal()",
    ),
    "/over/two": _page(TWO),
    "/over/late": _page(
        "", f"setTimeout(() => {{ document.body.insertAdjacentHTML('beforeend', `{box(CROSS)}`); }}, 60);"
    ),
    "/over/wandering": _page(box(""), WANDER),
    "/over/wandering-closed": _page(box(CROSS), STEADY),
    "/over/steady": _page(box("")),
    "/over/advert-link": _page(box('<a href="/plain">关闭</a>')),
    "/over/leaves": _page(box("<b onclick=\"setTimeout(() => { document['loc' + 'ation'] = '/plain' }, 0)\">关闭</b>")),
    "/over/opens": _page(box(f"<b onclick=\"window['op' + 'en']('/plain'); {CLOSE}\">关闭</b>")),
    "/over/comes-back": _page(
        box(CROSS),
        "setInterval(() => { if (!document.getElementById('box')) document.body.insertAdjacentHTML('beforeend', `"
        + box(CROSS)
        + "`); }, 30);",
    ),
    "/over/advert-frame": _page(box('<iframe src="/plain" width="300" height="100"></iframe>' + CROSS)),
    "/over/form": _page(box('<form action="/plain"><input name="q"><button>确定</button></form>')),
    "/over/password": _page(box(f'<input type="password"><b onclick="{CLOSE}">关闭</b>')),
    "/over/no-list": page(f"<p>本栏目暂无信息</p>{box(CROSS, style='top:0;height:600px')}", title="通知公告"),
    "/clear/side-bar": _page(
        '<div style="position:fixed;right:0;top:0;width:60px;height:700px;background:#00c">关闭</div>'
    ),
    "/clear/sticky": _page('<div style="position:fixed;left:0;top:0;width:100%;height:20px;background:#00c"></div>'),
    "/clear/transparent": _page('<div style="position:fixed;inset:0"></div>'),
    "/clear/watermark": _page(
        '<div style="position:fixed;inset:0;background:rgba(0,0,0,.06);pointer-events:none">水印</div>'
    ),
    "/clear/faint": _page(f'<div style="position:fixed;inset:0;opacity:.1;background:{RED}"></div>'),
    "/clear/hidden": _page(box(CROSS, style="visibility:hidden")),
    "/clear/menu": page(
        f'<div><div style="position:absolute;left:500px;top:300px;background:#00c">×</div></div>{LIST}'
    ),
}
