"""How anyone repeats a capture (怎样重现): with which browser, which address, which steps, and what a repeat showed at once.

Steps are the flow's own source, which lies in the bundle; credentials are never in it, only that a log-in was needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evidence import words
from evidence.model import Capture

_SHOWN = 200
"""Characters of what a browser calls itself that are quoted."""


def steps(capture: Capture, environment: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the steps that lead to what a capture shows, in Chinese; none for what a person handed in."""
    return () if capture.purpose == "human" else tuple(_steps(capture, environment))


def _steps(capture: Capture, environment: Mapping[str, Any]) -> Iterator[str]:
    yield _browser(environment)
    network = words.word(capture.vantage.egress, words.EGRESSES)
    yield f"网络出口：{network}{f'，地址 {capture.vantage.address}' if capture.vantage.address else ''}。"
    yield f"打开 {capture.requested_url}。"
    if capture.redirects:
        yield f"其间跳转{len(capture.redirects)}次：{'、'.join(capture.redirects)}。"
    if capture.final_url and capture.final_url != capture.requested_url:
        yield f"停在 {capture.final_url}。"
    flow = capture.flow
    yield f"按步骤文件 data/sources/flow-{flow.name}.py（SHA-256 {flow.sha256}）操作。"
    if capture.redactions:
        yield "其中用到登录凭据或会话，已在保存前去除，不在包内；须以有权访问的账号登录。"
    yield "待页面滚动到底、图片解码、静止后截取整页；各图块的位置和时间见记录。"


def _browser(environment: Mapping[str, Any]) -> str:
    browser = environment.get("browser")
    browser = browser if isinstance(browser, Mapping) else {}
    viewport = browser.get("viewport")
    window = f"窗口 {viewport[0]}×{viewport[1]}，" if isinstance(viewport, list) and len(viewport) == 2 else ""
    named = f"{browser.get('program', '浏览器')} {browser.get('version', '')}".strip()
    agent = str(browser.get("user_agent", ""))[:_SHOWN]
    place = f"语言 {browser.get('locale', '未记录')}，时区 {browser.get('timezone', '未记录')}"
    return f"用 {named}，{window}{place}，不带缓存、Cookie 和扩展{f'，自称“{agent}”' if agent else ''}。"
