"""The letter that asks units to let our visits through their firewalls: from where, with what name, at what times."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from collector.errors import CollectError
from evidence.holdings import Holdings

HOURS = ("06:00-08:00", "18:00-23:00")
_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}:\s?[\x20-\x7e]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What the letter says of us."""

    office: str
    addresses: tuple[str, ...]
    agents: tuple[str, ...]
    """User agents that recorded visits were made with."""
    header: str | None
    hours: tuple[str, ...]
    per_host: int
    per_host_seconds: int
    second_agent: bool
    """Whether home pages are asked for as a search engine too."""

    def text(self) -> str:
        """Return the letter in Chinese."""
        lines = [
            "关于协助放行政府网站检查访问的函",
            "",
            "各有关单位：",
            "　　为做好政府网站和政务新媒体检查，我单位将用自动化程序按访客方式打开各网站的公开页面并留存画面。程序只读取页面，"
            "不提交内容、不探测漏洞、不绕过验证。为避免安全设备误拦造成“无法访问”的误判，请在防火墙、WAF、CDN 等设备上"
            "对下列来源放行，不作人机验证和频率拦截：",
            "",
            "一、来源地址",
            *(f"　　{address}" for address in self.addresses),
            "二、用户代理（User-Agent）",
            *(f"　　{agent}" for agent in self.agents),
        ]
        if self.header:
            lines += ["三、标识请求头（如设备支持按请求头放行）", f"　　{self.header}"]
        lines += [
            f"{'四' if self.header else '三'}、访问时间",
            f"　　每日 {'、'.join(self.hours)}（北京时间）；同一主机同时不超过 {self.per_host} 个访问"
            + (f"，两次打开页面至少间隔 {self.per_host_seconds} 秒。" if self.per_host_seconds else "。"),
            "",
            "　　返回 429 或 503 并带 Retry-After 的，程序按所示时间暂停访问。"
            + "首页另以搜索引擎的用户代理打开一次，核对是否对搜索引擎返回不同内容。" * self.second_agent
            + "放行后请勿向上述来源返回与普通访客不同的内容。",
            "　　如有疑问或不便放行，请与我单位联系。",
            "",
            f"{self.office}",
            "　　　　年　　月　　日",
        ]
        return "\n".join(lines) + "\n"


def addresses_of(given: Sequence[str], holdings: Holdings) -> tuple[str, ...]:
    """Return our addresses: those given, else those that records tell; raises CollectError where none is known or one is none."""
    told = given or sorted({a for r in holdings.records() if (a := r.capture.vantage.address)})
    if not told:
        raise CollectError("不知道本单位的出口地址：请用 --address 写明（可多次），可向网络管理员询问")
    try:
        return tuple(
            str(ipaddress.ip_network(one, strict=False)).removesuffix("/32").removesuffix("/128") for one in told
        )
    except ValueError as error:
        raise CollectError(f"{error}；--address 应为 IP 地址或网段，例如 203.0.113.8 或 203.0.113.0/28") from error


def agents_of(holdings: Holdings) -> tuple[str, ...]:
    """Return the user agents of the records' environments, newest first; raises CollectError where there are no records."""
    environments = dict.fromkeys(record.capture.environment for record in reversed(holdings.open_records()))
    read = (json.loads(holdings.store.read(one)).get("browser", {}).get("user_agent") for one in environments)
    agents = tuple(dict.fromkeys(agent for agent in read if agent))
    if not agents:
        raise CollectError("还没有任何采集记录，不知道用户代理；请先采集一次，例如 quzheng capture 网址")
    return agents


def checked(header: str | None, hours: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """Return header and hours as given; raises CollectError for what is none."""
    if header is not None and not _HEADER.fullmatch(header):
        raise CollectError("--header 应写成“名称: 值”，例如 X-Inspection: quzheng")
    if wrong := [one for one in hours if not _HOURS.fullmatch(one)]:
        raise CollectError(f"--hours“{wrong[0]:.40}”应写成 06:00-08:00")
    return header, tuple(hours) or HOURS
