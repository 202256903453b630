"""The cleanliness record (清洁性检查): was this machine such that what it saw is what anybody would have seen?

Made before a run, and cited by each of its records; made again after it. Journal and ledger name both, and bundles bring
both; so the one made after names no site: which were meant is in a document of its own, by its salted digest. A failed check
deletes nothing and hides nothing: it is printed, and stands in every report. Answers in Chinese: units read them.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from collector import proxies, timesource
from collector.lookout import DECLARED, NOTABLE, Lookout
from collector.premises import TIGHT, Premises, look
from collector.timesource import Measured
from evidence import aftercheck, canonical, digest, plain
from evidence.store import Store
from evidence.words import CLEANLINESS

HOST_PART = "host-check.json"
"""What deploy/host-check.sh printed on the container's host, where the workspace has it."""
_HOST_BYTES = 64 * 1024
_TEXT = 300

Moment = Literal["before", "after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One question of the cleanliness record."""

    name: str
    passed: bool | None
    """None: could not be checked."""
    detail: str


class Cleanliness:
    """The cleanliness of one run: looked at before it and after it."""

    def __init__(
        self,
        lookout: Lookout,
        *,
        workspace: Path,
        holdings: Path,
        store: Store,
        environ: Mapping[str, str],
        borrowed: bool = False,
        time_sources: tuple[str, ...] = (),
        worker: str | None = None,
    ) -> None:
        """`holdings` is the folder that must have room; `environ` the variables the browser is started with.

        `borrowed`: pages are opened in the context of the person whose browser it is. `time_sources` are asked how far our
        clock is off. `worker` names the machine of a fleet, so that no two of them share a record.
        """
        self.lookout = lookout
        """The watch that the run's captures tell what they learn."""
        self._workspace = workspace
        self._holdings = holdings
        self._store = store
        self._environ = environ
        self._borrowed = borrowed
        self._time_sources = time_sources
        self._worker: Mapping[str, Any] = {} if worker is None else {"worker": worker}
        self._first: Premises | None = None
        self._answers: tuple[Answered, ...] = ()

    def before(self, environment: str) -> str:
        """Return the SHA-256 of the record made now; `environment` is that of the environment's blob, stored before.

        Waits for the time sources.
        """
        self._first = look(self._holdings, self._environ)
        measured = timesource.measure(self._time_sources)
        self.lookout.offset_ms = measured.offset_ms
        self._answers = (*_of_premises(self._first, self.lookout.egress, self._borrowed), *_of_time(measured))
        followed = {aftercheck.FOLLOWED: True}
        self.lookout.cleanliness = self._keep("before", self._first, environment, measured, self._answers, followed)
        return self.lookout.cleanliness

    def after(self, environment: str, run: str, cut_off: int) -> str:
        """Return the SHA-256 of the record made after the run, with what the run learned of its path and its clock.

        `cut_off` tells how often the run was begun before and never came to this.
        """
        now = look(self._holdings, self._environ)
        premises = _of_premises(now, self.lookout.egress, self._borrowed)
        measured = timesource.measure(self._time_sources)
        common = (*premises, *_of_time(measured), *_of_run(self.lookout, now == self._first), _whole(cut_off))
        marks = self.lookout.marks()
        self._answers = (*common, _path([mark.detail for mark in marks]))
        told = (*common, _path([mark.told for mark in marks]))
        return self._keep("after", now, environment, measured, told, {"run": run, "before": self.lookout.cleanliness})

    @property
    def concerns(self) -> tuple[str, ...]:
        """What did not pass, one sentence each."""
        return tuple(f"{CLEANLINESS[one.name]}：{one.detail}" for one in self._answers if one.passed is False)

    def _keep(
        self,
        moment: Moment,
        premises: Premises,
        environment: str,
        measured: Measured,
        checks: tuple[Answered, ...],
        more: Mapping[str, Any],
    ) -> str:
        described = canonical.decode(self._store.read(environment))
        body = {
            "schema": "cleanliness/1",
            "moment": moment,
            "environment": environment,
            "browser": {key: described["browser"][key] for key in ("program", "sha256", "flags")},
            "tool": described["tool"],
            "system": described["system"],
            "egress": self.lookout.egress,
            "premises": plain.dump(premises),
            "time_sources": plain.dump(measured.heard),
            "host": _host_part(self._workspace / HOST_PART),
            "checks": plain.dump(checks),
            **self._worker,
            **more,
        }
        if moment == "after":
            body["path"] = [{"kind": mark.kind, "detail": mark.told} for mark in self.lookout.marks()]
            body["path_names"] = self._names() if body["path"] else None
            body["largest_offset_s"] = self.lookout.largest_offset
        return self._store.put(canonical.encode(body), "application/json").sha256

    def _names(self) -> str:
        """Return the SHA-256 of the document that names the sites of the marks; it stays in the house, where units do not see it.

        Salted, so that nobody finds a site by trying names.
        """
        marks = [{"kind": mark.kind, "detail": mark.detail} for mark in self.lookout.marks()]
        body = {"schema": "path-names/1", "marks": marks, "salt": secrets.token_hex(16)}
        return self._store.put(canonical.encode(body), "application/json").sha256


def _of_premises(now: Premises, egress: str, borrowed: bool) -> Iterator[Answered]:
    yield _answer("hosts file", None if now.hosts_file is None else not now.hosts_names, _said(now.hosts_names))
    yield _proxy(now, egress)
    yield _answer("egress", egress not in DECLARED, f"申报为“{DECLARED.get(egress, '直连')}”")
    yield _answer("resolvers", bool(now.resolvers) or None, _said(now.resolvers, "未能读出"))
    fresh = "使用他人已打开的浏览器环境，含其登录状态" if borrowed else "每个检查对象使用新建的浏览器环境"
    yield _answer("fresh profile", not borrowed, fresh)
    yield _answer("no policies", not now.policies, _said(now.policies))
    own = "浏览器另有用户证书库" if now.browser_authorities else "浏览器只用自带的根证书"
    yield _answer("authorities", not now.browser_authorities, own)
    yield _answer("room on disk", now.room not in TIGHT, now.room)
    yield _answer("connected", None if all(kind.endswith("none") for kind in now.addresses) else True, _kinds(now))


def _of_time(measured: Measured) -> Iterator[Answered]:
    """Yield what the time sources said; nothing where the office names none."""
    if measured.heard:
        yield _answer("time source", measured.right, measured.said)


def _proxy(now: Premises, egress: str) -> Answered:
    if not now.proxies:
        return _answer("proxies", None if egress == "proxy" else True, "未设置")
    said = "、".join(proxy.told for proxy in now.proxies)
    return _answer("proxies", egress == "proxy", said if egress == "proxy" else f"没有申报的代理：{said}")


def _of_run(lookout: Lookout, unchanged: bool) -> Iterator[Answered]:
    largest = lookout.largest_offset
    said = "没有服务器给出时间" if largest is None else f"与各服务器时间最多相差 {largest} 秒（限 {NOTABLE} 秒）"
    yield _answer("clock", lookout.clock_agrees, said)
    yield _answer("unchanged", unchanged, "采集前后一致" if unchanged else "采集期间本机设置有变化")


def _whole(cut_off: int) -> Answered:
    said = f"曾中断 {cut_off} 次，中断前的部分没有单独作事后检查" if cut_off else "未曾中断"
    return _answer("in one go", not cut_off, said)


def _path(marks: Sequence[str]) -> Answered:
    return _answer("path", not marks, "；".join(marks) or "未见代理、内容检查或分开解析的迹象")


def _answer(name: str, passed: bool | None, detail: str) -> Answered:
    return Answered(name=name, passed=passed, detail=detail[:1000])


def _said(found: tuple[str, ...], nothing: str = "未见异常") -> str:
    return "、".join(found) or nothing


def _kinds(now: Premises) -> str:
    words = {"public": "公网地址", "private": "内部地址", "none": "没有"}
    return "，".join(f"{family}：{words[kind]}" for family, kind in (one.split() for one in now.addresses))


def _host_part(path: Path) -> dict[str, Any] | None:
    """Return what the host's own check said, if it was brought here; only short texts and numbers of it are taken."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    sha256 = digest.sha256(data)
    try:
        said = json.loads(data[:_HOST_BYTES])
    except (ValueError, RecursionError):
        return {"sha256": sha256, "readable": False}
    fields = said.items() if isinstance(said, dict) else ()
    taken = {key: _taken(key, value) for key, value in list(fields)[:40] if key.isascii() and len(key) <= 40}
    return {"sha256": sha256, "readable": True, "said": taken}


def _taken(key: str, value: object) -> object:
    if "proxy" in key.lower() and isinstance(value, str):
        return proxies.server(value)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()[:_TEXT]
    if isinstance(value, list):
        return [_taken(key, one) for one in value[:40] if isinstance(one, str)]
    return value if isinstance(value, bool | int) and abs(value) < 1 << 53 else None
