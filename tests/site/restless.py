"""Pages that do not sit still for their picture: they fetch, fill themselves or go elsewhere a moment after they have loaded."""

from __future__ import annotations

from tests.site.pages import LIST, ROWS, page

_LOADED = '<ul id="l"></ul><script>addEventListener("load", () => %s);</script>'
_FETCH = 'setTimeout(() => fetch("/restless/rows").then((a) => a.text()).then((rows) => { l.innerHTML = rows; }), 80)'
_FILL = f"setTimeout(() => {{ l.innerHTML = `{ROWS}`; }}, 140)"
_POLL = 'setInterval(() => { new Image().src = "/pixel.png?" + performance.now(); }, 25)'
_GO = "setTimeout(() => location.replace('/restless/there'), 90)"

PAGES = {
    "/restless/fetches": page(_LOADED % _FETCH),
    "/restless/rows": ROWS,
    "/restless/fills": page(_LOADED % _FILL),
    "/restless/polls": page(LIST + _LOADED % _POLL),
    "/restless/goes": page(f"<p>即将前往</p>{_LOADED % _GO}", title="跳转"),
    "/restless/there": page(LIST),
}
