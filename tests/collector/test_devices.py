"""A flow says what it looks with; the page sees that device, and the record's environment says which it was."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from collector.device import DEVICES, DeviceName
from collector.errors import FlowError
from collector.flow import Flow
from evidence.model import Capture
from tests.collector.conftest import Looker, target

PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>所见</title><body style="margin:0"><div id="wide" style="width:100%;height:1500px;background:#def">
<p>本页写出它所见的设备，供核对之用。</p></div><pre id="seen" style="white-space:pre-wrap;overflow-wrap:anywhere"></pre><script>
seen.textContent = JSON.stringify({agent: navigator.userAgent, ratio: devicePixelRatio, inner: [innerWidth, innerHeight],
  screen: [screen.width, screen.height], touch: navigator.maxTouchPoints, coarse: matchMedia("(pointer: coarse)").matches,
  platform: navigator.platform, mobile: navigator.userAgentData ? navigator.userAgentData.mobile : null,
  brands: navigator.userAgentData ? navigator.userAgentData.brands.length : null});
</script>"""


class Mirror(BaseHTTPRequestHandler):
    """Shows what the browser says of itself, and keeps the request's header fields."""

    heard: list[dict[str, str]]

    def do_GET(self) -> None:  # noqa: N802
        self.heard.append({name.lower(): value for name, value in self.headers.items()})
        body = PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def mirror() -> Iterator[tuple[str, list[dict[str, str]]]]:
    heard: list[dict[str, str]] = []
    handler = type("Heard", (Mirror,), {"heard": heard})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", heard
    server.shutdown()
    server.server_close()
    thread.join()


def flow_on(device: DeviceName) -> Flow:
    flow = Flow("tests.looks", device=device)

    @flow.visit
    async def open_and_capture(visit):  # type: ignore[no-untyped-def]
        await visit.open(visit.target.url)
        await visit.capture("home")

    return flow


def seen(looker: Looker, taken: Capture) -> dict[str, Any]:
    html = looker.sink.blobs[taken.of_role("dom")[0].sha256]
    found = LexborHTMLParser(html).css_first("#seen")
    assert found is not None
    return dict(json.loads(found.text()))


def environment(looker: Looker, taken: Capture) -> dict[str, Any]:
    return dict(json.loads(looker.sink.blobs[taken.environment]))


@pytest.mark.parametrize("name", DEVICES)
def test_the_page_sees_the_device_that_the_flow_declares_and_the_record_says_so(
    looker: Looker, mirror: tuple[str, list[dict[str, str]]], name: DeviceName
) -> None:
    url, heard = mirror
    (taken,) = looker.visit(target(url), flow_on(name))
    told, said, device = seen(looker, taken), environment(looker, taken), DEVICES[name]
    assert (taken.outcome, taken.complete) == ("captured", True)
    assert (tuple(told["inner"]), told["ratio"]) == (device.viewport, device.scale)
    assert (told["touch"] > 0, told["coarse"]) == (device.handheld, device.handheld)
    assert told["agent"] == heard[0]["user-agent"] == said["browser"]["user_agent"]
    assert "Headless" not in json.dumps(heard) + json.dumps(told)
    assert ("Mobile" in told["agent"], "Linux arm" in told["platform"]) == (device.handheld, device.handheld)
    assert said["browser"]["viewport"] == list(device.viewport)
    assert (said["device"]["name"], said["device"]["scale"]) == (name, f"{device.scale:g}")


@pytest.mark.parametrize("name", DEVICES)
def test_a_tile_has_one_pixel_for_each_css_pixel_on_every_device(
    looker: Looker, mirror: tuple[str, list[dict[str, str]]], name: DeviceName
) -> None:
    (taken,) = looker.visit(target(mirror[0]), flow_on(name))
    for tile in taken.of_role("tile"):
        assert tile.box is not None
        assert Image.open(io.BytesIO(looker.sink.blobs[tile.sha256])).size == tile.box[2:]
    assert {tile.box[2] for tile in taken.of_role("tile") if tile.box} == {DEVICES[name].viewport[0]}
    assert environment(looker, taken)["device"]["pixels"] == "css"


def test_the_web_view_of_wechat_names_itself_and_sends_no_client_hints(
    looker: Looker, mirror: tuple[str, list[dict[str, str]]]
) -> None:
    url, heard = mirror
    (taken,) = looker.visit(target(url), flow_on("wechat"))
    assert "MicroMessenger/" in heard[0]["user-agent"]
    assert not [name for name in heard[0] if name.startswith("sec-ch-")]
    assert environment(looker, taken)["browser"]["client_hints"] is None


def test_the_version_of_the_engine_is_said_as_it_is_on_every_device(looker: Looker) -> None:
    running = looker.do(looker.keeper.running())
    major = running.browser.version.partition(".")[0]
    agents = {name: running.persona.on(device).user_agent for name, device in DEVICES.items()}
    assert all(f"Chrome/{major}." in agent for agent in agents.values())
    assert len(set(agents.values())) == len(DEVICES)


def test_an_unknown_device_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(FlowError, match="desktop, mobile, wechat"):
        Flow("tests.looks", device="watch")  # type: ignore[arg-type]
