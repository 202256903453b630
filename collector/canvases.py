"""What is drawn on a page's canvases: each pictured by itself, a `region` of its own, so that its text can be read.

A chart has no text in the DOM; the page's tiles show it, but nobody reads those.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from collector import snapshot
from collector.clock import Clock
from collector.frames import evaluate
from collector.redactor import Seam
from collector.scrollboxes import shot
from collector.window import Window
from evidence.model import Artifact
from evidence.reading.page import CANVAS

MOST = 6
_FIND = r"""(() => [...document.querySelectorAll("canvas")].filter((e) => !e.checkVisibility || e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}))
    .map((e) => e.getBoundingClientRect()).filter((r) => r.width >= 200 && r.height >= 80)
    .map((r) => [r.left + scrollX, r.top + scrollY, r.width, r.height].map(Math.round)))()"""


async def picture(window: Window, first: int, highest: int, seam: Seam, clock: Clock) -> AsyncIterator[Artifact]:
    """Yield pictures of the page's own canvases, numbered from `first`; the log says how many there were beyond MOST.

    One below `highest` pixels, where the page's own pictures end, is left out. Raises TimeoutError where the page lets
    no script run.
    """
    places = await evaluate(window.session, window.frame_id, _FIND) or []
    places = [tuple(place) for place in places if place[0] >= 0 and place[1] >= 0 and place[1] + place[3] <= highest]
    if len(places) > MOST:
        window.note("canvas", f"{len(places)} canvases, the first {MOST} pictured by themselves")
    for n, place in enumerate(places[:MOST]):
        blob = seam.put_clean(await shot(window, place), snapshot.PNG)
        yield snapshot.artifact(blob, "region", first + n, taken=clock.now(), box=place, url=CANVAS)
