"""The page of a window, now, in the form the reader takes."""

from __future__ import annotations

import json

from collector import layout
from collector.frames import DOM, evaluate, tree
from collector.window import Window
from evidence import digest
from evidence.reading.page import Body, FrameDom, PageInput


async def page_input(window: Window) -> PageInput:
    """Return what stands in the window as a reader's input; nothing of it is stored."""
    snapshot, numbered = await layout.take_with_frames(window.session)
    urls = {frame.id: frame.url for frame in await tree(window.session)}
    frames = []
    for n, identity in enumerate(numbered):
        html = await evaluate(window.session, identity, DOM)
        if html is not None:
            frames.append(FrameDom(n=n, url=urls.get(identity, ""), html=html))
    documents = window.traffic.documents(window.frame_id)
    headers = documents[-1].response_headers if documents else ()
    return PageInput(
        url=urls.get(window.frame_id, window.page.url),
        status=documents[-1].status if documents else None,
        headers={name.lower(): value for name, value in headers},
        frames=tuple(frames),
        layout=json.loads(snapshot),
        bodies=tuple(
            Body(url=e.url, media_type=e.media_type, sha256=digest.sha256(e.body), data=e.body)
            for e in window.traffic.exchanges
            if e.body is not None
        ),
    )
