"""Scenes in which two persons tried the functions of an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from evidence import digest, tries
from evidence.tries import Tried
from tests.evidence.judging_factory import Scene, T, subject

HOUR = timedelta(hours=1)
NOTHING = ("menu=absent", "message=unanswered@2020-12-20", "comment=absent", "hotline=absent")
"""Every way of interaction tried in vain."""


def tried(*written: str, ago: timedelta = HOUR, **fields: Any) -> Tried:
    """Return what two persons recorded so long before T; `fields` change it."""
    ended = T - ago
    return Tried(
        **{
            "record": digest.of_value([*written, str(ago), str(fields)]),
            "received": ended + timedelta(minutes=10),
            "by": "李四",
            "second": "王五",
            "device": "华为 P60",
            "app": "微信 8.0.50",
            "begun": ended - timedelta(minutes=5),
            "ended": ended,
            "tries": tuple(map(tries.parse, written)),
            **fields,
        }
    )


def account(*every: Tried, platform: str = "wechat", **fields: Any) -> Scene:
    """Return an account on which these were tried."""
    who = subject(kind="account", platform=platform, site_code=None, url="account:wechat/gh_1", **fields)
    return Scene(subject=who, tried=every)


def at_other_times(scene: Scene, **fields: Any) -> Scene:
    """Return the scene with every exhibit changed."""
    return replace(scene, tried=tuple(replace(one, **fields) for one in scene.tried))


GOLDEN: dict[str, Scene] = {
    "account_interaction_missing": account(tried(*NOTHING)),
    "account_menus_dead": account(tried("menu:办事大厅=dead", "menu:政务公开=works")),
    "app_unusable": account(tried("download:华为应用市场=absent", "download:应用宝=absent"), platform="app"),
}
