"""Looks over a list of targets that could be read: do the flows it names work, does an account or site stand in it twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from collector import flow as flows_of
from collector import yamlfile
from collector.errors import FlowError, TargetsError
from collector.flow import Catalogue
from collector.importing import key_of
from collector.targets import Target
from collector.workspace import Workspace


def check(workspace: Workspace, found: Sequence[Target]) -> tuple[str, ...]:
    """Return a line on each target: which flow it has; raises TargetsError with every fault, its line and the mend."""
    catalogue = flows_of.discover(workspace.flows_dir)
    faults = [*_flow_faults(workspace.targets_path, found, catalogue), *_twice(workspace.targets_path, found)]
    if faults:
        raise TargetsError("\n".join(faults))
    return tuple(f"{target.id}: {'由人查看' if target.by_hand else catalogue.choose(target).name}" for target in found)


def _flow_faults(path: Path, found: Sequence[Target], catalogue: Catalogue) -> Iterator[str]:
    names = {entry.name for entry in catalogue.all()}
    for n, target in enumerate(found):
        try:
            if not target.by_hand:
                catalogue.choose(target)
        except FlowError as error:
            unknown = target.flow and target.flow not in names
            said = (
                f"没有名为“{target.flow}”的流程；可用：{'、'.join(sorted(names))}"
                if unknown
                else f"流程不能用：{error}"
            )
            yield f"{path} 第{yamlfile.line_of(path, (n, 'flow'))}行：{said}"


def _twice(path: Path, found: Sequence[Target]) -> Iterator[str]:
    """Yield what stands twice: an account under one platform id, a site under one code and address."""
    seen: dict[tuple[str, str], str] = {}
    for n, target in enumerate(found):
        key = key_of(target)
        if key is None:
            continue
        own = (key, "" if target.subject.is_account else target.url)
        if own in seen:
            field = "platform_id" if target.subject.is_account else "site_code"
            line = yamlfile.line_of(path, (n, field))
            yield f"{path} 第{line}行：“{target.id}”与“{seen[own]}”是同一个{'账号' if target.subject.is_account else '网站'}，请删去一个"
        seen.setdefault(own, target.id)
