"""What one run learns of its own path to the sites: gateways that inspect, private addresses, clocks that differ.

What our own network does is never the site's fault (law 6): a marked path is written into every later capture, and then
certificates, addresses and reachability can support no finding.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import Literal

from collector.certificate import Secured
from collector.hosts import is_public_address, is_public_name, site_of
from collector.names import Names

MarkKind = Literal["declared", "proxy", "split", "inspected", "blocked"]

DECLARED = {"proxy": "经代理", "inspecting": "经内容检查的出口", "split-dns": "内外网分开解析"}
UNRELATED = 3
"""Sites of different holders that show certificates of one issuer nobody else knows: then it is our gateway's."""
NOTABLE = 60
"""Seconds by which a clock may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One reason why what we see may not be what everybody sees."""

    kind: MarkKind
    detail: str
    told: str
    """The same without the names of sites, for units that must not learn of others."""


class Lookout:
    """The watch of one run over its own path."""

    def __init__(self, egress: str = "direct", proxies: tuple[str, ...] = ()) -> None:
        """`egress` as the office declares it; `proxies` the proxy settings found on this machine, without secrets."""
        self.egress = egress
        self.names = Names()
        self.cleanliness: str | None = None
        """SHA-256 of the cleanliness record made before the run."""
        self.offset_ms: int | None = None
        """By how much our clock was off before the run, where a time source told it."""
        self._proxies = proxies
        self._issuers: dict[str, set[str]] = defaultdict(set)
        self._private: dict[str, str] = {}
        self._blocked: set[str] = set()
        self._offsets: dict[str, int] = {}

    @property
    def proxied(self) -> bool:
        """Whether the addresses we connect to are a proxy's."""
        return bool(self._proxies) or self.egress == "proxy"

    def see_address(self, host: str, address: str) -> None:
        """Take note of the address a host was reached at, or was said to have."""
        if not self.proxied and is_public_name(host) and is_public_address(address) is False:
            self._private.setdefault(host, address)

    def see_issuer(self, host: str, secured: Secured) -> None:
        """Take note of a certificate whose issuer is not a public one; self-signed ones have no issuer."""
        if secured.issuer != secured.subject:
            self._issuers[secured.issuer].add(site_of(host))

    def see_block(self, host: str) -> None:
        """Take note of a block page of our own side."""
        self._blocked.add(host)

    def see_offset(self, host: str, seconds: int) -> None:
        """Take note of how far a server's Date lies from our clock; the smallest difference of a host counts."""
        known = self._offsets.get(host)
        if known is None or abs(seconds) < abs(known):
            self._offsets[host] = seconds

    @property
    def largest_offset(self) -> int | None:
        """The largest difference of a server's clock from ours, in seconds; None where no server told one."""
        return max(self._offsets.values(), key=abs, default=None)

    @property
    def clock_agrees(self) -> bool | None:
        """Whether our clock goes with those of the sites; None where fewer than three sites told theirs.

        One server's clock may well be wrong: ours is, when most of them differ.
        """
        if len({site_of(host) for host in self._offsets}) < UNRELATED:
            return None
        return abs(median(self._offsets.values())) <= NOTABLE

    def marks(self) -> tuple[Mark, ...]:
        """Return why our view may not be everybody's, as far as is known by now."""
        found = []
        if self.egress in DECLARED:
            said = f"出口申报为“{DECLARED[self.egress]}”"
            found.append(Mark(kind="declared", detail=said, told=said))
        if self._proxies and self.egress != "proxy":
            said = "本机设有代理：" + "、".join(self._proxies)
            found.append(Mark(kind="proxy", detail=said, told=said))
        if self._private:
            said = "、".join(f"{host}（{address}）" for host, address in sorted(self._private.items())[:5])
            told = f"{len(self._private)} 个公共域名解析到内部地址"
            found.append(Mark(kind="split", detail=f"公共域名解析到内部地址：{said}", told=told))
        for issuer, sites in sorted(self._issuers.items()):
            if len(sites) >= UNRELATED:
                said = "、".join(sorted(sites)[:5])
                told = f"互不相关的 {len(sites)} 个网站的证书同由“{issuer[:100]}”颁发"
                found.append(
                    Mark(kind="inspected", detail=f"互不相关的 {said} 的证书同由“{issuer[:100]}”颁发", told=told)
                )
        if self._blocked:
            said = "我方拦截页：" + "、".join(sorted(self._blocked)[:5])
            found.append(Mark(kind="blocked", detail=said, told=f"{len(self._blocked)} 个主机显示了我方拦截页"))
        return tuple(found)
