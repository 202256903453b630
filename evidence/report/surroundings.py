"""The environment of a capture in lines: which browser, which program, which machine, and how clean it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evidence import words

NAMES = {
    "browser": "浏览器",
    "tool": "取证程序",
    "quzheng": "取证程序",
    "python": "Python",
    "os": "操作系统",
    "system": "操作系统",
    "tesseract": "文字识别",
    "ocr": "文字识别",
    "fonts": "字体",
    "playwright": "浏览器驱动",
    "viewport": "窗口大小",
    "locale": "语言",
    "timezone": "时区",
    "user_agent": "用户代理",
    "version": "版本",
    "flags": "启动参数",
    "sha256": "摘要",
    "name": "名称",
    "binary": "程序",
    "program": "程序",
    "machine": "机器",
    "elsewhere": "不在本机，位于",
    "attended": "有人值守",
    "attended_by": "值守人",
    "files": "文件数",
    "client_hints": "客户端提示",
    "device": "查看设备",
    "scale": "屏幕倍率",
    "touch": "触摸屏",
    "mobile": "移动版式",
    "pixels": "截图像素",
    "schema": "格式",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question of the cleanliness record, as the report shows it."""

    question: str
    passed: bool | None
    detail: str


def answers(cleanliness: Mapping[str, Any]) -> tuple[Answer, ...]:
    """Return the questions of a cleanliness record (清洁性检查) with their answers; what has no such form is left out.

    >>> answers({"checks": [{"name": "hosts file", "passed": True, "detail": "未见异常"}, "?"]})
    (Answer(question='本机主机表未改写公共域名', passed=True, detail='未见异常'),)
    """
    checks = cleanliness.get("checks")
    return tuple(
        Answer(
            question=words.word(check.get("name"), words.CLEANLINESS),
            passed=check.get("passed") if isinstance(check.get("passed"), bool) else None,
            detail=str(check.get("detail", "")),
        )
        for check in (checks if isinstance(checks, list) else ())
        if isinstance(check, Mapping)
    )


PLACES = {"container": "容器内", "host": "主机上"}


def place(cleanliness: Mapping[str, Any]) -> str | None:
    """Return where the browser ran: in a container or on the host; None where no record tells."""
    premises = cleanliness.get("premises")
    return PLACES.get(str(premises.get("place"))) if isinstance(premises, Mapping) else None


def entries(environment: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield name and value of each thing an environment states; what is nested keeps the name it is nested in.

    >>> list(entries({"browser": {"version": "150.0"}, "flags": ["--a", "--b"]}))
    [('浏览器 · 版本', '150.0'), ('启动参数', '--a --b')]
    """
    for key, value in environment.items():
        name = f"{above} · {NAMES.get(key, key)}" if above else NAMES.get(key, key)
        if isinstance(value, Mapping):
            yield from entries(value, name)
        elif value is not None and value != "":
            yield name, _said(value)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return " ".join(map(_said, value))
    if isinstance(value, Mapping):
        return " ".join(_said(inner) for inner in value.values())
    return str(value)


def browsers(environments: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the browsers the environments name, each once.

    >>> browsers([{"browser": {"name": "Chromium", "version": "150.0"}}, {"browser": "Chromium 150.0"}, {}])
    ('Chromium 150.0',)
    """
    found = (_browser(environment.get("browser")) for environment in environments)
    return tuple(dict.fromkeys(name for name in found if name))


def _browser(said: object) -> str:
    if isinstance(said, Mapping):
        return " ".join(str(said[key]) for key in ("name", "program", "version") if said.get(key))
    return str(said) if said else ""
