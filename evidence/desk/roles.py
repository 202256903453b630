"""Who may do what at the desk: one table. A right that stands here nowhere is nobody's.

>>> sorted(role for role in ROLES if may(role, "rule"))
['leader', 'reviewer']
>>> may("admin", "see"), may("auditor", "see"), may("admin", "account")
(False, False, True)
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Role = Literal["inspector", "reviewer", "leader", "auditor", "admin"]
Right = Literal["see", "confirm", "object", "correspond", "second", "publish", "rule", "log", "users", "account"]
"""see: targets, findings, cases and what was captured · confirm: confirm or withdraw as the first person · object: enter
objections · correspond: enter what went out to a unit and what came back or did not (预警, 核实函, reply, 整改报告, 回头看), by
whoever takes in objections too · second: confirm or withdraw as the second person · publish: enter that a finding was
published, by whoever answers for it, never by one who found or checked it · rule: on objections · log: read the access log ·
users: keep the users · account: one's own password and second factor."""

ROLES: tuple[Role, ...] = get_args(Role)
NAMES: Mapping[Role, str] = MappingProxyType(
    {"inspector": "检查员", "reviewer": "复核员", "leader": "负责人", "auditor": "审计员", "admin": "管理员"}
)
RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        "inspector": frozenset({"see", "confirm", "object", "correspond", "account"}),
        "reviewer": frozenset({"see", "second", "rule", "account"}),
        "leader": frozenset({"see", "publish", "rule", "account"}),
        "auditor": frozenset({"log", "account"}),
        "admin": frozenset({"users", "account"}),
    }
)


def may(role: Role, right: Right) -> bool:
    """Tell whether a role has a right."""
    return right in RIGHTS[role]
