"""Pages as inspections meet them, on which a careless tool would accuse somebody of what is not so."""

from __future__ import annotations

from tests.site.answer import Answer
from tests.site.pages import CLOCK, LIST, ROWS, page

OLD = LIST.replace("2021-0", "2019-0")
SEARCH = '<h2>政策文件库</h2><form action="/find"><input name="q" placeholder="请输入关键词"><button>查询</button></form><ul id="found"></ul>'
TIBETAN = (
    "<h2>བརྡ་ཐོ་གསལ་བསྒྲགས།</h2><ul>"
    + "".join(
        f'<li><a href="/t{n}.html">བོད་ལྗོངས་མི་དམངས་སྲིད་གཞུང་གི་གསལ་བསྒྲགས་ཨང་{n}</a><span>2021-0{n}-15</span></li>'
        for n in range(1, 7)
    )
    + "</ul>"
)


def _article(day: str, extra: str = "") -> Answer:
    text = "<p>根据工作安排，现将有关事项通知如下，请遵照执行。</p>" * 12
    return Answer(
        page(
            f"<h1>关于印发重点工作任务分工的通知</h1><p>{day}</p>{text}{extra}", title="关于印发重点工作任务分工的通知"
        )
    )


def _links(folder: str, day: str = "") -> str:
    return (
        "<h2>政策文件</h2><ul>"
        + "".join(
            f'<li><a href="{folder}/{n}">关于印发第{n}项重点工作任务分工的通知</a><span>{day}</span></li>'
            for n in (1, 2, 3, 4)
        )
        + "</ul>"
    )


def ruled_pdf() -> bytes:
    """Return a PDF of one page with a ruled table of two columns, the second without a value."""
    rules = [f"100 {y} m 400 {y} l S" for y in (700, 660, 620, 580)]
    rules += [f"{x} 580 m {x} 700 l S" for x in (100, 250, 400)]
    words = [(110, 675, "Unit"), (260, 675, "Result"), (110, 635, "County A"), (110, 595, "County B")]
    drawn = "\n".join([*rules, *(f"BT /F1 12 Tf {x} {y} Td ({word}) Tj ET" for x, y, word in words)])
    return (
        "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
        "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>\nendobj\n"
        f"4 0 obj\n<</Length {len(drawn)}>>stream\n{drawn}\nendstream\nendobj\n"
        "5 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"
    ).encode("ascii")


_ANNEXES = (
    '<p><a href="/practice/table.pdf">附件1：检查情况表.pdf</a></p><p><a href="/404?f=2.doc">附件2：名单.doc</a></p>'
)

PAGES: dict[str, Answer] = {
    "/practice/table.pdf": Answer(ruled_pdf(), type="application/pdf"),
    "/practice/embedded-pdf": Answer(
        page('<h2>政策文件</h2><iframe src="/practice/table.pdf" width="700" height="500"></iframe>')
    ),
    "/practice/annexed": _article("发布时间：2019-06-20", _ANNEXES),
    "/practice/undated-annexed": Answer(page(_links("/practice/annexed?").replace("?/", "?"))),
    "/practice/undated": Answer(page(_links("/practice/undated"))),
    **{f"/practice/undated/{n}": _article("发布时间：2019-03-04") for n in (1, 2, 3, 4)},
    "/practice/signed": Answer(page(_links("/practice/signed", "2019-01-05"))),
    **{f"/practice/signed/{n}": _article("发布时间：2019-06-20", "<p>2019年1月5日</p>") for n in (1, 2, 3, 4)},
    "/practice/explained": Answer(page(_links("/practice/explained", "2021-06-15"))),
    **{
        f"/practice/explained/{n}": _article("发布时间：2021-06-15", f'<p><a href="{to}">政策原文</a></p>')
        for n, to in enumerate(
            ("/practice/signed/1", "http://other.invalid/1", "/404?document", "/practice/signed/2"), 1
        )
    },
    "/practice/search-head": Answer(
        page(
            '<div class="header"><input name="site"><button onclick="document.body.textContent=\'全站搜索\'">搜索</button></div>'
            + SEARCH.replace("<form", "<div")
            .replace("</form", "</div")
            .replace("<button", f"<button onclick='found.innerHTML=`{ROWS}`'")
        )
    ),
    "/practice/search-here": Answer(
        page(
            SEARCH.replace("<form", "<div")
            .replace("</form", "</div")
            .replace("<button", f"<button onclick='found.innerHTML=`{ROWS}`'")
        )
    ),
    "/find": Answer(page(LIST, title="政策文件库")),
    "/practice/busy-but-whole": Answer(
        page(CLOCK + LIST + '<img src="/gone.gif"><script src="http://count.invalid/c.js"></script>')
    ),
    "/practice/tabs": Answer(
        page(f"""<div><a href="javascript:void(0)">2019年</a><a href="javascript:void(0)" onclick="o.hidden=true;n.hidden=false">2021年</a></div>
            <div id="o">{OLD}</div><div id="n" hidden>{LIST}</div>""")
    ),
    "/practice/parent": Answer(
        page(
            '<h2>政务公开</h2><ul><li><a href="/p1/">政策文件</a></li><li><a href="/p2/">规划计划</a></li><li><a href="/p3/">财政预决算</a></li></ul>',
            title="政务公开",
        )
    ),
    "/practice/search": Answer(page(SEARCH, title="政策文件库")),
    "/practice/cached": Answer(
        page(LIST), fields=(("Age", "200000"), ("X-Cache", "HIT from node7"), ("Via", "1.1 cdn"))
    ),
    "/practice/grey": Answer(page(LIST, head="<style>html{filter:grayscale(100%)}</style>")),
    "/practice/festival": Answer(
        page(f'<div style="background:#c00;height:200px"></div>{LIST}', head="<style>body{background:#fee}</style>")
    ),
    "/practice/tibetan": Answer(page(TIBETAN, title="བརྡ་ཐོ།")),
    "/practice/more": Answer(
        page(f'{LIST}<a href="javascript:void(0)" onclick="document.body.textContent=\'点过了\'">更多</a>')
    ),
    "/practice/canvas": Answer(
        page(
            '<h2>数据发布</h2><canvas id="c" width="600" height="300"></canvas><script>const g = c.getContext("2d"); g.fillStyle = "rgb(0, 90, 200)"; g.fillRect(20, 20, 400, 200)</script>'
        )
    ),
    "/practice/chart": Answer(
        page(
            '<h2>数据发布</h2><canvas id="c" width="600" height="200"></canvas><canvas width="40" height="40"></canvas>'
            '<canvas width="600" height="200" style="display:none"></canvas><script>const g = c.getContext("2d"); g.font = "32px sans-serif"; g.fillText("全县经济运行情况", 60, 100)</script>'
        )
    ),
    "/practice/sticky": Answer(
        page(
            f'<style>body{{margin:0}}#top{{position:sticky;top:0;height:40px;background:rgb(200,0,90)}}#hero{{height:100vh;background:rgb(0,200,90)}}</style><div id="top"></div><div id="hero"></div>{LIST}<div style="height:4000px"></div>'
        )
    ),
}
