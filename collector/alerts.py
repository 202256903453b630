"""Tells people of a night: a program of the office's, a webhook; a failure of either is logged and fails nothing."""

from __future__ import annotations

import http.client
import json
import logging
import subprocess
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

from collector.errors import CollectError
from collector.night import Night
from collector.nightly_settings import Alerts
from collector.secrets import Secrets

log = logging.getLogger(__name__)

OWN = "nightly"
"""In the place of a target: the webhook's address as a secret is `nightly webhook`."""
LONGEST = 4000
"""Characters of a summary that are sent: what chat rooms take."""


def send(alerts: Alerts, night: Night, secrets: Secrets) -> None:
    """Send the summary by every way that is set, where the settings want it for this night."""
    if night.complete and alerts.when != "always":
        return
    summary = night.summary()[:LONGEST]
    if alerts.command:
        _tried("the alert program", lambda: _run(alerts, summary))
    try:
        address = secrets.find(OWN, "webhook") or alerts.webhook
    except CollectError as error:
        log.warning("the webhook's address cannot be read: %s", error)
        return
    if address:
        _tried("the webhook", lambda: _post(address, night, summary, alerts.seconds))


def _tried(what: str, way: Callable[[], None]) -> None:
    try:
        way()
        log.info("%s was told of the night", what)
    except (OSError, ValueError, subprocess.SubprocessError, http.client.HTTPException) as error:
        log.warning("%s could not be told of the night: %s", what, type(error).__name__)


def _run(alerts: Alerts, summary: str) -> None:
    subprocess.run(
        alerts.command, input=summary.encode(), check=True, timeout=alerts.seconds, stdout=subprocess.DEVNULL
    )


def _post(address: str, night: Night, summary: str, seconds: int) -> None:
    if urlsplit(address).scheme not in ("http", "https"):
        raise ValueError("a webhook begins with http:// or https://")
    body = {"night": night.night, "complete": night.complete, "text": summary}
    request = urllib.request.Request(  # noqa: S310  only http and https pass the line above
        address,
        data=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8"},
    )
    with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310
        answer.read(1)
