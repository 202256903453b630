"""Where log-in secrets come from: the environment or mounted secret files; never the workspace, never an argument."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from collector.errors import SecretMissing

Name = Literal["username", "password"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Gives the secrets of a target, from variables first, then from files."""

    variables: Mapping[str, str] = field(repr=False)
    folder: Path | None

    @classmethod
    def of_process(cls) -> Secrets:
        """Return the secrets this process was given."""
        folder = os.environ.get("QUZHENG_SECRETS_DIR")
        return cls(variables=os.environ, folder=Path(folder) if folder else None)

    def get(self, target: str, name: Name) -> str:
        """Return one secret of a target; raises SecretMissing, which names the places looked at and never a value."""
        variable = variable_of(target, name)
        if value := self.variables.get(variable):
            return value
        path = self.folder / target / name if self.folder else None
        try:
            value = path.read_text("utf-8").rstrip("\r\n") if path else ""
        except (OSError, ValueError) as error:
            raise SecretMissing(f"target {target}: {path} cannot be read: {type(error).__name__}") from error
        if not value:
            raise SecretMissing(
                f"target {target} has no {name}: neither {variable} nor a file in QUZHENG_SECRETS_DIR\n"
                f"try: export {variable}=..."
            )
        return value


def variable_of(target: str, name: Name) -> str:
    """Return the variable that holds a secret of a target.

    >>> variable_of("rsj-yuhu", "password")
    'QUZHENG_SECRET_RSJ_YUHU_PASSWORD'
    """
    return f"QUZHENG_SECRET_{re.sub(r'[^A-Z0-9]', '_', target.upper())}_{name.upper()}"
