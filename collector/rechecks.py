"""Looking again at what is contested, or was put right: a run of purpose `recheck` over some labels of one target.

It goes past caches where the last capture may have come from one. Why it could not be done is an answer, never an accident.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from collector import browser as browsers
from collector.clock import SystemClock
from collector.errors import CollectError
from collector.run import run
from collector.workspace import Workspace
from evidence.holdings import Holdings

log = logging.getLogger(__name__)


def recapture(workspace: Workspace, holdings: Holdings, target: str, labels: Sequence[str]) -> str:
    """Capture labels of a target again and admit what was seen; return in Chinese why that could not be done, else ""."""
    if not labels:
        return "未复采：这一问题没有可以打开的页面"
    try:
        if target not in {one.id for one in workspace.targets()}:
            return f"未复采：对象{target}已不在检查对象清单里"
        browsers.find(workspace.settings.browser)  # first: a plan that nothing comes of leaves the series open
        asyncio.run(
            run(
                workspace,
                holdings,
                clock=SystemClock(),
                purpose="recheck",
                resume=False,
                due={target: tuple(labels)},
            )
        )
    except CollectError as error:
        log.warning("%s is not looked at again: %s", target, error)  # what names this machine is not for the unit
        return "未复采：核对时浏览器或检查对象清单不能使用"
    return ""
