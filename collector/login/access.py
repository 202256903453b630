"""What the log-ins of a run have at hand: secrets, kept sessions, the count of tries, somebody to ask."""

from __future__ import annotations

from dataclasses import dataclass, field

from collector.login.person import Nobody, Person
from collector.login.tries import Tries
from collector.secrets import Secrets
from collector.sessions import Sessions
from collector.vault import Vault
from collector.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The means of all visits of a run."""

    secrets: Secrets
    sessions: Sessions | None = None
    """None: there is no vault, and sessions are not kept."""
    tries: Tries | None = None
    """None: tries are not counted, as in a single capture without a workspace."""
    person: Person = field(default_factory=Nobody)
    captcha_ocr: bool = False
    """Whether picture codes may be read by OCR on the office's own systems."""

    @classmethod
    def of(cls, workspace: Workspace, *, person: Person | None = None, secrets: Secrets | None = None) -> Access:
        """Return the means of a workspace."""
        place = workspace.key_place
        vault = Vault(path=workspace.vault_path, place=place)
        return cls(
            secrets=secrets or Secrets.of_process(vault),
            sessions=None if place.missing else Sessions(Vault(path=workspace.sessions_path, place=place)),
            tries=Tries(workspace.tries_path, workspace.settings.login_failures_a_day),
            person=person or Nobody(),
            captcha_ocr=workspace.settings.captcha_ocr,
        )
