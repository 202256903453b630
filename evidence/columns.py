"""The column ledger (栏目台账): which columns a target has, of what class, level, cycle and duty (law 7).

The unit confirms its ledger; a column without a confirmed duty never counts against anyone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from evidence import digest, plain
from evidence.model import ColumnKind

ColumnClass = Literal[
    "news", "notice", "policy", "interpretation", "disclosure", "service", "interaction", "survey", "topic", "other"
]
"""动态要闻, 通知公告, 政策文件, 政策解读, 信息公开, 办事, 互动, 征集调查, 专题, 其他."""

HOME = "home"
"""The label of a target's home page; every site has it, whether its ledger lists it or not."""

ACCOUNT_KINDS = ("account", "new_media", "gov_new_media")
BY_HAND = "account:"
"""How the address of an account begins that has no web view: account:PLATFORM/ID."""

SITE_KINDS = (
    "site",
    "website",
    "gov_website",
    "portal",
    "portal_site",
    "department",
    "department_site",
    "service",
    "service_site",
    "credit",
    "credit_site",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column (栏目) of a target."""

    label: str
    """Fixed slug; renaming the column changes its name, never its label."""
    name: str
    url: str
    class_: ColumnClass | None = None
    level: int | None = None
    """1 for a first-level column (一级栏目)."""
    cycle: str | None = None
    """Agreed cycle such as 14d or 6m, where it is not that of the class."""
    duty: bool | None = None
    """Whether it must be kept up to date; None: nobody has said."""
    exemption: str | None = None
    """Why it has no duty: static, yearly, event-driven, ended, moved, or a document."""
    basis: str | None = None
    """Document or agreement the duty rests on."""
    path: str | None = None
    """Where it stands, for example 首页 > 政务公开 > 政策文件."""
    kind: ColumnKind | None = field(default=None, metadata={plain.ADDED: True})
    unit: str | None = field(default=None, metadata={plain.ADDED: True})
    """Who is responsible for it (责任单位)."""
    document: str | None = field(default=None, metadata={plain.ADDED: True})
    """The document an exemption rests on (免除依据)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLedger:
    """One version of a target's column ledger."""

    target: str
    columns: tuple[Column, ...]
    confirmed_by: str | None = None
    confirmed_on: date | None = None

    @property
    def sha256(self) -> str:
        """Digest of the canonical ledger; records and findings cite it."""
        return digest.of_value(plain.dump(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a judge must know about a target: who it is, and its column ledger."""

    id: str
    name: str
    kind: str
    site_code: str | None
    unit: str | None
    url: str
    platform: str | None
    jurisdiction: str | None
    ledger: ColumnLedger
    platform_id: str | None = None
    """What the platform itself calls an account; registers are matched by it, never by the nickname."""
    certified_as: str | None = None
    """Who the platform certified as the account's owner (认证主体)."""

    @property
    def is_account(self) -> bool:
        """Whether this is a new-media account (政务新媒体) and not a website."""
        return self.kind in ACCOUNT_KINDS

    @property
    def by_hand(self) -> bool:
        """Whether no browser can open it: an account without a web view, which a person must look at."""
        return self.url.startswith(BY_HAND)
